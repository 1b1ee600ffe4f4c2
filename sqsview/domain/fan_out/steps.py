"""What there is of a fan-out, and the steps that are missing from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqsview.domain.admission import key_statement
from sqsview.domain.arn import Arn
from sqsview.domain.fan_out.calls import MAKING, Call
from sqsview.domain.queue import QueueSettings
from sqsview.domain.topic import SubscriptionRef, SubscriptionSettings, TopicSettings

_NO_TAGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is built: all of a fan-out is in one account and region."""

    partition: str
    region: str
    account: str

    def topic(self, name: str) -> str:
        """Give the ARN that a topic of this name has here."""
        return str(Arn(self.partition, "sns", self.region, self.account, name))

    def queue(self, name: str) -> str:
        """Give the ARN that a queue of this name has here."""
        return str(Arn(self.partition, "sqs", self.region, self.account, name))


@dataclass(frozen=True, slots=True)
class ThereQueue:
    """A queue that exists."""

    settings: QueueSettings
    tags: Mapping[str, str] = field(default_factory=lambda: _NO_TAGS)
    """Only read where the description has tags."""


@dataclass(frozen=True, slots=True)
class ThereSubscription:
    """A subscription of the topic that exists."""

    ref: SubscriptionRef
    settings: SubscriptionSettings | None
    """None where it has no ARN to ask with."""


@dataclass(frozen=True, slots=True)
class Existing:
    """What there is of a description's things; what is not in it does not exist."""

    place: Place
    topic: TopicSettings | None = None
    topic_tags: Mapping[str, str] = field(default_factory=lambda: _NO_TAGS)
    queues: Mapping[str, ThereQueue] = field(default_factory=dict)
    """By name."""
    subscriptions: Mapping[str, tuple[ThereSubscription, ...]] = field(default_factory=dict)
    """By the ARN of the queue; a queue can be subscribed more than once."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call, and what it is for. The words may hold names, so they are untrusted text."""

    call: Call
    words: str
    difference: tuple[str, str] | None = None
    """What it changes, before and after; None where it makes something."""
    loses: str = ""
    """What may be lost by it, which a person has to agree to."""

    @property
    def makes(self) -> bool:
        """Tell whether there is something more afterwards."""
        return isinstance(self.call, MAKING)


@dataclass(frozen=True, slots=True)
class Plan:
    """All of the calls, in the order in which they have to be made."""

    topic_arn: str
    steps: tuple[Step, ...]
    refusals: tuple[str, ...] = ()
    """Why it cannot be built, a line each; where there is one, nothing is called. Untrusted text."""
    notes: tuple[str, ...] = ()
    """What a person has to know, a line each. Untrusted text."""
    there: int = 0
    """Things of the description that exist already: topic, queues and subscriptions."""

    @property
    def losing(self) -> tuple[Step, ...]:
        """The steps by which something may be lost."""
        return tuple(step for step in self.steps if step.loses)


def key_note(name: str, key: str) -> str:
    """Say what the policy of a key has to have before SNS can deliver to a queue that is encrypted with it."""
    return (
        f"{name} is encrypted with {key}: nothing arrives unless the policy of that key has this statement, "
        f"which is not set here: {key_statement()}"
    )
