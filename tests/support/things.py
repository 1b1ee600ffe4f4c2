"""Queues, topics and subscriptions for tests, with as few words as the test needs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Any

from sqsview.domain.history import History
from sqsview.domain.problem import Problem
from sqsview.domain.queue import Counts, Queue, QueueRef, QueueSettings
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import Subscription, SubscriptionRef, SubscriptionSettings, Topic, TopicSettings
from sqsview.domain.topology import Topology

ACCOUNT = "123456789012"
REGION = "eu-west-1"
HERE = Context(account=ACCOUNT, region=REGION)


def queue_arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:sqs:{region}:{account}:{name}"


def topic_arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:sns:{region}:{account}:{name}"


def queue_ref(name: str) -> QueueRef:
    return QueueRef(queue_arn(name), f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}", name)


def queue(
    name: str,
    visible: int | None = None,
    *,
    in_flight: int = 0,
    problem: Problem | None = None,
    history: History | None = None,
    unread: bool = False,
    **settings: Any,
) -> Queue:
    """Make a queue that was read, unless it is ``unread``; ``settings`` are those of `QueueSettings`."""
    settings.setdefault("arn", queue_arn(name))
    return Queue(
        queue_ref(name),
        counts=None if visible is None else Counts(visible, in_flight, 0),
        settings=None if unread else QueueSettings(**settings),
        problem=problem,
        history=history,
    )


def subscription(
    topic: str,
    endpoint: str,
    protocol: str = "sqs",
    *,
    arn: str | None = None,
    unread: bool = False,
    problem: Problem | None = None,
    **settings: Any,
) -> Subscription:
    """Make a subscription of the topic with this name; ``settings`` are those of `SubscriptionSettings`."""
    name = zlib.crc32(f"{topic}|{endpoint}|{protocol}".encode())
    own_arn = f"{topic_arn(topic)}:{name:012d}" if arn is None else arn
    ref = SubscriptionRef(own_arn, topic_arn(topic), protocol, endpoint, ACCOUNT)
    return Subscription(ref, None if unread else SubscriptionSettings(**settings), problem=problem)


def topic(name: str, *subscriptions: Subscription, settings: TopicSettings | None = None) -> Topic:
    return Topic(topic_arn(name), subscriptions, settings)


def topology(queues: Iterable[Queue] = (), topics: Iterable[Topic] = (), *, complete: bool = True) -> Topology:
    return Topology.build({each.key: each for each in queues}, {each.key: each for each in topics}, complete=complete)


def admitting(queue_name: str, topic_name: str) -> str:
    """Give the queue policy that AWS documents for a subscription."""
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn(queue_name),
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn(topic_name)}},
        }
    )


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
