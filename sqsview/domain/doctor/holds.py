"""How long consumers hold messages, as far as the counts of a queue show it."""

from __future__ import annotations

from dataclasses import dataclass

from sqsview.domain.history import History, Reading

WATCHED = 570.0
"""Seconds that are looked back on: what the history keeps at 5 s apart."""
_LATELY = 60.0
"""Seconds of which the last readings are looked at first: where they differ, nothing before them counts."""
_TIMES = 3
"""How often it has to be seen: once is a restart."""
_LEAST = 0.5
"""Part of the visibility timeout for which messages were in flight at the least; sooner, they were given back."""


@dataclass(frozen=True, slots=True)
class Holds:
    """Messages that were received and came back when they were no longer hidden, none of them deleted."""

    times: int
    total: int
    """Messages in the queue all the while."""
    seconds: float
    """For how long the queue was seen so."""


def held_too_long(history: History, now: float, timeout: int) -> Holds | None:
    """Tell whether messages come back to the queue because nobody deletes them within the visibility timeout.

    Counts tell it in one case only: while the sum of visible and in flight stands still, nothing is sent and nothing
    is deleted, so that what goes in flight and comes back after the timeout was held for all of it. Where messages
    come and go, there is no telling, and the answer is None.

    Args:
        history: the counts of the queue.
        now: monotonic seconds.
        timeout: the visibility timeout in seconds.
    """
    if len({_sum(each) for each in history.readings(now - _LATELY, now + 1.0)}) != 1:
        return None  # most queues end here, for a tenth of the work
    times, began = 0, now
    total: int | None = None
    before: tuple[float, int] | None = None
    left_at: tuple[float, float] | None = None
    """Between which two readings the first of those in flight was received."""
    for reading in history.readings(now - WATCHED, now + 1.0):
        at, in_flight, held = reading.at, reading.in_flight, _sum(reading)
        if held is None or in_flight is None or held != total:
            times, total, began, before, left_at = 0, held, at, None, None
        if in_flight is None:
            continue
        if before is not None and in_flight > before[1] and left_at is None:
            left_at = before[0], at
        elif before is not None and in_flight < before[1] and left_at is not None:
            longest, shortest = at - left_at[0], before[0] - left_at[1]
            times += longest >= timeout and shortest >= _LEAST * timeout
            left_at = None
        before = at, in_flight
    return Holds(times, total, now - began) if times >= _TIMES and total else None


def _sum(reading: Reading) -> int | None:
    """Give the messages that are visible or in flight; None where one of the two is not known."""
    visible, in_flight = reading.visible, reading.in_flight
    return None if visible is None or in_flight is None else visible + in_flight
