"""The lines of the fan-out map: topics, the ways out of them, and what hangs loose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from sqsview.domain.arn import name_of
from sqsview.domain.filter_words import filter_in_words
from sqsview.domain.queue import Queue
from sqsview.domain.text import shortened
from sqsview.domain.topic import SubscriptionStatus, Topic
from sqsview.domain.topology import Orphan
from sqsview.domain.wiring import Edge
from sqsview.ui.arrangement import Matcher
from sqsview.ui.queue_columns import number, tone_of
from sqsview.ui.scene import Scene
from sqsview.ui.topic_columns import unheard
from sqsview.ui.widgets.cells import Cell, Cells, Tone
from sqsview.ui.widgets.columns import Column

LOOSE_NAME = 34
"""Width of a name in the list of what hangs loose, so that one long name does not widen the whole map."""
STEADY = 0.5
"""Net change a minute below which a queue neither fills nor drains."""


class Level(IntEnum):
    """What a line of the map is."""

    TOPIC = 0
    EDGE = 1
    ORPHAN = 2


@dataclass(frozen=True, slots=True, eq=False)
class FanRow:
    """One line of the map."""

    key: str
    name: str
    level: Level
    topic: Topic | None = None
    edge: Edge | None = None
    orphan: Orphan | None = None
    last: bool = False
    """The last way out of its topic."""
    broken: int = 0
    """On a topic: the ways out that do not deliver."""
    unchecked: int = 0
    """On a topic: the ways out of which metadata does not show whether they deliver."""
    total: int = 0


def topic_rows(topic: Topic, edges: Sequence[Edge]) -> list[FanRow]:
    """Make the lines of one topic: itself, then its ways out."""
    broken = sum(not edge.delivers for edge in edges)
    unchecked = sum(edge.delivers and edge.uncertain is not None for edge in edges)
    rows = [FanRow(topic.key, topic.name, Level.TOPIC, topic, broken=broken, unchecked=unchecked, total=len(edges))]
    for place, edge in enumerate(edges, 1):
        key = f"{topic.key} → {edge.subscription.key}"
        name = edge.subscription.name
        rows.append(FanRow(key, name, Level.EDGE, topic, edge, last=place == len(edges)))
    return rows


def orphan_rows(orphans: Iterable[Orphan]) -> list[FanRow]:
    """Make the lines of what hangs loose."""
    return [
        FanRow(f"{orphan.kind.value}|{orphan.thing.key}", orphan.thing.name, Level.ORPHAN, orphan=orphan)
        for orphan in orphans
    ]


def queues_of(row: FanRow, scene: Scene) -> Iterator[Queue]:
    """Give the queues whose counts a line shows, as they are now."""
    edge = row.edge
    found = (edge.queue, edge.dead_letter_queue) if edge is not None else ()
    orphan = row.orphan.thing if row.orphan is not None and isinstance(row.orphan.thing, Queue) else None
    for queue in (*found, orphan):
        if queue is not None:
            yield scene.snapshot.queues.get(queue.key, queue)


def _now(queue: Queue | None, scene: Scene) -> Queue | None:
    return None if queue is None else scene.snapshot.queues.get(queue.key, queue)


def _way(row: FanRow, scene: Scene) -> Cells:
    if row.level is Level.TOPIC:
        delivering = row.total - row.broken - row.unchecked
        told = f"{delivering} of {row.total} edges deliver" if row.total else ""
        told += f", {row.unchecked} not checked" if row.unchecked else ""
        tone = Tone.BAD if row.broken else Tone.QUIET
        if not row.total and row.topic is not None and unheard(row.topic, scene):
            told, tone = "nobody listens", Tone.WARN
        mark = "✗ " if row.broken else ""
        return Cell(row.name, Tone.STRONG), Cell(f"  {mark}{told}", tone)
    if row.edge is None:
        return (Cell(shortened(row.name, LOOSE_NAME), Tone.STRONG),)
    branch = Cell(" └─ " if row.last else " ├─ ", Tone.QUIET)
    subscription = row.edge.subscription
    settings = subscription.settings
    if not row.edge.delivers:
        pending = subscription.status is SubscriptionStatus.PENDING
        return branch, Cell("… pending" if pending else "✗ broken", Tone.WARN if pending else Tone.BAD)
    if settings is None:
        return branch, Cell("filter not read yet" if subscription.ref.readable else "filter not told", Tone.QUIET)
    gets = filter_in_words(settings.filter_policy, settings.filter_scope)
    raw = Cell(", raw" if settings.raw_delivery else "", Tone.QUIET)
    return branch, Cell(gets, Tone.QUIET if settings.filter_policy is None else Tone.NORMAL), raw


def _to(row: FanRow, scene: Scene) -> Cells | Cell | None:
    if row.level is Level.TOPIC:
        return None
    if row.orphan is not None:
        return Cell(row.orphan.words, Tone.QUIET)
    assert row.edge is not None  # neither a topic nor an orphan
    subscription = row.edge.subscription
    protocol = subscription.ref.protocol
    kind = () if protocol == "sqs" else (Cell(f"{protocol} ", Tone.QUIET),)
    if not row.edge.delivers:
        arrow = Cell("─✗ ", Tone.BAD)
    else:
        arrow = Cell("─? ", Tone.WARN) if row.edge.uncertain is not None else Cell("─▶ ", Tone.QUIET)
    reason = () if row.edge.delivers or row.edge.fault is None else (Cell(f"  {row.edge.fault.text}", Tone.WARN),)
    return arrow, *kind, Cell(subscription.name), *reason


def _said(row: FanRow) -> bool:
    """Tell whether the reason why nothing is delivered takes the place of the counts."""
    return row.edge is not None and not row.edge.delivers


def _visible(row: FanRow, scene: Scene) -> Cells | Cell | None:
    if row.orphan is not None or _said(row):
        return None
    queue = _now(row.edge.queue, scene) if row.edge is not None else None
    if queue is None or queue.counts is None:
        return Cell("")
    rate = queue.history.rate(scene.now) if queue.history is not None else None
    if rate is None or tone_of(queue, scene) is Tone.STALE:
        arrow = Cell("  ")
    elif abs(rate) < STEADY:
        arrow = Cell(" ─", Tone.QUIET)
    else:
        arrow = Cell(" ▲", Tone.WARN) if rate > 0 else Cell(" ▼", Tone.GOOD)
    return _count(queue, scene), arrow


def _count(queue: Queue, scene: Scene) -> Cell:
    """Write how many messages are visible, as the queues table does."""
    return number(queue.counts.visible if queue.counts is not None else None, queue, scene)


def _dead_letter_queue(row: FanRow, scene: Scene) -> Cells | Cell | None:
    edge = row.edge
    if edge is None or _said(row):
        return None if edge is not None or row.orphan is not None else Cell("")
    if edge.fault is not None:
        return Cell(edge.fault.text, Tone.BAD)
    if edge.dead_letter_arn is not None:
        tries = "" if edge.max_receive_count is None else str(edge.max_receive_count)
        return Cell(f"─{tries}─▶ ", Tone.QUIET), Cell(name_of(edge.dead_letter_arn))
    if edge.subscription_dead_letter_arn is not None:
        return Cell("undelivered ─▶ ", Tone.QUIET), Cell(name_of(edge.subscription_dead_letter_arn))
    if edge.uncertain is not None:
        return Cell(f"? {edge.uncertain}", Tone.QUIET)
    return Cell("no dead-letter queue" if edge.queue is not None else "", Tone.QUIET)


def _dead(row: FanRow, scene: Scene) -> Cells | Cell | None:
    edge = row.edge
    if edge is None or edge.fault is not None:
        return None
    queue = _now(edge.dead_letter_queue or edge.subscription_dead_letter_queue, scene)
    if queue is None or queue.counts is None:
        return Cell("")
    count = _count(queue, scene)
    if not queue.counts.visible:
        return count, Cell("  ")
    tone = Tone.STALE if count.tone is Tone.STALE else Tone.BAD
    return Cell(count.text, tone), Cell(" ●", tone)


FanColumn: TypeAlias = Column[FanRow, Scene]

COLUMNS: tuple[FanColumn, ...] = (
    Column("way", "TOPIC AND FILTER", 30, "left", _way, grow=True, min_width=22, priority=75, cut="end"),
    Column("to", "TO", 22, "left", _to, min_width=14, max_width=48, priority=80, cut="end"),
    Column("visible", "VISIBLE", 10, "right", _visible, priority=70, gap=1),
    Column("dead-letter-queue", "GIVES UP TO", 26, "left", _dead_letter_queue, min_width=10, max_width=70, priority=50,
           cut="end"),
    Column("dead", "DEAD", 8, "right", _dead, priority=65, gap=1),
)  # fmt: skip


def _kinds(row: FanRow) -> Iterable[str]:
    edge = row.edge
    if edge is not None:
        if not edge.delivers:
            yield "broken"
        if edge.fault is not None:
            yield "problem"
        if edge.subscription.status is SubscriptionStatus.PENDING:
            yield "pending"
        if edge.queue is not None and edge.queue.ref.fifo:
            yield "fifo"
    if row.orphan is not None:
        yield "orphan"


def _text(row: FanRow) -> str:
    if row.edge is None:
        return row.name
    dead = row.edge.dead_letter_arn
    return f"{row.edge.topic.name} {row.edge.subscription.ref.protocol} {row.name} {name_of(dead) if dead else ''}"


MATCHER: Matcher[FanRow] = Matcher(text=_text, kinds=_kinds)
"""Matches by topic, endpoint and dead-letter queue; by kind: broken, problem, pending, fifo, orphan."""
