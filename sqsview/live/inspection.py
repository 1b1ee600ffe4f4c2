"""Reads everything that a server tells about one thing, for the details."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TypeVar

from sqsview.domain.arn import name_of
from sqsview.domain.details import Details
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformApplication, is_device, masked
from sqsview.domain.queue import Queue
from sqsview.domain.topic import Subscription, Topic
from sqsview.errors import GatewayError
from sqsview.gateway import Gateway
from sqsview.live.store import Store

_T = TypeVar("_T")

_NO_ARN = Problem(
    ProblemKind.WIRING,
    "the server gives no ARN to ask for its attributes with",
    "what is shown comes from the listing",
)


async def inspect(gateway: Gateway, store: Store, key: str) -> Details:
    """Read attributes and tags of the queue, topic, subscription or push application of this key, afresh.

    What cannot be read is among the problems; nothing is raised.
    """
    thing = store.find(key)
    problems: list[Problem] = []
    if isinstance(thing, Queue):
        if not thing.ref.url:
            return Details(key, {}, None, (thing.problem,) if thing.problem else ())
        queue, tags = await asyncio.gather(
            _try(gateway.get_queue_attributes(thing.ref), thing.name, problems),
            _try(gateway.list_queue_tags(thing.ref), thing.name, problems),
        )
        if queue is not None:
            store.queue_read(key, queue, thing.interval)
        return Details(key, queue.raw if queue else {}, tags, tuple(problems))
    if isinstance(thing, Topic):
        topic, tags = await asyncio.gather(
            _try(gateway.get_topic_attributes(key), thing.name, problems),
            _try(gateway.list_tags_for_resource(key), thing.name, problems),
        )
        if topic is not None:
            store.topic_read(key, topic)
        return Details(key, topic.raw if topic else {}, tags, tuple(problems))
    if isinstance(thing, Subscription):
        return await _inspect_subscription(gateway, store, thing)
    if isinstance(thing, PlatformApplication):
        listed = await _try(_find_application(gateway, key), thing.name, problems)
        return Details(key, (listed or thing).raw or {}, None, tuple(problems))
    if is_device(key):
        device = await _try(gateway.get_endpoint_attributes(key), name_of(key), problems)
        return Details(key, _without_token(device or {}), None, tuple(problems))
    return Details(key, {}, None, (Problem(ProblemKind.GONE, "it is not known any more"),))


def _without_token(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Mask the device token: whoever has it and the application's key can push to the phone."""
    return {name: masked(value) if name == "Token" else value for name, value in attributes.items()}


async def _inspect_subscription(gateway: Gateway, store: Store, subscription: Subscription) -> Details:
    ref, key = subscription.ref, subscription.key
    if not ref.readable:
        return Details(key, _as_listed(subscription), None, (replace(_NO_ARN, thing=ref.endpoint),))
    problems: list[Problem] = []
    reading = await _try(gateway.get_subscription_attributes(ref.arn), ref.endpoint, problems)
    if reading is None:
        return Details(key, _as_listed(subscription), None, tuple(problems))
    store.subscription_read(key, reading)
    return Details(key, reading.raw, None, ())


def _as_listed(subscription: Subscription) -> Mapping[str, str]:
    ref = subscription.ref
    return {
        "SubscriptionArn": ref.arn,
        "TopicArn": ref.topic_arn,
        "Protocol": ref.protocol,
        "Endpoint": ref.endpoint,
        "Owner": ref.owner,
    }


async def _find_application(gateway: Gateway, arn: str) -> PlatformApplication | None:
    found = None
    async for page in gateway.list_platform_applications():
        for application in page:
            if application.arn == arn:
                found = application
    return found


async def _try(call: Awaitable[_T], thing: str, problems: list[Problem]) -> _T | None:
    try:
        return await call
    except GatewayError as error:
        problems.append(replace(error.problem, thing=error.problem.thing or thing))
        return None
