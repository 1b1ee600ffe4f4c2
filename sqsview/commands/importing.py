"""``sqsview import``: the messages of a file of JSON lines to a queue; broken off, it goes on where it was."""

from __future__ import annotations

import argparse
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.errors import RefusedReadOnly, SqsviewError
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.gateway import Gateway
    from sqsview.operations.import_progress import ImportProgress
    from sqsview.operations.state import State


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    add = parser.add_argument
    add("file", metavar="FILE.jsonl", type=_given, help="a file as export writes it: one message a line")
    add("queue", metavar="QUEUE", type=_given, help="where to: name, URL or ARN")
    add("--rate", type=_rate, metavar="PER_SECOND", help="messages a second at most")
    add("--group", metavar="ID", help="message group for messages that have none")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--from-line", type=_line, metavar="N", help="begin with this line, whatever was sent before")
    where.add_argument("--again", action="store_true", help="send all of it although it was sent to this queue before")
    add("--confirm", metavar="NAME", help="send to this queue although its name is protected")


def import_file(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> bool:
    """Send what of the file is not in the queue yet; tell whether all of it is there now.

    Raises:
        SqsviewError: it was refused, or failed; what was sent until then is told.
        Interrupted: a signal ended it; what was sent is told, and the same import goes on.
    """
    from sqsview.commands.interruption import run_interruptibly

    if not state.journal.kept:
        say("there is no home directory: if this is interrupted, nobody will know what was sent")
    with closing(state.journal):
        return run_interruptibly(_import(connection, state, options))


async def _import(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> bool:
    from sqsview.clock import SystemClock
    from sqsview.commands.confirmation import refuse_unconfirmed
    from sqsview.commands.status_line import StatusLine
    from sqsview.operations.import_plan import queue_to_fill
    from sqsview.operations.import_words import progress_line
    from sqsview.operations.importing import Import, ImportRefused

    line = StatusLine()
    async with connection as gateway:
        if gateway.context.read_only:
            raise RefusedReadOnly("send_message_batch")
        destination = await queue_to_fill(gateway, options.queue)
        refuse_unconfirmed(gateway.context, destination.name, options.confirm)
        work = Import(
            gateway,
            destination,
            Path(options.file),
            state.journal,
            SystemClock(),
            audit=state.audit,
            rate=options.rate,
            group=options.group,
            first=options.from_line,
            again=options.again,
            on_change=lambda progress: line.show(progress_line(progress)),
        )
        told: tuple[str, ...] = ()
        try:
            told = (await work.check()).notes
            for note in told:
                line.say(note)
            await work.run()
        except ImportRefused as fault:
            raise SqsviewError(f"{fault} · {fault.remedy}" if fault.remedy else str(fault)) from None
        finally:
            line.clear()
            if work.progress.ended:
                _tell(work.progress, told)
    return work.progress.is_done


def _tell(progress: ImportProgress, told: tuple[str, ...]) -> None:
    from sqsview.operations.import_words import ending, failures_by_reason, summary

    write(f"{summary(progress)}\n")
    for note in progress.notes:
        if note not in told:
            say(note)
    for line in (*failures_by_reason(progress), *ending(progress)):
        say(line)


def _given(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty")
    return text


def _line(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:18]) < 1:
        raise argparse.ArgumentTypeError("must be the number of a line, from 1")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1_000_000:
        raise argparse.ArgumentTypeError("must be a number of messages a second above 0")
    return rate
