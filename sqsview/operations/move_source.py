"""The source of a move as the looks know it: what receiving may cost, and the record of the receives that stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqsview.clock import Clock
from sqsview.domain.message import Message
from sqsview.domain.receive_budget import Allowance, Consent, takes_last_try
from sqsview.errors import GatewayError, LedgerBusy, LookRefused
from sqsview.gateway import Gateway
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.holding import Holding
from sqsview.operations.ledger import Knowledge, Ledger
from sqsview.operations.move import Move
from sqsview.operations.move_tally import Tally

_LAST_TRY = "stays, and this was its last try: the next receive gives it up"


class MoveSource:
    """The queue that a move takes from."""

    def __init__(
        self, gateway: Gateway, move: Move, ledger: Ledger, clock: Clock, *, holding: Holding, tally: Tally
    ) -> None:
        self._gateway = gateway
        self._move = move
        self._ledger = ledger
        self._clock = clock
        self._holding = holding
        self._tally = tally
        self._appraisal: Appraisal | None = None
        self._look: int | None = None
        """Number in the ledger."""
        self.unanswered = 0
        """Receives that may have counted although they are not in the record."""

    @property
    def is_open(self) -> bool:
        """Tell whether it may be received from."""
        return self._look is not None

    @property
    def visible(self) -> int:
        """Messages that it counted before the move, but for those in hand; 0 where it was not asked."""
        return (self._appraisal.counts.visible or 0) if self._appraisal is not None else 0

    @property
    def total(self) -> int | None:
        """About how many messages are meant; None where that is not known."""
        if self._move.ids is not None:
            return len(self._move.ids)
        known = self._appraisal is not None and self._appraisal.counts.visible is not None
        return self.visible + len(self._move.in_hand) if known and self._move.matches is None else None

    async def appraise(self) -> None:
        """Read the source, unless all is in hand; raises as `sqsview.operations.appraisal.appraise`."""
        ids, in_hand = self._move.ids, {message.id for message in self._move.in_hand}
        if ids is None or not ids <= in_hand:
            self._appraisal = await appraise(self._gateway, self._move.source, self._ledger, self._clock)

    async def open(self, agreed: Allowance | Consent | None) -> None:
        """Judge what receiving may cost, and write down that it begins.

        Raises:
            LookRefused: it would take a message's last try, or move one, and that was not agreed to.
            LedgerError: it cannot be written down.
        """
        appraisal = self._appraisal
        if appraisal is None:
            return
        now = self._clock.epoch()

        def judge(known: Knowledge) -> None:
            allowance = appraisal.allow(known, now)
            if allowance.must_ask and not allowance.is_covered_by(agreed):
                raise LookRefused(allowance.line, allowance)

        limited = appraisal.settings.limited
        self._look = await self._ledger.apart(
            lambda: self._ledger.open_look(appraisal.key, now, judge, limited=limited)
        )

    async def record(self, staying: Sequence[Message]) -> None:
        """Write down the receives of messages that stay; of the others there is nothing left to be received.

        Raises:
            LedgerError: they cannot be written down.
        """
        if self._appraisal is None or self._look is None or not staying:
            return
        key, look, now = self._appraisal.key, self._look, self._clock.epoch()
        seen = [(message.id, message.receive_count) for message in staying]
        maximum = self._appraisal.settings.max_receive_count
        for _, count in seen:
            if takes_last_try(maximum, count):
                self._tally.count_note(_LAST_TRY)
        try:
            self._ledger.record(key, look, seen, now, patient=False)
        except LedgerBusy:
            await self._ledger.apart(lambda: self._ledger.record(key, look, seen, now))

    async def close(self) -> None:
        """Write down that all receives are in the record, or that some may be missing; raises `LedgerError`."""
        look, now, answered = self._look, self._clock.epoch(), not self.unanswered
        if look is not None:
            await self._ledger.apart(lambda: self._ledger.close_look(look, now, answered=answered))

    async def is_empty(self, but_for: Iterable[str] = ()) -> bool:
        """Tell whether the source says that it holds nothing but what is held from here.

        Args:
            but_for: ids of messages that may be gone, though they are held from here.
        """
        try:
            counts = (await self._gateway.get_queue_attributes(self._move.source)).counts
        except GatewayError:
            return False
        held = len(self._holding) - sum(identity in self._holding for identity in but_for)
        known = counts.visible == 0 and counts.delayed == 0 and counts.in_flight is not None
        return known and (counts.in_flight or 0) <= held
