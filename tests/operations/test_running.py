"""Operations of one run: begun, told of, stopped, and kept with what came of them."""

from __future__ import annotations

import asyncio

import pytest

from sqsview.errors import JournalError
from sqsview.operations.running import Operation, Operations, State, Telling
from tests.support.time import OwnedClock


class Given:
    """Does what it is told to, until it is stopped."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.go_on = asyncio.Event()
        self.told = Telling("at work")

    async def run(self) -> None:
        await self.go_on.wait()
        if self.fault is not None:
            raise self.fault

    def stop(self) -> None:
        self.go_on.set()


def _begin(operations: Operations, work: Given, *things: str) -> tuple[Operation, list[Operation]]:
    ended: list[Operation] = []
    return operations.begin("move", "a → b", frozenset(things), work, lambda: work.told, ended.append), ended


async def test_an_operation_runs_until_its_work_ends_and_is_kept_with_its_outcome() -> None:
    clock, work = OwnedClock(), Given()
    operations = Operations(clock)
    operation, ended = _begin(operations, work, "a")
    assert operations.running == [operation] and str(operation.state) == "running"
    await clock.advance(5)
    work.told = Telling("3 of 3 moved", 1.0)
    work.go_on.set()
    await operations.over(operation)
    assert operation.state is State.DONE and operation.ended == clock.epoch() and ended == [operation]
    assert not operations.running and operations.all == [operation]


async def test_what_was_not_done_whole_is_no_success() -> None:
    operations, work = Operations(OwnedClock()), Given()
    operation, _ = _begin(operations, work, "a")
    work.told = Telling("2 of 3 moved", failures=[("m-1", "refused")], wrong=True)
    work.go_on.set()
    await operations.over(operation)
    assert operation.state is State.FAILED and operation.told.failures


async def test_a_refusal_is_its_outcome_in_words() -> None:
    operations, work = Operations(OwnedClock()), Given(JournalError("the journal is full"))
    operation, ended = _begin(operations, work, "a")
    work.go_on.set()
    await operations.over(operation)
    assert operation.state is State.FAILED and operation.told.line == "at work · the journal is full"
    assert operation.told.wrong and ended == [operation]


async def test_a_stop_ends_what_runs_and_is_told() -> None:
    operations, work = Operations(OwnedClock()), Given()
    operation, _ = _begin(operations, work, "a")
    operations.stop(operation)
    assert str(operation.state) == "stopping"
    await operations.over(operation)
    assert str(operation.state) == "stopped"
    operations.stop(operation)
    assert str(operation.state) == "stopped", "what is over is not stopped again"


async def test_one_thing_has_one_operation_at_a_time() -> None:
    operations, work = Operations(OwnedClock()), Given()
    operation, _ = _begin(operations, work, "a", "b")
    assert operations.on(frozenset({"b", "c"})) is operation
    assert operations.on(frozenset({"c"})) is None
    await operations.stop_all()
    assert operations.on(frozenset({"a"})) is None


async def test_a_fault_of_our_own_is_not_swallowed() -> None:
    operations, work = Operations(OwnedClock()), Given(ZeroDivisionError("a bug"))
    operation, ended = _begin(operations, work, "a")
    work.go_on.set()
    with pytest.raises(ZeroDivisionError):
        await operations.over(operation)
    assert ended == [operation]
