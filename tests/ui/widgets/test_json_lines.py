"""JSON to read: indented, and otherwise exactly what was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.ui.widgets.cells import Line, Tone
from sqsview.ui.widgets.json_lines import indented, json_lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def text(line: Line) -> str:
    return "".join(cell.text for cell in line)


@given(VALUES, st.sampled_from([None, 1, 4]), st.booleans())
def test_it_is_indented_as_python_would_and_means_the_same(value: object, indent: int | None, ascii: bool) -> None:
    written = json.dumps(value, indent=indent, ensure_ascii=ascii)
    assert "\n".join(indented(written)) == json.dumps(value, indent=2, ensure_ascii=ascii)


def test_keys_strings_and_numbers_are_told_apart() -> None:
    lines = json_lines('{"a": "b", "n": [1.50, null]}')
    assert [text(line) for line in lines] == ["{", '  "a": "b",', '  "n": [', "    1.50,", "    null", "  ]", "}"]
    tones = {cell.text.strip(): cell.tone for line in lines for cell in line}
    assert tones['"a"'] is Tone.ACCENT
    assert tones['"b"'] is Tone.NORMAL
    assert tones["1.50"] is Tone.GOOD
    assert tones[":"] is Tone.QUIET


@pytest.mark.parametrize(
    "written",
    ["1.10", "1e400", "123456789012345678901234567890", '"\\u00e9\\ud800"', '{"a": 1, "a": 2}', "{}", "[ ]", '""'],
)
def test_nothing_goes_through_pythons_own_types(written: str) -> None:
    """Numbers keep their zeros, escapes stay escapes, a repeated key is there twice."""
    joined = "".join(text(line) for line in json_lines(written))
    assert joined.replace(" ", "") == written.replace(" ", "")


def test_braces_and_colons_in_strings_are_text() -> None:
    lines = json_lines('{"a{": "}:,\\"["}')
    assert [text(line) for line in lines] == ["{", '  "a{": "}:,\\"["', "}"]


@pytest.mark.parametrize("broken", ['{"a": ', "not JSON", "{'a': 1}", "", "[1,]", "[" * 100_000])
def test_what_is_not_json_is_shown_as_it_is(broken: str) -> None:
    assert "".join(text(line) for line in json_lines(broken)) == broken


def test_broken_json_keeps_its_lines_and_shows_its_controls() -> None:
    assert [text(line) for line in json_lines('{"a":\n\t"\x1b[2J"')] == ['{"a":', '    "␛[2J"']


def test_parts_of_the_lines_can_be_taken() -> None:
    lines = json_lines("[1, 2, 3]")
    assert [text(line) for line in lines[1:3]] == ["  1,", "  2,"]
    assert text(lines[-1]) == "]"
