"""The queues: the table, and what is known about the queue under the cursor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from sqsview.domain import words
from sqsview.domain.queue import Queue
from sqsview.domain.wiring import edge
from sqsview.ui import queue_columns
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen, about_page, why_nothing
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.chart import DepthChart
from sqsview.ui.widgets.lines_view import LinesView

CHART_SPANS = (120.0, 300.0, 900.0, 1800.0, 3600.0)
"""Seconds that the chart can cover: the shortest that holds all there is."""


class QueuesScreen(TableScreen[Queue]):
    """The first tab."""

    VIEW = View.QUEUES
    TAB = View.QUEUES
    NOUN = "queues"
    ARRANGEMENT = Arrangement("visible", descending=True)
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.QUEUES)

    def __init__(self) -> None:
        super().__init__()
        self.columns = queue_columns.COLUMNS
        self.sort_keys = queue_columns.SORT_KEYS
        self.descending_first = queue_columns.DESCENDING_FIRST
        self.matcher = queue_columns.matcher(lambda: self.dashboard.scene)

    def compose_below(self) -> Iterable[Widget]:
        """Lay out the chart beside the words."""
        with Horizontal(id="about"):
            yield DepthChart()
            yield about_page()

    def counted(self) -> str:
        """Say how many rows are shown, and what their counts are worth."""
        return super().counted() + (" · counts are approximate" if self.all else "")

    def rows(self, scene: Scene) -> Iterable[Queue]:
        """Give all queues."""
        queues = scene.snapshot.queues.values()
        if self.columns is queue_columns.COLUMNS and any(queue.oldest_age is not None for queue in queues):
            self.columns = self.table.columns = queue_columns.COLUMNS_WITH_AGE
        return queues

    def empty(self, scene: Scene) -> str:
        """Say why there is no queue."""
        return why_nothing(scene, "queues")

    def subject_of(self, row: Queue) -> Subject:
        """Name a queue."""
        return Subject(row.key, row.name, "queue", row.arn, row.ref.url)

    def action_new(self) -> None:
        """Make a queue."""
        if self.dashboard.desk.may("a new queue"):
            from sqsview.ui.repair.creating import NewQueue

            NewQueue(self.dashboard.desk).open()

    def show_about(self, row: Queue | None, scene: Scene) -> None:
        """Draw chart and words of the queue under the cursor."""
        chart = self.query_one(DepthChart)
        page = self.query_one("#about-page", LinesView)
        if row is None:
            chart.border_title = ""
            chart.show(None, scene.epoch, scene.epoch)
            page.show([(Cell("no queue under the cursor", Tone.QUIET),)])
            return
        chart.show_title(row.name)
        history = row.history
        first = history.first_at if history is not None else None
        if history is None or first is None:
            chart.show(None, scene.epoch, scene.epoch)
        else:
            span = next((each for each in CHART_SPANS if scene.now - first <= each), CHART_SPANS[-1])
            series = history.series(scene.now - span, scene.now, chart.buckets)
            chart.show(series, scene.epoch - span, scene.epoch)
        page.show(about_queue(row, scene))


def about_queue(queue: Queue, scene: Scene) -> list[Line]:
    """Say what is known of one queue, most urgent first."""
    lines: list[Line] = []
    topology = scene.topology
    if queue.problem is not None:
        lines.append((Cell(queue.problem.text, Tone.BAD),))
        if queue.problem.remedy:
            lines.append((Cell(queue.problem.remedy, Tone.WARN),))
    if queue.history is not None and queue.counts is not None:
        rate = queue.history.rate(scene.now)
        lines.append(
            (
                Cell(
                    words.flow_in_words(
                        rate,
                        queue.history.seconds_to_empty(scene.now),
                        queue.counts,
                        dead_letters=topology.is_dead_letter_queue(queue),
                        moving=queue.history.moving(scene.now),
                    )
                ),
            )
        )
    if queue.oldest_age is not None:
        age = scene.age(queue.oldest_age_at) or 0.0
        lines.append((Cell(f"oldest message {words.duration(queue.oldest_age)} (CloudWatch, {words.age(age)} ago)"),))
    fed = []
    for topic, subscription in topology.feeds(queue):
        way = edge(topic, subscription, topology, scene.snapshot.context)
        if way.fault is not None and not way.delivers:
            lines.append((Cell(f"✗ {topic.name} cannot deliver: {way.fault.text}", Tone.BAD),))
        else:
            fed.append((topic.name, "topic" if subscription.settings is None else words.feed_in_words(subscription)))
    fed += [(source.name, "its dead letters") for source in topology.dead_letter_sources(queue)]
    fed += [(topic.name, "topic: what it cannot deliver") for topic, _ in topology.failed_deliveries(queue)]
    for place, (name, how) in enumerate(fed):
        lines.append(
            (
                Cell("fed by   " if place == 0 else "         ", Tone.QUIET),
                Cell(name),
                Cell(f"  {how}", Tone.QUIET),
            )
        )
    if not fed and queue.settings is not None:
        lines.append(
            (
                Cell("fed by   ", Tone.QUIET),
                Cell("no topic or queue: producers write to it directly", Tone.QUIET),
            )
        )
    settings = queue.settings
    if settings is not None:
        target = topology.dead_letter_queue_of(queue)
        held = scene.snapshot.queues.get(target.key, target) if target is not None else None
        said = words.queue_settings(settings, held)
        if settings.dead_letter_target is None and topology.is_dead_letter_queue(queue):
            said = said[1:]  # that a dead-letter queue has none of its own is no news
        lines.extend((Cell(line),) for line in said)
    if not lines:
        lines.append((Cell("not read yet", Tone.QUIET),))
    return lines
