"""A filter policy is said to let nothing through only where that is certain."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.access import Answer
from sqsview.domain.doctor.filters import filter_faults
from sqsview.domain.filter_policy import ATTRIBUTES, BODY, Judged, PolicyFault, compile_policy
from sqsview.domain.message import Attribute

NEVER: list[tuple[str, dict[str, Any], str]] = [
    (ATTRIBUTES, {"order type": ["new"]}, "no message can have the attribute"),
    (ATTRIBUTES, {"a": ["x"], "b/c": [{"prefix": "x"}]}, "no message can have the attribute b/c"),
    (ATTRIBUTES, {".a": [{"exists": True}]}, "may not begin or end with a period"),
    # One side is no $or, for it names an operator; so it is an attribute of this name.
    (ATTRIBUTES, {"$or": [{"prefix": "a"}, {"prefix": "b"}]}, "its name holds"),
    (BODY, {"a": {"b": [{"exists": False}]}, "a.b": ["x"]}, "a.b would have to be there, and to be absent"),
    (
        ATTRIBUTES,
        {"a": ["x"], "$or": [{"a": [{"exists": False}], "b": ["y"]}, {"a": [{"exists": False}], "c": ["z"]}]},
        "a would have to be there, and to be absent",
    ),
]

SOMETIMES: list[tuple[str, dict[str, Any]]] = [
    (ATTRIBUTES, {}),
    (ATTRIBUTES, {"a": ["x"]}),
    (ATTRIBUTES, {"a": [{"exists": False}]}),
    (ATTRIBUTES, {"order type": [{"exists": False}]}),
    (ATTRIBUTES, {"order type": ["new", {"exists": False}]}),
    (ATTRIBUTES, {"AWS.SNS.MOBILE.APNS.TTL": ["1"]}),
    (ATTRIBUTES, {"AWS.of-a-service": ["1"]}),
    (BODY, {"order type": ["new"]}),
    # An array can have both.
    (BODY, {"a": {"b": ["x"]}, "a.b": ["y"]}),
    (ATTRIBUTES, {"a": ["x"], "$or": [{"a": [{"exists": False}]}, {"b": ["y"]}]}),
]


@pytest.mark.parametrize(("scope", "policy", "why"), NEVER)
def test_a_policy_that_no_message_can_meet_is_told_with_the_reason(scope: str, policy: Any, why: str) -> None:
    assert why in filter_faults(json.dumps(policy), scope).never


@pytest.mark.parametrize(("scope", "policy"), SOMETIMES)
def test_a_policy_that_some_message_can_meet_is_left_alone(scope: str, policy: Any) -> None:
    assert filter_faults(json.dumps(policy), scope).never == ""


@pytest.mark.parametrize("policy", [None, "", "{}"])
def test_no_policy_is_no_fault(policy: str | None) -> None:
    faults = filter_faults(policy, ATTRIBUTES)
    assert (faults.unclear, faults.limits, faults.never) == ("", (), "")


@pytest.mark.parametrize("policy", ["[", '{"a": "x"}', '{"a": [[]]}', "{" * 100_000])
def test_what_cannot_be_judged_is_said_in_one_line(policy: str) -> None:
    faults = filter_faults(policy, ATTRIBUTES)
    assert faults.unclear and "\n" not in faults.unclear


def test_so_many_ways_that_nobody_goes_through_them_are_no_fault() -> None:
    sides = [{f"k{number}": [{"exists": False}], "a": ["x"]} for number in range(9)]
    policy = {"a": [{"exists": False}], "$or": [{"$or": sides}, {"$or": sides}]}
    assert filter_faults(json.dumps({"x": policy, "y": policy, "z": policy}), BODY).never == ""


KEYS = st.sampled_from(["a", "b", "a.b"])
CONDITIONS = st.lists(
    st.sampled_from(["x", "y"]) | st.builds(lambda wanted: {"exists": wanted}, st.booleans()), min_size=1, max_size=2
)
RULES = st.dictionaries(KEYS, CONDITIONS, min_size=1, max_size=3)
POLICIES = st.one_of(
    RULES,
    st.builds(lambda rules, sides: {**rules, "$or": sides}, RULES, st.lists(RULES, min_size=2, max_size=3)),
    st.builds(lambda rules, inner: {**rules, "a": inner}, RULES, RULES),
)
VALUES = st.sampled_from(["x", "y", "z"])
BODIES = st.dictionaries(
    KEYS, VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(st.sampled_from("ab"), VALUES), max_size=3
)


@given(POLICIES, st.lists(BODIES, min_size=1, max_size=8))
def test_no_message_gets_through_a_policy_that_is_said_to_let_nothing_through(policy: Any, bodies: list[Any]) -> None:
    for scope in (ATTRIBUTES, BODY):
        try:
            compiled = compile_policy(json.dumps(policy), scope)
        except PolicyFault:
            continue
        if not filter_faults(json.dumps(policy), scope).never:
            continue
        for body in bodies:
            attributes = {name: Attribute("String", value) for name, value in body.items() if isinstance(value, str)}
            assert compiled.judge(Judged(json.dumps(body), attributes)).answer is not Answer.YES
