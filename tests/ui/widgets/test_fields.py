"""The fields of a form obey keys in the order in which they were pressed, and lose nothing."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.pilot import Pilot

from sqsview.ui.guard import GUARD
from sqsview.ui.widgets.body_editor import LARGEST, BodyEditor, editable, hidden_controls
from sqsview.ui.widgets.cells import Tone
from sqsview.ui.widgets.fields import Note, TextField, Tick, TypeField
from tests.support import shown
from tests.support.hostile import HOSTILE, assert_harmless


class Form(App[None]):
    def compose(self) -> ComposeResult:
        yield TextField(id="text")
        yield TypeField("String", ["String", "Number"])
        yield Tick("follow it", id="tick")
        yield Note()
        yield BodyEditor()

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), GUARD]


def type_ahead(app: App[None], *keys: str) -> None:
    driver = app._driver
    assert driver is not None
    for key in keys:
        driver.send_message(events.Key(key, key if len(key) == 1 else None))


async def test_editing_keys_are_obeyed_between_the_letters_around_them() -> None:
    app = Form()
    async with app.run_test() as pilot:
        field = app.query_one("#text", TextField)
        field.focus()
        await pilot.pause()
        type_ahead(app, *"abd", "backspace", *"c", "home", *"0")
        await shown.until(pilot, lambda: field.value == "0abc")


async def test_so_they_are_in_the_body() -> None:
    app = Form()
    async with app.run_test() as pilot:
        body = app.query_one(BodyEditor)
        body.area.focus()
        await pilot.pause()
        type_ahead(app, *"abd", "backspace", *"c", "enter", "up", *"0")
        await shown.until(pilot, lambda: body.text == "0abc\n")


async def test_a_tick_is_put_by_space_enter_and_mouse() -> None:
    app = Form()
    async with app.run_test() as pilot:
        tick = app.query_one(Tick)
        tick.focus()
        await pilot.press("space")
        assert tick.on and "[x] follow it" in shown.text(app)
        await pilot.press("enter")
        assert not tick.on and "[ ] follow it" in shown.text(app)
        await pilot.click(Tick)
        assert tick.on


async def test_an_unknown_type_turns_to_the_first_of_the_known() -> None:
    app = Form()
    async with app.run_test() as pilot:
        field = app.query_one(TypeField)
        field.value = "Number.int"
        field.focus()
        await pilot.press("down")
        assert field.value == "String"


async def test_a_note_takes_no_line_while_there_is_nothing_to_say() -> None:
    app = Form()
    async with app.run_test(size=(30, 20)) as pilot:
        note = app.query_one(Note)
        assert not note.display
        note.show(("a sentence that takes more than the one line there is", Tone.BAD))
        await pilot.pause()
        assert note.size.height == 2 and "✗ a sentence that takes more" in shown.text(app)
        note.show()
        await pilot.pause()
        assert not note.display


@pytest.mark.parametrize("what", HOSTILE)
async def test_hostile_text_in_a_note_is_text(what: str) -> None:
    app = Form()
    async with app.run_test(size=(40, 40)) as pilot:
        app.query_one(Note).show((HOSTILE[what], Tone.WARN))
        await pilot.pause()
        for strip in shown.strips(app):
            assert "\x1b" not in strip.text and "\x9b" not in strip.text


@pytest.mark.parametrize("text", ["", "a", "a\nb", "a\nb\n", "a\r\nb\r\n", "\n\n", "é名🎉"])
def test_text_with_one_kind_of_line_end_is_edited_here(text: str) -> None:
    assert editable(text)


@pytest.mark.parametrize("text", ["a\r\nb\n", "a\u2028b", "a\x0bb", "a\x85b", "a\rb\nc"])
def test_text_that_the_editor_would_change_is_not(text: str) -> None:
    assert not editable(text)


def test_controls_that_cannot_be_shown_are_counted() -> None:
    assert hidden_controls("a\tb\nc\r\n") == 0
    assert hidden_controls("a\x1b[2J\x00") == 2


async def _with_body(pilot: Pilot[None], text: str, cursor: tuple[int, int] = (0, 0)) -> BodyEditor:
    body = pilot.app.query_one(BodyEditor)
    body.load(text, cursor)
    await pilot.pause()
    return body


async def test_a_cursor_beyond_the_text_is_put_to_its_end() -> None:
    app = Form()
    async with app.run_test() as pilot:
        body = await _with_body(pilot, "ab\nc", (7, 9))
        assert body.cursor == (1, 1)


async def test_what_is_pasted_beyond_the_limit_is_kept_at_its_place() -> None:
    app = Form()
    async with app.run_test() as pilot:
        body = await _with_body(pilot, "<>", (0, 1))
        body.area.focus()
        app.post_message(events.Paste("x" * LARGEST))
        await shown.until(pilot, lambda: body.held)
        assert body.text == "<" + "x" * LARGEST + ">"
        await shown.until(pilot, lambda: f"{LARGEST + 2:,} bytes" in shown.text(app))


async def test_a_smaller_body_is_edited_again() -> None:
    app = Form()
    async with app.run_test() as pilot:
        body = await _with_body(pilot, "x" * (LARGEST + 1))
        assert body.held and not body.area.display
        await _with_body(pilot, "small")
        assert not body.held and body.area.display and body.text == "small"


async def test_hostile_bodies_are_text() -> None:
    app = Form()
    async with app.run_test(size=(60, 30)) as pilot:
        for text in HOSTILE.values():
            body = await _with_body(pilot, text)
            assert body.text == text
            assert_harmless(shown.strips(app), 60)
