"""A wait that ends by itself after a while, or at once when somebody rings."""

from __future__ import annotations

import asyncio
from math import inf

from sqsview.clock import Clock


class Bell:
    """Wakes the one task that waits on it; a ring while nobody waits is kept for the next wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the wait."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for ``seconds`` or for the bell, and tell whether it rang."""
        if seconds == inf:
            await self._rung.wait()
            self._rung.clear()
            return True
        sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        sleeper.add_done_callback(self._on_time)
        try:
            await self._rung.wait()
            return not sleeper.done()
        finally:
            self._rung.clear()
            sleeper.remove_done_callback(self._on_time)
            sleeper.cancel()

    def _on_time(self, _sleeper: asyncio.Future[None]) -> None:
        self._rung.set()
