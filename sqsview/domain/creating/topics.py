"""Topics: the settings there are, and the attributes that typed values stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqsview.domain.arn import FIFO_SUFFIX, is_fifo
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.tags import read_tags
from sqsview.domain.creating.values import (
    Plan,
    Setting,
    ValueFault,
    access_policy,
    fault,
    json_object,
    octets,
    one_of,
    read_all,
    switch,
    words,
)
from sqsview.domain.fan_out.fields import LONGEST_TOPIC_NAME
from sqsview.domain.filter_words import quoted
from sqsview.domain.text import shortened

NAME, POLICY, TAGS, KEY = "name", "policy", "tags", "kms_key"
LARGEST_POLICY = 30 * 1024
MOST_STATEMENTS = 100
"""What a topic policy may have (SNS Developer Guide, "Amazon SNS endpoints and quotas")."""

SETTINGS = (
    Setting("display_name", "DisplayName", "shown as", "sender of its e-mails and texts; up to 100 characters",
            words(100)),
    Setting("maximum_message_size", "MaximumMessageSize", "size", "of a message: 1 KiB to 1 MiB; above 256 KiB only "
            "to queues, Lambda and Firehose", octets(1024, 1024**2), "256 KiB"),
    Setting(KEY, "KmsMasterKeyId", "KMS key", "id, alias/NAME or ARN; empty: not encrypted by a key of yours",
            words(2_048)),
    Setting("signature_version", "SignatureVersion", "signature", "1 (SHA-1) or 2 (SHA-256)",
            one_of({"1": "1", "2": "2"}), "1"),
    Setting("tracing", "TracingConfig", "tracing", "PassThrough, or Active (X-Ray)",
            one_of({"PassThrough": "PassThrough", "Active": "Active"}), "PassThrough"),
    Setting("content_based_deduplication", "ContentBasedDeduplication", "by content", "FIFO: yes makes the "
            "deduplication id of the body", switch, "no", fifo=True),
    Setting("fifo_throughput_scope", "FifoThroughputScope", "throughput", "FIFO: of the Topic, or of each MessageGroup",
            one_of({"Topic": "Topic", "MessageGroup": "MessageGroup"}), "MessageGroup", fifo=True),
)  # fmt: skip
"""The settings that are one attribute each."""
DOCUMENTS = (
    Setting(POLICY, "Policy", "policy", "who may publish and subscribe, as JSON",
            access_policy(LARGEST_POLICY, MOST_STATEMENTS)),
    Setting("delivery_policy", "DeliveryPolicy", "retries", "of deliveries by HTTP, as JSON", json_object(30 * 1024)),
)  # fmt: skip
"""Those that are JSON."""
HINTS = {
    NAME: f"up to {LONGEST_TOPIC_NAME} letters, digits, - and _; with {FIFO_SUFFIX} at the end it is FIFO",
    TAGS: "team=shop, stage=test",
}
CLEARABLE = frozenset({"DisplayName", "KmsMasterKeyId", "DeliveryPolicy"})
"""Attributes that an empty value takes away."""

_NAME = re.compile("[A-Za-z0-9_-]+")


def topic_name_fault(name: str, place: Place) -> str:
    """Say why no topic of this name can be made; empty where one can."""
    if not name:
        return "name the topic"
    if len(name) > LONGEST_TOPIC_NAME or not _NAME.fullmatch(name.removesuffix(FIFO_SUFFIX)):
        return f"{quoted(shortened(name, 40))} is no name: {HINTS[NAME]}"
    if place.topic_named(name) is not None:
        return f"there is a topic {name} already"
    return ""


def topic_plan(values: Mapping[str, str], *, name: str, changes: bool = False) -> Plan:
    """Give what values for the topic ``name`` come to.

    Args:
        values: texts by setting; an empty one is AWS's own where it is made, and takes away what can be taken away
            where it is changed.
        name: the topic's.
        changes: whether the topic is there already.
    """
    fifo = is_fifo(name)
    attributes, faults = read_all((*SETTINGS, *DOCUMENTS), values, fifo=fifo)
    if fifo and not changes:
        attributes["FifoTopic"] = "true"
    if changes:
        for setting in (*SETTINGS, *DOCUMENTS):
            if setting.name in values and not values[setting.name].strip() and setting.attribute in CLEARABLE:
                attributes[setting.attribute] = ""
        if POLICY in values and not values[POLICY].strip():
            faults.append(fault(POLICY, "a topic always has a policy: it cannot be empty"))
    tags: dict[str, str] = {}
    try:
        tags = read_tags(values.get(TAGS, ""))
    except ValueFault as reason:
        faults.append(fault(TAGS, reason))
    return Plan(attributes, tags, tuple(faults))
