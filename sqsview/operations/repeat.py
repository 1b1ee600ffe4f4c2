"""Send one message many times, at a rate, in batches, and tell what became of every one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqsview.clock import Clock, SystemClock
from sqsview.domain.message import EntryFault, Outgoing, Sent
from sqsview.domain.placeholders import Filling, sample
from sqsview.domain.problem import Problem
from sqsview.domain.publishing import Destination
from sqsview.errors import GatewayError, Rejected, Throttled
from sqsview.gateway import MOST_AT_ONCE, Gateway
from sqsview.operations.cancellation import see_through
from sqsview.operations.publish import may_have_been_taken, refuse_faulty

AT_ONCE = 8
"""Batches under way at once, where neither a rate nor an order holds them back."""
MOST_REPEATS = 1_000_000
"""Messages of one repeat: beyond it, it is a load test, and money."""
KEPT_FAILURES = 100
"""Failures that are kept one by one; the rest are only counted by their reason."""
_BATCHES_A_SECOND = 10
"""Batches that a rate is spread over, as far as each then has a message: ten a second look even."""
_LAG = 0.25
"""Seconds that are caught up after a delay; more would be a burst."""
_GIVE_UP = 3
"""Calls in a row that failed as a whole, after which the rest would fail too."""
_OTHER_REASONS = "other reasons"
_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """One message that was not taken."""

    number: int
    """Its ``{{n}}``, from 1."""
    reason: str
    """One line, in the server's words."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a repeat is. Sent, failed, unknown and left always add up to count, once nothing is under way."""

    count: int
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    """Messages whose answer was lost: taken or not, that is not known."""
    under_way: int = 0
    """Messages that were sent and not yet answered."""
    started: float = 0.0
    """Monotonic seconds of the first call."""
    elapsed: float = 0.0
    """Seconds since then."""
    rate: float = 0.0
    """Messages taken a second, so far."""
    eta: float | None = None
    """Seconds until the end at this rate; None while there is no telling."""
    failures: tuple[Failure, ...] = ()
    """The first of what failed or is not known."""
    reasons: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """How many failed or are not known, by reason."""
    ended: bool = False
    stopped: bool = False
    """Whether a person ended it before its end."""
    problem: Problem | None = None
    """Why it gave up before its end; what is left would have failed too."""

    @property
    def left(self) -> int:
        """Messages that were not tried."""
        return self.count - self.sent - self.failed - self.unknown - self.under_way


class Repeat:
    """One message, sent ``count`` times with its placeholders filled in."""

    def __init__(
        self,
        gateway: Gateway,
        destination: Destination,
        outgoing: Outgoing,
        count: int,
        *,
        rate: float | None = None,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        on_change: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        """Prepare it; nothing is sent before `run`.

        Args:
            gateway: where to.
            destination: the queue or topic.
            outgoing: the message as it was typed.
            count: how often, from 1.
            rate: messages a second, spread evenly; None for as fast as the server takes them.
            clock: the time.
            new_id: makes what ``{{uuid}}`` stands for.
            on_change: is told of every batch that is answered, and of the end.

        Raises:
            Refused: AWS would refuse it.
            ValueError: count or rate make no sense.
        """
        if not 1 <= count <= MOST_REPEATS:
            raise ValueError(f"a message is repeated from 1 to {MOST_REPEATS:,} times")
        if rate is not None and not rate > 0:
            raise ValueError("the rate must be above 0")
        refuse_faulty(sample(outgoing, count), destination)
        self._gateway = gateway
        self._destination = destination
        self._filling = Filling(outgoing)
        self._rate = rate
        self._clock = clock or SystemClock()
        self._new_id = new_id
        self._on_change = on_change
        self._stopping = asyncio.Event()
        self._failing = 0
        """Calls in a row that failed as a whole."""
        self._following: Outgoing | None = None
        """A message that did not fit into the batch before it."""
        self._next = 1
        self.progress = Progress(count)
        """How far it is; replaced by every change."""

    def stop(self) -> None:
        """Send no more; `run` returns once what is under way is answered."""
        self._stopping.set()
        self.progress = replace(self.progress, stopped=not self.progress.ended or self.progress.stopped)

    async def run(self) -> Progress:
        """Send all of them and give the outcome.

        Cancelling it does what `stop` does, waits for what is under way, and then raises `asyncio.CancelledError`:
        `progress` tells the outcome.
        """
        self.progress = replace(self.progress, started=self._clock.monotonic())
        sending = asyncio.ensure_future(self._send_all())
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            self.stop()
            await see_through(sending)
            raise
        finally:
            self._tell(ended=True)
        return self.progress

    async def _send_all(self) -> None:
        order = self._destination.fifo  # what is sent at once arrives in any order
        turn = asyncio.Semaphore(1 if order else AT_ONCE)
        due = self._clock.monotonic()
        async with asyncio.TaskGroup() as group:
            while self._next <= self.progress.count:
                await turn.acquire()
                await self._wait_until(due)
                if self._stopping.is_set():
                    return
                numbers, batch = self._batch()
                if self._rate is not None:
                    due = max(due + len(batch) / self._rate, self._clock.monotonic() - _LAG)
                self.progress = replace(self.progress, under_way=self.progress.under_way + len(batch))
                group.create_task(self._send(numbers, batch, turn))

    async def _wait_until(self, due: float) -> None:
        """Wait, unless it is ended meanwhile."""
        wait = due - self._clock.monotonic()
        if self._rate is None or wait <= 0:
            return
        sleeping = asyncio.ensure_future(self._clock.sleep(wait))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((sleeping, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            stopping.cancel()

    def _batch(self) -> tuple[range, list[Outgoing]]:
        """Fill in the next messages: as many as fit into one call and are due at once."""
        most = MOST_AT_ONCE if self._rate is None else min(MOST_AT_ONCE, max(1, int(self._rate / _BATCHES_A_SECOND)))
        first, size = self._next, 0
        batch: list[Outgoing] = []
        while len(batch) < most and self._next <= self.progress.count:
            message = self._following or self._filling.fill(self._next, self._new_id(), self._clock.epoch())
            size += message.size
            if batch and size > self._destination.batch_limit:
                self._following = message
                break
            self._following = None
            batch.append(message)
            self._next += 1
        return range(first, self._next), batch

    async def _send(self, numbers: range, batch: list[Outgoing], turn: asyncio.Semaphore) -> None:
        try:
            if self._destination.ref is not None:
                outcomes = await self._gateway.send_message_batch(self._destination.ref, batch)
            else:
                outcomes = await self._gateway.publish_batch(self._destination.arn, batch)
        except GatewayError as fault:
            self._whole_call_failed(numbers, fault)
        else:
            self._failing = 0
            self._count(sent=sum(isinstance(outcome, Sent) for outcome in outcomes))
            for number, outcome in zip(numbers, outcomes, strict=True):
                if isinstance(outcome, EntryFault):
                    self._note([number], outcome.line, unknown=not outcome.code)
        finally:
            turn.release()
        self._tell()

    def _whole_call_failed(self, numbers: range, fault: GatewayError) -> None:
        self._note(numbers, fault.problem.advice, unknown=may_have_been_taken(fault))
        self._failing += 1
        hopeless = not (may_have_been_taken(fault) or isinstance(fault, Throttled | Rejected))
        if hopeless or self._failing >= _GIVE_UP:
            self.progress = replace(self.progress, problem=self.progress.problem or fault.problem)
            self._stopping.set()

    def _note(self, numbers: range | list[int], reason: str, *, unknown: bool) -> None:
        """Count messages that were not taken, or may not have been."""
        count = len(numbers)
        reasons = dict(self.progress.reasons)
        named = reason if reason in reasons or len(reasons) < _MOST_REASONS else _OTHER_REASONS
        reasons[named] = reasons.get(named, 0) + count
        room = KEPT_FAILURES - len(self.progress.failures)
        kept = tuple(Failure(number, reason) for number in numbers[:room]) if room > 0 else ()
        self.progress = replace(
            self.progress,
            reasons=MappingProxyType(reasons),
            failures=self.progress.failures + kept,
        )
        self._count(unknown=count) if unknown else self._count(failed=count)

    def _count(self, *, sent: int = 0, failed: int = 0, unknown: int = 0) -> None:
        """Count messages that are under way no more."""
        now = self.progress
        self.progress = replace(
            now,
            sent=now.sent + sent,
            failed=now.failed + failed,
            unknown=now.unknown + unknown,
            under_way=now.under_way - sent - failed - unknown,
        )

    def _tell(self, *, ended: bool = False) -> None:
        now = self.progress
        elapsed = self._clock.monotonic() - now.started
        done = now.sent + now.failed + now.unknown
        rate = now.sent / elapsed if elapsed > 0 else 0.0
        eta = (now.count - done) * elapsed / done if done and not ended else None
        self.progress = replace(now, elapsed=elapsed, rate=rate, eta=eta, ended=ended)
        self._on_change(self.progress)
