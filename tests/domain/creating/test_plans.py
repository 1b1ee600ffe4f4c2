"""What typed values come to: attributes by AWS's names, calls, and the faults that AWS would find."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sqsview.domain.changes import AdmitTopic, Subscribe
from sqsview.domain.creating import queues, topics
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.subscriptions import SubscriptionPlan, subscription_plan
from sqsview.domain.creating.values import Plan
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.topic import Topic
from tests.support.things import ACCOUNT, HERE, admitting, queue, queue_arn, subscription, topic

FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:mailer"
STREAM = f"arn:aws:firehose:eu-west-1:{ACCOUNT}:deliverystream/archive"
DEVICE = f"arn:aws:sns:eu-west-1:{ACCOUNT}:endpoint/APNS/shop/1"


def place(*things: Queue | Topic, complete: bool = True) -> Place:
    return Place(
        Snapshot(
            context=HERE,
            queues={each.key: each for each in things if isinstance(each, Queue)},
            topics={each.key: each for each in things if isinstance(each, Topic)},
            all_queues=complete,
        )
    )


def faults(plan: Plan) -> list[str]:
    return [each.line for each in plan.faults]


# -- queues


def test_what_is_left_empty_is_left_to_sqs() -> None:
    assert queues.queue_plan({}, place(), name="orders") == Plan({}, {})
    assert queues.queue_plan({}, place(), name="orders.fifo").attributes == {"FifoQueue": "true"}


def test_every_setting_of_a_queue_becomes_its_attribute() -> None:
    values = {
        "visibility_timeout": "2 min", "retention": "14 days", "delay": "5", "receive_wait": "20 s",
        "maximum_message_size": "64 KiB", "content_based_deduplication": "yes", "deduplication_scope": "messageGroup",
        "fifo_throughput_limit": "perMessageGroupId", "dead_letter_queue": "dead.fifo", "max_receive_count": "3",
        "encryption": "alias/shop", "tags": "team=shop", "redrive_allow": "denyAll", "kms_reuse": "1 h",
    }  # fmt: skip
    plan = queues.queue_plan(values, place(queue("dead.fifo")), name="orders.fifo")
    assert plan.faults == ()
    redrive = json.loads(plan.attributes["RedrivePolicy"])
    assert redrive == {"deadLetterTargetArn": queue_arn("dead.fifo"), "maxReceiveCount": 3}
    assert {name: value for name, value in plan.attributes.items() if name != "RedrivePolicy"} == {
        "VisibilityTimeout": "120", "MessageRetentionPeriod": "1209600", "DelaySeconds": "5",
        "ReceiveMessageWaitTimeSeconds": "20", "MaximumMessageSize": "65536", "ContentBasedDeduplication": "true",
        "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId", "FifoQueue": "true",
        "KmsMasterKeyId": "alias/shop", "KmsDataKeyReusePeriodSeconds": "3600",
        "RedriveAllowPolicy": '{"redrivePermission": "denyAll"}',
    }  # fmt: skip
    assert plan.tags == {"team": "shop"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"visibility_timeout": "13 h"}, 'visibility_timeout: "13 h" is out of bounds: from 0 s to 12 h'),
        ({"content_based_deduplication": "yes"}, "content_based_deduplication: only what is FIFO has it"),
        ({"max_receive_count": "5"}, "max_receive_count is only for a queue with a dead-letter queue"),
        ({"dead_letter_queue": "nowhere"}, "dead_letter_queue: there is no queue nowhere here"),
        ({"dead_letter_queue": "dead.fifo"}, "dead_letter_queue: dead.fifo is FIFO, the queue is standard"),
        ({"dead_letter_queue": queue_arn("dead", account="999999999999")}, "in the same account and region"),
        ({"dead_letter_queue": "dead", "max_receive_count": "0"}, "a whole number from 1 to 1,000"),
        ({"dead_letter_queue": "orders"}, "a queue cannot be its own dead-letter queue"),
        ({"encryption": "a key"}, "encryption: "),
        ({"tags": "team"}, "tags: team is no tag"),
        ({"policy": "{}"}, "policy: it is no access policy"),
    ],
)
def test_what_sqs_would_refuse_is_said_at_its_setting(values: dict[str, str], said: str) -> None:
    plan = queues.queue_plan(values, place(queue("dead"), queue("dead.fifo"), queue("orders")), name="orders")
    assert len(plan.faults) == 1 and said in faults(plan)[0]


def test_high_throughput_wants_its_scope() -> None:
    plan = queues.queue_plan({"fifo_throughput_limit": "perMessageGroupId"}, place(), name="orders.fifo")
    assert faults(plan) == ["fifo_throughput_limit: perMessageGroupId wants deduplication_scope to be messageGroup"]


def test_a_queue_that_is_not_listed_may_be_a_dead_letter_queue_where_not_all_are() -> None:
    plan = queues.queue_plan({"dead_letter_queue": "dead"}, place(complete=False), name="orders")
    assert json.loads(plan.attributes["RedrivePolicy"])["maxReceiveCount"] == 10 and not plan.faults


def test_what_is_allowed_and_unwise_is_noted() -> None:
    dead = queue("dead", retention=345_600)
    plan = queues.queue_plan({"dead_letter_queue": "dead", "max_receive_count": "1"}, place(dead), name="orders")
    assert [note.split(":")[0] for note in plan.notes] == [
        "given up after 1 receive", "the dead-letter queue keeps messages no longer than the queue",
    ]  # fmt: skip


def test_a_queue_name_has_rules_and_is_free() -> None:
    here = place(queue("orders"))
    assert queues.queue_name_fault("new-queue_1.fifo", here) == ""
    assert queues.queue_name_fault("", here) == "name the queue"
    assert queues.queue_name_fault("orders", here) == "there is a queue orders already"
    for wrong in ("a b", "a.b", "ü", ".fifo", "x" * 81, "x" * 76 + ".fifo"):
        assert "is no name: up to 80 letters" in queues.queue_name_fault(wrong, here)


# -- topics


def test_every_setting_of_a_topic_becomes_its_attribute() -> None:
    values = {
        "display_name": "Orders", "kms_key": "alias/shop", "signature_version": "2", "tracing": "active",
        "content_based_deduplication": "yes", "fifo_throughput_scope": "topic", "maximum_message_size": "1 MiB",
        "tags": "a=b",
    }  # fmt: skip
    plan = topics.topic_plan(values, name="orders.fifo")
    assert (plan.attributes, plan.tags, plan.faults) == (
        {
            "DisplayName": "Orders", "KmsMasterKeyId": "alias/shop", "SignatureVersion": "2",
            "TracingConfig": "Active", "ContentBasedDeduplication": "true", "FifoThroughputScope": "Topic",
            "MaximumMessageSize": "1048576", "FifoTopic": "true",
        },
        {"a": "b"},
        (),
    )  # fmt: skip


def test_a_topic_that_is_there_keeps_a_policy_and_loses_what_is_emptied() -> None:
    emptied = topics.topic_plan({"display_name": "", "kms_key": "", "policy": " "}, name="orders", changes=True)
    assert emptied.attributes == {"DisplayName": "", "KmsMasterKeyId": ""}
    assert faults(emptied) == ["policy: a topic always has a policy: it cannot be empty"]


def test_a_topic_name_has_rules_and_is_free() -> None:
    here = place(topic("orders"))
    assert topics.topic_name_fault("x" * 256, here) == ""
    assert topics.topic_name_fault("orders", here) == "there is a topic orders already"
    assert "up to 256 letters" in topics.topic_name_fault("x" * 257, here)


# -- subscriptions


def subscribing(to: Topic, *things: Queue, **values: str) -> SubscriptionPlan:
    return subscription_plan(values, to, place(to, *things))


@pytest.mark.parametrize(
    ("protocol", "endpoint", "taken"),
    [
        ("https", "https://example.com/hook?x=1", None),
        ("http", "http://localhost:8080/", None),
        ("email", "ann@example.com", None),
        ("email-json", "ann@example.com", None),
        ("sms", "+49 151 1234-5678", "+4915112345678"),
        ("lambda", FUNCTION, None),
        ("application", DEVICE, None),
        ("SQS", queue_arn("billing"), None),
        ("sqs", "billing", queue_arn("billing")),
    ],
)
def test_each_protocol_takes_its_endpoints(protocol: str, endpoint: str, taken: str | None) -> None:
    billing = queue("billing", policy=admitting("billing", "orders"))
    found = subscribing(topic("orders"), billing, protocol=protocol, endpoint=endpoint)
    assert found.plan.faults == ()
    assert found.changes == (Subscribe(topic("orders").arn, protocol.lower(), taken or endpoint, {}),)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"protocol": "ftp", "endpoint": "x"}, "protocol: it is one of sqs, https"),
        ({"protocol": "sqs"}, "endpoint: say where to: a queue's name or ARN"),
        ({"protocol": "sqs", "endpoint": "nowhere"}, "endpoint: there is no queue nowhere here"),
        ({"protocol": "sqs", "endpoint": "strict.fifo"}, "a standard topic does not deliver to a FIFO queue"),
        ({"protocol": "https", "endpoint": "http://example.com"}, "is not https://"),
        ({"protocol": "http", "endpoint": "http://[::1"}, "is not http://"),
        ({"protocol": "email", "endpoint": "ann"}, "is not an address"),
        ({"protocol": "sms", "endpoint": "0151 1234"}, "is not a number such as"),
        ({"protocol": "lambda", "endpoint": STREAM}, "is not the ARN of a function"),
        ({"protocol": "firehose", "endpoint": STREAM}, "role: Firehose needs the ARN of a role"),
        ({"protocol": "application", "endpoint": topic("orders").arn}, "is not the ARN of a device"),
        ({"protocol": "email", "endpoint": "a@b.cd", "raw_delivery": "yes"}, "email does not deliver raw"),
        ({"protocol": "email", "endpoint": "a@b.cd", "filter_policy": "{"}, "filter_policy: failed to parse JSON"),
        ({"protocol": "email", "endpoint": "a@b.cd", "dead_letter_queue": "strict.fifo"}, "the topic is standard"),
        ({"protocol": "email", "endpoint": "old@example.com"}, "it is subscribed to this topic already"),
    ],
)
def test_what_sns_would_refuse_of_a_subscription_is_said_and_no_call_is_left(values: dict[str, str], said: str) -> None:
    orders = topic("orders", subscription("orders", "old@example.com", "email"))
    found = subscribing(orders, queue("strict.fifo"), **values)
    assert found.changes == () and said in faults(found.plan)[0], faults(found.plan)


def test_a_fifo_topic_delivers_to_queues() -> None:
    found = subscribing(topic("orders.fifo"), protocol="email", endpoint="a@b.cd")
    assert faults(found.plan) == ["endpoint: a FIFO topic does not deliver by email: subscribe a queue"]
    plain = subscribing(topic("orders.fifo"), queue("plain"), protocol="sqs", endpoint="plain")
    assert "without their order and groups" in " ".join(plain.plan.notes) and plain.changes


def test_the_queue_admits_the_topic_before_it_is_subscribed() -> None:
    billing = queue("billing")
    found = subscribing(topic("orders"), billing, protocol="sqs", endpoint="billing")
    assert [type(each) for each in found.changes] == [AdmitTopic, Subscribe]
    declined = subscribing(topic("orders"), billing, protocol="sqs", endpoint="billing", admit="no")
    assert [type(each) for each in declined.changes] == [Subscribe]
    assert "nothing would arrive, for the queue's policy does not admit the topic" in declined.plan.notes


def test_a_policy_that_denies_the_topic_is_not_touched_and_said() -> None:
    deny: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": queue_arn("billing")}
    billing = queue("billing", policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    found = subscribing(topic("orders"), billing, protocol="sqs", endpoint="billing")
    assert [type(each) for each in found.changes] == [Subscribe]
    assert "cannot be made to admit the topic" in found.plan.notes[0]


def test_the_queue_of_another_account_is_only_subscribed() -> None:
    there = queue_arn("billing", account="999999999999")
    found = subscribing(topic("orders"), protocol="sqs", endpoint=there)
    assert [type(each) for each in found.changes] == [Subscribe]
    assert "is not known here" in found.plan.notes[0]


def test_keys_of_kms_are_told_with_the_statement_that_they_need() -> None:
    managed = queue("managed", kms_key="alias/aws/sqs", policy=admitting("managed", "orders"))
    own = queue("own", kms_key="alias/shop", policy=admitting("own", "orders"))
    notes = subscribing(topic("orders"), managed, protocol="sqs", endpoint="managed").plan.notes
    assert "which SNS cannot use" in notes[0]
    notes = subscribing(topic("orders"), own, protocol="sqs", endpoint="own").plan.notes
    assert "kms:GenerateDataKey" in notes[0]


def test_filter_scope_raw_and_failures_become_attributes() -> None:
    queues_ = queue("billing", policy=admitting("billing", "orders")), queue("lost", policy=admitting("lost", "orders"))
    found = subscribing(
        topic("orders"), *queues_, protocol="sqs", endpoint="billing", filter_policy='{ "a": {"b": [1]} }',
        filter_scope="body", raw_delivery="yes", dead_letter_queue="lost",
    )  # fmt: skip
    (call,) = found.changes
    assert isinstance(call, Subscribe)
    assert call.attributes == {
        "FilterPolicy": '{"a":{"b":[1]}}', "FilterPolicyScope": "MessageBody", "RawMessageDelivery": "true",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn("lost")}),
    }  # fmt: skip
