"""Attributes of SQS and SNS said as what they mean."""

import json

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.text import CONTROL
from sqsview.domain.words import attribute_in_words
from sqsview.domain.words.attributes import _MEANINGS
from tests.support.things import admitting, queue_arn, topic_arn

RETRIES = {"minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("VisibilityTimeout", "30", "30 s"),
        ("VisibilityTimeout", "0", "not hidden: visible again at once"),
        ("DelaySeconds", "0", "no delay"),
        ("DelaySeconds", "90", "1 min 30 s"),
        ("ReceiveMessageWaitTimeSeconds", "0", "short polling: does not wait"),
        ("MessageRetentionPeriod", "345600", "4 days"),
        ("KmsDataKeyReusePeriodSeconds", "300", "5 min"),
        ("MaximumMessageSize", "262144", "256 KiB"),
        ("ApproximateNumberOfMessages", "18204", "about 18,204"),
        ("CreatedTimestamp", "1700000000", "2023-11-14 22:13:20 UTC"),
        ("CreatedTimestamp", "1700000000.25", "2023-11-14 22:13:20 UTC"),
        ("FifoQueue", "true", "FIFO"),
        ("ContentBasedDeduplication", "false", "by the id that the sender gives"),
        ("DeduplicationScope", "messageGroup", "within a message group"),
        ("FifoThroughputLimit", "perQueue", "for the whole queue"),
        ("SqsManagedSseEnabled", "true", "encrypted with a key of SQS (SSE-SQS)"),
        (
            "RedrivePolicy",
            json.dumps({"deadLetterTargetArn": queue_arn("d"), "maxReceiveCount": 5}),
            "gives up after 5 receives → d",
        ),
        (
            "RedrivePolicy",
            json.dumps({"deadLetterTargetArn": queue_arn("d"), "maxReceiveCount": "1"}),
            "gives up after 1 receive → d",
        ),
        (
            "RedrivePolicy",
            json.dumps({"deadLetterTargetArn": queue_arn("d")}),
            "what cannot be delivered → d",
        ),
        ("RedriveAllowPolicy", '{"redrivePermission": "denyAll"}', "takes dead letters of no queue"),
        (
            "RedriveAllowPolicy",
            json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn("a")]}),
            "takes dead letters only of a",
        ),
        (
            "Policy",
            admitting("billing", "orders"),
            f"lets sns.amazonaws.com do sqs:SendMessage on billing, when aws:SourceArn is {topic_arn('orders')}",
        ),
        ("TopicArn", topic_arn("orders"), "orders"),
        ("SubscriptionsConfirmed", "12500", "12,500"),
        ("SignatureVersion", "2", "SHA-256"),
        ("TracingConfig", "Active", "traced by X-Ray"),
        ("SQSSuccessFeedbackSampleRate", "10", "10 % of successful deliveries are logged"),
        ("LambdaFailureFeedbackRoleArn", "arn:aws:iam::123456789012:role/logs", "logged by logs"),
        (
            "EffectiveDeliveryPolicy",
            json.dumps({"http": {"defaultHealthyRetryPolicy": RETRIES}}),
            "up to 3 retries, 20 s apart",
        ),
        (
            "DeliveryPolicy",
            json.dumps({"healthyRetryPolicy": {**RETRIES, "maxDelayTarget": 60}}),
            "up to 3 retries, 20 s to 1 min apart",
        ),
        ("ArchivePolicy", '{"MessageRetentionPeriod": "30"}', "kept 30 days for replay"),
        ("FilterPolicy", '{"type": ["order"]}', "type is order"),
        ("FilterPolicyScope", "MessageBody", "on the message body"),
        ("RawMessageDelivery", "true", "raw: the body as it was published"),
        ("PendingConfirmation", "true", "pending: nothing arrives until it is confirmed"),
        ("Enabled", "false", "disabled: nothing is delivered"),
        ("Token", "740f4707bebcf74f", "…f74f"),
        ("DisplayName", "Shop", "Shop"),
        ("SomethingNew", "a\x1bb", "a␛b"),
    ],
)
def test_values(name: str, value: str, said: str) -> None:
    assert attribute_in_words(name, value) == said


@pytest.mark.parametrize("name", sorted(_MEANINGS))
@pytest.mark.parametrize("value", ["", "nonsense", "[]", "{}", "1e999", "nan", '{"http": 5}', "[" * 100_000])
def test_a_value_of_another_shape_is_still_one_line(name: str, value: str) -> None:
    assert CONTROL.search(attribute_in_words(name, value)) is None


@given(st.sampled_from(sorted(_MEANINGS)), st.text() | st.integers().map(str))
def test_any_value_makes_one_safe_line(name: str, value: str) -> None:
    assert CONTROL.search(attribute_in_words(name, value)) is None


def test_every_attribute_of_a_queue_that_is_no_plain_word_has_a_meaning() -> None:
    names = set(botocore.session.get_session().get_service_model("sqs").shape_for("QueueAttributeName").enum)
    assert names - _MEANINGS.keys() == {"All", "KmsMasterKeyId"}
