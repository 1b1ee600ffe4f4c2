"""What happens to messages that are to go: written down, sent, confirmed, written down, deleted, in this order."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.clock import Clock
from sqsview.domain.copying import batches
from sqsview.domain.message import Outgoing, Sent
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.publishing import Destination
from sqsview.errors import JournalError
from sqsview.gateway import MOST_AT_ONCE, Gateway
from sqsview.operations.deleting import Deleting
from sqsview.operations.holding import Holding
from sqsview.operations.journal import Intent, Journal
from sqsview.operations.move import Move
from sqsview.operations.move_items import Item, Stage
from sqsview.operations.move_outcomes import Outcomes
from sqsview.operations.pace import Pace
from sqsview.operations.sending import Sending

BEHIND = "it stays behind another message of its group, which was not sent"

_SAFE_SECONDS = 5.0
"""Seconds that a hold must last when a message is sent; less than a quarter of a short hold."""
_SOON = 1.0
"""Seconds after which confirmed messages are deleted, though there are not ten of them yet."""


class Carrier:
    """Carries messages of one move; several batches may be under way at once."""

    def __init__(
        self,
        gateway: Gateway,
        move: Move,
        journal: Journal,
        op: int,
        clock: Clock,
        *,
        holding: Holding,
        outcomes: Outcomes,
        deleting: Deleting,
        hold: int,
    ) -> None:
        self._journal = journal
        self._op = op
        self._clock = clock
        self._holding = holding
        self._outcomes = outcomes
        self._deleting = deleting
        self._safe = min(_SAFE_SECONDS, hold / 4)
        self._pace = Pace(clock, move.rate, small=move.start_small)
        self._sending = Sending(gateway, clock, holding=holding, outcomes=outcomes)

    async def carry(self, items: Sequence[Item]) -> None:
        """Bring these to their end, or leave them held.

        Raises:
            JournalError: it cannot be written down; nothing was sent that is not.
        """
        under_way = self._outcomes.under_way
        for item in items:
            self._outcomes.undeleted.pop(item.id, None)
            under_way[item.id] = item
        try:
            await self._delete_all([item for item in items if item.destination is None or item.stage is not Stage.HELD])
            await self._send_all([item for item in items if item.destination is not None and item.stage is Stage.HELD])
        finally:
            for item in items:
                if item.stage is Stage.HELD:
                    under_way.pop(item.id, None)

    async def _send_all(self, items: Sequence[Item]) -> None:
        """Send to each destination in turn, and delete what was confirmed."""
        confirmed: list[Item] = []
        since = self._clock.monotonic()
        try:
            for destination in {id(item.destination): item.destination for item in items}.values():
                assert destination is not None
                meant = [item for item in items if item.destination is destination]
                for batch in self._divided(destination, meant):
                    confirmed += await self._send(destination, batch)
                    if len(confirmed) >= MOST_AT_ONCE or self._clock.monotonic() - since > _SOON:
                        done, confirmed = confirmed, []
                        await self._deleting.delete(done)
                        since = self._clock.monotonic()
        finally:
            if confirmed:
                await self._deleting.delete(confirmed)

    def _divided(self, destination: Destination, items: Sequence[Item]) -> list[list[Item]]:
        """Divide into calls, in an order that keeps that of every group."""
        most = self._pace.most
        if any(map(self._sending.goes_alone, items)):
            most = 1
        return batches(items, _copy, fifo=destination.fifo, most=most, largest=destination.batch_limit)

    async def _send(self, destination: Destination, batch: Sequence[Item]) -> list[Item]:
        """Send one batch, and give those that are confirmed."""
        going = []
        for item in batch:
            if self._outcomes.is_behind(item.message):
                self._outcomes.stays(item, BEHIND)
            else:
                going.append(item)
        if not going or not await self._pace.turn(len(going), self._outcomes.stopping):
            return []
        going = await self._surely_held(going)
        if not going:
            return []
        await self._intend(going)
        for item in going:
            item.stage = Stage.SENT
        confirmed = await self._sending.send(destination, going)
        await self._confirm(confirmed)
        return [item for item, _ in confirmed]

    async def _surely_held(self, going: list[Item]) -> list[Item]:
        """Give those that nobody else can receive for as long as a send takes, as a rule."""
        remaining = self._holding.remaining
        if any(remaining(item.id) < self._safe for item in going):
            await self._holding.renew()
        held = []
        for item in going:
            if remaining(item.id) >= self._safe / 2:
                held.append(item)
            else:
                self._outcomes.lapse(item)
        return held

    async def _intend(self, items: Sequence[Item]) -> None:
        intents = [
            Intent(item.id, item.edited, item.outgoing.deduplication if item.outgoing else None) for item in items
        ]
        for item in items:
            item.stage = Stage.INTENDED
        try:
            await self._journal.intend(self._op, intents)
        except JournalError:
            for item in items:
                item.stage = Stage.HELD
            raise

    async def _confirm(self, confirmed: Sequence[tuple[Item, Sent]]) -> None:
        """Write down what is there. What cannot be is deleted all the same: the intent is on disk, the copy is sure."""
        if confirmed:
            self._outcomes.confirmed([sent.id for _, sent in confirmed])
            try:
                await self._journal.confirmed(self._op, [(item.id, sent.id) for item, sent in confirmed])
            except JournalError as fault:
                self._outcomes.give_up(Problem(ProblemKind.FAILED, str(fault)))

    async def _delete_all(self, items: Sequence[Item]) -> None:
        """Delete what is not sent: all of it for a deletion, else what was confirmed before."""
        going = [item for item in items if item.stage is Stage.CONFIRMED]
        new = [item for item in items if item.stage is Stage.HELD]
        if new and await self._pace.turn(len(new), self._outcomes.stopping):
            new = await self._surely_held(new)
            await self._intend(new)
            for item in new:
                item.stage = Stage.CONFIRMED
            going += new
        if going:
            await self._deleting.delete(going)


def _copy(item: Item) -> Outgoing:
    return item.copy
