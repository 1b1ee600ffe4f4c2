"""How often things are read: what is wished for, and what the call budget leaves of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

_GUARANTEED = (0.5, 0.25, 0.25)
"""The part of a budget too small for all that the visible, the moving and the idle get at least."""
_LEAST = 0.01
"""The part that a want of nothing gets, so that what follows from it stays finite."""


class Kind(IntEnum):
    """What decides how often a thing is read, the most important first."""

    VISIBLE = 0
    MOVING = 1
    IDLE = 2


@dataclass(frozen=True, slots=True)
class Tempo:
    """How often things are read when the budget allows; all in seconds."""

    visible: float = 4.0
    """Between readings of what is on screen; with tick and call a row stays younger than 5 s."""
    ladder: tuple[tuple[float, float], ...] = ((0, 10), (30, 20), (60, 45), (120, 90), (240, 180))
    """Since the last change, and the interval from then on: first what moves, last the bound."""
    unfocused: float = 3.0
    """The factor on what is visible or moves while nobody looks."""

    @property
    def unknown(self) -> float:
        """How long a thing that was read only once is taken to have been quiet: above what moves."""
        return self.ladder[1][0] if len(self.ladder) > 1 else 0.0

    def step(self, quiet: float) -> int:
        """Find the step of the ladder for a thing that did not change for ``quiet`` seconds."""
        found = 0
        for index, (since, _) in enumerate(self.ladder):
            if quiet >= since:
                found = index
        return found


def shares(wants: Sequence[float], budget: float) -> list[float]:
    """Split ``budget`` calls a second among what the visible, the moving and the idle want.

    Where it suffices each gets what it wants. Where it does not, each gets its guaranteed part, or less where
    it wants less, and what is left then goes to the most important first: nobody is starved.
    """
    given = [min(want, part * budget) for want, part in zip(wants, _GUARANTEED, strict=True)]
    left = budget - sum(given)
    for index, want in enumerate(wants):
        more = min(left, want - given[index])
        given[index] += more
        left -= more
    return given


class Pace:
    """The intervals that result from how many things there are of each kind, the budget and the focus."""

    def __init__(self, tempo: Tempo) -> None:
        self.tempo = tempo
        self.counts = [0, 0, 0]
        """How many things there are, by kind."""
        self._focused = True
        self._budget: float | None = None
        self._stale = True
        self._visible = self._moving = self._bound = self._floor = 0.0

    def move(self, old: Kind | None, new: Kind | None) -> None:
        """Count a thing that came, went or turned from one kind to another."""
        if old is not None:
            self.counts[old] -= 1
        if new is not None:
            self.counts[new] += 1
        self._stale = True

    def focus(self, focused: bool) -> None:
        """Say whether anybody looks."""
        self._focused = focused
        self._stale = True

    def allow(self, calls_per_second: float | None) -> None:
        """Set the budget; None lifts it."""
        if calls_per_second != self._budget:
            self._budget = calls_per_second
            self._stale = True

    @property
    def visible(self) -> float:
        """Seconds between readings of what is on screen."""
        self._fit()
        return self._visible

    @property
    def moving(self) -> float:
        """Seconds between readings of what moves."""
        self._fit()
        return self._moving

    @property
    def bound(self) -> float:
        """Seconds: nothing is meant to be read less often than this."""
        self._fit()
        return self._bound

    @property
    def floor(self) -> float:
        """Seconds: nothing quiet is read more often than this, so that many new ones do not come at once."""
        self._fit()
        return self._floor

    @property
    def demand(self) -> float:
        """Calls a second that this comes to in the long run."""
        self._fit()
        visible, moving, idle = self.counts
        return visible / self._visible + moving / self._moving + idle / self._bound

    def _fit(self) -> None:
        if not self._stale:
            return
        self._stale = False
        tempo, (visible, moving, idle) = self.tempo, self.counts
        slowness = 1.0 if self._focused else tempo.unfocused
        self._visible = tempo.visible * slowness
        self._moving = tempo.ladder[0][1] * slowness
        self._bound = tempo.ladder[-1][1]
        self._floor = 0.0
        if self._budget is not None:
            wants = (visible / self._visible, moving / self._moving, idle / self._bound)
            given = [max(share, _LEAST * self._budget) for share in shares(wants, self._budget)]
            self._visible = max(self._visible, visible / given[Kind.VISIBLE])
            self._moving = max(self._moving, moving / given[Kind.MOVING])
            self._bound = max(self._bound, idle / given[Kind.IDLE])
            # Half of what nobody wants goes to quiet things that may yet move; the rest stays free for keys.
            spare = max(0.0, self._budget - sum(wants))
            self._floor = idle / (given[Kind.IDLE] + spare / 2)
        self._bound = max(self._bound, self._moving)
