"""``sqsview export``: all messages of a queue to a file of JSON lines, by one look that gives them back."""

from __future__ import annotations

import argparse
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.commands.peek import SPEND
from sqsview.errors import LookRefused
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.gateway import Gateway
    from sqsview.operations.export import Exported
    from sqsview.operations.ledger import Ledger
    from sqsview.operations.state import State


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    parser.add_argument("queue", metavar="QUEUE", type=_given, help="name, URL or ARN")
    parser.add_argument("file", metavar="FILE.jsonl", type=_given, help="the file that is to be; there may be none yet")
    parser.add_argument(
        SPEND, action="store_true", help="export although messages lose their last try by it, or move at once"
    )


def export(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> None:
    """Write what the queue gives to the file, and say how that compares to what it counts.

    Raises:
        SqsviewError: it was refused, or failed; what was written until then is told.
        Interrupted: a signal ended it; what was held is given back.
    """
    from sqsview.commands.interruption import run_interruptibly
    from sqsview.domain.text import printable

    ledger = state.ledger
    if not ledger.kept:
        say("there is no home directory: what this export costs will not be remembered")
    with closing(ledger):
        exported = run_interruptibly(_export(connection, ledger, options))
    messages = "1 message" if exported.count == 1 else f"{exported.count:,} messages"
    write(f"{messages} · {printable(str(exported.path))}\n")


async def _export(
    connection: AbstractAsyncContextManager[Gateway], ledger: Ledger, options: argparse.Namespace
) -> Exported:
    from sqsview.clock import SystemClock
    from sqsview.commands.status_line import StatusLine
    from sqsview.finding import find_queue
    from sqsview.operations.export import Export
    from sqsview.operations.export_words import progress_line
    from sqsview.operations.look import ANYTHING

    line = StatusLine()
    async with connection as gateway:
        queue = await find_queue(gateway, options.queue)
        export = Export(
            gateway,
            queue,
            Path(options.file),
            ledger,
            SystemClock(),
            agreed=ANYTHING if options.spend_last_receive else None,
            on_change=lambda progress: line.show(progress_line(progress)),
        )
        told = await export.prospect()
        for note in told:
            say(note)
        try:
            return await export.run()
        except LookRefused as refusal:
            raise LookRefused(f"{refusal} · {SPEND} exports all the same", refusal.allowance) from None
        finally:
            line.clear()
            for note in export.progress.notes:
                if note not in told:
                    say(note)
            if export.partial is not None:
                say(f"unfinished: {export.progress.count:,} messages are in {export.partial}")


def _given(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty")
    return text
