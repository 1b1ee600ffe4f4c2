"""What is read of the ledger's tables at once: what is known of a queue, and what has to be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from sqlite3 import Cursor

LONGEST_RETENTION = 1_209_600.0
"""Seconds: 14 days, the longest that a queue can keep a message (SQS API reference, SetQueueAttributes)."""
MOST_MESSAGES = 200_000
"""Messages that are remembered one by one at most, of all queues together. 40 MiB or so."""
_MOST_THRESHOLDS = 50
"""Lost looks that are told apart in time; older ones count as if they were as late as the last of these."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a queue's messages."""

    receives: Mapping[int, int] = field(default_factory=dict)
    """How many messages were received how often, lost answers counted against each: receives → messages."""
    unanswered: int = 0
    """Looks whose answers were lost, or are under way in another process."""
    forgotten: int = 0
    """How often a message was received, at most, that is no longer remembered by itself; 0 where there is none."""
    last_seen: Mapping[int, float] = field(default_factory=dict, compare=False)
    """When one of those messages was seen last, in epoch seconds: receives → moment."""


def known(read: Callable[..., Cursor], queue: int, without: int) -> Knowledge:
    """Tell what is known of a queue, but for what one look has seen and does."""
    lost = read("SELECT exact_at FROM looks WHERE queue = ? AND id <> ? ORDER BY exact_at DESC", (queue, without))
    moments = [moment for (moment,) in lost.fetchall()]
    if moments:
        later = moments[:_MOST_THRESHOLDS]
        cases = " ".join(f"WHEN at > ? THEN {count}" for count in range(len(later)))
        rows = read(_KNOWN_WITH_LOST.format(cases=cases, all=len(moments)), (*later, queue, without))
    else:
        rows = read(_KNOWN, (queue, without))
    found = rows.fetchall()
    ((forgotten,),) = read("SELECT forgotten FROM queues WHERE id = ?", (queue,)).fetchall()
    return Knowledge(
        {receives: messages for receives, messages, _ in found},
        len(moments),
        forgotten,
        {receives: at for receives, _, at in found},
    )


_KNOWN = "SELECT count, COUNT(*), MAX(at) FROM seen WHERE queue = ? AND look <> ? GROUP BY count"

_KNOWN_WITH_LOST = """
SELECT count + CASE {cases} ELSE {all} END - (own.id IS NOT NULL) AS receives, COUNT(*), MAX(at)
FROM seen LEFT JOIN looks AS own ON own.id = seen.look AND own.exact_at >= seen.at
WHERE seen.queue = ? AND seen.look <> ? GROUP BY receives
"""
"""A look that has not told all of its answers may have received what was seen before it, or meanwhile by another."""


def bound(write: Callable[..., Cursor], now: float, most: int) -> None:
    """Forget what no queue can hold any more, and then the oldest until ``most`` messages are left.

    Queues without a redrive policy go first: nothing is moved there, however often a message is received. A queue that
    has to forget messages keeps the worst of their counts, so that its budget is never larger than was known.
    """
    write("DELETE FROM looks WHERE exact_at < ?", (now - LONGEST_RETENTION,))
    if _kept(write) <= most:
        return
    write("DELETE FROM seen WHERE at < ?", (now - LONGEST_RETENTION,))
    for limited in (0, 1):
        too_many = _kept(write) - most
        if too_many > 0:
            found = write(_NEWEST_TO_GO, (limited, too_many - 1)).fetchone() or write(_NEWEST, (limited,)).fetchone()
            going = {"limited": limited, "until": found[0]}
            for queue, worst, last in write(_WORST, going).fetchall():
                write(_REMEMBER_WORST, (worst, last, queue))
            write(_GO, going)


def _kept(read: Callable[..., Cursor]) -> int:
    return int(read("SELECT COUNT(*) FROM seen").fetchone()[0])


_OF = "queue IN (SELECT id FROM queues WHERE limited = :limited) AND at <= :until"
_NEWEST_TO_GO = "SELECT at FROM seen JOIN queues ON id = queue WHERE limited = ? ORDER BY at LIMIT 1 OFFSET ?"
_NEWEST = "SELECT MAX(at) FROM seen JOIN queues ON id = queue WHERE limited = ?"
_GO = f"DELETE FROM seen WHERE {_OF}"
_WORST = f"SELECT queue, MAX(count), MAX(at) FROM seen WHERE {_OF} GROUP BY queue"
_REMEMBER_WORST = """
UPDATE queues SET forgotten = MAX(forgotten, ?), forgotten_at = MAX(forgotten_at, ?) WHERE id = ?
"""
