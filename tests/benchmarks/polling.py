"""Calls a minute for 1,000 queues of which 20 move, after five minutes on an owned clock."""

from __future__ import annotations

import asyncio

from sqsview.domain.snapshot import Connection
from sqsview.gateway import Target
from sqsview.live.feed import Feed
from tests.benchmarks.bar import Bar
from tests.support.double import Account, queue_arn
from tests.support.time import OwnedClock

QUEUES = 1000
MOVING = 20
ON_SCREEN = 40
"""Rows on screen; half of the moving queues are among them."""
LATENCY = 0.05
_SETTLING = 300.0
_WATCHED = 300.0
_TICK = 0.5


def measure() -> list[Bar]:
    """Run the live feed on a double of the account, let five minutes pass, then watch the next five."""
    calls, oldest = asyncio.run(_watch())
    every_five_seconds = QUEUES * 60 / 5
    figures = f"{calls:,.0f} calls a minute, all of them every 5 s {every_five_seconds:,.0f}"
    return [
        Bar(
            "calls a minute, 20 of 1,000 queues moving, against all every 5 s",
            calls / every_five_seconds,
            0.10,
            figures=figures,
        ),
        Bar(
            "the oldest visible row",
            oldest,
            5,
            unit="s",
            figures=f"{ON_SCREEN} rows, {LATENCY * 1e3:.0f} ms a call",
        ),
    ]


async def _watch() -> tuple[float, float]:
    clock = OwnedClock()
    account = Account(clock, latency=LATENCY)
    names = [f"queue-{number:04d}" for number in range(QUEUES)]
    for name in names:
        account.add_queue(name, visible=5)
    first_moving = ON_SCREEN - MOVING // 2
    moving = names[first_moving : first_moving + MOVING]
    visible = [queue_arn(name) for name in names[:ON_SCREEN]]
    feed = Feed(account.opener, Target(), clock=clock)
    feed.watch(visible)
    running = asyncio.create_task(feed.run())
    await clock.until(lambda: feed.snapshot().health.connection is Connection.LIVE)
    started, oldest = clock.monotonic(), 0.0
    while (passed := clock.monotonic() - started) < _SETTLING + _WATCHED:
        await clock.advance(_TICK)
        for number, name in enumerate(moving):
            account.queues[name].hold(100 + int(passed / 2) * (number + 1))
        if passed >= _SETTLING:
            queues = feed.snapshot().queues
            oldest = max(oldest, *(clock.monotonic() - (queues[key].read_at or 0.0) for key in visible))
    calls = account.count(since=started + _SETTLING) / (_WATCHED / 60)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return calls, oldest
