"""Lines broken to a width: every character is there, with its tone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.wrapping import wrapped


def texts(lines: list[Line]) -> list[str]:
    return ["".join(cell.text for cell in line) for line in lines]


def test_a_line_that_fits_stays() -> None:
    assert wrapped((Cell("keeps 4 days"),), 12) == [(Cell("keeps 4 days"),)]


def test_a_label_is_followed_by_lines_below_its_text() -> None:
    broken = wrapped((Cell("to   ", Tone.QUIET), Cell("one two three four five")), 14)
    assert [text.rstrip() for text in texts(broken)] == ["to   one two", "     three", "     four five"]
    assert broken[1][-1].tone is Tone.NORMAL


def test_an_indent_is_kept() -> None:
    assert [text.rstrip() for text in texts(wrapped((Cell("    a bb ccc dddd"),), 10))] == [
        "    a bb",
        "    ccc",
        "    dddd",
    ]


def test_a_word_longer_than_the_line_is_broken_anywhere() -> None:
    assert texts(wrapped((Cell("x" * 25),), 10)) == ["x" * 10, "x" * 10, "x" * 5]


def test_tones_are_kept_across_the_break() -> None:
    line = (Cell("aaaa ", Tone.GOOD), Cell("bbbb cccc", Tone.BAD))
    assert wrapped(line, 7) == [(Cell("aaaa ", Tone.GOOD),), (Cell("bbbb ", Tone.BAD),), (Cell("cccc", Tone.BAD),)]


@given(st.text("ab名 e\u0301", max_size=80), st.integers(2, 30))
def test_all_is_there_and_fits(text: str, width: int) -> None:
    lines = texts(wrapped((Cell(text),), width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_of_a_megabyte_is_broken_at_once() -> None:
    lines = wrapped((Cell("x" * 1_000_000),), 100)
    assert len(lines) == 10_000
