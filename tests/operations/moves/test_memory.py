"""A move takes no more memory and no more disk for many messages than for some."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path
from typing import cast

import pytest

from sqsview.clock import SystemClock
from sqsview.gateway import Gateway
from sqsview.operations import move_outcomes
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.mover import Move, MoveProgress, Mover
from tests.operations.moves.conftest import LETTERS, WORK
from tests.support.endless import EndlessGateway

COUNT = 4_000


async def test_memory_and_journal_do_not_grow_with_the_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_outcomes, "_REMEMBERED", 500)
    path = tmp_path / "state" / "operations.sqlite3"
    gateway = EndlessGateway(COUNT)
    at: dict[int, int] = {}

    def note(progress: MoveProgress) -> None:
        step = progress.moved // 1_000
        if step not in at:
            gc.collect()
            at[step] = tracemalloc.get_traced_memory()[0]

    journal = Journal(path)
    mover = Mover(cast(Gateway, gateway), Move(LETTERS, WORK), journal, Ledger(), SystemClock(), on_change=note)
    tracemalloc.start()
    try:
        done = await mover.run()
    finally:
        tracemalloc.stop()
    assert (done.moved, gateway.sent, gateway.deleted) == (COUNT, COUNT, COUNT)
    assert at[3] - at[1] < 100_000, f"2,000 messages of 1 kB took {at}"
    journal.close()
    assert path.stat().st_size < 200_000
