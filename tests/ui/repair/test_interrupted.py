"""What an earlier run was interrupted in is told at the start, and finished without sending anything twice."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from sqsview.domain.queue import QueueRef
from sqsview.operations.move import Move
from sqsview.operations.move_detail import detail_of
from sqsview.operations.state import State
from tests.support.things import queue_arn
from tests.ui.repair.deeds import agree, dialog
from tests.ui.seen import DEAD, LIVE, Server, orders, watching

_INTERRUPTED = """
import asyncio, os, sys
from pathlib import Path
from sqsview.operations.journal import Intent, Journal

async def work():
    journal = Journal(Path(sys.argv[1]))
    source, destination, detail = sys.argv[2:5]
    op = journal.begin("move", context="aws", source=source, destination=destination, detail=detail, at=1_750_000_320.0)
    await journal.intend(op, [Intent("message-1"), Intent("message-2")])
    await journal.confirmed(op, [("message-1", "copy-1")])
    os.kill(os.getpid(), 9)

asyncio.run(work())
"""


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


async def test_it_is_told_at_the_start_and_what_was_confirmed_is_only_deleted(server: Server, state: State) -> None:
    ids = server.put(DEAD, *orders(3), receives=5)
    assert ids[:2] == ["message-1", "message-2"]
    source, target = (QueueRef(queue_arn(name), f"https://sqs/{name}", name) for name in (DEAD, LIVE))
    place = str(state.directory / "operations.sqlite3") if state.directory else ""
    command = [sys.executable, "-c", _INTERRUPTED, place, source.arn, target.arn, detail_of(Move(source, target))]
    await asyncio.to_thread(subprocess.run, command, check=False)
    async with watching(server, state=state) as stage:
        await stage.until(lambda: bool(stage.toasts))
        assert "was interrupted" in stage.toasts[0]
        await stage.press("5", "g")
        await stage.sees("! move")
        await dialog(stage, "enter")
        assert "in the destination: message-1" in stage.text
        assert "perhaps in both: message-2" in stage.text
        await agree(stage)
        assert [kept.id for kept in server.kept(DEAD)] == ["message-2"], "its copy may be there: it stays, and is told"
        assert len(server.kept(LIVE)) == 1


async def test_what_an_earlier_run_did_is_in_the_activity(server: Server, state: State) -> None:
    journal = state.journal
    op = journal.begin("move", context="aws", source=queue_arn(DEAD), destination=queue_arn(LIVE), at=1_749_990_000.0)
    journal.end(op, "57 moved", counts={"settled": 57}, at=1_749_990_060.0)
    async with watching(server, state=state) as stage:
        await stage.press("5")
        await stage.sees("an earlier run: 57 moved")
        assert f"{DEAD} → {LIVE}" in stage.text
