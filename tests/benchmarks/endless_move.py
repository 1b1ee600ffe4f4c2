"""100,000 messages through the mover, with a server in the same process that keeps none of them: memory and seconds."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

from sqsview.clock import SystemClock
from sqsview.domain.queue import QueueRef
from sqsview.gateway import Gateway
from sqsview.operations.mover import Move, MoveProgress, Mover
from sqsview.operations.state import State
from tests.benchmarks.processes import resident_mib
from tests.support.endless import EndlessGateway

_WARM = 20_000
"""Messages after which everything is in memory that ever will be."""


async def move(count: int, directory: Path) -> dict[str, float]:
    """Move so many; give MiB after the first 20,000 and at the end, seconds, and the bytes of the journal."""
    state = State(directory)
    here, there = (QueueRef(f"arn:aws:sqs:eu-west-1:123456789012:{name}", f"https://{name}", name) for name in "ab")
    warm: list[float] = []

    def note(progress: MoveProgress) -> None:
        if progress.moved >= _WARM and not warm:
            warm.append(resident_mib())

    gateway = cast(Gateway, EndlessGateway(count))
    mover = Mover(gateway, Move(here, there), state.journal, state.ledger, SystemClock(), on_change=note)
    started = time.perf_counter()
    done = await mover.run()
    assert done.moved == count, done
    state.journal.close()
    size = (directory / "operations.sqlite3").stat().st_size
    return {"warm": warm[0], "end": resident_mib(), "seconds": time.perf_counter() - started, "journal": size}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        print(json.dumps(asyncio.run(move(int(sys.argv[1]), Path(kept)))))
