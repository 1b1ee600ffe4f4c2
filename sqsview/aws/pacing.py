"""When a call may go: one budget for all of them, a quota for some, and less of both after a throttle."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from sqsview.clock import Clock

FLOOR = 1.0
"""Calls a second that remain, however often the server throttles."""

_BURST_CALLS = 4.0
_BURST_SECONDS = 0.025
"""What may go at once: a few calls, or at high rates what is due within the time a busy loop may be late."""

_GRAIN = 0.01
"""Seconds of the shortest wait: at 1,000 calls a second, a timer for each would cost a third of the call itself."""

_URGENT_CREDIT = 10.0
"""Calls that a person's wishes may run ahead of the rate; the calls after them pay it back."""

_HALVING_PAUSE = 1.0
"""Seconds: the throttles of calls that were already under way count as one."""

_RECOVERY_STEPS = 20
"""A throttled rate comes back by a twentieth of the full one a second."""


class Limit:
    """A rate that is kept evenly, as a virtual schedule: the time at which the next call is due."""

    __slots__ = ("_due", "_full", "_halved_at", "_rate", "_stepped_at", "_unlimited_after")

    def __init__(self, full: float | None) -> None:
        self._full = full
        self._rate = full
        self._due = 0.0
        self._halved_at = float("-inf")
        self._stepped_at = 0.0
        self._unlimited_after = FLOOR

    @property
    def full(self) -> float | None:
        """Calls a second when nothing throttles; None for no limit."""
        return self._full

    @property
    def idle(self) -> bool:
        """Tell whether there is no limit at all now."""
        return self._rate is None

    def rate(self, now: float) -> float | None:
        """Give the calls a second that are allowed at ``now``, after whatever recovered since."""
        rate = self._rate
        if rate is None or rate == self._full:
            return rate
        goal = self._full or self._unlimited_after
        steps = int(now - self._stepped_at)
        if steps > 0:
            self._stepped_at += steps
            rate += steps * goal / _RECOVERY_STEPS
            self._rate = self._full if rate >= goal else rate
        return self._rate

    def set(self, full: float | None, now: float) -> None:
        """Set the full rate; one that is reduced now goes on recovering, towards the new one."""
        rate = self.rate(now)
        reduced = rate is not None and rate != self._full
        self._full = full
        if not reduced:
            self._rate = full
        elif full is not None and rate is not None:
            self._rate = min(rate, full)
        self._due = min(self._due, now + 1.0)

    def halve(self, now: float, observed: float) -> None:
        """Allow half as much, once a second at most; without a limit, half of what was ``observed``."""
        if now - self._halved_at < _HALVING_PAUSE:
            return
        rate = self.rate(now)
        if rate is None:
            rate = self._unlimited_after = max(observed, FLOOR)
        self._rate = max(rate / 2, min(FLOOR, rate))
        self._halved_at = self._stepped_at = now

    def wait(self, now: float, *, urgent: bool = False) -> float:
        """Give the seconds until a call may go, 0 where it may go at once."""
        rate = self._rate if self._rate == self._full else self.rate(now)
        if rate is None:
            return 0.0
        slack = _URGENT_CREDIT / rate if urgent else max((_BURST_CALLS - 1) / rate, _BURST_SECONDS)
        return max(0.0, self._due - slack - now)

    def take(self, now: float) -> None:
        """Count one call that goes now."""
        if self._rate is not None:
            self._due = max(self._due, now) + 1.0 / self._rate


class Pacer:
    """Lets calls go at the right moment, urgent ones first."""

    def __init__(
        self, clock: Clock, budget: float | None, quotas: Mapping[str, float], asked: float | None = None
    ) -> None:
        """Pace from now on.

        Args:
            clock: to wait on.
            budget: calls a second in all, but for those that a person asked for; None for no limit.
            quotas: calls a second by API.
            asked: calls a second of what a person asked for; None for no limit.
        """
        self._clock = clock
        self._overall = Limit(_at_least_floor(budget))
        self._asked = Limit(_at_least_floor(asked))
        self._overall_line = asyncio.Lock()
        self._asked_line = asyncio.Lock()
        self._limits = {api: Limit(rate) for api, rate in quotas.items()}
        self._lines: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def budget(self) -> float | None:
        """Calls a second that are allowed now; None for no limit."""
        return self._overall.rate(self._clock.monotonic())

    @property
    def full_budget(self) -> float | None:
        """Calls a second that are allowed when nothing throttles."""
        return self._overall.full

    def allow(self, calls_per_second: float | None) -> None:
        """Set the full budget; None lifts it."""
        self._overall.set(_at_least_floor(calls_per_second), self._clock.monotonic())

    def throttled(self, api: str, observed: float) -> None:
        """Take the server at its word: half the budget, and half of this API's own rate.

        Args:
            api: the one that was throttled.
            observed: calls a second that were going on; the measure where there was no limit.
        """
        now = self._clock.monotonic()
        self._overall.halve(now, observed)
        self._asked.halve(now, observed)
        if api in self._limits:
            self._limits[api].halve(now, observed)

    async def turn(self, api: str, *, urgent: bool = False, asked: bool = False) -> None:
        """Wait until a call of ``api`` may go, and count it.

        APIs take turns, so that a page of a listing does not wait behind a thousand reads; within one API, calls go
        in the order of asking. An urgent call does not queue: it goes on credit, up to a few calls ahead of the rate.
        What a person asked for has a rate of its own.
        """
        overall = self._asked if asked else self._overall
        own = self._limits.get(api)
        if own is None and overall.idle:
            return
        if urgent:
            if own is not None:
                await self._pass(own, urgent=True)
            await self._pass(overall, urgent=True)
            return
        line = self._lines[api]
        shared_line = self._asked_line if asked else self._overall_line
        if self._free(own, line) and self._free(overall, shared_line):
            now = self._clock.monotonic()
            overall.take(now)
            if own is not None:
                own.take(now)
            return
        async with line:
            if own is not None:
                await self._pass(own)
            async with shared_line:
                await self._pass(overall)

    def _free(self, limit: Limit | None, line: asyncio.Lock) -> bool:
        return not line.locked() and (limit is None or limit.wait(self._clock.monotonic()) <= 0)

    async def _pass(self, limit: Limit, *, urgent: bool = False) -> None:
        clock = self._clock
        while (seconds := limit.wait(clock.monotonic(), urgent=urgent)) > 0:
            await clock.sleep(max(seconds, _GRAIN))
        limit.take(clock.monotonic())


def _at_least_floor(rate: float | None) -> float | None:
    return None if rate is None else max(rate, FLOOR)
