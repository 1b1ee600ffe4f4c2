"""The sends of a move: tried again where nothing was done, and where a second copy is surely swallowed."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.clock import Clock
from sqsview.domain.copying import DEDUPLICATION_SECONDS, MARGIN
from sqsview.domain.message import EntryFault, Sent
from sqsview.domain.publishing import Destination
from sqsview.domain.queue import QueueRef
from sqsview.errors import GatewayError, Rejected
from sqsview.gateway import Gateway
from sqsview.operations.holding import Holding
from sqsview.operations.move_faults import ATTEMPTS, GIVE_UP, is_hopeless, may_be_repeated, may_have_been_taken, pause
from sqsview.operations.move_items import Item, Stage
from sqsview.operations.move_outcomes import LOST, UNHELD, Outcomes

Confirmed = list[tuple[Item, Sent]]

_MOST_REJECTED = 50
"""Messages in a row that are refused one by one, after which the rest would be, too."""


class Sending:
    """Sends for one move; several batches may be under way at once."""

    def __init__(self, gateway: Gateway, clock: Clock, *, holding: Holding, outcomes: Outcomes) -> None:
        self._gateway = gateway
        self._clock = clock
        self._holding = holding
        self._outcomes = outcomes
        self._failing = self._rejected = 0
        """Sends in a row that failed as a whole; single messages in a row that were refused."""

    def goes_alone(self, item: Item) -> bool:
        """Tell whether a message is not to be in a batch: other servers than AWS lose the trace header there."""
        return item.copy.trace_header is not None and self._gateway.context.endpoint is not None

    async def send(self, destination: Destination, items: Sequence[Item], lost: set[str] | None = None) -> Confirmed:
        """Send one batch until every entry is answered, or it makes no sense to go on; give what is confirmed.

        The rest stays in the source, in doubt where an answer was lost.

        Args:
            destination: where to.
            items: what fits into one call.
            lost: ids of those whose answer was lost before.
        """
        assert destination.ref is not None
        going, confirmed = list(items), Confirmed()
        lost = set() if lost is None else lost
        began = self._clock.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            reasons: dict[str, str] = {}
            again: list[Item] = []
            try:
                outcomes = await self._call(destination.ref, going)
            except GatewayError as fault:
                if isinstance(fault, Rejected) and len(going) > 1:
                    return confirmed + await self._one_by_one(destination, going, lost)
                reasons = dict.fromkeys((item.id for item in going), fault.problem.advice)
                if may_have_been_taken(fault):
                    lost.update(reasons)
                self._note_failing(fault)
                is_young = self._clock.monotonic() - began < DEDUPLICATION_SECONDS - MARGIN
                if may_be_repeated(fault) or (may_have_been_taken(fault) and destination.fifo and is_young):
                    again = going
            else:
                self._failing = 0
                for item, outcome in zip(going, outcomes, strict=True):
                    if isinstance(outcome, Sent):
                        confirmed.append((item, outcome))
                        item.stage = Stage.CONFIRMED
                        self._rejected = 0
                        continue
                    reasons[item.id] = outcome.line
                    if not outcome.code:
                        lost.add(item.id)
                    if not outcome.sender_fault and (outcome.code or destination.fifo):
                        again.append(item)
            if attempt == ATTEMPTS or self._outcomes.has_problem:
                again = []
            self._leave([item for item in going if item not in again], reasons, lost)
            if not again:
                break
            await self._clock.sleep(pause(attempt))
            going = self._still_held(again, lost)
            if not going:
                break
        return confirmed

    async def _call(self, ref: QueueRef, items: Sequence[Item]) -> list[Sent | EntryFault]:
        if len(items) == 1 and self.goes_alone(items[0]):
            return [await self._gateway.send_message(ref, items[0].copy)]
        return await self._gateway.send_message_batch(ref, [item.copy for item in items])

    async def _one_by_one(self, destination: Destination, items: Sequence[Item], lost: set[str]) -> Confirmed:
        """Find out which message a call was refused for, so that the others go."""
        confirmed = Confirmed()
        for item in items:
            if self._outcomes.has_problem:
                self._leave([item], {item.id: "the move gave up before it was its turn"}, lost)
            else:
                confirmed += await self.send(destination, [item], lost)
        return confirmed

    def _still_held(self, items: Sequence[Item], lost: set[str]) -> list[Item]:
        """Leave those that somebody else may have received while a repeat was waited for."""
        held = [item for item in items if self._holding.remaining(item.id)]
        self._leave([item for item in items if item not in held], {item.id: UNHELD for item in items}, lost)
        return held

    def _leave(self, items: Sequence[Item], reasons: dict[str, str], lost: set[str]) -> None:
        """Leave in the source what was not confirmed."""
        for item in items:
            if item.stage is not Stage.SENT:
                continue
            if item.id in lost:
                self._outcomes.doubt(item.message, LOST)
            else:
                self._outcomes.stays(item, reasons[item.id])

    def _note_failing(self, fault: GatewayError) -> None:
        if isinstance(fault, Rejected):
            self._rejected += 1
        else:
            self._failing += 1
        if is_hopeless(fault) or self._failing >= GIVE_UP or self._rejected >= _MOST_REJECTED:
            self._outcomes.give_up(fault.problem)
