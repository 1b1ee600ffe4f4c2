"""The filter: typed while the table follows, kept by enter, forgotten by escape."""

from __future__ import annotations

from textual.widgets import Input

from sqsview.ui.widgets.filter_bar import FilterBar
from tests.support import shown
from tests.ui.widgets.gallery import WidgetApp


async def test_the_status_stands_at_the_right() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.status = "6 of 42 · by visible ↓"
        await pilot.pause()
        assert shown.lines(app)[0] == "6 of 42 · by visible ↓".rjust(59)
        assert not app.query_one(Input).display


async def test_every_letter_changes_the_filter() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.status = "6 of 42"
        bar.open()
        await pilot.pause()
        await pilot.press("d", "l", "q")
        await shown.until(pilot, lambda: len(app.said(FilterBar.Changed)) == 3)
        assert [message.text for message in app.said(FilterBar.Changed)] == ["d", "dl", "dlq"]
        assert shown.lines(app)[0].startswith(" / dlq")
        assert shown.lines(app)[0].endswith("6 of 42")


async def test_enter_keeps_the_filter_and_shows_it() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.open()
        await pilot.pause()
        await pilot.press("d", "l", "q", "enter")
        await shown.until(pilot, lambda: len(app.said(FilterBar.Closed)) == 1 and not app.query_one(Input).display)
        assert bar.text == "dlq"
        assert not bar.editing
        await shown.until(pilot, lambda: shown.lines(app)[0] == " / dlq")


async def test_escape_forgets_the_filter_and_says_so() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.open()
        await pilot.pause()
        await pilot.press("d", "l", "escape")
        await shown.until(pilot, lambda: len(app.said(FilterBar.Closed)) == 1)
        assert app.said(FilterBar.Changed)[-1].text == ""
        assert bar.text == ""
        await shown.until(pilot, lambda: shown.lines(app)[0] == "")


async def test_opening_again_goes_on_with_the_filter_that_holds() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        for key in ("a", "b"):
            bar.open()
            await pilot.pause()
            await pilot.press(key, "enter")
            await shown.until(pilot, lambda: not app.query_one(Input).display)
        assert [message.text for message in app.said(FilterBar.Changed)] == ["a", "ab"]


async def test_opening_twice_is_opening_once() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.open()
        bar.open()
        await pilot.pause()
        assert len(app.query(Input)) == 1


async def test_closing_from_outside_says_nothing() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.open()
        await pilot.pause()
        await pilot.press("x")
        await shown.until(pilot, lambda: bar.text == "x")
        app.heard.clear()
        bar.close()
        await shown.until(pilot, lambda: not app.query_one(Input).display)
        assert bar.text == ""
        assert app.heard == []


async def test_the_arrows_go_to_the_table_and_keep_the_filter() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.open()
        await pilot.pause()
        await pilot.press("x", "down")
        await shown.until(pilot, lambda: len(app.said(FilterBar.Closed)) == 1)
        assert bar.text == "x"


async def test_a_question_mark_is_a_letter_while_typing() -> None:
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.open()
        await pilot.pause()
        await pilot.press("question_mark", "q", "exclamation_mark")
        await shown.until(pilot, lambda: bar.text == "?q!")


async def test_keys_that_follow_in_one_go_are_typed_into_the_filter() -> None:
    """Pasted or typed ahead: a letter that came before the input was there would have acted on the table."""
    bar = FilterBar()
    app = WidgetApp(bar)
    async with app.run_test(size=(60, 3)) as pilot:
        bar.open()
        assert app.focused is app.query_one(Input)
        await pilot.press("d")
        await shown.until(pilot, lambda: bar.text == "d")
