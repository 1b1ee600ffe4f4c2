"""Answers are parsed at the border: servers differ, and junk is an error of the server, never a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.aws import parse
from sqsview.domain.queue import Counts, Encryption, QueueReading, QueueRef
from sqsview.domain.topic import DELETED_LITERAL, PENDING_LITERAL
from sqsview.errors import ServerFault

QUEUE = QueueRef("arn:aws:sqs:eu-west-1:123456789012:orders", "https://sqs/123456789012/orders", "orders")
TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"


def _queue(**attributes: object) -> QueueReading:
    return parse.queue_reading({"Attributes": {"QueueArn": QUEUE.arn, **attributes}}, QUEUE)


def test_a_queue_has_its_settings_and_counts() -> None:
    reading = _queue(
        ApproximateNumberOfMessages="12",
        ApproximateNumberOfMessagesNotVisible="3",
        ApproximateNumberOfMessagesDelayed="0",
        VisibilityTimeout="30",
        MessageRetentionPeriod="345600",
        DelaySeconds="5",
        ReceiveMessageWaitTimeSeconds="20",
        MaximumMessageSize="1048576",
        CreatedTimestamp="1700000000",
        LastModifiedTimestamp="1700000100",
        ContentBasedDeduplication="true",
        DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId",
        KmsMasterKeyId="alias/aws/sqs",
        Policy='{"Version":"2012-10-17"}',
    )
    settings = reading.settings
    assert reading.counts == Counts(visible=12, in_flight=3, delayed=0)
    assert (settings.visibility_timeout, settings.retention, settings.delay) == (30, 345600, 5)
    assert (settings.receive_wait, settings.maximum_message_size) == (20, 1048576)
    assert (settings.created, settings.modified) == (1700000000.0, 1700000100.0)
    assert settings.content_based_deduplication
    assert (settings.deduplication_scope, settings.fifo_throughput_limit) == (
        "messageGroup",
        "perMessageGroupId",
    )
    assert (settings.encryption, settings.kms_key) == (Encryption.SSE_KMS, "alias/aws/sqs")
    assert settings.policy == '{"Version":"2012-10-17"}'
    assert reading.raw["VisibilityTimeout"] == "30"


def test_a_count_that_is_absent_or_broken_is_unknown_and_never_zero() -> None:
    assert _queue().counts == Counts(None, None, None)
    assert _queue(ApproximateNumberOfMessages="many").counts.visible is None
    assert _queue(ApproximateNumberOfMessages="-1").counts.visible is None
    assert _queue(ApproximateNumberOfMessages="inf").counts.visible is None


def test_an_answer_without_attributes_is_a_fault_for_botocore_makes_one_of_a_truncated_answer() -> None:
    answers: tuple[object, ...] = ({}, {"Attributes": {}}, {"ResponseMetadata": {"HTTPStatusCode": 200}})
    for answer in answers:
        with pytest.raises(ServerFault) as fault:
            parse.queue_reading(answer, QUEUE)
        assert fault.value.problem.thing == "orders"


def test_dates_may_be_fractions() -> None:
    assert _queue(CreatedTimestamp="1700000000.25").settings.created == 1700000000.25


@pytest.mark.parametrize("count", [5, "5", 5.0])
def test_the_receive_count_may_be_a_number_or_a_string(count: object) -> None:
    policy = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:1:dead", "maxReceiveCount": count})
    settings = _queue(RedrivePolicy=policy).settings
    assert (settings.dead_letter_target, settings.max_receive_count) == ("arn:aws:sqs:eu-west-1:1:dead", 5)


@pytest.mark.parametrize("policy", ["{", "", "[]", "null", '"x"', '{"deadLetterTargetArn": 7}', "[" * 100_000])
def test_a_broken_redrive_policy_is_none_and_no_crash(policy: str) -> None:
    reading = _queue(RedrivePolicy=policy)
    assert (reading.settings.dead_letter_target, reading.settings.max_receive_count) == (None, None)
    assert reading.raw["RedrivePolicy"] == policy


def test_a_redrive_allow_policy_names_its_sources() -> None:
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": ["arn:a", 7, "arn:b"]}
    settings = _queue(RedriveAllowPolicy=json.dumps(allow)).settings
    assert (settings.redrive_permission, settings.redrive_sources) == ("byQueue", ("arn:a", "arn:b"))


@pytest.mark.parametrize(
    ("attributes", "encryption"),
    [
        ({}, Encryption.NONE),
        ({"SqsManagedSseEnabled": "false"}, Encryption.NONE),
        ({"SqsManagedSseEnabled": "true"}, Encryption.SSE_SQS),
        ({"KmsMasterKeyId": "k", "SqsManagedSseEnabled": "false"}, Encryption.SSE_KMS),
    ],
)
def test_encryption_is_told_by_two_attributes(attributes: dict[str, object], encryption: Encryption) -> None:
    assert _queue(**attributes).settings.encryption is encryption


@pytest.mark.parametrize(
    ("url", "arn"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/a", "arn:aws:sqs:eu-west-1:123456789012:a"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/a", "arn:aws:sqs:eu-west-1:123456789012:a"),
        ("http://localhost:4566/000000000000/a.fifo", "arn:aws:sqs:eu-west-1:000000000000:a.fifo"),
        ("http://localhost:9324/queue/a", "arn:aws:sqs:eu-west-1:999999999999:a"),
    ],
)
def test_a_queue_s_identity_comes_from_the_path_of_its_url(url: str, arn: str) -> None:
    queue = parse.queue_ref(url, partition="aws", region="eu-west-1", account="999999999999")
    assert (queue.arn, queue.url) == (arn, url)
    assert queue.fifo == url.endswith(".fifo")


def test_a_listed_subscription_keeps_the_literal_in_place_of_its_arn() -> None:
    listed = [
        {"SubscriptionArn": literal, "TopicArn": TOPIC, "Protocol": "email", "Endpoint": "a@example.com"}
        for literal in (PENDING_LITERAL, DELETED_LITERAL)
    ]
    refs = parse.subscription_refs({"Subscriptions": listed})
    assert [ref.arn for ref in refs] == [PENDING_LITERAL, DELETED_LITERAL]
    assert not any(ref.readable for ref in refs)


def test_a_subscription_has_its_filter_and_its_dead_letter_queue() -> None:
    answer = {
        "Attributes": {
            "FilterPolicy": '{"kind":["a"]}',
            "FilterPolicyScope": "MessageBody",
            "RawMessageDelivery": "true",
            "PendingConfirmation": "false",
            "RedrivePolicy": '{"deadLetterTargetArn":"arn:dead"}',
        }
    }
    settings = parse.subscription_reading(answer, "arn:sub").settings
    assert (settings.filter_policy, settings.filter_scope) == ('{"kind":["a"]}', "MessageBody")
    assert (settings.raw_delivery, settings.pending, settings.dead_letter_target) == (True, False, "arn:dead")


def test_a_topic_has_its_counters_or_none() -> None:
    answer = {"Attributes": {"TopicArn": TOPIC, "SubscriptionsConfirmed": "4", "SubscriptionsPending": "0"}}
    settings = parse.topic_reading(answer, TOPIC).settings
    assert (settings.confirmed, settings.pending, settings.deleted) == (4, 0, None)


def test_tags_come_as_a_mapping_from_sqs_and_as_pairs_from_sns() -> None:
    assert parse.tags({"Tags": {"team": "shop"}}) == {"team": "shop"}
    assert parse.tags({"Tags": [{"Key": "team", "Value": "shop"}]}) == {"team": "shop"}
    assert parse.tags({}) == {}


def test_push_applications_and_devices_have_what_the_screens_need() -> None:
    application = "arn:aws:sns:eu-west-1:123456789012:app/APNS/shop"
    listed = {"PlatformApplicationArn": application, "Attributes": {"Enabled": "true"}}
    (found,) = parse.platform_applications({"PlatformApplications": [listed]})
    assert (found.name, found.platform, found.enabled) == ("shop", "APNS", True)
    device = {"EndpointArn": f"{application}/1", "Attributes": {"Enabled": "false", "Token": "t"}}
    (endpoint,) = parse.platform_endpoints({"Endpoints": [device]})
    assert (endpoint.enabled, endpoint.token, endpoint.user_data) == (False, "t", "")


def test_of_a_metric_the_newest_value_counts_and_an_empty_series_is_absent() -> None:
    times = [datetime(2026, 1, 1, 12, minute, tzinfo=UTC) for minute in (1, 3, 2)]
    results: list[dict[str, object]] = [
        {"Id": "q0", "Timestamps": times, "Values": [5.0, 7.0, 9.0]},
        {"Id": "q1", "Timestamps": [], "Values": []},
    ]
    assert parse.newest_values({"MetricDataResults": results}) == {"q0": 7.0}


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
_ATTRIBUTE_NAMES = st.sampled_from(
    [
        "QueueArn",
        "RedrivePolicy",
        "RedriveAllowPolicy",
        "CreatedTimestamp",
        "ApproximateNumberOfMessages",
        "FilterPolicyScope",
        "PendingConfirmation",
        "SubscriptionsConfirmed",
        "KmsMasterKeyId",
        "Enabled",
    ]
)
_ITEM_KEYS = st.sampled_from(
    [
        "TopicArn",
        "SubscriptionArn",
        "Protocol",
        "PlatformApplicationArn",
        "EndpointArn",
        "Attributes",
        "Id",
        "Values",
        "Key",
        "Value",
    ]
)
_TOP_KEYS = st.sampled_from(
    [
        "Attributes",
        "Topics",
        "Subscriptions",
        "PlatformApplications",
        "Endpoints",
        "Tags",
        "MetricDataResults",
        "Account",
    ]
)
_ATTRIBUTES = st.dictionaries(_ATTRIBUTE_NAMES | st.text(max_size=5), _JUNK | st.text(), max_size=5)
_ITEMS = st.lists(st.dictionaries(_ITEM_KEYS, _JUNK | _ATTRIBUTES, max_size=5) | _JUNK, max_size=4)
_ANSWERS = st.dictionaries(_TOP_KEYS, _ATTRIBUTES | _ITEMS | _JUNK, max_size=4) | _JUNK

_PARSERS: dict[str, Callable[[object], Any]] = {
    "queue_ref": lambda answer: parse.queue_ref(answer, partition="aws", region="r", account="1"),
    "queue_reading": lambda answer: parse.queue_reading(answer, QUEUE),
    "topic_reading": lambda answer: parse.topic_reading(answer, TOPIC),
    "topic_arns": parse.topic_arns,
    "subscription_refs": lambda answer: [ref.key for ref in parse.subscription_refs(answer)],
    "subscription_reading": lambda answer: parse.subscription_reading(answer, "arn:sub"),
    "platform_applications": lambda answer: [
        (found.name, found.platform) for found in parse.platform_applications(answer)
    ],
    "platform_endpoints": lambda answer: [found.masked_token for found in parse.platform_endpoints(answer)],
    "tags": parse.tags,
    "account": parse.account,
    "newest_values": parse.newest_values,
}


@pytest.mark.parametrize("name", _PARSERS)
@given(answer=_ANSWERS)
def test_whatever_a_server_sends_is_parsed_or_its_fault(name: str, answer: object) -> None:
    try:
        _PARSERS[name](answer)
    except ServerFault as fault:
        assert "\n" not in str(fault)


@given(value=_JUNK)
def test_an_integer_is_a_whole_number_from_zero_up_or_none(value: object) -> None:
    found = parse.integer(value)
    assert found is None or (isinstance(found, int) and found >= 0)


@pytest.mark.parametrize("text", [10**12 + 1, str(10**13), "1e300"])
def test_a_number_beyond_all_reason_is_unknown(text: object) -> None:
    assert parse.integer(text) is None
    assert parse.integer(10**12) == 10**12


@pytest.mark.parametrize(
    ("text", "enabled"), [("True", True), ("FALSE", False), ("yes", None), ("1", None), ("", None)]
)
def test_a_switch_is_true_or_false_or_unknown(text: str, enabled: bool | None) -> None:
    application = "arn:aws:sns:eu-west-1:123456789012:app/APNS/shop"
    listed = {"PlatformApplicationArn": application, "Attributes": {"Enabled": text}}
    assert parse.platform_applications({"PlatformApplications": [listed]})[0].enabled is enabled
    device = {"EndpointArn": f"{application}/1", "Attributes": {"Enabled": text}}
    assert parse.platform_endpoints({"Endpoints": [device]})[0].enabled is enabled


@pytest.mark.parametrize(
    ("policy", "limited"),
    [
        (None, False),
        ("", False),
        ("{}", False),
        ('{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dlq", "maxReceiveCount": "5"}', True),
        ('{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dlq", "maxReceiveCount": "many"}', True),
        ('{"maxReceiveCount": 3}', True),
        ("not JSON", True),
    ],
)
def test_a_redrive_policy_limits_receives_also_where_it_cannot_be_read(policy: str | None, limited: bool) -> None:
    raw = {"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:orders"} | (
        {} if policy is None else {"RedrivePolicy": policy}
    )
    queue = QueueRef(raw["QueueArn"], "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "orders")
    assert parse.queue_reading({"Attributes": raw}, queue).settings.limited is limited
