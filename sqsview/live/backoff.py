"""How long to wait before the next try."""

from __future__ import annotations

SHORTEST = 2.0
LONGEST = 30.0


class Backoff:
    """Doubles the wait with each failure, from 2 s up to a bound."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        self._longest = longest
        self._wait = SHORTEST

    def next(self) -> float:
        """Give the seconds to wait now, and wait longer the next time."""
        wait = self._wait
        self._wait = min(self._longest, wait * 2)
        return wait

    def reset(self) -> None:
        """Start over: it went well."""
        self._wait = SHORTEST
