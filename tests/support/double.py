"""An account in memory behind the port, with scripted facts and faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqsview.clock import Clock
from sqsview.domain.arn import is_arn, name_of
from sqsview.domain.message import EntryFault, Message, Outgoing, Sent
from sqsview.domain.move_task import MoveTask
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.domain.queue import Counts, QueueReading, QueueRef, QueueSettings
from sqsview.domain.snapshot import CallFigures, Context
from sqsview.domain.topic import (
    PENDING_LITERAL,
    SubscriptionReading,
    SubscriptionRef,
    SubscriptionSettings,
    TopicReading,
    TopicSettings,
)
from sqsview.errors import Denied, GatewayError, NotFound, ServerFault, SessionError, Throttled
from sqsview.gateway import Meter, Target
from tests.support.double_building import DoubleBuilding
from tests.support.double_messages import Broker
from tests.support.double_push import DoublePush
from tests.support.double_tasks import MoveTasks

_T = TypeVar("_T")

ACCOUNT = "123456789012"
REGION = "eu-west-1"
QUEUE_PAGE = 1000
PAGE = 100
"""Entries in a page of ListQueues as the port asks for it, and of every SNS listing."""


def queue_arn(name: str, *, region: str = REGION) -> str:
    """Give the ARN of a queue in the double's account."""
    return f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"


def topic_arn(name: str, *, region: str = REGION) -> str:
    """Give the ARN of a topic in the double's account."""
    return f"arn:aws:sns:{region}:{ACCOUNT}:{name}"


def queue_url(name: str, *, region: str = REGION) -> str:
    """Give the URL of a queue in the double's account."""
    return f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/{name}"


def queue_ref(name: str, *, region: str = REGION) -> QueueRef:
    """Give what a listing says of a queue in the double's account."""
    return QueueRef(queue_arn(name, region=region), queue_url(name, region=region), name)


def session_error(kind: ProblemKind = ProblemKind.CREDENTIALS, text: str = "the session expired") -> SessionError:
    """Make the error of a connection that does not work as a whole."""
    return SessionError(Problem(kind, text, "log in again"))


def denied(api: str = "sqs:GetQueueAttributes") -> Denied:
    """Make the error of a call that is not permitted."""
    return Denied(Problem(ProblemKind.DENIED, f"denied: {api}"))


def gone() -> NotFound:
    """Make the error of a thing that does not exist."""
    return NotFound(Problem(ProblemKind.GONE, "it does not exist"))


def throttled() -> Throttled:
    """Make the error of a call that was throttled once too often."""
    return Throttled(Problem(ProblemKind.THROTTLED, "throttled"))


def server_fault() -> ServerFault:
    """Make the error of a server that failed."""
    return ServerFault(Problem(ProblemKind.FAILED, "the server failed"))


@dataclass(slots=True)
class QueueFacts:
    """What the account says of one queue."""

    ref: QueueRef
    settings: QueueSettings
    counts: Counts = field(default_factory=lambda: Counts(0, 0, 0))
    tags: dict[str, str] = field(default_factory=dict)

    def hold(self, visible: int | None, in_flight: int | None = 0, delayed: int | None = 0) -> None:
        """Set the counts."""
        self.counts = Counts(visible, in_flight, delayed)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was made."""

    at: float
    """Monotonic seconds on the account's clock."""
    operation: str
    thing: str
    """Name of the queue, ARN of the topic or subscription; empty for listings."""


class DoubleMeter:
    """Counts calls; holds what budget it was told and lets everything pass."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.allowed: list[float | None] = []
        """Every budget that was set, in order."""
        self.throttled_to: float | None = None
        """Calls a second that throttling left, where a test says so."""

    def allow(self, calls_per_second: float | None) -> None:
        """Note the budget."""
        self.allowed.append(calls_per_second)

    def figures(self) -> CallFigures:
        """Count the calls of the last minute."""
        calls, now = self._account.calls, self._account.clock.monotonic()
        recent = 0
        for call in reversed(calls):
            if call.at <= now - 60:
                break
            recent += 1
        full = self.allowed[-1] if self.allowed else None
        held = full if self.throttled_to is None else self.throttled_to
        return CallFigures(recent, held, full, None, (), len(calls))


class Account:
    """The facts and faults of one account; `opener` gives gateways onto it."""

    def __init__(self, clock: Clock, *, latency: float = 0.0) -> None:
        self.clock = clock
        self.latency = latency
        """Seconds a call takes on the clock."""
        self.context = Context(region=REGION)
        self.account = ACCOUNT
        self.queues: dict[str, QueueFacts] = {}
        """By name."""
        self.topics: dict[str, TopicSettings] = {}
        """By ARN."""
        self.subscriptions: dict[str, tuple[SubscriptionRef, SubscriptionSettings]] = {}
        """By ``SubscriptionRef.key``."""
        self.applications: list[PlatformApplication] = []
        self.endpoints: dict[str, list[PlatformEndpoint]] = {}
        """By the ARN of the application."""
        self.ages: dict[str, float] = {}
        """Age of the oldest message in seconds, by queue name."""
        self.calls: list[Call] = []
        self.opened: list[Target] = []
        """Every connection that was tried."""
        self.running = 0
        self.most_running = 0
        """Calls in flight at once, at the most."""
        self.meter = DoubleMeter(self)
        self.down: GatewayError | None = None
        """Raised by opening and by every call while set: the whole connection is at fault."""
        self._faults: dict[tuple[str, str], GatewayError] = {}
        self._once: dict[tuple[str, str], list[GatewayError]] = {}
        self.on_call: Callable[[str, str], None] = lambda operation, thing: None
        """Called before every call with its operation and thing."""
        self.empty_listings: Counter[str] = Counter()
        """How many times a listing is to come back empty although it is not, by operation."""
        self.broker = Broker(clock)
        """The messages, for tests that look, send or publish; its counts are the queues' once a message was put."""
        self.move_tasks = MoveTasks(clock)
        """The tasks that move dead letters, on which nothing moves by itself."""
        self.topic_tags: dict[str, dict[str, str]] = {}
        """By the topic's ARN; a topic that is not there has the tag ``team``, which is its name."""
        self.unlisted: set[str] = set()
        """Names of queues that exist but that listings leave out."""

    # -- facts -----------------------------------------------------------------------------------------------

    def add_queue(self, name: str, *, visible: int = 0, region: str = REGION, **settings: object) -> QueueFacts:
        """Create a queue; ``settings`` are fields of `QueueSettings`."""
        ref = queue_ref(name, region=region)
        facts = QueueFacts(ref, replace(QueueSettings(ref.arn, 30, 345_600), **settings))  # type: ignore[arg-type]
        facts.hold(visible)
        self.queues[name] = facts
        return facts

    def add_topic(self, name: str, **settings: object) -> str:
        """Create a topic and give its ARN; ``settings`` are fields of `TopicSettings`."""
        arn = topic_arn(name)
        self.topics[arn] = replace(TopicSettings(), **settings)  # type: ignore[arg-type]
        return arn

    def subscribe(
        self,
        topic: str,
        endpoint: str,
        *,
        protocol: str = "sqs",
        literal: str | None = None,
        **settings: object,
    ) -> SubscriptionRef:
        """Subscribe ``endpoint`` to the topic of this ARN; ``literal`` stands in place of the ARN."""
        arn = literal or f"{topic}:{len(self.subscriptions):08d}"
        ref = SubscriptionRef(arn, topic, protocol, endpoint, ACCOUNT)
        told = SubscriptionSettings(pending=literal == PENDING_LITERAL)
        self.subscriptions[ref.key] = (ref, replace(told, **settings))  # type: ignore[arg-type]
        return ref

    def queue(self, name: str) -> QueueFacts:
        """Give the facts of a queue.

        Raises:
            NotFound: there is none of this name.
        """
        if name not in self.queues:
            raise gone()
        return self.queues[name]

    def topic_arn(self, name: str) -> str:
        """Give the ARN of a topic in this account."""
        return topic_arn(name)

    def tags_of(self, arn: str) -> dict[str, str]:
        """Give the tags of a topic, to be read or changed."""
        return self.topic_tags.setdefault(arn, {"team": name_of(arn)})

    # -- faults ----------------------------------------------------------------------------------------------

    def fail(self, operation: str, error: GatewayError, thing: str = "") -> None:
        """Let ``operation`` on ``thing`` (on anything, when empty) fail until it is mended."""
        self._faults[operation, thing] = error

    def fail_once(self, operation: str, *errors: GatewayError, thing: str = "") -> None:
        """Let the next calls of ``operation`` fail with ``errors``, one after the other."""
        self._once.setdefault((operation, thing), []).extend(errors)

    def mend(self, operation: str | None = None, thing: str = "") -> None:
        """Take back a fault, or with no operation all of them."""
        if operation is None:
            self._faults.clear()
            self._once.clear()
            self.down = None
        else:
            self._faults.pop((operation, thing), None)

    # -- what a test asks ------------------------------------------------------------------------------------

    def count(self, operation: str | None = None, thing: str | None = None, *, since: float = 0.0) -> int:
        """Count the calls of an operation, on a thing, from a moment on."""
        return sum(
            (operation is None or call.operation == operation)
            and (thing is None or call.thing == thing)
            and call.at >= since
            for call in self.calls
        )

    def opener(self, target: Target) -> AbstractAsyncContextManager[DoubleGateway]:
        """Connect; implements `sqsview.gateway.Opener`."""
        return self._connect(target)

    @asynccontextmanager
    async def _connect(self, target: Target) -> AsyncIterator[DoubleGateway]:
        self.opened.append(target)
        if self.down is not None:
            raise self.down
        context = replace(self.context, profile=target.profile or "default", endpoint=target.endpoint_url)
        yield DoubleGateway(self, replace(context, region=target.region or context.region))

    async def call(self, operation: str, thing: str = "") -> None:
        """Account for one call: its latency, its faults."""
        self.on_call(operation, thing)
        self.calls.append(Call(self.clock.monotonic(), operation, thing))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if self.latency:
                await self.clock.sleep(self.latency)
        finally:
            self.running -= 1
        if self.down is not None:
            raise self.down
        for key in ((operation, thing), (operation, "")):
            if self._once.get(key):
                raise self._once[key].pop(0)
            if key in self._faults:
                raise self._faults[key]
            if not thing:
                break


class DoubleGateway(DoubleBuilding, DoublePush):
    """Implements `sqsview.gateway.Gateway` on an `Account`."""

    def __init__(self, account: Account, context: Context) -> None:
        self.account = account
        self.context = context
        self.meter: Meter = account.meter

    async def get_caller_identity(self) -> str:
        await self.account.call("get_caller_identity")
        return self.account.account

    async def list_queues(self, prefix: str = "") -> AsyncIterator[list[QueueRef]]:
        hidden = self.account.unlisted
        names = [name for name in self.account.queues if name.startswith(prefix) and name not in hidden]
        refs = [self.account.queues[name].ref for name in names]
        async for page in self._pages("list_queues", refs, QUEUE_PAGE):
            yield page

    async def get_queue_url(self, name: str, account: str | None = None) -> QueueRef:
        await self.account.call("get_queue_url", name)
        return self._queue(name).ref

    async def get_queue_attributes(self, queue: QueueRef) -> QueueReading:
        await self.account.call("get_queue_attributes", queue.name)
        facts = self._queue(queue.name)
        self.account.broker.tell_counts(facts)
        raw = {"QueueArn": facts.settings.arn, "ApproximateNumberOfMessages": str(facts.counts.visible)}
        return QueueReading(replace(facts.settings), facts.counts, raw)

    async def list_queue_tags(self, queue: QueueRef) -> Mapping[str, str]:
        await self.account.call("list_queue_tags", queue.name)
        return self._queue(queue.name).tags

    async def list_topics(self) -> AsyncIterator[list[str]]:
        async for page in self._pages("list_topics", list(self.account.topics), PAGE):
            yield page

    async def get_topic_attributes(self, arn: str) -> TopicReading:
        await self.account.call("get_topic_attributes", arn)
        if arn not in self.account.topics:
            raise gone()
        return TopicReading(self.account.topics[arn], {"TopicArn": arn})

    async def list_subscriptions(self) -> AsyncIterator[list[SubscriptionRef]]:
        refs = [ref for ref, _ in self.account.subscriptions.values()]
        async for page in self._pages("list_subscriptions", refs, PAGE):
            yield page

    async def get_subscription_attributes(self, arn: str) -> SubscriptionReading:
        await self.account.call("get_subscription_attributes", arn)
        assert is_arn(arn), f"attributes asked for {arn!r}, which is no ARN"
        if arn not in self.account.subscriptions:
            raise gone()
        return SubscriptionReading(self.account.subscriptions[arn][1], {"SubscriptionArn": arn})

    async def list_tags_for_resource(self, arn: str) -> Mapping[str, str]:
        await self.account.call("list_tags_for_resource", arn)
        return self.account.tags_of(arn)

    async def list_platform_applications(self) -> AsyncIterator[list[PlatformApplication]]:
        async for page in self._pages("list_platform_applications", self.account.applications, PAGE):
            yield page

    async def list_endpoints_by_platform_application(self, arn: str) -> AsyncIterator[list[PlatformEndpoint]]:
        listed = self.account.endpoints.get(arn, [])
        async for page in self._pages("list_endpoints_by_platform_application", listed, PAGE, arn):
            yield page

    async def get_endpoint_attributes(self, arn: str) -> Mapping[str, str]:
        await self.account.call("get_endpoint_attributes", arn)
        for listed in self.account.endpoints.values():
            for endpoint in listed:
                if endpoint.arn == arn:
                    enabled = str(endpoint.enabled).lower()
                    return {"Enabled": enabled, "Token": endpoint.token, "CustomUserData": endpoint.user_data}
        raise gone()

    async def get_metric_data(self, queue_names: Sequence[str]) -> Mapping[str, float]:
        await self.account.call("get_metric_data", ",".join(queue_names))
        return {name: self.account.ages[name] for name in queue_names if name in self.account.ages}

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        await self.account.call("receive_message", queue.name)
        settings = self._queue(queue.name).settings
        return await self.account.broker.receive(queue.name, settings, maximum=maximum, wait=wait, hold=hold)

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        await self.account.call("change_message_visibility_batch", queue.name)
        return self.account.broker.change_visibility(queue.name, receipts, seconds)

    async def delete_message_batch(self, queue: QueueRef, receipts: Sequence[str]) -> Mapping[str, EntryFault]:
        await self.account.call("delete_message_batch", queue.name)
        self._queue(queue.name)
        return self.account.broker.delete(queue.name, receipts)

    async def purge_queue(self, queue: QueueRef) -> None:
        await self.account.call("purge_queue", queue.name)
        self._queue(queue.name)
        self.account.broker.queues[queue.name] = []

    async def delete_queue(self, queue: QueueRef) -> None:
        await self.account.call("delete_queue", queue.name)
        self._queue(queue.name)
        del self.account.queues[queue.name]

    async def delete_topic(self, arn: str) -> None:
        await self.account.call("delete_topic", arn)
        self.account.topics.pop(arn, None)

    async def unsubscribe(self, arn: str) -> None:
        await self.account.call("unsubscribe", arn)
        self.account.subscriptions.pop(arn, None)

    async def list_dead_letter_source_queues(self, queue: QueueRef) -> AsyncIterator[list[QueueRef]]:
        arn = self._queue(queue.name).settings.arn
        found = [facts.ref for facts in self.account.queues.values() if facts.settings.dead_letter_target == arn]
        async for page in self._pages("list_dead_letter_source_queues", found, QUEUE_PAGE, queue.name):
            yield page

    async def start_message_move_task(
        self, source_arn: str, *, destination_arn: str | None = None, rate: int | None = None
    ) -> str:
        await self.account.call("start_message_move_task", name_of(source_arn))
        return self.account.move_tasks.start(source_arn, destination_arn, rate)

    async def list_message_move_tasks(self, source_arn: str) -> list[MoveTask]:
        await self.account.call("list_message_move_tasks", name_of(source_arn))
        return self.account.move_tasks.of(source_arn)

    async def cancel_message_move_task(self, handle: str) -> int | None:
        await self.account.call("cancel_message_move_task", handle)
        return self.account.move_tasks.cancel(handle)

    async def send_message(self, queue: QueueRef, message: Outgoing) -> Sent:
        await self.account.call("send_message", queue.name)
        self._queue(queue.name)
        return self.account.broker.put(queue.name, message)

    async def send_message_batch(self, queue: QueueRef, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        await self.account.call("send_message_batch", queue.name)
        self._queue(queue.name)
        return [self.account.broker.put_or_refuse(queue.name, message) for message in outgoing]

    async def publish(self, topic_arn: str, message: Outgoing) -> Sent:
        await self.account.call("publish", topic_arn)
        if topic_arn not in self.account.topics:
            raise gone()
        return self._published(topic_arn, message)

    async def publish_batch(self, topic_arn: str, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        await self.account.call("publish_batch", topic_arn)
        return [self.account.broker.refused(message) or self._published(topic_arn, message) for message in outgoing]

    def _published(self, topic_arn: str, message: Outgoing) -> Sent:
        """Deliver to every queue that is subscribed; the double knows no filters."""
        self.account.broker.published.append((topic_arn, message))
        sent = Sent(f"published-{len(self.account.broker.published)}")
        for ref, settings in self.account.subscriptions.values():
            if ref.topic_arn == topic_arn and ref.protocol == "sqs" and name_of(ref.endpoint) in self.account.queues:
                self.account.broker.deliver(
                    name_of(ref.endpoint), topic_arn, sent.id, message, raw=settings.raw_delivery
                )
        return sent

    def _queue(self, name: str) -> QueueFacts:
        return self.account.queue(name)

    async def _pages(self, operation: str, things: Sequence[_T], size: int, thing: str = "") -> AsyncIterator[list[_T]]:
        listed = list(things)
        if self.account.empty_listings[operation] > 0:
            self.account.empty_listings[operation] -= 1
            listed = []
        for start in range(0, max(1, len(listed)), size):
            await self.account.call(operation, thing)
            yield listed[start : start + size]
