"""Moves messages from one queue to another: copies each, and deletes it once the copy is confirmed.

The order is: received and held, written down, sent, confirmed by the server, written down, deleted. So that at every
instant each message is in the source or in the destination, and the journal tells which ones may be in both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqsview.clock import Clock
from sqsview.domain.arn import Arn
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.receive_budget import Allowance, Consent
from sqsview.errors import JournalError, LedgerError
from sqsview.gateway import Gateway
from sqsview.operations.aiming import Aim
from sqsview.operations.cancellation import see_through, within
from sqsview.operations.carrying import Carrier
from sqsview.operations.deleting import Deleting
from sqsview.operations.holding import Holding
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.move import Matches, Move, MoveFailure, MovePlan, MoveProgress, Planned, Resumption
from sqsview.operations.move_detail import detail_of, resume
from sqsview.operations.move_outcomes import Outcomes
from sqsview.operations.move_plan import plan
from sqsview.operations.move_receiving import MoveReceiving
from sqsview.operations.move_source import MoveSource
from sqsview.operations.move_tally import Tally
from sqsview.operations.move_words import outcome

__all__ = [
    "HOLD",
    "Matches",
    "Move",
    "MoveFailure",
    "MovePlan",
    "MoveProgress",
    "Mover",
    "Planned",
    "Resumption",
    "resume",
]

_T = TypeVar("_T")

HOLD = 60
"""Seconds for which messages are kept from others while they are moved; renewed, and given back at the end."""

_HURRY_SECONDS = 10.0
"""How long somebody who wants to be gone waits for what is under way; after that it is broken off, and in doubt."""


def _nothing(_progress: MoveProgress) -> None:
    pass


class Mover:
    """One move; it may outlive the screen that began it."""

    def __init__(
        self,
        gateway: Gateway,
        move: Move,
        journal: Journal,
        ledger: Ledger,
        clock: Clock,
        *,
        context: str | None = None,
        agreed: Allowance | Consent | None = None,
        hold: int = HOLD,
        on_change: Callable[[MoveProgress], None] = _nothing,
    ) -> None:
        """Prepare a move; nothing is received or sent before `run`.

        Args:
            gateway: where.
            move: what.
            journal: where it is written down before it is done.
            ledger: where receives of messages that stay are written down.
            clock: the time.
            context: the endpoint URL, or ``aws``; None takes the gateway's.
            agreed: the cost of receiving that a person agreed to, where the source has a redrive policy.
            hold: seconds of one hold.
            on_change: is told of every change, on the loop.

        Raises:
            ValueError: source and destination are the same queue, or what was interrupted was on another server.
        """
        destination = move.destination
        if destination is not None and move.source.arn == destination.arn:
            raise ValueError(f"{move.source.name} cannot be moved into itself")
        self._gateway = gateway
        self._move = move
        self._journal = journal
        self._ledger = ledger
        self._clock = clock
        self._context = context or gateway.context.endpoint or "aws"
        if move.resumes is not None and move.resumes.context != self._context:
            raise ValueError(f"what was interrupted was on {move.resumes.context}, and this is {self._context}")
        region, here = Arn.parse(move.source.arn).region, gateway.context.region
        if move.resumes is not None and here and region != here:
            raise ValueError(f"what was interrupted was in {region}, and this is {here}")
        self._agreed = agreed
        self._hold = hold
        self._holding = Holding(gateway, move.source, clock, hold)
        self._tally = Tally(clock, on_change)
        self._source = MoveSource(gateway, move, ledger, clock, holding=self._holding, tally=self._tally)
        self._outcomes: Outcomes | None = None
        self._receiving: MoveReceiving | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()
        """Set once somebody wants to be gone."""
        self.op: int | None = None
        """Its number in the journal, once it has begun."""

    @property
    def progress(self) -> MoveProgress:
        """How far it is; another object after every change."""
        return self._tally.progress

    @property
    def move(self) -> Move:
        """What it was asked to do."""
        return self._move

    async def run(self) -> MoveProgress:
        """Move until nothing is left, it is stopped, or it gives up; release all that is held, and tell the outcome.

        What went wrong on the way is in the outcome. Cancelling it does what `stop` does, and raises
        `asyncio.CancelledError` once all is released.

        Raises:
            JournalError: it could not be written down that it begins; nothing was done.
            LookRefused: receiving would cost what was not agreed to; nothing was done.
            LedgerError: the record of receives cannot be used; nothing was done.
            GatewayError: source or destination cannot be read; nothing was done.
        """
        working = asyncio.ensure_future(self._run())
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            self.stop()
            ending = asyncio.ensure_future(self._see_the_end(working))
            await see_through(ending)
            raise
        return self.progress

    def stop(self) -> None:
        """Receive no more; `run` returns once what is under way is done and the rest released."""
        if not self.progress.ended:
            self._tally.stopped = True
        if self._outcomes is not None:
            self._outcomes.stopping.set()

    async def plan(self, most: int = 100) -> MovePlan:
        """Tell what would go where, by what is in hand, or else by a look at up to ``most`` messages.

        What is in hand stays held by whoever holds it; what a look receives is released.

        Raises:
            LookRefused: as `run`.
            LedgerError: as `run`.
            GatewayError: source or destination cannot be read, or a receive failed.
        """
        return await plan(self._gateway, self._move, self._ledger, self._clock, most=most, agreed=self._agreed)

    # -- the course of it

    async def _run(self) -> None:
        move = self._move
        self._holding.add(move.in_hand, move.in_hand_until)
        self._keeper = asyncio.ensure_future(self._keep_holding())
        try:
            started = move.resumes.started if move.resumes is not None else self._clock.epoch()
            aim = Aim(self._gateway, move, started)
            self._reading = asyncio.ensure_future(self._read(aim))
            await self._reading
            await self._source.open(self._agreed)
            self.op = await self._apart(lambda: self._begin(started))
            aim.operation = f"{self.op}:{started!r}"
            await self._move_all(self.op, aim)
        finally:
            await self._end()

    async def _move_all(self, op: int, aim: Aim) -> None:
        """Put together what moves, and let it."""
        gateway, move, clock, holding, tally = self._gateway, self._move, self._clock, self._holding, self._tally
        self._outcomes = outcomes = Outcomes(move, self._journal, op, holding=holding, tally=tally)
        deleting = Deleting(gateway, move, clock, holding=holding, tally=tally, outcomes=outcomes)
        carrier = Carrier(
            gateway,
            move,
            self._journal,
            op,
            clock,
            holding=holding,
            outcomes=outcomes,
            deleting=deleting,
            hold=self._hold,
        )
        self._receiving = MoveReceiving(
            gateway,
            move,
            clock,
            source=self._source,
            aim=aim,
            carrier=carrier,
            deleting=deleting,
            outcomes=outcomes,
            holding=holding,
            tally=tally,
            hold=self._hold,
        )
        tally.start(self._source.total)
        if tally.stopped:
            self.stop()
        await self._receiving.run()

    async def _read(self, aim: Aim) -> None:
        await self._source.appraise()
        await aim.prepare()

    def _begin(self, started: float) -> int:
        move = self._move
        if move.resumes is not None:
            resumes = move.resumes
            return self._journal.take_over(resumes.op, known=(resumes.sure, resumes.unsure)).op
        return self._journal.begin(
            move.kind,
            context=self._context,
            source=move.source.arn,
            destination=move.destination.arn if move.destination is not None else None,
            detail=detail_of(move),
            at=started,
            edits=move.edits,
        )

    async def _apart(self, work: Callable[[], _T]) -> _T:
        """Do what uses the journal without holding up the loop, for a file may be slow, or be written by another."""
        return await asyncio.to_thread(work) if self._journal.kept else work()

    async def _keep_holding(self) -> None:
        """Renew the holds before they lapse, to the end."""
        while True:
            await self._clock.sleep(self._hold / 3)
            # Shielded, so that the end waits for a renewal that is under way instead of racing it.
            self._renewing = asyncio.ensure_future(self._holding.renew())
            await asyncio.shield(self._renewing)

    async def _see_the_end(self, working: asyncio.Task[None]) -> None:
        """Wait for the end for a while, and break off then what takes too long."""
        self._hurried.set()
        if self._reading is not None:
            self._reading.cancel()  # nothing was done yet
        if not await within(self._clock, _HURRY_SECONDS, working) and self._receiving is not None:
            self._receiving.cancel()
        await asyncio.wait({working})
        if not working.cancelled():
            working.exception()  # it was for whoever was cancelled

    async def _end(self) -> None:
        """Give everything back and write down the outcome, whatever happened."""
        if self._outcomes is not None:
            await self._outcomes.leave()
        if self._keeper is not None:
            self._keeper.cancel()
        left = await self._let_go()
        if left:
            self._tally.note(left)
        await self._written(self._source.close())
        if self.op is not None:
            await self._written(self._apart(self._write_end))
        self._tally.tell(ended=True)

    async def _let_go(self) -> str:
        """Release what is held, and say what could not be; once the holds have lapsed there is nothing to release."""
        held = len(self._holding)
        letting_go = asyncio.ensure_future(self._holding.release())
        patience = max(0.0, (self._holding.last or 0.0) - self._clock.monotonic())
        await within(self._clock, patience, letting_go, unless=self._hurried)
        if await within(self._clock, _HURRY_SECONDS if self._hurried.is_set() else 0.0, letting_go):
            return letting_go.result()
        # A renewal that outlived the move would hold for longer what is said to come back by itself.
        under_way = {task for task in (letting_go, self._renewing) if task is not None}
        for task in under_way:
            task.cancel()
        await asyncio.wait(under_way)
        return self._holding.abandoned(held)

    async def _written(self, writing: Awaitable[object]) -> None:
        try:
            await writing
        except (JournalError, LedgerError) as fault:
            self._tally.give_up(Problem(ProblemKind.FAILED, str(fault)))

    def _write_end(self) -> None:
        assert self.op is not None
        tally = self._tally
        counts = {"moved": tally.moved, "failed": tally.failed, "doubtful": tally.doubtful, "skipped": tally.skipped}
        said = outcome(self._move.kind, tally.figures(ended=True))
        self._journal.end(self.op, said, counts=counts, at=self._clock.epoch())
