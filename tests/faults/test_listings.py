"""A listing that fails, lies or is not permitted does not take away what is on screen."""

from __future__ import annotations

import re
from functools import partial

import pytest

from sqsview.domain.problem import ProblemKind
from sqsview.gateway import READS
from tests.faults.conftest import PLAIN, Watch
from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Fault
from tests.support.proxy import Proxy


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault_kinds.truncated(), id="cut short"),
        pytest.param(fault_kinds.truncated(0.0), id="empty body"),
        pytest.param(fault_kinds.html(200), id="a page of HTML with status 200"),
        pytest.param(fault_kinds.html(503), id="a page of HTML with status 503"),
    ],
)
async def test_a_broken_listing_does_not_empty_the_screen(watch: Watch, proxy: Proxy, fault: Fault) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        rule = proxy.inject(fault, "sqs:ListQueues")
        for seen in range(1, 4):
            watched.feed.refresh()
            await watched.until(partial(_listed_more_than, proxy, seen))
        assert watched.names == list(PLAIN)
        assert all(queue.counts for queue in watched.snapshot.queues.values())
        proxy.mend(rule)
        await watched.until(watched.all_read)


def _listed_more_than(proxy: Proxy, times: int) -> bool:
    return proxy.count("sqs:ListQueues") > times


async def test_an_empty_listing_is_doubted_before_it_is_believed(watch: Watch, proxy: Proxy) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        proxy.inject(fault_kinds.fixed(b"{}"), "sqs:ListQueues", times=2)
        seen = proxy.count("sqs:ListQueues")
        watched.feed.refresh()
        await watched.until(lambda: proxy.count("sqs:ListQueues") >= seen + 2)
        assert watched.names == list(PLAIN)
        await watched.until(watched.all_read)


async def test_a_first_listing_that_is_cut_short_does_not_pass_for_an_empty_account(watch: Watch, proxy: Proxy) -> None:
    proxy.inject(fault_kinds.truncated(), "sqs:ListQueues", times=1)
    async with watch() as watched:
        await watched.until(lambda: watched.all_read() and watched.names == list(PLAIN))


async def test_without_the_permission_to_list_the_remedy_is_named(watch: Watch, proxy: Proxy) -> None:
    rule = proxy.inject(fault_kinds.denied(), "sqs:ListQueues")
    async with watch() as watched:
        await watched.until(watched.failing)
        problem = watched.snapshot.health.problem
        assert problem and problem.kind is ProblemKind.DENIED
        assert "--queue" in problem.remedy
        await watched.until(lambda: len(watched.snapshot.topics) == 1)
        proxy.mend(rule)
        await watched.until(lambda: watched.all_read() and watched.names == list(PLAIN))


async def test_queues_that_are_named_need_no_listing(watch: Watch, proxy: Proxy, company: Engine) -> None:
    proxy.inject(fault_kinds.denied(), "sqs:ListQueues")
    with company.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName="stock")["QueueUrl"]
    async with watch(queues=("orders", url)) as watched:
        await watched.until(lambda: watched.all_read() and watched.names == ["orders", "stock"])
        watched.feed.refresh()
        await watched.until(watched.all_read)
    assert proxy.count("sqs:ListQueues") == 0


async def test_a_named_queue_that_does_not_exist_is_marked_beside_one_that_does(watch: Watch, proxy: Proxy) -> None:
    async with watch(queues=("orders", "nobody")) as watched:
        await watched.until(lambda: "orders" in watched.names and watched.queue("orders").counts is not None)
        await watched.until(
            lambda: (
                any("nobody" in problem.line for problem in watched.snapshot.problems)
                or ("nobody" in watched.names and watched.queue("nobody").problem is not None)
            )
        )


async def test_where_sns_is_denied_the_queues_are_live(watch: Watch, proxy: Proxy) -> None:
    rule = proxy.inject(fault_kinds.denied(), "sns:*")
    async with watch() as watched:
        await watched.until(lambda: watched.snapshot.topics_problem is not None)
        await watched.until(lambda: watched.all_read() and watched.names == list(PLAIN))
        problem = watched.snapshot.topics_problem
        assert problem and problem.kind is ProblemKind.DENIED
        proxy.mend(rule)
        watched.feed.refresh()
        await watched.until(lambda: watched.snapshot.topics_problem is None and len(watched.snapshot.topics) == 1)


async def test_half_a_listing_of_subscriptions_takes_none_away(watch: Watch, proxy: Proxy) -> None:
    def subscriptions() -> int:
        return sum(len(topic.subscriptions) for topic in watched.snapshot.topics.values())

    async with watch() as watched:
        await watched.until(lambda: subscriptions() == 2)
        proxy.inject(fault_kinds.truncated(), "sns:List*", times=2)
        seen = proxy.count("sns:ListSubscriptions")
        watched.feed.refresh()
        await watched.until(lambda: proxy.count("sns:ListSubscriptions") >= seen + 2)
        assert subscriptions() == 2


@pytest.mark.parametrize("read_only", [False, True])
async def test_watching_makes_no_call_that_is_not_a_read(watch: Watch, proxy: Proxy, read_only: bool) -> None:
    async with watch(read_only=read_only) as watched:
        await watched.until(watched.all_read)
        await watched.until(lambda: len(watched.snapshot.topics) == 1)
        watched.watch_all()
        watched.feed.want_applications()
        for key in (*watched.snapshot.queues, *watched.snapshot.topics):
            assert (await watched.feed.details(key)).attributes
        watched.feed.refresh()
        await watched.until(lambda: proxy.count("sns:ListPlatformApplications") > 0)
    called = {re.sub(r"(?<=.)([A-Z])", r"_\1", call.api.partition(":")[2]).lower() for call in proxy.calls}
    assert called <= READS
    assert {"list_queues", "get_queue_attributes", "list_queue_tags", "list_topics", "list_subscriptions"} <= called
