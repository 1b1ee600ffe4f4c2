"""The columns of the topics and subscriptions tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from sqsview.domain import words
from sqsview.domain.arn import is_arn, name_of
from sqsview.domain.filter_words import filter_in_words
from sqsview.domain.snapshot import Connection
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic
from sqsview.domain.wiring import edge
from sqsview.ui.arrangement import Matcher
from sqsview.ui.scene import Scene
from sqsview.ui.widgets.cells import Cell, Cells, Tone
from sqsview.ui.widgets.columns import Column

TopicColumn: TypeAlias = Column[Topic, Scene]
SubscriptionColumn: TypeAlias = Column[Subscription, Scene]


LOOKED_AT = 50
"""Ways out of one topic that are looked at for a mark in its row: 16 µs each, twice a second."""


def _broken(topic: Topic, subscription: Subscription, scene: Scene) -> bool:
    """Tell whether metadata shows that a subscription gets nothing, but for one that only waits for its owner."""
    if subscription.status is not SubscriptionStatus.CONFIRMED:
        return False
    return not edge(topic, subscription, scene.topology, scene.snapshot.context).delivers


def _topic_name(topic: Topic, scene: Scene) -> Cells:
    if topic.problem is not None:
        return Cell("! ", Tone.BAD), Cell(topic.name, Tone.WARN)
    if any(_broken(topic, subscription, scene) for subscription in topic.subscriptions[:LOOKED_AT]):
        return Cell("✗ ", Tone.BAD), Cell(topic.name)
    return Cell("  "), Cell(topic.name)


def _topic_kind(topic: Topic, _scene: Scene) -> Cell:
    return Cell("fifo" if topic.fifo else "std", Tone.QUIET)


def _count_of(status: SubscriptionStatus, tone: Tone) -> Callable[[Topic, Scene], Cell]:
    def cell(topic: Topic, scene: Scene) -> Cell:
        if topic.settings is None and unheard(topic, scene) is None:
            return _untold(scene)
        count = topic.count(status)
        stale = scene.snapshot.health.connection is Connection.FAILING
        return Cell(words.count(count), Tone.STALE if stale else tone if count else Tone.QUIET)

    return cell


def protocols_in_words(topic: Topic) -> str:
    """Say what a topic delivers to: ``sqs 4 · email 1``."""
    seen = Counter(subscription.ref.protocol for subscription in topic.subscriptions)
    return " · ".join(f"{protocol} {count}" for protocol, count in seen.most_common())


def unheard(topic: Topic, scene: Scene) -> bool | None:
    """Tell whether nothing is subscribed to a topic; None where not every subscription was listed."""
    if topic.subscriptions or topic.count(SubscriptionStatus.CONFIRMED) or topic.count(SubscriptionStatus.PENDING):
        return False
    return True if scene.snapshot.all_subscriptions else None


def _untold(scene: Scene) -> Cell:
    return Cell(words.UNKNOWN if scene.snapshot.topics_problem is not None else "…", Tone.QUIET)


def _protocols(topic: Topic, scene: Scene) -> Cell:
    if topic.subscriptions:
        return Cell(protocols_in_words(topic))
    return Cell("nobody listens", Tone.WARN) if unheard(topic, scene) else _untold(scene)


def _encryption(topic: Topic, _scene: Scene) -> Cell:
    if topic.problem is not None:
        return Cell(topic.problem.text, Tone.BAD)
    if topic.settings is None:
        return Cell("…", Tone.QUIET)
    key = topic.settings.kms_key
    return Cell(f"SSE-KMS {name_of(key) if is_arn(key) else key}") if key else Cell("none", Tone.QUIET)


TOPIC_COLUMNS: tuple[TopicColumn, ...] = (
    Column("name", "  TOPIC", 20, "left", _topic_name, grow=True, min_width=18, priority=75),
    Column("kind", "KIND", 5, "left", _topic_kind, priority=40),
    Column("confirmed", "CONFIRMED", 10, "right", _count_of(SubscriptionStatus.CONFIRMED, Tone.NORMAL), priority=90),
    Column("pending", "PENDING", 9, "right", _count_of(SubscriptionStatus.PENDING, Tone.WARN), priority=80),
    Column("deleted", "DELETED", 9, "right", _count_of(SubscriptionStatus.DELETED, Tone.NORMAL), priority=50),
    Column("protocols", "DELIVERS TO", 22, "left", _protocols, min_width=12, max_width=44, priority=60),
    Column("encryption", "ENCRYPTION", 14, "left", _encryption, min_width=8, max_width=50, priority=30),
)  # fmt: skip

TOPIC_SORT_KEYS: Mapping[str, Callable[[Topic, Scene], Any]] = {
    "name": lambda topic, _: topic.name,
    "kind": lambda topic, _: topic.fifo,
    "confirmed": lambda topic, _: topic.count(SubscriptionStatus.CONFIRMED),
    "pending": lambda topic, _: topic.count(SubscriptionStatus.PENDING),
    "deleted": lambda topic, _: topic.count(SubscriptionStatus.DELETED),
    "protocols": lambda topic, _: protocols_in_words(topic) or None,
    "encryption": lambda topic, _: (topic.settings.kms_key or None) if topic.settings else None,
}


def _topic_kinds(topic: Topic) -> Iterable[str]:
    yield "fifo" if topic.fifo else "standard"
    if topic.count(SubscriptionStatus.PENDING):
        yield "pending"
    if topic.settings is not None and topic.settings.kms_key:
        yield "encrypted"
    yield "non-empty" if topic.subscriptions else "empty"
    if topic.problem is not None:
        yield "problem"


TOPIC_MATCHER: Matcher[Topic] = Matcher(
    text=lambda topic: f"{topic.name} {protocols_in_words(topic)}", kinds=_topic_kinds
)


def _endpoint(subscription: Subscription, scene: Scene) -> Cells:
    if subscription.problem is not None:
        return Cell("! ", Tone.BAD), Cell(subscription.name, Tone.WARN)
    topic = scene.snapshot.topics.get(subscription.ref.topic_arn)
    if topic is not None and _broken(topic, subscription, scene):
        return Cell("✗ ", Tone.BAD), Cell(subscription.name, Tone.WARN)
    return Cell("  "), Cell(subscription.name)


def _status(subscription: Subscription, _scene: Scene) -> Cell:
    status = subscription.status
    return Cell(status.value, Tone.NORMAL if status is SubscriptionStatus.CONFIRMED else Tone.WARN)


def _filter(subscription: Subscription, _scene: Scene) -> Cell:
    if subscription.problem is not None:
        return Cell(subscription.problem.text, Tone.BAD)
    settings = subscription.settings
    if settings is None:
        return Cell("…" if subscription.ref.readable else "not told until confirmed", Tone.QUIET)
    if settings.filter_policy is None:
        return Cell("everything", Tone.QUIET)
    return Cell(filter_in_words(settings.filter_policy, settings.filter_scope))


def _scope(subscription: Subscription, _scene: Scene) -> Cell:
    settings = subscription.settings
    if settings is None or settings.filter_policy is None:
        return Cell("")
    return Cell("body" if settings.filter_scope == "MessageBody" else "attributes", Tone.QUIET)


def _raw(subscription: Subscription, _scene: Scene) -> Cell:
    settings = subscription.settings
    return Cell("" if settings is None else "raw" if settings.raw_delivery else "envelope", Tone.QUIET)


def _dead(subscription: Subscription, _scene: Scene) -> Cell:
    settings = subscription.settings
    if settings is None:
        return Cell("")
    if settings.dead_letter_target is None:
        return Cell("none", Tone.QUIET)
    return Cell(name_of(settings.dead_letter_target))


SUBSCRIPTION_COLUMNS: tuple[SubscriptionColumn, ...] = (
    Column("endpoint", "  ENDPOINT", 20, "left", _endpoint, grow=True, min_width=18, priority=75),
    Column("protocol", "PROTOCOL", 9, "left", lambda row, _: Cell(row.ref.protocol), priority=80),
    Column("status", "STATUS", 9, "left", _status, priority=90),
    Column("filter", "GETS", 26, "left", _filter, min_width=10, max_width=80, priority=85, cut="end"),
    Column("scope", "MATCHES ON", 10, "left", _scope, priority=30),
    Column("raw", "DELIVERY", 8, "left", _raw, priority=40),
    Column("dead", "DEAD LETTERS", 14, "left", _dead, min_width=8, max_width=40, priority=50),
)

SUBSCRIPTION_SORT_KEYS: Mapping[str, Callable[[Subscription, Scene], Any]] = {
    "endpoint": lambda row, _: row.name,
    "protocol": lambda row, _: row.ref.protocol,
    "status": lambda row, _: row.status.value,
    "filter": lambda row, _: row.settings.filter_policy if row.settings else None,
    "scope": lambda row, _: row.settings.filter_scope if row.settings and row.settings.filter_policy else None,
    "raw": lambda row, _: row.settings.raw_delivery if row.settings else None,
    "dead": lambda row, _: row.settings.dead_letter_target if row.settings else None,
}


def _subscription_kinds(subscription: Subscription) -> Iterable[str]:
    yield subscription.status.value
    yield subscription.ref.protocol
    settings = subscription.settings
    if settings is not None:
        yield "raw" if settings.raw_delivery else "envelope"
        yield "everything" if settings.filter_policy is None else "filtered"
    if subscription.problem is not None:
        yield "problem"


SUBSCRIPTION_MATCHER: Matcher[Subscription] = Matcher(
    text=lambda row: f"{row.ref.protocol} {row.ref.endpoint}", kinds=_subscription_kinds
)
