"""A process that moves messages, or brings to its end what another of its kind left: it is there to be killed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.gateway import Target
from sqsview.operations.mover import Move, MoveProgress, Mover, resume
from sqsview.operations.state import State


def _tell(progress: MoveProgress) -> None:
    print(json.dumps({"moved": progress.moved, "ended": progress.ended}), flush=True)


async def move(url: str, source: str, destination: str, directory: str, hold: int) -> None:
    """Go on with what was interrupted, or else move everything from source to destination."""
    state = State(Path(directory))
    async with open_gateway(Target(endpoint_url=url), budget=None) as gateway:
        left = state.journal.interrupted()
        if left:
            meant = resume(left[0])
        else:
            meant = Move(await gateway.get_queue_url(source), await gateway.get_queue_url(destination))
        mover = Mover(gateway, meant, state.journal, state.ledger, SystemClock(), hold=hold, on_change=_tell)
        print("begins", flush=True)
        await mover.run()
    state.journal.close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(move(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])))
