"""Lines of any number and length: broken to any width, nothing of them is lost, doubled or out of place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.decoding import Layer, Step
from sqsview.domain.text import printable, printable_lines
from sqsview.ui.widgets import blocks
from sqsview.ui.widgets.blocks import MOST_HITS, SLICE, Block, EvenSpans, Hit, Hits, Page, Texts, hits_within, lowered
from sqsview.ui.widgets.body_lines import MOST_CHARACTERS, Unwanted, body_block, preview_block, words_block
from sqsview.ui.widgets.cells import Cell, Line, Tone, cells_width

LINES = st.lists(st.text(max_size=60).map(printable), max_size=8)
WIDTHS = st.integers(2, 30)


def written(line: Line) -> str:
    return "".join(cell.text for cell in line)


def on_screen(page: Page, width: int) -> list[str]:
    parts = (page.part_at(y) for y in range(page.measure(width)))
    return [written(part[0]) for part in parts if part is not None]


@given(LINES, WIDTHS, st.booleans())
def test_the_lines_on_screen_are_all_of_the_text_and_fit(lines: list[str], width: int, evenly: bool) -> None:
    page = Page([Block(Texts([lines]), evenly=evenly)])
    height = page.measure(width)
    seen: dict[int, list[tuple[int, int]]] = {}
    for y in range(height):
        found = page.part_at(y)
        assert found is not None
        line, place, hang = found
        assert cells_width(line) <= width
        assert written(line)[hang:] == lines[place.line][place.start : place.end]
        seen.setdefault(place.line, []).append((place.start, place.end))
    assert page.part_at(height) is None
    for number, text in enumerate(lines):
        shown = "".join(text[start:end] for start, end in seen[number])
        assert shown == text if evenly else shown.replace(" ", "") == text.replace(" ", "")


@given(st.lists(LINES, max_size=4), LINES)
def test_lines_that_come_some_at_a_time_are_the_same_lines(pieces: list[list[str]], more: list[str]) -> None:
    texts = Texts([piece for piece in [*pieces, more] if piece])
    assert [texts[number] for number in range(len(texts))] == [line for piece in [*pieces, more] for line in piece]


@given(st.integers(0, 500), st.integers(1, 50), st.integers(1, 50))
def test_even_parts_follow_each_other_to_the_end(length: int, first: int, step: int) -> None:
    parts = list(EvenSpans(length, first, step))
    assert parts[0][0] == 0
    assert parts[-1][1] == length
    assert all(before[1] == after[0] for before, after in pairwise(parts))
    assert all(end > start for start, end in parts) or length == 0


@given(LINES, WIDTHS, st.text(alphabet="ab é名", min_size=1, max_size=3), st.booleans())
def test_every_place_of_a_text_is_found_and_is_on_the_line_it_is_said_to_be(
    lines: list[str], width: int, text: str, evenly: bool
) -> None:
    lines = [*lines, f"xx {text} {text.upper()}"]
    page = Page([Block(Texts([["first"]])), Block(Texts([lines]), evenly=evenly)])
    page.measure(width)
    hits = page.find(text)
    assert len(hits) >= 2
    for number, hit in enumerate(hits):
        assert lines[hit.line][hit.start : hit.end].lower() == text.lower()
        found = page.part_at(page.y_of(hit))
        assert found is not None
        if text.strip() == text:  # a blank at which a line is broken is not on screen
            assert number in hits_within(hits, found[1])


def test_nothing_is_found_of_nothing() -> None:
    assert not Page([Block(Texts([["abc"]]))]).find("")
    assert not Page([]).find("a")
    assert list(hits_within(Hits(), Hit(0, 0, 0, 5))) == []


def test_places_are_counted_up_to_a_bound_over_all_blocks() -> None:
    page = Page([Block(Texts([["a" * (MOST_HITS - 2)]])), Block(Texts([[]])), Block(Texts([["xaa", "aaa"]]))])
    hits = page.find("A")
    assert len(hits) == MOST_HITS
    assert hits[MOST_HITS - 3 :] == [Hit(0, 0, MOST_HITS - 3, MOST_HITS - 2), Hit(2, 0, 1, 2), Hit(2, 0, 2, 3)]
    with pytest.raises(IndexError):
        hits[MOST_HITS]


@given(st.text())
def test_lower_case_has_each_character_where_it_was(text: str) -> None:
    assert lowered(text) == "".join(lowered(character) for character in text)
    assert len(lowered(text)) == len(text)


def test_case_does_not_matter_in_any_alphabet() -> None:
    page = Page([Block(Texts([["İstanbul ΟΔΟΣ", "ОПЛАТА NAÏVE οδος"]]))])
    for text, many in [("istanbul", 1), ("οδοσ", 2), ("ΟΔΟΣ", 2), ("оплата", 1), ("naïve", 1)]:
        assert len(page.find(text)) == many, text


def test_lines_are_written_in_lower_case_once_however_often_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def counted(text: str) -> str:
        written.append(len(text))
        return lowered(text)

    monkeypatch.setattr(blocks, "lowered", counted)
    texts = Texts([["Ab é" * 50_000]])
    page = Page([Block(texts)])
    assert [len(page.find(text)) for text in ("ab", "ab é", "abc")] == [MOST_HITS, MOST_HITS, 0]
    assert sum(written) == len(texts.whole) + len("ab") + len("ab é") + len("abc")
    assert max(written) <= SLICE


def test_blocks_stand_below_each_other_with_their_tones() -> None:
    page = Page([words_block([]), Block(Texts([["a", "b"]])), words_block([(Cell("c\x1b", Tone.WARN),)])])
    assert on_screen(page, 10) == ["a", "b", "c␛"]
    found = page.part_at(2)
    assert found is not None
    assert found[0][0].tone is Tone.WARN


def test_an_empty_page_has_no_lines() -> None:
    assert Page([]).measure(10) == 0
    assert Page([]).part_at(0) is None
    assert Page([words_block([])]).measure(10) == 0


def test_json_is_indented_and_other_text_keeps_its_lines() -> None:
    document = Layer(Step.JSON, '{"a": [1, "\x85\x7f"]}', value={}, is_json=True)
    assert on_screen(Page([body_block(document)]), 40) == ["{", '  "a": [', "    1,", '    "<U+0085>␡"', "  ]", "}"]
    assert on_screen(Page([body_block(Layer(Step.RAW, "a\r\nb\rc\n\td"))]), 40) == ["a", "b", "c", "    d"]
    assert on_screen(Page([body_block(Layer(Step.RAW, ""))]), 40) == [""]


def test_who_nobody_waits_for_stops() -> None:
    with pytest.raises(Unwanted):
        body_block(Layer(Step.RAW, "a\n" * 100_000), lambda: False)


def test_a_body_of_nothing_but_line_ends_is_cut_and_says_so() -> None:
    block = body_block(Layer(Step.GZIP, "\n" * 1_500_000))
    assert len(block.texts) == 1_000_001
    assert block.texts[1_000_000] == "… and more: only 1,000,000 lines are shown"


def test_indents_that_make_far_more_of_a_body_than_it_has_are_cut_and_it_says_so() -> None:
    block = body_block(Layer(Step.INDENTED, "[" * 2**20))
    assert len(block.texts.whole) <= MOST_CHARACTERS + 100_000
    assert block.texts[len(block.texts) - 1] == f"… and more: only {MOST_CHARACTERS:,} characters are shown"


@given(st.text(alphabet="a\r\n\t\x01é", max_size=40))
def test_text_is_parted_at_any_line_end(text: str) -> None:
    block = body_block(Layer(Step.RAW, text))
    assert [block.texts[line] for line in range(len(block.texts))] == printable_lines(text)


def test_a_long_line_is_as_printable_as_a_short_one() -> None:
    text = "é\x1b\u202ex" * SLICE
    block = body_block(Layer(Step.RAW, text))
    assert len(block.texts) == 1
    assert block.texts[0] == printable(text)


@pytest.mark.parametrize(
    "text",
    ["[" * 2**20, '{"a": "' + "x" * 2**20, '"\\"' * 2**19, "{" + '"\\' * 2**19, "plain " * 2**18, '{"a":' * 2**18],
)
def test_the_first_screen_of_any_mebibyte_is_made_of_its_beginning_alone(text: str) -> None:
    made = preview_block(Layer(Step.RAW, text)).texts
    assert made.whole == preview_block(Layer(Step.RAW, text[:16_384])).texts.whole
    assert len(made) <= 200
    assert len(made.whole) <= 2 * 200 * 200 + 2 * 16_384
