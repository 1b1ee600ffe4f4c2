"""What there is of a described fan-out, read now: its topic, its queues, its subscriptions, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqsview.domain.fan_out import Description, Existing, Place, ThereQueue, ThereSubscription
from sqsview.domain.topic import SubscriptionRef, TopicSettings
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.errors import GatewayError, NotFound
from sqsview.gateway import URGENT, Gateway

_AT_ONCE = 16
"""Reads under way at once."""

_T = TypeVar("_T")


async def read_existing(gateway: Gateway, description: Description) -> Existing:
    """Read what there is of the things of a description. Nothing is changed or received.

    Raises:
        GatewayError: something cannot be read, so that it cannot be told what is missing.
    """
    token = URGENT.set(True)  # a person waits for it
    try:
        return await _Reader(gateway, description).read()
    finally:
        URGENT.reset(token)


class _Reader:
    """Reads for one description."""

    def __init__(self, gateway: Gateway, description: Description) -> None:
        self._gateway = gateway
        self._description = description
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def read(self) -> Existing:
        context = self._gateway.context
        account = context.account or await self._gateway.get_caller_identity()
        place = Place(context.partition, context.region or "", account)
        described = self._description
        tagged = {each.name for each in (*described.dead_letter_queues, *(one.queue for one in described.branches))
                  if each.tags}  # fmt: skip
        arn = place.topic(described.topic.name)
        topic, queues = await _together(self._topic(arn), self._queues(tagged))
        if topic is None:
            return Existing(place, queues=queues)
        tags: Mapping[str, str] = {}
        if described.topic.tags:
            tags = await self._gateway.list_tags_for_resource(arn)
        wanted = {place.queue(branch.name) for branch in described.branches}
        return Existing(place, topic, tags, queues, await self._subscriptions(arn, wanted))

    async def _topic(self, arn: str) -> TopicSettings | None:
        try:
            return (await self._gateway.get_topic_attributes(arn)).settings
        except NotFound:
            return None

    async def _queues(self, tagged: Iterable[str]) -> dict[str, ThereQueue]:
        names = self._description.queue_names
        found = await _together(*(self._queue(name, tagged=name in tagged) for name in names))
        return {name: queue for name, queue in zip(names, found, strict=True) if queue is not None}

    async def _queue(self, name: str, *, tagged: bool) -> ThereQueue | None:
        async with self._turn:
            try:
                ref = await self._gateway.get_queue_url(name)
                settings = (await self._gateway.get_queue_attributes(ref)).settings
            except NotFound:
                return None
            return ThereQueue(settings, await self._gateway.list_queue_tags(ref) if tagged else {})

    async def _subscriptions(self, topic_arn: str, wanted: set[str]) -> dict[str, tuple[ThereSubscription, ...]]:
        refs = [
            ref
            async for page in self._gateway.list_subscriptions()
            for ref in page
            if ref.topic_arn == topic_arn and ref.protocol == SQS_PROTOCOL and ref.endpoint in wanted
        ]
        found: dict[str, tuple[ThereSubscription, ...]] = {}
        for each in await _together(*(self._subscription(ref) for ref in refs)):
            if each is not None:
                found[each.ref.endpoint] = (*found.get(each.ref.endpoint, ()), each)
        return found

    async def _subscription(self, ref: SubscriptionRef) -> ThereSubscription | None:
        """Read one; none where it has gone since it was listed."""
        if not ref.readable:
            return ThereSubscription(ref, None)
        async with self._turn:
            try:
                return ThereSubscription(ref, (await self._gateway.get_subscription_attributes(ref.arn)).settings)
            except NotFound:
                return None


async def _together(*reads: Any) -> Any:
    """Wait for all; the first fault ends the others, and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in reads]
    except* GatewayError as faults:
        raise faults.exceptions[0] from None
    return [task.result() for task in tasks]
