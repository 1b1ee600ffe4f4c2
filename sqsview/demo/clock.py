"""The clock that the demo's server goes by, so that a picture of it can be taken twice alike."""

from __future__ import annotations

import time
from typing import Protocol


class ServerClock(Protocol):
    """Tells the server the time of day."""

    def epoch(self) -> float:
        """Give seconds since 1970."""


class RunningClock:
    """The machine's own time."""

    def epoch(self) -> float:
        """Give seconds since 1970."""
        return time.time()


class StandingClock:
    """A time that stands until it is advanced: nothing becomes visible, expires or ages by itself."""

    def __init__(self, epoch: float) -> None:
        self._epoch = epoch

    def epoch(self) -> float:
        """Give seconds since 1970."""
        return self._epoch

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._epoch += seconds
