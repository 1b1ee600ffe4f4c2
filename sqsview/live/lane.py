"""Carries out a schedule: a bounded number of readings at once, each followed by the next that is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqsview.clock import Clock
from sqsview.live.bell import Bell
from sqsview.live.schedule import Schedule

TICK = 0.2
"""Seconds: what falls due within it is read together, so that the loop wakes five times a second."""


class Lane:
    """Reads what a schedule says until cancelled; an error in a reading ends it."""

    def __init__(self, schedule: Schedule, read: Callable[[str], Awaitable[None]], clock: Clock) -> None:
        self.schedule = schedule
        self.limit = 1
        """Readings in flight at once."""
        self.pause = 0.0
        """Seconds that each of them rests before the next."""
        self._read = read
        self._clock = clock
        self._bell = Bell(clock)
        self._running = 0

    def wake(self) -> None:
        """Look at the schedule now: something may have become due."""
        self._bell.ring()

    async def run(self) -> None:
        """Read for ever. ``read`` takes a key and says itself to the schedule how it went."""
        self._running = 0
        async with asyncio.TaskGroup() as readings:
            while True:
                while self._running < self.limit and (key := self._next()) is not None:
                    self._running += 1
                    readings.create_task(self._work(key))
                # A worker that ends rings, so a full lane can sleep until then.
                wait = self.schedule.wait(self._clock.monotonic())
                await self._bell.wait(max(wait, TICK))

    async def _work(self, key: str | None) -> None:
        try:
            while key is not None:
                try:
                    await self._read(key)
                except BaseException:
                    self.schedule.release(key, self._clock.monotonic())
                    raise
                if self.pause:
                    await self._clock.sleep(self.pause)
                key = self._next() if self._running <= self.limit else None
        finally:
            self._running -= 1
        self._bell.ring()

    def _next(self) -> str | None:
        return self.schedule.take(self._clock.monotonic())
