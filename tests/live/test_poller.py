from __future__ import annotations

from math import inf

import pytest

from sqsview.domain.problem import ProblemKind
from sqsview.domain.push import PlatformApplication
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Connection
from sqsview.gateway import DEFAULT_BUDGET, LOADING_BUDGET
from sqsview.live.feed import Feed
from tests.live.conftest import Running
from tests.support.double import (
    REGION,
    Account,
    denied,
    queue_arn,
    server_fault,
    session_error,
    throttled,
)
from tests.support.time import OwnedClock

APPLICATION = f"arn:aws:sns:{REGION}:123456789012:app/GCM/shop"


def queue(feed: Feed, name: str) -> Queue:
    return feed.snapshot().queues[queue_arn(name)]


async def test_what_is_on_screen_is_loaded_first(account: Account, clock: OwnedClock, running: Running) -> None:
    for index in range(900):
        account.add_queue(f"queue-{index:03}")
    wanted = [queue_arn(f"queue-{index:03}") for index in range(800, 820)]
    async with running(live=False) as feed:
        feed.watch(wanted)
        await clock.until(lambda: account.count("get_queue_attributes") >= 64)
        await clock.advance(0.1)
        read = {call.thing for call in account.calls if call.operation == "get_queue_attributes"}
        assert read >= {f"queue-{index:03}" for index in range(800, 820)}


async def test_the_state_goes_from_connecting_over_loading_to_live(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for index in range(500):
        account.add_queue(f"queue-{index}")
    async with running(live=False) as feed:
        seen = [feed.snapshot().health.connection]
        while seen[-1] is not Connection.LIVE:
            await clock.advance(0.05)
            health = feed.snapshot().health
            if health.connection is not seen[-1]:
                seen.append(health.connection)
            if health.connection is Connection.LIVE:
                assert health.loaded == health.total == 500
        assert seen == [Connection.CONNECTING, Connection.LOADING, Connection.LIVE]
        assert feed.snapshot().health.fresh_at is not None
        assert feed.snapshot().poller.sweep_at is not None


async def test_a_queue_that_is_denied_does_not_keep_the_rest_from_being_live(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for name in ("a", "b"):
        account.add_queue(name)
    account.fail("get_queue_attributes", denied(), "a")
    async with running() as feed:
        snapshot = feed.snapshot()
        assert (snapshot.health.connection, snapshot.health.loaded) == (Connection.LIVE, 1)
        row = queue(feed, "a")
        assert row.problem is not None and row.problem.kind is ProblemKind.DENIED
        assert row.counts is None
        assert queue(feed, "b").problem is None
        assert [problem.thing for problem in snapshot.problems] == ["a"]
        account.mend()
        await clock.advance(200)
        assert queue(feed, "a").problem is None
        assert feed.snapshot().problems == ()


@pytest.mark.parametrize("error", [denied(), throttled(), server_fault()])
async def test_a_visible_queue_that_keeps_failing_is_asked_ever_less_often(
    account: Account, clock: OwnedClock, running: Running, error: Exception
) -> None:
    account.add_queue("a")
    account.add_queue("b")
    account.fail("get_queue_attributes", error, "a")  # type: ignore[arg-type]
    async with running() as feed:
        feed.watch([queue_arn("a"), queue_arn("b")])
        await clock.advance(1200)
        start = clock.monotonic()
        await clock.advance(600)
        assert account.count("get_queue_attributes", "a", since=start) <= 4
        assert account.count("get_queue_attributes", "b", since=start) >= 140


async def test_loading_may_be_fast_and_watching_keeps_the_steady_budget(account: Account, running: Running) -> None:
    account.add_queue("a")
    async with running():
        assert account.meter.allowed[0] == LOADING_BUDGET
        assert account.meter.allowed[-1] == DEFAULT_BUDGET


async def test_a_budget_of_the_user_holds_at_all_times(account: Account, running: Running) -> None:
    account.add_queue("a")
    async with running(budget=7):
        assert set(account.meter.allowed) == {7}


async def test_an_infinite_budget_lifts_the_limit(account: Account, running: Running) -> None:
    account.add_queue("a")
    async with running(budget=inf) as feed:
        assert set(account.meter.allowed) == {None}
        assert feed.snapshot().poller.visible_interval == 4


async def test_the_readings_in_flight_are_bounded(account: Account, clock: OwnedClock, running: Running) -> None:
    account.latency = 0.5
    for index in range(1000):
        account.add_queue(f"queue-{index}")
    async with running() as feed:
        assert 32 <= account.most_running <= 80
        account.most_running = 0
        feed.watch(list(feed.snapshot().queues)[:200])
        feed.refresh()
        await clock.advance(60)
        assert account.most_running <= 32


async def test_a_lost_call_is_a_mark_on_its_queue_while_the_others_answer(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for index in range(10):
        account.add_queue(f"queue-{index}")
    account.fail("get_queue_attributes", session_error(ProblemKind.NETWORK, "timed out"), "queue-3")
    async with running() as feed:
        await clock.advance(300)
        assert feed.snapshot().health.connection is Connection.LIVE
        assert len(account.opened) == 1
        assert queue(feed, "queue-3").problem is not None


async def test_topics_are_read_once_at_leisure_and_then_rarely(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    for index in range(40):
        account.subscribe(account.add_topic(f"t{index}", display_name="x"), queue_arn("a"))
    async with running() as feed:
        await clock.advance(60)
        topics = feed.snapshot().topics.values()
        assert all(topic.settings is not None for topic in topics)
        assert all(topic.subscriptions[0].settings is not None for topic in topics)
        assert account.count("get_topic_attributes") == 40
        assert account.count("get_subscription_attributes") == 40
        await clock.advance(1800)
        assert account.count("get_topic_attributes") <= 40 * 5
        assert account.count("get_subscription_attributes") <= 40 * 4
        assert account.count("get_topic_attributes") >= 40 * 3


async def test_the_topic_on_screen_and_its_subscriptions_are_read_before_the_others(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    for index in range(300):
        arn = account.add_topic(f"t{index:03}")
        for endpoint in ("a", "b", "c"):
            account.subscribe(arn, queue_arn(endpoint))
    async with running() as feed:
        await clock.until(lambda: account.count("list_subscriptions") == 9)
        await clock.advance(0.1)
        last = list(feed.snapshot().topics)[-1]
        feed.watch([last])
        await clock.advance(3)
        topic = feed.snapshot().topics[last]
        assert topic.settings is not None
        assert all(known.settings is not None for known in topic.subscriptions)
        assert account.count("get_subscription_attributes") < 300


async def test_push_applications_cost_nothing_until_they_are_wanted(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.applications = [PlatformApplication(APPLICATION)]
    async with running() as feed:
        await clock.advance(600)
        assert account.count("list_platform_applications") == 0
        feed.want_applications()
        await clock.advance(1)
        assert list(feed.snapshot().applications) == [APPLICATION]
        account.fail("list_platform_applications", denied("sns:ListPlatformApplications"))
        await clock.advance(600)
        snapshot = feed.snapshot()
        assert snapshot.applications_problem is not None
        assert list(snapshot.applications) == [APPLICATION]
        assert snapshot.health.connection is Connection.LIVE
        account.mend()
        await clock.advance(301)
        assert feed.snapshot().applications_problem is None


async def test_metrics_are_never_asked_for_unless_switched_on(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    async with running() as feed:
        feed.watch([queue_arn("a")])
        await clock.advance(600)
        assert account.count("get_metric_data") == 0


async def test_metrics_are_asked_for_what_is_on_screen_each_at_most_once_a_minute(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for name in ("a", "b", "c"):
        account.add_queue(name)
    account.ages = {"a": 1320.0, "c": 5.0}
    async with running(cloudwatch=True) as feed:
        feed.watch([queue_arn("a"), queue_arn("b")])
        await clock.advance(6)
        assert queue(feed, "a").oldest_age == 1320.0
        assert queue(feed, "b").oldest_age is None and queue(feed, "b").oldest_age_at is not None
        assert queue(feed, "c").oldest_age_at is None
        feed.watch([queue_arn("b"), queue_arn("c")])
        await clock.advance(6)
        assert queue(feed, "c").oldest_age == 5.0
        start = clock.monotonic()
        await clock.advance(300)
        asked = [call.thing for call in account.calls if call.operation == "get_metric_data"]
        assert asked[:2] == ["a,b", "c"]
        assert account.count("get_metric_data", since=start) <= 11
        assert queue(feed, "a").oldest_age == 1320.0


async def test_metrics_that_are_denied_are_one_problem_and_nothing_else(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.fail("get_metric_data", denied("cloudwatch:GetMetricData"))
    async with running(cloudwatch=True) as feed:
        feed.watch([queue_arn("a")])
        await clock.advance(200)
        assert [problem.thing for problem in feed.snapshot().problems] == ["CloudWatch"]
        assert feed.snapshot().health.connection is Connection.LIVE
        account.mend()
        await clock.advance(70)
        assert feed.snapshot().problems == ()


async def test_the_history_of_a_queue_grows_with_its_readings(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    facts = account.add_queue("a")
    async with running() as feed:
        feed.watch([queue_arn("a")])
        for minute in range(60):
            facts.hold(minute * 10)
            await clock.advance(6)
        history = queue(feed, "a").history
        assert history is not None and history.moving(clock.monotonic())
        assert history.rate(clock.monotonic()) == pytest.approx(100, rel=0.1)


async def test_metrics_cost_nothing_while_nobody_looks(account: Account, clock: OwnedClock, running: Running) -> None:
    account.add_queue("a")
    async with running(cloudwatch=True) as feed:
        feed.watch([queue_arn("a")])
        await clock.advance(10)
        feed.focus(False)
        start = clock.monotonic()
        await clock.advance(600)
        assert account.count("get_metric_data", since=start) == 0
        feed.focus(True)
        await clock.advance(6)
        assert account.count("get_metric_data", since=start) == 1


async def test_topics_and_subscriptions_are_read_less_often_while_nobody_looks(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    topic = account.add_topic("t")
    subscription = account.subscribe(topic, queue_arn("a"))
    async with running() as feed:
        feed.watch([topic, subscription.key])
        await clock.advance(130)
        feed.focus(False)
        await clock.advance(130)
        start = clock.monotonic()
        await clock.advance(1100)
        assert 2 <= account.count("get_topic_attributes", since=start) <= 4
        assert 2 <= account.count("get_subscription_attributes", since=start) <= 4
        feed.focus(True)
        start = clock.monotonic()
        await clock.advance(1200)
        assert account.count("get_topic_attributes", since=start) >= 9
        assert account.count("get_subscription_attributes", since=start) >= 9


async def test_a_quiet_account_is_never_overdue_while_everything_answers(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for name in ("a", "b"):
        account.add_queue(name)
    async with running() as feed:
        await clock.advance(400)
        quiet = 0.0
        for _ in range(400):
            await clock.advance(1)
            health = feed.snapshot().health
            assert health.due_at is not None and health.fresh_at is not None
            assert clock.monotonic() <= health.due_at + 3
            quiet = max(quiet, clock.monotonic() - health.fresh_at)
        assert quiet > 15, "there was nothing quiet about it"


@pytest.mark.parametrize("operation", ["get_queue_attributes", "list_queues"])
async def test_a_call_that_hangs_is_overdue_from_when_it_was_due(
    account: Account, clock: OwnedClock, running: Running, operation: str
) -> None:
    account.add_queue("a")
    hung: list[float] = []

    def hang(called: str, thing: str) -> None:
        if called == operation:
            account.latency = 10_000.0
            hung.append(clock.monotonic())

    async with running() as feed:
        await clock.advance(10)
        account.on_call = hang
        await clock.until(lambda: bool(hung))
        await clock.advance(30)
        due_at = feed.snapshot().health.due_at
        assert due_at is not None and due_at <= hung[0] + 0.3


async def test_nothing_is_due_where_there_is_no_connection(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.down = session_error()
    async with running(live=False) as feed:
        await clock.advance(10)
        assert feed.snapshot().health.due_at is None
