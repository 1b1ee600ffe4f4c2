"""Delivery from a topic as AWS does it: a queue that is gone or does not admit the topic stops nobody else.

In moto a missing queue makes the whole Publish fail, queue policies and the dead-letter queues of
subscriptions are not looked at, each envelope costs a certificate of its own, and web addresses are really
called.
"""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random
from moto.sns.models import Subscription, Topic
from moto.sqs.models import Queue

from sqsview.demo.clock import ServerClock
from sqsview.demo.moto_extensions.graft import graft
from sqsview.demo.moto_extensions.queues import enqueue, make_message
from sqsview.demo.moto_extensions.redrive import queue_by_arn
from sqsview.demo.moto_extensions.subscriptions import pending

_in_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SOURCE_CONDITIONS = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def admits(queue: Queue, topic_arn: str) -> bool:
    """Tell whether the queue's policy lets this topic send (SNS developer guide, fan-out to SQS)."""
    return any(_lets_in(statement, topic_arn) for statement in queue._policy_json.get("Statement", []))


def _lets_in(statement: Mapping[str, Any], topic_arn: str) -> bool:
    principal = statement.get("Principal")
    services = _listed(principal.get("Service", [])) if isinstance(principal, dict) else _listed(principal)
    actions = {str(action).lower() for action in _listed(statement.get("Action", []))}
    if statement.get("Effect") != "Allow" or not {"*", "sns.amazonaws.com"} & set(services):
        return False
    if not {"*", "sqs:*", "sqs:sendmessage"} & actions:
        return False
    condition = statement.get("Condition", {})
    named = [
        pattern
        for operator in _SOURCE_CONDITIONS
        for key, patterns in condition.get(operator, {}).items()
        if key.lower() == "aws:sourcearn"
        for pattern in _listed(patterns)
    ]
    return not condition or any(fnmatch.fnmatchcase(topic_arn, pattern) for pattern in named)


def envelope(
    subscription: Subscription,
    message: str,
    message_id: str,
    *,
    at: float,
    subject: str | None = None,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Wrap a message as SNS does; the signature has the right shape and is worth nothing."""
    topic = subscription.topic
    region = topic.sns_backend.region_name
    sent = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    wrapped: dict[str, str] = {"Type": "Notification", "MessageId": message_id, "TopicArn": topic.arn}
    if topic.fifo_topic:
        wrapped["SequenceNumber"] = f"1{int(at * 1000):019d}"
    if subject:
        wrapped["Subject"] = subject
    wrapped |= {"Message": message, "Timestamp": sent}
    host = f"https://sns.{region}.amazonaws.com"
    if not topic.fifo_topic:
        digest = hashlib.sha512(message_id.encode()).digest()
        wrapped |= {
            "SignatureVersion": "1",
            "Signature": base64.b64encode(digest * 4).decode(),
            "SigningCertURL": f"{host}/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem",
        }
    wrapped["UnsubscribeURL"] = f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    # By hand, in the layout of SNS: with an indent, json takes 55 µs instead of 6.
    lines = [f'  "{name}" : {_in_json(value)}' for name, value in wrapped.items()]
    if attributes:
        inner = [f"    {_in_json(name)} : {_in_json(value)}" for name, value in attributes.items()]
        lines.append('  "MessageAttributes" : {\n' + ",\n".join(inner) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}"


def sqs_attributes(attributes: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    """Turn the attributes of a notification into those of an SQS message, for raw delivery."""
    return {
        name: {"DataType": value["Type"], "BinaryValue": base64.b64decode(value["Value"])}
        if value["Type"].startswith("Binary")
        else {"DataType": value["Type"], "StringValue": str(value["Value"])}
        for name, value in attributes.items()
    }


def accepts(subscription: Subscription, message: str, attributes: Mapping[str, Any]) -> bool:
    """Tell whether the filter policy lets a message through, by moto's own matcher."""
    matcher = subscription._filter_policy_matcher
    return matcher is None or matcher.matches(dict(attributes), message)


def _undelivered(subscription: Subscription, body: str, code: str, reason: str, at: float) -> None:
    policy = json.loads(subscription.attributes.get("RedrivePolicy") or "{}")
    queue = queue_by_arn(policy.get("deadLetterTargetArn", ""))
    if queue is None or not admits(queue, subscription.topic.arn):
        return
    told = {"RequestID": str(mock_random.uuid4()), "ErrorCode": code, "ErrorMessage": reason}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    enqueue(queue, make_message(body, attributes=attributes, sent=at))


def install(clock: ServerClock) -> None:
    """Put this delivery into moto."""

    def _publish_to_one(
        subscription: Subscription,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        attributes = message_attributes or {}
        # E-mails, texts, pushes and web addresses go nowhere: the demo never leaves this machine.
        if subscription.protocol != "sqs" or not accepts(subscription, message, attributes):
            return
        if message_structure == "json":
            message = subscription._parse_message_structure(message, "sqs")
        at = clock.epoch()
        raw = bool(subscription.attributes.get("RawMessageDelivery"))
        body = (
            message
            if raw
            else envelope(subscription, message, message_id, at=at, subject=subject, attributes=attributes)
        )
        queue = queue_by_arn(subscription.endpoint)
        if queue is None:
            code, reason = "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."
            _undelivered(subscription, body, code, reason, at)
        elif not admits(queue, subscription.topic.arn):
            reason = f"Access to the resource {queue.physical_resource_id} is denied."
            _undelivered(subscription, body, "AccessDenied", reason, at)
        else:
            copy = make_message(
                body,
                attributes=sqs_attributes(attributes) if raw else None,
                group=group_id,
                deduplication=deduplication_id,
                sent=at,
            )
            enqueue(queue, copy)

    def _publish(
        topic: Topic,
        message: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> str:
        # moto also keeps every notification for ever.
        message_id = str(mock_random.uuid4())
        for subscription in topic.sns_backend._get_topic_subscriptions(topic):
            if not pending(subscription):
                subscription.publish(
                    message,
                    message_id,
                    subject=subject,
                    message_attributes=message_attributes,
                    group_id=group_id,
                    deduplication_id=deduplication_id,
                    message_structure=message_structure,
                )
        return message_id

    graft(Subscription, publish=_publish_to_one)
    graft(Topic, publish=_publish)
