"""How the account in memory creates and configures: the same again changes nothing, other attributes are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqsview.aws import parse
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.topic import PENDING_LITERAL, SubscriptionRef, SubscriptionSettings, TopicSettings
from sqsview.errors import NotFound, Rejected

if TYPE_CHECKING:
    from tests.support.double import Account

QUEUE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "VisibilityTimeout": ("visibility_timeout",),
    "MessageRetentionPeriod": ("retention",),
    "DelaySeconds": ("delay",),
    "ReceiveMessageWaitTimeSeconds": ("receive_wait",),
    "MaximumMessageSize": ("maximum_message_size",),
    "RedrivePolicy": ("dead_letter_target", "max_receive_count", "redrive_policy"),
    "RedriveAllowPolicy": ("redrive_permission", "redrive_sources"),
    "ContentBasedDeduplication": ("content_based_deduplication",),
    "DeduplicationScope": ("deduplication_scope",),
    "FifoThroughputLimit": ("fifo_throughput_limit",),
    "KmsMasterKeyId": ("encryption", "kms_key"),
    "SqsManagedSseEnabled": ("encryption",),
    "Policy": ("policy",),
}
"""Which fields of the settings an attribute is told in; one that has none is taken and forgotten."""
TOPIC_FIELDS: Mapping[str, tuple[str, ...]] = {
    "DisplayName": ("display_name",),
    "KmsMasterKeyId": ("kms_key",),
    "Policy": ("policy",),
    "ContentBasedDeduplication": ("content_based_deduplication",),
    "MaximumMessageSize": ("maximum_message_size",),
    "SignatureVersion": ("signature_version",),
}
SUBSCRIPTION_FIELDS: Mapping[str, tuple[str, ...]] = {
    "FilterPolicy": ("filter_policy",),
    "FilterPolicyScope": ("filter_scope",),
    "RawMessageDelivery": ("raw_delivery",),
    "RedrivePolicy": ("dead_letter_target",),
}
WAITS = frozenset({"http", "https", "email", "email-json"})
"""Protocols whose endpoints must confirm."""


class DoubleBuilding:
    """Creates and configures on an `Account`."""

    account: Account

    async def create_queue(self, name: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> QueueRef:
        await self.account.call("create_queue", name)
        facts = self.account.queues.get(name)
        if facts is not None:
            fields = queue_fields(facts.ref, attributes)
            refuse_other(facts.settings, fields, "A queue of this name already exists", name)
            return facts.ref
        made = self.account.add_queue(name)
        made.settings = replace(made.settings, **queue_fields(made.ref, attributes))
        made.tags = dict(tags)
        return made.ref

    async def set_queue_attributes(self, queue: QueueRef, attributes: Mapping[str, str]) -> None:
        await self.account.call("set_queue_attributes", queue.name)
        facts = self.account.queue(queue.name)
        facts.settings = replace(facts.settings, **queue_fields(queue, attributes))

    async def tag_queue(self, queue: QueueRef, tags: Mapping[str, str]) -> None:
        await self.account.call("tag_queue", queue.name)
        self.account.queue(queue.name).tags.update(tags)

    async def untag_queue(self, queue: QueueRef, keys: Sequence[str]) -> None:
        await self.account.call("untag_queue", queue.name)
        facts = self.account.queue(queue.name)
        facts.tags = {key: value for key, value in facts.tags.items() if key not in keys}

    async def create_topic(self, name: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> str:
        await self.account.call("create_topic", name)
        arn = self.account.topic_arn(name)
        fields = topic_fields(arn, attributes)
        if arn in self.account.topics:
            refuse_other(self.account.topics[arn], fields, "Topic already exists with different attributes")
        else:
            self.account.topics[arn] = replace(TopicSettings(), **fields)
            self.account.topic_tags[arn] = dict(tags)
        return arn

    async def set_topic_attributes(self, arn: str, name: str, value: str) -> None:
        await self.account.call("set_topic_attributes", arn)
        if arn not in self.account.topics:
            raise _gone()
        self.account.topics[arn] = replace(self.account.topics[arn], **topic_fields(arn, {name: value}))

    async def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        await self.account.call("tag_resource", arn)
        self.account.tags_of(arn).update(tags)

    async def untag_resource(self, arn: str, keys: Sequence[str]) -> None:
        await self.account.call("untag_resource", arn)
        kept = self.account.tags_of(arn)
        for key in keys:
            kept.pop(key, None)

    async def subscribe(
        self, topic_arn: str, protocol: str, endpoint: str, attributes: Mapping[str, str]
    ) -> str | None:
        await self.account.call("subscribe", topic_arn)
        if topic_arn not in self.account.topics:
            raise _gone()
        fields = subscription_fields(attributes)
        for ref, settings in self.account.subscriptions.values():
            if (ref.topic_arn, ref.protocol, ref.endpoint) == (topic_arn, protocol, endpoint):
                refuse_other(settings, fields, "Subscription already exists with different attributes")
                return ref.arn if ref.readable else None
        literal = PENDING_LITERAL if protocol in WAITS else None
        made = self.account.subscribe(topic_arn, endpoint, protocol=protocol, literal=literal, **fields)
        return made.arn if made.readable else None

    async def set_subscription_attributes(self, arn: str, name: str, value: str) -> None:
        await self.account.call("set_subscription_attributes", arn)
        if arn not in self.account.subscriptions:
            raise _gone()
        ref, settings = self.account.subscriptions[arn]
        self.account.subscriptions[arn] = (ref, replace(settings, **subscription_fields({name: value})))

    async def confirm_subscription(self, topic_arn: str, token: str) -> str:
        """Confirm the subscription whose endpoint is the token, which is all that the double sends."""
        await self.account.call("confirm_subscription", topic_arn)
        for key, (ref, settings) in list(self.account.subscriptions.items()):
            if settings.pending and (ref.topic_arn, ref.endpoint) == (topic_arn, token):
                arn = f"{topic_arn}:confirmed-{len(self.account.calls):08d}"
                del self.account.subscriptions[key]
                confirmed: tuple[SubscriptionRef, SubscriptionSettings]
                confirmed = (replace(ref, arn=arn), replace(settings, pending=False))
                self.account.subscriptions[arn] = confirmed
                return arn
        raise Rejected(Problem(ProblemKind.FAILED, "Invalid token"))


def queue_fields(queue: QueueRef, attributes: Mapping[str, str]) -> dict[str, Any]:
    """Give the settings that attributes of a queue stand for."""
    read = parse.queue_reading({"Attributes": {"QueueArn": queue.arn, **attributes}}, queue).settings
    return _fields(read, QUEUE_FIELDS, attributes)


def topic_fields(arn: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    """Give the settings that attributes of a topic stand for."""
    read = parse.topic_reading({"Attributes": {"TopicArn": arn, **attributes}}, arn).settings
    return _fields(read, TOPIC_FIELDS, attributes)


def subscription_fields(attributes: Mapping[str, str]) -> dict[str, Any]:
    """Give the settings that attributes of a subscription stand for; an empty filter policy is none."""
    read = parse.subscription_reading({"Attributes": {"Owner": "", **attributes}}, "").settings
    return _fields(read, SUBSCRIPTION_FIELDS, attributes)


def refuse_other(settings: object, wanted: Mapping[str, Any], words: str, thing: str = "") -> None:
    """Refuse what is there already and is not the same."""
    if any(getattr(settings, name) != value for name, value in wanted.items()):
        raise Rejected(Problem(ProblemKind.FAILED, words, thing=thing))


def _fields(read: object, names: Mapping[str, tuple[str, ...]], attributes: Mapping[str, str]) -> dict[str, Any]:
    return {field: getattr(read, field) for name in attributes for field in names.get(name, ())}


def _gone() -> NotFound:
    return NotFound(Problem(ProblemKind.GONE, "it does not exist"))
