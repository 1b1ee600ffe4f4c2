"""``sqsview peek``: one look at a queue, to standard output."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing, suppress
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.errors import GatewayError, LookRefused, NotFound, SqsviewError
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.domain.queue import QueueRef
    from sqsview.gateway import Gateway
    from sqsview.operations.ledger import Ledger
    from sqsview.operations.look import Look
    from sqsview.operations.state import State

SPEND = "--spend-last-receive"
_MOST = 120_000
"""Messages that a look may want: what SQS allows in flight."""


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    parser.add_argument("queue", metavar="QUEUE", type=_name, help="name, URL or ARN")
    parser.add_argument("-n", "--number", type=_number, default=10, metavar="N", help="messages to show, 10 at first")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        SPEND, action="store_true", help="look although messages lose their last try by it, or move at once"
    )


def peek(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> None:
    """Look once and print what was met: whatever ended it, that has cost its receives.

    Raises:
        SqsviewError: it was refused, or failed.
        Interrupted: a signal ended it; what was held is given back.
    """
    from sqsview.commands.interruption import run_interruptibly
    from sqsview.operations.look_notes import in_agreement

    ledger = state.ledger
    if not ledger.kept:
        say("there is no home directory: what this look costs will not be remembered")
    looks: list[Look] = []
    ended: SqsviewError | None = None
    with closing(ledger):
        try:
            run_interruptibly(_look(connection, ledger, options, looks.append))
        except SqsviewError as fault:
            ended = fault
    for look in looks:
        if ended is None or look.messages:
            _print(look, as_document=options.json)
        for line in in_agreement(look.notes):
            say(line)
    if ended is not None:
        raise ended


async def _look(
    connection: AbstractAsyncContextManager[Gateway],
    ledger: Ledger,
    options: argparse.Namespace,
    made: Callable[[Look], None],
) -> None:
    from sqsview.clock import SystemClock
    from sqsview.operations.look import ANYTHING, Look, appraise

    clock = SystemClock()
    async with connection as gateway:
        queue = await _found(gateway, options.queue)
        look = Look(gateway, await appraise(gateway, queue, ledger, clock), ledger, clock)
        made(look)
        try:
            await look.gather(options.number, ANYTHING if options.spend_last_receive else None)
        except LookRefused as refusal:
            raise LookRefused(f"{refusal} · {SPEND} looks all the same", refusal.allowance) from None


async def _found(gateway: Gateway, wanted: str) -> QueueRef:
    """Find the queue; where it is a topic that was named, say so.

    Raises:
        SqsviewError: it is a topic.
        GatewayError: there is no such queue, or it cannot be told.
    """
    from sqsview.domain.arn import Arn, is_arn
    from sqsview.finding import find_queue
    from sqsview.operations.target import find_target

    if is_arn(wanted) and Arn.parse(wanted).service == "sns":
        raise _no_look(Arn.parse(wanted).name)
    try:
        return await find_queue(gateway, wanted)
    except NotFound:
        with suppress(GatewayError):
            if (await find_target(gateway, wanted)).is_topic:
                raise _no_look(wanted) from None
        raise


def _no_look(topic: str) -> SqsviewError:
    return SqsviewError(f"{topic} is a topic, which keeps no messages to look into: give a queue that it feeds")


def _print(look: Look, *, as_document: bool) -> None:
    from sqsview.clock import SystemClock
    from sqsview.operations.listing_forms import json_text
    from sqsview.operations.peek_forms import look_as_json, look_as_text

    write(json_text(look_as_json(look)) if as_document else look_as_text(look, SystemClock().epoch()))


def _name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty: give the name, URL or ARN of a queue")
    return text


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= _MOST:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {_MOST:,}")
    return int(text)
