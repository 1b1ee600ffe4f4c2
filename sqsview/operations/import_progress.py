"""How far an import is."""

from __future__ import annotations

from dataclasses import dataclass

from sqsview.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """One line that was not taken."""

    line: int
    """From 1."""
    reason: str
    """One line, in the server's words. Untrusted text."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is. Before, sent, failed, unsure and left add up to total, once nothing is under way."""

    total: int | None = None
    """Messages in the file; None before it was checked."""
    checked: int = 0
    """Lines that were checked, while that goes on; then 0."""
    before: int = 0
    """Messages that an earlier import of the same file sent, or that come before the line it begins with."""
    sent: int = 0
    """Messages that were taken now."""
    failed: int = 0
    """Messages that were refused."""
    unsure: tuple[int, ...] = ()
    """Lines whose answer was lost: taken or not, that is not known."""
    twice: tuple[int, ...] = ()
    """Lines that were taken now, or by an earlier import that went on with one, and may have been taken before that."""
    under_way: int = 0
    """Messages that were sent and not yet answered."""
    started: float = 0.0
    """Monotonic seconds of the first call."""
    elapsed: float = 0.0
    """Seconds since then."""
    rate: float = 0.0
    """Messages taken a second, so far."""
    eta: float | None = None
    """Seconds until the end at this rate; None while there is no telling."""
    failures: tuple[ImportFailure, ...] = ()
    """What was refused, by line."""
    notes: tuple[str, ...] = ()
    """What a person has to know, a line each. Untrusted text."""
    problem: Problem | None = None
    """Why it was given up before its end."""
    stopped: bool = False
    """Whether a person ended it before its end."""
    ended: bool = False

    @property
    def left(self) -> int:
        """Messages that were not tried."""
        done = self.before + self.sent + self.failed + len(self.unsure) + self.under_way
        return max(0, (self.total or 0) - done)

    @property
    def is_done(self) -> bool:
        """Tell whether all of the file is in the queue."""
        return self.total is not None and self.before + self.sent == self.total
