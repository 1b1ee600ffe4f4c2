"""The devices of a push application that has 1,000,000: the first page at once, memory bounded, keys alive."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.bar import Bar, percentile
from tests.benchmarks.processes import run_module
from tests.support.canned import start_canned
from tests.support.canned_answers import World

DEVICES = 1_000_000
FEW = 100
ROUNDS = 3


def measure() -> list[Bar]:
    """Go down the list as one who presses G again and again."""
    many, few = [], []
    with start_canned(World(queues=10, devices=DEVICES)) as full, start_canned(World(queues=10, devices=FEW)) as small:
        for _ in range(ROUNDS):
            found = run_module("endless_devices", full.url)
            many.append(found["first_page"])
            few.append(run_module("endless_devices", small.url)["first_page"])
    busy = percentile(found["busy"], 0.99) * 1000
    longest = f"the longest {max(found['busy']) * 1000:.0f} ms, of {len(found['busy']):,}"
    first = f"{median(many) * 1000:.0f} ms, of {FEW} {median(few) * 1000:.0f} ms"
    return [
        Bar("first page of 1,000,000 devices on screen, against 100", median(many) / median(few), 1.2, figures=first),
        Bar(
            "memory that 20,000 more of these devices take", found["more"], 4, unit="MiB",
            figures=f"{found['kept']:,} are kept",
        ),
        Bar("longest that the loop is busy at a stretch meanwhile, 99 of 100", busy, 50, unit="ms", figures=longest),
    ]  # fmt: skip
