"""Calls go evenly, within the budget and each API's quota; urgent ones overtake; a throttle halves the rate."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from sqsview.aws.pacing import Pacer
from tests.support.time import OwnedClock


class _Callers:
    """Asks for turns and notes when each was given."""

    def __init__(
        self, budget: float | None, quotas: Mapping[str, float] | None = None, asked: float | None = None
    ) -> None:
        self.clock = OwnedClock()
        self.pacer = Pacer(self.clock, budget, quotas or {}, asked)
        self.turns: list[tuple[float, str]] = []
        self._start = self.clock.monotonic()
        self._tasks: list[asyncio.Task[None]] = []

    def ask(
        self, times: int = 1, api: str = "sqs:GetQueueAttributes", *, urgent: bool = False, asked: bool = False
    ) -> None:
        self._tasks += [asyncio.create_task(self._call(api, urgent, asked)) for _ in range(times)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def within(self, start: float, end: float, api: str = "") -> int:
        return sum(start <= at < end and called.startswith(api) for at, called in self.turns)

    async def _call(self, api: str, urgent: bool, asked: bool) -> None:
        await self.pacer.turn(api, urgent=urgent, asked=asked)
        self.turns.append((self.clock.monotonic() - self._start, api))


async def test_without_a_budget_every_call_goes_at_once_and_never_yields() -> None:
    pacer = Pacer(OwnedClock(), None, {})
    for _ in range(1000):
        with pytest.raises(StopIteration):
            pacer.turn("sqs:GetQueueAttributes").send(None)


@pytest.mark.parametrize("budget", [5.0, 50.0, 400.0, 1000.0])
async def test_a_budget_is_kept_over_every_second_and_used_up(budget: float) -> None:
    callers = _Callers(budget)
    callers.ask(int(budget * 6))
    await callers.clock.advance(5.0)
    for second in range(1, 5):
        assert callers.within(second, second + 1) == pytest.approx(budget, rel=0.1, abs=1)
    await callers.stop()


@pytest.mark.parametrize("budget", [5.0, 50.0, 400.0, 1000.0])
async def test_no_burst_is_larger_than_a_few_calls_or_a_fortieth_of_a_second(budget: float) -> None:
    callers = _Callers(budget)
    callers.ask(int(budget * 3))
    await callers.clock.settle()
    assert len(callers.turns) <= max(4, budget / 40 + 1)
    await callers.clock.advance(2.0)
    for start, _ in callers.turns:
        assert callers.within(start, start + 0.1) <= max(4, budget * 0.025) + budget * 0.1 + 1
    await callers.stop()


async def test_after_a_pause_there_is_no_saved_up_burst() -> None:
    callers = _Callers(50.0)
    callers.ask(1)
    await callers.clock.advance(60.0)
    callers.turns.clear()
    callers.ask(100)
    await callers.clock.settle()
    assert len(callers.turns) <= 4
    await callers.stop()


async def test_calls_go_in_the_order_of_asking() -> None:
    callers = _Callers(100.0)
    for number in range(40):
        callers.ask(api=f"api:{number:02d}")
    await callers.clock.advance(1.0)
    called = [api for _, api in callers.turns]
    assert len(called) == 40
    assert called == sorted(called)


async def test_a_page_of_a_listing_does_not_wait_behind_a_thousand_reads() -> None:
    callers = _Callers(50.0)
    callers.ask(1000)
    await callers.clock.advance(1.0)
    callers.ask(3, "sqs:ListQueues")
    await callers.clock.advance(0.2)
    assert callers.within(1.0, 2.0, "sqs:ListQueues") == 3
    await callers.stop()


async def test_an_api_keeps_its_own_quota_while_others_go_on() -> None:
    callers = _Callers(100.0, {"sns:ListTopics": 5.0})
    callers.ask(100, "sns:ListTopics")
    callers.ask(1000)
    await callers.clock.advance(5.0)
    assert callers.within(1, 5, "sns:") == pytest.approx(20, abs=1)
    assert callers.within(1, 5) == pytest.approx(400, rel=0.05)
    await callers.stop()


async def test_a_quota_holds_without_a_budget_too() -> None:
    callers = _Callers(None, {"sns:ListTopics": 15.0})
    callers.ask(100, "sns:ListTopics")
    callers.ask(1000)
    await callers.clock.settle()
    assert callers.within(0, 0.001, "sqs:") == 1000
    await callers.clock.advance(3.0)
    assert callers.within(1, 3, "sns:") == pytest.approx(30, abs=1)
    await callers.stop()


async def test_an_urgent_call_overtakes_a_thousand_that_queue() -> None:
    callers = _Callers(10.0)
    callers.ask(1000)
    await callers.clock.advance(3.0)
    callers.turns.clear()
    callers.ask(3, "sqs:ListQueueTags", urgent=True)
    await callers.clock.settle()
    assert [api for _, api in callers.turns] == ["sqs:ListQueueTags"] * 3
    await callers.stop()


async def test_what_urgent_calls_took_is_paid_back_by_the_others() -> None:
    callers = _Callers(10.0)
    callers.ask(1000)
    await callers.clock.advance(2.0)
    callers.ask(8, "sqs:ListQueueTags", urgent=True)
    await callers.clock.advance(8.0)
    assert len(callers.turns) == pytest.approx(100, abs=5)
    await callers.stop()


async def test_urgent_calls_without_end_keep_to_the_budget_too() -> None:
    callers = _Callers(10.0)
    callers.ask(500, urgent=True)
    await callers.clock.advance(10.0)
    assert len(callers.turns) <= 10 * 10 + 12
    await callers.stop()


async def test_a_throttle_halves_the_budget_and_many_at_once_count_as_one() -> None:
    callers = _Callers(40.0)
    for _ in range(20):
        callers.pacer.throttled("sqs:GetQueueAttributes", 40.0)
    assert callers.pacer.budget == 20.0
    await callers.clock.advance(1.0)
    callers.pacer.throttled("sqs:GetQueueAttributes", 20.0)
    assert callers.pacer.budget == pytest.approx((20.0 + 2.0) / 2)


async def test_calls_slow_down_at_once_even_those_that_queue_already() -> None:
    callers = _Callers(40.0)
    callers.ask(1000)
    await callers.clock.advance(2.0)
    callers.pacer.throttled("sqs:GetQueueAttributes", 40.0)
    await callers.clock.advance(1.0)
    assert callers.within(2.0, 3.0) == pytest.approx(20, abs=3)
    await callers.stop()


async def test_the_budget_comes_back_in_even_steps_and_stops_at_the_full_one() -> None:
    callers = _Callers(40.0)
    callers.pacer.throttled("sqs:GetQueueAttributes", 40.0)
    seen = []
    for _ in range(15):
        seen.append(callers.pacer.budget)
        await callers.clock.advance(1.0)
    assert seen[:11] == [20.0 + 2.0 * step for step in range(11)]
    assert set(seen[10:]) == {40.0}


async def test_the_budget_never_falls_below_one_call_a_second() -> None:
    callers = _Callers(3.0)
    for _ in range(10):
        callers.pacer.throttled("sqs:GetQueueAttributes", 3.0)
        await callers.clock.advance(1.0)
    callers.pacer.throttled("sqs:GetQueueAttributes", 3.0)
    assert callers.pacer.budget is not None
    assert callers.pacer.budget >= 1.0
    callers.ask(100)
    await callers.clock.advance(5.0)
    assert callers.turns
    await callers.stop()


async def test_without_a_budget_a_throttle_halves_what_was_going_on_and_is_lifted_again() -> None:
    callers = _Callers(None)
    callers.pacer.throttled("sqs:GetQueueAttributes", 300.0)
    assert callers.pacer.budget == 150.0
    assert callers.pacer.full_budget is None
    await callers.clock.advance(11.0)
    assert callers.pacer.budget is None


async def test_a_throttled_api_with_a_quota_slows_down_itself() -> None:
    callers = _Callers(None, {"sns:ListTopics": 16.0})
    callers.pacer.throttled("sns:ListTopics", 16.0)
    callers.ask(100, "sns:ListTopics")
    await callers.clock.advance(2.0)
    assert callers.within(1.0, 2.0) <= 10
    await callers.stop()


async def test_a_new_budget_holds_from_now_on() -> None:
    callers = _Callers(400.0)
    callers.ask(5000)
    await callers.clock.advance(2.0)
    callers.pacer.allow(50.0)
    await callers.clock.advance(3.0)
    assert callers.within(3.0, 5.0) == pytest.approx(100, rel=0.1)
    callers.pacer.allow(None)
    await callers.clock.advance(1.0)
    assert len(callers.turns) == 5000


async def test_a_new_budget_does_not_undo_a_throttle() -> None:
    callers = _Callers(400.0)
    callers.pacer.throttled("sqs:GetQueueAttributes", 400.0)
    callers.pacer.allow(300.0)
    assert callers.pacer.budget == 200.0
    assert callers.pacer.full_budget == 300.0


async def test_a_caller_that_is_cancelled_holds_up_nobody() -> None:
    callers = _Callers(10.0)
    callers.ask(20)
    await callers.clock.settle()
    await callers.stop()
    before = len(callers.turns)
    callers.ask(5)
    await callers.clock.advance(2.0)
    assert len(callers.turns) == before + 5


async def test_what_a_person_asked_for_does_not_wait_behind_the_budget_for_watching() -> None:
    callers = _Callers(5.0, asked=100.0)
    callers.ask(1000)
    await callers.clock.settle()
    callers.ask(100, "sqs:ReceiveMessage", asked=True)
    await callers.clock.advance(1.0)
    assert callers.within(0, 1.01, "sqs:ReceiveMessage") == pytest.approx(100, abs=5)
    assert callers.within(0, 1.01, "sqs:GetQueueAttributes") <= 10
    await callers.stop()


async def test_a_throttle_halves_also_what_a_person_asked_for() -> None:
    callers = _Callers(50.0, asked=100.0)
    callers.pacer.throttled("sqs:ReceiveMessage", 100.0)
    callers.ask(500, "sqs:ReceiveMessage", asked=True)
    await callers.clock.advance(1.0)
    assert callers.within(0, 1.0, "sqs:ReceiveMessage") == pytest.approx(50, abs=6)
    await callers.stop()
