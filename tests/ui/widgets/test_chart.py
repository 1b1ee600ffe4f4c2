"""The chart: zero-based, the two counts told apart without colours, nothing drawn for what is unknown."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sqsview.domain.history import Series
from sqsview.ui.widgets.cells import Cells, Tone
from sqsview.ui.widgets.chart import DepthChart, axis_labels, ceiling, plotted, time_labels
from tests.support import shown
from tests.ui.widgets.gallery import WidgetApp, wave


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def drawn(area: list[float | None], line: list[float | None], columns: int, rows: int, top: float) -> list[str]:
    return [text(cells) for cells in plotted(area, line, columns, rows, top)]


def text(cells: Cells) -> str:
    return "".join(cell.text for cell in cells)


def test_the_area_is_filled_down_to_zero() -> None:
    assert drawn([8.0] * 4, [None] * 4, 2, 2, 8.0) == ["⣿⣿", "⣿⣿"]
    assert drawn([4.0] * 4, [None] * 4, 2, 2, 8.0) == ["⣀⣀", "⣿⣿"]


def test_a_known_zero_is_a_line_and_the_unknown_is_blank() -> None:
    assert drawn([0.0, 0.0, None, None], [None] * 4, 2, 1, 2.0) == ["⣀ "]


def test_little_is_more_than_nothing() -> None:
    assert drawn([0.0, 0.0, 1.0, 1.0], [None] * 4, 2, 1, 1_000_000.0) == ["⣀⣤"]


def test_the_line_is_a_line() -> None:
    assert drawn([None] * 4, [8.0] * 4, 2, 2, 8.0) == ["⠉⠉", "  "]


def test_the_line_goes_up_and_down_without_breaks() -> None:
    assert drawn([None] * 4, [0.0, 8.0, 8.0, 0.0], 2, 2, 8.0) == ["⢸⢱", "⡸⢸"]


def test_the_line_is_set_off_from_the_area_it_runs_through() -> None:
    rows = plotted([16.0] * 2, [8.0] * 2, 1, 4, 16.0)
    assert [text(row) for row in rows] == ["⣿", "⣛", "⣶", "⣿"]
    assert [row[0].tone for row in rows] == [Tone.ACCENT, Tone.STRONG, Tone.ACCENT, Tone.ACCENT]


def test_no_message_in_flight_does_not_cover_the_foot_of_the_area() -> None:
    assert drawn([8.0] * 2, [0.0] * 2, 1, 1, 8.0) == ["⣿"]


def test_a_gap_in_the_line_is_not_bridged() -> None:
    assert drawn([None] * 6, [8.0, 8.0, None, None, 8.0, 8.0], 3, 1, 8.0) == ["⠉ ⠉"]


@pytest.mark.parametrize(
    ("values", "top"), [([0.0], 2.0), ([None], 2.0), ([1.0], 2.0), ([3.0], 4.0), ([20.0, 7.0], 20.0), ([333.0], 333.0)]
)
def test_the_axis_ends_at_the_largest_value(values: list[float | None], top: float) -> None:
    assert ceiling(values) == top


def test_the_axis_begins_at_zero() -> None:
    assert axis_labels(5, 12_400.0) == ["12.4k", "", "6.2k", "", "0"]
    assert axis_labels(4, 10.0) == ["10", "", "", "0"]
    assert axis_labels(1, 10.0) == ["10"]


def test_times_are_clock_times_and_end_now() -> None:
    (label,) = time_labels(50_520.0, 51_420.0, 40)
    assert label.text.split() == ["14:02", "14:09", "now"]
    assert len(label.text) == 40
    assert text(time_labels(0.0, 60.0, 12)).split() == ["00:00", "now"]
    assert text(time_labels(0.0, 60.0, 5)) == "  now"


async def test_nothing_read_yet_is_said() -> None:
    chart = DepthChart()
    app = WidgetApp(chart)
    async with app.run_test(size=(60, 8)) as pilot:
        assert "no readings yet" in shown.text(app)
        chart.show(Series(0.0, 1.0, [None] * 4, [None] * 4), 0.0, 1.0)
        await pilot.pause()
        assert "no readings yet" in shown.text(app)


async def test_a_series_fills_the_width_whatever_its_length() -> None:
    chart = DepthChart()
    app = WidgetApp(chart)
    async with app.run_test(size=(60, 8)) as pilot:
        for points in (7, chart.buckets, 500):
            chart.show(wave(points) if points > 24 else Series(0.0, 1.0, [5.0] * points, [1.0] * points), 0.0, 900.0)
            await pilot.pause()
            lines = shown.lines(app)
            assert len(lines[6]) >= 58
            assert lines[7].endswith("now")
            assert " 0 ┤" in lines[6]


async def test_the_legend_says_which_is_which_beside_the_name() -> None:
    chart = DepthChart()
    chart.styles.border = ("round", "red")
    app = WidgetApp(chart)
    async with app.run_test(size=(60, 8)) as pilot:
        chart.show_title("[b]orders\x1b[2J[/]")
        await pilot.pause()
        title = shown.lines(app)[0]
        assert "[b]orders␛[2J[/] ⣿ visible  ⠒ in flight" in title


async def test_a_long_name_leaves_room_for_the_legend() -> None:
    chart = DepthChart()
    chart.styles.border = ("round", "red")
    app = WidgetApp(chart)
    async with app.run_test(size=(50, 8)) as pilot:
        chart.show_title("orders-" + "x" * 80)
        await pilot.pause()
        assert "in flight" in shown.lines(app)[0]


async def test_the_name_gets_the_room_that_a_wider_chart_has() -> None:
    chart = DepthChart()
    chart.styles.border = ("round", "red")
    app = WidgetApp(chart)
    async with app.run_test(size=(44, 8)) as pilot:
        chart.show_title("orders-billing-and-invoices")
        chart.show(wave(), 0.0, 900.0)
        await pilot.pause()
        assert "…" in shown.lines(app)[0]
        await pilot.resize_terminal(80, 8)
        await shown.until(pilot, lambda: "orders-billing-and-invoices" in shown.lines(app)[0])
        assert shown.lines(app)[6].endswith("now│")
        chart.show_title("")
        await shown.until(pilot, lambda: "visible" not in shown.lines(app)[0])
