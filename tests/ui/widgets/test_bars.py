"""Tabs and keys: what is left out when there is little room, and what a click asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.ui.actions import TABS, View
from sqsview.ui.widgets.cells import Cell, cells_width
from sqsview.ui.widgets.key_bar import KeyBar
from sqsview.ui.widgets.pieces import Piece, laid_out, target_at
from sqsview.ui.widgets.tab_bar import TabBar
from tests.support import shown
from tests.ui.widgets.gallery import KEYS, WidgetApp


def piece(text: str, priority: int = 50, target: str | None = None) -> Piece:
    return Piece((Cell(text),), priority, target)


def line(left: list[Piece], right: list[Piece], width: int) -> str:
    return "".join(cell.text for cell in laid_out(left, right, width)[0])


def test_pieces_stand_at_both_ends() -> None:
    assert line([piece("a"), piece("b")], [piece("c"), piece("d")], 12) == "a  b    c  d"


def test_the_least_important_piece_is_left_out_first() -> None:
    left, right = [piece("name", 90), piece("account", 20)], [piece("state", 80), piece("cost", 10)]
    assert line(left, right, 30) == "name  account      state  cost"
    assert line(left, right, 22) == "name  account    state"
    assert line(left, right, 12) == "name   state"
    assert line(left, right, 5) == "name"


@given(
    st.lists(st.tuples(st.text("ab名", min_size=1, max_size=8), st.integers(0, 99)), max_size=5),
    st.lists(st.tuples(st.text("ab名", min_size=1, max_size=8), st.integers(0, 99)), max_size=5),
    st.integers(16, 80),
)
def test_what_is_written_fits(left: list[tuple[str, int]], right: list[tuple[str, int]], width: int) -> None:
    cells, zones = laid_out(
        [piece(text, priority, "t") for text, priority in left],
        [piece(text, priority) for text, priority in right],
        width,
    )
    assert cells_width(cells) <= width
    assert all(0 <= zone.start < zone.end <= width for zone in zones)


def test_a_click_between_pieces_asks_for_nothing() -> None:
    _, zones = laid_out([piece("one", 50, "1"), piece("two", 50, "2")], [], 20)
    assert [target_at(zones, x) for x in (0, 2, 3, 4, 5, 7, 8)] == ["1", "1", None, None, "2", "2", None]


@pytest.mark.parametrize("active", [view for view, _ in TABS])
async def test_the_tab_that_is_shown_is_in_brackets(active: View) -> None:
    app = WidgetApp(TabBar(active))
    async with app.run_test(size=(80, 3)):
        number = [view for view, _ in TABS].index(active) + 1
        assert f"[{number} {dict(TABS)[active]}]" in shown.lines(app)[0]
        assert shown.text(app).count("[") == 1


async def test_a_click_on_a_tab_asks_for_it() -> None:
    app = WidgetApp(TabBar(View.QUEUES))
    async with app.run_test(size=(80, 3)) as pilot:
        x = shown.lines(app)[0].index("Fan-out")
        await pilot.click(TabBar, offset=(x, 0))
        await pilot.click(TabBar, offset=(79, 0))
        await pilot.pause()
        assert [message.tab for message in app.said(TabBar.Chosen)] == ["fanout"]


async def test_tabs_lose_their_names_before_they_are_lost() -> None:
    app = WidgetApp(TabBar(View.TOPICS))
    async with app.run_test(size=(30, 3)):
        assert shown.lines(app)[0].split() == ["1", "[2", "Topics]", "3", "4", "5"]


async def key_line(width: int) -> str:
    bar = KeyBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(width, 3)) as pilot:
        bar.show(KEYS)
        await pilot.pause()
        return shown.lines(app)[-1]


async def test_all_keys_that_fit_are_shown_in_their_order() -> None:
    assert await key_line(120) == (
        " enter open  d details  / filter  s sort  y copy ARN  b console link  ctrl+p palette  ? all keys"
    )


@pytest.mark.parametrize("width", [20, 40, 60, 80])
async def test_the_way_to_all_keys_outlasts_the_others(width: int) -> None:
    line = await key_line(width)
    assert line.endswith("? all keys")
    assert "palette" not in line


async def test_keys_are_left_out_from_the_end() -> None:
    assert await key_line(50) == " enter open  d details  / filter  ? all keys"


async def test_a_click_on_a_key_does_what_it_does() -> None:
    bar = KeyBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(120, 3)) as pilot:
        bar.show(KEYS)
        await pilot.pause()
        x = shown.lines(app)[-1].index("copy ARN")
        await pilot.click(KeyBar, offset=(x, 0))
        await pilot.pause()
        assert [message.action for message in app.said(KeyBar.Chosen)] == ["copy"]


async def test_fewer_keys_replace_the_old_ones() -> None:
    bar = KeyBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(120, 3)) as pilot:
        bar.show(KEYS)
        bar.show(KEYS[-1:])
        await pilot.pause()
        assert shown.lines(app)[-1] == " ? all keys"
