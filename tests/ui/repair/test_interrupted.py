"""What an earlier run was interrupted in is told at the start, and finished without sending anything twice."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from sqsview.domain.arn import name_of
from sqsview.domain.queue import QueueRef
from sqsview.operations.move import Move
from sqsview.operations.move_detail import detail_of
from sqsview.operations.state import State
from tests.support.things import queue_arn
from tests.ui.repair.deeds import agree, dialog, fill, form
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


async def _kill(server: Server, state: State, region: str = "eu-west-1") -> None:
    """Have a process killed that had copied one message and was copying another."""
    assert server.put(DEAD, *orders(3), receives=5)[:2] == ["message-1", "message-2"]
    arns = (queue_arn(name).replace("eu-west-1", region) for name in (DEAD, LIVE))
    source, target = (QueueRef(arn, f"https://sqs/{name_of(arn)}", name_of(arn)) for arn in arns)
    place = str(state.directory / "operations.sqlite3") if state.directory else ""
    command = [sys.executable, "-c", _INTERRUPTED, place, source.arn, target.arn, detail_of(Move(source, target))]
    await asyncio.to_thread(subprocess.run, command, check=False)


async def test_it_is_told_at_the_start_and_what_was_confirmed_is_only_deleted(server: Server, state: State) -> None:
    await _kill(server, state)
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


async def test_what_happened_to_a_queue_of_that_name_in_another_region_is_not_told_here(
    server: Server, state: State
) -> None:
    await _kill(server, state, region="us-east-1")
    async with watching(server, state=state) as stage:
        await stage.app.desk.interruptions.look()
        await stage.press("5")
        await stage.until(lambda: "5 Activity" in stage.text)
        assert not stage.toasts and "interrupted" not in stage.text


async def test_nothing_else_begins_there_before_it_is_finished_or_given_up(server: Server, state: State) -> None:
    """A redrive would send once more what is known to be in the destination."""
    await _kill(server, state)
    async with watching(server, state=state) as stage:
        await stage.move_to(DEAD)
        await dialog(stage, "R")
        await stage.sees("! move was interrupted here, and some would be sent twice: tab")
        await stage.press("ctrl+s", "escape")
        await stage.press("5", "g")
        await dialog(stage, "enter")
        await fill(stage, "give up")
        await stage.sees("What is there twice stays there twice")
        screen = form(stage)
        await stage.until(lambda: screen.ready)
        await stage.press("ctrl+s")
        await stage.until(lambda: not state.journal.interrupted())
        assert len(server.kept(DEAD)) == 3 and not server.kept(LIVE)
        await stage.press("1")
        await dialog(stage, "R")
        assert "gives it up" not in stage.text


async def test_what_stayed_behind_in_an_earlier_run_is_on_its_page(server: Server, state: State) -> None:
    journal = state.journal
    op = journal.begin("move", context="aws", source=queue_arn(DEAD), destination=queue_arn(LIVE), at=1_749_990_000.0)
    await journal.failed(op, [("message-7", "it is [bold]too large")])
    journal.end(op, "57 moved · 1 failed", counts={"settled": 57, "failed": 1}, at=1_749_990_060.0)
    async with watching(server, state=state) as stage:
        await stage.press("5", "g")
        await stage.sees("an earlier run: 57 moved")
        await stage.press("enter")
        await stage.sees("stayed behind")
        assert "✗ message-7  it is [bold]too large" in stage.text
        await stage.press("escape")
        await stage.sees("LAST SEEN")
