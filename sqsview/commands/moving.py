"""A move on the command line: in the audit log, with a line that tells how far it is, and its outcome."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqsview.commands.status_line import StatusLine
from sqsview.errors import LookRefused
from sqsview.output import say, write

if TYPE_CHECKING:
    from sqsview.domain.queue import QueueRef
    from sqsview.domain.redrive import RedrivePlan
    from sqsview.gateway import Gateway
    from sqsview.operations.audited import Moving
    from sqsview.operations.move import Move, MovePlan, MoveProgress
    from sqsview.operations.mover import Mover
    from sqsview.operations.state import State

SPEND = "--spend-last-receive"
_REDRIVE = "redrive"
"""The kind of what the server does."""
_TOLD_FAILURES = 20
"""Messages that stay behind and are told one by one; the rest by their reasons."""


class Way:
    """How messages are moved on this connection, and where that is written down."""

    def __init__(self, gateway: Gateway, state: State, *, spend: bool = False) -> None:
        """Use ``gateway`` and what is kept in ``state``; ``spend`` agrees to what receiving may cost."""
        from sqsview.clock import SystemClock

        self.gateway = gateway
        self.state = state
        self.clock = SystemClock()
        self.context = gateway.context.endpoint or "aws"
        """What the journal calls this server."""
        self._spend = spend

    async def move(self, move: Move) -> MoveProgress:
        """Have sqsview move, and print what came of it.

        Raises:
            SqsviewError: nothing was done.
        """
        line = StatusLine()
        mover = self._mover(move, _shown_on(line, move.kind))
        return await self._see(mover, line, move.kind, move.source, move.destination)

    async def leave_to_server(self, plan: RedrivePlan, rate: int | None) -> MoveProgress:
        """Have the server's own task move everything, follow it, and print what came of it.

        Raises:
            SqsviewError: nothing was done.
        """
        from sqsview.operations.move_task import ServerMove

        line = StatusLine()
        moving = ServerMove(
            self.gateway,
            plan.queue,
            self.state.journal,
            self.clock,
            destination=plan.destination,
            rate=rate,
            on_change=_shown_on(line, _REDRIVE),
        )
        return await self._see(moving, line, _REDRIVE, plan.queue, plan.destination)

    async def plan(self, move: Move) -> MovePlan:
        """Look at some of the messages, release them, and tell what would become of each.

        Raises:
            SqsviewError: it was refused, or failed.
        """
        try:
            return await self._mover(move, lambda progress: None).plan()
        except LookRefused as refusal:
            raise _with_way_on(refusal) from None

    def _mover(self, move: Move, on_change: Callable[[MoveProgress], None]) -> Mover:
        from sqsview.operations.look import ANYTHING
        from sqsview.operations.mover import Mover

        return Mover(
            self.gateway,
            move,
            self.state.journal,
            self.state.ledger,
            self.clock,
            agreed=ANYTHING if self._spend else None,
            on_change=on_change,
        )

    async def _see(
        self, moving: Moving, line: StatusLine, kind: str, source: QueueRef, destination: QueueRef | None
    ) -> MoveProgress:
        from sqsview.operations.audit import Act, Deed, context_with_account
        from sqsview.operations.audited import AuditedMove

        to = destination.arn if destination is not None else None
        deed = {"copy": Deed.COPY, "delete": Deed.DELETE_MESSAGES}.get(kind, Deed.REDRIVE)
        context = await context_with_account(self.gateway)
        audited = AuditedMove(moving, Act(self.state.audit, self.clock, context, deed, source.arn, to))
        try:
            await audited.run()
        except LookRefused as refusal:
            raise _with_way_on(refusal) from None
        except CancelledError:
            line.clear()
            _print(kind, audited.progress)
            raise
        finally:
            line.clear()
        _print(kind, audited.progress)
        return audited.progress


def is_complete(progress: MoveProgress) -> bool:
    """Tell whether all went that was to go."""
    return not (progress.failed or progress.doubtful or progress.problem or progress.stopped)


def _shown_on(line: StatusLine, kind: str) -> Callable[[MoveProgress], None]:
    from sqsview.operations.move_words import progress_line, waiting

    told = False

    def show(progress: MoveProgress) -> None:
        nonlocal told
        if progress.waits and not told and not line.is_on:
            told = True
            say(waiting(progress))
        line.show(progress_line(kind, progress))

    return show


def _print(kind: str, progress: MoveProgress) -> None:
    """Print what came of it; what stays is told by message, as far as that is readable."""
    from sqsview.domain.text import printable
    from sqsview.operations.move_words import outcome

    write(f"{printable(outcome(kind, progress))}\n")
    for note in progress.notes:
        say(f"note: {note}")
    for failure in progress.failures[:_TOLD_FAILURES]:
        twice = "may be there twice: " if failure.twice else ""
        say(f"{failure.id}: {twice}{failure.reason}")
    if progress.failed + progress.doubtful > _TOLD_FAILURES:
        for reason, number in progress.reasons.items():
            say(f"{number:,} in all: {reason}")


def _with_way_on(refusal: LookRefused) -> LookRefused:
    return LookRefused(f"{refusal} · {SPEND} receives all the same", refusal.allowance)
