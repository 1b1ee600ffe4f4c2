"""Memory of a dashboard with 5,000 queues and an hour of history, above one that has nothing to show."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import run_module
from tests.support.canned import start_canned
from tests.support.canned_answers import World

QUEUES = 5000
ROUNDS = 3


def measure() -> list[Bar]:
    """Compare the resident memory of fresh processes, both connected and both drawn."""
    full, empty = [], []
    with start_canned(World(queues=QUEUES)) as busy, start_canned(World(queues=0)) as bare:
        for _ in range(ROUNDS):
            found = run_module("held_dashboard", busy.url)
            assert found["queues"] == QUEUES
            full.append(found["filled"])
            empty.append(run_module("held_dashboard", bare.url)["filled"])
    above = median(full) - median(empty)
    figures = f"{median(full):.0f} MiB, empty {median(empty):.0f} MiB"
    return [Bar("memory of 5,000 queues with an hour each", above, 60, unit="MiB", figures=figures)]
