"""One explicit look at a queue: receive with a short hold, show, and give everything back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from sqsview.clock import Clock
from sqsview.domain.message import Message
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.receive_budget import takes_last_try
from sqsview.errors import GatewayError, LedgerError, LookRefused
from sqsview.gateway import Gateway
from sqsview.operations import look_notes
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.cancellation import see_through, within
from sqsview.operations.holding import Holding, unheld
from sqsview.operations.ledger import Knowledge, Ledger
from sqsview.operations.receiving import Receiving

__all__ = ["HOLD", "Appraisal", "Look", "Stage", "appraise"]

HOLD = 20
"""Seconds for which a look keeps messages from others, unless it gives them back or renews it before."""

_MESSAGES_A_HOLD = 2_500
"""Messages that one hold leaves time for; of more they are held for longer. A server that is slow to receive from is
slow to renew, too, and would do nothing else. AWS gives many more in that time."""
_END_SECONDS = 5.0
"""How long the end of a look may take for somebody who wants to be gone."""
_ANSWERS_SECONDS = 2.5
"""How much of it is for the receives under way: a long poll takes 1 s. What they bring is given back, too."""
_RELEASE_SECONDS = _END_SECONDS - _ANSWERS_SECONDS
"""How much of it is left for the release in any case."""
_RELEASES_A_SECOND = 1_000.0
"""Messages for each of which the release may take so much longer."""


class Stage(StrEnum):
    """Where a look is."""

    READY = "ready"
    RECEIVING = "receiving"
    HELD = "held"
    """Everything in hand is kept from others, and will be until `Look.release`."""
    RELEASING = "releasing"
    RELEASED = "released"
    LOST = "lost"
    """Nothing is held any more although it should be, or nothing could be given back; `Look.problem` says why."""


def _nothing() -> None:
    pass


class Look:
    """A look at one queue, which belongs to a screen or a command and ends with it.

    Whatever ends it, everything that it received is given back: success, a fault, a cancellation, `release`.
    """

    def __init__(
        self,
        gateway: Gateway,
        appraisal: Appraisal,
        ledger: Ledger,
        clock: Clock,
        *,
        keep: bool = False,
        spend: bool = False,
        hold: int = HOLD,
        on_change: Callable[[], None] = _nothing,
    ) -> None:
        """Prepare a look; nothing is received before `gather`.

        Args:
            gateway: where from.
            appraisal: of the queue, as the person saw it.
            ledger: where every receive is written down.
            clock: for holds and for dates.
            keep: whether to hold on until `release`, as in a dead-letter queue; else all is let go once it was seen.
            spend: whether the look may take a message's last try, since a person said so.
            hold: seconds of one hold; it is longer where thousands of messages are wanted.
            on_change: called after every change of what is told here, on the loop.
        """
        self.appraisal = appraisal
        self.allowance = appraisal.allowance
        """What the next look would cost."""
        self.stage = Stage.READY
        self.receives = 0
        """Messages received, each time counted: so much was added to receive counts."""
        self.problem: Problem | None = None
        """What ended the look, or the hold, before its time."""
        self._queue = appraisal.queue
        self._maximum = appraisal.settings.max_receive_count
        self._gateway = gateway
        self._ledger = ledger
        self._clock = clock
        self._keep = keep
        self._spend = spend
        self._hold = hold
        self._on_change = on_change
        self._holding = Holding(gateway, self._queue, clock, hold)
        self._messages: dict[str, Message] = {}
        self._listed: tuple[Message, ...] | None = None
        self._notes: dict[str, str] = {}
        """What is to be told, by subject; the newest word on each."""
        self._number: int | None = None
        """Of this look in the ledger."""
        self._last_tries = 0
        self._receiving: Receiving | None = None
        self._run: asyncio.Task[None] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._releasing: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()
        """Set once somebody wants to be gone: then a release that takes long is broken off."""

    # -- what is told

    @property
    def messages(self) -> Sequence[Message]:
        """What was met, each message once, in the order of meeting; each as it was received last."""
        if self._listed is None:
            self._listed = tuple(self._messages.values())
        return self._listed

    @property
    def held(self) -> int:
        """How many messages are kept from others now."""
        return len(self._holding)

    @property
    def held_until(self) -> float | None:
        """Monotonic seconds at which the first hold lapses unless it is renewed; None where nothing is held."""
        return self._holding.until

    @property
    def renewed_at(self) -> float | None:
        """Monotonic seconds of the last renewal; None before the first."""
        return self._holding.renewed_at

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person has to know of this look, a line each. It may quote the server, so it is untrusted text."""
        return tuple(self._notes.values())

    def is_held(self, message_id: str) -> bool:
        """Tell whether a message is kept from others now."""
        return self._holding.holds(message_id)

    # -- what is done

    async def gather(self, wanted: int) -> None:
        """Receive until ``wanted`` different messages are in hand in all, or the queue has no more.

        May be called again for more while messages are held. A refusal changes nothing; whatever else goes wrong,
        and a cancellation, gives everything back first. What was met before is in ``messages`` then.

        Raises:
            LookRefused: it would take a message's last try, or move one, and ``spend`` is False.
            LedgerError: the record of looks cannot be written.
            GatewayError: a receive failed.
        """
        if self.stage not in (Stage.READY, Stage.HELD):
            raise RuntimeError(f"a look that is {self.stage} cannot go on")
        self._open()
        self.stage = Stage.RECEIVING
        self._changed()
        self._holding.seconds = max(self._hold, round(self._hold * wanted / _MESSAGES_A_HOLD))
        self._receiving = Receiving(self._gateway, self._queue, self._clock, self._holding.seconds, self._take)
        self._run = asyncio.ensure_future(self._receive(self._receiving, wanted))
        holding_on = False
        try:
            await asyncio.shield(self._run)
            holding_on = self._keep and self._receiving.fault is None and self._releasing is None
        except asyncio.CancelledError:
            self._hurried.set()
            raise
        finally:
            if not holding_on:
                await self._let_go()
        if self._receiving.fault is not None:
            raise self._receiving.fault
        if holding_on:
            self.stage = Stage.HELD
            self._changed()

    async def release(self) -> None:
        """Give back everything, once; also while `gather` runs, which then ends. A cancellation waits for it."""
        self._hurried.set()
        await self._let_go()

    # -- receiving

    def _open(self) -> None:
        """Judge by what is known this moment, and open the look in the ledger."""

        def judge(known: Knowledge) -> None:
            self.allowance = self.appraisal.allow(known)
            if self.allowance.must_ask and not self._spend:
                raise LookRefused(self.allowance.line)

        # A message whose hold was lost can be met again, so that it is a risk like any other.
        again = None if self._holding.lost else self._number
        self._number = self._ledger.open_look(self.appraisal.key, self._clock.epoch(), judge, again)

    async def _receive(self, receiving: Receiving, wanted: int) -> None:
        counts, fifo = self.appraisal.counts, self._queue.fifo
        began = self._clock.epoch()
        self._tell("before", look_notes.before_look(fifo=fifo, keep=self._keep))
        if self._keeper is None:
            self._keeper = asyncio.ensure_future(self._keep_holding())
        before = len(self._messages)
        await receiving.run(wanted - before, expected=(counts.visible or 0) - before)
        self._holding.seconds = self._hold
        if receiving.over_limit:
            self._tell("answers", [look_notes.in_flight_limit()])
        elif receiving.dry:
            got = len(self._messages)
            self._tell("answers", look_notes.of_answers(counts, wanted=wanted, got=got, fifo=fifo))
        self._tell("order", look_notes.of_order([one.receive_count for one in self.messages], fifo=fifo))
        try:
            self._close(receiving, began)
            if self._ledger.log_is_long:
                await asyncio.to_thread(self._ledger.shorten_log)
        except LedgerError as fault:
            receiving.fault = receiving.fault or fault

    def _close(self, receiving: Receiving, began: float) -> None:
        key, number, now = self.appraisal.key, self._number, self._clock.epoch()
        assert number is not None
        self._ledger.close_look(number, now, answered=not receiving.unanswered)
        counts, moved = self.appraisal.counts, self.allowance.moving
        self._tell("moved", look_notes.of_moves(moved, self.allowance.target))
        met_all = counts.visible is not None and len(self._messages) + moved >= counts.visible
        if receiving.dry and met_all and counts.in_flight == 0:
            self._ledger.forget_unmet(key, number, began)
        self.allowance = self.appraisal.allow(self._ledger.knowledge(key))

    def _take(self, messages: Sequence[Message], until: float) -> int:
        """Take in one answer; gives how many of its messages were new."""
        before = len(self._messages)
        self._holding.add(messages, until)
        self._messages.update((message.id, message) for message in messages)
        self._listed = None
        self.receives += len(messages)
        seen = [(message.id, message.receive_count) for message in messages]
        assert self._number is not None
        self._ledger.record(self.appraisal.key, self._number, seen, self._clock.epoch())
        if not self._spend:
            self._heed_last_tries([count for _, count in seen])
        self._changed()
        return len(self._messages) - before

    def _heed_last_tries(self, counts: Sequence[int | None]) -> None:
        taken = sum(takes_last_try(self._maximum, count) for count in counts)
        if taken and self._maximum is not None and self._receiving is not None:
            self._last_tries += taken
            self._receiving.stop()
            target = self.appraisal.allowance.target
            self._tell("last tries", [look_notes.of_last_tries(self._last_tries, self._maximum, target)])

    # -- holding and letting go

    async def _keep_holding(self) -> None:
        """Renew the holds, while receives are under way and as long as they are to be kept."""
        while True:
            await self._clock.sleep(self._hold / 3)
            if not self._holding:
                continue
            # Shielded, so that the end waits for a renewal that is under way instead of racing it.
            await asyncio.shield(asyncio.ensure_future(self._holding.renew()))
            if lost := len(self._holding.lost):
                held = "1 message is no longer held" if lost == 1 else f"{lost:,} messages are no longer held"
                reason = next(iter(self._holding.lost.values()))
                self._tell("lost", [f"{held}, and may be received by others: {reason}"])
            if not self._holding and self.stage is Stage.HELD:
                self.stage, self.problem = Stage.LOST, unheld(self._holding.problem)
            self._changed()

    async def _let_go(self) -> None:
        if self._releasing is None:
            self._releasing = asyncio.ensure_future(self._end())
        await see_through(self._releasing, on_cancel=self._hurried.set)

    async def _end(self) -> None:
        run, receiving, began = self._run, self._receiving, self._clock.monotonic()
        if run is not None and receiving is not None and not run.done():
            receiving.stop()
            if not await within(self._clock, _ANSWERS_SECONDS, run):
                receiving.cancel()
                await asyncio.wait({run})
        if self._keeper is not None:
            self._keeper.cancel()
        was_lost = self.stage is Stage.LOST
        self.stage = Stage.RELEASING
        self._changed()
        held = len(self._holding)
        letting_go = asyncio.ensure_future(self._holding.release())
        # Once the holds have lapsed there is nothing to release; and who is in a hurry does not wait for that.
        patience = max(0.0, (self._holding.last or 0.0) - self._clock.monotonic())
        await within(self._clock, patience, letting_go, unless=self._hurried)
        left_over = _END_SECONDS - (self._clock.monotonic() - began)
        hurry = max(left_over, _RELEASE_SECONDS) + held / _RELEASES_A_SECOND
        if await within(self._clock, hurry if self._hurried.is_set() else 0.0, letting_go):
            left = letting_go.result()
        else:
            letting_go.cancel()
            await asyncio.wait({letting_go})
            left = self._holding.abandoned(held)
        if left:
            self._tell("release", [left])
        self._settle(receiving, left=left, held=held, was_lost=was_lost)
        self._changed()

    def _settle(self, receiving: Receiving | None, *, left: str, held: int, was_lost: bool) -> None:
        fault = receiving.fault if receiving else None
        if isinstance(fault, GatewayError):
            self.problem = fault.problem
        elif fault is not None:
            self.problem = Problem(ProblemKind.FAILED, str(fault))
        elif left and self._holding.problem is not None:
            self.problem = self._holding.problem
        none_released = left.startswith(f"{held:,} of ")
        self.stage = Stage.LOST if was_lost or none_released else Stage.RELEASED

    def _tell(self, subject: str, lines: Iterable[str]) -> None:
        said = " · ".join(lines)
        if said:
            self._notes[subject] = said
        else:
            self._notes.pop(subject, None)

    def _changed(self) -> None:
        self._on_change()
