from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformApplication
from sqsview.domain.queue import Counts, QueueReading, QueueSettings
from sqsview.domain.snapshot import CallFigures, Connection, Context, PollerState, Snapshot
from sqsview.domain.topic import (
    PENDING_LITERAL,
    SubscriptionReading,
    SubscriptionRef,
    SubscriptionSettings,
    TopicReading,
    TopicSettings,
)
from sqsview.live.store import PROBLEMS_SHOWN, Store
from tests.support.double import queue_arn, queue_ref, topic_arn
from tests.support.time import OwnedClock

HOSTILE = "evil\x1b]52;c;aGk=\x07\u202e\x9b31m"
DENIED = Problem(ProblemKind.DENIED, "denied")
GONE = Problem(ProblemKind.GONE, "gone")


@pytest.fixture
def store(clock: OwnedClock) -> Store:
    return Store(clock, Context())


def picture(store: Store) -> Snapshot:
    return store.snapshot(CallFigures(), PollerState())


def reading(name: str, visible: int = 0, **settings: object) -> QueueReading:
    told = replace(QueueSettings(queue_arn(name)), **settings)  # type: ignore[arg-type]
    return QueueReading(told, Counts(visible, 0, 0), {"QueueArn": queue_arn(name)})


def subscribed(store: Store, arn: str, *refs: SubscriptionRef) -> list[str]:
    return store.topic_subscribed(arn, {ref.key: ref for ref in refs})


def test_queues_and_topics_are_in_the_order_of_their_names(store: Store) -> None:
    store.queues_listed([queue_ref("b"), queue_ref("c")])
    picture(store)
    store.queues_listed([queue_ref("a")])
    store.topics_listed([topic_arn("z"), topic_arn("y")])
    assert [queue.name for queue in picture(store).queues.values()] == ["a", "b", "c"]
    assert [topic.name for topic in picture(store).topics.values()] == ["y", "z"]


def test_a_snapshot_does_not_change_when_facts_come_in(store: Store) -> None:
    store.queues_listed([queue_ref("a")])
    before = picture(store)
    store.queue_read(queue_arn("a"), reading("a", 5), 4)
    store.queues_listed([queue_ref("b")])
    assert [queue.counts for queue in before.queues.values()] == [None]
    with pytest.raises(TypeError):
        before.queues["x"] = before.queues[queue_arn("a")]  # type: ignore[index]


def test_counts_move_the_generation_but_not_the_structure(store: Store) -> None:
    store.queues_listed([queue_ref("a")])
    store.queue_read(queue_arn("a"), reading("a", 1), 4)
    before = picture(store)
    store.queue_read(queue_arn("a"), reading("a", 2), 4)
    after = picture(store)
    assert after.generation > before.generation
    assert after.structure == before.structure


def test_existence_settings_and_disappearance_move_the_structure(store: Store) -> None:
    seen = [store.structure]

    def moved() -> bool:
        seen.append(store.structure)
        return seen[-1] > seen[-2]

    store.queues_listed([queue_ref("a")])
    assert moved()
    store.queue_read(queue_arn("a"), reading("a"), 4)
    assert moved()
    store.queue_read(queue_arn("a"), reading("a", retention=60), 4)
    assert moved()
    store.queue_failed(queue_arn("a"), DENIED, 8)
    assert not moved()
    store.queue_failed(queue_arn("a"), GONE, 8)
    assert moved()
    store.queue_dropped(queue_arn("a"))
    assert moved()
    store.topics_listed([topic_arn("t")])
    assert moved()


def test_equal_settings_counts_and_the_history_keep_their_objects(store: Store) -> None:
    key = queue_arn("a")
    store.queues_listed([queue_ref("a")])
    store.queue_read(key, reading("a", 3), 4)
    before = picture(store).queues[key]
    store.queue_read(key, reading("a", 3), 4)
    after = picture(store).queues[key]
    assert after is not before
    assert after.settings is before.settings
    assert after.counts is before.counts
    assert after.history is before.history


def test_a_queue_that_nothing_was_read_of_keeps_its_object(store: Store) -> None:
    store.queues_listed([queue_ref("a"), queue_ref("b")])
    before = picture(store)
    store.queue_read(queue_arn("a"), reading("a", 3), 4)
    store.queues_listed([queue_ref("a"), queue_ref("b")])
    assert picture(store).queues[queue_arn("b")] is before.queues[queue_arn("b")]


def test_a_failed_reading_keeps_the_last_good_counts_and_says_why(store: Store, clock: OwnedClock) -> None:
    key = queue_arn("a")
    store.queues_listed([queue_ref("a")])
    store.queue_read(key, reading("a", 7), 4)
    read_at = clock.monotonic()
    store.queue_failed(key, DENIED, 8)
    queue = picture(store).queues[key]
    assert queue.counts == Counts(7, 0, 0)
    assert queue.read_at == read_at
    assert queue.problem is not None and queue.problem.thing == "a"
    assert queue.problem.at == clock.epoch()


async def test_problems_are_newest_first_each_thing_once_and_gone_when_it_recovers(
    store: Store, clock: OwnedClock
) -> None:
    store.queues_listed([queue_ref("a"), queue_ref("b")])
    store.queue_failed(queue_arn("a"), DENIED, 8)
    await clock.advance(1)
    store.queue_failed(queue_arn("b"), DENIED, 8)
    await clock.advance(1)
    store.queue_failed(queue_arn("a"), DENIED, 8)
    assert [problem.thing for problem in picture(store).problems] == ["a", "b"]
    store.queue_read(queue_arn("a"), reading("a"), 4)
    assert [problem.thing for problem in picture(store).problems] == ["b"]
    store.queue_dropped(queue_arn("b"))
    assert picture(store).problems == ()


def test_problems_are_bounded_but_every_thing_carries_its_own(store: Store) -> None:
    refs = [queue_ref(f"q{index:04}") for index in range(PROBLEMS_SHOWN + 50)]
    store.queues_listed(refs)
    for ref in refs:
        store.queue_failed(ref.arn, DENIED, 8)
    snapshot = picture(store)
    assert len(snapshot.problems) == PROBLEMS_SHOWN
    assert snapshot.problems[0].thing == refs[-1].name
    assert all(queue.problem for queue in snapshot.queues.values())


def test_a_topic_is_a_new_object_when_one_of_its_subscriptions_changed(store: Store) -> None:
    one, other = topic_arn("one"), topic_arn("other")
    ref = SubscriptionRef(f"{one}:1", one, "sqs", queue_arn("a"))
    store.topics_listed([one, other])
    assert subscribed(store, one, ref) == [ref.key]
    before = picture(store)
    store.subscription_read(ref.key, SubscriptionReading(SubscriptionSettings(filter_policy='{"a":[1]}'), {"x": "y"}))
    after = picture(store)
    assert after.topics[other] is before.topics[other]
    assert after.topics[one].subscriptions[0].settings is not None
    assert before.topics[one].subscriptions[0].settings is None
    assert after.structure > before.structure


def test_subscriptions_are_sorted_by_protocol_and_endpoint_and_literals_are_not_readable(store: Store) -> None:
    arn = topic_arn("t")
    store.topics_listed([arn])
    pending = SubscriptionRef(PENDING_LITERAL, arn, "email", f"ops@example.com{HOSTILE}")
    two = SubscriptionRef(f"{arn}:2", arn, "sqs", queue_arn("b"))
    one = SubscriptionRef(f"{arn}:1", arn, "sqs", queue_arn("a"))
    assert subscribed(store, arn, two, pending, one) == [one.key, two.key]
    assert [known.ref for known in picture(store).topics[arn].subscriptions] == [pending, one, two]


def test_a_subscription_keeps_when_it_was_first_seen(store: Store, clock: OwnedClock) -> None:
    arn = topic_arn("t")
    store.topics_listed([arn])
    ref = SubscriptionRef(PENDING_LITERAL, arn, "email", "ops@example.com")
    subscribed(store, arn, ref)
    seen = picture(store).topics[arn].subscriptions[0].first_seen_at
    assert seen == clock.monotonic()


def test_a_topic_that_went_takes_its_subscriptions_and_their_problems_along(store: Store) -> None:
    arn = topic_arn("t")
    ref = SubscriptionRef(f"{arn}:1", arn, "sqs", queue_arn("a"))
    store.topics_listed([arn])
    subscribed(store, arn, ref)
    store.subscription_failed(ref.key, DENIED)
    store.topic_failed(arn, DENIED)
    assert store.topic_dropped(arn) == [ref.key]
    snapshot = picture(store)
    assert (dict(snapshot.topics), snapshot.problems) == ({}, ())
    assert store.find(ref.key) is None


def test_topic_settings_that_did_not_change_keep_the_structure(store: Store) -> None:
    arn = topic_arn("t")
    store.topics_listed([arn])
    store.topic_read(arn, TopicReading(TopicSettings(display_name="x"), {}))
    structure = store.structure
    store.topic_read(arn, TopicReading(TopicSettings(display_name="x"), {}))
    assert store.structure == structure


def test_what_is_not_known_any_more_is_not_brought_back_by_a_late_answer(store: Store) -> None:
    store.queue_read(queue_arn("a"), reading("a"), 4)
    store.queue_failed(queue_arn("a"), DENIED, 4)
    store.topic_read(topic_arn("t"), TopicReading(TopicSettings(), {}))
    store.subscription_failed("s", DENIED)
    snapshot = picture(store)
    assert (dict(snapshot.queues), dict(snapshot.topics), snapshot.problems) == ({}, {}, ())


def test_every_kind_of_thing_is_found_by_its_key(store: Store) -> None:
    arn = topic_arn("t")
    ref = SubscriptionRef(f"{arn}:1", arn, "sqs", queue_arn("a"))
    application = PlatformApplication("arn:aws:sns:eu-west-1:123456789012:app/GCM/shop")
    store.queues_listed([queue_ref("a")])
    store.topics_listed([arn])
    subscribed(store, arn, ref)
    store.applications_listed([application])
    found = [store.find(key) for key in (queue_arn("a"), arn, ref.key, application.key, "nothing")]
    assert [thing.key if thing else None for thing in found] == [
        queue_arn("a"),
        arn,
        ref.key,
        application.key,
        None,
    ]


def test_health_counts_what_is_loaded(store: Store) -> None:
    store.queues_listed([queue_ref("a"), queue_ref("b")])
    store.queue_read(queue_arn("a"), reading("a"), 4)
    store.queue_read(queue_arn("a"), reading("a"), 4)
    health = picture(store).health
    assert (health.loaded, health.total) == (1, 2)
    store.queue_dropped(queue_arn("a"))
    assert picture(store).health.loaded == 0


def test_the_same_trouble_again_is_no_news(store: Store) -> None:
    store.connection(Connection.FAILING, DENIED, None)
    generation = store.generation
    store.connection(Connection.FAILING, DENIED, None)
    assert store.generation == generation
    store.connection(Connection.LIVE)
    assert store.generation > generation


def test_nothing_raw_is_kept_of_a_reading(store: Store) -> None:
    store.queues_listed([queue_ref("a")])
    store.queue_read(queue_arn("a"), reading("a"), 4)
    queue = picture(store).queues[queue_arn("a")]
    assert not hasattr(queue, "raw") and not hasattr(queue.settings, "raw")


@pytest.mark.parametrize(
    "account",
    ["000000000000", "", "12345678901", "queue", "\u0661" * 12],
    ids=["zeros", "none", "short", "word", "arabic"],
)
def test_what_is_no_account_is_not_taken_for_one(store: Store, account: str) -> None:
    before = store.context.account
    store.account_seen(f"arn:aws:sqs:eu-west-1:{account}:a")
    store.account_seen("not an ARN")
    assert store.context.account == before
