"""The deletions of a move: only of what is confirmed, tried again, and by another receipt where the first expired."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.clock import Clock
from sqsview.domain.message import EntryFault
from sqsview.errors import GatewayError
from sqsview.gateway import MOST_AT_ONCE, Gateway
from sqsview.operations.holding import Holding
from sqsview.operations.move import Move
from sqsview.operations.move_faults import ATTEMPTS, is_expired, is_hopeless, pause
from sqsview.operations.move_items import Item
from sqsview.operations.move_outcomes import Outcomes
from sqsview.operations.move_tally import Tally

_LATE = "deleted after its hold had ended: SQS may hand it out once more"


class Deleting:
    """Deletes for one move; several batches may be under way at once."""

    def __init__(
        self, gateway: Gateway, move: Move, clock: Clock, *, holding: Holding, tally: Tally, outcomes: Outcomes
    ) -> None:
        self._gateway = gateway
        self._move = move
        self._clock = clock
        self._holding = holding
        self._tally = tally
        self._outcomes = outcomes

    async def delete(self, items: Sequence[Item]) -> None:
        """Delete what is confirmed; what cannot be deleted now is in `Outcomes.undeleted`. A copy deletes nothing."""
        if self._move.keep:
            self._outcomes.done(items, deleted=False)
            return
        for start in range(0, len(items), MOST_AT_ONCE):
            await self._delete_batch(items[start : start + MOST_AT_ONCE])

    async def _delete_batch(self, items: Sequence[Item]) -> None:
        left = list(items)
        for attempt in range(1, ATTEMPTS + 1):
            late = [item.id for item in left if not self._holding.remaining(item.id)]
            by_receipt = {item.message.receipt: item for item in left}
            hopeless = False
            try:
                faults = await self._gateway.delete_message_batch(self._move.source, list(by_receipt))
            except GatewayError as fault:
                faults = dict.fromkeys(by_receipt, EntryFault("", fault.problem.text, sender_fault=False))
                if hopeless := is_hopeless(fault):
                    self._outcomes.give_up(fault.problem)
            deleted = [item for receipt, item in by_receipt.items() if receipt not in faults]
            self._outcomes.done(deleted)
            for item in deleted:
                if item.id in late and not self._move.source.fifo:
                    self._tally.count_note(_LATE)
            for receipt, refusal in faults.items():
                by_receipt[receipt].reason = refusal.line
            left = [by_receipt[receipt] for receipt in faults]
            if not left or hopeless or attempt == ATTEMPTS or all(map(is_expired, faults.values())):
                break
            await self._clock.sleep(pause(attempt))
        for item in left:
            self._outcomes.leave_undeleted(item)
