"""The looks that one screen makes at one queue: it asks first, receives, holds or lets go, and gives all back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
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
    """Makes the looks; everything that needs a person or a screen is given to it."""

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
        """The look that is made, or was made last."""
        self.problem: Problem | None = None
        """Why there is no look, or what ended it."""
        self.declined = ""
        """What the look would have cost that a person did not want."""
        self._feed = feed
        self._ledger = ledger
        self._clock = clock
        self._keeps = keeps
        self._ask = ask
        self._on_change = on_change
        self._take_back: Callable[[], None] | None = None

    @property
    def messages(self) -> Sequence[Message]:
        """What was met, each message once."""
        return self.now.messages if self.now is not None else ()

    @property
    def busy(self) -> bool:
        """Tell whether a look is being prepared or made."""
        return self.phase in (Phase.READING, Phase.ASKING, Phase.LOOKING)

    @property
    def holding(self) -> bool:
        """Tell whether messages are held, or may be for all that is known here."""
        return self.now is not None and self.now.stage in (Stage.RECEIVING, Stage.HELD, Stage.RELEASING)

    async def look(self, more: int = USUAL) -> None:
        """Look once: for ``more`` messages than are held, or at ``more`` messages where none are.

        What goes wrong is told by ``problem`` and ``declined``; a cancellation gives back what was received.
        """
        self.problem, self.declined = None, ""
        try:
            if self.now is not None and self.now.stage is Stage.HELD:
                await self._go_on(self.now, more)
            else:
                await self._begin(more)
        except LookRefused as refused:
            self.problem = Problem(ProblemKind.FAILED, str(refused), "look again to be asked")
        except LedgerError as fault:
            self.problem = Problem(ProblemKind.FAILED, str(fault), "no look is made without the record of receives")
        except GatewayError as fault:
            self.problem = fault.problem
        finally:
            if self.phase is not Phase.DECLINED:
                self.phase = Phase.DONE
            self._on_change()

    async def _go_on(self, look: Look, more: int) -> None:
        self.wanted = len(look.messages) + more
        try:
            await self._gather(look)
        except LookRefused as refused:
            # The look that holds may not spend: who agrees gets another one, and what is held is given back first.
            if await self._agreed(look.allowance, str(refused)):
                await self.release()
                await self._begin(self.wanted, spend=True)

    async def _begin(self, wanted: int, *, spend: bool = False) -> None:
        self._to(Phase.READING)
        self.wanted = wanted
        gateway = self._feed.gateway()
        appraisal = await appraise(gateway, self.queue, self._ledger, self._clock)
        if appraisal.allowance.must_ask and not spend:
            spend = await self._agreed(appraisal.allowance, appraisal.allowance.line)
            if not spend:
                return
        look = Look(
            gateway, appraisal, self._ledger, self._clock,
            keep=self._keeps(), spend=spend, on_change=self._on_change,
        )  # fmt: skip
        self._follow(look)
        await self._gather(look)

    async def _agreed(self, allowance: Allowance, line: str) -> bool:
        self._to(Phase.ASKING)
        agreed = await self._ask(allowance)
        if not agreed:
            self.declined = line
            self._to(Phase.DECLINED)
        return agreed

    async def _gather(self, look: Look) -> None:
        self._to(Phase.LOOKING)
        try:
            await look.gather(self.wanted)
        finally:
            if look.stage in (Stage.RELEASED, Stage.LOST):
                self._forget()

    def _to(self, phase: Phase) -> None:
        self.phase = phase
        self._on_change()

    def _follow(self, look: Look) -> None:
        """Have it given back before the connection is closed, whoever closes it."""
        self._forget()
        self.now = look
        self._take_back = self._feed.before_closing(look.release)

    def _forget(self) -> None:
        if self._take_back is not None:
            self._take_back()
            self._take_back = None

    async def release(self) -> None:
        """Give back all that is held, also while a look is made; returns once that is done."""
        if self.now is not None:
            await self.now.release()
        self._forget()


def described(appraisal: Appraisal | None, got: int) -> str:
    """Say how many messages are in hand of how many: ``25 of about 57``."""
    total = appraisal.total if appraisal is not None else None
    if total is None:
        return f"{got:,} messages" if got != 1 else "1 message"
    return f"{got:,} of about {max(total, got):,}" if got or total else "no messages"
