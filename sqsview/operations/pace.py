"""When the next messages may go: a rate that is kept evenly, and that may begin small."""

from __future__ import annotations

import asyncio

from sqsview.clock import Clock
from sqsview.gateway import MOST_AT_ONCE

FIRST = 10
"""Messages of the first second of a start that begins small; every second twice as many."""
_DOUBLINGS = 12
"""Seconds after which such a start has no limit of its own any more: 40,960 messages a second."""
_BATCHES_A_SECOND = 10
"""Batches that a rate is spread over, as far as each then has a message: ten a second look even."""
_LAG = 0.25
"""Seconds that are caught up after a delay; more would be a burst."""


class Pace:
    """Gives out turns; several may wait for theirs at once."""

    def __init__(self, clock: Clock, rate: float | None, *, small: bool) -> None:
        """Allow ``rate`` messages a second, None for no limit; with ``small`` begin with ten of them."""
        self._clock = clock
        self._rate = rate
        self._small = small
        self._began: float | None = None
        self._due = 0.0

    @property
    def most(self) -> int:
        """Messages that may go in one call, so that a low rate is spread evenly."""
        return MOST_AT_ONCE if self._rate is None else min(MOST_AT_ONCE, max(1, int(self._rate / _BATCHES_A_SECOND)))

    @property
    def limited(self) -> bool:
        """Tell whether anything holds messages back now."""
        return self._rate is not None or self._is_small(self._clock.monotonic())

    async def turn(self, messages: int, unless: asyncio.Event) -> bool:
        """Wait for the turn of so many messages; False where ``unless`` is set, and then nothing may go."""
        wait = self._reserve(messages)
        if wait > 0 and not unless.is_set():
            sleeping = asyncio.ensure_future(self._clock.sleep(wait))
            stopping = asyncio.ensure_future(unless.wait())
            try:
                await asyncio.wait((sleeping, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeping.cancel()
                stopping.cancel()
        return not unless.is_set()

    def _reserve(self, messages: int) -> float:
        now = self._clock.monotonic()
        if self._began is None:
            self._began = self._due = now
        self._due = max(self._due, now - _LAG)
        wait = self._due - now
        rate = self._rate_at(max(self._due, now))
        if rate is None:
            return 0.0
        self._due += messages / rate
        return wait

    def _is_small(self, at: float) -> bool:
        return self._small and (self._began is None or at - self._began < _DOUBLINGS)

    def _rate_at(self, at: float) -> float | None:
        if not self._is_small(at) or self._began is None:
            return self._rate
        small = float(FIRST << int(at - self._began))
        return small if self._rate is None else min(small, self._rate)
