"""The receives of a move: several at once, each answer carried to its end, until nothing is left that is meant."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from sqsview.clock import Clock
from sqsview.domain.message import Message
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import GatewayError, JournalError, LedgerError, ServerFault
from sqsview.gateway import MOST_AT_ONCE, Gateway
from sqsview.operations.aiming import NEW, Aim
from sqsview.operations.carrying import Carrier
from sqsview.operations.deleting import Deleting
from sqsview.operations.holding import Holding
from sqsview.operations.look_notes import in_flight_limit
from sqsview.operations.move import Move
from sqsview.operations.move_faults import GIVE_UP, is_hopeless, pause
from sqsview.operations.move_items import Item, Stage
from sqsview.operations.move_outcomes import UNDELETED, Outcomes
from sqsview.operations.move_source import MoveSource
from sqsview.operations.move_tally import Tally
from sqsview.operations.receiving import WAIT, may_have_counted

AT_ONCE = 8
"""Receives, each with its sends and deletions, under way at once: at 50 ms a call 500 messages a second."""
_RATE_OF_ONE = 20.0
"""Messages a second that one of them manages as a rule, so that a low rate does not hold more than it needs."""
_LOOK_AGAIN = 1.0
"""Seconds between two receives while something is waited for that comes back by itself."""
_HOLDS_TO_WAIT = 3
"""How many holds long that may take at most."""
_FIFO_STAYS = (
    "a FIFO queue gives nothing of a group while a message of it is held: what is behind those that stay was not met"
)


class MoveReceiving:
    """Receives for one move, and knows what was met and stays."""

    def __init__(
        self,
        gateway: Gateway,
        move: Move,
        clock: Clock,
        *,
        source: MoveSource,
        aim: Aim,
        carrier: Carrier,
        deleting: Deleting,
        outcomes: Outcomes,
        holding: Holding,
        tally: Tally,
        hold: int,
    ) -> None:
        self._gateway = gateway
        self._move = move
        self._clock = clock
        self._source = source
        self._aim = aim
        self._carrier = carrier
        self._deleting = deleting
        self._outcomes = outcomes
        self._holding = holding
        self._tally = tally
        self._hold = hold
        in_hand = move.in_hand
        self._ready = deque(in_hand[start : start + MOST_AT_ONCE] for start in range(0, len(in_hand), MOST_AT_ONCE))
        """What is in hand and was not looked at yet, in lots of ten."""
        self._missing = set(move.ids) if move.ids is not None else None
        """Ids that were not met yet; None where all are meant."""
        self._sure = set(move.resumes.sure) if move.resumes is not None else set()
        """Ids of an interrupted move whose copies are there, and that were not met yet."""
        self._stay: set[str] = set()
        """Ids that were met and stay: not meant, failed, in doubt, or copied and not to be deleted."""
        self._flying: set[asyncio.Task[int]] = set()
        self._expected = source.visible
        """Messages that the queue counted and that were not met yet."""
        self._empty = self._failing = 0
        """Answers in a row with nothing new; receives in a row that failed."""
        # What an interrupted process had in hand comes back when its holds lapse.
        self._back_at = clock.monotonic() + hold if move.resumes is not None else 0.0
        """Monotonic seconds at which the last of what is hidden by a lost answer is visible again."""
        self._patience: float | None = None
        """Monotonic seconds at which nothing more is waited for."""
        self._asked_at = 0.0
        """Monotonic seconds of the latest receive."""
        self._over_limit = False

    # -- the course of it

    async def run(self) -> None:
        """Receive and carry until nothing is left that is meant, it is stopped, or it gives up."""
        most = self._most_at_once()
        window = 1
        try:
            while True:
                while len(self._flying) < min(window, most) and self._may_start():
                    lot = self._ready.popleft() if self._ready else None
                    self._flying.add(asyncio.ensure_future(self._one(lot)))
                if self._flying:
                    done, self._flying = await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        window = min(most, window + (not task.cancelled() and task.result() > 0))
                elif not await self._waits_for_more():
                    break
        finally:
            await self._leave()
            self._tally.waits = 0.0
        if not self._outcomes.stopping.is_set():
            await self._settle()

    def cancel(self) -> None:
        """Break off what is under way."""
        self._outcomes.stopping.set()
        for task in self._flying:
            task.cancel()

    def _most_at_once(self) -> int:
        move = self._move
        destinations = [move.destination] if move.destination is not None else list(move.sources.values())
        if move.source.fifo or any(ref is not None and ref.fifo for ref in destinations):
            return 1  # what is under way at once arrives in any order
        return AT_ONCE if move.rate is None else min(AT_ONCE, 1 + int(move.rate / _RATE_OF_ONE))

    def _may_start(self) -> bool:
        if self._outcomes.stopping.is_set():
            return False
        if self._ready:
            return True
        if not self._source.is_open or self._over_limit or self._is_done():
            return False
        # After an empty answer the others under way tell first whether it is so.
        return not self._empty or not (self._flying or self._is_dry())

    def _is_done(self) -> bool:
        """Tell whether every message that is meant by name was met, and none is to be met again."""
        return self._missing is not None and not (self._missing or self._sure or self._awaits_again())

    def _awaits_again(self) -> bool:
        """Tell whether messages are to be met once more, to be sent or deleted then."""
        return bool(self._outcomes.undeleted or self._outcomes.lapsed)

    def _is_dry(self) -> bool:
        return self._empty >= (2 if self._expected > 0 else 1)

    async def _one(self, lot: Sequence[Message] | None) -> int:
        """Receive once, unless there is a lot in hand, and carry it to its end; tell how many new messages it had."""
        try:
            if lot is not None:
                return await self._take(lot, known=True)
            return await self._receive_and_carry()
        except (JournalError, LedgerError) as fault:
            self._outcomes.give_up(Problem(ProblemKind.FAILED, str(fault)))
            return 0

    async def _receive_and_carry(self) -> int:
        sent_at = self._asked_at = self._clock.monotonic()
        maximum = MOST_AT_ONCE if self._move.rate is None else min(MOST_AT_ONCE, max(1, int(self._move.rate)))
        hold = self._holding.seconds
        try:
            messages = await self._gateway.receive_message(self._move.source, maximum=maximum, wait=WAIT, hold=hold)
        except asyncio.CancelledError:
            self._source.unanswered += 1
            raise
        except GatewayError as fault:
            await self._failed(fault, hold)
            return 0
        self._failing = 0
        self._holding.add(messages, sent_at + hold)
        return await self._take(messages, known=False)

    async def _failed(self, fault: GatewayError, hold: int) -> None:
        if isinstance(fault, ServerFault) and "OverLimit" in fault.problem.text:
            self._over_limit = True
            self._tally.note(in_flight_limit())
            return
        if may_have_counted(fault):
            self._source.unanswered += 1
            # The server began to hold them when the question arrived there, at the latest now.
            self._back_at = max(self._back_at, self._clock.monotonic() + hold)
        self._failing += 1
        if is_hopeless(fault) or self._failing >= GIVE_UP:
            self._outcomes.give_up(fault.problem)
        else:
            await self._clock.sleep(pause(self._failing))

    # -- one answer

    async def _take(self, messages: Sequence[Message], *, known: bool) -> int:
        """Carry what is meant of one answer, and keep the rest held."""
        outcomes = self._outcomes
        items: list[Item] = []
        staying: list[Message] = []
        new = 0
        for message in messages:
            under_way = outcomes.under_way.get(message.id)
            if under_way is not None:
                under_way.message = message  # an older receipt may not be good any more
            elif message.id not in self._stay:
                new += message.id not in outcomes.recent and message.id not in outcomes.undeleted
                item = self._known(message) or await self._aimed(message)
                if item is not None:
                    items.append(item)
                else:
                    staying.append(message)
        self._expected -= new
        if new:
            self._patience = None
        self._empty = 0 if new or known else self._empty + 1
        try:
            if items:
                await self._carrier.carry(items)
        finally:
            staying += [item.message for item in items if item.stage is not Stage.CONFIRMED]
            met = [message.id for message in staying if message.id not in outcomes.lapsed]
            self._stay.update(met, (item.id for item in items if self._move.keep))
            self._holding.expect(len(self._holding))
            self._tally.tell()
        if not known:
            await self._source.record(staying)
        return new

    def _known(self, message: Message) -> Item | None:
        """Give what is only to be deleted, for its copy is there from before; None for all else."""
        undeleted = self._outcomes.undeleted.get(message.id)
        if undeleted is not None:
            undeleted.message = message
            return undeleted
        if message.id in self._outcomes.recent:
            return Item(message, stage=Stage.CONFIRMED, is_counted=True)
        if message.id in self._sure and not self._move.keep:
            self._sure.discard(message.id)
            self._met(message.id)
            return Item(message, stage=Stage.CONFIRMED)
        return None

    async def _aimed(self, message: Message) -> Item | None:
        now = self._clock.epoch()
        self._outcomes.lapsed.pop(message.id, None)
        if message.id in self._sure:
            self._met(message.id)
            return None  # it was copied before the interruption
        why_not = NEW if message.id in self._outcomes.copies else self._aim.why_not(message, now)
        if why_not is not None:
            self._tally.skipped += 1
            if why_not:
                self._tally.count_note(f"stays, {why_not}")
            return None
        self._met(message.id)
        aimed = await self._aim.at(message, now)
        if isinstance(aimed, str):
            self._outcomes.refuse(message, aimed)
            return None
        item, notes = aimed
        for note in notes:
            self._tally.count_note(note)
        return item

    def _met(self, identity: str) -> None:
        if self._missing is not None:
            self._missing.discard(identity)

    # -- what is left

    async def _waits_for_more(self) -> bool:
        """Tell whether to receive once more, after a while, for what comes back by itself."""
        if self._outcomes.stopping.is_set() or self._over_limit:
            return False
        undeleted = self._outcomes.undeleted
        if undeleted:
            await self._deleting.delete(list(undeleted.values()))
        now = self._clock.monotonic()
        if self._patience is None:
            self._patience = now + self._hold * _HOLDS_TO_WAIT
            if self._awaits_again():
                self._back_at = max(self._back_at, now + self._hold)
        if not self._source.is_open or self._is_done():
            return False
        until = min(self._back_at, self._patience)
        if self._asked_at >= until:
            if undeleted and await self._source.is_empty(but_for=undeleted):
                # A server that refuses to delete what an earlier call, whose answer was lost, had deleted.
                self._outcomes.done(list(undeleted.values()))
            return False
        if not self._awaits_again() and await self._source.is_empty():
            return False
        seconds = max(until - now, 0.0)
        self._tally.waits = seconds
        self._tally.tell()
        await self._clock.sleep(min(seconds, _LOOK_AGAIN))
        self._empty = self._expected = 0
        return True

    async def _settle(self) -> None:
        """Say what became of the messages that were known by name and not met."""
        if self._move.source.fifo and self._tally.skipped:
            self._tally.note(_FIFO_STAYS)
        resumes = self._move.resumes
        if resumes is None:
            for identity in sorted(self._missing or ()):
                self._outcomes.miss(identity)
        elif not self._move.keep and (self._sure or resumes.unsure):
            if await self._source.is_empty():
                unmet = [identity for identity in resumes.unsure if identity not in self._stay]
                self._outcomes.settle([*self._sure, *unmet])
            else:
                for identity in sorted(self._sure):
                    self._tally.fail(identity, UNDELETED, twice=True)

    async def _leave(self) -> None:
        """Leave nothing under way after a fault of our own."""
        if self._flying:
            self.cancel()
            await asyncio.wait(self._flying)
            self._flying.clear()
