"""A described fan-out and what there is of it, for tests of the plan."""

from __future__ import annotations

from typing import Any

from sqsview.domain.fan_out import Existing, Place, Plan, ThereQueue, ThereSubscription, plan, read_description
from sqsview.domain.queue import QueueSettings
from sqsview.domain.topic import SubscriptionRef, SubscriptionSettings, TopicSettings
from tests.support.things import ACCOUNT, REGION, queue_arn, topic_arn

PLACE = Place("aws", REGION, ACCOUNT)


def text(*lines: str, topic: str = "orders", queue: str = "billing") -> str:
    """Give a description of one queue with these lines more."""
    return "\n".join(["[topic]", f'name = "{topic}"', "[[queues]]", f'name = "{queue}"', *lines])


def there(name: str, **settings: Any) -> dict[str, ThereQueue]:
    """Give a queue that exists."""
    return {name: ThereQueue(QueueSettings(queue_arn(name), **settings))}


def subscribed(queue: str, topic: str = "orders", *, arn: str = "", **settings: Any) -> ThereSubscription:
    """Give a subscription that exists."""
    ref = SubscriptionRef(arn or f"{topic_arn(topic)}:1", topic_arn(topic), "sqs", queue_arn(queue), ACCOUNT)
    return ThereSubscription(ref, SubscriptionSettings(**settings))


def planned(
    description: str,
    queues: dict[str, ThereQueue] | None = None,
    *subscriptions: ThereSubscription,
    topic: TopicSettings | None = TopicSettings(),  # noqa: B008 - it is frozen
    place: Place = PLACE,
) -> Plan:
    """Plan a description on what there is; without queues not even the topic is there."""
    found: dict[str, tuple[ThereSubscription, ...]] = {}
    for each in subscriptions:
        found[each.ref.endpoint] = (*found.get(each.ref.endpoint, ()), each)
    known = topic if queues is not None else None
    return plan(read_description(description), Existing(place, known, {}, queues or {}, found))


def calls(found: Plan) -> list[str]:
    """Give the APIs that a plan calls, in order."""
    return [step.call.api for step in found.steps]
