"""The pace of a move: an even rate, and a start that begins small."""

from __future__ import annotations

import asyncio

import pytest

from sqsview.operations.pace import Pace
from tests.support.time import OwnedClock


async def times(pace: Pace, clock: OwnedClock, batches: int, size: int) -> list[float]:
    """Take so many turns, one after the other, and give the seconds of each since the first."""
    began, found = clock.monotonic(), []
    for _ in range(batches):
        assert await pace.turn(size, asyncio.Event())
        found.append(clock.monotonic() - began)
    return found


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock(auto=True)


async def test_without_a_rate_nothing_waits(clock: OwnedClock) -> None:
    assert await times(Pace(clock, None, small=False), clock, 100, 10) == [0] * 100


@pytest.mark.parametrize(("rate", "most"), [(0.5, 1), (1, 1), (10, 1), (50, 5), (100, 10), (500, 10)])
async def test_a_rate_is_spread_evenly(clock: OwnedClock, rate: float, most: int) -> None:
    pace = Pace(clock, rate, small=False)
    assert pace.most == most
    assert await times(pace, clock, 10, most) == pytest.approx([place * most / rate for place in range(10)])


async def test_several_that_wait_at_once_have_a_turn_each(clock: OwnedClock) -> None:
    pace = Pace(clock, 10, small=False)
    began = clock.monotonic()
    await asyncio.gather(*(pace.turn(10, asyncio.Event()) for _ in range(5)))
    assert clock.monotonic() - began == pytest.approx(4)


async def test_a_delay_is_not_caught_up_by_a_burst(clock: OwnedClock) -> None:
    pace = Pace(clock, 100, small=False)
    await times(pace, clock, 2, 10)
    await clock.sleep(60)
    assert (await times(pace, clock, 10, 10))[-1] >= 0.6


async def test_a_small_start_doubles_every_second(clock: OwnedClock) -> None:
    found = await times(Pace(clock, None, small=True), clock, 40, 10)

    def sent_by(seconds: float) -> int:
        return 10 * sum(at < seconds - 0.001 for at in found)

    assert [sent_by(second) for second in (1, 2, 3, 4)] == [10, 30, 70, 150]


async def test_a_small_start_does_not_exceed_the_rate(clock: OwnedClock) -> None:
    found = await times(Pace(clock, 20, small=True), clock, 20, 10)
    assert found[-1] == pytest.approx(1 + 18 * 0.5)


async def test_whoever_waits_is_let_go_at_once_when_it_ends(clock: OwnedClock) -> None:
    pace, ending = Pace(clock, 0.001, small=False), asyncio.Event()
    assert await pace.turn(1, ending)
    waiting = asyncio.ensure_future(pace.turn(1, ending))
    began = clock.monotonic()
    asyncio.get_running_loop().call_soon(ending.set)
    assert not await waiting
    assert clock.monotonic() - began < 1_000
    assert not await pace.turn(1, ending), "and nobody goes after that"
