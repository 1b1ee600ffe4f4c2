"""One look by the program's own adapter, ledger and all, with a ticker beside it: so late would a key be."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import sqsview.aws.connection  # noqa: F401 - the reference has its imports behind it as well
from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.gateway import Target
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, Stage, appraise
from tests.benchmarks.bar import percentile

_TICK = 0.01


class Ticker:
    """Notes by how much the loop was late."""

    def __init__(self) -> None:
        self.late: list[float] = []

    async def run(self) -> None:
        while True:
            due = time.perf_counter() + _TICK
            await asyncio.sleep(_TICK)
            self.late.append(time.perf_counter() - due)


async def look_at(url: str, queue: str, wanted: int, state: Path) -> dict[str, float]:
    """Look at ``wanted`` messages; give seconds of the receives and of the release, and how late the loop was."""
    clock, ledger, ticker = SystemClock(), Ledger(state / "ledger.sqlite3"), Ticker()
    async with open_gateway(Target(endpoint_url=url), budget=None) as gateway:
        found = await gateway.get_queue_url(queue)
        all_in: list[tuple[float, float]] = []

        def note() -> None:
            if look.stage is Stage.RELEASING and not all_in:
                all_in.append((time.perf_counter(), time.process_time()))

        look = Look(gateway, await appraise(gateway, found, ledger, clock), ledger, clock, on_change=note)
        ticking = asyncio.create_task(ticker.run())
        started, cpu = time.perf_counter(), time.process_time()
        await look.gather(wanted)
        released = time.perf_counter()
        ticking.cancel()
    assert look.stage is Stage.RELEASED, look.notes
    received, cpu_then = all_in[0]
    late = sorted(ticker.late)
    return {
        "messages": len(look.messages),
        "receives": received - started,
        "cpu": cpu_then - cpu,
        "release": released - received,
        "latest": late[-1],
        "late99": percentile(late, 0.99),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        print(json.dumps(asyncio.run(look_at(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(kept)))))
