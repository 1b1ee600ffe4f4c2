"""``sqsview purge``: delete everything in a queue, with a backup first where one is wanted."""

from __future__ import annotations

import argparse
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.command_line import Parser
from sqsview.errors import LookRefused, RefusedReadOnly, SqsviewError
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.domain.queue import Counts, QueueRef
    from sqsview.gateway import Gateway
    from sqsview.operations.purge import PurgeProgress
    from sqsview.operations.state import State

SPEND = "--spend-last-receive"


def add_options(parser: Parser) -> None:
    """Add what only this command takes."""
    parser.add_argument("queue", metavar="QUEUE", help="name, URL or ARN")
    parser.add_argument("--confirm", metavar="QUEUE", help="the queue's name again; nothing is deleted without it")
    parser.add_argument(
        "--backup",
        metavar="FILE",
        type=Path,
        help="write all messages to this file first, and purge only if it has every one of them",
    )
    parser.add_argument(SPEND, action="store_true", help="receive for the backup although messages lose a try by it")


def purge(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> bool:
    """Purge, and tell whether it is known to be done.

    Raises:
        SqsviewError: nothing was deleted; the text says why.
        Interrupted: a signal ended it; what came of it is told.
    """
    from sqsview.commands.interruption import run_interruptibly

    if not state.audit.kept:
        say("there is no home directory: this will be in no audit log")
    with closing(state.ledger), closing(state.journal):
        return run_interruptibly(_purge(connection, state, options))


async def _purge(connection: AbstractAsyncContextManager[Gateway], state: State, options: argparse.Namespace) -> bool:
    from sqsview.clock import SystemClock
    from sqsview.commands.status_line import StatusLine
    from sqsview.finding import find_queue
    from sqsview.operations.look import ANYTHING
    from sqsview.operations.purge import Purge

    async with connection as gateway:
        queue = await find_queue(gateway, options.queue)
        if gateway.context.read_only:
            raise RefusedReadOnly("purge")
        counts = (await gateway.get_queue_attributes(queue)).counts
        _refuse_unconfirmed(queue, counts, options.confirm)
        line = StatusLine()

        def show(progress: PurgeProgress) -> None:
            if progress.backup is not None and not progress.backup.ended:
                total = "" if progress.backup.total is None else f" of about {progress.backup.total:,}"
                line.show(f"backup: {progress.backup.count:,}{total} messages written")

        say(_in_words(queue, counts))
        work = Purge(
            gateway,
            queue,
            state.audit,
            state.journal,
            state.ledger,
            SystemClock(),
            backup=options.backup,
            agreed=ANYTHING if options.spend_last_receive else None,
            count_down=False,
            on_change=show,
        )
        try:
            await work.run()
        except LookRefused as refusal:
            said = f"nothing is deleted, for the backup is not made: {refusal} · {SPEND} receives all the same"
            raise LookRefused(said, refusal.allowance) from None
        finally:
            line.clear()
            _print(queue, work.progress)
    return work.progress.purged


def _refuse_unconfirmed(queue: QueueRef, counts: Counts, confirmed: str | None) -> None:
    """Refuse unless the queue's own name was repeated.

    Raises:
        SqsviewError: with what to type.
    """
    if confirmed is None:
        said = f"{_in_words(queue, counts)}: all of it would be deleted for good, and nothing is yet"
        raise SqsviewError(f"{said} · go on with --confirm {queue.name}")
    if confirmed != queue.name:
        raise SqsviewError(f"nothing is deleted: --confirm says {confirmed}, and the queue is {queue.name}")


def _in_words(queue: QueueRef, counts: Counts) -> str:
    from sqsview.domain.words.figures import count

    told = f"{queue.name} has about {count(counts.visible)} messages to be received"
    if counts.in_flight:
        told += f", {count(counts.in_flight)} in flight, which consumers have in hand now"
    return f"{told}, {count(counts.delayed)} delayed" if counts.delayed else told


def _print(queue: QueueRef, progress: PurgeProgress) -> None:
    """Print what came of it."""
    from datetime import datetime

    for note in progress.notes:
        say(f"note: {note}")
    if progress.problem is not None:
        say(progress.problem.line)
    if progress.purged:
        backed_up = "" if progress.backed_up is None else f" · {progress.backed_up:,} messages are in the backup"
        write(f"{queue.name} is purged{backed_up}\n")
    if progress.settles_at is not None:
        say(
            f"until {datetime.fromtimestamp(progress.settles_at):%H:%M:%S} SQS may go on deleting: what is sent before "
            "then may be lost, and what was there may still be received"
        )
