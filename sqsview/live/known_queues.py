"""The queues that are known, and what the last reading of each said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqsview.domain.history import HELD, History
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Queue, QueueReading, QueueRef

_SLACK = 1.25
"""Times its interval does a reading hold: the next may come late, and slots of the history begin early."""


class KnownQueues:
    """Merges listings and readings into `Queue` values: equal settings keep their object.

    Every method that takes a fact tells whether the structure changed: what exists or how it is set.
    """

    def __init__(self) -> None:
        self.loaded = 0
        """Queues that were read well at least once."""
        self._queues: dict[str, Queue] = {}
        self._in_order = True

    def __len__(self) -> int:
        return len(self._queues)

    def __contains__(self, key: object) -> bool:
        return key in self._queues

    def get(self, key: str) -> Queue | None:
        """Give one queue."""
        return self._queues.get(key)

    def keys(self) -> list[str]:
        """Give the keys of all queues."""
        return list(self._queues)

    def in_order(self) -> Mapping[str, Queue]:
        """Give all queues by key, sorted by name; the mapping is live."""
        if not self._in_order:
            self._queues = dict(sorted(self._queues.items(), key=lambda item: (item[1].ref.name, item[0])))
            self._in_order = True
        return self._queues

    def listed(self, refs: Iterable[QueueRef]) -> list[str]:
        """Take up the queues of a page of the listing and give the keys of those that are new."""
        new = []
        for ref in refs:
            old = self._queues.get(ref.arn)
            if old is None:
                self._queues[ref.arn] = Queue(ref)
                new.append(ref.arn)
            elif old.ref != ref:
                self._queues[ref.arn] = replace(old, ref=ref)
        if new:
            self._in_order = False
        return new

    def read(self, key: str, reading: QueueReading, at: float, interval: float | None) -> bool:
        """Merge a good reading made at ``at`` monotonic seconds; the next follows after ``interval``."""
        old = self._queues.get(key)
        if old is None:
            return False
        counts = reading.counts
        same = old.settings == reading.settings
        history = old.history
        if history is None:
            history = History()
        history.add(at, counts.visible, counts.in_flight, _hold(interval))
        if old.read_at is None:
            self.loaded += 1
        self._queues[key] = Queue(
            old.ref,
            old.counts if old.counts == counts else counts,
            old.settings if same else reading.settings,
            at,
            None,
            history,
            old.oldest_age,
            old.oldest_age_at,
            interval,
        )
        return not same or _is_gone(old)

    def failed(self, key: str, problem: Problem, at: float, interval: float | None) -> bool:
        """Mark a queue with the reason why it could not be read; what was known of it stays."""
        old = self._queues.get(key)
        if old is None:
            return False
        if old.history is not None:
            old.history.add(at, None, None, _hold(interval))
        new = self._queues[key] = replace(old, problem=problem, interval=interval)
        return _is_gone(old) != _is_gone(new)

    def put_off(self, key: str, interval: float) -> None:
        """Let the last reading of a queue hold for longer: the next follows ``interval`` seconds after it."""
        known = self._queues.get(key)
        if known is not None and known.history is not None:
            known.history.hold(_hold(interval))

    def aged(self, key: str, age: float | None, at: float) -> None:
        """Note the age of the oldest message in seconds."""
        old = self._queues.get(key)
        if old is not None:
            self._queues[key] = replace(old, oldest_age=age, oldest_age_at=at)

    def drop(self, key: str) -> bool:
        """Forget a queue."""
        old = self._queues.pop(key, None)
        if old is None:
            return False
        self.loaded -= old.read_at is not None
        return True

    def gone(self) -> set[str]:
        """Give the keys of those whose own reading said that they do not exist."""
        return {key for key, queue in self._queues.items() if _is_gone(queue)}


def _hold(interval: float | None) -> float:
    return HELD if interval is None else interval * _SLACK


def _is_gone(queue: Queue) -> bool:
    return queue.problem is not None and queue.problem.kind is ProblemKind.GONE
