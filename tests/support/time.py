"""A clock that the test owns: nothing takes real time, and everything happens in the same order."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from typing import Any

_SPINS = 100_000
"""Turns of the loop after which a task that never waits is called a hang."""


class OwnedClock:
    """Implements `sqsview.clock.Clock`; time stands still until `advance` or `until` moves it.

    With ``auto`` the clock moves by itself to the next sleeper whenever nothing else is left to do, so that
    code that only sleeps runs through at once.
    """

    def __init__(self, start: float = 1_000.0, *, epoch: float = 1_750_000_000.0, auto: bool = False) -> None:
        self._now = start
        self._epoch_offset = epoch - start
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = 0
        self._auto = auto
        self._driver: asyncio.Task[None] | None = None

    def monotonic(self) -> float:
        """Give the owned seconds."""
        return self._now

    def epoch(self) -> float:
        """Give the owned seconds since 1970."""
        return self._now + self._epoch_offset

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved by ``seconds``."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._now + seconds, self._order, future))
        if self._auto and (self._driver is None or self._driver.done()):
            self._driver = asyncio.get_running_loop().create_task(self._drive())
        await future

    async def settle(self) -> None:
        """Let every task run until each waits for the clock or for something outside.

        The loop's own queue of callbacks is the only thing that knows when that is so.
        """
        loop: Any = asyncio.get_running_loop()
        for _ in range(_SPINS):
            await asyncio.sleep(0)
            if not loop._ready:
                return
        raise AssertionError("a task keeps the loop busy without ever waiting")

    async def advance(self, seconds: float) -> None:
        """Move the clock by ``seconds``, waking every sleeper at its own moment on the way."""
        end = self._now + seconds
        await self.settle()
        while self._wake_next(end):
            await self.settle()
        self._now = end

    async def until(self, condition: Callable[[], bool], *, within: float = 600.0) -> float:
        """Move the clock until ``condition`` holds and give the seconds it took.

        Raises:
            AssertionError: it does not hold ``within`` that many seconds.
        """
        start = self._now
        await self.settle()
        while not condition():
            if not self._wake_next(start + within):
                raise AssertionError(f"not so within {within:g} s")
            await self.settle()
        return self._now - start

    def _wake_next(self, end: float) -> bool:
        """Move to the earliest sleeper up to ``end`` and wake those of its moment; False if there is none."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if not self._sleepers or self._sleepers[0][0] > end:
            return False
        self._now = max(self._now, self._sleepers[0][0])
        while self._sleepers and self._sleepers[0][0] <= self._now:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)
        return True

    async def _drive(self) -> None:
        while True:
            await self.settle()
            if not self._wake_next(float("inf")):
                return
