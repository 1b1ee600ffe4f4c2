"""The receives of a look: several at once, until enough is in hand or the queue is dry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

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
        held: Callable[[Sequence[Message], float], None],
        take: Callable[[Sequence[Message]], Awaitable[int]],
    ) -> None:
        """Receive from ``queue``.

        Args:
            gateway: where from.
            queue: which.
            clock: for the time at which a receive was sent.
            held: gets every answer at once, whatever else happens, and the monotonic seconds at which its hold lapses
                at the earliest.
            take: gets each answer after that, one at a time, and tells how many of its messages were new. May raise
                `LedgerError`.
        """
        self._gateway = gateway
        self._queue = queue
        self._clock = clock
        self._held = held
        self._take = take
        self._hold = 0
        self._flying: dict[asyncio.Task[list[Message]], int] = {}
        """What was asked of each receive under way."""
        self._missing = self._expected = 0
        self._probe = False
        self._empty = 0
        """Answers in a row with nothing new."""
        self._stopped = False
        self.dry = False
        """Whether the queue had nothing more."""
        self.over_limit = False
        """Whether too many of the queue's messages are in flight for another."""
        self.unanswered = 0
        """Receives that may have counted although they are not in the record."""
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

    async def run(self, missing: int, *, expected: int, hold: int, probe: bool = False) -> None:
        """Receive until ``missing`` new messages came, or the queue gives none.

        One empty answer is believed once ``expected`` messages came, which is what the queue counts; before that it
        takes two in a row. Never raises but on a fault of our own: what ended it is in ``fault``.

        Args:
            missing: new messages wanted.
            expected: messages that the queue counts.
            hold: seconds for which others do not get what is received.
            probe: whether to begin with a single message, since nobody knows what is in the queue.
        """
        self._missing, self._expected, self._hold, self._probe = missing, expected, hold, probe
        window = 1
        try:
            while True:
                while len(self._flying) < window and self._may_send():
                    self._send()
                if not self._flying:
                    break
                done, _ = await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    window = min(AT_ONCE, window + await self._answered(task))
        finally:
            await self._leave()
        self.dry = self._is_dry()

    def _may_send(self) -> bool:
        if self._stopped or self._unasked() <= 0:
            return False
        # After an empty answer the others under way tell first whether it is so.
        return not self._empty or not (self._flying or self._is_dry())

    def _is_dry(self) -> bool:
        return self._empty >= (2 if self._expected > 0 else 1)

    def _unasked(self) -> int:
        return self._missing - sum(self._flying.values())

    def _send(self) -> None:
        maximum = min(1 if self._probe else MOST_AT_ONCE, self._unasked())
        self._probe = False
        self._flying[asyncio.ensure_future(self._receive(maximum))] = maximum

    async def _receive(self, maximum: int) -> list[Message]:
        sent_at = self._clock.monotonic()
        messages = await self._gateway.receive_message(self._queue, maximum=maximum, wait=WAIT, hold=self._hold)
        self._held(messages, sent_at + self._hold)
        return messages

    async def _answered(self, task: asyncio.Task[list[Message]]) -> bool:
        """Take one answer, and tell whether there was something new in it."""
        del self._flying[task]
        if task.cancelled():
            self.unanswered += 1
            return False
        try:
            messages = task.result()
        except GatewayError as fault:
            self._fail(fault)
            return False
        try:
            new = await self._take(messages)
        except LedgerError as fault:
            self.stop()
            self.unanswered += 1  # it is not in the record, so that the next look has to reckon with it
            self.fault = self.fault or fault
            return False
        self._missing -= new
        self._expected -= new
        self._empty = 0 if new else self._empty + 1
        return new > 0

    async def _leave(self) -> None:
        """Leave nothing under way after a fault of our own; what has been answered is held, and given back."""
        if self._flying:
            self.cancel()
            await asyncio.wait(self._flying)
            self.unanswered += len(self._flying)
            self._flying.clear()

    def _fail(self, fault: GatewayError) -> None:
        self.stop()
        if isinstance(fault, ServerFault) and "OverLimit" in fault.problem.text:
            self.over_limit = True
            return
        self.unanswered += may_have_counted(fault)
        self.fault = self.fault or fault


def may_have_counted(fault: GatewayError) -> bool:
    """Tell whether the server may have handed out messages although this is what came of the receive."""
    if isinstance(fault, SessionError):
        return fault.problem.kind is ProblemKind.NETWORK
    return isinstance(fault, ServerFault) and not isinstance(fault, Unsupported | Denied | NotFound | Throttled)
