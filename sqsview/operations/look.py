"""One explicit look at a queue: receive with a short hold, show, and give everything back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from sqsview.clock import Clock
from sqsview.domain.message import Message
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Counts
from sqsview.domain.receive_budget import ANYTHING, Allowance, Consent, takes_last_try
from sqsview.errors import GatewayError, LedgerBusy, LedgerError, LookRefused
from sqsview.gateway import Gateway
from sqsview.operations import look_notes
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.cancellation import see_through, within
from sqsview.operations.holding import HOLD, Holding, unheld
from sqsview.operations.ledger import Knowledge, Ledger
from sqsview.operations.receiving import Receiving

__all__ = ["ANYTHING", "HOLD", "Appraisal", "Look", "Stage", "appraise"]

_END_SECONDS = 5.0
"""How long the end of a look may take for somebody who wants to be gone, and has few messages in hand."""
_LONGEST_END = 15.0
"""How long it may take with any number of messages in hand. It ends before the connection is closed on it."""
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
        hold: int = HOLD,
        on_change: Callable[[], None] = _nothing,
    ) -> None:
        """Prepare a look; nothing is received before `gather`.

        Args:
            gateway: where from.
            appraisal: of the queue, as the person saw it; every `gather` makes a new one.
            ledger: where every receive is written down.
            clock: for holds and for dates.
            keep: whether to hold on until `release`, as in a dead-letter queue; else all is let go once it was seen.
            hold: seconds of one hold; it is longer where thousands of messages are held.
            on_change: called after every change of what is told here, on the loop.
        """
        self.appraisal = appraisal
        """The queue as it was just before the last `gather`."""
        self.allowance = appraisal.allowance
        """What the next look would cost."""
        self.stage = Stage.READY
        self.receives = 0
        """Messages received, each time counted: so much was added to receive counts."""
        self.problem: Problem | None = None
        """What ended the look, or the hold, before its time."""
        self._queue = appraisal.queue
        self._gateway = gateway
        self._ledger = ledger
        self._clock = clock
        self._keep = keep
        self._hold = hold
        self._on_change = on_change
        self._holding = Holding(gateway, self._queue, clock, hold)
        self._messages: dict[str, Message] = {}
        self._listed: tuple[Message, ...] | None = None
        self._notes: dict[str, str] = {}
        """What is to be told, by subject; the newest word on each."""
        self._number: int | None = None
        """Of this look in the ledger."""
        self._agreed: Allowance | Consent | None = None
        """What a person agreed to."""
        self._last_tries = 0
        """Last tries that were taken under it."""
        self._reading: asyncio.Task[Appraisal] | None = None
        self._receiving: Receiving | None = None
        self._run: asyncio.Task[None] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
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
    def notes(self) -> tuple[str, ...]:
        """What a person has to know of this look, a line each. It may quote the server, so it is untrusted text."""
        return tuple(self._notes.values())

    # -- what is done

    async def gather(self, wanted: int, agreed: Allowance | Consent | None = None) -> None:
        """Receive until ``wanted`` different messages are in hand in all, or the queue has no more.

        It reads the queue anew, and judges by that and by all that any process has written down until then. May be
        called again for more while messages are held. A refusal changes nothing but ``appraisal`` and ``allowance``,
        which are those of now; whatever else goes wrong, and a cancellation, gives everything back first. What was
        met before is in ``messages`` then.

        Args:
            wanted: messages in all.
            agreed: the cost that a person was told and agreed to, or `ANYTHING`; None where nobody was asked.

        Raises:
            LookRefused: it would take a message's last try, or move one, and ``agreed`` does not cover that. It carries
                what is to be agreed to.
            LedgerError: the record of looks cannot be written.
            GatewayError: the queue cannot be read, or a receive failed.
        """
        before = self.stage
        if before not in (Stage.READY, Stage.HELD):
            raise RuntimeError(f"a look that is {before} cannot go on")
        self.stage = Stage.RECEIVING
        self._changed()
        if agreed is not self._agreed:
            self._agreed, self._last_tries = agreed, 0
        self._receiving = Receiving(self._gateway, self._queue, self._clock, self._holding.add, self._take)
        self._run = asyncio.ensure_future(self._gather(self._receiving, wanted))
        holding_on = refused = False
        try:
            await asyncio.shield(self._run)
            holding_on = self._keep and self._receiving.fault is None and self._releasing is None
        except LookRefused:
            refused = self._releasing is None
            raise
        except asyncio.CancelledError:
            self._hurried.set()
            raise
        finally:
            if refused:
                self.stage = before
                self._changed()
            elif not holding_on:
                await self._let_go()
        if self._receiving.fault is not None:
            raise self._receiving.fault
        if holding_on:
            self.stage = Stage.HELD
            self._changed()

    async def hand_over(self, ids: Collection[str]) -> tuple[tuple[Message, ...], float]:
        """Forget messages that another takes over; give those that were held, and the monotonic end of their hold."""
        held, until = await self._holding.hand_over(ids)
        given = tuple(message for message in self.messages if message.id in held)
        for each in ids:
            self._messages.pop(each, None)
        self._listed = None
        self._changed()
        return given, until

    async def release(self) -> None:
        """Give back everything, once; also while `gather` runs, which then ends. A cancellation waits for it."""
        self._hurried.set()
        await self._let_go()

    # -- receiving

    async def _gather(self, receiving: Receiving, wanted: int) -> None:
        self._reading = asyncio.ensure_future(appraise(self._gateway, self._queue, self._ledger, self._clock))
        try:
            appraisal = await self._reading
        except asyncio.CancelledError:
            return  # the end of the look does not wait for what only would have been read
        await self._ledger.apart(lambda: self._open(appraisal))
        await self._receive(receiving, wanted)

    def _open(self, appraisal: Appraisal) -> None:
        """Judge by what is known this moment, and open the look in the ledger."""
        now = self._clock.epoch()

        def judge(known: Knowledge) -> None:
            self.appraisal, self.allowance = appraisal, appraisal.allow(known, now)
            if self.allowance.must_ask and not self.allowance.is_covered_by(self._agreed):
                raise LookRefused(self.allowance.line, self.allowance)

        # A message whose hold was lost can be met again, so that it is a risk like any other.
        again = None if self._holding.lost else self._number
        limited = appraisal.settings.limited
        self._number = self._ledger.open_look(appraisal.key, now, judge, again, limited=limited)

    async def _receive(self, receiving: Receiving, wanted: int) -> None:
        fifo, began, before = self._queue.fifo, self._clock.epoch(), len(self._messages)
        counts = _but_for(len(self._holding), self.appraisal.counts)
        self._tell("before", look_notes.before_look(fifo=fifo, keep=self._keep))
        if self._keeper is None:
            self._keeper = asyncio.ensure_future(self._keep_holding())
        there = len(self._holding) + (counts.visible or 0)
        self._holding.expect(min(wanted, there))
        await receiving.run(
            wanted - before,
            expected=counts.visible or 0,
            hold=self._holding.seconds,
            probe=self.appraisal.is_unknown and not fifo,
        )
        self._holding.expect(len(self._holding))
        got = len(self._messages) - before
        if receiving.over_limit:
            self._tell("answers", [look_notes.in_flight_limit()])
        elif receiving.dry:
            said = look_notes.of_answers(counts, wanted=wanted - before, got=got, fifo=fifo, again=before > 0)
            self._tell("answers", said)
        self._tell("order", look_notes.of_order([one.receive_count for one in self.messages], fifo=fifo))
        met_all = (
            receiving.dry
            and counts.visible is not None
            and got + self.allowance.moving >= counts.visible
            and self.appraisal.counts.in_flight == 0
        )
        try:
            self._tell("moved", look_notes.of_moves(self.allowance.moving, self.allowance.target))
            self.allowance = await self._ledger.apart(lambda: self._close(receiving, began, met_all=met_all))
            if self._ledger.log_is_long:
                await self._ledger.apart(self._ledger.shorten_log)
        except LedgerError as fault:
            receiving.fault = receiving.fault or fault

    def _close(self, receiving: Receiving, began: float, *, met_all: bool) -> Allowance:
        key, number, now = self.appraisal.key, self._number, self._clock.epoch()
        assert number is not None
        self._ledger.close_look(number, now, answered=not receiving.unanswered)
        if met_all:
            self._ledger.forget_unmet(key, number, began)
        known = self._ledger.knowledge(key) if self.appraisal.settings.limited else Knowledge()
        return self.appraisal.allow(known, now)

    async def _take(self, messages: Sequence[Message]) -> int:
        """Take in one answer, which is held already; gives how many of its messages were new."""
        before = len(self._messages)
        self._messages.update((message.id, message) for message in messages)
        new = len(self._messages) - before
        self._listed = None
        self.receives += len(messages)
        seen = [(message.id, message.receive_count) for message in messages]
        self._heed_last_tries([count for _, count in seen])
        await self._write_down(seen)
        self._changed()
        return new

    async def _write_down(self, seen: Sequence[tuple[str, int | None]]) -> None:
        key, number, now = self.appraisal.key, self._number, self._clock.epoch()
        assert number is not None
        try:  # a fraction of a millisecond, and less than a thread costs
            self._ledger.record(key, number, seen, now, patient=False)
        except LedgerBusy:
            await self._ledger.apart(lambda: self._ledger.record(key, number, seen, now))

    def _heed_last_tries(self, counts: Sequence[int | None]) -> None:
        maximum, agreed = self.allowance.maximum, self._agreed
        if maximum is None or agreed is ANYTHING:
            return
        self._last_tries += sum(takes_last_try(maximum, count) for count in counts)
        covered = 0
        if isinstance(agreed, Allowance):
            if agreed.concerns_any:
                return
            covered = agreed.losing + agreed.moving
        if self._last_tries > covered and self._receiving is not None:
            self._receiving.stop()
            target = self.allowance.target
            self._tell("last tries", [look_notes.of_last_tries(self._last_tries - covered, maximum, target)])

    # -- holding and letting go

    async def _keep_holding(self) -> None:
        """Renew the holds, while receives are under way and as long as they are to be kept."""
        while self.stage is not Stage.LOST:
            await self._clock.sleep(self._hold / 3)
            if self._holding:
                # Shielded, so that the end waits for a renewal that is under way instead of racing it.
                self._renewing = asyncio.ensure_future(self._holding.renew())
                await asyncio.shield(self._renewing)
            elif self.stage is not Stage.HELD or not self._holding.lost:
                continue
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
        if self._reading is not None:
            self._reading.cancel()
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
        spent = self._clock.monotonic() - began
        hurry = max(_END_SECONDS - spent, _RELEASE_SECONDS) + held / _RELEASES_A_SECOND
        hurry = max(min(hurry, _LONGEST_END - spent), 0.0)
        if await within(self._clock, hurry if self._hurried.is_set() else 0.0, letting_go):
            left = letting_go.result()
        else:
            # A renewal that outlived the look would hold for longer what is said to come back by itself.
            under_way = {task for task in (letting_go, self._renewing) if task is not None}
            for task in under_way:
                task.cancel()
            await asyncio.wait(under_way)
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


def _but_for(held: int, counts: Counts) -> Counts:
    """Give the counts without what the look itself holds, which is in flight."""
    return replace(counts, in_flight=max(0, counts.in_flight - held)) if counts.in_flight else counts
