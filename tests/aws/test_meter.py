"""The meter tells how many calls there are, how they fare, how long they take and what they cost."""

from __future__ import annotations

import pytest

from sqsview.aws.meter import CallMeter
from sqsview.aws.pacing import Pacer
from tests.support.time import OwnedClock

READ = "sqs:GetQueueAttributes"


class _Bench:
    def __init__(self, *, priced: bool = True, budget: float | None = 50.0) -> None:
        self.clock = OwnedClock()
        self.pacer = Pacer(self.clock, budget, {})
        self.meter = CallMeter(self.clock, self.pacer, priced=priced)

    def call(self, api: str = READ, *, seconds: float = 0.02, failed: bool = False, units: int = 1) -> None:
        now = self.clock.monotonic()
        self.meter.record(api, now - seconds, now, failed=failed, throttled=failed, units=units)

    async def calls(self, per_second: int, seconds: int, api: str = READ) -> None:
        for _ in range(seconds):
            for _ in range(per_second):
                self.call(api)
            await self.clock.advance(1.0)


def test_at_the_start_there_is_nothing() -> None:
    figures = _Bench().meter.figures()
    assert (figures.per_minute, figures.total, figures.apis) == (0, 0, ())
    assert figures.dollars_per_month == 0.0


async def test_the_calls_of_the_last_minute_are_counted_and_older_ones_forgotten() -> None:
    bench = _Bench()
    await bench.calls(10, 90)
    assert bench.meter.figures().per_minute == pytest.approx(600, rel=0.03)
    await bench.clock.advance(30.0)
    assert bench.meter.figures().per_minute == pytest.approx(300, rel=0.05)
    await bench.clock.advance(31.0)
    assert bench.meter.figures().per_minute == 0
    assert bench.meter.figures().total == 900


async def test_while_younger_than_a_minute_the_figure_is_extrapolated() -> None:
    bench = _Bench()
    await bench.calls(10, 10)
    assert bench.meter.figures().per_minute == pytest.approx(600, rel=0.02)


async def test_each_api_has_its_calls_errors_and_throttles() -> None:
    bench = _Bench()
    for _ in range(3):
        bench.call()
    bench.call(failed=True)
    bench.call("sns:ListTopics")
    topics, queues = bench.meter.figures().apis
    assert (topics.api, topics.calls, topics.errors) == ("sns:ListTopics", 1, 0)
    assert (queues.api, queues.calls, queues.errors, queues.throttles) == (READ, 4, 1, 1)


async def test_percentiles_are_of_the_last_calls_only() -> None:
    bench = _Bench()
    for _ in range(300):
        bench.call(seconds=9.0)
    for number in range(256):
        bench.call(seconds=(number + 1) / 1000)
    (figures,) = bench.meter.figures().apis
    assert figures.p50 == pytest.approx(0.128, abs=0.002)
    assert figures.p95 == pytest.approx(0.243, abs=0.002)


async def test_the_price_is_that_of_going_on_like_this_for_a_month() -> None:
    """100 queues every 10 s are 26 million calls a month, about 10 dollars."""
    bench = _Bench()
    await bench.calls(10, 60)
    assert bench.meter.figures().dollars_per_month == pytest.approx(10 * 3600 * 730 * 0.4e-6, rel=0.03)


async def test_a_metric_costs_by_the_queue_not_by_the_call() -> None:
    bench = _Bench()
    for _ in range(60):
        bench.call("cloudwatch:GetMetricData", units=100)
        await bench.clock.advance(1.0)
    assert bench.meter.figures().dollars_per_month == pytest.approx(60 * 100 * 60 * 730 * 1e-5, rel=0.03)


async def test_sns_has_its_own_price_and_sts_none() -> None:
    bench = _Bench()
    await bench.calls(1, 60, "sts:GetCallerIdentity")
    assert bench.meter.figures().dollars_per_month == 0.0
    await bench.calls(2, 60, "sns:ListTopics")
    assert bench.meter.figures().dollars_per_month == pytest.approx(2 * 3600 * 730 * 0.5e-6, rel=0.03)


async def test_a_server_that_is_not_aws_costs_nothing_and_no_price_is_told() -> None:
    bench = _Bench(priced=False)
    await bench.calls(10, 5)
    assert bench.meter.figures().dollars_per_month is None


async def test_the_budget_is_shown_as_allowed_now_and_in_full() -> None:
    bench = _Bench(budget=50.0)
    bench.pacer.throttled(READ, 50.0)
    assert (bench.meter.figures().budget, bench.meter.figures().budget_full) == (25.0, 50.0)
    bench.meter.allow(None)
    assert bench.meter.figures().budget_full is None


async def test_the_rate_of_the_last_second_is_known() -> None:
    bench = _Bench()
    await bench.calls(120, 3)
    assert bench.meter.per_second() == 120.0
    await bench.clock.advance(5.0)
    assert bench.meter.per_second() == 0.0
