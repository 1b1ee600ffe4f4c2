"""Where a queue is going, in words."""

from __future__ import annotations

from sqsview.domain.queue import Counts
from sqsview.domain.words.figures import UNITS, UNKNOWN, in_unit


def flow_in_words(
    rate: float | None,
    seconds_to_empty: float | None,
    counts: Counts | None,
    *,
    dead_letters: bool = False,
    moving: bool = False,
) -> str:
    """Say where a queue is going: growing, shrinking and until when, steady, empty, or not known yet.

    ``rate`` is the net change a minute; ``dead_letters`` says that the queue is a dead-letter queue, which
    nobody is expected to consume; ``moving`` that its counts changed in the last minute.
    """
    if counts is None or counts.visible is None:
        return "not read yet"
    if counts.visible == 0 and not counts.in_flight and (rate is None or round(rate) <= 0):
        return f"nothing visible, {counts.delayed:,} delayed" if counts.delayed else "empty"
    if rate is None:
        return "not enough readings yet"
    change = abs(round(rate))
    if round(rate) > 0:
        return f"growing {change:,} a minute: {_why_growing(counts, dead_letters=dead_letters)}"
    if round(rate) < 0:
        if seconds_to_empty is None:
            return f"shrinking {change:,} a minute"
        return f"empty in about {_roughly(seconds_to_empty)} at this rate"
    if counts.visible and counts.in_flight == 0 and not dead_letters and not moving:
        return "steady: nothing is in flight, so nobody seems to receive"
    return "steady"


def _why_growing(counts: Counts, *, dead_letters: bool) -> str:
    if dead_letters:
        return "messages fail"
    return "nobody seems to receive" if counts.in_flight == 0 else "consumers fall behind"


def _roughly(seconds: float) -> str:
    """Write a span in one unit, rounded: a rate is not worth more."""
    for unit, length in UNITS:
        if seconds >= 2 * length or (unit == "min" and seconds >= length) or unit == "s":
            return in_unit(max(1, round(seconds / length)), unit)
    return UNKNOWN
