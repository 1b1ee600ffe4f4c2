"""For a filter policy a message is found that it lets through, or none."""

from __future__ import annotations

import json

import pytest

from sqsview.domain.access import Answer
from sqsview.domain.fan_out.sample import sample
from sqsview.domain.filter_policy import ATTRIBUTES, BODY, Judged, compile_policy

POLICIES = [
    {"type": ["order", "refund"]},
    {"total": [{"numeric": [">=", 500]}]},
    {"total": [{"numeric": [">", 0, "<", 1]}], "type": [{"prefix": "or"}]},
    {"type": [{"anything-but": ["order", "sqsview"]}]},
    {"type": [{"anything-but": {"prefix": "sqs"}}]},
    {"total": [{"anything-but": [1, 2]}]},
    {"type": [{"exists": True}], "gone": [{"exists": False}]},
    {"name": [{"suffix": ".com"}], "other": [{"equals-ignore-case": "Yes"}]},
    {"name": [{"wildcard": "*ball*"}]},
    {"address": [{"cidr": "10.0.0.0/24"}]},
    {"$or": [{"a": [{"exists": False}], "b": [1]}, {"c": ["x"]}]},
    {"flag": [True]},
]


@pytest.mark.parametrize("scope", [ATTRIBUTES, BODY])
@pytest.mark.parametrize("policy", POLICIES, ids=json.dumps)
def test_a_message_is_made_that_gets_through(policy: dict[str, object], scope: str) -> None:
    text = json.dumps(policy)
    message = sample(text, scope)
    assert message is not None
    assert compile_policy(text, scope).judge(Judged(message.body, message.attributes)).answer is Answer.YES


def test_a_nested_filter_on_the_body_gets_a_nested_body() -> None:
    message = sample('{"order": {"lines": {"sku": ["a"]}}}', BODY)
    assert message is not None
    assert json.loads(message.body)["order"] == {"lines": {"sku": "a"}}


@pytest.mark.parametrize("none", [None, "", "{}"])
def test_without_a_filter_any_message_will_do(none: str | None) -> None:
    message = sample(none, ATTRIBUTES)
    assert message is not None
    assert not message.attributes


def test_for_a_filter_that_lets_nothing_through_there_is_none() -> None:
    assert sample('{"a": [{"numeric": ["=", 1]}], "$or": [{"a": ["x"]}, {"a": ["y"]}]}', ATTRIBUTES) is None
    assert sample("not json", ATTRIBUTES) is None
