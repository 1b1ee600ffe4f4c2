"""What the cells of a table are computed from: one snapshot, seen at one moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.topology import Topology

SHOW_AGE_AFTER = 10.0
"""Seconds: older figures carry their age; rows on screen are read every 4 s, so it means something is late."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A snapshot with its wiring, and the time it is looked at."""

    snapshot: Snapshot
    topology: Topology
    now: float
    """Monotonic seconds."""
    epoch: float
    """Seconds since 1970 at the same moment."""

    def age(self, read_at: float | None) -> float | None:
        """Give the seconds since a reading, or None where there was none."""
        return None if read_at is None else max(0.0, self.now - read_at)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all queues that were read; None where none was."""

    visible: int | None
    in_flight: int | None
    dead: int | None
    """Messages in dead-letter queues, also those in flight: who looks at them does not make them fewer.

    None also where one of those queues is unread and the others are empty."""
    partial: bool = False
    """Whether some queue has no counts, so that there may be more."""
    dead_partial: bool = False
    """Whether some dead-letter queue, or a queue that may be one, has no counts."""


def totals(queues: Iterable[Queue], topology: Topology) -> Totals:
    """Sum the counts of all queues, and note what is missing: a queue without counts must not pass for an empty one."""
    visible = in_flight = dead = 0
    read = partial = dead_partial = False
    for queue in queues:
        counts = queue.counts
        if counts is None or counts.visible is None:
            partial = True
            # Before its first reading nobody knows what a queue is; a denied one is known by who names it.
            dead_partial |= queue.problem is None or topology.is_dead_letter_queue(queue)
            continue
        read = True
        visible += counts.visible
        in_flight += counts.in_flight or 0
        if (held := counts.visible + (counts.in_flight or 0)) and topology.is_dead_letter_queue(queue):
            dead += held
    if not read:
        return Totals(None, None, None)
    return Totals(visible, in_flight, None if dead_partial and not dead else dead, partial, dead_partial)
