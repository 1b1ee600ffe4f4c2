"""The looks that one screen makes at one queue: it asks first, receives, holds or lets go, and gives all back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from sqsview.clock import Clock
from sqsview.domain.message import Message
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.receive_budget import Allowance
from sqsview.errors import GatewayError, LedgerError, LookRefused
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, Stage

if TYPE_CHECKING:
    from sqsview.live.feed import Feed

USUAL = 25
"""Messages of a look where nobody says how many."""
MOST = 10_000
"""Messages of a look, at most."""


class Phase(StrEnum):
    """Where the looks of a screen are, as far as it is not told by the look itself."""

    IDLE = "idle"
    """Nothing was looked at yet."""
    READING = "reading"
    """The queue is asked for its settings and counts."""
    ASKING = "asking"
    """A person is asked whether the look may cost what it costs."""
    LOOKING = "looking"
    DECLINED = "declined"
    """A person was told what the look would cost, and did not want it."""
    DONE = "done"
    """It has ended; the look, or the problem, tells how."""


class Looking:
    """Makes the looks, one at a time; everything that needs a person or a screen is given to it."""

    def __init__(
        self,
        feed: Feed,
        queue: QueueRef,
        ledger: Ledger,
        clock: Clock,
        *,
        keeps: Callable[[], bool],
        ask: Callable[[Allowance], Awaitable[bool]],
        on_change: Callable[[], None],
    ) -> None:
        """Prepare; nothing is received before `look`.

        Args:
            feed: gives the connection, and tells before it closes.
            queue: where to look.
            ledger: the record of all receives.
            clock: for holds and for dates.
            keeps: tells whether messages are to be held, as those of a dead-letter queue.
            ask: puts to a person what a look would cost; gives whether it is to be made nevertheless.
            on_change: called after every change, on the loop.
        """
        self.queue = queue
        self.phase = Phase.IDLE
        self.wanted = 0
        """How many messages the look is to have in hand in all."""
        self.now: Look | None = None
        """The look that is made, or was made last; the one before it until there is something new to see."""
        self.problem: Problem | None = None
        """Why there is no look, or what ended it."""
        self.declined = ""
        """What the look would have cost that a person did not want."""
        self.ended = ""
        """What made an end of a look or of a hold before its time, as ``the connection was closed``."""
        self._feed = feed
        self._ledger = ledger
        self._clock = clock
        self._keeps = keeps
        self._ask = ask
        self._on_change = on_change
        self._claimed = False
        self._open: dict[Look, Callable[[], None]] = {}
        """The looks that may hold something, with what takes back that the connection sees to them."""

    @property
    def busy(self) -> bool:
        """Tell whether a look is being prepared or made."""
        return self.phase in (Phase.READING, Phase.ASKING, Phase.LOOKING)

    @property
    def unfinished(self) -> bool:
        """Tell whether a look is under way, or may hold something for all that is known here."""
        return self.busy or bool(self._open)

    @property
    def held(self) -> int:
        """How many messages are kept from others now."""
        return sum(look.held for look in self._open)

    @property
    def holding(self) -> bool:
        """Tell whether messages are held, so that a look is for more than those."""
        return self._held() is not None

    def claim(self) -> bool:
        """Take the turn for one `look`, on the spot; False where another one has it.

        A second key may come before the first one's look has made its first step.
        """
        if self.busy:
            return False
        self._claimed = True
        self.problem, self.declined, self.ended = None, "", ""
        self._to(Phase.READING)
        return True

    async def look(self, more: int = USUAL) -> None:
        """Look once: for ``more`` messages than are held, or at ``more`` messages where none are.

        What goes wrong is told by ``problem`` and ``declined``; a cancellation gives back what was received.

        Raises:
            RuntimeError: whoever calls has not claimed the turn.
        """
        if not self._claimed:
            raise RuntimeError("a look needs the turn, and each its own")
        self._claimed = False
        try:
            await self._look(more)
        except LedgerError as fault:
            self.problem = Problem(ProblemKind.FAILED, str(fault), "no look is made without the record of receives")
        except GatewayError as fault:
            self.problem = fault.problem
        finally:
            if self.phase is not Phase.DECLINED:
                self.phase = Phase.DONE
            self._on_change()

    async def _look(self, more: int) -> None:
        held = self._held()
        self.wanted = more + (len(held.messages) if held is not None else 0)
        agreed: Allowance | None = None
        while True:
            try:
                await self._gather(agreed)
            except LookRefused as refused:
                if not await self._agreed(refused.allowance):
                    return
                agreed = refused.allowance
            else:
                return

    def _held(self) -> Look | None:
        """Give the look that holds and can go on; what it holds stays held also while a person is asked."""
        return self.now if self.now in self._open and self.now.stage is Stage.HELD else None

    async def _gather(self, agreed: Allowance | None) -> None:
        """Go on with the look that holds, or make another one by the connection that there is now."""
        before, look = self.now, self._held()
        if look is None:
            self._to(Phase.READING)
            await self._give_back()  # what is only just being given back can be received again then
            look = await self._make()
        self._to(Phase.LOOKING)
        try:
            await self._receive(look, agreed)
        except LookRefused:
            self.now = before
            raise
        self.now = look

    async def _receive(self, look: Look, agreed: Allowance | None) -> None:
        try:
            await look.gather(self.wanted, agreed)
        finally:
            if look.stage is not Stage.HELD:
                await self._release(look)

    async def _make(self) -> Look:
        gateway = self._feed.gateway()
        appraisal = await appraise(gateway, self.queue, self._ledger, self._clock)
        first = self.now is None

        def changed() -> None:
            if first or look.receives:  # what was seen before stays until there is something else to see
                self.now = look
            self._on_change()

        look = Look(gateway, appraisal, self._ledger, self._clock, keep=self._keeps(), on_change=changed)
        self._open[look] = self._feed.before_closing(partial(self._close, look))
        return look

    async def _close(self, look: Look) -> None:
        """Give back what a look holds before the connection is closed, whoever closes it."""
        if look.stage in (Stage.READY, Stage.RECEIVING, Stage.HELD):
            self.ended = "the connection was closed"
        await self._release(look)

    async def _agreed(self, allowance: Allowance) -> bool:
        self._to(Phase.ASKING)
        agreed = await self._ask(allowance)
        if not agreed:
            self.declined = allowance.line
            self._to(Phase.DECLINED)
        return agreed

    def _to(self, phase: Phase) -> None:
        self.phase = phase
        self._on_change()

    async def hand_over(self, ids: Collection[str]) -> tuple[tuple[Message, ...], float]:
        """Let an operation have messages; give those that are held, and when their hold lapses (see `Look`)."""
        return ((), 0.0) if self.now is None else await self.now.hand_over(ids)

    async def release(self) -> None:
        """Give back all that is held, also while a look is made; returns once that is done.

        Whoever calls has cancelled `look`, if one is under way, and has told by ``ended`` why.
        """
        if self._claimed:  # it was cancelled before its first step
            self._claimed, self.phase = False, Phase.DONE
        await self._give_back()
        self._on_change()

    async def _give_back(self) -> None:
        for look in list(self._open):
            await self._release(look)

    async def _release(self, look: Look) -> None:
        try:
            await look.release()
        finally:
            take_back = self._open.pop(look, None)
            if take_back is not None:
                take_back()


def described(appraisal: Appraisal | None, got: int) -> str:
    """Say how many messages are in hand of how many: ``25 of about 57``."""
    total = appraisal.total if appraisal is not None else None
    if total is None:
        return f"{got:,} messages" if got != 1 else "1 message"
    return f"{got:,} of about {max(total, got):,}" if got or total else "no messages"
