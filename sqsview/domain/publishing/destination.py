"""Where a message goes, as far as it decides what a message may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqsview.domain.arn import is_fifo, name_of
from sqsview.domain.queue import Queue, QueueRef, QueueSettings
from sqsview.domain.topic import Subscription, Topic, TopicSettings

MIB = 1_048_576
"""Bytes that a message, and the messages of one batch together, may have at most (SQS API, SendMessageBatch)."""
TOPIC_DEFAULT = 262_144
"""Bytes of a message to a topic without a ``MaximumMessageSize`` of its own (SNS API, Publish)."""


class DestinationKind(StrEnum):
    """What a message can be sent to."""

    QUEUE = "queue"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Destination:
    """One queue or topic that a message is for."""

    kind: DestinationKind
    arn: str
    name: str
    limit: int
    """Bytes of one message with its attributes."""
    limit_told: bool = True
    """Whether the settings were read, so that the limit is this one and no default."""
    content_based_deduplication: bool | None = False
    """Whether a FIFO queue or topic makes the deduplication id from the body; None where that is not known."""
    deduplication_per_group: bool = False
    """Whether a deduplication id counts within its group only."""
    ref: QueueRef | None = None
    """How to reach a queue; None for a topic."""
    raw_queues: tuple[str, ...] = ()
    """Names of the queues that a topic delivers to without an envelope."""

    @property
    def key(self) -> str:
        """The identity, for what is remembered of it."""
        return self.arn

    @property
    def fifo(self) -> bool:
        """Tell whether this is a FIFO queue or topic."""
        return is_fifo(self.name)

    @property
    def is_queue(self) -> bool:
        """Tell whether this is a queue."""
        return self.kind is DestinationKind.QUEUE

    @property
    def is_topic(self) -> bool:
        """Tell whether this is a topic."""
        return self.kind is DestinationKind.TOPIC

    @property
    def batch_limit(self) -> int:
        """Bytes of the messages of one batch together.

        A queue or topic that was made before 1 MiB was allowed, or another server, tells 256 KiB; more is not tried
        there.
        """
        return min(MIB, max(self.limit, TOPIC_DEFAULT))


def queue_destination(ref: QueueRef, settings: QueueSettings | None) -> Destination:
    """Give a queue as a destination; None for settings that could not be read."""
    limit = settings.maximum_message_size if settings else None
    return Destination(
        DestinationKind.QUEUE,
        ref.arn,
        ref.name,
        limit or MIB,
        limit_told=settings is not None,
        content_based_deduplication=settings.content_based_deduplication if settings else None,
        deduplication_per_group=settings is not None and settings.deduplication_scope == "messageGroup",
        ref=ref,
    )


def topic_destination(
    arn: str, settings: TopicSettings | None, subscriptions: Iterable[Subscription] = ()
) -> Destination:
    """Give a topic as a destination; None for settings that could not be read."""
    limit = settings.maximum_message_size if settings else None
    raw = (
        subscription.name
        for subscription in subscriptions
        if subscription.ref.protocol == "sqs" and subscription.settings and subscription.settings.raw_delivery
    )
    return Destination(
        DestinationKind.TOPIC,
        arn,
        name_of(arn),
        limit or TOPIC_DEFAULT,
        limit_told=settings is not None,
        content_based_deduplication=settings.content_based_deduplication if settings else None,
        raw_queues=tuple(sorted(raw)),
    )


def destination_of(thing: Queue | Topic) -> Destination:
    """Give a queue or topic of a snapshot as a destination."""
    if isinstance(thing, Queue):
        return queue_destination(thing.ref, thing.settings)
    return topic_destination(thing.arn, thing.settings, thing.subscriptions)
