from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest

from sqsview.domain.snapshot import Connection
from sqsview.gateway import Target
from sqsview.live.feed import Feed, FeedOptions
from tests.support.double import Account
from tests.support.time import OwnedClock

Running = Callable[..., AbstractAsyncContextManager[Feed]]


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def account(clock: OwnedClock) -> Account:
    return Account(clock, latency=0.05)


@pytest.fixture
def running(account: Account, clock: OwnedClock) -> Running:
    """Give a feed on the account that runs while the block does; ``live`` waits until it is."""

    @asynccontextmanager
    async def run(*, live: bool = True, target: Target = Target(), **options: object) -> AsyncIterator[Feed]:  # noqa: B008
        feed = Feed(account.opener, target, FeedOptions(**options), clock)  # type: ignore[arg-type]
        task = asyncio.create_task(feed.run())
        try:
            if live:
                await clock.until(lambda: task.done() or feed.snapshot().health.connection is Connection.LIVE)
            yield feed
        finally:
            if task.done():
                task.result()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return run
