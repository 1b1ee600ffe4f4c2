"""Whether a text is JSON, where it is not, and how it is formatted without changing it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.json_text import JsonState, formatted, json_check


@pytest.mark.parametrize("text", ["{}", "[]", ' {"a": 1}\n', "12", '"text"', "null", "1" * 5000, "1e999", '"\\ud800"'])
def test_what_is_json(text: str) -> None:
    assert json_check(text).state is JsonState.OK


@pytest.mark.parametrize("text", ["", "hello", "order 7", "<xml/>", "NaN", "'a'", "1 2"])
def test_what_is_not_meant_to_be_json(text: str) -> None:
    check = json_check(text)
    assert (check.state, check.line) == (JsonState.NOT_MEANT, "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 1 2}', "expecting ',' delimiter at line 1, column 9"),
        ('{\n  "a": tru\n}', "expecting value at line 2, column 8"),
        ('{"a" 1}', "expecting ':' delimiter at line 1, column 6"),
        ('["a"', "expecting ',' delimiter at line 1, column 5"),
        ('{"a": "b', "unterminated string starting at line 1, column 7"),
        ('{"a": 1} x', "extra data at line 1, column 10"),
        ("[1,\n NaN]", "NaN is no JSON at line 2, column 2"),
        ("[-Infinity]", "-Infinity is no JSON at line 1, column 2"),
        ('["\t"]', "invalid control character at line 1, column 3"),
    ],
)
def test_what_is_broken_is_told_with_its_place(text: str, line: str) -> None:
    check = json_check(text)
    assert (check.state, check.line) == (JsonState.BROKEN, line)


def test_nesting_without_end_is_no_crash() -> None:
    assert json_check("[" * 100_000).state is JsonState.BROKEN


def test_numbers_escapes_and_repeated_keys_stay_as_they_were_written() -> None:
    text = '{"a":1.0,"a":1e2,"big":123456789012345678901234567890,"e":"\\u00e9\\/","o":{},"l":[]}'
    assert formatted(text) == (
        '{\n  "a": 1.0,\n  "a": 1e2,\n  "big": 123456789012345678901234567890,\n  "e": "\\u00e9\\/",\n'
        '  "o": {},\n  "l": []\n}'
    )


@pytest.mark.parametrize("text", ["hello", '{"a": 1,}', "[NaN]", ""])
def test_what_is_no_json_is_not_formatted(text: str) -> None:
    assert formatted(text) is None


def _values() -> st.SearchStrategy[Any]:
    plain = st.none() | st.booleans() | st.integers() | st.floats().filter(math.isfinite) | st.text()
    return st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(_values(), st.sampled_from([None, 1, 4]), st.booleans())
def test_formatting_changes_no_value_and_twice_is_once(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    result = formatted(text)
    assert result is not None
    assert json.loads(result) == value
    assert formatted(result) == result


@given(st.text(alphabet='{}[]",:\\ntrue0123456789.eE+- \n'))
def test_anything_is_checked_as_python_reads_it(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda name: 1 / 0, parse_int=str, parse_float=str)
        valid = True
    except (ValueError, ZeroDivisionError):
        valid = False
    assert (json_check(text).state is JsonState.OK) is valid
