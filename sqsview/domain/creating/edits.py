"""Settings that were edited: from what the server says to a document, and from the edited one to the calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqsview.domain.arn import Arn, is_arn, is_fifo, name_of
from sqsview.domain.changes import (
    Change,
    SetQueueAttributes,
    SetSubscriptionAttribute,
    SetTopicAttribute,
    TagQueue,
    TagTopic,
    UntagQueue,
    UntagTopic,
)
from sqsview.domain.creating import queues, subscriptions, topics
from sqsview.domain.creating.document import Entry, parsed, written
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.tags import check_tags, own_tags
from sqsview.domain.creating.values import Fault, Plan, Setting, ValueFault, fault, same
from sqsview.domain.details import Details
from sqsview.domain.filter_policy import BODY
from sqsview.domain.filter_trial import NO_POLICY, filter_changes
from sqsview.domain.policy import document
from sqsview.domain.queue import QueueRef
from sqsview.domain.topic import Subscription, Topic

_TIMES = frozenset(
    {
        "VisibilityTimeout",
        "MessageRetentionPeriod",
        "DelaySeconds",
        "ReceiveMessageWaitTimeSeconds",
        "KmsDataKeyReusePeriodSeconds",
    }
)


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edited document comes to."""

    changes: tuple[Change, ...] = ()
    """The calls in their order; none where something is wrong, or nothing is different."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What would be set, by AWS's names."""
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


class Sheet(ABC):
    """The settings of one thing, as they were read and as they are edited."""

    tagged = True
    """Whether the thing has tags that can be changed."""

    def __init__(self, details: Details) -> None:
        """Take what the server said."""
        self._raw = details.attributes
        self._tags = own_tags(details.tags) if self.tagged else None
        self._before = {entry.name: entry.text for entry in self.entries()}
        self.text = written(self.title, self.entries(), self._tags)
        """The document as it begins."""
        self.begins_at = (4, self.text.split("\n")[4].index("=") + 2)
        """Line and column of the first value, from 0."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is about, in one line."""

    @abstractmethod
    def entries(self) -> Sequence[Entry]:
        """Give the settings with their values."""

    @abstractmethod
    def plan(self, values: Mapping[str, str]) -> Plan:
        """Give what changed values come to."""

    @abstractmethod
    def calls(self, attributes: Mapping[str, str]) -> Sequence[Change]:
        """Give the calls that set these attributes."""

    @abstractmethod
    def tag_calls(self, tags: Mapping[str, str], gone: Sequence[str]) -> Sequence[Change]:
        """Give the calls that set and take off tags."""

    pairs: Sequence[frozenset[str]] = ()
    """Settings that are judged together."""

    def edited(self, text: str) -> Edited:
        """Say what an edited document comes to."""
        try:
            values, tags = parsed(text, list(self._before), tagged=self._tags is not None)
            self._check_tags(tags)
        except ValueFault as reason:
            return Edited(faults=(fault("", reason),))
        changed = {name: value for name, value in values.items() if not same(value.strip(), self._before[name].strip())}
        for pair in self.pairs:
            if pair & changed.keys():
                changed |= {name: values.get(name, self._before[name]) for name in pair if name in self._before}
        plan = self.plan(changed)
        if plan.faults:
            return Edited(faults=plan.faults, notes=plan.notes)
        attributes = {
            name: value for name, value in plan.attributes.items() if not same(value, self._raw.get(name, ""))
        }
        calls = [*self.calls(attributes), *self._tag_calls(tags)]
        return Edited(tuple(calls), attributes, (), plan.notes)

    def _check_tags(self, tags: Mapping[str, str] | None) -> None:
        """Refuse what AWS would refuse of the tags that are new, and too many.

        Raises:
            ValueFault: with the first fault.
        """
        if tags is not None and self._tags is not None:
            check_tags({key: value for key, value in tags.items() if self._tags.get(key) != value}, count=len(tags))

    def _tag_calls(self, tags: Mapping[str, str] | None) -> Sequence[Change]:
        if tags is None or self._tags is None:
            return ()
        new = {key: value for key, value in tags.items() if self._tags.get(key) != value}
        return self.tag_calls(new, sorted(self._tags.keys() - tags.keys()))

    def moved(self, now: Details, edited: Edited) -> list[str]:
        """Give what somebody else has changed of what would be set: attributes, or ``tags``."""
        found = [name for name in edited.attributes if now.attributes.get(name) != self._raw.get(name)]
        tagging = any(isinstance(each, TagQueue | UntagQueue | TagTopic | UntagTopic) for each in edited.changes)
        return [*found, *(["tags"] if tagging and own_tags(now.tags) != self._tags else [])]

    def _simple(self, settings: Sequence[Setting], *, fifo: bool) -> list[Entry]:
        return [
            Entry(each.name, self._raw.get(each.attribute, ""), f"{_unit(each)}{each.hint}")
            for each in settings
            if fifo or not each.fifo
        ]


class QueueSheet(Sheet):
    """The settings of a queue."""

    pairs = (
        frozenset({queues.DEAD, queues.RECEIVES}),
        frozenset({"deduplication_scope", "fifo_throughput_limit"}),
    )

    def __init__(self, queue: QueueRef, details: Details, place: Place) -> None:
        self._queue = queue
        self._place = place
        super().__init__(details)

    @property
    def title(self) -> str:
        """What it is about, in one line."""
        return f"The queue {self._queue.name}"

    def entries(self) -> Sequence[Entry]:
        """Give the settings with their values."""
        redrive = _object(self._raw.get("RedrivePolicy"))
        count = redrive.get("maxReceiveCount")
        hints = queues.HINTS
        return [
            *self._simple(queues.SIMPLE, fifo=self._queue.fifo),
            Entry(queues.DEAD, _name_near(redrive.get("deadLetterTargetArn"), self._queue.arn), hints[queues.DEAD]),
            Entry(queues.RECEIVES, "" if count is None else str(count), hints[queues.RECEIVES]),
            Entry(queues.ALLOW, self._allowed(), hints[queues.ALLOW]),
            Entry(queues.ENCRYPTION, self._encryption(), hints[queues.ENCRYPTION]),
            Entry(queues.POLICY, self._raw.get("Policy", ""), hints[queues.POLICY], document=True),
        ]

    def _allowed(self) -> str:
        allowed = _object(self._raw.get("RedriveAllowPolicy"))
        if allowed.get("redrivePermission") != "byQueue":
            return str(allowed.get("redrivePermission", ""))
        return ", ".join(_name_near(arn, self._queue.arn) for arn in allowed.get("sourceQueueArns", []))

    def _encryption(self) -> str:
        key = self._raw.get("KmsMasterKeyId", "")
        if key:
            return key
        return {"true": "SSE-SQS", "false": "none"}.get(self._raw.get("SqsManagedSseEnabled", ""), "")

    def plan(self, values: Mapping[str, str]) -> Plan:
        """Give what changed values come to."""
        kept = self._raw.get("MessageRetentionPeriod", "")
        retention = int(kept) if kept.isdecimal() else queues.USUAL_RETENTION
        found = queues.queue_plan(values, self._place, name=self._queue.name, changes=True, retention=retention)
        if "SqsManagedSseEnabled" in found.attributes and self._raw.get("KmsMasterKeyId"):
            return replace(found, attributes={**found.attributes, "KmsMasterKeyId": ""})
        return found

    def calls(self, attributes: Mapping[str, str]) -> Sequence[Change]:
        """Set all attributes by one call."""
        return [SetQueueAttributes(self._queue, attributes)] if attributes else []

    def tag_calls(self, tags: Mapping[str, str], gone: Sequence[str]) -> Sequence[Change]:
        """Give the calls that set and take off tags."""
        untag: list[Change] = [UntagQueue(self._queue, gone)] if gone else []
        return [*untag, TagQueue(self._queue, tags)] if tags else untag


class TopicSheet(Sheet):
    """The settings of a topic."""

    def __init__(self, arn: str, details: Details) -> None:
        self._arn = arn
        super().__init__(details)

    @property
    def title(self) -> str:
        """What it is about, in one line."""
        return f"The topic {name_of(self._arn)}"

    def entries(self) -> Sequence[Entry]:
        """Give the settings with their values."""
        documents = [
            Entry(each.name, self._raw.get(each.attribute, ""), each.hint, document=True) for each in topics.DOCUMENTS
        ]
        return [*self._simple(topics.SETTINGS, fifo=is_fifo(self._arn)), *documents]

    def plan(self, values: Mapping[str, str]) -> Plan:
        """Give what changed values come to."""
        return topics.topic_plan(values, name=name_of(self._arn), changes=True)

    def calls(self, attributes: Mapping[str, str]) -> Sequence[Change]:
        """Set one attribute by each call."""
        return [SetTopicAttribute(self._arn, name, value) for name, value in attributes.items()]

    def tag_calls(self, tags: Mapping[str, str], gone: Sequence[str]) -> Sequence[Change]:
        """Give the calls that set and take off tags."""
        untag: list[Change] = [UntagTopic(self._arn, gone)] if gone else []
        return [*untag, TagTopic(self._arn, tags)] if tags else untag


class SubscriptionSheet(Sheet):
    """The settings of a subscription, which has no tags."""

    tagged = False
    pairs = (frozenset({subscriptions.POLICY, subscriptions.SCOPE}),)

    def __init__(self, subscription: Subscription, topic: Topic, details: Details, place: Place) -> None:
        self._subscription = subscription
        self._topic = topic
        self._place = place
        super().__init__(details)

    @property
    def title(self) -> str:
        """What it is about, in one line."""
        return f"The subscription of {self._subscription.name} to {self._topic.name}"

    def entries(self) -> Sequence[Entry]:
        """Give the settings with their values."""
        protocol, hints = self._subscription.ref.protocol, subscriptions.HINTS
        scope, raw, role = subscriptions.SETTINGS
        set_scope = "body" if self._raw.get(scope.attribute) == BODY else "attributes"
        dead = _object(self._raw.get("RedrivePolicy")).get("deadLetterTargetArn")
        entries = [Entry(scope.name, set_scope, scope.hint)]
        if protocol in subscriptions.RAW_PROTOCOLS:
            entries.append(Entry(raw.name, self._raw.get(raw.attribute, "false").lower(), raw.hint))
        if protocol == "firehose":
            entries.append(Entry(role.name, self._raw.get(role.attribute, ""), role.hint))
        near = self._place.arn("sqs", "x")
        entries.append(Entry(subscriptions.DEAD, _name_near(dead, near), hints[subscriptions.DEAD]))
        policy = self._raw.get("FilterPolicy", "")
        entries.append(Entry(subscriptions.POLICY, policy, hints[subscriptions.POLICY], document=True))
        if protocol in ("http", "https"):
            retries = subscriptions.DELIVERY
            entries.append(Entry(retries.name, self._raw.get(retries.attribute, ""), retries.hint, document=True))
        return entries

    def plan(self, values: Mapping[str, str]) -> Plan:
        """Give what changed values come to."""
        protocol = self._subscription.ref.protocol
        asked = dict(values)
        if protocol == "firehose":
            asked.setdefault(subscriptions.ROLE, self._before_of(subscriptions.ROLE))
        found = subscriptions.subscription_settings(asked, self._topic, self._place, protocol=protocol, changes=True)
        if self._raw.get("FilterPolicy") or found.attributes.get("FilterPolicy") != NO_POLICY:
            return found
        # There is none, and there is to be none.
        return replace(found, attributes={k: v for k, v in found.attributes.items() if k != "FilterPolicy"})

    def _before_of(self, name: str) -> str:
        return next((each.text for each in self.entries() if each.name == name), "")

    def calls(self, attributes: Mapping[str, str]) -> Sequence[Change]:
        """Set one attribute by each call, the filter policy and its scope in the order that SNS takes."""
        arn, raw = self._subscription.ref.arn, self._raw
        before = raw.get("FilterPolicy") or "{}", raw.get("FilterPolicyScope") or "MessageAttributes"
        after = attributes.get("FilterPolicy", before[0]), attributes.get("FilterPolicyScope", before[1])
        others = [
            SetSubscriptionAttribute(arn, name, value)
            for name, value in attributes.items()
            if not name.startswith("FilterPolicy")
        ]
        return [*filter_changes(arn, before, after), *others]

    def tag_calls(self, tags: Mapping[str, str], gone: Sequence[str]) -> Sequence[Change]:
        """Give nothing: a subscription has no tags."""
        return []


def _unit(setting: Setting) -> str:
    if setting.attribute in _TIMES:
        return "seconds, or such as 5 min · "
    return "bytes, or such as 256 KiB · " if setting.attribute == "MaximumMessageSize" else ""


def _object(text: str | None) -> dict[str, Any]:
    """Give a JSON object that the server said; an empty one where there is none that can be read."""
    try:
        found = document(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _name_near(arn: object, here: str) -> str:
    """Give the name of a queue in the same account and region, else its ARN."""
    if not isinstance(arn, str) or not is_arn(arn):
        return "" if arn is None else str(arn)
    one, other = Arn.parse(arn), Arn.parse(here)
    return one.name if (one.account, one.region) == (other.account, other.region) else arn
