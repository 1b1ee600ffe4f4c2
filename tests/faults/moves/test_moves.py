"""Moves through a proxy that spoils calls: nothing is lost, and what is there twice is said to be."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sqsview.errors import JournalError
from sqsview.operations import journal_file
from sqsview.operations.journal import Journal
from sqsview.operations.mover import MoveProgress, Mover
from tests.faults.moves.worlds import HERE, THERE, Content, World, contents_of, multiset
from tests.support import fault_kinds
from tests.support.fault_kinds import Answer, Call, ConnectionCutError, Fault, Forward
from tests.support.proxy import Proxy

MESSAGES = 40
WHICHEVER = pytest.mark.parametrize("world", ["ministack"], indirect=True)
"""For what the proxy or this machine does, so that it is the same with either server."""


@pytest.fixture
def original(world: World) -> Counter[Content]:
    """Give what is in the first queue before the move."""
    world.fill(MESSAGES)
    return multiset(world.contents(HERE))


async def _judged(world: World, journal: Journal, original: Counter[Content]) -> tuple[int, int]:
    """Check what may never be otherwise; give how many are in the source and how many are there twice."""
    here, there = await asyncio.to_thread(contents_of, world)
    found = multiset(here, there)
    assert not original - found, "some are lost"
    (past,) = journal.finished()
    doubted = {*past.doubt.sure, *past.doubt.unsure}
    assert not (found - original) - Counter(one.content for one in here if one.id in doubted), "and the journal is mute"
    return len(here), sum((found - original).values())


def _answer_lost() -> Fault:
    async def fault(_call: Call, forward: Forward) -> Answer:
        await forward()
        raise ConnectionCutError

    return fault


PASSING = {
    "the question is lost": fault_kinds.reset(),
    "the answer is lost": _answer_lost(),
    "a page of HTML": fault_kinds.html(503),
    "half an answer": fault_kinds.truncated(),
    "throttled": fault_kinds.throttled_sqs(),
    "throttled otherwise": fault_kinds.throttling_exception(),
    "an error of the server": fault_kinds.refusal("InternalError", "sorry", status=500),
    "slow": fault_kinds.latency(0.3),
}
LASTING = {
    "the token has expired": fault_kinds.expired_token(),
    "the key is not known": fault_kinds.invalid_token(),
    "the clock is wrong": fault_kinds.clock_skew(),
    "not permitted": fault_kinds.denied(),
    "the queue is gone": fault_kinds.gone(),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
async def test_a_tenth_of_the_calls_fails_and_the_move_goes_on(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content], fault: Fault
) -> None:
    proxy.inject(fault, "sqs:*Message*", probability=0.1)
    done = await mover.run()
    proxy.mend()
    left, twice = await _judged(world, journal, original)
    assert done.problem is None
    assert done.moved + done.failed + done.doubtful == MESSAGES
    assert left == done.failed + done.doubtful
    assert twice <= done.doubtful
    await _until_released(world)


@WHICHEVER
@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING)
async def test_what_no_repeat_can_mend_stops_the_move_and_is_told(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content], fault: Fault
) -> None:
    seen = 0

    async def later(call: Call, forward: Forward) -> Answer:
        nonlocal seen
        seen += 1
        return await (fault(call, forward) if seen > 5 else forward())

    proxy.inject(later, "sqs:*Message*")
    done = await mover.run()
    proxy.mend()
    left, _ = await _judged(world, journal, original)
    assert done.problem is not None
    assert left > 0
    assert "gave up" in journal.finished()[0].outcome
    await _until_released(world)


async def test_entries_of_a_send_that_fail_stay_with_the_servers_words(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content]
) -> None:
    fault = fault_kinds.failing_entries({"3", "7"}, "InvalidMessageContents", "not these", sender_fault=True)
    proxy.inject(fault, "sqs:SendMessageBatch")
    done = await mover.run()
    left, twice = await _judged(world, journal, original)
    assert (done.failed, left, twice) == (MESSAGES - done.moved, MESSAGES - done.moved, 0)
    assert done.failed > 0
    assert set(done.reasons) == {"not these (InvalidMessageContents)"}


async def test_entries_of_a_send_that_fail_for_the_server_are_sent_again(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content]
) -> None:
    proxy.inject(fault_kinds.failing_entries({"8", "9"}, "InternalError", "sorry"), "sqs:SendMessageBatch", times=3)
    done = await mover.run()
    assert (done.moved, done.failed) == (MESSAGES, 0)
    assert await _judged(world, journal, original) == (0, 0)


async def test_entries_of_a_deletion_that_fail_are_deleted_again(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content]
) -> None:
    fault = fault_kinds.failing_entries({"1", "2", "3"}, "InternalError", "sorry")
    proxy.inject(fault, "sqs:DeleteMessageBatch", probability=0.5)
    done = await mover.run()
    assert (done.moved, done.doubtful) == (MESSAGES, 0)
    assert await _judged(world, journal, original) == (0, 0)


@WHICHEVER
async def test_a_deletion_that_is_not_permitted_stops_the_move_before_it_doubles_everything(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content]
) -> None:
    proxy.inject(fault_kinds.denied(), "sqs:DeleteMessageBatch")
    done = await mover.run()
    left, twice = await _judged(world, journal, original)
    assert done.problem is not None
    assert left == MESSAGES
    assert twice == done.doubtful == len(journal.finished()[0].doubt.sure)
    assert 10 <= twice < MESSAGES
    assert journal.interrupted(), "and it can be finished once it is permitted"


async def test_a_receipt_that_expires_before_the_deletion_makes_no_second_copy(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content]
) -> None:
    """The message is received again, and only deleted."""
    proxy.inject(fault_kinds.refusal("InternalError", "sorry", status=500), "sqs:ChangeMessageVisibilityBatch")
    proxy.inject(_expiring(2.5), "sqs:DeleteMessageBatch", times=2)
    done = await mover.run()
    assert (done.moved, done.failed, done.doubtful) == (MESSAGES, 0, 0)
    assert await _judged(world, journal, original) == (0, 0)


def _expiring(seconds: float) -> Fault:
    """Hold a deletion back for longer than the hold, and refuse it then, as SQS does of a FIFO queue."""

    async def fault(call: Call, forward: Forward) -> Answer:
        await asyncio.sleep(seconds)
        entries = json.loads(call.body)["Entries"]
        failed = [_failure(entry) for entry in entries]
        return await fault_kinds.fixed(json.dumps({"Failed": failed}).encode())(call, forward)

    return fault


def _failure(entry: Mapping[str, Any]) -> dict[str, object]:
    message = "The input receipt handle is invalid."
    return {"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid", "Message": message, "SenderFault": True}


async def test_a_destination_that_is_deleted_midway_ends_the_move(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content]
) -> None:
    """What was there goes with it; what was not confirmed to be there stays in the source."""
    sent = 0

    async def deletes_it(_call: Call, forward: Forward) -> Answer:
        nonlocal sent
        sent += 1
        if sent == 3:
            await asyncio.to_thread(world.delete, THERE)
        return await forward()

    proxy.inject(deletes_it, "sqs:SendMessageBatch")
    done = await mover.run()
    assert done.problem is not None
    assert "does not exist" in done.problem.text
    assert 0 < done.moved < MESSAGES
    left = await asyncio.to_thread(world.contents, HERE)
    assert len(left) == MESSAGES - done.moved
    assert not multiset(left) - original
    assert "gave up" in journal.finished()[0].outcome
    await _until_released(world)


# -- the journal cannot be written


@WHICHEVER
async def test_a_full_disk_ends_the_move_before_anything_more_is_sent(
    world: World, proxy: Proxy, mover: Mover, journal: Journal, original: Counter[Content]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def fill_up(_call: Call, forward: Forward) -> Answer:
        answer = await forward()
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
        return answer

    proxy.inject(fill_up, "sqs:ReceiveMessage", times=1)
    try:
        done = await mover.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert proxy.count("sqs:SendMessageBatch") == 0
    _stopped_by_the_journal(done, "make room")
    assert multiset(world.contents(HERE)) == original
    await _until_released(world)


@WHICHEVER
async def test_a_full_disk_before_the_beginning_does_nothing_at_all(
    world: World, proxy: Proxy, mover: Mover, original: Counter[Content]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(JournalError, match="make room"):
            await mover.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert proxy.count("sqs:*Message*") == 0
    assert multiset(world.contents(HERE)) == original


@WHICHEVER
async def test_a_journal_that_another_keeps_locked_ends_the_move_before_anything_more_is_sent(
    world: World,
    proxy: Proxy,
    mover: Mover,
    original: Counter[Content],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal_file, "BUSY_SECONDS", 0.1)
    other: list[sqlite3.Connection] = []

    async def lock(_call: Call, forward: Forward) -> Answer:
        answer = await forward()
        other.append(sqlite3.connect(tmp_path / "state" / "operations.sqlite3", isolation_level=None))
        other[0].execute("BEGIN IMMEDIATE")
        return answer

    proxy.inject(lock, "sqs:ReceiveMessage", times=1)
    done = await mover.run()
    other[0].close()
    assert proxy.count("sqs:SendMessageBatch") == 0
    _stopped_by_the_journal(done, "another program is writing the journal")
    assert multiset(world.contents(HERE)) == original


def _stopped_by_the_journal(done: MoveProgress, why: str) -> None:
    assert done.problem is not None
    assert why in done.problem.text
    assert (done.moved, done.doubtful, done.ended) == (0, 0, True)


async def _until_released(world: World) -> None:
    """Wait until whatever is in the source can be received: what could not be released comes back by itself."""
    wanted = len(world.contents(HERE))
    for _ in range(100):
        if await asyncio.to_thread(world.visible, HERE) == wanted:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("some stay held")
