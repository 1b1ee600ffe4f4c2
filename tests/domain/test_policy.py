"""Reading JSON that anybody may have written."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.policy import as_list, document, matches, one_line, statements


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_match_as_the_regular_expression_would(pattern: str, text: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    assert matches(pattern, text) is (re.fullmatch(expression, text, re.DOTALL) is not None)


def test_a_pattern_made_to_be_slow_is_not() -> None:
    """The same as a regular expression would go on for longer than anybody waits."""
    assert not matches("*a" * 60 + "b", "a" * 500)


def test_brackets_are_plain_characters() -> None:
    assert matches("a[b]*", "a[b]c")
    assert not matches("[ab]", "a")


@pytest.mark.parametrize("text", [None, "", "{", "[" * 100_000, "9" * 5000])
def test_what_cannot_be_read_is_one_kind_of_error(text: str | None) -> None:
    with pytest.raises(ValueError):
        document(text)


@pytest.mark.parametrize("text", ["[]", '"x"', '{"Statement": ["x"]}', '{"Statement": 5}', "null"])
def test_json_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a policy"):
        statements(text)


def test_one_statement_may_stand_without_a_list() -> None:
    assert statements('{"Statement": {"Effect": "Allow"}}') == ({"Effect": "Allow"},)
    assert statements("{}") == ()
    assert as_list("x") == as_list(["x"]) == ["x"]


def test_one_line_is_one_line() -> None:
    assert one_line({"a": ["ü", "\n"]}) == '{"a": ["ü", "\\n"]}'
    assert json.loads(one_line({"a": [1, None]})) == {"a": [1, None]}
