"""CPU of the dashboard that watches 1,000 queues at the default settings, the calls' own cost aside."""

from __future__ import annotations

import time

from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import cpu_seconds, environment, run_module, sqsview_command, wait_until
from tests.support.canned import Canned, start_canned
from tests.support.canned_answers import World
from tests.support.pty import start_in_pty

QUEUES = 1000
MOVING = 20
WINDOW = 60.0
"""Seconds over which the CPU time is taken."""
REST = 30.0
"""Seconds between the end of the first sweep and the window: the poller's intervals have grown by then."""


def measure() -> list[Bar]:
    """Take the CPU time of the process over a window; subtract what a bare loop needs for as many calls."""
    with start_canned(World(queues=QUEUES, topics=50, subscriptions=200, moving=MOVING)) as server:
        command = sqsview_command("--endpoint-url", server.url)
        with start_in_pty(command, environment=environment()) as terminal:
            wait_until(lambda: _read(server) >= QUEUES, "the first sweep")
            time.sleep(REST)
            server.reset()
            before, started = cpu_seconds(terminal.process.pid), time.monotonic()
            time.sleep(WINDOW)
            used = cpu_seconds(terminal.process.pid) - before
            seconds = time.monotonic() - started
            calls = server.calls().total
        rate = max(1.0, calls / seconds)
        one = run_module("bare_loop", "paced", server.url, "--rate", str(rate), "--seconds", "30")["cpu_per_call"]
    own = (used - calls * one) / seconds * 100
    share = f"{used / seconds * 100:.1f} % in all"
    figures = f"{share}, {calls / seconds:.1f} calls a second at {one * 1e3:.2f} ms of CPU each"
    return [Bar("CPU watching 1,000 queues, calls aside", own, 3, unit="%", figures=figures)]


def _read(server: Canned) -> int:
    return server.calls().calls.get("sqs:GetQueueAttributes", 0)
