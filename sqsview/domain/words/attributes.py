"""Attributes of queues, topics, subscriptions and push applications as a person would say them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqsview.domain.arn import name_of
from sqsview.domain.filter_words import filter_in_words
from sqsview.domain.policy import as_list, document, one_line
from sqsview.domain.text import printable
from sqsview.domain.words.figures import count, duration, size
from sqsview.domain.words.policies import policy_in_words
from sqsview.domain.words.settings import SIGNATURES


def attribute_in_words(name: str, value: str) -> str:
    """Say in one printable line what an attribute's value means; as it stands where that says it all.

    ``name`` and ``value`` are as SQS and SNS give them (API references: GetQueueAttributes,
    GetTopicAttributes, GetSubscriptionAttributes, GetPlatformApplicationAttributes, GetEndpointAttributes).
    Never raises.
    """
    meaning = _MEANINGS.get(name, _feedback(name))
    if meaning is None:
        return printable(value)
    try:
        return printable(meaning(value))
    except (ValueError, TypeError, OverflowError, KeyError, OSError):  # OSError: a year beyond all calendars
        return printable(value)


def _feedback(name: str) -> Callable[[str], str] | None:
    """Give the meaning of the delivery-status attributes, of which every protocol has three."""
    if name.endswith("FeedbackSampleRate"):
        return lambda value: f"{count(int(value))} % of successful deliveries are logged"
    if name.endswith("FeedbackRoleArn"):
        return lambda value: f"logged by {name_of(value)}" if value else "not logged"
    return None


def _number(value: str) -> str:
    return count(int(value))


def _about(value: str) -> str:
    """Word one of the counts of messages, which SQS only ever gives roughly."""
    return f"about {count(int(value))}"


def _span(value: str) -> str:
    return duration(float(value))


def _span_or(zero: str) -> Callable[[str], str]:
    return lambda value: duration(float(value)) if float(value) else zero


def _size(value: str) -> str:
    return size(int(value))


def _moment(value: str) -> str:
    """Word epoch seconds; some servers give them with decimals."""
    return f"{datetime.fromtimestamp(float(value), UTC):%Y-%m-%d %H:%M:%S} UTC"


def _choice(choices: Mapping[str, str]) -> Callable[[str], str]:
    return lambda value: choices.get(value.lower(), value)


def _yes_no(yes: str, no: str) -> Callable[[str], str]:
    return _choice({"true": yes, "false": no})


def _policy(value: str) -> str:
    return " · ".join(policy_in_words(value))


def _redrive(value: str) -> str:
    """Word the redrive policy of a queue, or of a subscription, which has no receive count."""
    policy = _object(value)
    target = name_of(str(policy["deadLetterTargetArn"]))
    if "maxReceiveCount" not in policy:
        return f"what cannot be delivered → {target}"
    receives = int(policy["maxReceiveCount"])
    return f"gives up after {count(receives)} receive{'' if receives == 1 else 's'} → {target}"


def _redrive_allow(value: str) -> str:
    policy = _object(value)
    match policy["redrivePermission"]:
        case "allowAll":
            return "takes dead letters of any queue"
        case "denyAll":
            return "takes dead letters of no queue"
        case "byQueue":
            sources = [name_of(str(arn)) for arn in as_list(policy.get("sourceQueueArns"))]
            return f"takes dead letters only of {', '.join(sources) or 'no queue'}"
    return value


def _delivery(value: str) -> str:
    """Word the retries of a delivery policy, which only a topic keeps under ``http``."""
    policy = _object(value)
    inner = policy.get("http", policy)
    if not isinstance(inner, dict):
        return value
    retries = inner.get("defaultHealthyRetryPolicy") or inner.get("healthyRetryPolicy")
    if not isinstance(retries, dict):
        return one_line(policy)
    least, most = duration(retries.get("minDelayTarget")), duration(retries.get("maxDelayTarget"))
    apart = least if least == most else f"{least} to {most}"
    return f"up to {count(int(retries['numRetries']))} retries, {apart} apart"


def _archive(value: str) -> str:
    return f"kept {count(int(_object(value)['MessageRetentionPeriod']))} days for replay"


def _object(value: str) -> dict[str, Any]:
    parsed = document(value)
    if not isinstance(parsed, dict):
        raise ValueError("not an object")
    return parsed


def _enabled(value: str) -> str:
    return {"true": "enabled", "false": "disabled: nothing is delivered"}.get(value.lower(), value)


def _masked(value: str) -> str:
    """Hide a device token but for its end: whoever has it can be written to."""
    return "…" + value[-4:] if len(value) > 8 else "…"


_MEANINGS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        # queues
        "ApproximateNumberOfMessages": _about,
        "ApproximateNumberOfMessagesNotVisible": _about,
        "ApproximateNumberOfMessagesDelayed": _about,
        "VisibilityTimeout": _span_or("not hidden: visible again at once"),
        "MessageRetentionPeriod": _span,
        "DelaySeconds": _span_or("no delay"),
        "ReceiveMessageWaitTimeSeconds": _span_or("short polling: does not wait"),
        "KmsDataKeyReusePeriodSeconds": _span,
        "MaximumMessageSize": _size,
        "CreatedTimestamp": _moment,
        "LastModifiedTimestamp": _moment,
        "QueueArn": name_of,
        "FifoQueue": _yes_no("FIFO", "standard"),
        "ContentBasedDeduplication": _yes_no("by a hash of the body", "by the id that the sender gives"),
        "DeduplicationScope": _choice({"messagegroup": "within a message group", "queue": "in the whole queue"}),
        "FifoThroughputLimit": _choice(
            {
                "permessagegroupid": "for each message group (high throughput)",
                "perqueue": "for the whole queue",
            }
        ),
        "SqsManagedSseEnabled": _yes_no("encrypted with a key of SQS (SSE-SQS)", "no"),
        "RedriveAllowPolicy": _redrive_allow,
        # queues and subscriptions
        "RedrivePolicy": _redrive,
        # queues and topics
        "Policy": _policy,
        # topics
        "TopicArn": name_of,
        "FifoTopic": _yes_no("FIFO", "standard"),
        "FifoThroughputScope": _choice(
            {"topic": "for the whole topic", "messagegroup": "for each message group (high throughput)"}
        ),
        "SubscriptionsConfirmed": _number,
        "SubscriptionsPending": _number,
        "SubscriptionsDeleted": _number,
        "SignatureVersion": lambda value: SIGNATURES.get(value, value),
        "TracingConfig": _choice({"active": "traced by X-Ray", "passthrough": "traced where the publisher is"}),
        "ArchivePolicy": _archive,
        "BeginningArchiveTime": str,
        # topics and subscriptions
        "DeliveryPolicy": _delivery,
        "EffectiveDeliveryPolicy": _delivery,
        # subscriptions
        "SubscriptionArn": name_of,
        "SubscriptionRoleArn": name_of,
        "FilterPolicy": filter_in_words,
        "FilterPolicyScope": _choice(
            {"messageattributes": "on message attributes", "messagebody": "on the message body"}
        ),
        "RawMessageDelivery": _yes_no("raw: the body as it was published", "wrapped in the SNS envelope"),
        "PendingConfirmation": _yes_no("pending: nothing arrives until it is confirmed", "confirmed"),
        "ConfirmationWasAuthenticated": _yes_no(
            "only an authenticated call can unsubscribe", "whoever has the link can unsubscribe"
        ),
        # push
        "Enabled": _enabled,
        "Token": _masked,
        "AuthenticationMethod": _choice(
            {"certificate": "by certificate", "token": "by signing key", "key": "by API key"}
        ),
        "EventEndpointCreated": name_of,
        "EventEndpointDeleted": name_of,
        "EventEndpointUpdated": name_of,
        "EventDeliveryFailure": name_of,
    }
)
"""By attribute name, the same in both services where they share one."""
