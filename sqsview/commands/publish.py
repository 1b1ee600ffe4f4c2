"""``sqsview publish``: a message to a queue or topic, once or many times."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.commands.message_options import add_attribute_option, read_attributes, read_body
from sqsview.errors import Refused, SqsviewError, UsageError
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.domain.message import Attribute, Outgoing, Sent
    from sqsview.domain.publishing import Destination
    from sqsview.gateway import Gateway
    from sqsview.operations.repeat import Progress

_TOLD_FAILURES = 20
"""Failures that are told one by one; the rest by their reasons."""


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    add = parser.add_argument
    add("target", metavar="TARGET", help="a queue or topic: name, URL or ARN")
    add("--body", required=True, metavar="TEXT|@FILE|-", help="the message; - is standard input")
    add_attribute_option(parser)
    add("--subject", metavar="TEXT", help="subject; topics only")
    add("--group", metavar="ID", help="message group")
    add("--deduplication", metavar="ID", help="deduplication id; FIFO only")
    add("--delay", type=_delay, metavar="SECONDS", help="seconds before it can be received; standard queues only")
    add("--structure", choices=["json"], help="the body is a JSON object of bodies by protocol; topics only")
    add(
        "--repeat",
        type=_count,
        metavar="N",
        help="send it N times, with {{n}}, {{uuid}} and {{now}} filled in",
    )
    add("--rate", type=_rate, metavar="PER_SECOND", help="messages a second, with --repeat")
    add("--confirm", metavar="NAME", help="send to this name although it is protected")
    add("--json", action="store_true", help="print one JSON document")


def publish(connection: AbstractAsyncContextManager[Gateway], options: argparse.Namespace) -> bool:
    """Send the message and print what became of it; tell whether all of it was taken.

    Raises:
        UsageError: an option can never be right.
        SqsviewError: it was refused, or failed.
        Interrupted: a signal ended it; what was sent is told.
    """
    if options.rate is not None and options.repeat is None:
        raise UsageError("--rate needs --repeat; see sqsview publish --help")
    attributes = read_attributes(options.attribute)
    body = read_body(options.body)
    from sqsview.commands.interruption import run_interruptibly

    return run_interruptibly(_publish(connection, options, body, attributes))


def _refuse_unconfirmed(gateway: Gateway, destination: Destination, confirmed: str | None) -> None:
    """Refuse a protected name that was not repeated, and any other name than the one that was.

    Raises:
        SqsviewError: with what to type.
    """
    name = destination.name
    if confirmed is not None and confirmed != name:
        raise SqsviewError(f"nothing is sent: --confirm says {confirmed}, and the target is {name}")
    if confirmed is None and gateway.context.protects(name):
        raise SqsviewError(f"{name} is protected, and what is sent cannot be taken back: go on with --confirm {name}")


async def _publish(
    connection: AbstractAsyncContextManager[Gateway],
    options: argparse.Namespace,
    body: str,
    attributes: Mapping[str, Attribute],
) -> bool:
    from sqsview.domain.message import Outgoing
    from sqsview.domain.publishing import warnings
    from sqsview.operations.target import find_target

    outgoing = Outgoing(
        body,
        attributes,
        group=options.group,
        deduplication=options.deduplication,
        delay=options.delay,
        subject=options.subject,
        structure=options.structure is not None,
    )
    async with connection as gateway:
        destination = await find_target(gateway, options.target)
        _refuse_unconfirmed(gateway, destination, options.confirm)
        for warning in warnings(outgoing, destination, repeats=options.repeat):
            say(f"note: {warning.text}")
        try:
            if options.repeat is not None:
                return await _repeat(gateway, destination, outgoing, options)
            await _once(gateway, destination, outgoing, as_document=options.json)
        except Refused as fault:
            raise _with_flag(fault, outgoing, destination) from fault
    return True


async def _once(gateway: Gateway, destination: Destination, outgoing: Outgoing, *, as_document: bool) -> None:
    from asyncio import CancelledError

    from sqsview.operations.publish import send

    try:
        sent = await send(gateway, destination, outgoing)
    except CancelledError:
        say(f"{destination.name}: it is not known whether it was sent")
        raise
    _print_sent(sent, destination, as_document=as_document)


def _with_flag(fault: Refused, outgoing: Outgoing, destination: Destination) -> Refused:
    """Name the flag for what was refused, where the words for the field are not those of the flag."""
    from sqsview.domain.publishing import Field

    flags = {Field.GROUP: ("--group", outgoing.group), Field.DEDUPLICATION: ("--deduplication", outgoing.deduplication)}
    if fault.field not in flags or fault.problem.remedy:
        return fault
    flag, given = flags[fault.field]
    if given is None:
        remedy = f"give one with {flag}"
    elif fault.field is Field.DEDUPLICATION and not destination.fifo:
        remedy = f"leave {flag} out"
    else:
        remedy = f"change {flag}"
    return Refused(replace(fault.problem, remedy=remedy), fault.field, fault.attribute)


async def _repeat(gateway: Gateway, destination: Destination, outgoing: Outgoing, options: argparse.Namespace) -> bool:
    from sqsview.operations.repeat import Repeat

    line = _ProgressLine()
    repeat = Repeat(gateway, destination, outgoing, options.repeat, rate=options.rate, on_change=line.show)
    try:
        await repeat.run()
    finally:
        line.clear()
        _print_repeated(repeat.progress, destination, as_document=options.json)
    return repeat.progress.sent == repeat.progress.count


def _print_sent(sent: Sent, destination: Destination, *, as_document: bool) -> None:
    from sqsview.domain.text import printable
    from sqsview.operations.listing_forms import json_text

    if as_document:
        write(json_text({"target": destination.arn, "id": sent.id, "sequence": sent.sequence}))
    else:
        write(printable(" ".join(filter(None, (sent.id, sent.sequence)))) + "\n")


def _print_repeated(progress: Progress, destination: Destination, *, as_document: bool) -> None:
    from sqsview.operations.listing_forms import json_text
    from sqsview.operations.repeat_words import summary

    if as_document:
        failed = [{"number": failure.number, "reason": failure.reason} for failure in progress.failures]
        document = {
            "target": destination.arn,
            "sent": progress.sent,
            "failed": failed,
            "not_sent": progress.failed,
            "not_known": progress.unknown,
            "not_tried": progress.left,
            "reasons": dict(progress.reasons),
        }
        write(json_text(document))
    else:
        write(f"{summary(progress)}\n")
    if progress.problem is not None:
        say(f"given up: {progress.problem.line}")
    for failure in progress.failures[:_TOLD_FAILURES]:
        say(f"message {failure.number}: {failure.reason}")
    if progress.failed + progress.unknown > _TOLD_FAILURES:
        for reason, count in progress.reasons.items():
            say(f"{count:,} in all: {reason}")


class _ProgressLine:
    """One line on a terminal's standard error that is written over; nothing anywhere else."""

    def __init__(self) -> None:
        self._on = sys.stderr is not None and sys.stderr.isatty()
        self._width = 0

    def show(self, progress: Progress) -> None:
        """Say how far it is."""
        from sqsview.operations.repeat_words import progress_line

        self._write(progress_line(progress))

    def clear(self) -> None:
        """Take the line away."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._on:
            sys.stderr.write(f"\r{text.ljust(self._width)}" + ("" if text else "\r"))
            sys.stderr.flush()
            self._width = len(text)


def _delay(text: str) -> int:
    from sqsview.domain.publishing.rules import LONGEST_DELAY

    if not text.isascii() or not text.isdecimal() or int(text[:9]) > LONGEST_DELAY:
        raise argparse.ArgumentTypeError(f"must be a whole number of seconds from 0 to {LONGEST_DELAY}")
    return int(text)


def _count(text: str) -> int:
    from sqsview.operations.repeat import MOST_REPEATS

    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_REPEATS:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MOST_REPEATS:,}")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1_000_000:
        raise argparse.ArgumentTypeError("must be a number of messages a second above 0")
    return rate
