"""What somebody holds by the connection is given back before it is closed."""

from __future__ import annotations

import asyncio

import pytest

from sqsview.domain.queue import QueueRef
from sqsview.errors import SessionError
from sqsview.gateway import Gateway, Target
from sqsview.live import feed as feed_module
from sqsview.live.feed import Feed
from tests.live.conftest import Running
from tests.support.double import Account, queue_ref, session_error
from tests.support.time import OwnedClock

ORDERS: QueueRef = queue_ref("orders")


def holder(gateway: Gateway, clock: OwnedClock, given_back: list[str], name: str = "orders") -> object:
    async def give_back() -> None:
        await asyncio.sleep(0)
        await gateway.get_queue_attributes(ORDERS)  # only an open connection answers
        given_back.append(name)

    return give_back


@pytest.fixture
def orders(account: Account) -> Account:
    account.latency = 0.0
    account.add_queue("orders")
    return account


async def test_without_a_connection_there_is_no_gateway_and_the_reason_is_told(
    orders: Account, clock: OwnedClock, running: Running
) -> None:
    orders.down = session_error(text="the session expired")
    async with running(live=False) as feed:
        await clock.settle()
        with pytest.raises(SessionError, match="the session expired"):
            feed.gateway()


async def test_the_end_of_the_feed_waits_for_what_is_held(orders: Account, clock: OwnedClock, running: Running) -> None:
    given_back: list[str] = []
    async with running() as feed:
        feed.before_closing(holder(feed.gateway(), clock, given_back))  # type: ignore[arg-type]
    assert given_back == ["orders"]
    await asyncio.wait_for(feed.ended(), 1)


async def test_a_change_of_profile_gives_back_by_the_old_connection(
    orders: Account, clock: OwnedClock, running: Running
) -> None:
    given_back: list[str] = []
    async with running() as feed:
        feed.before_closing(holder(feed.gateway(), clock, given_back))  # type: ignore[arg-type]
        feed.switch(Target(profile="other"))
        await clock.until(lambda: given_back == ["orders"])


async def test_what_was_taken_back_is_not_asked_for_again(orders: Account, clock: OwnedClock, running: Running) -> None:
    given_back: list[str] = []
    async with running() as feed:
        forget = feed.before_closing(holder(feed.gateway(), clock, given_back))  # type: ignore[arg-type]
        feed.before_closing(holder(feed.gateway(), clock, given_back, "other"))  # type: ignore[arg-type]
        forget()
    assert given_back == ["other"]


async def test_a_second_cancel_does_not_cut_the_giving_back_short(orders: Account, clock: OwnedClock) -> None:
    given_back: list[str] = []
    started = asyncio.Event()
    feed = Feed(orders.opener, Target(), clock=clock)
    task = asyncio.create_task(feed.run())
    await clock.until(lambda: _connected(feed))

    async def slow() -> None:
        started.set()
        for _ in range(10):
            await asyncio.sleep(0)
        given_back.append("slow")

    feed.before_closing(slow)
    task.cancel()
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert given_back == ["slow"]


async def test_what_cannot_be_given_back_does_not_keep_the_program_for_ever(
    orders: Account, clock: OwnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "CLOSING_LONGEST", 0.05)
    feed = Feed(orders.opener, Target(), clock=clock)
    task = asyncio.create_task(feed.run())
    await clock.until(lambda: _connected(feed))

    async def never() -> None:
        await asyncio.Event().wait()

    feed.before_closing(never)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)


def _connected(feed: Feed) -> bool:
    try:
        feed.gateway()
    except SessionError:
        return False
    return True
