"""Subscriptions: protocols with their endpoints, the settings there are, and the attributes they stand for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqsview.domain.access import YES, admits
from sqsview.domain.admission import AdmissionFault, admitting_policy, key_statement
from sqsview.domain.arn import Arn, is_arn, is_fifo, name_of
from sqsview.domain.changes import AdmitTopic, Change, Subscribe
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.values import (
    Plan,
    Setting,
    ValueFault,
    fault,
    json_object,
    one_of,
    read_all,
    switch,
    words,
)
from sqsview.domain.filter_policy import ATTRIBUTES, BODY
from sqsview.domain.filter_trial import policy_fault
from sqsview.domain.filter_words import quoted
from sqsview.domain.text import shortened
from sqsview.domain.topic import Topic
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.domain.wiring import AWS_MANAGED_KEY, CLOSED_TO_FIFO

PROTOCOL, ENDPOINT, POLICY, SCOPE, RAW, DEAD, ROLE, ADMIT = (
    "protocol", "endpoint", "filter_policy", "filter_scope", "raw_delivery", "dead_letter_queue", "role", "admit",
)  # fmt: skip
ENDPOINTS: Mapping[str, str] = {
    SQS_PROTOCOL: "a queue's name or ARN",
    "https": "https://…",
    "http": "http://…",
    "email": "an address",
    "email-json": "an address",
    "sms": "a number such as +4915112345678",
    "lambda": "the ARN of a function",
    "firehose": "the ARN of a delivery stream",
    "application": "the ARN of a device",
}
"""What each protocol delivers to (SNS API reference, Subscribe)."""
RAW_PROTOCOLS = frozenset({SQS_PROTOCOL, "http", "https", "firehose"})
"""What can be delivered raw (SNS Developer Guide, "Raw message delivery")."""

SETTINGS = (
    Setting(SCOPE, "FilterPolicyScope", "scope", "of the filter: attributes, or body",
            one_of({"attributes": ATTRIBUTES, "body": BODY}), "attributes"),
    Setting(RAW, "RawMessageDelivery", "raw", "yes: the body alone, without SNS's envelope", switch, "no"),
    Setting(ROLE, "SubscriptionRoleArn", "role", "Firehose: the ARN of the role that may write to it", words(2_048)),
)  # fmt: skip
DELIVERY = Setting("delivery_policy", "DeliveryPolicy", "retries", "of deliveries by HTTP, as JSON",
                   json_object(30 * 1024))  # fmt: skip
HINTS = {
    POLICY: 'JSON such as {"type": ["order"]}; empty: everything',
    DEAD: "a queue that gets what cannot be delivered; empty: it is lost",
    ADMIT: "SQS: yes lets the topic into the queue's policy, beside what stands there",
}
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class SubscriptionPlan:
    """What typed values come to."""

    plan: Plan
    changes: tuple[Change, ...] = ()
    """The calls in their order; none where something is wrong."""


def subscription_plan(values: Mapping[str, str], topic: Topic, place: Place) -> SubscriptionPlan:
    """Give what a new subscription of ``topic`` comes to: the calls, what is wrong, what is worth knowing."""
    protocol = values.get(PROTOCOL, "").strip().lower()
    faults = []
    endpoint = values.get(ENDPOINT, "").strip()
    try:
        _check_protocol(protocol, topic)
        endpoint = read_endpoint(protocol, endpoint, topic, place)
    except ValueFault as reason:
        faults.append(fault(ENDPOINT if protocol in ENDPOINTS else PROTOCOL, reason))
    settings = subscription_settings(values, topic, place, protocol=protocol)
    faults += settings.faults
    if any((each.ref.protocol, each.ref.endpoint) == (protocol, endpoint) for each in topic.subscriptions):
        faults.append(fault(ENDPOINT, "it is subscribed to this topic already: change that subscription"))
    notes = [*settings.notes, *_notes(protocol, endpoint, topic, place)]
    changes: list[Change] = []
    if protocol == SQS_PROTOCOL and not faults:
        try:
            wanted = switch(values.get(ADMIT, "").strip() or "yes") == "true"
        except ValueFault as reason:
            faults.append(fault(ADMIT, reason))
        else:
            admission = _admission(endpoint, topic, place, wanted=wanted)
            if isinstance(admission, AdmitTopic):
                changes.append(admission)
            elif admission:
                notes.append(admission)
    changes.append(Subscribe(topic.arn, protocol, endpoint, settings.attributes))
    plan = Plan(settings.attributes, {}, tuple(faults), tuple(notes))
    return SubscriptionPlan(plan, () if faults else tuple(changes))


def subscription_settings(
    values: Mapping[str, str], topic: Topic, place: Place, *, protocol: str, changes: bool = False
) -> Plan:
    """Give the attributes that values for a subscription stand for; where it ``changes``, empty ones take away."""
    attributes, faults = read_all((*SETTINGS, DELIVERY), values, fifo=topic.fifo)
    scope = attributes.get("FilterPolicyScope", ATTRIBUTES)
    policy = values.get(POLICY, "").strip()
    if wrong := policy_fault(policy, scope):
        faults.append(fault(POLICY, wrong))
    elif policy:
        attributes["FilterPolicy"] = json.dumps(json.loads(policy), separators=(",", ":"), ensure_ascii=False)
    elif changes and POLICY in values:
        attributes["FilterPolicy"] = "{}"
    if not policy and not changes:
        attributes.pop("FilterPolicyScope", None)
    if attributes.get("RawMessageDelivery") == "true" and protocol in ENDPOINTS and protocol not in RAW_PROTOCOLS:
        faults.append(fault(RAW, f"{protocol} does not deliver raw"))
    if protocol == "firehose" and not is_arn(attributes.get("SubscriptionRoleArn", "")):
        faults.append(fault(ROLE, "Firehose needs the ARN of a role that may write to it"))
    elif protocol != "firehose" and ROLE in values and values[ROLE].strip():
        faults.append(fault(ROLE, "only Firehose takes a role"))
    notes = []
    dead = values.get(DEAD, "").strip()
    try:
        if dead:
            arn = place.dead_letter_arn(dead, fifo=topic.fifo, called="the topic")
            attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": arn})
            if not _admitted(arn, topic, place):
                notes.append(f"the policy of {name_of(arn)} does not admit the topic: nothing would get there either")
        elif changes and DEAD in values:
            attributes["RedrivePolicy"] = ""
    except ValueFault as reason:
        faults.append(fault(DEAD, reason))
    return Plan(attributes, {}, tuple(faults), tuple(notes))


def _check_protocol(protocol: str, topic: Topic) -> None:
    if protocol not in ENDPOINTS:
        raise ValueFault(f"it is one of {', '.join(ENDPOINTS)}")
    if topic.fifo and protocol in CLOSED_TO_FIFO:
        raise ValueFault(f"a FIFO topic does not deliver by {protocol}: subscribe a queue")


def read_endpoint(protocol: str, text: str, topic: Topic, place: Place) -> str:
    """Give the endpoint as Subscribe takes it.

    Raises:
        ValueFault: it is none of this protocol.
    """
    if not text:
        raise ValueFault(f"say where to: {ENDPOINTS[protocol]}")
    wrong = ValueFault(f"{quoted(shortened(text, 40))} is not {ENDPOINTS[protocol]}")
    match protocol:
        case "sqs":
            arn = place.queue_arn(text)
            if is_fifo(arn) and not topic.fifo:
                raise ValueFault("a standard topic does not deliver to a FIFO queue")
            return arn
        case "http" | "https":
            try:
                parts = urlsplit(text)
            except ValueError:
                raise wrong from None
            if parts.scheme != protocol or not parts.hostname or any(each.isspace() for each in text):
                raise wrong
        case "email" | "email-json":
            if not _MAIL.fullmatch(text):
                raise wrong
        case "sms":
            number = re.sub(r"[\s().-]", "", text)
            if not _PHONE.fullmatch(number):
                raise wrong
            return number
        case _:
            service, part = {"lambda": ("lambda", "function:"), "firehose": ("firehose", "deliverystream/"),
                             "application": ("sns", "endpoint/")}[protocol]  # fmt: skip
            if not is_arn(text) or Arn.parse(text).service != service or not Arn.parse(text).resource.startswith(part):
                raise wrong
    return text


def _admission(endpoint: str, topic: Topic, place: Place, *, wanted: bool) -> AdmitTopic | str:
    """Give the call that admits the topic to the queue; else what there is to know, which is empty where it is."""
    queue = place.queue(endpoint)
    if queue is None or queue.settings is None:
        return f"the policy of {name_of(endpoint)} is not known here: unless it admits the topic, nothing arrives"
    if _admitted(endpoint, topic, place):
        return ""
    try:
        admitting_policy(queue.settings.policy, queue.settings.arn, topic.arn)
    except AdmissionFault as reason:
        return f"nothing would arrive, for the queue's policy cannot be made to admit the topic: {reason}"
    if not wanted:
        return "nothing would arrive, for the queue's policy does not admit the topic"
    return AdmitTopic(queue.ref, topic.arn)


def _admitted(arn: str, topic: Topic, place: Place) -> bool:
    """Tell whether a queue admits the topic, as far as is known."""
    queue = place.queue(arn)
    if queue is None or queue.settings is None:
        return True
    return admits(queue.settings.policy, queue.settings.arn, topic.arn).answer is YES


def _notes(protocol: str, endpoint: str, topic: Topic, place: Place) -> list[str]:
    notes = []
    if topic.fifo and protocol in ("lambda", "firehose"):
        notes.append(f"whether a FIFO topic delivers by {protocol} is not known here; SNS says it when asked")
    if protocol in ("email", "email-json"):
        notes.append("it is pending until the recipient follows the link in the mail, which is valid for 2 days")
    if protocol in ("http", "https"):
        notes.append("it is pending until the endpoint confirms with the token that it is sent, within 2 days")
    if protocol == "http":
        notes.append("http is not encrypted: who is on the way can read every message")
    if protocol == "sms":
        notes.append("each text costs money, by country and by part of 140 bytes")
    if protocol == SQS_PROTOCOL and (queue := place.queue(endpoint)) is not None and queue.settings is not None:
        key = queue.settings.kms_key
        if key is not None and key.endswith(AWS_MANAGED_KEY):
            notes.append(f"the queue is encrypted with {AWS_MANAGED_KEY}, which SNS cannot use: nothing would arrive")
        elif key is not None:
            notes.append(f"the key {key} has to admit SNS by this statement: {key_statement()}")
        if topic.fifo and not is_fifo(endpoint):
            notes.append("a standard queue gets a FIFO topic's messages without their order and groups")
    return notes
