"""Queues: the settings there are, and the attributes that typed values stand for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from sqsview.domain.admission import MOST_POLICY_BYTES, MOST_STATEMENTS
from sqsview.domain.arn import FIFO_SUFFIX, is_fifo, name_of
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.tags import read_tags
from sqsview.domain.creating.values import (
    Fault,
    Plan,
    Setting,
    ValueFault,
    access_policy,
    fault,
    octets,
    one_of,
    read_all,
    seconds,
    switch,
    whole,
    words,
)
from sqsview.domain.fan_out.fields import LONGEST_QUEUE_NAME
from sqsview.domain.filter_words import quoted
from sqsview.domain.text import shortened

DAY = 86_400
NAME, DEAD, RECEIVES, ALLOW, ENCRYPTION, POLICY, TAGS = (
    "name", "dead_letter_queue", "max_receive_count", "redrive_allow", "encryption", "policy", "tags",
)  # fmt: skip
USUAL_RECEIVES = "10"
"""What AWS's console proposes."""
USUAL_RETENTION = 4 * DAY
"""Seconds."""
MOST_SOURCES = 10
"""Queues that a redrive allow policy can name."""

SIMPLE = (
    Setting("visibility_timeout", "VisibilityTimeout", "hide for", "after a receive: 0 s to 12 h",
            seconds(0, 43_200), "30 s"),
    Setting("retention", "MessageRetentionPeriod", "keep for", "60 s to 14 days", seconds(60, 14 * DAY), "4 days"),
    Setting("delay", "DelaySeconds", "delay", "before it can be received: 0 s to 15 min", seconds(0, 900), "0 s"),
    Setting("receive_wait", "ReceiveMessageWaitTimeSeconds", "wait", "of a receive for messages: 0 s to 20 s; above 0 "
            "it asks all servers", seconds(0, 20), "0 s"),
    Setting("maximum_message_size", "MaximumMessageSize", "size", "of a message: 1 KiB to 1 MiB",
            octets(1024, 1024**2), "1 MiB"),
    Setting("content_based_deduplication", "ContentBasedDeduplication", "by content", "FIFO: yes makes the "
            "deduplication id of the body", switch, "no", fifo=True),
    Setting("deduplication_scope", "DeduplicationScope", "scope", "FIFO: deduplicate in the queue, or in each "
            "messageGroup", one_of({"queue": "queue", "messageGroup": "messageGroup"}), "queue", fifo=True),
    Setting("fifo_throughput_limit", "FifoThroughputLimit", "throughput", "FIFO: perQueue, or perMessageGroupId (high "
            "throughput; wants the scope messageGroup)",
            one_of({"perQueue": "perQueue", "perMessageGroupId": "perMessageGroupId"}), "perQueue", fifo=True),
    Setting("kms_reuse", "KmsDataKeyReusePeriodSeconds", "key reuse", "with a key of KMS: how long SQS goes without "
            "asking it, 60 s to 24 h", seconds(60, DAY), "5 min"),
)  # fmt: skip
"""The settings that are one attribute each."""
HINTS = {
    NAME: f"up to {LONGEST_QUEUE_NAME} letters, digits, - and _; with {FIFO_SUFFIX} at the end it is FIFO",
    DEAD: "a queue of the same type, by name; empty: none",
    RECEIVES: "1 to 1,000 receives, then it is given up; 1 leaves no second try",
    ALLOW: "whose dead letters it takes: allowAll, denyAll, or names of queues",
    ENCRYPTION: "SSE-SQS, none, or a key of KMS: id, alias/NAME or ARN",
    POLICY: "who may use it, as JSON",
    TAGS: "team=shop, stage=test",
}
"""What may be typed for the others."""

_NAME = re.compile("[A-Za-z0-9_-]+")
_POLICY = access_policy(MOST_POLICY_BYTES, MOST_STATEMENTS)
_RECEIVES = whole(1, 1_000)
_KEY = words(2_048)


def queue_name_fault(name: str, place: Place) -> str:
    """Say why no queue of this name can be made; empty where one can."""
    if not name:
        return "name the queue"
    if len(name) > LONGEST_QUEUE_NAME or not _NAME.fullmatch(name.removesuffix(FIFO_SUFFIX)):
        return f"{quoted(shortened(name, 40))} is no name: {HINTS[NAME]}"
    if place.queue_named(name) is not None:
        return f"there is a queue {name} already"
    return ""


def queue_plan(
    values: Mapping[str, str], place: Place, *, name: str, changes: bool = False, retention: int = USUAL_RETENTION
) -> Plan:
    """Give what values for the queue ``name`` come to.

    Args:
        values: texts by setting; an empty one is AWS's own where it is made, and takes away what can be taken away
            where it is changed.
        place: where it is.
        name: the queue's.
        changes: whether the queue is there already.
        retention: seconds that it keeps messages, unless the values say otherwise.
    """
    fifo = is_fifo(name)
    attributes, faults = read_all(SIMPLE, values, fifo=fifo)
    if fifo and not changes:
        attributes["FifoQueue"] = "true"
    tags: dict[str, str] = {}
    others: Mapping[str, Callable[[], dict[str, str]]] = {
        DEAD: lambda: _redrive(values, place, name, changes=changes),
        ALLOW: lambda: _allow(values.get(ALLOW), place),
        ENCRYPTION: lambda: _encryption(values.get(ENCRYPTION, "")),
        POLICY: lambda: _policy(values.get(POLICY)),
    }
    for setting, read in others.items():
        try:
            attributes |= read()
        except ValueFault as reason:
            faults.append(fault(setting, reason))
    try:
        tags = read_tags(values.get(TAGS, ""))
    except ValueFault as reason:
        faults.append(fault(TAGS, reason))
    faults += _together(attributes)
    return Plan(attributes, tags, tuple(faults), tuple(_notes(attributes, values, place, retention)))


def _redrive(values: Mapping[str, str], place: Place, name: str, *, changes: bool) -> dict[str, str]:
    """Read the dead-letter queue and after how many receives."""
    target, receives = values.get(DEAD, "").strip(), values.get(RECEIVES, "").strip()
    if not target:
        if receives:
            raise ValueFault(f"{RECEIVES} is only for a queue with a dead-letter queue")
        return {"RedrivePolicy": ""} if changes and DEAD in values else {}
    arn = place.dead_letter_arn(target, fifo=is_fifo(name), called="the queue")
    if name_of(arn) == name and arn == place.arn("sqs", name):
        raise ValueFault("a queue cannot be its own dead-letter queue")
    try:
        count = int(_RECEIVES(receives or USUAL_RECEIVES))
    except ValueFault as reason:
        raise ValueFault(f"{RECEIVES}: {reason}") from None
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})}


def _allow(text: str | None, place: Place) -> dict[str, str]:
    """Read whose dead letters the queue takes."""
    if text is None:
        return {}
    wanted = text.strip()
    if not wanted:
        return {"RedriveAllowPolicy": ""}
    for word in ("allowAll", "denyAll"):
        if wanted.lower() == word.lower():
            return {"RedriveAllowPolicy": json.dumps({"redrivePermission": word})}
    arns = [place.queue_arn(each) for each in wanted.split(",") if each.strip()]
    if len(arns) > MOST_SOURCES:
        raise ValueFault(f"it names {len(arns)} queues, and {MOST_SOURCES} are allowed")
    return {"RedriveAllowPolicy": json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": arns})}


def _encryption(text: str) -> dict[str, str]:
    wanted = text.strip()
    if not wanted:
        return {}
    if wanted.lower() in ("sse-sqs", "none", "no"):
        return {"SqsManagedSseEnabled": "true" if wanted.lower() == "sse-sqs" else "false"}
    if " " in wanted:
        raise ValueFault(f"{quoted(shortened(wanted, 40))} is no key: {HINTS[ENCRYPTION]}")
    return {"KmsMasterKeyId": _KEY(wanted)}


def _policy(text: str | None) -> dict[str, str]:
    if text is None:
        return {}
    return {"Policy": _POLICY(text) if text.strip() else ""}


def _together(attributes: Mapping[str, str]) -> list[Fault]:
    """Find what does not go together."""
    high = attributes.get("FifoThroughputLimit") == "perMessageGroupId"
    if high and attributes.get("DeduplicationScope") != "messageGroup":
        return [fault("fifo_throughput_limit", "perMessageGroupId wants deduplication_scope to be messageGroup")]
    return []


def _notes(attributes: Mapping[str, str], values: Mapping[str, str], place: Place, retention: int) -> list[str]:
    notes: list[str] = []
    redrive = attributes.get("RedrivePolicy")
    if redrive:
        found = json.loads(redrive)
        if found["maxReceiveCount"] == 1:
            notes.append("given up after 1 receive: whatever fails once, and every look, makes a dead letter")
        dead = place.queue(found["deadLetterTargetArn"])
        kept = dead.settings.retention if dead is not None and dead.settings is not None else None
        retention = int(attributes.get("MessageRetentionPeriod", retention))
        if kept is not None and kept <= retention:
            notes.append("the dead-letter queue keeps messages no longer than the queue: old ones are soon gone there")
    elif DEAD in values and redrive is None:
        notes.append("without a dead-letter queue a message that always fails comes back until its time is up")
    return notes
