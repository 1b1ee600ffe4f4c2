"""The columns of the queues table: what is shown of a queue, and what it is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from sqsview.domain import words
from sqsview.domain.arn import name_of
from sqsview.domain.history import History
from sqsview.domain.queue import Encryption, Queue
from sqsview.domain.snapshot import Connection
from sqsview.ui.arrangement import Matcher
from sqsview.ui.scene import SHOW_AGE_AFTER, Scene
from sqsview.ui.widgets.cells import Cell, Cells, Tone
from sqsview.ui.widgets.columns import Column
from sqsview.ui.widgets.trend import trend_text

TREND_WIDTH = 14
OLDEST_HOLDS = 180.0
"""Seconds that an age from CloudWatch, read once a minute, passes for current."""


def tone_of(queue: Queue, scene: Scene) -> Tone:
    """Old figures look different from fresh ones: after a failure, or when the connection is failing."""
    failing = scene.snapshot.health.connection is Connection.FAILING
    old = (scene.age(queue.read_at) or 0.0) > SHOW_AGE_AFTER
    return Tone.STALE if queue.problem is not None or failing or old else Tone.NORMAL


def number(value: int | None, queue: Queue, scene: Scene) -> Cell:
    """Write one of a queue's counts: unknown is no zero, and what is old looks old."""
    if value is None:
        return Cell("–" if queue.problem is not None or queue.read_at is not None else "…", Tone.QUIET)
    tone = tone_of(queue, scene)
    return Cell(words.count(value), Tone.QUIET if value == 0 and tone is Tone.NORMAL else tone)


def has_dead_letters(queue: Queue, scene: Scene) -> bool:
    """Tell whether this is a dead-letter queue with messages in it."""
    return bool(queue.counts and queue.counts.visible and scene.topology.is_dead_letter_queue(queue))


def _name(queue: Queue, scene: Scene) -> Cell | Cells:
    if queue.problem is not None:
        return Cell("! ", Tone.BAD), Cell(queue.name, Tone.WARN)
    if has_dead_letters(queue, scene):
        return Cell("● ", Tone.BAD), Cell(queue.name, Tone.BAD)
    return Cell("  "), Cell(queue.name)


def _kind(queue: Queue, scene: Scene) -> Cell:
    sources = len(scene.topology.dead_letter_sources(queue))
    if sources:
        return Cell(f"DLQ of {sources}", Tone.ACCENT)
    if scene.topology.is_dead_letter_queue(queue):
        return Cell("DLQ sns", Tone.ACCENT)
    return Cell("fifo" if queue.ref.fifo else "std", Tone.QUIET)


def _visible(queue: Queue, scene: Scene) -> Cell:
    return number(queue.counts.visible if queue.counts else None, queue, scene)


def _in_flight(queue: Queue, scene: Scene) -> Cell:
    return number(queue.counts.in_flight if queue.counts else None, queue, scene)


def _delayed(queue: Queue, scene: Scene) -> Cell:
    return number(queue.counts.delayed if queue.counts else None, queue, scene)


def _rate(queue: Queue, scene: Scene) -> float | None:
    return queue.history.rate(scene.now) if queue.history is not None else None


def _net(queue: Queue, scene: Scene) -> Cell:
    rate = _rate(queue, scene)
    if rate is None:
        return Cell("", Tone.QUIET)
    text = words.per_minute(rate)
    if tone_of(queue, scene) is Tone.STALE:
        return Cell(text, Tone.STALE)
    if text == "0":
        return Cell(text, Tone.QUIET)
    return Cell(text, Tone.WARN if rate > 0 else Tone.GOOD)


def _trend(queue: Queue, scene: Scene) -> Cell:
    history: History | None = queue.history
    if history is None or queue.problem is not None:
        return Cell("")
    tone = tone_of(queue, scene)
    if tone is Tone.NORMAL:
        tone = Tone.BAD if has_dead_letters(queue, scene) else Tone.ACCENT
    return Cell(trend_text(history.trend(scene.now, TREND_WIDTH), TREND_WIDTH), tone)


def _dead_letters(queue: Queue, scene: Scene) -> Cell | Cells:
    if queue.problem is not None:
        return Cell(queue.problem.text, Tone.BAD)
    if has_dead_letters(queue, scene):
        assert queue.counts is not None  # has_dead_letters
        return Cell(f"{words.count(queue.counts.visible)} dead letters", Tone.BAD)
    if queue.settings is None:
        return Cell("")
    if queue.settings.dead_letter_target is None:
        return Cell("" if scene.topology.is_dead_letter_queue(queue) else "none", Tone.QUIET)
    target = scene.topology.dead_letter_queue_of(queue)
    if target is None:
        return Cell(name_of(queue.settings.dead_letter_target), Tone.QUIET)
    now = scene.snapshot.queues.get(target.key, target)
    if now.counts and now.counts.visible:
        return Cell(now.name), Cell(f" ● {words.short_count(now.counts.visible)}", Tone.BAD)
    return Cell(now.name)


def _oldest(queue: Queue, scene: Scene) -> Cell:
    if queue.oldest_age is None:
        return Cell("", Tone.QUIET)
    old = (scene.age(queue.oldest_age_at) or 0.0) > OLDEST_HOLDS
    return Cell(words.duration(queue.oldest_age), Tone.STALE if old else Tone.NORMAL)


def _age(queue: Queue, scene: Scene) -> Cell:
    age = scene.age(queue.read_at)
    if age is None or age < SHOW_AGE_AFTER:
        return Cell("")
    return Cell(words.age(age), Tone.STALE)


QueueColumn: TypeAlias = Column[Queue, Scene]

NAME: QueueColumn = Column("name", "  QUEUE", 20, "left", _name, grow=True, min_width=18, priority=75)
KIND: QueueColumn = Column("kind", "KIND", 8, "left", _kind, priority=40)
VISIBLE: QueueColumn = Column("visible", "VISIBLE", 9, "right", _visible, priority=95, gap=1)
IN_FLIGHT: QueueColumn = Column("in-flight", "IN FLIGHT", 9, "right", _in_flight, priority=85)
DELAYED: QueueColumn = Column("delayed", "DELAYED", 7, "right", _delayed, priority=45)
NET: QueueColumn = Column("net", "Δ/MIN", 7, "right", _net, priority=80, gap=1)
TREND: QueueColumn = Column("trend", "TREND", TREND_WIDTH, "left", _trend, min_width=7, priority=55, cut="start")
DEAD: QueueColumn = Column("dead", "DEAD LETTERS", 20, "left", _dead_letters, min_width=12, max_width=60, priority=60)
OLDEST: QueueColumn = Column("oldest", "OLDEST", 7, "right", _oldest, priority=55)
AGE: QueueColumn = Column("age", "AGE", 6, "right", _age, priority=10)

COLUMNS = (NAME, KIND, VISIBLE, IN_FLIGHT, DELAYED, NET, TREND, DEAD, AGE)
COLUMNS_WITH_AGE = (NAME, KIND, VISIBLE, IN_FLIGHT, DELAYED, NET, TREND, OLDEST, DEAD, AGE)
"""Where CloudWatch is on."""


def _dead_count(queue: Queue, scene: Scene) -> int | None:
    holder: Queue | None = queue
    if not scene.topology.is_dead_letter_queue(queue):
        target = scene.topology.dead_letter_queue_of(queue)
        holder = None if target is None else scene.snapshot.queues.get(target.key, target)
    return holder.counts.visible if holder is not None and holder.counts is not None else None


SORT_KEYS: Mapping[str, Callable[[Queue, Scene], Any]] = {
    "name": lambda queue, _: queue.name,
    "kind": lambda queue, scene: (scene.topology.is_dead_letter_queue(queue), queue.ref.fifo),
    "visible": lambda queue, _: queue.counts.visible if queue.counts else None,
    "in-flight": lambda queue, _: queue.counts.in_flight if queue.counts else None,
    "delayed": lambda queue, _: queue.counts.delayed if queue.counts else None,
    "net": _rate,
    "trend": lambda queue, scene: abs(_rate(queue, scene) or 0),
    "oldest": lambda queue, _: queue.oldest_age,
    "dead": _dead_count,
    "age": lambda queue, scene: scene.age(queue.read_at),
}
"""How each column is sorted; None goes last."""

DESCENDING_FIRST = frozenset({"visible", "in-flight", "delayed", "net", "trend", "oldest", "dead", "age", "kind"})


def matcher(scene: Callable[[], Scene]) -> Matcher[Queue]:
    """Match a queue by its name, and by kind: fifo, standard, dlq, non-empty, moving, problem, encrypted."""

    def kinds(queue: Queue) -> Iterable[str]:
        seen = scene()
        yield "fifo" if queue.ref.fifo else "standard"
        if seen.topology.is_dead_letter_queue(queue):
            yield "dlq"
        counts = queue.counts
        if counts is not None:
            yield "non-empty" if counts.visible or counts.in_flight or counts.delayed else "empty"
        if queue.problem is not None:
            yield "problem"
        if queue.history is not None and queue.history.moving(seen.now):
            yield "moving"
        if queue.settings is not None and queue.settings.encryption is not Encryption.NONE:
            yield "encrypted"

    return Matcher(text=lambda queue: queue.name, kinds=kinds)
