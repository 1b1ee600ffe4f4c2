"""A message is repeated evenly, in order where there is one, and every single one is accounted for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from sqsview.domain.message import Attribute, EntryFault, Outgoing
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.publishing import Destination, queue_destination, topic_destination
from sqsview.errors import Refused, Rejected, ServerFault
from sqsview.operations.repeat import AT_ONCE, KEPT_FAILURES, Progress, Repeat
from tests.support.double import Account, DoubleGateway, denied, server_fault, session_error, throttled
from tests.support.time import OwnedClock


class Stage:
    """An account with one queue or topic and a clock that moves by itself."""

    def __init__(self, name: str = "orders", *, latency: float = 0.05, auto: bool = True, **settings: Any) -> None:
        self.clock = OwnedClock(auto=auto)
        self.account = Account(self.clock, latency=latency)
        self.gateway = DoubleGateway(self.account, self.account.context)
        facts = self.account.add_queue(name, **settings)
        self.queue = queue_destination(facts.ref, facts.settings)
        self.changes: list[Progress] = []

    def repeat(
        self, outgoing: Outgoing, count: int, *, to: Destination | None = None, rate: float | None = None
    ) -> Repeat:
        numbers = iter(range(1, 1_000_000))
        return Repeat(
            self.gateway,
            to or self.queue,
            outgoing,
            count,
            rate=rate,
            clock=self.clock,
            new_id=lambda: f"id-{next(numbers)}",
            on_change=self.changes.append,
        )

    def bodies(self, name: str = "orders") -> list[str]:
        return [kept.outgoing.body for kept in self.account.broker.queues.get(name, [])]

    @property
    def times(self) -> list[float]:
        """When each batch was sent."""
        return [call.at for call in self.account.calls if call.operation.endswith("batch")]


def total(progress: Progress) -> int:
    return progress.sent + progress.failed + progress.unknown + progress.left + progress.under_way


async def test_each_message_is_filled_in_with_its_own_number_id_and_time() -> None:
    stage = Stage()
    outgoing = Outgoing("{{n}} {{uuid}}", {"at": Attribute("String", "{{now}}")})
    done = await stage.repeat(outgoing, 3).run()
    assert (done.sent, done.ended) == (3, True)
    assert stage.bodies() == ["1 id-1", "2 id-2", "3 id-3"]
    values = {kept.outgoing.attributes["at"].value for kept in stage.account.broker.queues["orders"]}
    assert values == {"2025-06-15T15:06:40.000Z"}


async def test_ten_go_in_one_call_and_several_calls_at_once() -> None:
    stage = Stage()
    done = await stage.repeat(Outgoing("{{n}}"), 1_005).run()
    assert done.sent == 1_005
    assert len(stage.times) == 101
    assert stage.account.most_running == AT_ONCE
    assert sorted(map(int, stage.bodies())) == list(range(1, 1_006))


async def test_a_fifo_queue_gets_one_call_after_the_other() -> None:
    stage = Stage("orders.fifo")
    await stage.repeat(Outgoing("{{n}}", group="g", deduplication="{{n}}"), 100).run()
    assert stage.account.most_running == 1
    assert stage.bodies("orders.fifo") == [str(number) for number in range(1, 101)]


@pytest.mark.parametrize(("rate", "size"), [(2.0, 1), (25.0, 2), (50.0, 5), (500.0, 10)])
async def test_a_rate_is_kept_evenly(rate: float, size: int) -> None:
    stage = Stage(latency=0.01)
    count = 40 * size
    done = await stage.repeat(Outgoing("{{n}}"), count, rate=rate).run()
    assert done.sent == count
    gaps = [after - before for before, after in pairwise(stage.times)]
    assert gaps == pytest.approx([size / rate] * 39, abs=1e-6)


async def test_after_a_slow_server_it_does_not_burst() -> None:
    stage = Stage("orders.fifo", latency=0.0)
    slow = iter([5.0])

    def hold_up(operation: str, thing: str) -> None:
        stage.account.latency = next(slow, 0.0)

    stage.account.on_call = hold_up
    await stage.repeat(Outgoing("{{n}}", group="g", deduplication="{{n}}"), 40, rate=10).run()
    after = [at for at in stage.times[1:] if at < stage.times[1] + 1]
    assert len(after) <= 10 + 1 + 3, "a quarter of a second is caught up, and no more"


async def test_progress_tells_how_far_it_is_and_how_long_it_takes() -> None:
    stage = Stage(latency=0.0)
    await stage.repeat(Outgoing("{{n}}"), 100, rate=10).run()
    halfway = next(progress for progress in stage.changes if progress.sent == 50)
    assert halfway.rate == pytest.approx(10, rel=0.05)
    assert halfway.eta == pytest.approx(5, rel=0.05)
    assert [progress.sent for progress in stage.changes] == sorted(progress.sent for progress in stage.changes)
    assert stage.changes[-1].ended
    assert stage.changes[-1].eta is None
    assert all(total(progress) == 100 for progress in stage.changes)


async def test_entries_that_are_refused_are_told_by_number_and_reason() -> None:
    stage = Stage()
    fault = EntryFault("InvalidParameterValue", "no", sender_fault=True)
    stage.account.broker.refuse = lambda message: fault if message.body.endswith("3") else None
    done = await stage.repeat(Outgoing("{{n}}"), 30).run()
    assert (done.sent, done.failed, done.unknown) == (27, 3, 0)
    assert sorted(failure.number for failure in done.failures) == [3, 13, 23]
    assert done.reasons == {"no (InvalidParameterValue)": 3}


async def test_thousands_of_failures_are_counted_and_only_some_kept() -> None:
    stage = Stage()
    stage.account.broker.refuse = lambda message: EntryFault("E", f"reason {int(message.body) % 50}", sender_fault=True)
    done = await stage.repeat(Outgoing("{{n}}"), 2_000).run()
    assert done.failed == 2_000
    assert len(done.failures) == KEPT_FAILURES
    assert sum(done.reasons.values()) == 2_000
    assert len(done.reasons) <= 21


@pytest.mark.parametrize("fault", [denied("sqs:SendMessage"), session_error()])
async def test_what_fails_for_all_ends_it_at_once_and_nothing_is_said_to_be_sent(fault: Exception) -> None:
    stage = Stage("orders.fifo")
    stage.account.fail("send_message_batch", fault)  # type: ignore[arg-type]
    done = await stage.repeat(Outgoing("{{n}}", group="g", deduplication="{{n}}"), 100).run()
    assert (done.sent, done.failed, done.unknown, done.left) == (0, 10, 0, 90)
    assert done.problem is not None
    assert len(stage.times) == 1


@pytest.mark.parametrize(
    ("fault", "unknown"),
    [
        (server_fault(), 10),
        (ServerFault(Problem(ProblemKind.NETWORK, "broke off")), 10),
        (throttled(), 0),
        (Rejected(Problem(ProblemKind.FAILED, "too long (BatchRequestTooLong)")), 0),
    ],
)
async def test_one_call_that_fails_counts_as_failed_or_as_not_known(fault: Exception, unknown: int) -> None:
    """Whoever was refused was not taken; after a broken answer nobody knows."""
    stage = Stage("orders.fifo")
    stage.account.fail_once("send_message_batch", fault)  # type: ignore[arg-type]
    done = await stage.repeat(Outgoing("{{n}}", group="g", deduplication="{{n}}"), 50).run()
    assert (done.sent, done.failed + done.unknown, done.unknown) == (40, 10, unknown)
    assert done.problem is None


async def test_a_server_that_fails_three_times_in_a_row_is_given_up() -> None:
    stage = Stage("orders.fifo")
    stage.account.fail("send_message_batch", server_fault())
    done = await stage.repeat(Outgoing("{{n}}", group="g", deduplication="{{n}}"), 100).run()
    assert (done.sent, done.unknown, done.left) == (0, 30, 70)
    assert done.problem is not None


async def test_a_stop_waits_for_what_is_under_way_and_tells_what_was_not_tried() -> None:
    stage = Stage(auto=False, latency=1.0)
    repeat = stage.repeat(Outgoing("{{n}}"), 1_000)
    running = asyncio.ensure_future(repeat.run())
    await stage.clock.advance(1.5)
    repeat.stop()
    assert not running.done()
    await stage.clock.advance(1.0)
    done = await running
    assert done.stopped
    assert done.sent == len(stage.bodies()) == 160
    assert done.left == 840


async def test_a_cancellation_is_a_stop_that_is_raised_after_all_is_counted() -> None:
    stage = Stage(auto=False, latency=1.0)
    repeat = stage.repeat(Outgoing("{{n}}"), 1_000)
    running = asyncio.ensure_future(repeat.run())
    await stage.clock.advance(0.5)
    running.cancel()
    await stage.clock.advance(0.1)
    running.cancel()
    await stage.clock.advance(1.0)
    with pytest.raises(asyncio.CancelledError):
        await running
    done = repeat.progress
    assert (done.ended, done.stopped, done.sent, done.under_way, done.left) == (True, True, 80, 0, 920)
    assert len(stage.bodies()) == 80


async def test_a_stop_does_not_wait_for_a_slow_rate() -> None:
    stage = Stage(auto=False, latency=0.0)
    repeat = stage.repeat(Outgoing("{{n}}"), 10, rate=0.01)
    running = asyncio.ensure_future(repeat.run())
    await stage.clock.advance(1.0)
    repeat.stop()
    await stage.clock.settle()
    assert running.done()
    assert (await running).sent == 1


async def test_batches_hold_no_more_than_a_topic_takes_together() -> None:
    stage = Stage(latency=0.0)
    arn = stage.account.add_topic("orders")
    sizes: list[int] = []
    publish_batch: Callable[..., Any] = stage.gateway.publish_batch

    async def measured(topic_arn: str, outgoing: list[Outgoing]) -> Any:
        sizes.append(sum(message.size for message in outgoing))
        return await publish_batch(topic_arn, outgoing)

    stage.gateway.publish_batch = measured  # type: ignore[method-assign, assignment]
    topic = topic_destination(arn, stage.account.topics[arn])
    done = await stage.repeat(Outgoing("x" * 100_000), 9, to=topic).run()
    assert done.sent == 9
    assert sizes == [200_000] * 4 + [100_000]


def test_what_aws_would_refuse_is_refused_before_anything_is_sent() -> None:
    """The placeholders count as what they become: a group of 120 characters and an id is too long."""
    stage = Stage("orders.fifo")
    with pytest.raises(Refused, match="the group has 136 characters"):
        stage.repeat(Outgoing("x", group="g" * 100 + "{{uuid}}", deduplication="{{n}}"), 10)


@pytest.mark.parametrize(("count", "rate"), [(0, None), (-1, None), (10_000_000, None), (5, 0.0), (5, -1.0)])
def test_counts_and_rates_that_make_no_sense_are_refused(count: int, rate: float | None) -> None:
    with pytest.raises(ValueError, match=r"repeated|rate"):
        Stage().repeat(Outgoing("x"), count, rate=rate)
