"""The settings of queues, topics and subscriptions, in words."""

from __future__ import annotations

from sqsview.domain.arn import name_of
from sqsview.domain.filter_words import EVERYTHING, filter_in_words
from sqsview.domain.queue import Encryption, Queue, QueueSettings
from sqsview.domain.topic import Subscription, SubscriptionStatus, TopicSettings
from sqsview.domain.words.figures import count, duration, size

SIGNATURES = {"1": "SHA-1", "2": "SHA-256"}
"""By SignatureVersion (SNS API reference, SetTopicAttributes)."""


def queue_settings(settings: QueueSettings, dead_letter_queue: Queue | None = None) -> list[str]:
    """Put the settings of a queue in a few lines of words; settings that are not known are left out.

    ``dead_letter_queue`` is the queue that the redrive policy names, where it is known, for its count. Names
    are untrusted text.
    """
    lines = [_gives_up(settings, dead_letter_queue)]
    each = [
        f"keeps {duration(settings.retention)}" if settings.retention is not None else "",
        f"hides {duration(settings.visibility_timeout)}" if settings.visibility_timeout is not None else "",
        f"delays {duration(settings.delay)}" if settings.delay else "",
        f"waits up to {duration(settings.receive_wait)}" if settings.receive_wait else "",
        f"up to {size(settings.maximum_message_size)}" if settings.maximum_message_size is not None else "",
        encryption_in_words(settings.encryption, settings.kms_key),
    ]
    lines.append(" · ".join(words for words in each if words))
    fifo = [
        "deduplicates by content" if settings.content_based_deduplication else "",
        "deduplicates within a message group" if settings.deduplication_scope == "messageGroup" else "",
        "high throughput" if settings.fifo_throughput_limit == "perMessageGroupId" else "",
    ]
    lines.append(" · ".join(words for words in fifo if words))
    lines.append(_takes_dead_letters(settings))
    return [line for line in lines if line]


def _gives_up(settings: QueueSettings, dead_letter_queue: Queue | None) -> str:
    target, receives = settings.dead_letter_target, settings.max_receive_count
    if target is None:
        return "never gives up: no dead-letter queue"
    after = f"after {count(receives)} receive{'' if receives == 1 else 's'}" if receives is not None else ""
    counts = dead_letter_queue.counts if dead_letter_queue is not None else None
    held = f" ({count(counts.visible)})" if counts is not None else ""
    return f"gives up {after} → {name_of(target)}{held}".replace("  ", " ")


def _takes_dead_letters(settings: QueueSettings) -> str:
    match settings.redrive_permission:
        case "denyAll":
            return "takes dead letters of no queue"
        case "byQueue":
            names = ", ".join(name_of(arn) for arn in settings.redrive_sources)
            return f"takes dead letters only of {names}" if names else "takes dead letters of no queue"
    return ""


def encryption_in_words(encryption: Encryption, kms_key: str | None) -> str:
    """Name the encryption at rest, with the key where it is one of KMS."""
    if encryption is Encryption.SSE_KMS and kms_key:
        return f"SSE-KMS {_key_name(kms_key)}"
    return "not encrypted" if encryption is Encryption.NONE else str(encryption)


def _key_name(key: str) -> str:
    """Give a key without account and region: ``alias/orders`` or the id."""
    name = key.rpartition(":")[2]
    return name.removeprefix("key/")


def topic_settings(settings: TopicSettings, *, fifo: bool = False) -> list[str]:
    """Put the settings of a topic in a few words each; names are untrusted text."""
    each = [
        "FIFO" if fifo else "standard",
        f"shown as “{settings.display_name}”" if settings.display_name else "",
        "deduplicates by content" if settings.content_based_deduplication else "",
        f"up to {size(settings.maximum_message_size)}" if settings.maximum_message_size is not None else "",
        f"SSE-KMS {_key_name(settings.kms_key)}" if settings.kms_key else "not encrypted",
        f"signs with {SIGNATURES[settings.signature_version]}" if settings.signature_version in SIGNATURES else "",
    ]
    return [words for words in each if words]


def feed_in_words(subscription: Subscription) -> str:
    """Say what a queue gets through a subscription: ``topic, filter: type is order or refund``."""
    if subscription.status is not SubscriptionStatus.CONFIRMED:
        return f"topic, {subscription.status}"
    settings = subscription.settings
    if settings is None:
        return "topic"
    gets = filter_in_words(settings.filter_policy, settings.filter_scope)
    raw = ", raw" if settings.raw_delivery else ""
    return f"topic, {gets}{raw}" if gets == EVERYTHING else f"topic, filter: {gets}{raw}"
