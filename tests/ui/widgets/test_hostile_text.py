"""Hostile text in every widget: it is shown, not obeyed; no line is wider or narrower than the screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pytest
from rich.cells import cell_len
from textual.widget import Widget
from textual.widgets import Input

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.snapshot import Connection, Context, Health
from sqsview.domain.text import printable
from sqsview.ui.actions import View
from sqsview.ui.scene import Totals
from sqsview.ui.widgets.cells import Cell, Heading, Tone
from sqsview.ui.widgets.chart import DepthChart
from sqsview.ui.widgets.filter_bar import FilterBar
from sqsview.ui.widgets.header import StatusHeader
from sqsview.ui.widgets.key_bar import KeyBar
from sqsview.ui.widgets.lines_view import LinesView, json_lines
from sqsview.ui.widgets.row_table import RowTable
from tests.support import shown
from tests.support.hostile import HOSTILE, assert_harmless
from tests.ui.widgets.gallery import COLUMNS, LIVE, Row, WidgetApp

Filled = tuple[Widget, Callable[[], None]]
WIDTH = 100


def table(text: str) -> Filled:
    widget: RowTable[Row, object] = RowTable(COLUMNS)
    rows: list[Row | Heading] = [Heading("h", (Cell(text, Tone.STRONG),)), Row(text, 5, text), Row("orders", 7)]
    return widget, lambda: widget.show(rows, object())


def empty_table(text: str) -> Filled:
    widget: RowTable[Row, object] = RowTable(COLUMNS, empty=text)
    return widget, lambda: widget.show([], object())


def header(text: str) -> Filled:
    widget = StatusHeader(View.QUEUES)
    problem = Problem(ProblemKind.FAILED, text, text, thing=text)
    snapshot = replace(
        LIVE,
        context=Context(text, text, text, text, demo=True),
        health=Health(Connection.FAILING, problem),
        queues=MappingProxyType({}),
    )
    return widget, lambda: widget.show(snapshot, Totals(1, 2, 3), 100.0)


def key_bar(text: str) -> Filled:
    widget = KeyBar()
    return widget, lambda: widget.show([("x", text, "x"), ("?", "all keys", "help")])


def chart(text: str) -> Filled:
    widget = DepthChart()
    widget.styles.border = ("round", "red")
    return widget, lambda: widget.show_title(text)


def filter_bar(text: str) -> Filled:
    widget = FilterBar()

    def fill() -> None:
        widget.status = f"6 of 42 {text}"

    return widget, fill


def page(text: str) -> Filled:
    widget = LinesView()
    return widget, lambda: widget.show([(Cell(text),), (Cell("label  ", Tone.QUIET), Cell(text), Cell(text, Tone.BAD))])


def raw_page(text: str) -> Filled:
    widget = LinesView()
    return widget, lambda: widget.show(json_lines(text))


def json_page(text: str) -> Filled:
    widget = LinesView()
    return widget, lambda: widget.show(json_lines(json.dumps({text: [text]}, ensure_ascii=False)))


WIDGETS = [table, empty_table, header, key_bar, chart, filter_bar, page, raw_page, json_page]


@pytest.mark.parametrize("make", WIDGETS)
async def test_no_widget_lets_hostile_text_be_more_than_text(make: Callable[[str], Filled]) -> None:
    """There is no guard in this app: the widgets themselves must be clean."""
    app = WidgetApp()
    async with app.run_test(size=(WIDTH, 12)) as pilot:
        for name, text in HOSTILE.items():
            widget, fill = make(text)
            await app.mount(widget)
            fill()
            await pilot.pause()
            await pilot.pause()
            assert_harmless(shown.strips(app), WIDTH)
            if text and len(text) < 25 and "\n" not in text and make in (table, page, chart):
                assert printable(text) in shown.text(app), name
            await widget.remove()


async def test_a_hostile_filter_can_be_typed_and_kept() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(WIDTH, 3)) as pilot:
        for text in HOSTILE.values():
            bar.open()
            await pilot.pause()
            app.query_one(Input).value = text
            await pilot.pause()
            await pilot.press("enter")
            await shown.until(pilot, lambda: not bar.editing and not app.query_one(Input).region)
            assert_harmless(shown.strips(app), WIDTH)


async def test_names_of_any_script_leave_the_columns_in_line() -> None:
    widget: RowTable[Row, object] = RowTable(COLUMNS)
    app = WidgetApp(widget)
    names = ["orders", "注文キュー-請求", "e\u0301" * 8, "🎉-party", "кириллица"]
    async with app.run_test(size=(WIDTH, 12)) as pilot:
        widget.show([Row(name, 5, "target") for name in names], object())
        await pilot.pause()
        starts = {cell_len(line[: line.index("target")]) for line in shown.lines(app) if "target" in line}
        assert len(starts) == 1


async def test_markup_in_a_cell_is_not_clickable() -> None:
    widget: RowTable[Row, object] = RowTable(COLUMNS)
    app = WidgetApp(widget)
    async with app.run_test(size=(WIDTH, 12)) as pilot:
        widget.show([Row("[@click=app.exit]orders[/]", 5)], object())
        await pilot.pause()
        await pilot.click(RowTable, offset=(20, 1))
        await pilot.pause()
        assert app.is_running
        assert "[@click=app.exit]orders[/]" in shown.text(app)
