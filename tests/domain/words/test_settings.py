"""Settings said as what they do."""

from sqsview.domain.queue import Encryption, QueueSettings
from sqsview.domain.topic import PENDING_LITERAL, TopicSettings
from sqsview.domain.words import feed_in_words, queue_settings, topic_settings
from tests.support.things import queue, queue_arn, subscription

ARN = queue_arn("orders-billing")


def test_a_queue_as_in_its_settings() -> None:
    settings = QueueSettings(
        ARN,
        visibility_timeout=30,
        retention=345_600,
        delay=0,
        receive_wait=0,
        maximum_message_size=1_048_576,
        dead_letter_target=queue_arn("orders-billing-dlq"),
        max_receive_count=5,
        encryption=Encryption.SSE_SQS,
    )
    assert queue_settings(settings) == [
        "gives up after 5 receives → orders-billing-dlq",
        "keeps 4 days · hides 30 s · up to 1 MiB · SSE-SQS",
    ]
    assert queue_settings(settings, queue("orders-billing-dlq", 57))[0] == (
        "gives up after 5 receives → orders-billing-dlq (57)"
    )


def test_what_is_out_of_the_ordinary_is_said() -> None:
    settings = QueueSettings(
        ARN,
        delay=5,
        receive_wait=20,
        content_based_deduplication=True,
        deduplication_scope="messageGroup",
        fifo_throughput_limit="perMessageGroupId",
        encryption=Encryption.SSE_KMS,
        kms_key="arn:aws:kms:eu-west-1:123456789012:key/0f-1e",
        redrive_permission="byQueue",
        redrive_sources=(queue_arn("a"), queue_arn("b")),
    )
    assert queue_settings(settings) == [
        "never gives up: no dead-letter queue",
        "delays 5 s · waits up to 20 s · SSE-KMS 0f-1e",
        "deduplicates by content · deduplicates within a message group · high throughput",
        "takes dead letters only of a, b",
    ]


def test_settings_that_are_not_known_are_left_out() -> None:
    assert queue_settings(QueueSettings(ARN)) == ["never gives up: no dead-letter queue", "not encrypted"]


def test_one_receive_is_singular_and_an_unknown_number_is_none() -> None:
    target = queue_arn("d")
    assert queue_settings(QueueSettings(ARN, dead_letter_target=target, max_receive_count=1))[0] == (
        "gives up after 1 receive → d"
    )
    assert queue_settings(QueueSettings(ARN, dead_letter_target=target))[0] == "gives up → d"


def test_a_dead_letter_queue_may_take_none() -> None:
    assert queue_settings(QueueSettings(ARN, redrive_permission="denyAll"))[-1] == "takes dead letters of no queue"


def test_a_topic_as_in_its_settings() -> None:
    assert topic_settings(TopicSettings()) == ["standard", "not encrypted"]
    settings = TopicSettings(
        display_name="Shop",
        kms_key="alias/shop",
        signature_version="2",
        maximum_message_size=262_144,
        content_based_deduplication=True,
    )
    assert topic_settings(settings, fifo=True) == [
        "FIFO",
        "shown as “Shop”",
        "deduplicates by content",
        "up to 256 KiB",
        "SSE-KMS alias/shop",
        "signs with SHA-256",
    ]


def test_a_feed_says_what_gets_through() -> None:
    filtered = subscription("orders", ARN, filter_policy='{"type": ["order", "refund"]}')
    assert feed_in_words(filtered) == "topic, filter: type is order or refund"
    assert feed_in_words(subscription("orders", ARN, raw_delivery=True)) == "topic, everything, raw"
    assert feed_in_words(subscription("orders", ARN, unread=True)) == "topic"
    assert feed_in_words(subscription("orders", ARN, arn=PENDING_LITERAL, unread=True)) == "topic, pending"
