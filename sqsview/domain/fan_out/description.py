"""A fan-out as a person describes it: a topic, the queues that it delivers to, and where failures go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqsview.domain.arn import is_fifo
from sqsview.domain.filter_policy import ATTRIBUTES

_NOTHING: Mapping[str, str] = MappingProxyType({})

USUAL_RECEIVES = 10
"""``maxReceiveCount`` where none is given (SQS API reference, SetQueueAttributes)."""
LONGEST_RETENTION = 14 * 86_400
"""Seconds for which a dead-letter queue keeps messages unless it is told otherwise: the most there is (SQS API
reference), for a dead letter of a standard queue is as old there as it was in its source."""


class DescriptionFault(ValueError):
    """What is wrong with a description, in one line that names the key and the value. Untrusted text."""


@dataclass(frozen=True, slots=True)
class TopicPart:
    """The topic; what is None is left as it is, or as SNS has it for a new one."""

    name: str
    display_name: str | None = None
    content_based_deduplication: bool | None = None
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def fifo(self) -> bool:
        """Tell whether it is a FIFO topic."""
        return is_fifo(self.name)


@dataclass(frozen=True, slots=True)
class QueuePart:
    """How one queue is set up; what is None is left as it is, or as SQS has it for a new one."""

    name: str
    visibility_timeout: int | None = None
    """Seconds."""
    retention: int | None = None
    """Seconds."""
    delay: int | None = None
    """Seconds."""
    receive_wait: int | None = None
    """Seconds."""
    maximum_message_size: int | None = None
    """Bytes."""
    content_based_deduplication: bool | None = None
    kms_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def fifo(self) -> bool:
        """Tell whether it is a FIFO queue."""
        return is_fifo(self.name)


@dataclass(frozen=True, slots=True)
class BranchPart:
    """One queue with its subscription: what it gets, how, and where failures go."""

    queue: QueuePart
    filter_policy: str | None = None
    """JSON; ``{}`` lets everything through, None leaves what is there."""
    scope: str = ATTRIBUTES
    """Of the filter policy: ``MessageAttributes`` or ``MessageBody``."""
    raw: bool | None = None
    dead_letter_queue: str | None = None
    """Its name; None leaves what is there."""
    max_receive_count: int | None = None
    """None leaves what is there, and is `USUAL_RECEIVES` where a dead-letter queue is new to it."""
    undelivered: str | None = None
    """The name of the subscription's own dead-letter queue, which gets what SNS cannot deliver."""

    @property
    def name(self) -> str:
        """The queue's name."""
        return self.queue.name


@dataclass(frozen=True, slots=True)
class Description:
    """The whole of it."""

    topic: TopicPart
    branches: tuple[BranchPart, ...]
    dead_letter_queues: tuple[QueuePart, ...] = ()
    """How dead-letter queues are set up, all that are named anywhere, in the order in which they are named."""

    @property
    def queue_names(self) -> tuple[str, ...]:
        """Every queue that is named, dead-letter queues first, as they have to be made."""
        names = [each.name for each in (*self.dead_letter_queues, *(branch.queue for branch in self.branches))]
        return tuple(dict.fromkeys(names))
