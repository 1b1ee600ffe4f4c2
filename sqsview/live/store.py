"""Facts in, one immutable snapshot out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from sqsview.clock import Clock
from sqsview.domain.arn import Arn, is_arn
from sqsview.domain.problem import Problem
from sqsview.domain.push import PlatformApplication
from sqsview.domain.queue import Queue, QueueReading, QueueRef
from sqsview.domain.snapshot import CallFigures, Connection, Context, Health, PollerState, Snapshot
from sqsview.domain.topic import Subscription, SubscriptionReading, SubscriptionRef, Topic, TopicReading
from sqsview.live.known_queues import KnownQueues
from sqsview.live.known_topics import KnownTopics

PROBLEMS_SHOWN = 200
"""The newest problems a snapshot carries; each thing also carries its own."""

_ACCOUNT_DIGITS = 12


class Store:
    """Everything that is known; each method takes one fact and counts a generation if it changed anything."""

    def __init__(self, clock: Clock, context: Context, *, generation: int = 0, structure: int = 0) -> None:
        self.generation = generation
        """Counts every change."""
        self.structure = structure
        """Counts the changes of what exists and how it is set."""
        self.context = context
        self.account_told = False
        """Whether the account is from STS; else it is unknown, or as ARNs have it."""
        self.queues = KnownQueues()
        self.topics = KnownTopics()
        self.health = Health()
        """State, problem and next try; the snapshot's adds the figures."""
        self.fresh_at: float | None = None
        """Monotonic seconds of the newest good answer."""
        self._clock = clock
        self._applications: Mapping[str, PlatformApplication] = MappingProxyType({})
        self._problems: dict[str, Problem] = {}
        self._topics_problem: Problem | None = None
        self._applications_problem: Problem | None = None
        self._applications_listed = False
        self._all_queues = False
        self._all_subscriptions = False

    # -- queues ----------------------------------------------------------------------------------------------

    def queues_listed(self, refs: Iterable[QueueRef]) -> list[str]:
        """Take up a page of the listing of queues; give the keys of the new ones."""
        new = self.queues.listed(refs)
        self._answered(structure=bool(new))
        return new

    def queue_read(self, key: str, reading: QueueReading, interval: float | None) -> None:
        """Merge a good reading of a queue; the next is meant to follow in ``interval`` seconds."""
        changed = self.queues.read(key, reading, self._clock.monotonic(), interval)
        self._recovered(key)
        self._answered(structure=changed)

    def queue_failed(self, key: str, problem: Problem, interval: float | None) -> None:
        """Mark a queue with what went wrong with its reading."""
        queue = self.queues.get(key)
        if queue is not None:
            problem = self._happened(key, problem, queue.name)
            self._moved(structure=self.queues.failed(key, problem, self._clock.monotonic(), interval))

    def queue_dropped(self, key: str) -> None:
        """Forget a queue that does not exist any more."""
        if self.queues.drop(key):
            self._recovered(key)
            self._moved(structure=True)

    def oldest_ages(self, ages: Mapping[str, float | None]) -> None:
        """Note the ages of the oldest messages in seconds, by queue key."""
        now = self._clock.monotonic()
        for key, age in ages.items():
            self.queues.aged(key, age, now)
        self._moved()

    def listing_ended(self) -> None:
        """Note that a listing of the queues was answered to its end, also where there are none."""
        self._answered()

    def all_queues_listed(self) -> None:
        """Note that every queue of the account and region is known from here on."""
        if not self._all_queues:
            self._all_queues = True
            self._moved(structure=True)

    # -- topics ----------------------------------------------------------------------------------------------

    def topics_listed(self, arns: Iterable[str]) -> list[str]:
        """Take up listed topics; give the keys of the new ones."""
        new = self.topics.listed(arns)
        self._answered(structure=bool(new))
        return new

    def topic_subscribed(self, arn: str, refs: Mapping[str, SubscriptionRef]) -> list[str]:
        """Set the subscriptions of one topic, by key; give the keys of the new ones that can be read."""
        before = self.topics.of_topic(arn)
        new, changed = self.topics.subscribed(arn, refs, self._clock.monotonic())
        if changed:
            for key in set(before).difference(self.topics.of_topic(arn)):
                self._recovered(key)
            self._moved(structure=True)
        return new

    def topics_failed(self, problem: Problem | None) -> None:
        """Say why topics or subscriptions could not be listed; None once they could."""
        if problem is not None:
            problem = replace(problem, at=self._clock.epoch())
        if problem != self._topics_problem:
            self._topics_problem = problem
            self._moved()

    def all_subscriptions_listed(self) -> None:
        """Note that every topic and subscription is known from here on."""
        if not self._all_subscriptions:
            self._all_subscriptions = True
            self._moved(structure=True)

    def topic_read(self, arn: str, reading: TopicReading) -> None:
        """Merge a good reading of a topic."""
        changed = self.topics.topic_read(arn, reading, self._clock.monotonic())
        self._recovered(arn)
        self._answered(structure=changed)

    def topic_failed(self, arn: str, problem: Problem) -> None:
        """Mark a topic with what went wrong with its reading."""
        topic = self.topics.get(arn)
        if topic is not None:
            self._moved(structure=self.topics.topic_failed(arn, self._happened(arn, problem, topic.name)))

    def topic_dropped(self, arn: str) -> list[str]:
        """Forget a topic; give the keys of the subscriptions that went with it."""
        keys = self.topics.drop(arn)
        for key in (arn, *keys):
            self._recovered(key)
        self._moved(structure=True)
        return keys

    def subscription_read(self, key: str, reading: SubscriptionReading) -> None:
        """Merge a good reading of a subscription."""
        changed = self.topics.subscription_read(key, reading, self._clock.monotonic())
        self._recovered(key)
        self._answered(structure=changed)

    def subscription_failed(self, key: str, problem: Problem) -> None:
        """Mark a subscription with what went wrong with its reading."""
        known = self.topics.subscriptions.get(key)
        if known is not None:
            problem = self._happened(key, problem, known.ref.endpoint)
            self._moved(structure=self.topics.subscription_failed(key, problem))

    # -- the rest --------------------------------------------------------------------------------------------

    def applications_listed(self, applications: Iterable[PlatformApplication]) -> None:
        """Set the push applications."""
        found = sorted(applications, key=lambda application: (application.name, application.arn))
        self._applications = MappingProxyType({application.key: application for application in found})
        self._applications_problem = None
        self._applications_listed = True
        self._answered()

    def applications_failed(self, problem: Problem) -> None:
        """Say why the push applications could not be listed."""
        self._applications_problem = replace(problem, at=self._clock.epoch())
        self._moved()

    def trouble(self, name: str, problem: Problem | None) -> None:
        """Set or clear a problem that concerns no single thing, such as metrics that are denied."""
        if problem is not None:
            self._happened(name, problem, name)
            self._moved()
        elif name in self._problems:
            self._recovered(name)
            self._moved()

    def account_known(self, account: str) -> None:
        """Complete the context with what STS says."""
        self.account_told = True
        self.connected(replace(self.context, account=account))

    def account_seen(self, arn: str) -> None:
        """Take the account from the ARN of something that is listed as our own, unless STS told it."""
        account = Arn.parse(arn).account if is_arn(arn) and not self.account_told else ""
        # Zeros stand for an account that is not known, as servers have it that are not AWS.
        if len(account) == _ACCOUNT_DIGITS and account.isascii() and account.isdecimal() and account.strip("0"):
            self.connected(replace(self.context, account=account))

    def connected(self, context: Context) -> None:
        """Set whose queues these are."""
        if context != self.context:
            self.context = context
            self._moved()

    def connection(self, state: Connection, problem: Problem | None = None, retry_at: float | None = None) -> None:
        """Set the state of the connection, why it fails and when it is tried again (monotonic seconds)."""
        old = self.health
        same_problem = problem is not None and old.problem is not None and problem.line == old.problem.line
        if (old.connection, old.retry_at) == (state, retry_at) and (same_problem or problem == old.problem):
            return
        if problem is not None:
            problem = replace(problem, at=self._clock.epoch())
        self.health = replace(old, connection=state, problem=problem, retry_at=retry_at)
        self._moved()

    # -- what is known ---------------------------------------------------------------------------------------

    def find(self, key: str) -> Queue | Topic | Subscription | PlatformApplication | None:
        """Give the queue, topic, subscription or push application of this key."""
        return (
            self.queues.get(key)
            or self.topics.get(key)
            or self.topics.subscriptions.get(key)
            or self._applications.get(key)
        )

    def snapshot(self, calls: CallFigures, poller: PollerState, due_at: float | None = None) -> Snapshot:
        """Give an immutable picture of everything; what is in it never changes but for the histories.

        ``due_at`` is when the next answer is due, in monotonic seconds.
        """
        total = None if not self.queues and poller.sweep_at is None else len(self.queues)
        return Snapshot(
            generation=self.generation,
            structure=self.structure,
            context=self.context,
            queues=MappingProxyType(dict(self.queues.in_order())),
            topics=MappingProxyType(dict(self.topics.in_order())),
            applications=self._applications,
            health=replace(self.health, fresh_at=self.fresh_at, due_at=due_at, loaded=self.queues.loaded, total=total),
            calls=calls,
            poller=poller,
            all_queues=self._all_queues,
            all_subscriptions=self._all_subscriptions,
            problems=tuple(islice(reversed(self._problems.values()), PROBLEMS_SHOWN)),
            topics_problem=self._topics_problem,
            applications_problem=self._applications_problem,
            applications_listed=self._applications_listed,
            taken_at=self._clock.monotonic(),
        )

    def _moved(self, *, structure: bool = False) -> None:
        self.generation += 1
        self.structure += structure

    def _answered(self, *, structure: bool = False) -> None:
        self.fresh_at = self._clock.monotonic()
        self._moved(structure=structure)

    def _happened(self, key: str, problem: Problem, name: str) -> Problem:
        problem = replace(problem, thing=problem.thing or name, at=self._clock.epoch())
        self._problems.pop(key, None)
        self._problems[key] = problem
        return problem

    def _recovered(self, key: str) -> None:
        self._problems.pop(key, None)
