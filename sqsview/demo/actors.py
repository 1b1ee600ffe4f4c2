"""The programs of the company: producers publish; consumers receive, work, delete and sometimes fail."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from moto.core.exceptions import ServiceException

from sqsview.demo.letters import Letter, Writer
from sqsview.demo.moto_extensions.delivery import sqs_attributes
from sqsview.demo.moto_extensions.queues import enqueue, make_message
from sqsview.demo.world import World, sns_attributes, topic_arn

RETRY_AFTER = 6
"""Seconds until a message that could not be handled is visible again."""

Pace = Callable[[float, int], float]
"""Messages a second, from the seconds since the start and the depth of the queue (0 for producers)."""


def at(rate: float) -> Pace:
    """Work at one rate for ever."""
    return lambda _elapsed, _depth: rate


def waves(low: float, high: float, period: float) -> Pace:
    """Go up and down between two rates in straight lines, once in ``period`` seconds, from the middle."""

    def pace(elapsed: float, _depth: int) -> float:
        phase = (elapsed / period + 0.25) % 1.0
        return low + (high - low) * (2 * phase if phase < 0.5 else 2 - 2 * phase)

    return pace


def holding(rate: float, depth: int) -> Pace:
    """Work at about ``rate``, a little faster or slower so that the queue stays ``depth`` deep."""
    return lambda _elapsed, found: max(0.0, rate + (found - depth) / 60)


class Shift:
    """Two rates by turns: slow until the queue is ``high`` deep, then fast until it is down to ``low``."""

    def __init__(self, *, slow: float, fast: float, low: int, high: int, hurrying: bool) -> None:
        self._slow, self._fast, self._low, self._high = slow, fast, low, high
        self._hurrying = hurrying

    def __call__(self, elapsed: float, depth: int) -> float:
        """Choose the rate."""
        if self._hurrying and depth <= self._low:
            self._hurrying = False
        elif not self._hurrying and depth >= self._high:
            self._hurrying = True
        return self._fast if self._hurrying else self._slow


@dataclass(slots=True)
class Allowance:
    """Turns a rate into whole messages."""

    left: float = 0.0

    def take(self, rate: float) -> int:
        """Give the number of messages of the next second."""
        self.left += rate
        whole = int(self.left)
        self.left -= whole
        return whole


@dataclass(slots=True)
class Producer:
    """Publishes to a topic, or sends to a queue."""

    world: World
    target: str
    """A topic's name, or a queue's after ``queue:``."""
    write: Writer
    pace: Pace
    rng: Random
    delays: tuple[int, int] | None = None
    """Seconds, from and to, of the delay of each message; only for a queue."""
    serial: int = 100_000
    allowance: Allowance = field(default_factory=Allowance)

    def prime(self) -> None:
        """Send what is held back at any moment."""
        held_back = self.delays[1] if self.delays else 0
        for _ in range(round(self.pace(0.0, 0) * held_back / 2)):
            self._send_next()

    def step(self, elapsed: float) -> None:
        """Send what one second brings."""
        for _ in range(self.allowance.take(self.pace(elapsed, 0))):
            self._send_next()

    def _send_next(self) -> None:
        self.serial += 1
        letter = self.write(self.rng, self.serial)
        # Whoever looks at the demo may delete anything in it.
        with contextlib.suppress(ServiceException):
            self._send(letter)

    def _send(self, letter: Letter) -> None:
        kind, _, name = self.target.rpartition(":")
        if kind == "queue":
            queue = self.world.sqs.get_queue(name)
            delay = self.rng.randint(*self.delays) if self.delays else None
            message = make_message(
                letter.body,
                attributes=sqs_attributes(sns_attributes(letter)),
                group=letter.group,
                sent=self.world.clock.epoch(),
            )
            enqueue(queue, message, delay=delay)
            return
        fifo = name.endswith(".fifo")
        self.world.sns.publish(
            letter.body,
            topic_arn(name),
            subject=letter.subject,
            message_attributes=sns_attributes(letter),
            group_id=letter.group if fifo else None,
        )


@dataclass(slots=True)
class Consumer:
    """Receives from a queue, holds each message while it works on it, then deletes it or gives it back."""

    world: World
    queue: str
    pace: Pace
    hold: float
    """Seconds of work on one message, less than the queue's visibility timeout."""
    fails: bool = False
    """Whether it fails on letters with an error; without a dead-letter queue these would come back for ever."""
    allowance: Allowance = field(default_factory=Allowance)
    _held: deque[tuple[float, str, bool]] = field(default_factory=deque)
    """Until when, receipt handle, and whether the work will fail."""

    def prime(self) -> None:
        """Take what is in work at any moment, so that the curtain does not rise on idle consumers."""
        with contextlib.suppress(ServiceException):
            depth = len(self.world.sqs.get_queue(self.queue).messages)
            count = round(min(self.pace(0.0, depth) * self.hold, depth))
            for index, handle in enumerate(self._receive(count)):
                self._held.append((self.hold * (index + 1) / count, *handle))

    def step(self, elapsed: float) -> None:
        """Do one second's work."""
        with contextlib.suppress(ServiceException):
            self._finish(elapsed)
            depth = len(self.world.sqs.get_queue(self.queue).messages)
            count = self.allowance.take(self.pace(elapsed, depth))
            self._held.extend((elapsed + self.hold, *handle) for handle in self._receive(count))

    def _receive(self, count: int) -> list[tuple[str, bool]]:
        if not count:
            return []
        visibility = self.world.sqs.get_queue(self.queue).visibility_timeout  # type: ignore[attr-defined]
        found = self.world.sqs.receive_message(self.queue, count, 0, visibility)
        return [(str(one.receipt_handle), self.fails and "error" in one.body) for one in found]

    def _finish(self, elapsed: float) -> None:
        while self._held and self._held[0][0] <= elapsed:
            _, handle, fails = self._held.popleft()
            # A message may have been purged or deleted meanwhile, by whoever looks at the demo.
            with contextlib.suppress(ServiceException):
                if fails:
                    self.world.sqs.change_message_visibility(self.queue, handle, RETRY_AFTER)
                else:
                    self.world.sqs.delete_message(self.queue, handle)
