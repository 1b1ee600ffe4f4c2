from __future__ import annotations

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Connection
from sqsview.domain.topic import DELETED_LITERAL, PENDING_LITERAL, SubscriptionStatus, Topic
from sqsview.live.feed import Feed
from sqsview.live.poller import SWEEP_INTERVAL
from tests.live.conftest import Running
from tests.support.double import (
    QUEUE_PAGE,
    Account,
    denied,
    gone,
    queue_arn,
    server_fault,
    session_error,
    topic_arn,
)
from tests.support.time import OwnedClock

A_SWEEP = SWEEP_INTERVAL + 3


def queues(feed: Feed) -> dict[str, Queue]:
    return {queue.name: queue for queue in feed.snapshot().queues.values()}


def topic(feed: Feed, name: str) -> Topic:
    return feed.snapshot().topics[topic_arn(name)]


async def test_all_queues_are_found_beyond_the_first_page(account: Account, running: Running) -> None:
    for index in range(2 * QUEUE_PAGE + 5):
        account.add_queue(f"queue-{index:05}")
    async with running() as feed:
        health = feed.snapshot().health
        assert (health.loaded, health.total) == (2 * QUEUE_PAGE + 5, 2 * QUEUE_PAGE + 5)
        assert account.count("list_queues") == 3


async def test_a_queue_that_is_created_appears_with_the_next_sweep(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("old")
    async with running() as feed:
        account.add_queue("new", visible=3)
        await clock.advance(A_SWEEP)
        assert queues(feed)["new"].counts is not None


async def test_a_deleted_queue_is_marked_at_its_next_reading_and_goes_once_a_sweep_confirms(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("doomed", visible=7)
    for name in ("a", "b"):
        account.add_queue(name)
    async with running() as feed:
        feed.watch([queue_arn("doomed")])
        await clock.advance(10)
        del account.queues["doomed"]
        await clock.advance(5)
        row = queues(feed)["doomed"]
        assert row.problem is not None and row.problem.kind is ProblemKind.GONE
        assert row.counts is not None and row.counts.visible == 7
        assert [problem.thing for problem in feed.snapshot().problems] == ["doomed"]
        await clock.advance(A_SWEEP)
        assert "doomed" not in queues(feed)
        assert feed.snapshot().problems == ()


async def test_a_queue_that_one_sweep_lacks_but_that_still_answers_stays(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for name in ("a", "b", "c"):
        account.add_queue(name)
    async with running() as feed:
        account.unlisted = {"b"}
        await clock.advance(A_SWEEP)
        account.unlisted = set()
        assert queues(feed)["b"].problem is None
        await clock.advance(2 * A_SWEEP)
        assert queues(feed)["b"].problem is None


async def test_a_listing_that_is_suddenly_empty_is_read_again_before_it_is_believed(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for index in range(20):
        account.add_queue(f"queue-{index}")
    async with running() as feed:
        for _ in range(3):
            account.empty_listings["list_queues"] = 1
            before = account.count("list_queues")
            await clock.advance(A_SWEEP)
            assert account.count("list_queues") == before + 2
            assert len(queues(feed)) == 20
        assert feed.snapshot().health.connection is Connection.LIVE


async def test_an_account_whose_queues_are_really_gone_ends_up_empty(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for index in range(20):
        account.add_queue(f"queue-{index}")
    async with running() as feed:
        account.queues.clear()
        await clock.advance(2 * A_SWEEP)
        assert queues(feed) == {}
        assert (feed.snapshot().health.total, feed.snapshot().health.connection) == (0, Connection.LIVE)


async def test_a_first_listing_that_is_empty_is_read_twice_later_ones_once(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    async with running() as feed:
        assert account.count("list_queues") == 2
        assert feed.snapshot().health.total == 0
        await clock.advance(10)
        assert account.count("list_queues") == 3


async def test_where_there_is_nothing_the_listing_tells_that_the_connection_lives(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    async with running() as feed:
        await clock.advance(60)
        fresh_at = feed.snapshot().health.fresh_at
        assert fresh_at is not None and clock.monotonic() - fresh_at < 10


async def test_a_prefix_limits_queues_at_the_server_and_topics_here(account: Account, running: Running) -> None:
    for name in ("shop-a", "other-b"):
        account.add_queue(name)
        account.subscribe(account.add_topic(name), queue_arn(name))
    async with running(prefix="shop-") as feed:
        assert list(queues(feed)) == ["shop-a"]
        assert list(feed.snapshot().topics) == [topic_arn("shop-a")]
        assert len(topic(feed, "shop-a").subscriptions) == 1


async def test_topics_have_their_subscriptions_from_one_sweep_of_pages(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    for number in range(10):
        arn = account.add_topic(f"t{number}")
        for index in range(25):
            account.subscribe(arn, queue_arn(f"q{index:02}"))
    async with running() as feed:
        await clock.until(lambda: len(topic(feed, "t9").subscriptions) == 25)
        assert account.count("list_subscriptions") == 3


async def test_a_subscription_with_a_literal_in_place_of_its_arn_is_shown_and_never_asked_for(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    arn = account.add_topic("orders")
    account.subscribe(arn, "ops@example.com", protocol="email", literal=PENDING_LITERAL)
    account.subscribe(arn, "old@example.com", protocol="email", literal=DELETED_LITERAL)
    account.subscribe(arn, queue_arn("a"), filter_policy='{"type":["order"]}')
    async with running() as feed:
        feed.watch([arn, *(known.key for known in topic(feed, "orders").subscriptions)])
        await clock.advance(1200)
        statuses = {known.ref.endpoint: known.status for known in topic(feed, "orders").subscriptions}
        assert statuses == {
            "ops@example.com": SubscriptionStatus.PENDING,
            "old@example.com": SubscriptionStatus.DELETED,
            queue_arn("a"): SubscriptionStatus.CONFIRMED,
        }
        asked = {call.thing for call in account.calls if call.operation == "get_subscription_attributes"}
        assert asked == {f"{arn}:00000002"}
        known = next(one for one in topic(feed, "orders").subscriptions if one.ref.protocol == "sqs")
        assert known.settings is not None and known.settings.filter_policy == '{"type":["order"]}'


async def test_a_subscription_that_was_confirmed_is_not_there_twice(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    arn = account.add_topic("orders")
    pending = account.subscribe(arn, "ops@example.com", protocol="email", literal=PENDING_LITERAL)
    async with running() as feed:
        await clock.until(lambda: len(topic(feed, "orders").subscriptions) == 1)
        del account.subscriptions[pending.key]
        account.subscribe(arn, "ops@example.com", protocol="email")
        await clock.advance(A_SWEEP)
        assert [known.status for known in topic(feed, "orders").subscriptions] == [SubscriptionStatus.CONFIRMED]


async def test_a_subscription_and_a_topic_go_after_the_second_sweep_without_them(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    kept, doomed = account.add_topic("kept"), account.add_topic("doomed")
    first = account.subscribe(kept, queue_arn("a"))
    account.subscribe(kept, queue_arn("b"))
    account.subscribe(doomed, queue_arn("a"))
    async with running() as feed:
        await clock.advance(5)
        del account.subscriptions[first.key]
        del account.topics[doomed]
        await clock.advance(A_SWEEP)
        assert len(topic(feed, "kept").subscriptions) == 2
        assert doomed in feed.snapshot().topics
        await clock.advance(A_SWEEP)
        assert [known.ref.endpoint for known in topic(feed, "kept").subscriptions] == [queue_arn("b")]
        assert doomed not in feed.snapshot().topics


@pytest.mark.parametrize(
    "error", [denied("sns:ListTopics"), server_fault(), session_error(ProblemKind.NETWORK, "refused")]
)
async def test_topics_that_cannot_be_listed_are_a_word_about_topics_and_nothing_else(
    account: Account, clock: OwnedClock, running: Running, error: Exception
) -> None:
    account.add_queue("a")
    account.fail("list_topics", error)  # type: ignore[arg-type]
    account.fail("list_subscriptions", error)  # type: ignore[arg-type]
    async with running() as feed:
        await clock.advance(120)
        snapshot = feed.snapshot()
        assert snapshot.health.connection is Connection.LIVE and snapshot.health.problem is None
        assert snapshot.topics_problem is not None
        account.add_topic("orders")
        account.mend()
        await clock.advance(700)
        snapshot = feed.snapshot()
        assert snapshot.topics_problem is None and len(snapshot.topics) == 1


async def test_where_only_subscriptions_can_be_listed_they_tell_the_topics(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.subscribe(account.add_topic("orders"), queue_arn("a"))
    account.fail("list_topics", denied("sns:ListTopics"))
    async with running() as feed:
        await clock.advance(5)
        assert len(topic(feed, "orders").subscriptions) == 1
        assert feed.snapshot().topics_problem is not None


async def test_where_only_topics_can_be_listed_their_subscriptions_are_left_as_they_were(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.subscribe(account.add_topic("orders"), queue_arn("a"))
    async with running() as feed:
        await clock.advance(5)
        account.fail("list_subscriptions", denied("sns:ListSubscriptions"))
        account.add_topic("refunds")
        await clock.advance(2 * A_SWEEP)
        assert len(topic(feed, "orders").subscriptions) == 1
        assert topic_arn("refunds") in feed.snapshot().topics
        problem = feed.snapshot().topics_problem
        assert problem is not None and "ListSubscriptions" in problem.text


async def test_queues_that_may_not_be_listed_make_the_connection_fail_until_they_may(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.fail("list_queues", denied("sqs:ListQueues"))
    async with running(live=False) as feed:
        await clock.advance(5)
        health = feed.snapshot().health
        assert health.connection is Connection.FAILING
        assert health.problem is not None and "ListQueues" in health.problem.text
        assert health.total is None
        assert health.retry_at is not None and health.retry_at <= clock.monotonic() + 30
        account.mend()
        await clock.advance(31)
        assert feed.snapshot().health.connection is Connection.LIVE
        assert list(queues(feed)) == ["a"]


async def test_a_sweep_that_fails_later_keeps_what_is_known_and_goes_on_reading_it(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    async with running() as feed:
        feed.watch([queue_arn("a")])
        account.fail("list_queues", server_fault())
        await clock.advance(A_SWEEP)
        assert feed.snapshot().health.connection is Connection.FAILING
        account.queues["a"].hold(9)
        await clock.advance(6)
        counts = queues(feed)["a"].counts
        assert counts is not None and counts.visible == 9
        account.mend()
        await clock.advance(31)
        assert feed.snapshot().health.connection is Connection.LIVE


async def test_large_accounts_are_listed_more_rarely(account: Account, clock: OwnedClock, running: Running) -> None:
    account.add_queue("a")
    for index in range(30_000):
        account.add_topic(f"t{index}")
    async with running(budget=50) as feed:
        await clock.until(lambda: len(feed.snapshot().topics) == 30_000)
        await clock.advance(A_SWEEP)
        assert feed.snapshot().poller.sweep_interval > 100


async def test_a_problem_of_a_subscription_is_a_mark_on_it(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    arn = account.add_topic("orders")
    ref = account.subscribe(arn, queue_arn("a"))
    account.subscribe(arn, queue_arn("b"))
    account.fail("get_subscription_attributes", gone(), ref.arn)
    account.fail("get_topic_attributes", denied("sns:GetTopicAttributes"), arn)
    async with running() as feed:
        await clock.advance(10)
        broken, whole = topic(feed, "orders").subscriptions
        assert isinstance(broken.problem, Problem) and broken.settings is None
        assert whole.problem is None and whole.settings is not None
        assert topic(feed, "orders").problem is not None
        assert {problem.thing for problem in feed.snapshot().problems} == {"orders", queue_arn("a")}
        account.mend()
        await clock.advance(1000)
        assert feed.snapshot().problems == ()
