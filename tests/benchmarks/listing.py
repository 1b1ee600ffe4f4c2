"""``sqsview ls --json`` on 1,200 queues at 30 ms a call, against one boto3 client that reads one by one."""

from __future__ import annotations

import json
import sys
import time
from statistics import median

from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import run, sqsview_command
from tests.support.canned import start_canned
from tests.support.canned_answers import World

QUEUES = 1200
LATENCY = 0.03
ROUNDS = 3


def measure() -> list[Bar]:
    """Time whole processes, imports and all."""
    with start_canned(World(queues=QUEUES), latency=LATENCY) as server:
        started = time.perf_counter()
        run([sys.executable, "-m", "tests.benchmarks.one_by_one", server.url])
        slow = time.perf_counter() - started
        times, complete = [], []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            told = json.loads(run(sqsview_command("ls", "--json", "--endpoint-url", server.url)))
            times.append(time.perf_counter() - started)
            complete.append(len({q["arn"] for q in told["queues"] if q["visible"] is not None}))
    fast = median(times)
    figures = f"{fast:.2f} s, boto3 {slow:.1f} s"
    return [
        Bar(
            "ls --json of 1,200 queues, against boto3 one by one",
            slow / fast,
            12,
            at_least=True,
            figures=figures,
        ),
        Bar("queues it lists with their counts", min(complete), QUEUES, unit="queues", at_least=True),
    ]
