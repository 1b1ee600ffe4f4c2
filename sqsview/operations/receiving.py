"""The receives of a look: several at once, until enough is in hand or the queue is dry."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqsview.clock import Clock
from sqsview.domain.message import Message
from sqsview.domain.problem import ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.errors import (
    Denied,
    GatewayError,
    LedgerError,
    NotFound,
    ServerFault,
    SessionError,
    Throttled,
    Unsupported,
)
from sqsview.gateway import MOST_AT_ONCE, Gateway

AT_ONCE = 6
"""Receives under way at once: at 50 ms a receive 1,200 messages a second. Answers that are ready at once are parsed in
one go, 2 ms each, and a key waits for all of them."""
WAIT = 1
"""Seconds of the long poll: the shortest that asks all of the servers (Amazon SQS Developer Guide, "long polling")."""


class Receiving:
    """Receives until it has what it was to have, the queue gives nothing more, something fails, or it is stopped.

    It begins with one receive and doubles while messages come, so that a surprise in the first is not met ten times.
    """

    def __init__(
        self,
        gateway: Gateway,
        queue: QueueRef,
        clock: Clock,
        hold: int,
        take: Callable[[Sequence[Message], float], int],
    ) -> None:
        """Receive from ``queue``.

        Args:
            gateway: where from.
            queue: which.
            clock: for the time at which a receive was sent.
            hold: seconds for which others do not get what is received.
            take: gets each answer and the monotonic seconds at which its hold lapses at the earliest, and tells how
                many of its messages were new. May raise `LedgerError`.
        """
        self._gateway = gateway
        self._queue = queue
        self._clock = clock
        self._hold = hold
        self._take = take
        self._flying: dict[asyncio.Task[list[Message]], tuple[int, float]] = {}
        """What was asked of each receive under way, and when."""
        self._missing = self._expected = 0
        self._empty = 0
        """Answers in a row with nothing new."""
        self._stopped = False
        self.dry = False
        """Whether the queue had nothing more."""
        self.over_limit = False
        """Whether too many of the queue's messages are in flight for another."""
        self.unanswered = 0
        """Receives that may have counted although no answer came."""
        self.fault: GatewayError | LedgerError | None = None
        """What ended it."""

    def stop(self) -> None:
        """Send no more receives; what is under way is still taken."""
        self._stopped = True

    def cancel(self) -> None:
        """Give up what is under way."""
        self.stop()
        for task in self._flying:
            task.cancel()

    async def run(self, missing: int, *, expected: int) -> None:
        """Receive until ``missing`` new messages came, or the queue gives none.

        One empty answer is believed once ``expected`` messages came, which is what the queue counts; before that it
        takes two in a row. Never raises but on a fault of our own: what ended it is in ``fault``.
        """
        self._missing, self._expected, window = missing, expected, 1
        while True:
            while len(self._flying) < window and self._may_send():
                self._send()
            if not self._flying:
                break
            done, _ = await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                window = min(AT_ONCE, window + self._answered(task))
        self.dry = self._is_dry()

    def _may_send(self) -> bool:
        if self._stopped or self._unasked() <= 0:
            return False
        # After an empty answer the others under way tell first whether it is so.
        return not self._empty or not (self._flying or self._is_dry())

    def _is_dry(self) -> bool:
        return self._empty >= (2 if self._expected > 0 else 1)

    def _unasked(self) -> int:
        return self._missing - sum(maximum for maximum, _ in self._flying.values())

    def _send(self) -> None:
        maximum = min(MOST_AT_ONCE, self._unasked())
        receive = self._gateway.receive_message(self._queue, maximum=maximum, wait=WAIT, hold=self._hold)
        self._flying[asyncio.ensure_future(receive)] = maximum, self._clock.monotonic()

    def _answered(self, task: asyncio.Task[list[Message]]) -> bool:
        """Take one answer, and tell whether there was something new in it."""
        _, sent_at = self._flying.pop(task)
        if task.cancelled():
            self.unanswered += 1
            return False
        try:
            new = self._take(task.result(), sent_at + self._hold)
        except (GatewayError, LedgerError) as fault:
            self._fail(fault)
            return False
        self._missing -= new
        self._expected -= new
        self._empty = 0 if new else self._empty + 1
        return new > 0

    def _fail(self, fault: GatewayError | LedgerError) -> None:
        self.stop()
        if isinstance(fault, ServerFault) and "OverLimit" in fault.problem.text:
            self.over_limit = True
            return
        self.unanswered += isinstance(fault, GatewayError) and _may_have_counted(fault)
        self.fault = self.fault or fault


def _may_have_counted(fault: GatewayError) -> bool:
    """Tell whether the server may have handed out messages although this is what came of the receive."""
    if isinstance(fault, SessionError):
        return fault.problem.kind is ProblemKind.NETWORK
    return isinstance(fault, ServerFault) and not isinstance(fault, Unsupported | Denied | NotFound | Throttled)
