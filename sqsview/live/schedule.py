"""When each thing is due for its next reading: pure, on a clock that is handed in."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from math import inf

from sqsview.live.tempo import Kind, Pace, Tempo

_GOLDEN = 0.618_033_988_749_895
"""Steps of the golden ratio spread any number of points evenly, without a random source."""
_EARLIEST = 0.25
"""A thing that changes its interval is read after a quarter of the new one at the earliest."""
_LATE = 0.5
"""A reading late by half its interval lost its place, as after the machine slept: it is spread anew."""
_TURNS = 4
"""Every fourth reading goes to what is not on screen, if that is due, so that nothing is ever starved."""
_URGENT = 3
"""The line before all others; the other lines have the numbers of the kinds."""


class _Entry:
    """One thing; ``due`` is when it should be read, ``queued`` when the heap will bring it up."""

    __slots__ = (
        "asked",
        "due",
        "failures",
        "interval",
        "key",
        "kind",
        "line",
        "queued",
        "quiet_since",
        "read_at",
        "reading",
        "step",
        "tried",
    )

    def __init__(self, key: str, kind: Kind, due: float) -> None:
        self.key = key
        self.kind = kind
        self.due = due
        self.queued: float | None = None
        self.line: int | None = None
        self.step = -1
        self.interval = 0.0
        self.read_at: float | None = None
        self.quiet_since: float | None = None
        self.failures = 0
        self.reading = False
        self.asked = False
        self.tried = False


class Schedule:
    """Says what to read next: what is on screen, then what moves, then the rest in their turn.

    Each call costs a heap operation or two; nothing ever goes through all things.
    """

    def __init__(self, tempo: Tempo | None = None) -> None:
        self.pace = Pace(tempo or Tempo())
        """The intervals, and what they follow from."""
        self.unread = 0
        """Things that were not yet tried."""
        self._entries: dict[str, _Entry] = {}
        self._watched: dict[str, None] = {}
        self._taken: dict[_Entry, None] = {}
        self._heap: list[tuple[float, int, _Entry]] = []
        self._order = 0
        self._lines: tuple[dict[_Entry, None], ...] = ({}, {}, {}, {})
        self._phase = 0.0
        self._turn = 0

    # -- what there is ---------------------------------------------------------------------------------------

    def add(self, keys: Iterable[str], now: float) -> None:
        """Take up new things; they are due at once."""
        for key in keys:
            if key in self._entries:
                continue
            visible = key in self._watched
            entry = self._entries[key] = _Entry(key, Kind.VISIBLE if visible else Kind.IDLE, now)
            self.pace.move(None, entry.kind)
            self.unread += 1
            self._stand(entry, _URGENT if visible else Kind.IDLE)

    def drop(self, key: str) -> None:
        """Forget a thing."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._stand(entry, None)
            self._taken.pop(entry, None)
            entry.queued = None
            self.pace.move(entry.kind, None)
            self.unread -= not entry.tried

    def watch(self, keys: Sequence[str], now: float) -> None:
        """Set what is on screen, the most important first; what comes on screen too old is due at once."""
        before, self._watched = self._watched, dict.fromkeys(keys)
        for key in before:
            if key not in self._watched and (entry := self._entries.get(key)) is not None:
                self._leave(entry, now)
        for key in self._watched:
            if key not in before and (entry := self._entries.get(key)) is not None:
                self._turn_into(entry, Kind.VISIBLE)
                self._hasten(entry, now)

    def focus(self, focused: bool, now: float) -> None:
        """Say whether anybody looks; on return the visible things that are old are due at once."""
        self.pace.focus(focused)
        if focused:
            for key in self._watched:
                if (entry := self._entries.get(key)) is not None:
                    self._hasten(entry, now)

    def hurry(self, keys: Iterable[str], now: float) -> None:
        """Make things due at once, before all others, also those that keep failing or are just being read."""
        for key in keys:
            if (entry := self._entries.get(key)) is not None:
                entry.asked = True
                if not entry.reading:
                    entry.due = now
                    self._stand(entry, _URGENT)

    # -- what to read ----------------------------------------------------------------------------------------

    def take(self, now: float) -> str | None:
        """Give the thing to read now, None where none is due; it stays taken until one of the next three."""
        self._promote(now)
        visible, moving, idle, urgent = self._lines
        line = urgent or visible
        if not urgent and (moving or idle):
            self._turn += 1
            if not visible or self._turn % _TURNS == 0:
                first, second = (moving, idle) if self._turn // _TURNS % _TURNS else (idle, moving)
                line = first or second
        if not line:
            return None
        entry = next(iter(line))
        self._stand(entry, None)
        entry.reading = True
        self._taken[entry] = None
        entry.asked = False
        return entry.key

    def read(self, key: str, now: float, *, changed: bool) -> float | None:
        """Note a good reading and give the seconds until the next; None where the thing was dropped."""
        entry = self._finish(key, now)
        if entry is None:
            return None
        if changed:
            entry.quiet_since = now
        step, late = entry.step, now - entry.due > _LATE * entry.interval
        entry.read_at = now
        entry.failures = 0
        self._settle(entry, now)
        entry.due = now + entry.interval
        if entry.step != step or late:
            self._phase = (self._phase + _GOLDEN) % 1.0
            entry.due = now + entry.interval * (_EARLIEST + (1 - _EARLIEST) * self._phase)
        self._put_back(entry, now)
        return entry.interval

    def failed(self, key: str, now: float) -> float | None:
        """Note a failed reading; the seconds until the next double with each failure, up to the bound."""
        entry = self._finish(key, now)
        if entry is None:
            return None
        entry.failures += 1
        self._settle(entry, now)
        longest = max(self.pace.bound, entry.interval)
        entry.interval = min(longest, entry.interval * 2.0 ** min(entry.failures, 16))
        entry.due = now + entry.interval
        self._put_back(entry, now)
        return entry.interval

    def release(self, key: str, now: float) -> None:
        """Put back a thing whose reading was given up; it is due at once."""
        entry = self._entries.get(key)
        if entry is not None and entry.reading:
            entry.reading = False
            del self._taken[entry]
            entry.due = now
            self._stand(entry, entry.kind)

    def wait(self, now: float) -> float:
        """Give the seconds until something is due; infinity where nothing ever will be."""
        if self.behind(now):
            return 0.0
        return self._heap[0][0] - now if self._heap else inf

    def due_at(self, now: float) -> float | None:
        """Give the time of the earliest reading that is not done: planned, waiting or on its way; None without any.

        What was read early may still be counted under its old time, but never once that is over.
        """
        self._promote(now)
        firsts = [next(iter(line)).due for line in (*self._lines, self._taken) if line]
        if self._heap:
            firsts.append(self._heap[0][0])
        return min(firsts, default=None)

    def interval(self, key: str) -> float | None:
        """Give the seconds between the last reading of a thing and the next; None where it was never read."""
        entry = self._entries.get(key)
        return entry.interval if entry is not None and entry.read_at is not None else None

    def behind(self, now: float) -> int:
        """Count the things that are due and wait."""
        self._promote(now)
        return sum(map(len, self._lines))

    # -- how it is kept --------------------------------------------------------------------------------------

    def _finish(self, key: str, now: float) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        entry.reading = False
        self._taken.pop(entry, None)
        if not entry.tried:
            entry.tried = True
            entry.quiet_since = now - self.pace.tempo.unknown
            self.unread -= 1
        return entry

    def _settle(self, entry: _Entry, now: float) -> None:
        """Find kind, step and interval from what is known."""
        tempo, pace = self.pace.tempo, self.pace
        if entry.key in self._watched:
            self._turn_into(entry, Kind.VISIBLE)
            entry.step, entry.interval = -2, pace.visible
            return
        entry.step = tempo.step(inf if entry.quiet_since is None else now - entry.quiet_since)
        if entry.step == 0 and len(tempo.ladder) > 1:
            self._turn_into(entry, Kind.MOVING)
            entry.interval = pace.moving
        else:
            self._turn_into(entry, Kind.IDLE)
            entry.interval = max(tempo.ladder[entry.step][1], pace.floor)
            if entry.step == len(tempo.ladder) - 1:
                entry.interval = max(entry.interval, pace.bound)

    def _leave(self, entry: _Entry, now: float) -> None:
        """Let a thing that left the screen wait as long as its like."""
        if entry.read_at is None or entry.failures:
            self._turn_into(entry, Kind.IDLE)
            if entry.line == _URGENT and not entry.asked:
                self._stand(entry, Kind.IDLE)
            return
        self._settle(entry, now)
        entry.due = entry.read_at + entry.interval
        if entry.line is not None and not entry.asked:
            self._stand(entry, None)
        if entry.line is None and not entry.reading:
            self._queue(entry)

    def _hasten(self, entry: _Entry, now: float) -> None:
        """Make a visible thing due when its age asks for it; what keeps failing goes on backing off."""
        if entry.reading or entry.failures:
            return
        due = now if entry.read_at is None else entry.read_at + self.pace.visible
        if due <= now:
            entry.due = now
            self._stand(entry, _URGENT)
        elif entry.line is None and due < entry.due:
            entry.due = due
            self._queue(entry)

    def _put_back(self, entry: _Entry, now: float) -> None:
        if entry.asked:
            entry.due = now
            self._stand(entry, _URGENT)
        else:
            self._queue(entry)

    def _queue(self, entry: _Entry) -> None:
        """Have the heap bring the thing up, unless it will be earlier than that anyway."""
        if entry.queued is None or entry.due < entry.queued:
            entry.queued = entry.due
            self._order += 1
            heapq.heappush(self._heap, (entry.due, self._order, entry))

    def _promote(self, now: float) -> None:
        """Move what is due from the heap to its line."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, _, entry = heapq.heappop(heap)
            if entry.queued != at:
                continue  # it was brought forward, or dropped
            entry.queued = None
            if entry.reading or entry.line is not None:
                continue
            if entry.due > now:
                self._queue(entry)
            else:
                self._stand(entry, entry.kind)

    def _stand(self, entry: _Entry, line: int | None) -> None:
        """Put a thing into a line, or with None into no line."""
        if entry.line is not None:
            del self._lines[entry.line][entry]
        entry.line = line
        if line is not None:
            self._lines[line][entry] = None

    def _turn_into(self, entry: _Entry, kind: Kind) -> None:
        if entry.kind != kind:
            self.pace.move(entry.kind, kind)
            entry.kind = kind
            if entry.line is not None and entry.line != _URGENT:
                self._stand(entry, kind)
