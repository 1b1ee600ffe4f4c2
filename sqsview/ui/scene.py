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
    """Sums over all queues; None where no queue has been read yet."""

    visible: int | None
    in_flight: int | None
    dead: int | None
    """Visible messages in dead-letter queues."""


def totals(queues: Iterable[Queue], topology: Topology) -> Totals:
    """Sum the counts of all queues that were read."""
    visible = in_flight = dead = 0
    read = False
    for queue in queues:
        counts = queue.counts
        if counts is None:
            continue
        read = True
        visible += counts.visible or 0
        in_flight += counts.in_flight or 0
        if counts.visible and topology.is_dead_letter_queue(queue):
            dead += counts.visible
    return Totals(visible, in_flight, dead) if read else Totals(None, None, None)
