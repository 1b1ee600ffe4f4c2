"""One move by the program's own mover and adapter, with journal and record on disk."""

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
from sqsview.operations.mover import Move, MoveProgress, Mover
from sqsview.operations.state import State


async def move(url: str, source: str, destination: str, directory: Path) -> dict[str, float]:
    """Move everything; give the seconds from the first receive to the last deletion."""
    state = State(directory)
    async with open_gateway(Target(endpoint_url=url), budget=None) as gateway:
        here, there = [await gateway.get_queue_url(name) for name in (source, destination)]
        moved, ended = 0, time.perf_counter()

        def note(progress: MoveProgress) -> None:
            nonlocal moved, ended
            if progress.moved > moved:
                moved, ended = progress.moved, time.perf_counter()

        mover = Mover(gateway, Move(here, there), state.journal, state.ledger, SystemClock(), on_change=note)
        started, cpu = time.perf_counter(), time.process_time()
        outcome = await mover.run()
        assert not outcome.problem, outcome
        assert not outcome.failures, outcome
    return {"messages": moved, "seconds": ended - started, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        print(json.dumps(asyncio.run(move(sys.argv[1], sys.argv[2], sys.argv[3], Path(kept)))))
