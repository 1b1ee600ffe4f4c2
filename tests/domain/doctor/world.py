"""A small healthy world, in which a test plants one fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqsview.domain.doctor import Finding, findings
from sqsview.domain.history import History
from sqsview.domain.problem import Problem
from sqsview.domain.queue import Counts, Queue
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import Subscription, SubscriptionSettings, Topic
from sqsview.domain.topology import Topology
from tests.support.things import HERE, admitting, queue, queue_arn, subscription, topic

DAY = 86_400
NOW = 10_000.0


@dataclass(frozen=True, slots=True)
class World:
    """Queues and topics by name. Every change gives another world."""

    queues: dict[str, Queue]
    topics: dict[str, Topic]
    context: Context = HERE
    complete: bool = True

    def with_queue(self, added: Queue) -> World:
        """Add a queue, or put it in place of the one of its name."""
        return replace(self, queues={**self.queues, added.name: added})

    def without_queue(self, name: str) -> World:
        """Take a queue away, and leave all that names it."""
        return replace(self, queues={each: found for each, found in self.queues.items() if each != name})

    def set_queue(self, name: str, **settings: Any) -> World:
        """Change settings of a queue."""
        known = self.queues[name]
        assert known.settings is not None
        return self.with_queue(replace(known, settings=replace(known.settings, **settings)))

    def seen_queue(
        self,
        name: str,
        counts: tuple[int, int, int] = (0, 0, 0),
        *,
        oldest_age: float | None = None,
        history: History | None = None,
    ) -> World:
        """Change what was counted of a queue."""
        known = self.queues[name]
        return self.with_queue(replace(known, counts=Counts(*counts), oldest_age=oldest_age, history=history))

    def unread_queue(self, name: str, problem: Problem) -> World:
        """Let a queue be one that cannot be read."""
        known = self.queues[name]
        return self.with_queue(Queue(known.ref, problem=problem))

    def set_subscription(self, topic_name: str, endpoint: str, **settings: Any) -> World:
        """Change settings of the subscription of ``endpoint``, a queue's name or an address."""
        known = self.topics[topic_name]
        changed = tuple(_changed(each, endpoint, settings) for each in known.subscriptions)
        assert changed != known.subscriptions, endpoint
        return self.with_topic(replace(known, subscriptions=changed))

    def subscribed(self, topic_name: str, *added: Subscription) -> World:
        """Add subscriptions to a topic."""
        known = self.topics[topic_name]
        return self.with_topic(replace(known, subscriptions=(*known.subscriptions, *added)))

    def with_topic(self, added: Topic) -> World:
        """Add a topic, or put it in place of the one of its name."""
        return replace(self, topics={**self.topics, added.name: added})

    @property
    def topology(self) -> Topology:
        """Who feeds whom."""
        return Topology.build(
            {each.key: each for each in self.queues.values()},
            {each.key: each for each in self.topics.values()},
            complete=self.complete,
            all_subscriptions=self.complete,
        )

    def findings(self, now: float | None = NOW) -> tuple[Finding, ...]:
        """Give what the doctor says of it."""
        return findings(self.topology, self.context, now)

    def only(self, now: float | None = NOW) -> Finding:
        """Give the one thing that the doctor says of it."""
        found = self.findings(now)
        assert len(found) == 1, [(each.code.value, each.thing, each.evidence) for each in found]
        return found[0]


def _changed(known: Subscription, endpoint: str, settings: dict[str, Any]) -> Subscription:
    if known.ref.endpoint not in (endpoint, queue_arn(endpoint)):
        return known
    return replace(known, settings=replace(known.settings or SubscriptionSettings(), **settings))


def dead(name: str, **settings: Any) -> Queue:
    """Make an empty dead-letter queue that keeps messages as long as SQS lets."""
    return queue(name, 0, retention=14 * DAY, **settings)


def healthy() -> World:
    """Give a world in which nothing is wrong: standard and FIFO, raw and filtered, every queue with dead letters."""
    billing = queue(
        "billing", 12, in_flight=3, retention=4 * DAY, visibility_timeout=30, policy=admitting("billing", "orders"),
        dead_letter_target=queue_arn("billing-dlq"), max_receive_count=5,
        redrive_policy=f'{{"deadLetterTargetArn": "{queue_arn("billing-dlq")}", "maxReceiveCount": 5}}',
    )  # fmt: skip
    shipping = queue(
        "shipping.fifo", 4, retention=4 * DAY, visibility_timeout=30, policy=admitting("shipping.fifo", "moves.fifo"),
        dead_letter_target=queue_arn("shipping-dlq.fifo"), max_receive_count=3,
    )  # fmt: skip
    queues = [
        billing,
        dead("billing-dlq", redrive_permission="byQueue", redrive_sources=(queue_arn("billing"),)),
        shipping,
        queue("shipping-dlq.fifo", 0, retention=4 * DAY),
        dead("undelivered", policy=admitting("undelivered", "orders")),
        queue("jobs", 900, retention=14 * DAY, visibility_timeout=30),
    ]
    topics = [
        topic(
            "orders",
            subscription("orders", queue_arn("billing"), raw_delivery=True, filter_policy='{"type": ["order"]}',
                         dead_letter_target=queue_arn("undelivered")),
            subscription("orders", "ops@example.com", "email"),
        ),
        topic("moves.fifo", subscription("moves.fifo", queue_arn("shipping.fifo"))),
    ]  # fmt: skip
    return World({each.name: each for each in queues}, {each.name: each for each in topics})
