"""Reads the settings of topics and subscriptions: once all of them, at leisure, then rarely."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqsview.clock import Clock
from sqsview.errors import GatewayError
from sqsview.gateway import DEFAULT_BUDGET, Gateway
from sqsview.live.lane import Lane
from sqsview.live.schedule import Schedule
from sqsview.live.store import Store
from sqsview.live.tempo import Tempo

TOPIC_TEMPO = Tempo(visible=120, ladder=((0, 600),))
SUBSCRIPTION_TEMPO = Tempo(visible=120, ladder=((0, 900),))
"""A filter policy may take 15 minutes to come into effect (SNS, SetSubscriptionAttributes)."""

_LIMIT = 4
"""Readings in flight at once, for each of the two."""
_LEAST_PART = 0.05
"""The part of the budget that each of the two has in any case; of what queues do not need they take half."""
_MOST = 25.0
"""Calls a second: in most regions SNS allows 30 to the whole account (SNS endpoints and quotas)."""
_BROUGHT = 200
"""Unread subscriptions of the topics on screen that come before all others."""


class AttributeReader:
    """The readings of topics and subscriptions; failures are marks on the thing and nothing else."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.topics = Schedule(TOPIC_TEMPO)
        self.subscriptions = Schedule(SUBSCRIPTION_TEMPO)
        self._store = store
        self._clock = clock
        self._topic_lane = Lane(self.topics, self._read_topic, clock)
        self._subscription_lane = Lane(self.subscriptions, self._read_subscription, clock)
        self._gateway: Gateway | None = None
        self._topic_lane.limit = self._subscription_lane.limit = _LIMIT
        self.allow(DEFAULT_BUDGET, DEFAULT_BUDGET)

    async def run(self, gateway: Gateway) -> None:
        """Read until cancelled."""
        self._gateway = gateway
        async with asyncio.TaskGroup() as group:
            group.create_task(self._topic_lane.run())
            group.create_task(self._subscription_lane.run())

    def watch(self, keys: Sequence[str]) -> None:
        """Set what is on screen; a topic brings its unread subscriptions along."""
        now = self._clock.monotonic()
        topics = self._store.topics
        brought = [
            subscription
            for key in keys
            for subscription in topics.of_topic(key)
            if topics.subscriptions[subscription].read_at is None
        ]
        self.topics.watch(keys, now)
        self.subscriptions.watch([*keys, *brought[:_BROUGHT]], now)
        self.wake()

    def focus(self, focused: bool) -> None:
        """Say whether anybody looks at the terminal."""
        now = self._clock.monotonic()
        self.topics.focus(focused, now)
        self.subscriptions.focus(focused, now)
        self.wake()

    def hurry(self, keys: Sequence[str]) -> None:
        """Read these now."""
        now = self._clock.monotonic()
        self.topics.hurry(keys, now)
        self.subscriptions.hurry(keys, now)
        self.wake()

    def wake(self) -> None:
        """Look for work now."""
        self._topic_lane.wake()
        self._subscription_lane.wake()

    def allow(self, budget: float | None, demand: float) -> None:
        """Take a share of a budget of calls a second of which queues need ``demand``."""
        rate = _MOST
        if budget is not None:
            rate = min(_MOST, max(budget * _LEAST_PART, (budget - demand) / 4))
        self._topic_lane.pause = self._subscription_lane.pause = _LIMIT / rate

    async def _read_topic(self, arn: str) -> None:
        if self._gateway is None:
            return
        try:
            reading = await self._gateway.get_topic_attributes(arn)
        except GatewayError as error:
            self._store.topic_failed(arn, error.problem)
            self.topics.failed(arn, self._clock.monotonic())
        else:
            self._store.topic_read(arn, reading)
            self.topics.read(arn, self._clock.monotonic(), changed=False)

    async def _read_subscription(self, key: str) -> None:
        if self._gateway is None:
            return
        try:
            reading = await self._gateway.get_subscription_attributes(key)
        except GatewayError as error:
            self._store.subscription_failed(key, error.problem)
            self.subscriptions.failed(key, self._clock.monotonic())
        else:
            self._store.subscription_read(key, reading)
            self.subscriptions.read(key, self._clock.monotonic(), changed=False)
