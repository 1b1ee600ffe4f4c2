"""One topic with its subscriptions and the queues that they lead to, read now and without listing all there is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqsview.domain.arn import Arn, is_arn, name_of
from sqsview.domain.problem import Problem
from sqsview.domain.queue import Queue, QueueRef
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import Subscription, SubscriptionRef, Topic, TopicSettings
from sqsview.domain.topology import SQS_PROTOCOL, Topology
from sqsview.errors import Denied, GatewayError, NotFound, SessionError
from sqsview.finding import find_queue
from sqsview.gateway import Gateway

_S = TypeVar("_S")
_T = TypeVar("_T")

_AT_ONCE = 32
"""Calls under way at once: a topic of 1,000 subscriptions takes 2 s at 30 ms a call."""


async def read_topic(gateway: Gateway, arn: str) -> tuple[Topic, Topology, Context]:
    """Read a topic, its subscriptions and the queues of this account and region that they lead to.

    What cannot be read of a single thing is that thing's problem, so that the wiring says what it does not know.

    Raises:
        GatewayError: the topic does not exist, or its subscriptions cannot be listed.
    """
    account = gateway.context.account or Arn.parse(arn).account
    context = replace(gateway.context, account=account)
    settings: TopicSettings | None = None
    denied: Denied | None = None
    try:
        settings = (await gateway.get_topic_attributes(arn)).settings
    except Denied as fault:
        denied = fault
    refs: list[SubscriptionRef] = []
    async for page in gateway.list_subscriptions():
        refs += [ref for ref in page if ref.topic_arn == arn]
    if denied is not None and not refs:
        raise denied  # of a topic that does not exist, SNS may say the same
    found = await _each(refs, lambda ref: _subscription(gateway, ref))
    subscriptions = tuple(sorted(found, key=lambda each: (each.ref.protocol, each.ref.endpoint)))
    wanted = dict.fromkeys(arn for each in subscriptions for arn in _queues_of(each) if _is_here(arn, context))
    queues = {queue.key: queue for queue in await _each(list(wanted), lambda arn: _queue(gateway, arn))}
    topic = Topic(arn, subscriptions, settings)
    return topic, Topology.build(queues, {topic.key: topic}, complete=False), context


async def _each(things: Sequence[_S], read: Callable[[_S], Awaitable[_T]]) -> list[_T]:
    """Read all, side by side, and give them in the same order; a fault of the connection ends it."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(thing: _S) -> _T:
        async with turn:
            return await read(thing)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(thing)) for thing in things]
    except* SessionError as faults:
        raise faults.exceptions[0] from None
    return [task.result() for task in tasks]


async def _subscription(gateway: Gateway, ref: SubscriptionRef) -> Subscription:
    if not ref.readable:
        return Subscription(ref)
    try:
        return Subscription(ref, (await gateway.get_subscription_attributes(ref.arn)).settings)
    except SessionError:
        raise
    except GatewayError as fault:
        return Subscription(ref, problem=fault.problem)


async def _queue(gateway: Gateway, arn: str) -> Queue:
    """Read a queue; one that is gone is there with that as its problem."""
    ref = QueueRef(arn, "", name_of(arn))
    problem: Problem | None = None
    try:
        ref = replace(await find_queue(gateway, arn), arn=arn)
        reading = await gateway.get_queue_attributes(ref)
    except SessionError:
        raise
    except NotFound as fault:
        problem = replace(fault.problem, text="it does not exist")
    except GatewayError as fault:
        problem = fault.problem
    else:
        return Queue(ref, reading.counts, reading.settings)
    return Queue(ref, problem=problem)


def _queues_of(subscription: Subscription) -> list[str]:
    ref, settings = subscription.ref, subscription.settings
    named = [ref.endpoint] if ref.protocol == SQS_PROTOCOL else []
    if settings is not None and settings.dead_letter_target is not None:
        named.append(settings.dead_letter_target)
    return named


def _is_here(arn: str, context: Context) -> bool:
    if not is_arn(arn):
        return False
    place = Arn.parse(arn)
    return place.service == "sqs" and (place.account, place.region) == (context.account, context.region)
