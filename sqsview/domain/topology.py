"""Who feeds whom: the joints between topics, subscriptions, queues and dead-letter queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from sqsview.domain.arn import name_of
from sqsview.domain.queue import Queue
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic

SQS_PROTOCOL = "sqs"
"""What ListSubscriptions says where the endpoint is a queue's ARN."""

_T = TypeVar("_T")


class OrphanKind(StrEnum):
    """What a thing lacks that it has no visible use without."""

    UNHEARD_TOPIC = "topic without subscriptions"
    UNFED_QUEUE = "queue that nothing feeds"
    LOST_REDRIVE = "redrive to a queue that is not there"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A topic or queue that hangs loose, as far as the metadata tells."""

    kind: OrphanKind
    thing: Topic | Queue
    words: str
    """One line: what it lacks. May hold names, so it is untrusted text."""


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """The joints of one structure; built anew whenever what exists or how it is set has changed."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    """By ``Topic.key``, as in the snapshot."""
    queues: Mapping[str, Queue] = field(default_factory=dict)
    """By ``Queue.key``, as in the snapshot."""
    complete: bool = True
    """Whether every queue of the account and region was listed; only then can one be said not to exist."""
    all_subscriptions: bool = True
    """Whether every topic and subscription was listed; only then can one be said to be missing."""
    _by_arn: Mapping[str, Queue] = field(default_factory=dict)
    """Also under the ARN that the server reports, where that is another than the listing implies."""
    _sources: Mapping[str, tuple[Queue, ...]] = field(default_factory=dict)
    """Queues by the ARN of their redrive target, whether that exists or not."""
    _feeds: Mapping[str, tuple[tuple[Topic, Subscription], ...]] = field(default_factory=dict)
    """By the ARN that is subscribed, whether that exists or not."""
    _failed_deliveries: Mapping[str, tuple[tuple[Topic, Subscription], ...]] = field(default_factory=dict)
    """By the ARN of a subscription's dead-letter queue."""

    @classmethod
    def build(
        cls,
        queues: Mapping[str, Queue],
        topics: Mapping[str, Topic],
        *,
        complete: bool = True,
        all_subscriptions: bool = True,
    ) -> Topology:
        """Join ``queues`` and ``topics``, both by key; linear in their number.

        ``complete`` is False until the first listing has ended, and where only some queues were asked for or
        could be listed; ``all_subscriptions`` likewise for topics and subscriptions.
        """
        by_arn = dict(queues)
        sources: dict[str, list[Queue]] = {}
        for queue in queues.values():
            settings = queue.settings
            if settings is not None:
                by_arn.setdefault(settings.arn, queue)
                if settings.dead_letter_target is not None:
                    sources.setdefault(settings.dead_letter_target, []).append(queue)
        feeds: dict[str, list[tuple[Topic, Subscription]]] = {}
        failed: dict[str, list[tuple[Topic, Subscription]]] = {}
        for topic in topics.values():
            for subscription in topic.subscriptions:
                ref, details = subscription.ref, subscription.settings
                if ref.protocol == SQS_PROTOCOL:
                    feeds.setdefault(ref.endpoint, []).append((topic, subscription))
                if details is not None and details.dead_letter_target is not None:
                    failed.setdefault(details.dead_letter_target, []).append((topic, subscription))
        return cls(
            topics,
            queues,
            complete,
            all_subscriptions,
            by_arn,
            {arn: tuple(found) for arn, found in sources.items()},
            {arn: tuple(found) for arn, found in feeds.items()},
            {arn: tuple(found) for arn, found in failed.items()},
        )

    def queue_by_arn(self, arn: str) -> Queue | None:
        """Find a queue under the ARN of the listing or the one that the server reports."""
        return self._by_arn.get(arn)

    def dead_letter_queue_of(self, queue: Queue) -> Queue | None:
        """Give the queue that gets what ``queue`` gives up on; None where none is known."""
        if queue.settings is None or queue.settings.dead_letter_target is None:
            return None
        return self._by_arn.get(queue.settings.dead_letter_target)

    def dead_letter_sources(self, queue: Queue) -> tuple[Queue, ...]:
        """Give the queues whose redrive policy names ``queue``."""
        return _under_both(self._sources, queue)

    def failed_deliveries(self, queue: Queue) -> tuple[tuple[Topic, Subscription], ...]:
        """Give the subscriptions that put what SNS could not deliver into ``queue``."""
        return _under_both(self._failed_deliveries, queue)

    def is_dead_letter_queue(self, queue: Queue) -> bool:
        """Tell whether a queue or a subscription names ``queue`` as its dead-letter queue."""
        return bool(self.dead_letter_sources(queue) or self.failed_deliveries(queue))

    def feeds(self, queue: Queue) -> tuple[tuple[Topic, Subscription], ...]:
        """Give the topics that ``queue`` is subscribed to, with the subscriptions, in whatever state."""
        return _under_both(self._feeds, queue)

    def orphans(self) -> tuple[Orphan, ...]:
        """List what hangs loose: topics first, then queues.

        Nothing is said to be missing where the listing that would show it is not complete.
        """
        found = [
            Orphan(OrphanKind.UNHEARD_TOPIC, topic, "nothing is subscribed to it: what is published is dropped")
            for topic in self.topics.values()
            if self.all_subscriptions and not topic.subscriptions and not topic.count(SubscriptionStatus.CONFIRMED)
        ]
        for queue in self.queues.values():
            settings = queue.settings
            target = settings.dead_letter_target if settings is not None else None
            if self.complete and target is not None and target not in self._by_arn:
                words = f"its dead-letter queue {name_of(target)} does not exist"
                found.append(Orphan(OrphanKind.LOST_REDRIVE, queue, words))
            listed = self.complete and self.all_subscriptions
            if listed and not self.feeds(queue) and not self.is_dead_letter_queue(queue):
                words = "no topic or queue feeds it: producers write to it directly, or nobody"
                found.append(Orphan(OrphanKind.UNFED_QUEUE, queue, words))
        return tuple(found)


def _under_both(table: Mapping[str, tuple[_T, ...]], queue: Queue) -> tuple[_T, ...]:
    """Look a queue up under the listed and the reported ARN."""
    found = table.get(queue.key, ())
    reported = queue.arn
    return found if reported == queue.key else found + table.get(reported, ())
