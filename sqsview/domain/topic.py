"""What a topic and its subscriptions are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqsview.domain.arn import is_arn, is_fifo, name_of

if TYPE_CHECKING:
    from sqsview.domain.problem import Problem

PENDING_LITERAL = "PendingConfirmation"
DELETED_LITERAL = "Deleted"
"""What SNS lists in place of a subscription's ARN; neither may be used in a call."""


class SubscriptionStatus(StrEnum):
    """Whether messages can reach a subscription."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """What GetTopicAttributes says; None where the server does not."""

    display_name: str = ""
    confirmed: int | None = None
    pending: int | None = None
    deleted: int | None = None
    kms_key: str | None = None
    policy: str | None = None
    """Raw JSON."""
    content_based_deduplication: bool = False
    maximum_message_size: int | None = None
    """Bytes; only returned where it was set."""
    signature_version: str | None = None
    delivery_policy: str | None = None
    """Raw JSON of the effective delivery policy."""
    owner: str | None = None
    """Account."""


@dataclass(frozen=True, slots=True)
class TopicReading:
    """The answer of one GetTopicAttributes."""

    settings: TopicSettings
    raw: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SubscriptionRef:
    """A subscription as a listing gives it."""

    arn: str
    """The ARN, or one of the literals ``PendingConfirmation`` and ``Deleted``."""
    topic_arn: str
    protocol: str
    endpoint: str
    """Queue ARN, URL, e-mail address, phone number, function ARN: whatever the protocol delivers to."""
    owner: str = ""

    @property
    def key(self) -> str:
        """The identity: the ARN, or what it is made of while there is none.

        Two that wait to be confirmed for the same topic, protocol and endpoint cannot be told apart: where
        things are kept by key they are one, though SNS lists both.
        """
        return self.arn if is_arn(self.arn) else f"{self.topic_arn}|{self.protocol}|{self.endpoint}|{self.arn}"

    @property
    def readable(self) -> bool:
        """Tell whether attributes can be asked for: a literal in place of the ARN cannot."""
        return is_arn(self.arn)


@dataclass(frozen=True, slots=True)
class SubscriptionSettings:
    """What GetSubscriptionAttributes says."""

    filter_policy: str | None = None
    """Raw JSON."""
    filter_scope: str = "MessageAttributes"
    """``MessageAttributes`` or ``MessageBody``."""
    raw_delivery: bool = False
    dead_letter_target: str | None = None
    """ARN of the queue that gets what cannot be delivered."""
    pending: bool = False
    delivery_policy: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionReading:
    """The answer of one GetSubscriptionAttributes."""

    settings: SubscriptionSettings
    raw: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Subscription:
    """All that is known of one subscription."""

    ref: SubscriptionRef
    settings: SubscriptionSettings | None = None
    """None until read, and for ever where the listing has no ARN to ask with."""
    read_at: float | None = None
    """Monotonic seconds of the last good reading of the settings."""
    first_seen_at: float | None = None
    """Monotonic seconds; SNS does not say when a subscription was made."""
    problem: Problem | None = None

    @property
    def key(self) -> str:
        """The identity that rows and the cursor follow."""
        return self.ref.key

    @property
    def name(self) -> str:
        """What it delivers to, as short as it stays clear: a queue's name, an application's device, else all of it."""
        endpoint = self.ref.endpoint
        if not is_arn(endpoint):
            return endpoint
        parts = endpoint.split("/")
        return f"{parts[2]} {parts[3][:8]}" if len(parts) == 4 else name_of(endpoint)

    @property
    def status(self) -> SubscriptionStatus:
        """Confirmed, pending or deleted, from the listing's literal or from the attributes."""
        if self.ref.arn == DELETED_LITERAL:
            return SubscriptionStatus.DELETED
        if self.ref.arn == PENDING_LITERAL or (self.settings is not None and self.settings.pending):
            return SubscriptionStatus.PENDING
        return SubscriptionStatus.CONFIRMED


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """All that is known of one topic."""

    arn: str
    subscriptions: tuple[Subscription, ...] = ()
    """From the sweep of all subscriptions, sorted by protocol and endpoint."""
    settings: TopicSettings | None = None
    read_at: float | None = None
    """Monotonic seconds of the last good reading of the settings."""
    problem: Problem | None = None

    @property
    def key(self) -> str:
        """The identity that rows and the cursor follow."""
        return self.arn

    @property
    def name(self) -> str:
        """The topic's name."""
        return name_of(self.arn)

    @property
    def fifo(self) -> bool:
        """Tell whether this is a FIFO topic."""
        return is_fifo(self.arn)

    def count(self, status: SubscriptionStatus) -> int:
        """Count the subscriptions of this status: the server's figure, unless it is below what was listed.

        Some servers leave their counters at 0, so the subscriptions that were listed are the floor.
        """
        listed = sum(subscription.status is status for subscription in self.subscriptions)
        if self.settings is None:
            return listed
        told = {
            SubscriptionStatus.CONFIRMED: self.settings.confirmed,
            SubscriptionStatus.PENDING: self.settings.pending,
            SubscriptionStatus.DELETED: self.settings.deleted,
        }[status]
        return max(listed, told or 0)
