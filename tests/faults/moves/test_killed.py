"""Moves that are killed at random instants, one after the other going on with what the one before left.

After each of them every message is in one of the queues at least, and none is there more often than the journals of
all of them said that it may be. ``SQSVIEW_KILLS`` raises the number of instants, which are random by a fixed seed,
and ``SQSVIEW_KILLED_MOTO`` that of the messages on moto.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from sqsview.operations.journal import Journal
from tests.faults.moves.worlds import (
    HERE,
    THERE,
    Content,
    OnMinistack,
    World,
    contents_of,
    multiset,
)

KILLS = int(os.environ.get("SQSVIEW_KILLS", "4"))
"""Instants for each server."""
MESSAGES = {"ministack": 2_000, "moto": int(os.environ.get("SQSVIEW_KILLED_MOTO", "200"))}
"""moto goes through all of its messages for every call, so that 2,000 take it some seconds each."""
LONGEST = 2.5
"""Seconds from the first call of a move to its end by a kill, at most."""
HOLD = 2


@pytest.mark.timeout(60 + 20 * KILLS)
async def test_whenever_it_is_killed_every_message_is_there_and_the_journal_knows_those_that_are_there_twice(
    world: World, tmp_path: Path
) -> None:
    count = MESSAGES["ministack" if isinstance(world, OnMinistack) else "moto"]
    await asyncio.to_thread(world.fill, count)
    original = multiset(world.contents(HERE))
    assert sum(original.values()) == count
    seed = random.Random(20_260_101)
    contents: dict[str, Content] = {}
    doubted: set[tuple[int, str]] = set()
    """Operation and message: each may have made one copy too many, and the same message may be in two of them."""
    unsure: set[tuple[int, str]] = set()
    journal = Journal(tmp_path / "state" / "operations.sqlite3")
    source, destination = HERE, THERE
    killed = ended = interrupted = 0
    told = Counter[str]()

    async def check() -> None:
        here, there = await asyncio.to_thread(contents_of, world)
        contents.update((one.id, one.content) for one in (*here, *there))
        doubts = {left.op: left.doubt for left in journal.interrupted()}
        doubts |= {past.op: past.doubt for past in journal.finished(10_000)}
        for op, doubt in doubts.items():
            unsure.update((op, identity) for identity in doubt.unsure)
            doubted.update((op, identity) for identity in (*doubt.sure, *doubt.unsure))
        found = multiset(here, there)
        assert not original - found, "some are lost"
        more = found - original
        allowed = Counter(contents[identity] for _, identity in doubted if identity in contents)
        assert not more - allowed, "some are there more often than the journal says"
        told["twice"] = sum(more.values())

    while killed < KILLS:
        finished = await _run(world, source, destination, tmp_path, seed.uniform(0, LONGEST))
        killed += not finished
        ended += finished
        interrupted += bool(journal.interrupted())
        await check()
        if not world.contents(source):
            source, destination = destination, source
    assert interrupted > KILLS / 2, "or hardly any of them was in the middle"
    while journal.interrupted():
        assert await _run(world, source, destination, tmp_path, 300)
    await check()
    assert told["twice"] <= len(unsure), "originals of confirmed copies are deleted by whoever goes on"
    journal.close()
    print(f"{killed} killed, {ended} came to their end, {told['twice']} there twice of {len(doubted)} in doubt")


async def _run(world: World, source: str, destination: str, directory: Path, seconds: float) -> bool:
    """Run a move and kill it so many seconds after it began; tell whether it came to its end before."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.moves.process",
        world.url,
        source,
        destination,
        str(directory / "state"),
        str(HOLD),
        env={
            **os.environ,
            "PYTHONPATH": str(Path.cwd()),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-1",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begins\n"
    last = b""

    async def read() -> None:
        nonlocal last
        assert process.stdout is not None
        async for line in process.stdout:
            last = line

    reading = asyncio.create_task(read())
    done, _ = await asyncio.wait({reading}, timeout=seconds)
    if not done:
        process.send_signal(signal.SIGKILL)
    await reading
    await process.wait()
    if last == b"done\n":
        return True
    assert process.returncode == -signal.SIGKILL, (process.returncode, last)
    assert last in (b"", b"begins\n") or "moved" in json.loads(last)
    return False
