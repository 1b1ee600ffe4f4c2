"""A dashboard, without a terminal, that goes down a list of any number of devices."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from functools import partial

from textual.pilot import Pilot

from sqsview.aws.session import open_gateway
from sqsview.domain.snapshot import Connection
from sqsview.gateway import Target
from sqsview.live.feed import Feed
from sqsview.ui.app import Dashboard
from sqsview.ui.screens.endpoints import EndpointsScreen
from tests.benchmarks.processes import resident_mib

FIRST = 10_000
"""Devices after which memory is measured first: more than are kept."""
LAST = 30_000
_STEP = 0.005
"""Seconds between two looks at how long the loop was busy, which is what holds up a key."""


async def go_down(url: str) -> dict[str, float | list[float]]:
    """Open the devices and go to the end of what was read again and again; times in seconds, memory in MiB."""
    feed = Feed(partial(open_gateway, budget=None), Target(endpoint_url=url))
    app = Dashboard(lambda: feed)
    async with app.run_test(size=(120, 40)) as pilot:
        while feed.snapshot().health.connection is not Connection.LIVE:
            await pilot.pause(0.05)
        await pilot.press("4")
        while not feed.snapshot().applications:
            await pilot.pause(0.05)
        await pilot.pause(0.7)  # the next snapshot is drawn
        started = time.monotonic()
        await pilot.press("enter")
        screen = await _devices(app, pilot)
        while not screen.shown:
            await pilot.pause(0.001)
        first_page = time.monotonic() - started
        busy: list[float] = []
        watching = asyncio.ensure_future(_watch(busy))
        await _read(screen, FIRST)
        gc.collect()
        before = resident_mib()
        await _read(screen, LAST)
        watching.cancel()
        gc.collect()
        return {"first_page": first_page, "more": resident_mib() - before, "kept": len(screen.all), "busy": busy}


async def _devices(app: Dashboard, pilot: Pilot[None]) -> EndpointsScreen:
    while not isinstance(app.screen, EndpointsScreen):
        await pilot.pause(0.001)
    return app.screen


async def _read(screen: EndpointsScreen, count: int) -> None:
    while screen.read < count and not screen.complete:
        screen.table.action_last()
        await asyncio.sleep(0.01)


async def _watch(busy: list[float]) -> None:
    """Note the CPU of every stretch, which is the same whoever else uses the machine."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(_STEP)
        busy.append(time.thread_time() - before)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(go_down(sys.argv[1]))))
