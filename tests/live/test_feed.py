from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from sqsview.domain.problem import ProblemKind
from sqsview.domain.push import PlatformApplication
from sqsview.domain.snapshot import Connection
from sqsview.errors import SessionError
from sqsview.gateway import Target
from sqsview.live.feed import Feed, FeedOptions
from tests.live.conftest import Running
from tests.support.double import (
    ACCOUNT,
    REGION,
    Account,
    denied,
    queue_arn,
    server_fault,
    session_error,
)
from tests.support.time import OwnedClock

APPLICATION = f"arn:aws:sns:{REGION}:{ACCOUNT}:app/GCM/shop"
CAUSES = [
    session_error(ProblemKind.CREDENTIALS, "no credentials"),
    session_error(ProblemKind.CREDENTIALS, "the SSO session expired"),
    session_error(ProblemKind.CREDENTIALS, "the session token expired"),
    session_error(ProblemKind.REGION, "no region"),
    session_error(ProblemKind.CLOCK, "the clock is wrong"),
    session_error(ProblemKind.NETWORK, "connection refused"),
    session_error(ProblemKind.NETWORK, "TLS failed"),
]
each_cause = pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.problem.text)


def connection(feed: Feed) -> Connection:
    return feed.snapshot().health.connection


def is_(feed: Feed, state: Connection) -> Callable[[], bool]:
    return lambda: connection(feed) is state


@each_cause
async def test_a_connection_that_cannot_be_made_says_why_and_is_made_once_the_cause_is_gone(
    account: Account, clock: OwnedClock, running: Running, cause: SessionError
) -> None:
    account.add_queue("a")
    account.down = cause
    async with running(live=False) as feed:
        await clock.advance(100)
        health = feed.snapshot().health
        assert health.connection is Connection.FAILING
        assert health.problem is not None
        assert (health.problem.text, health.problem.remedy) == (cause.problem.text, cause.problem.remedy)
        assert health.total is None and health.fresh_at is None
        account.mend()
        await clock.until(is_(feed, Connection.LIVE), within=31)
        assert feed.snapshot().health.problem is None


@each_cause
async def test_a_connection_that_breaks_keeps_what_is_known_and_comes_back_by_itself(
    account: Account, clock: OwnedClock, running: Running, cause: SessionError
) -> None:
    account.add_queue("a", visible=5)
    async with running() as feed:
        feed.watch([queue_arn("a")])
        account.down = cause
        await clock.advance(90)
        snapshot = feed.snapshot()
        queue = snapshot.queues[queue_arn("a")]
        assert snapshot.health.connection is Connection.FAILING
        assert snapshot.health.retry_at is not None
        assert queue.counts is not None and queue.counts.visible == 5 and queue.problem is None
        assert snapshot.health.fresh_at is not None and snapshot.health.fresh_at < clock.monotonic() - 60
        account.mend()
        account.queues["a"].hold(6)
        await clock.until(is_(feed, Connection.LIVE), within=31)
        await clock.advance(1)
        counts = feed.snapshot().queues[queue_arn("a")].counts
        assert counts is not None and counts.visible == 6


@each_cause
async def test_a_refresh_tries_at_once(
    account: Account, clock: OwnedClock, running: Running, cause: SessionError
) -> None:
    account.add_queue("a")
    account.down = cause
    async with running(live=False) as feed:
        await clock.advance(100)
        account.mend()
        feed.refresh()
        assert await clock.until(is_(feed, Connection.LIVE), within=1) < 1


async def test_the_tries_back_off_to_half_a_minute_and_start_over_after_a_success(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    opened: list[float] = []

    def note() -> int:
        opened.extend([clock.monotonic()] * (len(account.opened) - len(opened)))
        return len(opened)

    async with running(live=False) as feed:
        account.down = session_error()
        while note() < 8:
            await clock.advance(0.5)
        waits = [round(later - earlier) for earlier, later in pairwise(opened)]
        assert waits == [2, 4, 8, 16, 30, 30, 30]
        account.mend()
        await clock.until(is_(feed, Connection.LIVE))
        account.down = session_error()
        feed.watch([queue_arn("a")])
        await clock.until(is_(feed, Connection.FAILING))
        retry_at = feed.snapshot().health.retry_at
        assert retry_at is not None and retry_at - clock.monotonic() == pytest.approx(2)


async def test_refresh_after_a_denied_listing_opens_the_connection_anew_with_changed_credentials(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.fail("list_queues", denied("sqs:ListQueues"))
    async with running(live=False) as feed:
        await clock.until(is_(feed, Connection.FAILING))
        account.mend()
        feed.refresh()
        await clock.until(is_(feed, Connection.LIVE), within=1)
        assert len(account.opened) == 2


async def test_a_refresh_while_live_reads_what_is_on_screen_and_lists_everything_now(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for name in ("a", "b"):
        account.add_queue(name)
    async with running() as feed:
        feed.watch([queue_arn("a")])
        await clock.advance(20)
        account.add_queue("new")
        start = clock.monotonic()
        feed.refresh()
        await clock.advance(0.2)
        assert account.count("get_queue_attributes", "a", since=start) == 1
        assert queue_arn("new") in feed.snapshot().queues
        assert account.count("list_topics", since=start) == 1
        assert len(account.opened) == 1


async def test_a_refresh_also_asks_a_queue_that_keeps_failing(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.add_queue("b")
    account.fail("get_queue_attributes", server_fault(), "a")
    async with running() as feed:
        feed.watch([queue_arn("a")])
        await clock.advance(600)
        account.mend()
        feed.refresh()
        await clock.advance(0.2)
        assert feed.snapshot().queues[queue_arn("a")].problem is None


async def test_the_account_is_in_the_context_and_its_absence_is_no_fault(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    async with running() as feed:
        assert feed.snapshot().context.account == ACCOUNT
        assert feed.snapshot().context.region == REGION
    account.fail("get_caller_identity", session_error())
    account.queues.clear()
    async with running() as feed:
        assert feed.snapshot().context.account is None
        assert connection(feed) is Connection.LIVE


async def test_other_credentials_after_a_break_do_not_mix_two_accounts(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("theirs")
    async with running() as feed:
        account.down = session_error()
        await clock.advance(70)
        account.mend()
        account.account = "999999999999"
        del account.queues["theirs"]
        account.add_queue("ours")
        await clock.until(is_(feed, Connection.LIVE))
        assert [queue.name for queue in feed.snapshot().queues.values()] == ["ours"]
        assert feed.snapshot().context.account == "999999999999"


async def test_a_switch_forgets_everything_and_shows_the_other_place(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("here")
    async with running(target=Target(profile="shop")) as feed:
        before = feed.snapshot()
        account.queues.clear()
        account.add_queue("there", region="us-east-1")
        feed.switch(Target(profile="shop", region="us-east-1"))
        at_once = feed.snapshot()
        assert (dict(at_once.queues), at_once.health.connection) == ({}, Connection.CONNECTING)
        assert at_once.generation > before.generation and at_once.structure > before.structure
        await clock.until(is_(feed, Connection.LIVE), within=2)
        after = feed.snapshot()
        assert list(after.queues) == [queue_arn("there", region="us-east-1")]
        assert (after.context.profile, after.context.region) == ("shop", "us-east-1")
        assert account.opened[-1] == feed.target == Target(profile="shop", region="us-east-1")


async def test_a_switch_while_failing_does_not_wait_for_the_next_try(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.down = session_error()
    async with running(live=False) as feed:
        await clock.advance(100)
        account.mend()
        feed.switch(Target(profile="other"))
        await clock.until(is_(feed, Connection.LIVE), within=1)


async def test_a_switch_keeps_what_the_screens_said(account: Account, clock: OwnedClock, running: Running) -> None:
    account.add_queue("a")
    account.applications = [PlatformApplication(APPLICATION)]
    async with running() as feed:
        feed.focus(False)
        feed.want_applications()
        feed.watch([queue_arn("a")])
        feed.switch(Target(profile="other"))
        await clock.until(is_(feed, Connection.LIVE))
        await clock.advance(5)
        snapshot = feed.snapshot()
        assert not snapshot.poller.focused
        assert snapshot.poller.visible == 1
        assert list(snapshot.applications) == [APPLICATION]


async def test_the_snapshot_is_the_same_object_until_something_changes(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    async with running() as feed:
        await clock.advance(1)
        assert feed.snapshot() is feed.snapshot()
        assert feed.snapshot().generation == feed.generation
        before = feed.snapshot()
        await clock.advance(60)
        assert feed.generation > before.generation
        assert feed.snapshot() is not before


async def test_the_topology_is_built_once_for_a_structure(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a", dead_letter_target=queue_arn("a-dlq"))
    account.add_queue("a-dlq")
    async with running() as feed:
        await clock.advance(5)
        topology = feed.topology()
        assert topology.dead_letter_queue_of(feed.snapshot().queues[queue_arn("a")]) is not None
        account.queues["a"].hold(3)
        await clock.advance(50)
        assert feed.topology() is topology
        account.add_queue("b")
        await clock.advance(70)
        assert feed.topology() is not topology


async def test_what_is_under_the_cursor_is_read_like_what_is_on_screen(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    for name in ("a", "b"):
        account.add_queue(name)
    async with running() as feed:
        await clock.advance(600)
        feed.select(queue_arn("b"))
        await clock.advance(1)
        start = clock.monotonic()
        await clock.advance(60)
        assert account.count("get_queue_attributes", "b", since=start) >= 14
        feed.select(None)
        await clock.advance(10)
        start = clock.monotonic()
        await clock.advance(60)
        assert account.count("get_queue_attributes", "b", since=start) <= 2


async def test_a_nudge_reads_a_thing_next(account: Account, clock: OwnedClock, running: Running) -> None:
    account.add_queue("a")
    async with running() as feed:
        await clock.advance(900)
        start = clock.monotonic()
        feed.nudge([queue_arn("a")])
        await clock.advance(0.1)
        assert account.count("get_queue_attributes", "a", since=start) == 1


async def test_a_bug_in_what_is_called_is_not_swallowed(account: Account, clock: OwnedClock) -> None:
    account.add_queue("a")

    def break_down(operation: str, thing: str) -> None:
        if operation == "get_queue_attributes":
            raise ZeroDivisionError("a bug")

    account.on_call = break_down
    feed = Feed(account.opener, Target(), FeedOptions(), clock)
    task = asyncio.create_task(feed.run())
    await clock.until(task.done)
    with pytest.raises(ZeroDivisionError):
        task.result()


async def test_the_account_is_asked_for_again_until_it_is_told(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.fail("get_caller_identity", session_error())
    async with running() as feed:
        assert feed.snapshot().context.account is None
        await clock.advance(3600)
        assert 6 < account.count("get_caller_identity") <= 15
        account.mend()
        await clock.advance(601)
        assert feed.snapshot().context.account == ACCOUNT
        asked = account.count("get_caller_identity")
        await clock.advance(3600)
        assert account.count("get_caller_identity") == asked
        assert len(account.opened) == 1


@pytest.mark.parametrize("listed", ["queue", "topic"])
async def test_without_sts_the_account_is_that_of_what_is_listed(
    account: Account, clock: OwnedClock, running: Running, listed: str
) -> None:
    if listed == "queue":
        account.add_queue("a")
    else:
        account.add_topic("t")
    account.fail("get_caller_identity", session_error())
    async with running() as feed:
        await clock.advance(1)
        assert feed.snapshot().context.account == ACCOUNT


async def test_the_account_of_a_queue_that_was_named_is_not_taken_for_our_own(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.fail("get_caller_identity", session_error())
    async with running(queues=("a",)) as feed:
        assert list(feed.snapshot().queues) == [queue_arn("a")]
        assert feed.snapshot().context.account is None


async def test_what_sts_says_beats_what_is_listed_without_a_new_connection(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    """Some servers that are not AWS have one account in their URLs and another for the caller."""
    account.add_queue("a")
    account.account = "999999999999"
    account.fail_once("get_caller_identity", session_error())
    async with running() as feed:
        assert feed.snapshot().context.account == ACCOUNT
        await clock.advance(70)
        assert feed.snapshot().context.account == "999999999999"
        assert len(account.opened) == 1
