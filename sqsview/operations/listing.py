"""Read every queue, topic and subscription once, as fast as the budget lets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqsview.domain.arn import Arn, is_arn, name_of
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Queue, QueueRef
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import Subscription, SubscriptionRef, Topic
from sqsview.errors import Denied, GatewayError, NotFound, SessionError, Unsupported
from sqsview.finding import find_queue, unfound
from sqsview.gateway import Gateway

_T = TypeVar("_T")

CONCURRENCY = 64
"""Calls under way at once. At 30 ms a call, 30 keep up with 1,000 a second; the rest is for slow ones."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything there is, read once."""

    context: Context
    queues: tuple[Queue, ...] | None
    """By name; None where they could not be listed."""
    topics: tuple[Topic, ...] | None
    """By name; None where they could not be listed. The subscriptions of one with a problem are not known."""
    problems: tuple[Problem, ...]
    """What could not be read, things in the order of their names after what concerns all of them."""
    complete: bool = True
    """Whether every list was had to its end; a server that has no SNS at all lacks nothing."""


async def list_everything(
    gateway: Gateway, *, prefix: str = "", queues: Sequence[str] = (), concurrency: int = CONCURRENCY
) -> Listing:
    """Read all queues and topics once, side by side.

    Args:
        gateway: where from; it holds the budget.
        prefix: only queues and topics whose names start with this.
        queues: only these, by name, URL or ARN; then ListQueues is not called.
        concurrency: calls under way at once.

    Raises:
        SessionError: the whole connection is at fault.
    """
    queue_sweep = _QueueSweep(gateway, concurrency)
    topic_sweep = _TopicSweep(gateway, concurrency, prefix)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(queue_sweep.read_named(queues) if queues else queue_sweep.read_all(prefix))
            group.create_task(topic_sweep.read_all())
    except* SessionError as faults:
        raise _first(faults) from None
    owner = gateway.context.account or queue_sweep.owner or topic_sweep.owner or await _caller(gateway)
    found = tuple(sorted(queue_sweep.queues, key=lambda queue: queue.name))
    topics = tuple(sorted(topic_sweep.topics, key=lambda topic: topic.name))
    subscriptions = (subscription for topic in topics for subscription in topic.subscriptions)
    return Listing(
        replace(gateway.context, account=owner),
        None if "queues" in queue_sweep.unlisted else found,
        None if "topics" in topic_sweep.unlisted else topics,
        (
            *queue_sweep.faults.values(),
            *topic_sweep.faults.values(),
            *(queue.problem for queue in found if queue.problem),
            *(subscription.problem for subscription in subscriptions if subscription.problem),
        ),
        complete=not queue_sweep.faults and (not topic_sweep.faults or topic_sweep.without_service),
    )


class _Sweep:
    """What both sweeps share: the bound on calls under way, and what becomes of a fault."""

    def __init__(self, gateway: Gateway, concurrency: int) -> None:
        self._gateway = gateway
        self._concurrency = concurrency
        self._turn = asyncio.Semaphore(concurrency)
        self._lost = 0
        """Calls that the network lost since the last one that it did not."""
        self.owner: str | None = None
        """The account of what was listed."""
        self.unlisted: set[str] = set()
        """The listings of which nothing could be had: ``queues``, ``topics``, ``subscriptions``."""
        self.faults: dict[str, Problem] = {}
        """What ended a listing before its end."""
        self.unknown: set[str] = set()
        """The listings that the server has never heard of."""

    async def _pages(self, pages: AsyncIterator[list[_T]], what: str) -> AsyncIterator[list[_T]]:
        """Give the pages of a listing; a fault ends them and is kept, unless it is the connection's."""
        listed = 0
        try:
            async for page in pages:
                listed += len(page)
                yield page
        except GatewayError as fault:
            if isinstance(fault, SessionError):
                raise
            if not listed:
                self.unlisted.add(what)
                if isinstance(fault, NotFound | Unsupported):
                    self.unknown.add(what)
            self.faults[what] = _unlisted(fault, what, listed)

    async def _read(self, call: Callable[[], Awaitable[_T]], thing: str) -> _T | Problem:
        """Make one call in its turn; a fault is the problem of this thing, unless it is everybody's.

        One call that timed out is this thing's bad luck. Credentials that expired half-way, or nothing but
        timeouts, would only be waited for again for each thing that is left.
        """
        try:
            async with self._turn:
                answer = await call()
        except GatewayError as fault:
            if isinstance(fault, SessionError):
                self._lost += 1
                if fault.problem.kind is not ProblemKind.NETWORK or self._lost >= self._concurrency:
                    raise
            return replace(fault.problem, thing=thing)
        self._lost = 0
        return answer


class _QueueSweep(_Sweep):
    def __init__(self, gateway: Gateway, concurrency: int) -> None:
        super().__init__(gateway, concurrency)
        self.queues: list[Queue] = []
        self._seen: set[str] = set()
        """The ARNs that are read already: a server may list a queue twice, and a name and a URL may be of one."""

    async def read_all(self, prefix: str) -> None:
        """Read every queue, those of one page while the next one is listed."""
        async with asyncio.TaskGroup() as group:
            async for page in self._pages(self._gateway.list_queues(prefix), "queues"):
                self.owner = self.owner or _account_of(page[0].arn if page else "")
                for ref in page:
                    group.create_task(self._read_queue(ref))

    async def read_named(self, queues: Sequence[str]) -> None:
        """Read these queues, without listing."""
        async with asyncio.TaskGroup() as group:
            for wanted in dict.fromkeys(queues):
                group.create_task(self._find_and_read(wanted))

    async def _find_and_read(self, wanted: str) -> None:
        ref = await self._read(lambda: find_queue(self._gateway, wanted), name_of(wanted))
        if isinstance(ref, Problem):
            self.queues.append(Queue(unfound(self._gateway.context, wanted), problem=ref))
        else:
            await self._read_queue(ref)

    async def _read_queue(self, ref: QueueRef) -> None:
        if ref.arn in self._seen:
            return
        self._seen.add(ref.arn)
        reading = await self._read(lambda: self._gateway.get_queue_attributes(ref), ref.name)
        if isinstance(reading, Problem):
            self.queues.append(Queue(ref, problem=reading))
        else:
            self.queues.append(Queue(ref, reading.counts, reading.settings))


class _TopicSweep(_Sweep):
    def __init__(self, gateway: Gateway, concurrency: int, prefix: str) -> None:
        super().__init__(gateway, concurrency)
        self._prefix = prefix
        self.topics: list[Topic] = []
        self._arns: list[str] = []
        self._by_topic: dict[str, list[Subscription]] = {}

    async def read_all(self) -> None:
        """Read all topics and, in one sweep, all subscriptions; a fault that only SNS has is a problem."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._list_topics())
                group.create_task(self._read_subscriptions())
        except* SessionError as faults:
            self.unlisted.add("topics")
            self.faults = {"topics": _unlisted(_first(faults), "topics", 0)}
        # A subscription of ours may be on another account's topic, which is not in our list.
        for arn in dict.fromkeys((*self._arns, *self._by_topic)):
            subscriptions = sorted(self._by_topic.get(arn, ()), key=_by_protocol_and_endpoint)
            self.topics.append(Topic(arn, tuple(subscriptions), problem=self.faults.get("subscriptions")))

    @property
    def without_service(self) -> bool:
        """Tell whether this is a server of one's own that has no SNS; in AWS, a 404 is a fault like any other."""
        return self._gateway.context.endpoint is not None and self.unknown == {"topics", "subscriptions"}

    async def _list_topics(self) -> None:
        async for page in self._pages(self._gateway.list_topics(), "topics"):
            self.owner = self.owner or _account_of(page[0] if page else "")
            self._arns += [arn for arn in page if self._wanted(arn)]

    def _wanted(self, arn: str) -> bool:
        return name_of(arn).startswith(self._prefix)

    async def _read_subscriptions(self) -> None:
        async with asyncio.TaskGroup() as group:
            async for page in self._pages(self._gateway.list_subscriptions(), "subscriptions"):
                for ref in page:
                    if self._wanted(ref.topic_arn):
                        group.create_task(self._read_subscription(ref))

    async def _read_subscription(self, ref: SubscriptionRef) -> None:
        listed = self._by_topic.setdefault(ref.topic_arn, [])
        if not ref.readable:
            listed.append(Subscription(ref))
            return
        thing = f"{name_of(ref.topic_arn)} to {ref.protocol} {name_of(ref.endpoint)}"
        reading = await self._read(lambda: self._gateway.get_subscription_attributes(ref.arn), thing)
        if isinstance(reading, Problem):
            listed.append(Subscription(ref, problem=reading))
        else:
            listed.append(Subscription(ref, reading.settings))


async def _caller(gateway: Gateway) -> str | None:
    """Ask STS for the account; many servers that are not AWS have none, and the account is then not known."""
    try:
        return await gateway.get_caller_identity()
    except GatewayError:
        return None


def _account_of(arn: str) -> str | None:
    return Arn.parse(arn).account or None if is_arn(arn) else None


def _by_protocol_and_endpoint(subscription: Subscription) -> tuple[str, str]:
    return subscription.ref.protocol, subscription.ref.endpoint


def _unlisted(fault: GatewayError, what: str, listed: int) -> Problem:
    missing = f"only {listed:,} {what} could be listed" if listed else f"the {what} could not be listed"
    remedy = fault.problem.remedy
    if what == "queues" and isinstance(fault, Denied):
        remedy = "name them with --queue, which needs no permission to list"
    return replace(fault.problem, text=f"{missing}: {fault.problem.text}", remedy=remedy)


def _first(faults: BaseExceptionGroup[GatewayError]) -> GatewayError:
    fault = faults.exceptions[0]
    return _first(fault) if isinstance(fault, BaseExceptionGroup) else fault
