"""Cells: any text is fitted to an exact number of terminal cells, printable, with its tone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sqsview.ui.widgets.cells import Align, Cell, Cells, Cut, Tone, cut_to, fitted, folded
from tests.support.hostile import HOSTILE, OBEYED

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30) | st.sampled_from(
    sorted(HOSTILE.values())
)
CUTS = st.sampled_from(["middle", "end", "start"])
ALIGNS = st.sampled_from(["left", "right"])


def joined(cells: Cells) -> str:
    return "".join(cell.text for cell in cells)


@given(st.lists(ANY_TEXT, max_size=4), st.integers(0, 40), ALIGNS, CUTS)
def test_fitted_cells_are_exactly_as_wide_as_asked_and_harmless(
    texts: list[str], width: int, align: Align, cut: Cut
) -> None:
    cells = fitted(tuple(Cell(text, Tone.BAD) for text in texts), width, align, cut)
    assert sum(cell_len(cell.text) for cell in cells) == width
    assert not OBEYED.search(joined(cells))


def test_text_is_aligned_with_blanks_of_its_own_tone() -> None:
    assert fitted(Cell("12", Tone.QUIET), 5, "right") == (Cell("   12", Tone.QUIET),)
    assert fitted(Cell("ab", Tone.QUIET), 5) == (Cell("ab   ", Tone.QUIET),)


def test_a_name_that_is_too_long_keeps_both_ends() -> None:
    assert joined(fitted(Cell("orders-billing-dlq"), 11)) == "order…g-dlq"


def test_a_wide_name_that_is_too_long_keeps_both_ends() -> None:
    text = joined(fitted(Cell("注文請求配送キュー"), 9))
    assert text.startswith("注文")
    assert text.endswith("ー")
    assert "…" in text


def test_of_several_pieces_the_longest_is_cut() -> None:
    cells = fitted((Cell("● ", Tone.BAD), Cell("orders-billing-dlq"), Cell(" 57")), 16)
    assert joined(cells) == "● order…g-dlq 57"
    assert cells[0].tone is Tone.BAD


def test_the_last_pieces_go_where_even_that_is_not_enough() -> None:
    assert joined(fitted((Cell("abc"), Cell("def"), Cell("ghi")), 4)) == "…def"


def test_a_trend_loses_its_oldest_part_without_an_ellipsis() -> None:
    assert joined(fitted(Cell("▁▂▃▄▅▆▇█"), 3, cut="start")) == "▆▇█"


@pytest.mark.parametrize(("width", "text"), [(0, ""), (1, "…"), (2, "a…"), (6, "abcdef")])
def test_cutting_at_the_end(width: int, text: str) -> None:
    assert cut_to("abcdef", width, "end") == text


def test_a_combining_mark_stays_with_its_letter() -> None:
    assert cut_to("e\u0301e\u0301e\u0301", 2, "start") == "e\u0301e\u0301"
    assert cut_to("e\u0301e\u0301e\u0301", 2, "end") == "e\u0301…"


def test_a_control_is_shown_as_its_picture() -> None:
    assert joined(fitted(Cell("a\x1bb"), 4)) == "a␛b "


def test_folding_breaks_at_blanks() -> None:
    assert folded("the session has expired", 12) == ["the session", "has expired"]


@given(st.text("ab名 ", max_size=60), st.integers(2, 20))
def test_folded_lines_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    lines = folded(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
