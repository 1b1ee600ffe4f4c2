"""The topics and subscriptions that are known, and what the last readings of their settings said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.topic import Subscription, SubscriptionReading, SubscriptionRef, Topic, TopicReading


class KnownTopics:
    """Merges listings and readings into `Topic` and `Subscription` values: unchanged ones keep their object.

    A topic holds its subscriptions, so it is made anew when one of them changed; that is put off until
    somebody asks, because a topic may have thousands. Methods that take a fact tell whether the structure
    changed.
    """

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        """By key."""
        self._topics: dict[str, Topic] = {}
        self._by_topic: dict[str, list[str]] = {}
        self._outdated: set[str] = set()
        self._in_order = True

    def __len__(self) -> int:
        return len(self._topics)

    def __contains__(self, key: object) -> bool:
        return key in self._topics

    def get(self, key: str) -> Topic | None:
        """Give one topic, with its subscriptions as they are now."""
        self._refresh(key)
        return self._topics.get(key)

    def in_order(self) -> Mapping[str, Topic]:
        """Give all topics by key, sorted by name; the mapping is live."""
        for arn in tuple(self._outdated):
            self._refresh(arn)
        if not self._in_order:
            self._topics = dict(sorted(self._topics.items(), key=lambda item: (item[1].name, item[0])))
            self._in_order = True
        return self._topics

    def listed(self, arns: Iterable[str]) -> list[str]:
        """Take up topics and give the keys of those that are new."""
        new = [arn for arn in dict.fromkeys(arns) if arn not in self._topics]
        for arn in new:
            self._topics[arn] = Topic(arn)
        if new:
            self._in_order = False
        return new

    def subscribed(self, arn: str, refs: Mapping[str, SubscriptionRef], at: float) -> tuple[list[str], bool]:
        """Set the subscriptions of one topic, by key, as listed at ``at`` monotonic seconds.

        Gives the keys of those that are new and can be read, and whether anything changed.
        """
        wanted = dict(sorted(refs.items(), key=_by_protocol_and_endpoint))
        before = self._by_topic.get(arn, [])
        new = []
        changed = before != list(wanted)
        for key in before:
            if key not in wanted:
                self.subscriptions.pop(key, None)
        for key, ref in wanted.items():
            old = self.subscriptions.get(key)
            if old is None:
                self.subscriptions[key] = Subscription(ref, first_seen_at=at)
                if ref.readable:
                    new.append(key)
            elif old.ref != ref:
                self.subscriptions[key] = replace(old, ref=ref)
                changed = True
        self._by_topic[arn] = list(wanted)
        if changed:
            self._outdated.add(arn)
        return new, changed

    def of_topic(self, arn: str) -> list[str]:
        """Give the keys of the subscriptions of one topic."""
        return self._by_topic.get(arn, [])

    def topic_read(self, arn: str, reading: TopicReading, at: float) -> bool:
        """Merge a good reading of a topic's settings."""
        old = self._topics.get(arn)
        if old is None:
            return False
        same = old.settings == reading.settings
        settings = old.settings if same else reading.settings
        self._topics[arn] = replace(old, settings=settings, read_at=at, problem=None)
        return not same or _is_gone(old)

    def topic_failed(self, arn: str, problem: Problem) -> bool:
        """Mark a topic with the reason why it could not be read."""
        old = self._topics.get(arn)
        if old is None:
            return False
        new = self._topics[arn] = replace(old, problem=problem)
        return _is_gone(old) != _is_gone(new)

    def subscription_read(self, key: str, reading: SubscriptionReading, at: float) -> bool:
        """Merge a good reading of a subscription's settings."""
        old = self.subscriptions.get(key)
        if old is None:
            return False
        same = old.settings == reading.settings
        settings = old.settings if same else reading.settings
        self.subscriptions[key] = replace(old, settings=settings, read_at=at, problem=None)
        self._outdated.add(old.ref.topic_arn)
        return not same or _is_gone(old)

    def subscription_failed(self, key: str, problem: Problem) -> bool:
        """Mark a subscription with the reason why it could not be read."""
        old = self.subscriptions.get(key)
        if old is None:
            return False
        new = self.subscriptions[key] = replace(old, problem=problem)
        self._outdated.add(old.ref.topic_arn)
        return _is_gone(old) != _is_gone(new)

    def drop(self, arn: str) -> list[str]:
        """Forget a topic and give the keys of the subscriptions that went with it."""
        self._outdated.discard(arn)
        keys = self._by_topic.pop(arn, [])
        for key in keys:
            self.subscriptions.pop(key, None)
        self._topics.pop(arn, None)
        return keys

    def gone(self) -> set[str]:
        """Give the keys of the topics and subscriptions whose own reading said that they do not exist."""
        topics = {arn for arn, topic in self._topics.items() if _is_gone(topic)}
        return topics | {key for key, known in self.subscriptions.items() if _is_gone(known)}

    def _refresh(self, arn: str) -> None:
        if arn in self._outdated:
            self._outdated.discard(arn)
            subscriptions = tuple(self.subscriptions[key] for key in self._by_topic.get(arn, ()))
            if arn in self._topics:
                self._topics[arn] = replace(self._topics[arn], subscriptions=subscriptions)


def _by_protocol_and_endpoint(item: tuple[str, SubscriptionRef]) -> tuple[str, str, str]:
    key, ref = item
    return ref.protocol, ref.endpoint, key


def _is_gone(thing: Topic | Subscription) -> bool:
    return thing.problem is not None and thing.problem.kind is ProblemKind.GONE
