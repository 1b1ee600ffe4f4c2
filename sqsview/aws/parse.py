"""Answers of the servers, parsed into domain values at the border; all of it is untrusted until here.

Servers differ: dates come as ``1700000000`` or ``1700000000.5``, ``maxReceiveCount`` as a number or a string,
and what is not set may be absent. What is missing or cannot be read becomes None, never 0; only an answer
without the thing itself is an error.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqsview.aws.errors import unreadable
from sqsview.domain.arn import Arn, account_in_url, is_arn, name_of
from sqsview.domain.push import SECRET_ATTRIBUTES, PlatformApplication, PlatformEndpoint
from sqsview.domain.queue import Counts, Encryption, QueueReading, QueueRef, QueueSettings
from sqsview.domain.topic import (
    SubscriptionReading,
    SubscriptionRef,
    SubscriptionSettings,
    TopicReading,
    TopicSettings,
)

_LARGEST = 10**12
"""The largest count or duration that is believed; AWS has none of a millionth part of it."""

_WORDS = {"true": True, "false": False}


def queue_ref(url: object, *, partition: str, region: str, account: str) -> QueueRef:
    """Make the identity of a queue from its URL.

    Args:
        url: as listed; its host is ignored, for AWS has had several and other servers use their own.
        partition: of the client.
        region: of the client.
        account: for a URL that has none.
    """
    if not isinstance(url, str) or not url:
        raise unreadable("a queue without a URL")
    name = name_of(url)
    arn = Arn(partition, "sqs", region, account_in_url(url) or account, name)
    return QueueRef(str(arn), url, name)


def queue_reading(answer: object, queue: QueueRef) -> QueueReading:
    """Read the answer of GetQueueAttributes, asked for all attributes.

    Raises:
        ServerFault: there are none, which is what botocore makes of a truncated answer.
    """
    raw = _attributes(answer, queue.name)
    redrive = _json_object(raw.get("RedrivePolicy"))
    allow = _json_object(raw.get("RedriveAllowPolicy"))
    sources = allow.get("sourceQueueArns")
    settings = QueueSettings(
        arn=raw.get("QueueArn") or queue.arn,
        visibility_timeout=integer(raw.get("VisibilityTimeout")),
        retention=integer(raw.get("MessageRetentionPeriod")),
        delay=integer(raw.get("DelaySeconds")),
        receive_wait=integer(raw.get("ReceiveMessageWaitTimeSeconds")),
        maximum_message_size=integer(raw.get("MaximumMessageSize")),
        dead_letter_target=_text(redrive.get("deadLetterTargetArn")),
        max_receive_count=integer(redrive.get("maxReceiveCount")),
        redrive_policy=_text(raw.get("RedrivePolicy")),
        redrive_permission=_text(allow.get("redrivePermission")),
        redrive_sources=tuple(filter(None, map(_text, sources))) if isinstance(sources, list) else (),
        content_based_deduplication=_truth(raw.get("ContentBasedDeduplication")),
        deduplication_scope=_text(raw.get("DeduplicationScope")),
        fifo_throughput_limit=_text(raw.get("FifoThroughputLimit")),
        encryption=_encryption(raw),
        kms_key=_text(raw.get("KmsMasterKeyId")),
        policy=_text(raw.get("Policy")),
        created=seconds(raw.get("CreatedTimestamp")),
        modified=seconds(raw.get("LastModifiedTimestamp")),
    )
    counts = Counts(
        visible=integer(raw.get("ApproximateNumberOfMessages")),
        in_flight=integer(raw.get("ApproximateNumberOfMessagesNotVisible")),
        delayed=integer(raw.get("ApproximateNumberOfMessagesDelayed")),
    )
    return QueueReading(settings, counts, raw)


def topic_reading(answer: object, arn: str) -> TopicReading:
    """Read the answer of GetTopicAttributes."""
    raw = _attributes(answer, name_of(arn))
    settings = TopicSettings(
        display_name=raw.get("DisplayName", ""),
        confirmed=integer(raw.get("SubscriptionsConfirmed")),
        pending=integer(raw.get("SubscriptionsPending")),
        deleted=integer(raw.get("SubscriptionsDeleted")),
        kms_key=_text(raw.get("KmsMasterKeyId")),
        policy=_text(raw.get("Policy")),
        content_based_deduplication=_truth(raw.get("ContentBasedDeduplication")),
        maximum_message_size=integer(raw.get("MaximumMessageSize")),
        signature_version=_text(raw.get("SignatureVersion")),
        delivery_policy=_text(raw.get("EffectiveDeliveryPolicy") or raw.get("DeliveryPolicy")),
        owner=_text(raw.get("Owner")),
    )
    return TopicReading(settings, raw)


def topic_arns(answer: object) -> list[str]:
    """Read one page of ListTopics."""
    return [_required(topic, "TopicArn", "a topic") for topic in _items(answer, "Topics")]


def subscription_refs(answer: object) -> list[SubscriptionRef]:
    """Read one page of ListSubscriptions; a literal in place of an ARN stays what it is."""
    return [
        SubscriptionRef(
            arn=_required(item, "SubscriptionArn", "a subscription"),
            topic_arn=_required(item, "TopicArn", "a subscription"),
            protocol=_text(item.get("Protocol")) or "",
            endpoint=_text(item.get("Endpoint")) or "",
            owner=_text(item.get("Owner")) or "",
        )
        for item in _items(answer, "Subscriptions")
    ]


def subscription_reading(answer: object, arn: str) -> SubscriptionReading:
    """Read the answer of GetSubscriptionAttributes."""
    raw = _attributes(answer, arn)
    redrive = _json_object(raw.get("RedrivePolicy"))
    settings = SubscriptionSettings(
        filter_policy=_text(raw.get("FilterPolicy")),
        filter_scope=raw.get("FilterPolicyScope") or "MessageAttributes",
        raw_delivery=_truth(raw.get("RawMessageDelivery")),
        dead_letter_target=_text(redrive.get("deadLetterTargetArn")),
        pending=_truth(raw.get("PendingConfirmation")),
        delivery_policy=_text(raw.get("EffectiveDeliveryPolicy") or raw.get("DeliveryPolicy")),
        role=_text(raw.get("SubscriptionRoleArn")),
    )
    return SubscriptionReading(settings, raw)


def platform_applications(answer: object) -> list[PlatformApplication]:
    """Read one page of ListPlatformApplications."""
    applications = []
    for item in _items(answer, "PlatformApplications"):
        arn = _required_arn(item, "PlatformApplicationArn", "a push application")
        told = _strings(item.get("Attributes"))
        raw = {name: value for name, value in told.items() if name not in SECRET_ATTRIBUTES}
        enabled = _optional_truth(raw.get("Enabled"))
        applications.append(PlatformApplication(arn, enabled, _text(raw.get("AppleCertificateExpiryDate")), raw))
    return applications


def platform_endpoints(answer: object) -> list[PlatformEndpoint]:
    """Read one page of ListEndpointsByPlatformApplication."""
    endpoints = []
    for item in _items(answer, "Endpoints"):
        arn = _required_arn(item, "EndpointArn", "a device")
        raw = _strings(item.get("Attributes"))
        enabled = _optional_truth(raw.get("Enabled"))
        endpoints.append(PlatformEndpoint(arn, enabled, raw.get("Token", ""), raw.get("CustomUserData", "")))
    return endpoints


def endpoint_attributes(answer: object) -> Mapping[str, str]:
    """Read the answer of GetEndpointAttributes."""
    return _strings(_mapping(answer).get("Attributes"))


def tags(answer: object) -> Mapping[str, str]:
    """Read tags, which SQS gives as a mapping and SNS as pairs; a thing without tags has none of either."""
    found = _mapping(answer).get("Tags")
    if isinstance(found, list):
        pairs = [item for item in found if isinstance(item, Mapping)]
        return _strings({str(item.get("Key", "")): item.get("Value", "") for item in pairs})
    return _strings(found)


def account(answer: object) -> str:
    """Read the answer of GetCallerIdentity."""
    return _required(_mapping(answer), "Account", "the caller")


def newest_values(answer: object) -> Mapping[str, float]:
    """Read one page of GetMetricData: the newest value of every query id, for not all servers sort as asked."""
    newest: dict[str, float] = {}
    if "MetricDataResults" not in _mapping(answer):
        raise unreadable("no metrics")
    for item in _items(answer, "MetricDataResults"):
        times, values = item.get("Timestamps"), item.get("Values")
        if not isinstance(times, list) or not isinstance(values, list):
            continue
        points = [
            (time.timestamp(), number)
            for time, value in zip(times, values, strict=False)
            if isinstance(time, datetime) and (number := _number(value)) is not None
        ]
        if points:
            newest[str(item.get("Id", ""))] = max(points)[1]
    return newest


def integer(value: object) -> int | None:
    """Read a count or a duration, a number or its text; None where it is absent, broken or beyond all reason."""
    number = _number(value)
    if number is None or not 0 <= number <= _LARGEST:
        return None
    return int(number)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def seconds(value: object) -> float | None:
    """Read a moment or a duration of any size; None where it is absent, broken or negative."""
    number = _number(value)
    return number if number is not None and number >= 0 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _truth(value: object) -> bool:
    return _optional_truth(value) is True


def _optional_truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return _WORDS.get(value.lower()) if isinstance(value, str) else None


def _encryption(raw: Mapping[str, str]) -> Encryption:
    if raw.get("KmsMasterKeyId"):
        return Encryption.SSE_KMS
    return Encryption.SSE_SQS if _truth(raw.get("SqsManagedSseEnabled")) else Encryption.NONE


def _json_object(text: object) -> Mapping[str, Any]:
    """Give the object in a policy's JSON; a broken one is as good as none, and its text stays in ``raw``."""
    if not isinstance(text, str):
        return {}
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _mapping(answer: object) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise unreadable("no object")
    return answer


def _attributes(answer: object, thing: str) -> Mapping[str, str]:
    raw = _strings(_mapping(answer).get("Attributes"))
    if not raw:
        raise unreadable("no attributes", thing)
    return raw


def _strings(found: object) -> dict[str, str]:
    if not isinstance(found, Mapping):
        return {}
    return {str(key): value if isinstance(value, str) else str(value) for key, value in found.items()}


def _items(answer: object, key: str) -> list[Mapping[str, Any]]:
    found = _mapping(answer).get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise unreadable(f"{key} is no list")
    return [_mapping(item) for item in found]


def _required(item: Mapping[str, Any], key: str, what: str) -> str:
    value = _text(item.get(key))
    if value is None:
        raise unreadable(f"{what} without {key}")
    return value


def _required_arn(item: Mapping[str, Any], key: str, what: str) -> str:
    arn = _required(item, key, what)
    if not is_arn(arn):
        raise unreadable(f"{what} whose {key} is none: {arn}")
    return arn
