"""What is wrong with the whole connection is told in one line, keeps what is known, and mends by itself."""

from __future__ import annotations

import pytest

from sqsview.domain.problem import ProblemKind
from tests.faults.conftest import PLAIN, Watch
from tests.support import fault_kinds
from tests.support.fault_kinds import Fault
from tests.support.proxy import Proxy


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(fault_kinds.expired_token(), ProblemKind.CREDENTIALS, id="expired token"),
        pytest.param(fault_kinds.invalid_token(), ProblemKind.CREDENTIALS, id="unknown key"),
        pytest.param(fault_kinds.clock_skew(), ProblemKind.CLOCK, id="clock skew"),
    ],
)
async def test_a_rejected_session_keeps_what_is_known_and_recovers(
    watch: Watch, proxy: Proxy, fault: Fault, kind: ProblemKind
) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        watched.watch_all()
        rule = proxy.inject(fault)
        await watched.until(watched.failing)
        health = watched.snapshot.health
        assert health.problem and health.problem.kind is kind
        assert health.problem.remedy
        assert health.retry_at is not None
        assert watched.names == list(PLAIN)
        assert all(queue.counts for queue in watched.snapshot.queues.values())
        proxy.mend(rule)
        await watched.until(watched.all_read)
        assert watched.snapshot.health.problem is None


async def test_a_server_that_refuses_connections_is_waited_for(watch: Watch, proxy: Proxy) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        watched.watch_all()
        await proxy.refuse()
        await watched.until(watched.failing)
        problem = watched.snapshot.health.problem
        assert problem and problem.kind is ProblemKind.NETWORK
        assert watched.names == list(PLAIN)
        await proxy.listen()
        await watched.until(watched.all_read)


async def test_a_server_that_comes_up_later_is_found(watch: Watch, proxy: Proxy) -> None:
    await proxy.refuse()
    async with watch() as watched:
        await watched.until(watched.failing)
        assert watched.names == []
        await proxy.listen()
        await watched.until(lambda: watched.all_read() and watched.names == list(PLAIN))


async def test_a_refresh_does_not_wait_for_the_next_try(watch: Watch, proxy: Proxy) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        watched.watch_all()
        rule = proxy.inject(fault_kinds.expired_token())
        await watched.until(watched.failing)
        proxy.mend(rule)
        seen = proxy.count()
        watched.feed.refresh()
        await watched.until(lambda: proxy.count() > seen)
        await watched.until(watched.all_read)


async def test_a_server_that_answers_with_pages_of_html_keeps_what_is_known(watch: Watch, proxy: Proxy) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        watched.watch_all()
        rule = proxy.inject(fault_kinds.html(503))
        await watched.until(lambda: all(queue.problem for queue in watched.snapshot.queues.values()))
        watched.feed.refresh()
        await watched.until(watched.failing)
        assert watched.names == list(PLAIN)
        assert all(queue.counts for queue in watched.snapshot.queues.values())
        proxy.mend(rule)
        await watched.until(watched.all_read)


async def test_a_server_that_goes_silent_does_not_stop_the_feed(
    watch: Watch, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqsview.aws.connection._READ_SECONDS", 0.3)
    async with watch() as watched:
        await watched.until(watched.all_read)
        watched.watch_all()
        rule = proxy.inject(fault_kinds.silence(), "sqs:*")
        await watched.until(lambda: any(q.problem for q in watched.snapshot.queues.values()) or watched.failing())
        assert watched.names == list(PLAIN)
        proxy.mend(rule)
        await watched.until(watched.all_read)


async def test_connections_that_break_now_and_then_are_not_even_seen(watch: Watch, proxy: Proxy) -> None:
    proxy.inject(fault_kinds.reset(), probability=0.15)
    async with watch() as watched:
        await watched.until(lambda: watched.all_read() and watched.names == list(PLAIN))


async def test_a_slow_server_is_read_completely(watch: Watch, proxy: Proxy) -> None:
    proxy.inject(fault_kinds.latency(0.15))
    async with watch() as watched:
        await watched.until(lambda: watched.all_read() and watched.names == list(PLAIN))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault_kinds.throttled_sqs(), id="RequestThrottled"),
        pytest.param(fault_kinds.throttling_exception(), id="ThrottlingException"),
    ],
)
async def test_throttled_readings_are_tried_again_with_less_of_a_budget(
    watch: Watch, proxy: Proxy, fault: Fault
) -> None:
    proxy.inject(fault, "sqs:GetQueueAttributes", times=4)
    async with watch(budget=100.0) as watched:
        await watched.until(lambda: proxy.count("sqs:GetQueueAttributes") > 4)
        await watched.until(lambda: (watched.snapshot.calls.budget or 100.0) < 100.0)
        await watched.until(lambda: watched.all_read() and watched.names == list(PLAIN))
        figures = {figures.api: figures for figures in watched.snapshot.calls.apis}
        assert figures["sqs:GetQueueAttributes"].throttles == 4
        await watched.until(lambda: watched.snapshot.calls.budget == 100.0)


async def test_a_throttled_listing_of_topics_is_tried_again(watch: Watch, proxy: Proxy) -> None:
    proxy.inject(fault_kinds.throttled_sns(), "sns:List*", times=2)
    async with watch() as watched:
        await watched.until(lambda: len(watched.snapshot.topics) == 1)
        await watched.until(watched.all_read)
        assert watched.snapshot.topics_problem is None
