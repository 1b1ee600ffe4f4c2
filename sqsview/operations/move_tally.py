"""The figures of a move while it runs."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from sqsview.clock import Clock
from sqsview.domain.problem import Problem
from sqsview.operations.move import MoveFailure, MoveProgress

KEPT_FAILURES = 100
"""Failures that are kept one by one; the rest are only counted by their reason."""
_MOST_REASONS = 20
_OTHER_REASONS = "other reasons"


class Tally:
    """Counts what becomes of every message, and tells it."""

    def __init__(self, clock: Clock, on_change: Callable[[MoveProgress], None]) -> None:
        self._clock = clock
        self._on_change = on_change
        self._started: float | None = None
        self._failures: list[MoveFailure] = []
        self._kept: tuple[MoveFailure, ...] = ()
        self._reasons: dict[str, int] = {}
        self._notes: dict[str, None] = {}
        self._counted_notes: dict[str, int] = {}
        self.total: int | None = None
        self.moved = self.failed = self.doubtful = self.skipped = 0
        self.count_under_way: Callable[[], int] = lambda: 0
        """Tells how many are under way."""
        self.problem: Problem | None = None
        self.stopped = False
        self.waits = 0.0
        """Seconds that it waits at most for what others hold."""
        self.progress = MoveProgress()
        """As it was told last."""

    def start(self, total: int | None) -> None:
        """Begin to count the seconds."""
        self._started = self._clock.monotonic()
        self.total = total
        self.tell()

    def fail(self, identity: str, reason: str, *, twice: bool = False) -> None:
        """Count a message that stays; with ``twice`` its copy may be, or is, there as well."""
        if twice:
            self.doubtful += 1
        else:
            self.failed += 1
        named = reason if reason in self._reasons or len(self._reasons) < _MOST_REASONS else _OTHER_REASONS
        self._reasons[named] = self._reasons.get(named, 0) + 1
        if len(self._failures) < KEPT_FAILURES:
            self._failures.append(MoveFailure(identity, reason, twice))
            self._kept = tuple(self._failures)

    def note(self, line: str) -> None:
        """Add a line that a person has to know, once."""
        self._notes[line] = None

    def count_note(self, line: str) -> None:
        """Say once more what holds of one message; told as ``12 messages: line``."""
        if line not in self._counted_notes and len(self._counted_notes) >= _MOST_REASONS:
            line = _OTHER_REASONS
        self._counted_notes[line] = self._counted_notes.get(line, 0) + 1

    def give_up(self, problem: Problem) -> None:
        """Say why it cannot go on; the first reason stays."""
        self.problem = self.problem or problem

    def tell(self, *, ended: bool = False) -> None:
        """Make the figures known."""
        self.progress = self.figures(ended=ended)
        self._on_change(self.progress)

    def figures(self, *, ended: bool = False) -> MoveProgress:
        """Give the figures as they are now."""
        started = self._started if self._started is not None else self._clock.monotonic()
        elapsed = self._clock.monotonic() - started
        rate = self.moved / elapsed if elapsed > 0 else 0.0
        done = self.moved + self.failed + self.doubtful
        left = None if self.total is None else max(0, self.total - done)
        counted = tuple(
            f"1 message: {line}" if count == 1 else f"{count:,} messages: {line}"
            for line, count in self._counted_notes.items()
        )
        return MoveProgress(
            total=self.total if self.total is None else max(self.total, done),
            moved=self.moved,
            failed=self.failed,
            doubtful=self.doubtful,
            skipped=self.skipped,
            under_way=0 if ended else self.count_under_way(),
            started=started,
            elapsed=elapsed,
            rate=rate,
            eta=left / rate if left is not None and rate > 0 and not ended else None,
            failures=self._kept,
            reasons=MappingProxyType(dict(self._reasons)),
            notes=(*self._notes, *counted),
            problem=self.problem,
            stopped=self.stopped,
            waits=0.0 if ended else self.waits,
            ended=ended,
        )
