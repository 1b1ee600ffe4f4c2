"""Access policies said as who may do what and when."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.text import CONTROL
from sqsview.domain.words import policy_in_words
from tests.support.things import admitting, policy, queue_arn, topic_arn


def said(**statement: Any) -> str:
    (line,) = policy_in_words(policy({"Effect": "Allow", "Principal": "*", "Action": "*", **statement}))
    return line


def test_the_documented_policy_of_a_subscription() -> None:
    assert policy_in_words(admitting("billing", "orders"), queue_arn("billing")) == [
        f"lets sns.amazonaws.com do sqs:SendMessage, when aws:SourceArn is {topic_arn('orders')}"
    ]


def test_a_statement_about_something_else_names_it() -> None:
    line = policy_in_words(admitting("billing", "orders"), queue_arn("other"))[0]
    assert "do sqs:SendMessage on billing, when" in line


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ({}, "lets everybody do anything"),
        ({"Effect": "Deny"}, "forbids everybody to do anything"),
        ({"Principal": {"AWS": ["123456789012", "*"]}}, "lets account 123456789012, everybody do anything"),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, "lets account 123456789012 do anything"),
        (
            {"Principal": {"AWS": "arn:aws:iam::123456789012:role/clerk"}},
            "lets role/clerk of account 123456789012 do anything",
        ),
        ({"Action": ["sqs:SendMessage", "sqs:Get*"]}, "lets everybody do sqs:SendMessage, sqs:Get*"),
        ({"Resource": "arn:aws:sqs:*:*:b*"}, "lets everybody do anything on arn:aws:sqs:*:*:b*"),
        ({"NotResource": queue_arn("b")}, "lets everybody do anything on anything but b"),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            "lets everybody do anything, when aws:SecureTransport is false",
        ),
        (
            {"Condition": {"ArnLike": {"aws:SourceArn": ["arn:*:a", "b"]}, "Null": {"aws:X": "true"}}},
            "lets everybody do anything, when aws:SourceArn is like arn:*:a or b and aws:X is absent",
        ),
        (
            {"Condition": {"ForAnyValue:StringNotLikeIfExists": {"aws:X": ["a*", "b"]}}},
            "lets everybody do anything, when any aws:X is not like a* nor b (if there is one)",
        ),
        (
            {"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}},
            "lets everybody do anything, when aws:MultiFactorAuthAge < 3600",
        ),
    ],
)
def test_statements(statement: dict[str, Any], line: str) -> None:
    assert said(**statement) == line


def test_everybody_but() -> None:
    deny = {
        "Effect": "Deny",
        "NotPrincipal": {"Service": "sns.amazonaws.com"},
        "NotAction": "sqs:GetQueueUrl",
    }
    assert policy_in_words(policy(deny)) == [
        "forbids everybody but sns.amazonaws.com to do anything but sqs:GetQueueUrl"
    ]


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Maybe"},
        {"Principal": 5},
        {"Action": [5]},
        {"Condition": {"SoundsLike": {"aws:X": "a"}}},
        {"Condition": {"StringEquals": {"aws:X": []}}},
        {"Surprise": True},
    ],
)
def test_what_has_no_words_is_shown_whole(statement: dict[str, Any]) -> None:
    """A part that is left out would make it say something else."""
    whole = {"Effect": "Allow", "Principal": "*", "Action": "*", **statement}
    assert json.loads(said(**statement)) == whole


def test_no_policy_and_a_broken_one() -> None:
    assert policy_in_words(None) == policy_in_words("") == policy_in_words("{}")
    assert policy_in_words("{\x1b") == ["a policy that cannot be read: {␛"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["Allow", "Deny", "*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
STATEMENTS = st.dictionaries(
    st.sampled_from(["Effect", "Principal", "NotPrincipal", "Action", "Resource", "Condition"]) | st.text(),
    JSON,
)


@given(st.lists(STATEMENTS, max_size=3).map(lambda found: json.dumps({"Statement": found})) | st.text())
def test_any_policy_makes_safe_lines(text: str) -> None:
    lines = policy_in_words(text)
    assert lines
    assert all(line and CONTROL.search(line) is None for line in lines)
