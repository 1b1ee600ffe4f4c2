"""The guard: nothing that a terminal obeys gets past it, whatever a widget renders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.widgets import Static

from sqsview.ui.guard import GUARD
from tests.support import shown
from tests.support.hostile import HOSTILE, OBEYED, assert_harmless

BLACK = Color(0, 0, 0)
BOLD = Style(bold=True)


class RawApp(App[None]):
    """Shows text as Textual itself would, behind the guard."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def get_line_filters(self) -> list[LineFilter]:
        return [*super().get_line_filters(), GUARD]

    def compose(self) -> ComposeResult:
        box = Static(self._text, markup=False)
        box.styles.border = ("round", "red")
        box.border_title = Content(self._text)
        yield box


def test_clean_segments_are_given_back_as_they_are() -> None:
    segments = [Segment("orders ▁▂█ 名 ", BOLD), Segment("plain")]
    assert GUARD.apply(segments, BLACK) is segments


def test_controls_are_taken_out_and_the_style_stays() -> None:
    dirty = [Segment("a\x1b[2J\x00\x9b\x07b", BOLD), Segment("c")]
    assert GUARD.apply(dirty, BLACK) == [Segment("a[2Jb", BOLD), Segment("c")]


def test_bidirectional_formatting_is_taken_out() -> None:
    assert GUARD.apply([Segment("gpj.\u202efdp\u2066x")], BLACK) == [Segment("gpj.fdpx")]


def test_half_a_character_becomes_one_that_can_be_written() -> None:
    assert GUARD.apply([Segment("a\ud800b")], BLACK) == [Segment("a\ufffdb")]


def test_a_control_segment_is_cleaned_like_any_other() -> None:
    (segment,) = GUARD.apply([Segment("\x1b[2J", None, [(1,)])], BLACK)  # type: ignore[list-item]
    assert segment.text == "[2J"


def test_a_link_whose_address_ends_its_own_sequence_is_taken_off() -> None:
    bad = Style(bold=True, link="https://x\x1b\\\x1b[2J")
    (segment,) = GUARD.apply([Segment("here", bad)], BLACK)
    assert segment.style is not None
    assert segment.style.link is None
    assert segment.style.bold


def test_a_proper_link_stays() -> None:
    good = Style(link="https://example.com/a?b=c")
    (segment,) = GUARD.apply([Segment("here", good)], BLACK)
    assert segment.style is not None
    assert segment.style.link == "https://example.com/a?b=c"


def test_characters_that_are_only_unusual_stay() -> None:
    """Private-use glyphs and joined emoji are drawn, not obeyed."""
    text = "\ue0b0 👨\u200d👩 ❤\ufe0f"
    assert GUARD.apply([Segment(text)], BLACK) == [Segment(text)]


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_nothing_obeyed_is_left_and_no_width_changes(text: str) -> None:
    (segment,) = GUARD.apply([Segment(text)], BLACK)
    assert not OBEYED.search(segment.text)
    if "\u200d" not in text and "\ufe0f" not in text:  # rich joins what stands on both sides of a taken-out control
        assert cell_len(segment.text) == cell_len(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_a_widget_of_textual_renders_raw_reaches_the_terminal_clean(text: str) -> None:
    """Static and border titles leave ESC, C1 and NUL in: the guard is what stops them."""
    app = RawApp(text)
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.pause()
        for strip in shown.strips(app):
            assert not OBEYED.search(strip.text)
            assert all(segment.style is None or not segment.style.link for segment in strip)


async def test_a_toast_is_clean_too() -> None:
    app = RawApp("x")
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        app.notify("a\x1b]52;c;x\x07b", title="t\x9b2J", markup=False)
        await shown.until(pilot, lambda: "a]52;c;xb" in shown.text(app))
        assert not any(OBEYED.search(strip.text) for strip in shown.strips(app))


def test_the_measure_of_harm_finds_harm() -> None:
    from textual.strip import Strip

    with pytest.raises(AssertionError):
        assert_harmless([Strip([Segment("a\x1b[2J")])], 4)
    with pytest.raises(AssertionError):
        assert_harmless([Strip([Segment("abcd", Style.from_meta({"@click": "bell"}))])], 4)
