"""What has to be finished is finished, however often the one who waits for it is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from sqsview.operations.cancellation import see_through, within
from tests.support.time import OwnedClock


async def test_it_gives_the_result() -> None:
    async def seven() -> int:
        return 7

    assert await see_through(asyncio.create_task(seven())) == 7


async def test_it_raises_what_the_task_raises() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await see_through(asyncio.create_task(fail()))


async def test_cancellations_wait_for_the_end() -> None:
    clock, done = OwnedClock(), []

    async def work() -> None:
        await clock.sleep(3)
        done.append(True)
        raise ZeroDivisionError  # for whoever was cancelled, who does not want to know

    waiting = asyncio.create_task(see_through(asyncio.create_task(work())))
    for _ in range(3):
        await clock.settle()
        waiting.cancel()
    await clock.settle()
    assert not waiting.done()
    await clock.advance(3)
    assert done == [True]
    assert waiting.cancelled()


async def test_a_wait_is_over_after_its_time_and_cancels_nothing() -> None:
    clock = OwnedClock()
    task = asyncio.create_task(clock.sleep(10))
    waiting = asyncio.create_task(within(clock, 3, task))
    await clock.advance(3)
    assert await waiting is False
    assert not task.done()
    again = asyncio.create_task(within(clock, 30, task))
    await clock.advance(7)
    assert await again is True
