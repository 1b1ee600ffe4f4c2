"""Apps that show widgets with made-up facts, for the tests of the widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget

from sqsview.domain.history import Series
from sqsview.domain.snapshot import CallFigures, Connection, Context, Health, Snapshot
from sqsview.ui.actions import View
from sqsview.ui.scene import Totals
from sqsview.ui.widgets.cells import Cell, Column, Tone
from sqsview.ui.widgets.chart import DepthChart
from sqsview.ui.widgets.filter_bar import FilterBar
from sqsview.ui.widgets.header import StatusHeader
from sqsview.ui.widgets.key_bar import KeyBar
from sqsview.ui.widgets.lines_view import LinesView
from sqsview.ui.widgets.row_table import RowTable
from sqsview.ui.widgets.trend import trend_text
from tests.support.things import queue


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a test's table."""

    key: str
    visible: int = 0
    dead: str = "none"


def name_cell(row: Row, _scene: object) -> tuple[Cell, ...]:
    mark = Cell("● ", Tone.BAD) if row.key.endswith("-dlq") else Cell("  ")
    return mark, Cell(row.key)


COLUMNS: tuple[Column[Row, Any], ...] = (
    Column("name", "QUEUE", 20, cell=name_cell, grow=True, min_width=18, priority=100),
    Column("kind", "KIND", 8, cell=lambda row, _: Cell("std", Tone.QUIET), priority=40),
    Column("visible", "VISIBLE", 9, "right", lambda row, _: Cell(f"{row.visible:,}"), priority=90),
    Column(
        "trend",
        "TREND",
        14,
        cell=lambda row, _: Cell(trend_text([row.visible * part for part in range(14)], 14), Tone.ACCENT),
        min_width=7,
        cut="start",
        priority=20,
    ),
    Column("dead", "DEAD LETTERS", 20, cell=lambda row, _: Cell(row.dead), min_width=12, priority=60),
)


class WidgetApp(App[None]):
    """Shows some widgets and keeps what they say."""

    CSS = "RowTable, LinesView, DepthChart { height: 1fr; }"

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets: Sequence[Widget] = widgets
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def hear(self, message: Message) -> None:
        self.heard.append(message)

    on_row_table_highlighted = hear
    on_row_table_opened = hear
    on_row_table_sort_requested = hear
    on_row_table_visible_changed = hear
    on_tab_bar_chosen = hear
    on_key_bar_chosen = hear
    on_filter_bar_changed = hear
    on_filter_bar_closed = hear

    def said(self, kind: type[Message]) -> list[Any]:
        """Give the messages of one kind, in order."""
        return [message for message in self.heard if type(message) is kind]


ROWS = (
    Row("orders-billing", 12_418, "orders-billing-dlq"),
    Row("orders-shipping.fifo", 4_102, "orders-ship-dlq.fifo"),
    Row("orders-mail", 980, "orders-mail-dlq"),
    Row("orders-billing-dlq", 57, "57 dead letters"),
    Row("注文キュー-請求", 3),
    Row("orders-search"),
)

LIVE = Snapshot(
    context=Context("shop-prod", "123456789012", "eu-west-1", read_only=True),
    health=Health(Connection.LIVE, fresh_at=99.0, loaded=42, total=42),
    queues={row.key: queue(row.key) for row in ROWS},
    calls=CallFigures(per_minute=312, budget=50.0, budget_full=50.0, dollars_per_month=1.4, total=5_000),
)
"""Seen at 100 monotonic seconds, its data is one second old."""

KEYS = (
    ("enter", "open", "open"),
    ("d", "details", "details"),
    ("/", "filter", "filter"),
    ("s", "sort", "sort"),
    ("y", "copy ARN", "copy"),
    ("b", "console link", "console"),
    ("ctrl+p", "palette", "app.command_palette"),
    ("?", "all keys", "app.help"),
)


def wave(points: int = 120) -> Series:
    """Give a depth that rises and falls, with a gap, and a few messages in flight."""
    visible: list[float | None] = [max(0.0, 4_000.0 - abs(point - 80) * 60.0) for point in range(points)]
    visible[20:24] = [None] * 4
    return Series(0.0, 1_800.0, visible, [200.0 + 40.0 * (point % 10) for point in range(points)])


class Gallery(WidgetApp):
    """All widgets as they stand on the first tab."""

    CSS = """
    RowTable, LinesView { height: 1fr; }
    #about { height: 8; }
    #about > * { border: round $panel-lighten-2; padding: 0 1; }
    #about DepthChart { width: 3fr; }
    #about LinesView { width: 2fr; }
    """

    def __init__(self, snapshot: Snapshot = LIVE, rows: Iterable[Row] = ROWS) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._rows = list(rows)

    def compose(self) -> ComposeResult:
        yield StatusHeader(View.QUEUES)
        yield FilterBar()
        yield RowTable(COLUMNS, empty="no queues in eu-west-1")
        with Horizontal(id="about"):
            yield DepthChart()
            yield LinesView(can_focus=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(StatusHeader).show(self._snapshot, Totals(18_204, 311, 57), 100.0)
        self.query_one(FilterBar).status = f"{len(self._rows)} of 42 · by visible ↓"
        table = self.query_one(RowTable)
        table.show_sort("visible", descending=True)
        table.show(self._rows, None)
        table.marks = {"orders-mail"}
        table.focus()
        self.query_one(KeyBar).show(KEYS)
        self.query_one(LinesView).show(
            [
                (Cell("growing 340 a minute: consumers fall behind"),),
                (Cell("fed by   ", Tone.QUIET), Cell("orders (topic, filter: type is order or refund)")),
                (Cell("keeps 4 days · hides 30 s · up to 1 MiB · SSE-SQS", Tone.QUIET),),
            ]
        )
        self.call_after_refresh(self.show_chart)

    def show_chart(self) -> None:
        chart = self.query_one(DepthChart)
        chart.show_title("orders-billing")
        chart.show(wave(), 0.0, 1_800.0)
