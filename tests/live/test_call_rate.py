"""How many calls watching costs, on an owned clock."""

from __future__ import annotations

from random import Random

import pytest

from sqsview.live.feed import Feed
from tests.live.conftest import Running
from tests.support.double import Account, queue_arn
from tests.support.time import OwnedClock

QUEUES = 1000
MOVING = [f"queue-{index * 47 + 41:04}" for index in range(20)]
VISIBLE = [queue_arn(f"queue-{index:04}") for index in range(40)]


@pytest.fixture
def shop(account: Account) -> Account:
    """Give an account of 1,000 queues of which 20 move, fed by 30 topics with 150 subscriptions."""
    random = Random(1)
    for index in range(QUEUES):
        account.add_queue(f"queue-{index:04}")
    for number in range(30):
        arn = account.add_topic(f"topic-{number}")
        for index in range(5):
            account.subscribe(arn, queue_arn(f"queue-{number * 5 + index:04}"))
    moving = frozenset(MOVING)

    def move(operation: str, thing: str) -> None:
        if operation == "get_queue_attributes" and thing in moving:
            account.queues[thing].hold(random.randrange(1000), random.randrange(10))

    account.on_call = move
    return account


def oldest_visible(feed: Feed, now: float) -> float:
    queues = feed.snapshot().queues
    return max(now - (queues[key].read_at or 0.0) for key in VISIBLE)


async def test_a_thousand_queues_cost_a_tenth_of_reading_all_every_five_seconds(
    shop: Account, clock: OwnedClock, running: Running
) -> None:
    async with running(live=False) as feed:
        feed.watch(VISIBLE)
        await clock.until(lambda: not feed.snapshot().poller.behind and feed.snapshot().health.loaded == QUEUES)
        await clock.advance(300)
        for minute in range(5, 12):
            start = clock.monotonic()
            for _ in range(60):
                await clock.advance(1)
                assert oldest_visible(feed, clock.monotonic()) <= 5
            calls = shop.count(since=start)
            assert calls <= 1200, f"{calls} calls in minute {minute}"
        snapshot = feed.snapshot()
        now = clock.monotonic()
        ages = [now - (queue.read_at or 0.0) for queue in snapshot.queues.values()]
        assert max(ages) <= snapshot.poller.idle_bound + 5
        state = snapshot.poller
        assert (state.visible, state.moving, state.idle) == (40, 20, 940)


async def test_every_queue_tells_how_long_its_reading_holds(shop: Account, clock: OwnedClock, running: Running) -> None:
    async with running() as feed:
        feed.watch(VISIBLE)
        await clock.advance(600)
        now = clock.monotonic()
        for queue in feed.snapshot().queues.values():
            assert queue.read_at is not None and queue.interval is not None
            assert now - queue.read_at <= queue.interval + 5


async def test_out_of_focus_far_fewer_calls_are_made(shop: Account, clock: OwnedClock, running: Running) -> None:
    async with running() as feed:
        feed.watch(VISIBLE)
        await clock.advance(600)
        start = clock.monotonic()
        await clock.advance(180)
        looked_at = shop.count(since=start)
        feed.focus(False)
        await clock.advance(20)
        start = clock.monotonic()
        await clock.advance(180)
        assert shop.count(since=start) < 0.65 * looked_at
        assert not feed.snapshot().poller.focused
        feed.focus(True)
        await clock.advance(2)
        assert oldest_visible(feed, clock.monotonic()) <= 5


async def test_with_a_budget_that_is_halved_the_intervals_say_so_and_the_calls_obey(
    shop: Account, clock: OwnedClock, running: Running
) -> None:
    async with running(budget=10) as feed:
        feed.watch(VISIBLE)
        await clock.advance(60)
        before = feed.snapshot().poller
        shop.meter.throttled_to = 5
        await clock.advance(1200)
        state = feed.snapshot().poller
        assert state.visible_interval > before.visible_interval > 4
        assert state.idle_bound > before.idle_bound > 180
        start = clock.monotonic()
        await clock.advance(300)
        assert shop.count(since=start) <= 5 * 300


async def test_five_thousand_queues_stay_within_the_default_budget_and_the_bound(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for index in range(5000):
        account.add_queue(f"queue-{index:04}")
    async with running() as feed:
        feed.watch(VISIBLE)
        await clock.advance(900)
        start = clock.monotonic()
        await clock.advance(60)
        assert account.count(since=start) <= 50 * 60
        assert feed.snapshot().poller.idle_bound == 180


async def test_no_chart_has_gaps_where_a_small_budget_makes_readings_rare(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for index in range(300):
        account.add_queue(f"queue-{index}", visible=7)
    async with running(budget=0.5) as feed:
        await clock.advance(600)
        facts = account.queues["queue-299"]
        facts.hold(8)
        shown = queue_arn("queue-299")
        feed.watch([shown])
        await clock.advance(20)
        feed.watch([])
        start = clock.monotonic()
        await clock.advance(1500)
        assert feed.snapshot().poller.idle_bound > 600
        for known in feed.snapshot().queues.values():
            assert known.history is not None
            assert None not in known.history.trend(clock.monotonic()), known.name
            assert None not in known.history.series(start, clock.monotonic(), 40).visible, known.name
