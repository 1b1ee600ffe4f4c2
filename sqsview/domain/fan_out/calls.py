"""The calls that build a fan-out, each as it would be made, so that it can be shown before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqsview.domain.arn import name_of
from sqsview.domain.topology import SQS_PROTOCOL


@dataclass(frozen=True, slots=True)
class CreateTopic:
    """Makes a topic."""

    arn: str
    """That it will have."""
    attributes: Mapping[str, str]
    tags: Mapping[str, str]

    api = "sns:CreateTopic"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return _filled(Name=name_of(self.arn), Attributes=self.attributes, Tags=self.tags)


@dataclass(frozen=True, slots=True)
class CreateQueue:
    """Makes a queue with all that it has."""

    arn: str
    """That it will have."""
    attributes: Mapping[str, str]
    tags: Mapping[str, str]

    api = "sqs:CreateQueue"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return _filled(QueueName=name_of(self.arn), Attributes=self.attributes, tags=self.tags)


@dataclass(frozen=True, slots=True)
class SetQueueAttributes:
    """Sets attributes of a queue that is there."""

    arn: str
    attributes: Mapping[str, str]

    api = "sqs:SetQueueAttributes"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return {"QueueName": name_of(self.arn), "Attributes": dict(self.attributes)}


@dataclass(frozen=True, slots=True)
class AdmitTopic:
    """Adds a statement to the policy of a queue that is there; merged anew with what stands in it then."""

    arn: str
    topic_arn: str
    policy: str
    """As it is now, with the statement added."""

    api = "sqs:SetQueueAttributes"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return {"QueueName": name_of(self.arn), "Attributes": {"Policy": self.policy}}


@dataclass(frozen=True, slots=True)
class AcceptDeadLetters:
    """Adds a queue to those that a dead-letter queue takes messages of; merged anew with what stands there then."""

    arn: str
    source_arn: str
    policy: str
    """The redrive allow policy as it is now, with the queue added."""

    api = "sqs:SetQueueAttributes"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return {"QueueName": name_of(self.arn), "Attributes": {"RedriveAllowPolicy": self.policy}}


@dataclass(frozen=True, slots=True)
class TagQueue:
    """Sets tags of a queue that is there."""

    arn: str
    tags: Mapping[str, str]

    api = "sqs:TagQueue"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return {"QueueName": name_of(self.arn), "Tags": dict(self.tags)}


@dataclass(frozen=True, slots=True)
class SetTopicAttribute:
    """Sets an attribute of a topic that is there."""

    arn: str
    name: str
    value: str

    api = "sns:SetTopicAttributes"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return {"TopicArn": self.arn, "AttributeName": self.name, "AttributeValue": self.value}


@dataclass(frozen=True, slots=True)
class TagTopic:
    """Sets tags of a topic that is there."""

    arn: str
    tags: Mapping[str, str]

    api = "sns:TagResource"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return {"ResourceArn": self.arn, "Tags": dict(self.tags)}


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribes a queue to the topic."""

    topic_arn: str
    queue_arn: str
    attributes: Mapping[str, str]

    api = "sns:Subscribe"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes: of the topic, for that of the subscription is not known before."""
        return self.topic_arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return _filled(
            TopicArn=self.topic_arn, Protocol=SQS_PROTOCOL, Endpoint=self.queue_arn, Attributes=self.attributes
        )


@dataclass(frozen=True, slots=True)
class SetSubscriptionAttribute:
    """Sets an attribute of a subscription that is there."""

    arn: str
    name: str
    value: str

    api = "sns:SetSubscriptionAttributes"

    @property
    def thing(self) -> str:
        """The ARN of what it changes or makes."""
        return self.arn

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the API takes."""
        return {"SubscriptionArn": self.arn, "AttributeName": self.name, "AttributeValue": self.value}


Call: TypeAlias = (
    CreateTopic
    | CreateQueue
    | SetQueueAttributes
    | AdmitTopic
    | AcceptDeadLetters
    | TagQueue
    | SetTopicAttribute
    | TagTopic
    | Subscribe
    | SetSubscriptionAttribute
)

MAKING = (CreateTopic, CreateQueue, Subscribe)
"""What there is more of afterwards, and can be taken back."""


def _filled(**parameters: object) -> Mapping[str, object]:
    """Leave out what is empty."""
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in parameters.items() if value}


def used_queues(call: Call) -> frozenset[str]:
    """Give the ARNs of the queues that have to be there before a call."""
    match call:
        case CreateQueue(attributes=attributes):
            used = set()
        case SetQueueAttributes(arn=arn, attributes=attributes):
            used = {arn}
        case Subscribe(queue_arn=arn, attributes=attributes):
            used = {arn}
        case SetSubscriptionAttribute(name=name, value=value):
            used, attributes = set(), {name: value}
        case AcceptDeadLetters(arn=arn) | AdmitTopic(arn=arn) | TagQueue(arn=arn):
            return frozenset({arn})
        case _:
            return frozenset()
    if "RedrivePolicy" in attributes:
        used.add(json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"])
    return frozenset(used)
