"""An hour of one queue's counts in fixed memory, and what they say about where the queue is going."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

HELD = 225.0
"""Seconds for which a reading still holds at least; what is longer is a gap.

Most queues are read at least every 180 s; the rest is for late readings and slots that begin early. Where the
next reading is planned for later, whoever adds the reading says so.
"""
RATE_WINDOW = 180.0
"""Seconds that a rate looks back on."""
MOVING_WINDOW = 60.0
"""Seconds after its last change for which a queue counts as moving."""
TREND_BUCKETS = 14
TREND_SPAN = 14 * 15.0
"""Seconds that a trend covers."""

_FINE_STEP = 5
_COARSE_STEP = 30
_SLOTS = 120
"""10 minutes of 5 s and an hour of 30 s; two unsigned 32-bit counts a slot make 1.9 KiB in all."""
_EMPTY = 0xFFFF_FFFF
"""Nothing was read during the slot."""
_GAP = 0xFFFF_FFFE
"""A reading was due during the slot and gave no figure."""
_LARGEST = 0xFFFF_FFFD
_FILL = 180
"""Seconds between the slots that repeat a reading which was meant to hold for longer than `HELD`."""
_RARE_PART = 3
"""So many times what a reading holds does a rate look back on where readings are rare."""
_BLANK = array("I", [_EMPTY]) * _SLOTS

_FEWEST_READINGS = 3
_SHORTEST_BASE = 10.0
"""Seconds between the early and the late readings of a rate: below, noise is all there is."""
_LONGEST_WAIT = 14 * 86_400.0
"""Seconds; the longest retention (SQS, SetQueueAttributes): by then the messages are gone anyway."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts over time in equal buckets, oldest first; None is a gap."""

    start: float
    """Monotonic seconds at which the first bucket begins."""
    end: float
    """Monotonic seconds at which the last bucket ends."""
    visible: list[float | None]
    in_flight: list[float | None]


class Reading(NamedTuple):
    """Both counts at one time; None is a count that could not be read."""

    at: float
    """Monotonic seconds."""
    visible: int | None
    in_flight: int | None


class _Ring:
    """The last reading of each of the newest `_SLOTS` slots of ``step`` seconds."""

    __slots__ = ("in_flight", "newest", "step", "visible")

    def __init__(self, step: int) -> None:
        self.step = step
        self.newest = -1
        self.visible = _BLANK[:]
        self.in_flight = _BLANK[:]

    @property
    def oldest(self) -> int:
        """The number of the oldest slot that is kept."""
        return max(0, self.newest - _SLOTS + 1)

    def put(self, slot: int, visible: int, in_flight: int) -> None:
        """Set a slot that is not older than the newest; the ones that were skipped become empty."""
        for skipped in range(max(self.newest + 1, slot - _SLOTS + 1), slot):
            self.visible[skipped % _SLOTS] = _EMPTY
            self.in_flight[skipped % _SLOTS] = _EMPTY
        self.newest = slot
        self.visible[slot % _SLOTS] = visible
        self.in_flight[slot % _SLOTS] = in_flight

    def readings(self, cells: Sequence[int], start: float, end: float) -> list[tuple[float, int]]:
        """Give time and cell of each slot that was read and begins within ``start`` ≤ time < ``end``."""
        step = self.step
        first = max(self.oldest, -int(-start // step))
        last = min(self.newest + 1, -int(-end // step))
        return [(slot * step, cell) for slot in range(first, last) if (cell := cells[slot % _SLOTS]) != _EMPTY]


class History:
    """The counts of one queue: 5 s apart for 10 minutes, 30 s apart for an hour.

    Most queues never change, so the 2 KiB of rings are only made at the first change; until then the history
    is one stretch with the same counts.
    """

    __slots__ = ("_changed_at", "_coarse", "_fine", "_hold", "_in_flight", "_last_at", "_visible", "first_at")

    first_at: float | None
    """Monotonic seconds of the first reading; None while there is none."""

    def __init__(self) -> None:
        self.first_at = None
        self._last_at = 0.0
        self._hold = HELD
        self._visible: int | None = None
        self._in_flight: int | None = None
        self._changed_at: float | None = None
        self._fine: _Ring | None = None
        self._coarse: _Ring | None = None

    def add(self, at: float, visible: int | None, in_flight: int | None, hold: float = HELD) -> None:
        """Record a reading at ``at`` monotonic seconds; None is a count that could not be read.

        It holds for ``hold`` seconds, though never for less than `HELD`, unless another one comes before.
        Readings come in the order of time; one that is older than the last is not recorded.
        """
        if self.first_at is None:
            self.first_at = at
        elif at < self._last_at:
            return
        else:
            same = visible == self._visible and in_flight == self._in_flight
            if self._fine is None:
                if same and (at - self._last_at <= self._hold or (visible is None and in_flight is None)):
                    self._last_at = at
                    self.hold(hold)
                    return
                self._make_rings()
            if _FILL < at - self._last_at <= self._hold:
                self._fill(at)
            if not same and (_differ(visible, self._visible) or _differ(in_flight, self._in_flight)):
                self._changed_at = at
        self._last_at = at
        self._visible = visible
        self._in_flight = in_flight
        self._hold = hold if hold > HELD else HELD
        if self._fine is not None:
            self._put(at)

    def hold(self, seconds: float) -> None:
        """Let the last reading hold for ``seconds``, though never for less than `HELD`: the next was put off."""
        self._hold = max(HELD, seconds)

    def series(self, start: float, end: float, buckets: int) -> Series:
        """Give the counts from ``start`` to ``end`` monotonic seconds in equal ``buckets``.

        A bucket holds the mean of its readings; one without a reading carries the last value forward, for as
        long as that holds. With an ``end`` after now the last value is carried into the future.
        """
        return Series(
            start,
            end,
            self._in_buckets(start, end, buckets, in_flight=False),
            self._in_buckets(start, end, buckets, in_flight=True),
        )

    def trend(self, now: float, buckets: int = TREND_BUCKETS, span: float = TREND_SPAN) -> list[int | None]:
        """Give the visible counts of the last ``span`` seconds, oldest first; the last bucket is current.

        The buckets stand on a fixed grid, so that a queue that does not change gives the same list again.
        """
        width = span / buckets
        end = (now // width + 1) * width
        values = self._in_buckets(end - span, end, buckets, in_flight=False)
        return [None if value is None else round(value) for value in values]

    def rate(self, now: float, window: float = RATE_WINDOW) -> float | None:
        """Give the net change of the visible count per minute over the last ``window`` seconds (at most 570).

        Counts are approximate, so the median of the late third of the readings is held against that of the
        early third. None where there are too few readings, or the last is too old to speak for now. Where
        readings come more rarely than `HELD` the window is as long as a few of them take.
        """
        if self.first_at is None or self._visible is None or now - self._last_at > self._hold:
            return None
        if self._hold > HELD:
            window = max(window, _RARE_PART * self._hold)
        if self._changed_at is None or self._changed_at < now - window:
            return 0.0 if self._last_at - self.first_at >= _SHORTEST_BASE else None
        readings = [(at, value) for at, value in self._readings(now - window, now + 1.0) if value != _GAP]
        if len(readings) < _FEWEST_READINGS:
            return None
        third = len(readings) // 3
        early, late = readings[:third], readings[-third:]
        base = median(at for at, _ in late) - median(at for at, _ in early)
        if base < _SHORTEST_BASE:
            return None
        return 60.0 * (median(value for _, value in late) - median(value for _, value in early)) / base

    def readings(self, start: float, end: float) -> list[Reading]:
        """Give what was read from ``start`` to ``end`` monotonic seconds, oldest first; nothing where nothing changed.

        Times are those of the slots, 5 s apart at the least.
        """
        visible, in_flight = self._readings(start, end), self._readings(start, end, in_flight=True)
        return [
            Reading(at, None if left == _GAP else left, None if right == _GAP else right)
            for (at, left), (_, right) in zip(visible, in_flight, strict=True)
        ]

    def moving(self, now: float) -> bool:
        """Tell whether visible or in-flight messages changed lately."""
        return self._changed_at is not None and now - self._changed_at <= MOVING_WINDOW

    def seconds_to_empty(self, now: float) -> float | None:
        """Give the seconds until no message is visible, at this rate; None where it does not shrink."""
        rate = self.rate(now)
        if rate is None or rate >= 0 or not self._visible:
            return None
        seconds = self._visible / -rate * 60.0
        return seconds if seconds <= _LONGEST_WAIT else None

    def _make_rings(self) -> None:
        """Turn the stretch without a change into rings that say the same."""
        first_at = self.first_at if self.first_at is not None else self._last_at
        left, right = _cell(self._visible), _cell(self._in_flight)
        self._fine, self._coarse = _Ring(_FINE_STEP), _Ring(_COARSE_STEP)
        for ring in (self._fine, self._coarse):
            last = int(self._last_at // ring.step)
            for slot in range(max(int(first_at // ring.step), last - _SLOTS + 1), last + 1):
                ring.put(slot, left, right)

    def _fill(self, at: float) -> None:
        """Repeat the last reading up to ``at``: it was meant to hold until then."""
        filled = self._last_at + _FILL
        while filled < at:
            self._put(filled)
            filled += _FILL

    def _put(self, at: float) -> None:
        """Put what is known into the slots of this time, where there are rings."""
        if self._fine is not None and self._coarse is not None:
            left, right = _cell(self._visible), _cell(self._in_flight)
            self._fine.put(int(at // _FINE_STEP), left, right)
            self._coarse.put(int(at // _COARSE_STEP), left, right)

    def _readings(self, start: float, end: float, *, in_flight: bool = False) -> list[tuple[float, int]]:
        """Give the readings in the order of time: coarse ones up to where the fine ones begin."""
        fine, coarse = self._fine, self._coarse
        if fine is None or coarse is None:
            return []
        # The fine ring begins within a coarse slot; that one is left to the coarse ring.
        border = -(-fine.oldest * _FINE_STEP // _COARSE_STEP) * _COARSE_STEP
        readings = []
        if start < border:
            readings = coarse.readings(coarse.in_flight if in_flight else coarse.visible, start, min(border, end))
        return readings + fine.readings(fine.in_flight if in_flight else fine.visible, max(start, border), end)

    def _in_buckets(self, start: float, end: float, buckets: int, *, in_flight: bool) -> list[float | None]:
        if self.first_at is None:
            return [None] * buckets
        width = (end - start) / buckets
        if self._fine is None:
            value = self._in_flight if in_flight else self._visible
            if value is None:
                return [None] * buckets
            first, last = self.first_at, self._last_at + self._hold
            return [
                float(value) if start + (bucket + 1) * width > first and start + bucket * width <= last else None
                for bucket in range(buckets)
            ]
        readings = self._readings(start - self._hold, end, in_flight=in_flight)
        newest = len(readings) if end > self._last_at else -1
        values: list[float | None] = []
        position = 0
        held_at, held = start, _GAP
        for bucket in range(-1, buckets):  # bucket -1: what is before the start and may still hold
            ends = start + (bucket + 1) * width
            total, known, read = 0, 0, False
            while position < len(readings) and readings[position][0] < ends:
                held_at, held = readings[position]
                position += 1
                read = True
                if held != _GAP:
                    total += held
                    known += 1
            if bucket < 0:
                continue
            if known:
                values.append(total / known)
            elif not read and held != _GAP:
                age = start + bucket * width - held_at
                holds = age <= (self._hold if position == newest else HELD)
                values.append(float(held) if holds else None)
            else:
                values.append(None)
        return values


def _cell(count: int | None) -> int:
    return _GAP if count is None else min(max(count, 0), _LARGEST)


def _differ(one: int | None, other: int | None) -> bool:
    """Tell whether two known counts differ; losing sight of a queue is no movement."""
    return one is not None and other is not None and one != other
