"""The first sweep by the program's own feed and adapter, without a budget and without a screen."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import partial
from math import inf

import sqsview.aws.connection  # noqa: F401 - the reference has its imports behind it as well
from sqsview.aws.session import open_gateway
from sqsview.domain.snapshot import Connection
from sqsview.gateway import Target
from sqsview.live.feed import Feed, FeedOptions


async def sweep(url: str) -> tuple[float, dict[str, int]]:
    """Run a feed until everything was read once; give the seconds it took and its calls by API."""
    started = time.perf_counter()
    feed = Feed(partial(open_gateway, budget=None), Target(endpoint_url=url), FeedOptions(budget=inf))
    running = asyncio.create_task(feed.run())
    while feed.snapshot().health.connection is not Connection.LIVE:  # noqa: ASYNC110 - a feed is looked at
        await asyncio.sleep(0.01)
    seconds = time.perf_counter() - started
    calls = {figures.api: figures.calls for figures in feed.snapshot().calls.apis}
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return seconds, calls


if __name__ == "__main__":
    took, made = asyncio.run(sweep(sys.argv[1]))
    print(json.dumps({"seconds": took, "calls": made}))
