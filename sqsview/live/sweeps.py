"""Finds out what exists: the listings of queues, topics and subscriptions, and when they are believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sqsview.clock import Clock
from sqsview.domain.arn import name_of
from sqsview.domain.queue import QueueRef
from sqsview.domain.topic import SubscriptionRef
from sqsview.errors import GatewayError
from sqsview.gateway import Gateway
from sqsview.live.absence import Absences, doubtful
from sqsview.live.named import NamedQueues
from sqsview.live.schedule import Schedule
from sqsview.live.store import Store

_CHUNK = 200
"""Things that are merged before others get their turn on the loop: below 2 ms."""

_ASKED = 50
"""Missing queues that are read before all others; the rest wait for their turn."""

_T = TypeVar("_T")


async def _read_listing(
    pages: Callable[[], AsyncIterator[list[_T]]], known: int, *, trusted: bool
) -> tuple[list[_T], int]:
    """Read a listing to its end, a second time where it is doubtful; give its entries and the pages it took.

    ``trusted`` says that it is known to be empty, so that an empty one is nothing to be doubted.
    """
    taken = 0
    entries: list[_T] = []
    for _ in range(2):
        entries = []
        async for page in pages():
            taken += 1
            entries += page
        if not doubtful(known, len(entries)) or (trusted and not known):
            break
    return entries, taken


class QueueSweep:
    """Keeps the store's queues in step with what the server lists, or with the queues that were named."""

    def __init__(self, store: Store, schedule: Schedule, clock: Clock, *, prefix: str, named: Sequence[str]) -> None:
        self._store = store
        self._schedule = schedule
        self._clock = clock
        self._prefix = prefix
        self._named = NamedQueues(named) if named else None
        self._absences = Absences()
        self._trusted = False

    async def run(self, gateway: Gateway, found: Callable[[], None]) -> int:
        """Sweep once and give the number of calls; ``found`` is called whenever there is something to read.

        Raises:
            GatewayError: the queues could not be listed; what is known stays.
        """
        if self._named is not None:
            return await self._look_up(gateway, self._named, found)
        gone = self._store.queues.gone()

        async def pages() -> AsyncIterator[list[QueueRef]]:
            async for page in gateway.list_queues(self._prefix):
                # Only one's own queues are listed; those that were named may be anybody's.
                if page:
                    self._store.account_seen(page[0].arn)
                # What a page names exists, whatever the rest of the listing turns out to be.
                for start in range(0, len(page), _CHUNK):
                    self._take_up(page[start : start + _CHUNK])
                    found()
                    await asyncio.sleep(0)
                yield page

        known = len(self._store.queues)
        refs, calls = await _read_listing(pages, known, trusted=self._trusted)
        self._trusted = True
        listed = {ref.arn for ref in refs}
        await asyncio.sleep(0)
        for key in self._absences.after(self._store.queues.keys(), listed, gone):
            self._forget(key)
        # What is missing says itself sooner than the next listing whether it is gone.
        self._schedule.hurry(islice(self._absences.missed, _ASKED), self._clock.monotonic())
        found()
        return calls

    async def _look_up(self, gateway: Gateway, named: NamedQueues, found: Callable[[], None]) -> int:
        refs, replaced, missing = await named.look_up(gateway)
        for ref in replaced:
            self._forget(ref.arn)
        self._take_up(refs)
        for ref, problem in missing:
            self._store.queues_listed([ref])
            self._store.queue_failed(ref.arn, problem, None)
        found()
        return len(refs) + len(missing)

    def _take_up(self, refs: Sequence[QueueRef]) -> None:
        self._schedule.add(self._store.queues_listed(refs), self._clock.monotonic())

    def _forget(self, key: str) -> None:
        self._schedule.drop(key)
        self._store.queue_dropped(key)


class TopicSweep:
    """Keeps the store's topics and subscriptions in step with what the server lists."""

    def __init__(self, store: Store, topics: Schedule, subscriptions: Schedule, clock: Clock, *, prefix: str) -> None:
        self._store = store
        self._topics = topics
        self._subscriptions = subscriptions
        self._clock = clock
        self._prefix = prefix
        self._absences = Absences()
        self._subscription_absences = Absences()
        self._trusted = False
        self._subscriptions_trusted = False

    async def run(self, gateway: Gateway, found: Callable[[], None]) -> int:
        """Sweep once and give the number of calls.

        Where only one of the two listings can be had it is used: subscriptions tell their topics.

        Raises:
            GatewayError: one of the listings could not be had; what is known of it stays.
        """
        gone = self._store.topics.gone()
        fault: GatewayError | None = None
        arns: list[str] | None = None
        calls = 1
        try:
            known = len(self._store.topics)
            arns, calls = await _read_listing(gateway.list_topics, known, trusted=self._trusted)
        except GatewayError as error:
            fault = error
        else:
            self._trusted = True
            if arns:
                self._store.account_seen(arns[0])
            arns = [arn for arn in arns if self._wanted(arn)]
            await self._take_up(arns, found)
        try:
            known = len(self._store.topics.subscriptions)
            refs, pages = await _read_listing(gateway.list_subscriptions, known, trusted=self._subscriptions_trusted)
            self._subscriptions_trusted = True
            calls += pages
            if arns is None:
                await self._take_up(list(dict.fromkeys(ref.topic_arn for ref in refs)), found)
            await self._subscribe(refs, gone, found)
        except GatewayError as error:
            fault = fault or error
        if arns is not None:
            for arn in self._absences.after(list(self._store.topics.in_order()), set(arns), gone):
                self._topics.drop(arn)
                for key in self._store.topic_dropped(arn):
                    self._subscriptions.drop(key)
        if fault is not None:
            raise fault
        return calls

    def _wanted(self, arn: str) -> bool:
        return name_of(arn).startswith(self._prefix)

    async def _take_up(self, arns: Sequence[str], found: Callable[[], None]) -> None:
        wanted = [arn for arn in arns if self._wanted(arn)]
        for start in range(0, len(wanted), _CHUNK):
            new = self._store.topics_listed(wanted[start : start + _CHUNK])
            self._topics.add(new, self._clock.monotonic())
            found()
            await asyncio.sleep(0)

    async def _subscribe(self, refs: Sequence[SubscriptionRef], gone: set[str], found: Callable[[], None]) -> None:
        """Give each topic its subscriptions, with those that this listing lacks but are not yet forgotten."""
        store = self._store.topics
        by_topic: dict[str, dict[str, SubscriptionRef]] = {arn: {} for arn in store.in_order()}
        listed: dict[str, SubscriptionRef] = {}
        for start in range(0, len(refs), _CHUNK):
            for ref in refs[start : start + _CHUNK]:
                if ref.topic_arn in by_topic:
                    listed[ref.key] = by_topic[ref.topic_arn][ref.key] = ref
            await asyncio.sleep(0)
        missing = {key: known.ref for key, known in store.subscriptions.items() if key not in listed}
        forgotten = set(self._subscription_absences.after(missing, listed, gone | _renamed(missing, listed)))
        for key, ref in missing.items():
            if key not in forgotten and ref.topic_arn in by_topic:
                by_topic[ref.topic_arn][key] = ref
        handled = 0
        for arn, wanted in by_topic.items():
            for key in store.of_topic(arn):
                if key not in wanted:
                    self._subscriptions.drop(key)
            new = self._store.topic_subscribed(arn, wanted)
            self._subscriptions.add(new, self._clock.monotonic())
            handled += 1 + len(wanted)
            if handled >= _CHUNK:
                handled = 0
                found()
                await asyncio.sleep(0)
        found()


def _renamed(missing: Mapping[str, SubscriptionRef], listed: Mapping[str, SubscriptionRef]) -> set[str]:
    """Find what is listed under another key: a confirmed subscription has an ARN, no literal."""
    literals = {key: ref for key, ref in missing.items() if not ref.readable}
    if not literals:
        return set()
    places = {(ref.topic_arn, ref.protocol, ref.endpoint) for ref in listed.values()}
    return {key for key, ref in literals.items() if (ref.topic_arn, ref.protocol, ref.endpoint) in places}
