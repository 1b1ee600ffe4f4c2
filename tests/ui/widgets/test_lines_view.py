"""Pages of lines: broken to the width, scrolled by the same keys as tables, made as they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from sqsview.ui.widgets.cells import Cell, Line
from sqsview.ui.widgets.json_lines import JsonLines, json_lines
from sqsview.ui.widgets.lines_view import LinesView
from tests.support import shown
from tests.ui.widgets.gallery import WidgetApp


def numbered(count: int) -> list[Line]:
    return [(Cell(f"line {number}"),) for number in range(count)]


@asynccontextmanager
async def page_of(lines: Sequence[Line], size: tuple[int, int] = (40, 10)) -> Any:
    page = LinesView()
    app = WidgetApp(page)
    async with app.run_test(size=size) as pilot:
        page.focus()
        page.show(lines)
        await pilot.pause()
        yield app, pilot, page


def first(app: WidgetApp) -> str:
    return shown.lines(app)[0].split("  ")[0]


def is_first(app: WidgetApp, number: int) -> bool:
    return first(app) == f"line {number}"


async def test_the_keys_scroll() -> None:
    async with page_of(numbered(100)) as (app, pilot, _):
        for key, at in [
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("pagedown", 9), ("pageup", 0), ("G", 90),
            ("j", 90), ("g", 0), ("end", 90), ("home", 0),
        ]:  # fmt: skip
            await pilot.press(key)
            await shown.until(pilot, partial(is_first, app, at))


async def test_lines_are_broken_to_the_width_and_again_for_another() -> None:
    async with page_of([(Cell("one two three four five six seven eight nine ten"),)]) as (app, pilot, page):
        assert len([line for line in shown.lines(app) if line]) == 2
        await pilot.resize_terminal(20, 10)
        await shown.until(pilot, lambda: len([line for line in shown.lines(app) if line]) == 3)
        assert page.virtual_size.height == 3


async def test_nothing_stands_under_the_scroll_bar() -> None:
    long: list[Line] = [(Cell("x" * 39 + "y"),)] * 20
    async with page_of(long) as (app, pilot, page):
        await shown.until(pilot, lambda: page.virtual_size.height == 40)
        assert all(line.startswith(("x" * 39, "y")) for line in shown.lines(app))
        await pilot.press("G")
        await shown.until(pilot, lambda: shown.lines(app)[9].startswith("y"))


async def test_the_last_line_of_broken_lines_can_be_reached() -> None:
    content: list[Line] = [(Cell(f"{number} " + "word " * 30),) for number in range(20)]
    async with page_of(content) as (app, pilot, _):
        await pilot.press("G")
        await shown.until(pilot, lambda: any(line.startswith("19 ") for line in shown.lines(app)))


async def test_the_place_stays_when_the_same_page_is_shown_again() -> None:
    async with page_of(numbered(100)) as (app, pilot, page):
        await pilot.press("pagedown")
        page.show(numbered(99))
        await pilot.pause()
        assert first(app) == "line 9"
        page.show(numbered(5))
        await shown.until(pilot, lambda: first(app) == "line 0")
        assert shown.text(app).strip().endswith("line 4")


async def test_the_same_lines_are_not_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with page_of(numbered(5)) as (_, _pilot, page):
        refreshed: list[bool] = []
        with monkeypatch.context() as patch:
            patch.setattr(LinesView, "refresh", lambda self, *_, **__: refreshed.append(True))
            page.show(numbered(5))
            assert refreshed == []
            page.show(numbered(6))
            assert refreshed


async def test_it_can_be_kept_out_of_the_focus_chain() -> None:
    page = LinesView(can_focus=False)
    app = WidgetApp(page)
    async with app.run_test() as pilot:
        await pilot.press("tab")
        assert app.focused is None


async def test_only_the_lines_on_screen_of_a_large_document_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of a mebibyte opens at once because nothing but the screen is looked at."""
    lines = json_lines("[" + ",".join(f'{{"id": {number}}}' for number in range(30_000)) + "]")
    asked: list[int] = []
    look = JsonLines.__getitem__

    def counted(self: JsonLines, index: Any) -> Any:
        asked.append(index)
        return look(self, index)

    monkeypatch.setattr(JsonLines, "__getitem__", counted)
    async with page_of(lines) as (app, pilot, page):
        await pilot.press("G")
        await shown.until(pilot, lambda: shown.lines(app)[9].startswith("]"))
        assert page.virtual_size.height == 90_002
        assert len(asked) < 200


async def test_an_empty_page_is_blank() -> None:
    async with page_of([]) as (app, pilot, _):
        await pilot.press("j", "G", "g", "pagedown")
        assert shown.text(app).strip() == ""
