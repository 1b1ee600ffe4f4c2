"""Single calls that create a queue, topic or subscription or change how it is set, before anybody makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqsview.domain.arn import name_of
from sqsview.domain.queue import QueueRef


@dataclass(frozen=True, slots=True)
class CreateQueue:
    """One CreateQueue."""

    name: str
    attributes: Mapping[str, str]
    tags: Mapping[str, str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"CreateQueue {self.name}{_with(self.attributes)}{_tagged(self.tags)}"


@dataclass(frozen=True, slots=True)
class SetQueueAttributes:
    """One SetQueueAttributes."""

    queue: QueueRef
    attributes: Mapping[str, str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"SetQueueAttributes {self.queue.name}{_with(self.attributes)}"


@dataclass(frozen=True, slots=True)
class AdmitTopic:
    """The statement that lets a topic in, merged into the queue's policy as it stands when it is done."""

    queue: QueueRef
    topic_arn: str

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return (
            f"SetQueueAttributes {self.queue.name}: Policy, with a statement more that admits {name_of(self.topic_arn)}"
        )


@dataclass(frozen=True, slots=True)
class TagQueue:
    """One TagQueue."""

    queue: QueueRef
    tags: Mapping[str, str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"TagQueue {self.queue.name}{_with(self.tags)}"


@dataclass(frozen=True, slots=True)
class UntagQueue:
    """One UntagQueue."""

    queue: QueueRef
    keys: Sequence[str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"UntagQueue {self.queue.name}: {', '.join(self.keys)}"


@dataclass(frozen=True, slots=True)
class CreateTopic:
    """One CreateTopic."""

    name: str
    attributes: Mapping[str, str]
    tags: Mapping[str, str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"CreateTopic {self.name}{_with(self.attributes)}{_tagged(self.tags)}"


@dataclass(frozen=True, slots=True)
class SetTopicAttribute:
    """One SetTopicAttributes, which sets one."""

    arn: str
    name: str
    value: str

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"SetTopicAttributes {name_of(self.arn)}{_with({self.name: self.value})}"


@dataclass(frozen=True, slots=True)
class TagTopic:
    """One TagResource."""

    arn: str
    tags: Mapping[str, str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"TagResource {name_of(self.arn)}{_with(self.tags)}"


@dataclass(frozen=True, slots=True)
class UntagTopic:
    """One UntagResource."""

    arn: str
    keys: Sequence[str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"UntagResource {name_of(self.arn)}: {', '.join(self.keys)}"


@dataclass(frozen=True, slots=True)
class Subscribe:
    """One Subscribe."""

    topic_arn: str
    protocol: str
    endpoint: str
    attributes: Mapping[str, str]

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"Subscribe {self.protocol} {self.endpoint} to {name_of(self.topic_arn)}{_with(self.attributes)}"


@dataclass(frozen=True, slots=True)
class SetSubscriptionAttribute:
    """One SetSubscriptionAttributes, which sets one."""

    arn: str
    name: str
    value: str

    @property
    def words(self) -> str:
        """The call, in one line that may hold untrusted text."""
        return f"SetSubscriptionAttributes{_with({self.name: self.value})}"


Change: TypeAlias = (
    CreateQueue
    | SetQueueAttributes
    | AdmitTopic
    | TagQueue
    | UntagQueue
    | CreateTopic
    | SetTopicAttribute
    | TagTopic
    | UntagTopic
    | Subscribe
    | SetSubscriptionAttribute
)
"""One call; each has ``words``."""


def _with(attributes: Mapping[str, str]) -> str:
    return ": " + ", ".join(f"{name} {value or '(none)'}" for name, value in attributes.items()) if attributes else ""


def _tagged(tags: Mapping[str, str]) -> str:
    return f" · tags {', '.join(f'{key}={value}' for key, value in tags.items())}" if tags else ""
