"""A dashboard, without a terminal, that has read everything once and holds an hour of history."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from functools import partial

from sqsview.aws.session import open_gateway
from sqsview.domain.queue import Counts, QueueReading
from sqsview.domain.snapshot import Connection
from sqsview.gateway import LOADING_BUDGET, Target
from sqsview.live.feed import Feed
from sqsview.ui.app import Dashboard
from tests.benchmarks.processes import resident_mib

_STEP = 30.0
"""Seconds between two readings of the hour: the history's own grain."""


class _ShiftedClock:
    """The machine's clock, moved ahead at will; waits take real time."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def epoch(self) -> float:
        return time.time() + self.ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def hold(url: str) -> dict[str, float]:
    """Load everything, fill an hour in which every queue moves, and give the resident memory in MiB."""
    clock = _ShiftedClock()
    feed = Feed(partial(open_gateway, budget=LOADING_BUDGET), Target(endpoint_url=url), clock=clock)
    app = Dashboard(lambda: feed, clock=clock)
    async with app.run_test(size=(120, 40)) as pilot:
        while feed.snapshot().health.connection is not Connection.LIVE:
            await pilot.pause(0.2)
        loaded = resident_mib()
        _fill(feed, clock)
        await pilot.pause(1.0)  # the screen takes the new snapshot up
        gc.collect()
        return {"loaded": loaded, "filled": resident_mib(), "queues": len(feed.snapshot().queues)}


def _fill(feed: Feed, clock: _ShiftedClock) -> None:
    store = feed._store  # the only way to put an hour into it without an hour of calls
    queues = list(feed.snapshot().queues.values())
    for step in range(int(3600 / _STEP)):
        clock.ahead += _STEP
        for number, queue in enumerate(queues):
            assert queue.settings
            counts = Counts((step * 7 + number) % 5000, number % 7, 0)
            store.queue_read(queue.key, QueueReading(queue.settings, counts, {}), queue.interval)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(hold(sys.argv[1]))))
