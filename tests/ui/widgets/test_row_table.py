"""The table: the cursor follows its row, only what changed is painted, and it says what happens to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from sqsview.ui.actions import BY_ID
from sqsview.ui.widgets.cells import Cell, Column, Heading, Tone
from sqsview.ui.widgets.row_table import RowTable
from tests.support import shown
from tests.ui.widgets.gallery import COLUMNS, Row, WidgetApp

Table = RowTable[Row, Any]


def rows(count: int) -> list[Row]:
    return [Row(f"orders-{number:03}", number) for number in range(count)]


class Shown:
    """A table in an app, with what it said."""

    def __init__(self, app: WidgetApp, pilot: Pilot[None], table: Table) -> None:
        self.app = app
        self.pilot = pilot
        self.table = table

    def said(self, kind: Any) -> list[Any]:
        return self.app.said(kind)

    async def settle(self) -> None:
        await self.pilot.pause()
        await self.pilot.pause()

    def line(self, part: str) -> str:
        return shown.line_with(self.app, part)

    def cursor_line(self) -> str:
        return shown.line_with(self.app, "▌")


@asynccontextmanager
async def table_of(content: list[Any], size: tuple[int, int] = (100, 12)) -> Any:
    table: Table = RowTable(COLUMNS, empty="no queues here")
    app = WidgetApp(table)
    async with app.run_test(size=size) as pilot:
        table.focus()
        table.show(content, None)
        state = Shown(app, pilot, table)
        await state.settle()
        yield state


@contextmanager
def painting(table: Table, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Note the lines that are rendered."""
    painted: list[int] = []
    render = type(table).render_line

    def noted(self: Table, y: int) -> Strip:
        painted.append(y)
        return render(self, y)

    with monkeypatch.context() as patch:
        patch.setattr(type(table), "render_line", noted)
        yield painted


async def test_rows_stand_under_their_titles() -> None:
    async with table_of([Row("orders", 12_418, "orders-dlq")]) as shown_table:
        titles, line = shown.lines(shown_table.app)[:2]
        assert titles.split() == ["QUEUE", "KIND", "VISIBLE", "TREND", "DEAD", "LETTERS"]
        assert line.index("12,418") + len("12,418") == titles.index("VISIBLE") + len("VISIBLE")
        assert line.index("orders-dlq") == titles.index("DEAD LETTERS")


async def test_an_empty_table_says_why() -> None:
    async with table_of([]) as shown_table:
        assert "no queues here" in shown.text(shown_table.app)
        shown_table.table.empty = "connecting…\nthis may take a while"
        await shown_table.settle()
        assert "connecting…" in shown.text(shown_table.app)
        assert "this may take a while" in shown.text(shown_table.app)
        shown_table.table.show(rows(1), None)
        await shown_table.settle()
        assert "connecting" not in shown.text(shown_table.app)
        assert shown_table.table.cursor_key == "orders-000"


async def test_the_keys_move_the_cursor() -> None:
    async with table_of(rows(50)) as shown_table:
        table, pilot = shown_table.table, shown_table.pilot
        for key, at in [
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("pagedown", 10), ("pagedown", 20),
            ("pageup", 10), ("G", 49), ("j", 49), ("pagedown", 49), ("g", 0), ("end", 49), ("home", 0),
        ]:  # fmt: skip
            await pilot.press(key)
            assert table.cursor_key == f"orders-{at:03}", key
        assert [message.key for message in shown_table.said(RowTable.Highlighted)][:3] == [
            "orders-000",
            "orders-001",
            "orders-002",
        ]


async def test_the_cursor_is_always_on_screen_after_a_move() -> None:
    async with table_of(rows(50)) as shown_table:
        for key in ("G", "pageup", "g", "pagedown", "j", "j"):
            await shown_table.pilot.press(key)
            await shown_table.settle()
            assert shown_table.table.cursor_key in shown_table.cursor_line()


async def test_the_keys_can_be_bound_anew() -> None:
    table: Table = RowTable(COLUMNS)
    app = WidgetApp(table)
    async with app.run_test() as pilot:
        app.set_keymap({BY_ID["down"].id: "n"})
        table.focus()
        table.show(rows(3), None)
        await pilot.press("n")
        assert table.cursor_key == "orders-001"
        await pilot.press("j")
        assert table.cursor_key == "orders-001"


async def test_another_order_moves_the_row_and_the_cursor_with_it() -> None:
    """The stock table leaves the cursor where it was, on another row: with a purge key that loses data."""
    async with table_of(rows(30)) as shown_table:
        table = shown_table.table
        assert table.move_to("orders-003")
        table.show(list(reversed(rows(30))), None)
        await shown_table.settle()
        assert table.cursor_key == "orders-003"
        assert table.cursor_row == Row("orders-003", 3)
        assert "orders-003" in shown_table.cursor_line()
        assert [message.key for message in shown_table.said(RowTable.Highlighted)] == ["orders-000", "orders-003"]


async def test_rows_that_arrive_and_go_leave_the_cursor_on_its_row() -> None:
    async with table_of(rows(5)) as shown_table:
        table = shown_table.table
        table.move_to("orders-002")
        table.show([Row("aaa"), Row("aab"), *rows(5)[1:]], None)
        await shown_table.settle()
        assert table.cursor_key == "orders-002"
        assert "orders-002" in shown_table.cursor_line()


async def test_a_row_that_goes_hands_the_cursor_to_its_neighbour_and_says_so() -> None:
    async with table_of(rows(5)) as shown_table:
        table = shown_table.table
        table.move_to("orders-002")
        table.show([row for row in rows(5) if row.key != "orders-002"], None)
        await shown_table.settle()
        assert table.cursor_key == "orders-003"
        table.show([], None)
        await shown_table.settle()
        assert table.cursor_key is None
        assert table.cursor_row is None
        assert [message.key for message in shown_table.said(RowTable.Highlighted)][-2:] == ["orders-003", None]


async def test_a_table_that_was_scrolled_away_from_its_cursor_stays_where_it_is() -> None:
    async with table_of(rows(50)) as shown_table:
        shown_table.table.scroll_to(y=30, animate=False)
        await shown_table.settle()
        shown_table.table.show(rows(50), None)
        await shown_table.settle()
        assert "orders-030" in shown.text(shown_table.app)


async def test_fewer_rows_than_were_scrolled_past_are_shown_from_where_they_are() -> None:
    async with table_of(rows(50)) as shown_table:
        await shown_table.pilot.press("G")
        shown_table.table.show(rows(3), None)
        await shown_table.settle()
        assert [line[5:15] for line in shown.lines(shown_table.app)[1:4]] == [row.key for row in rows(3)]


async def test_the_cursor_passes_over_headings() -> None:
    content = [
        Heading("h1", (Cell("Topics", Tone.STRONG),)), Row("a"), Row("b"),
        Heading("h2", (Cell("Orphans: queues that nothing feeds", Tone.STRONG),)), Row("c"),
    ]  # fmt: skip
    async with table_of(content) as shown_table:
        table = shown_table.table
        assert table.cursor_key == "a"
        for key, at in [("j", "b"), ("j", "c"), ("k", "b"), ("g", "a"), ("k", "a"), ("G", "c")]:
            await shown_table.pilot.press(key)
            assert table.cursor_key == at
        assert "Orphans: queues that nothing feeds" in shown.text(shown_table.app)
        assert "h2" not in table.visible_keys()


async def test_the_heading_above_the_first_row_comes_into_view_with_it() -> None:
    content = [Heading("h", (Cell("First"),)), *rows(40)]
    async with table_of(content) as shown_table:
        await shown_table.pilot.press("G", "g")
        await shown_table.settle()
        assert "First" in shown.text(shown_table.app)


async def test_only_lines_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with table_of(rows(50)) as shown_table:
        table = shown_table.table
        with painting(table, monkeypatch) as painted:
            table.show(rows(50), None)
            await shown_table.settle()
            assert painted == []
            changed = rows(50)
            changed[3] = Row("orders-003", 77)
            changed[40] = Row("orders-040", 77)  # not on screen
            table.show(changed, None)
            await shown_table.settle()
            assert painted == [4]
        assert " 77 " in shown_table.line("orders-003")


async def test_a_step_of_the_cursor_paints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with table_of(rows(50)) as shown_table:
        with painting(shown_table.table, monkeypatch) as painted:
            await shown_table.pilot.press("j")
            await shown_table.settle()
            assert sorted(painted) == [1, 2]


async def test_cells_are_only_made_for_rows_on_screen() -> None:
    asked: list[str] = []

    class Counted(Row):
        @property
        def name(self) -> str:
            asked.append(self.key)
            return self.key

    table: RowTable[Any, Any] = RowTable([Column("n", "N", 10, cell=lambda row, _: Cell(row.name))])
    async with WidgetApp(table).run_test(size=(40, 12)) as pilot:
        asked.clear()
        table.show([Counted(f"q{number}") for number in range(5_000)], None)
        await pilot.pause()
        assert 0 < len(asked) <= 2 * 11


async def test_marks_are_a_sign_and_follow_their_rows() -> None:
    async with table_of(rows(4)) as shown_table:
        table = shown_table.table
        table.toggle_mark()
        await shown_table.settle()
        assert table.marks == {"orders-000"}
        assert table.cursor_key == "orders-001"
        table.show(list(reversed(rows(4))), None)
        await shown_table.settle()
        assert "✓" in shown_table.line("orders-000")
        assert shown.text(shown_table.app).count("✓") == 1
        table.marks = set()
        await shown_table.settle()
        assert "✓" not in shown.text(shown_table.app)


async def test_the_sorted_column_has_an_arrow() -> None:
    async with table_of(rows(4)) as shown_table:
        shown_table.table.show_sort("visible", descending=True)
        await shown_table.settle()
        assert "↓VISIBLE" in shown.lines(shown_table.app)[0]
        shown_table.table.show_sort("name", descending=False)
        await shown_table.settle()
        assert "QUEUE↑" in shown.lines(shown_table.app)[0]
        assert "↓" not in shown.lines(shown_table.app)[0]


async def test_enter_opens_the_row_under_the_cursor() -> None:
    async with table_of(rows(4)) as shown_table:
        await shown_table.pilot.press("j", "enter")
        await shown_table.settle()
        assert [message.key for message in shown_table.said(RowTable.Opened)] == ["orders-001"]


async def test_enter_opens_nothing_where_there_is_nothing() -> None:
    async with table_of([]) as shown_table:
        await shown_table.pilot.press("enter", "j", "k", "g", "G", "pagedown")
        await shown_table.settle()
        assert shown_table.said(RowTable.Opened) == []


async def test_a_click_selects_and_a_double_click_opens() -> None:
    async with table_of(rows(4)) as shown_table:
        await shown_table.pilot.click(RowTable, offset=(5, 3))
        await shown_table.settle()
        assert shown_table.table.cursor_key == "orders-002"
        assert shown_table.said(RowTable.Opened) == []
        await shown_table.pilot.click(RowTable, offset=(5, 4), times=2)
        await shown_table.settle()
        assert [message.key for message in shown_table.said(RowTable.Opened)] == ["orders-003"]


async def test_a_click_below_the_last_row_does_nothing() -> None:
    async with table_of(rows(2)) as shown_table:
        await shown_table.pilot.click(RowTable, offset=(5, 9))
        assert shown_table.table.cursor_key == "orders-000"


async def test_a_click_on_a_title_asks_for_that_order() -> None:
    async with table_of(rows(2)) as shown_table:
        x = shown.lines(shown_table.app)[0].index("VISIBLE")
        await shown_table.pilot.click(RowTable, offset=(x, 0))
        await shown_table.settle()
        assert [message.column_id for message in shown_table.said(RowTable.SortRequested)] == ["visible"]


async def test_what_is_on_screen_is_told_when_it_changes_and_only_then() -> None:
    async with table_of(rows(50)) as shown_table:
        table, pilot = shown_table.table, shown_table.pilot
        assert [len(message.keys) for message in shown_table.said(RowTable.VisibleChanged)] == [11]
        table.show([Row(row.key, 9) for row in rows(50)], None)
        await shown_table.settle()
        assert len(shown_table.said(RowTable.VisibleChanged)) == 1
        await pilot.press("G")
        await shown_table.settle()
        assert shown_table.said(RowTable.VisibleChanged)[-1].keys == tuple(row.key for row in rows(50)[-11:])
        await pilot.resize_terminal(100, 6)
        await shown_table.settle()
        assert shown_table.said(RowTable.VisibleChanged)[-1].keys == table.visible_keys()
        assert len(table.visible_keys()) == 5


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with table_of(rows(50)) as shown_table:
        table = shown_table.table
        table.scroll_down(animate=False)
        await shown_table.settle()
        assert "orders-000" not in shown.text(shown_table.app)
        assert table.cursor_key == "orders-000"


async def test_names_are_whole_while_a_lesser_column_is_there() -> None:
    name = "orders-" + "x" * 31
    async with table_of([Row("short"), Row(name)], size=(80, 12)) as shown_table:
        assert name in shown.text(shown_table.app)
        assert "TREND" not in shown.text(shown_table.app)
        assert "VISIBLE" in shown.text(shown_table.app)


async def test_a_longer_name_that_scrolls_into_view_is_whole_too() -> None:
    name = "orders-" + "x" * 31
    async with table_of([*rows(30), Row(name)], size=(80, 12)) as shown_table:
        assert "TREND" in shown.text(shown_table.app)
        await shown_table.pilot.press("G")
        await shown_table.settle()
        assert name in shown.text(shown_table.app)


async def test_columns_are_shared_out_anew_for_another_width() -> None:
    async with table_of(rows(3), size=(120, 12)) as shown_table:
        assert "TREND" in shown.lines(shown_table.app)[0]
        await shown_table.pilot.resize_terminal(40, 12)
        await shown_table.settle()
        assert shown.lines(shown_table.app)[0].split() == ["QUEUE", "VISIBLE"]
        assert all(strip.cell_length == 40 for strip in shown.strips(shown_table.app))


async def test_the_scroll_bar_takes_its_place_from_the_columns() -> None:
    async with table_of(rows(3), size=(76, 12)) as shown_table:
        before = shown.lines(shown_table.app)[0].index("DEAD LETTERS")
        shown_table.table.show(rows(50), None)
        await shown_table.settle()
        assert shown.lines(shown_table.app)[0].index("DEAD LETTERS") == before - 1


async def test_other_columns_can_be_shown() -> None:
    async with table_of(rows(3)) as shown_table:
        shown_table.table.columns = COLUMNS[:3]
        await shown_table.settle()
        assert shown.lines(shown_table.app)[0].split() == ["QUEUE", "KIND", "VISIBLE"]


async def test_a_table_without_the_focus_shows_its_cursor_otherwise() -> None:
    async with table_of(rows(3)) as shown_table:
        with_focus = shown.style_of(shown_table.app, "orders-000").bgcolor
        shown_table.app.screen.set_focus(None)
        await shown_table.settle()
        assert "▌" in shown_table.line("orders-000")
        assert shown.style_of(shown_table.app, "orders-000").bgcolor != with_focus


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "dracula"])
async def test_another_theme_is_followed_at_once(theme: str) -> None:
    async with table_of(rows(3)) as shown_table:
        before = shown.style_of(shown_table.app, "orders-001")
        shown_table.app.theme = theme
        await shown_table.settle()
        assert shown.style_of(shown_table.app, "orders-001") != before


async def test_a_key_that_is_not_there_moves_nothing() -> None:
    async with table_of(rows(3)) as shown_table:
        assert not shown_table.table.move_to("nowhere")
        assert shown_table.table.cursor_key == "orders-000"


async def test_a_border_does_not_shift_what_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with table_of(rows(50)) as shown_table:
        table = shown_table.table
        table.styles.border = ("round", "red")
        await shown_table.settle()
        changed = rows(50)
        changed[3] = Row("orders-003", 77)
        table.show(changed, None)
        await shown_table.settle()
        assert " 77 " in shown_table.line("orders-003")
        assert table.size.region == Region(0, 0, 98, 10)
