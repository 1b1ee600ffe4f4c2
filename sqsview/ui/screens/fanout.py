"""The fan-out map: topic → subscription → queue → dead-letter queue, with live counts and what is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from sqsview.domain.queue import Queue
from sqsview.domain.wiring import edges
from sqsview.ui import fanout_rows
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement, parse_filter
from sqsview.ui.fanout_rows import FanRow, Level
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen, about_page, titled, why_nothing
from sqsview.ui.screens.topics import about_subscription, about_topic
from sqsview.ui.widgets.cells import Cell, Heading, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView

AT_ONCE = 100
"""Subscriptions that are looked at before the loop gets its turn again: about 5 ms."""


class FanoutScreen(TableScreen[FanRow]):
    """The third tab."""

    VIEW = View.FANOUT
    TAB = View.FANOUT
    NOUN = "lines"
    ARRANGEMENT = Arrangement("way")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.FANOUT)

    columns = fanout_rows.COLUMNS
    matcher = fanout_rows.MATCHER
    descending_first = frozenset({"visible", "dead", "dead-letter-queue"})

    def __init__(self) -> None:
        super().__init__()
        self.sort_keys = _SORT_KEYS
        self._blocks: list[list[FanRow]] = []
        """The lines of each topic, then of what hangs loose."""
        self._structure = -1

    def compose_below(self) -> Iterable[Widget]:
        """Lay out the words about the line under the cursor."""
        yield about_page()

    def rows(self, scene: Scene) -> Iterable[FanRow]:
        """Give the lines of the map as far as it is drawn; a new one is begun where the wiring changed."""
        if scene.snapshot.structure != self._structure:
            self._structure = scene.snapshot.structure
            self.run_worker(self._draw_map(scene), group="map", exclusive=True, description="map")
        return (row for block in self._blocks for row in block)

    async def _draw_map(self, scene: Scene) -> None:
        """Work out every way out of every topic, a few at a time."""
        blocks: list[list[FanRow]] = []
        done = 0
        for topic in scene.snapshot.topics.values():
            blocks.append(fanout_rows.topic_rows(topic, edges(topic, scene.topology, scene.snapshot.context)))
            done += 1 + len(topic.subscriptions)
            if done >= AT_ONCE:
                done = 0
                await asyncio.sleep(0)
        blocks.append(fanout_rows.orphan_rows(scene.topology.orphans()))
        self._blocks = blocks
        self._show_rows(self.dashboard.scene)
        self.show_about(self.table.cursor_row, self.dashboard.scene)

    def in_order(self, rows: list[FanRow], scene: Scene) -> list[FanRow]:
        """Sort the topics and keep each with its ways out; a line that matches brings its topic."""
        terms = parse_filter(self.arrangement.filter)
        key = _SORT_KEYS[self.arrangement.sort]
        loose = self._blocks[-1:]
        blocks = sorted(
            self._blocks[:-1],
            key=lambda block: key(block[0], scene, block),
            reverse=self.arrangement.descending,
        )
        shown: list[FanRow] = []
        for block in blocks + loose:
            if not terms:
                shown += block
                continue
            kept = [row for row in block if row.level is not Level.TOPIC and self.matcher.matches(row, terms)]
            if block and block[0].level is Level.TOPIC and (kept or self.matcher.matches(block[0], terms)):
                kept.insert(0, block[0])
            shown += kept
        return shown

    def lines(self) -> Sequence[FanRow | Heading]:
        """Give the rows, with a heading above what hangs loose."""
        loose = next((at for at, row in enumerate(self.shown) if row.level is Level.ORPHAN), None)
        if loose is None:
            return self.shown
        told = Cell(f"{len(self.shown) - loose} not connected, as far as metadata shows", Tone.QUIET)
        blank = Heading("blank", ())
        return [*self.shown[:loose], blank, Heading("loose", (Cell("  "), told)), *self.shown[loose:]]

    def empty(self, scene: Scene) -> str:
        """Say why there is no map."""
        if scene.snapshot.topics or scene.snapshot.queues:
            return "nothing is connected: no topic has a subscription"
        return why_nothing(scene, "topics")

    def watched(self, keys: Sequence[str]) -> Sequence[str]:
        """Keep the queues of the lines on screen current, and their topics."""
        wanted = frozenset(keys)
        scene = self.dashboard.scene
        found: dict[str, None] = {}
        for row in self.shown:
            if row.key in wanted:
                if row.topic is not None:
                    found[row.topic.key] = None
                if row.edge is not None:
                    found[row.edge.subscription.key] = None
                for queue in fanout_rows.queues_of(row, scene):
                    found[queue.key] = None
        return list(found)

    def subject_of(self, row: FanRow) -> Subject:
        """Name the topic, the subscription or the loose end of a line."""
        if row.edge is not None:
            ref = row.edge.subscription.ref
            name = f"{row.edge.topic.name} → {row.name}"
            return Subject(row.edge.subscription.key, name, "subscription", ref.arn if ref.readable else None)
        if row.topic is not None:
            return Subject(row.topic.key, row.name, "topic", row.topic.arn)
        assert row.orphan is not None  # a line is one of the three
        thing = row.orphan.thing
        if isinstance(thing, Queue):
            return Subject(thing.key, thing.name, "queue", thing.arn, thing.ref.url)
        return Subject(thing.key, thing.name, "topic", thing.arn)

    def subject_of_kind(self, kinds: frozenset[str]) -> Subject | None:
        """Give the way itself, or the topic or the queue that it connects, whichever can be acted upon."""
        row = self.table.cursor_row
        if row is None or row.edge is None or not kinds or "subscription" in kinds:
            return super().subject_of_kind(kinds)
        if "topic" in kinds:
            return Subject(row.edge.topic.key, row.edge.topic.name, "topic", row.edge.topic.arn)
        queue = row.edge.queue
        return None if queue is None else Subject(queue.key, queue.name, "queue", queue.arn, queue.ref.url)

    def open_row(self, row: FanRow) -> None:
        """Jump to the queue or topic of a line; a broken way has its details instead."""
        if row.edge is not None:
            if row.edge.queue is not None:
                self.dashboard.jump(row.edge.queue.key)
            else:
                self.dashboard.open_details(self.subject_of(row))
        else:
            self.dashboard.jump(self.subject_of(row).key)

    def jump_to_way(self, subscription_key: str) -> None:
        """Put the cursor on the line of a subscription, where the map has one."""
        ways = (row for row in self.all if row.edge is not None and row.edge.subscription.key == subscription_key)
        way = next(ways, None)
        if way is not None:
            self.jump_to(way.key)

    async def action_new(self) -> None:
        """Describe a fan-out, and build it."""
        if self.dashboard.desk.may("a new fan-out"):
            opening = self.dashboard.open_builder()
            if opening is not None:
                await opening  # keys that follow at once are typed into it

    def action_doctor(self) -> None:
        """List what is wrong with how things are connected."""
        self.dashboard.open_doctor()

    def show_about(self, row: FanRow | None, scene: Scene) -> None:
        """Say what is known of the line under the cursor."""
        page = self.query_one("#about-page", LinesView)
        page.border_title = "" if row is None else titled(self.subject_of(row).name)
        page.show(about_row(row, scene))


def about_row(row: FanRow | None, scene: Scene) -> list[Line]:
    """Say what a line of the map stands for, why it is broken and how to mend it."""
    if row is None:
        return [(Cell("nothing under the cursor", Tone.QUIET),)]
    if row.orphan is not None:
        return [
            (Cell(f"{row.orphan.kind.value}", Tone.WARN),),
            (Cell(row.orphan.words),),
            (Cell("as far as metadata shows: direct senders and receivers leave no trace in it", Tone.QUIET),),
        ]
    topic = scene.snapshot.topics.get(row.topic.key, row.topic) if row.topic is not None else None
    if topic is None:
        return []
    if row.edge is None:
        return about_topic(topic, scene)
    return about_subscription(topic, row.edge.subscription, scene)


def _count(row: FanRow, scene: Scene, *, dead: bool) -> int:
    edge = row.edge
    queue = None if edge is None else edge.dead_letter_queue if dead else edge.queue
    now = None if queue is None else scene.snapshot.queues.get(queue.key, queue)
    return (now.counts.visible or 0) if now is not None and now.counts is not None else 0


_SORT_KEYS: Mapping[str, Callable[..., Any]] = {
    "way": lambda first, scene, block=(): first.name,
    "to": lambda first, scene, block=(): len(block),
    "visible": lambda first, scene, block=(): sum(_count(row, scene, dead=False) for row in block),
    "dead-letter-queue": lambda first, scene, block=(): first.broken,
    "dead": lambda first, scene, block=(): sum(_count(row, scene, dead=True) for row in block),
}
"""What the topics are sorted by: name, ways out, messages that wait, broken ways, dead letters."""
