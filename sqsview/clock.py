"""Time as a parameter, so that nothing that waits has to take real time in a test."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits."""

    def monotonic(self) -> float:
        """Give seconds that never go back; for intervals and ages."""

    def epoch(self) -> float:
        """Give seconds since 1970; for what a person reads."""

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Give seconds that never go back."""
        return time.monotonic()

    def epoch(self) -> float:
        """Give seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` on the running loop."""
        await asyncio.sleep(seconds)
