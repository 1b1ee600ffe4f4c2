"""Queues and topics that messages are for, with as few words as the test needs."""

from __future__ import annotations

from typing import Any

from sqsview.domain.publishing import Destination, queue_destination, topic_destination
from sqsview.domain.queue import QueueSettings
from sqsview.domain.topic import TopicSettings
from tests.support.things import queue_arn, queue_ref, subscription, topic_arn


def queue(name: str = "orders", *, unread: bool = False, **settings: Any) -> Destination:
    """Make a queue as a destination; ``settings`` are those of `QueueSettings`."""
    return queue_destination(queue_ref(name), None if unread else QueueSettings(queue_arn(name), **settings))


def topic(name: str = "orders", *, unread: bool = False, raw_to: str = "", **settings: Any) -> Destination:
    """Make a topic as a destination; ``settings`` are those of `TopicSettings`."""
    subscriptions = [subscription(name, queue_arn(raw_to), raw_delivery=True)] if raw_to else []
    return topic_destination(topic_arn(name), None if unread else TopicSettings(**settings), subscriptions)


QUEUE, TOPIC = queue(), topic()
FIFO = queue("orders.fifo")
FIFO_TOPIC = topic("orders.fifo")
