"""First sweep of 1,000 queues without a budget, against a bare aiobotocore loop doing the same calls."""

from __future__ import annotations

import json
from statistics import median

from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import run_module
from tests.support.canned import start_canned
from tests.support.canned_answers import World

QUEUES = 1000
CONCURRENCY = 64
"""What the poller has in flight while loading."""
ROUNDS = 5


def measure() -> list[Bar]:
    """Run both in turn, each in a fresh process; the bare loop makes the calls that the feed made."""
    product, bare = [], []
    with start_canned(World(queues=QUEUES)) as server:
        for _ in range(ROUNDS):
            ours = run_module("product_sweep", server.url)
            assert ours["calls"]["sqs:GetQueueAttributes"] >= QUEUES
            calls = json.dumps(ours["calls"])
            theirs = run_module("bare_loop", "sweep", server.url, "--calls", calls, "--concurrency", str(CONCURRENCY))
            product.append(ours["seconds"])
            bare.append(theirs["seconds"])
    figures = f"{median(product):.2f} s, bare {median(bare):.2f} s, {ROUNDS} of each"
    ratio = median(product) / median(bare)
    return [Bar("first sweep of 1,000 queues, against a bare loop", ratio, 1.2, figures=figures)]
