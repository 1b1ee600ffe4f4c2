"""Filter policies said in one line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.filter_words import EVERYTHING, UNREADABLE, filter_in_words
from sqsview.domain.text import CONTROL


def words(policy: Any) -> str:
    return filter_in_words(json.dumps(policy))


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        (["order"], "type is order"),
        (["order", "refund"], "type is order or refund"),
        (["a", "b", "c"], "type is a, b or c"),
        ([5, True, False, None], "type is 5, true, false or null"),
        (["5", "true", "two words", ""], 'type is "5", "true", "two words" or ""'),
        ([{"prefix": "x"}], "type starts with x"),
        ([{"suffix": ".png"}], "type ends with .png"),
        ([{"wildcard": "*ball"}], "type is like *ball"),
        ([{"equals-ignore-case": "Order"}], "type is Order in any case"),
        ([{"anything-but": "eu"}], "type is not eu"),
        ([{"anything-but": 5}], "type is not 5"),
        ([{"anything-but": ["eu"]}], "type is not eu"),
        ([{"anything-but": ["eu", "us"]}], "type is neither eu nor us"),
        ([{"anything-but": {"prefix": "x"}}], "type does not start with x"),
        ([{"anything-but": {"suffix": "x"}}], "type does not end with x"),
        ([{"anything-but": {"wildcard": "*x"}}], "type is not like *x"),
        ([{"numeric": [">=", 500]}], "type ≥ 500"),
        ([{"numeric": ["=", 1.5]}], "type = 1.5"),
        ([{"numeric": [">", 0, "<=", 150]}], "type > 0 and ≤ 150"),
        (["free", {"numeric": [">", 0, "<", 9]}], "type is free or (> 0 and < 9)"),
        ([{"exists": True}], "type exists"),
        ([{"exists": False}], "type is absent"),
        ([{"cidr": "10.0.0.0/24"}], "type is in 10.0.0.0/24"),
        ([{"prefix": "x"}, "order"], "type is order or starts with x"),
        (list("abcdefgh"), "type is a, b, c, d, e or 3 more"),
    ],
)
def test_every_kind_of_matching_has_words(conditions: list[Any], said: str) -> None:
    assert words({"type": conditions}) == said


def test_keys_must_all_agree() -> None:
    policy = {"type": ["order"], "total": [{"numeric": [">=", 500]}]}
    assert words(policy) == "type is order and total ≥ 500"


def test_one_of_several_groups() -> None:
    policy = {"shop": ["a"], "$or": [{"type": ["order"]}, {"total": [{"numeric": [">", 9]}], "vip": [True]}]}
    assert words(policy) == "shop is a and (type is order or total > 9 and vip is true)"


def test_keys_inside_the_body_are_joined_with_dots() -> None:
    policy = json.dumps({"customer": {"address": {"country": ["at", "de"]}, "vip": [True]}})
    assert (
        filter_in_words(policy, "MessageBody") == "body: customer.address.country is at or de and customer.vip is true"
    )


def test_no_policy_lets_everything_through() -> None:
    assert filter_in_words(None) == filter_in_words("") == filter_in_words("{}", "MessageBody") == EVERYTHING


@pytest.mark.parametrize("broken", ["{", "[]", "5", '"x"', "null", "[" * 100_000, '{"a":' * 400 + "[1]" + "}" * 400])
def test_a_broken_policy_is_said_to_be_so(broken: str) -> None:
    assert filter_in_words(broken) == UNREADABLE


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ([{"sounds-like": "x"}], 'type {"sounds-like": "x"}'),
        ([{"prefix": "a", "suffix": "b"}], 'type {"prefix": "a", "suffix": "b"}'),
        ([{"numeric": ["~", 5]}], 'type {"numeric": ["~", 5]}'),
        ([{"numeric": [">", "5"]}], 'type {"numeric": [">", "5"]}'),
        ([{"prefix": 5}], 'type {"prefix": 5}'),
        ([["nested"]], 'type ["nested"]'),
        ([], "type: []"),
        ("order", 'type: "order"'),
        ({}, "type: {}"),
    ],
)
def test_what_has_no_words_is_shown_as_it_stands(conditions: Any, said: str) -> None:
    assert words({"type": conditions}) == said


def test_a_hostile_policy_is_one_harmless_line() -> None:
    assert words({"\x1b[2J": ["\u202eevil", "a\nb"]}) == '␛[2J is <U+202E>evil or "a\\nb"'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
OPERATORS = st.sampled_from(
    ["prefix", "suffix", "wildcard", "equals-ignore-case", "anything-but", "numeric", "exists", "cidr", "$or"]
)
POLICIES = st.dictionaries(
    st.text(max_size=4) | st.just("$or"),
    st.lists(st.dictionaries(OPERATORS, JSON, max_size=2) | JSON, max_size=4),
)


@given(JSON | POLICIES, st.sampled_from(["MessageAttributes", "MessageBody", "?"]))
def test_any_json_makes_one_safe_line(policy: Any, scope: str) -> None:
    said = filter_in_words(json.dumps(policy), scope)
    assert said
    assert CONTROL.search(said) is None


@given(st.text())
def test_any_text_makes_one_safe_line(text: str) -> None:
    assert CONTROL.search(filter_in_words(text)) is None
