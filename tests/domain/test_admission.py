"""A queue policy is made to admit a topic: what stands in it is kept, and what would not help is not done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.access import Answer, admits
from sqsview.domain.admission import (
    MOST_STATEMENTS,
    AdmissionFault,
    admitting_policy,
    key_statement,
    principal,
    statement,
)
from tests.support.things import admitting, policy, queue_arn, topic_arn

QUEUE, TOPIC = queue_arn("billing"), topic_arn("orders")
READS = {"Sid": "Reads", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sqs:ReceiveMessage",
         "Resource": QUEUE}  # fmt: skip


def merged(before: str | None, queue: str = QUEUE, topic: str = TOPIC) -> dict[str, Any]:
    after = admitting_policy(before, queue, topic)
    assert admits(after, queue, topic).answer is Answer.YES
    parsed = json.loads(after)
    assert isinstance(parsed, dict)
    return parsed


@pytest.mark.parametrize("before", [None, "", " ", "{}"])
def test_a_queue_without_a_policy_gets_the_statement_that_aws_documents(before: str | None) -> None:
    (only,) = merged(before)["Statement"]
    assert only == {
        "Sid": "sqsview-orders",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
    }


def test_a_new_policy_has_the_version_without_which_conditions_are_read_otherwise() -> None:
    assert merged(None)["Version"] == "2012-10-17"


def test_what_stands_there_is_kept_in_its_order() -> None:
    before = json.dumps({"Version": "2008-10-17", "Id": "mine", "Statement": [READS]})
    after = merged(before)
    assert (after["Version"], after["Id"]) == ("2008-10-17", "mine")
    assert after["Statement"][0] == READS
    assert len(after["Statement"]) == 2


def test_a_single_statement_that_stands_outside_of_a_list_is_kept() -> None:
    assert merged(json.dumps({"Statement": READS}))["Statement"][0] == READS


def test_a_policy_that_admits_the_topic_already_is_left_as_it_is_to_the_letter() -> None:
    before = admitting("billing", "orders").replace(", ", " , ")
    assert admitting_policy(before, QUEUE, TOPIC) == before


def test_each_topic_gets_a_statement_of_its_own_and_no_name_twice() -> None:
    first = admitting_policy(None, QUEUE, TOPIC)
    second = admitting_policy(first, QUEUE, topic_arn("refunds.fifo"))
    third = admitting_policy(second, QUEUE, topic_arn("orders", account="210987654321"))
    names = [each["Sid"] for each in json.loads(third)["Statement"]]
    assert names == ["sqsview-orders", "sqsview-refunds-fifo", "sqsview-orders-2"]
    assert all(admits(third, QUEUE, arn).answer is Answer.YES for arn in (TOPIC, topic_arn("refunds.fifo")))


@pytest.mark.parametrize(
    ("queue_region", "topic_region", "partition", "name"),
    [
        ("eu-west-1", "eu-west-1", "aws", "sns.amazonaws.com"),
        ("eu-west-1", "us-east-1", "aws", "sns.amazonaws.com"),
        ("me-south-1", "me-south-1", "aws", "sns.amazonaws.com"),
        ("eu-west-1", "me-south-1", "aws", "sns.me-south-1.amazonaws.com"),
        ("af-south-1", "eu-west-1", "aws", "sns.af-south-1.amazonaws.com"),
        ("cn-north-1", "cn-northwest-1", "aws-cn", "sns.amazonaws.com"),
        ("us-gov-west-1", "us-gov-east-1", "aws-us-gov", "sns.amazonaws.com"),
    ],
)
def test_the_principal_is_that_of_an_opt_in_region_where_its_border_is_crossed(
    queue_region: str, topic_region: str, partition: str, name: str
) -> None:
    queue = f"arn:{partition}:sqs:{queue_region}:123456789012:billing"
    topic = f"arn:{partition}:sns:{topic_region}:123456789012:orders"
    assert principal(queue, topic) == name
    assert merged(None, queue, topic)["Statement"][0]["Resource"] == queue


def test_a_statement_that_denies_is_not_answered_with_one_more_that_allows() -> None:
    deny = {"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    with pytest.raises(AdmissionFault, match=r"denies it \(statement Never\)") as caught:
        admitting_policy(policy(deny), QUEUE, TOPIC)
    assert caught.value.denied


@pytest.mark.parametrize("before", ["[", "[]", '{"Statement": ["x"]}', "null", '"text"'])
def test_a_policy_that_cannot_be_read_is_not_replaced(before: str) -> None:
    with pytest.raises(AdmissionFault, match="cannot be read"):
        admitting_policy(before, QUEUE, TOPIC)


def test_a_policy_that_is_full_is_not_written_over() -> None:
    full = policy(*({**READS, "Sid": f"Reads{number}"} for number in range(MOST_STATEMENTS)))
    with pytest.raises(AdmissionFault, match="20 statements"):
        admitting_policy(full, QUEUE, TOPIC)
    long = policy({**READS, "Sid": "x" * 8_000})
    with pytest.raises(AdmissionFault, match="8,192 bytes"):
        admitting_policy(long, QUEUE, TOPIC)


def test_what_is_no_arn_is_refused() -> None:
    with pytest.raises(AdmissionFault, match="no proper ARN"):
        admitting_policy(None, "billing", TOPIC)
    with pytest.raises(ValueError, match="not an ARN"):
        statement("billing", TOPIC)


def test_a_name_that_no_statement_can_admit_is_not_called_denied() -> None:
    with pytest.raises(AdmissionFault, match="depends on a variable") as caught:
        admitting_policy(None, queue_arn("${aws:username}"), TOPIC)
    assert not caught.value.denied


def test_the_statement_for_a_key_names_what_sns_does_with_it() -> None:
    said = json.loads(key_statement())
    assert said["Principal"] == {"Service": "sns.amazonaws.com"}
    assert said["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Statement", "Sid", "Effect", "Principal", "Action", "x"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_whatever_stands_there_is_kept_or_nothing_is_done(before: Any) -> None:
    text = json.dumps(before)
    try:
        after = admitting_policy(text, QUEUE, TOPIC)
    except AdmissionFault:
        return
    kept = json.loads(after)
    assert {name: value for name, value in kept.items() if name not in ("Statement", "Version")} == {
        name: value for name, value in before.items() if name not in ("Statement", "Version")
    }
    assert admits(after, QUEUE, TOPIC).answer is Answer.YES
