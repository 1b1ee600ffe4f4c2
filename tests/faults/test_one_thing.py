"""What is wrong with one queue, topic or subscription is a mark on it, and nothing else suffers."""

from __future__ import annotations

import pytest

from sqsview.domain.problem import ProblemKind
from sqsview.domain.topic import SubscriptionStatus, Topic
from tests.faults.conftest import PLAIN, Watch, Watched
from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Fault
from tests.support.proxy import Proxy


def _others_are_well(watched: Watched, name: str) -> bool:
    others = [queue for queue in watched.snapshot.queues.values() if queue.name != name]
    return len(others) == len(PLAIN) - 1 and all(queue.counts and not queue.problem for queue in others)


def _only_topic(watched: Watched) -> Topic:
    (topic,) = watched.snapshot.topics.values()
    return topic


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(fault_kinds.denied(), ProblemKind.DENIED, id="denied"),
        pytest.param(fault_kinds.gone(), ProblemKind.GONE, id="gone"),
        pytest.param(fault_kinds.html(500), ProblemKind.FAILED, id="a page of HTML"),
        pytest.param(fault_kinds.truncated(), ProblemKind.FAILED, id="half an answer"),
        pytest.param(fault_kinds.reset(), ProblemKind.NETWORK, id="reset"),
        pytest.param(fault_kinds.throttled_sqs(), ProblemKind.THROTTLED, id="throttled"),
    ],
)
async def test_a_queue_that_cannot_be_read_is_marked_and_recovers_by_itself(
    watch: Watch, proxy: Proxy, fault: Fault, kind: ProblemKind
) -> None:
    rule = proxy.inject(fault, "sqs:GetQueueAttributes", "orders")
    async with watch() as watched:
        await watched.until(lambda: watched.names == list(PLAIN) and watched.queue("orders").problem is not None)
        await watched.until(lambda: watched.live() and _others_are_well(watched, "orders"))
        marked = watched.queue("orders")
        assert marked.problem and marked.problem.kind is kind
        assert marked.counts is None
        proxy.mend(rule)
        watched.watch_all()
        await watched.until(lambda: watched.queue("orders").problem is None)
        counts = watched.queue("orders").counts
        assert counts and counts.visible == 1


async def test_the_last_good_figures_of_a_queue_outlive_its_fault(watch: Watch, proxy: Proxy) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        watched.watch_all()
        proxy.inject(fault_kinds.denied(), "sqs:GetQueueAttributes", "orders")
        await watched.until(lambda: watched.queue("orders").problem is not None)
        counts = watched.queue("orders").counts
        assert counts and counts.visible == 1


async def test_a_queue_that_is_deleted_leaves_and_the_rest_stays(watch: Watch, company: Engine) -> None:
    async with watch() as watched:
        await watched.until(watched.all_read)
        with company.client("sqs") as sqs:
            sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="stock")["QueueUrl"])
        await watched.until(lambda: "stock" not in watched.names)
        assert watched.names == [name for name in PLAIN if name != "stock"]
        await watched.until(watched.live)


async def test_a_topic_that_is_denied_is_marked_and_the_queues_do_not_notice(watch: Watch, proxy: Proxy) -> None:
    rule = proxy.inject(fault_kinds.denied(), "sns:GetTopicAttributes", "sales")
    async with watch() as watched:
        await watched.until(lambda: any(topic.problem for topic in watched.snapshot.topics.values()))
        await watched.until(lambda: _only_topic(watched).count(SubscriptionStatus.CONFIRMED) == 2)
        await watched.until(watched.all_read)
        problem = _only_topic(watched).problem
        assert problem and problem.kind is ProblemKind.DENIED
        proxy.mend(rule)
        watched.watch_all()
        watched.feed.refresh()
        await watched.until(lambda: all(not topic.problem for topic in watched.snapshot.topics.values()))


async def test_a_subscription_that_is_denied_is_marked_and_the_other_one_is_read(
    watch: Watch, proxy: Proxy, company: Engine
) -> None:
    with company.client("sns") as sns:
        listed = sns.list_subscriptions()["Subscriptions"]
    denied = next(one["SubscriptionArn"] for one in listed if one["Endpoint"].endswith(":bills"))
    proxy.inject(fault_kinds.denied(), "sns:GetSubscriptionAttributes", denied.rpartition(":")[2])
    async with watch() as watched:

        def seen() -> bool:
            found = {s.key: s for topic in watched.snapshot.topics.values() for s in topic.subscriptions}
            return len(found) == 2 and all(
                (s.problem is not None) if key == denied else (s.settings is not None) for key, s in found.items()
            )

        await watched.until(seen)
        await watched.until(watched.all_read)


async def test_the_literal_of_a_pending_subscription_is_never_asked_for(
    watch: Watch, proxy: Proxy, company: Engine
) -> None:
    with company.client("sns") as sns:
        listed = sns.list_subscriptions()["Subscriptions"]
    pending = next(one["SubscriptionArn"] for one in listed if one["Endpoint"].endswith(":mails"))
    proxy.inject(fault_kinds.replaced(pending.encode(), b"PendingConfirmation"), "sns:ListSubscriptions*")
    async with watch() as watched:

        def counted() -> bool:
            topics = list(watched.snapshot.topics.values())
            return bool(topics) and topics[0].count(SubscriptionStatus.PENDING) == 1

        await watched.until(counted)
        await watched.until(lambda: proxy.count("sns:GetSubscriptionAttributes") == 1)
        watched.watch_all()
        watched.feed.refresh()
        await watched.until(lambda: proxy.count("sns:ListSubscriptions") >= 2)
        assert proxy.count("sns:*", "PendingConfirmation") == 0
