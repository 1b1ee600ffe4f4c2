"""With a faulty network between us and a real server, one fault is one thing's mark and never a wrong fact."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from sqsview.aws.session import open_gateway
from sqsview.domain.problem import ProblemKind
from sqsview.domain.topic import PENDING_LITERAL
from sqsview.errors import Denied, ServerFault, SessionError, Throttled
from sqsview.gateway import Gateway, Target
from tests.support import fault_kinds
from tests.support.engines import REGION, Engine
from tests.support.fault_kinds import Answer, Call, Forward
from tests.support.proxy import Proxy, start_proxy


@pytest.fixture
async def proxy(moto: Engine) -> AsyncIterator[Proxy]:
    with moto.client("sqs") as sqs, moto.client("sns") as sns:
        for name in ("orders", "payments"):
            sqs.create_queue(QueueName=name)
        topic = sns.create_topic(Name="events")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")
    async with start_proxy(moto.url) as running:
        yield running


@pytest.fixture
async def gateway(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    target = Target(region=REGION, endpoint_url=proxy.url)
    async with open_gateway(target, budget=100.0, random=lambda: 0.0) as opened:
        yield opened


async def _names(gateway: Gateway) -> list[str]:
    return sorted([queue.name async for page in gateway.list_queues() for queue in page])


@pytest.mark.parametrize(
    "fault",
    [
        fault_kinds.throttled_sqs(),
        fault_kinds.throttling_exception(),
        fault_kinds.html(503),
        fault_kinds.reset(),
    ],
    ids=["RequestThrottled", "ThrottlingException", "html 503", "reset"],
)
async def test_what_passes_within_the_attempts_is_not_seen(
    proxy: Proxy, gateway: Gateway, fault: fault_kinds.Fault
) -> None:
    proxy.inject(fault, "sqs:ListQueues", times=2)
    assert await _names(gateway) == ["orders", "payments"]
    assert proxy.count("sqs:ListQueues") == 3
    (figures,) = gateway.meter.figures().apis
    assert (figures.calls, figures.errors) == (3, 2)


async def test_the_throttle_of_sns_is_retried_and_halves_the_budget(proxy: Proxy, gateway: Gateway) -> None:
    proxy.inject(fault_kinds.throttled_sns(), "sns:ListTopics", times=1)
    assert [topic async for page in gateway.list_topics() for topic in page]
    figures = gateway.meter.figures()
    assert figures.budget is not None
    assert figures.budget < 100.0
    assert figures.budget_full == 100.0


async def test_a_throttle_that_goes_on_is_told(proxy: Proxy, gateway: Gateway) -> None:
    proxy.inject(fault_kinds.throttled_sqs())
    with pytest.raises(Throttled):
        await _names(gateway)


async def test_one_denied_queue_is_that_queues_matter(proxy: Proxy, gateway: Gateway) -> None:
    queues = {queue.name: queue async for page in gateway.list_queues() for queue in page}
    proxy.inject(fault_kinds.denied(), "sqs:GetQueueAttributes", "orders")
    with pytest.raises(Denied) as fault:
        await gateway.get_queue_attributes(queues["orders"])
    assert fault.value.problem.thing == "orders"
    assert (await gateway.get_queue_attributes(queues["payments"])).counts.visible == 0


async def test_where_listing_is_denied_the_remedy_names_the_option_and_the_way_works(
    proxy: Proxy, gateway: Gateway
) -> None:
    proxy.inject(fault_kinds.denied(), "sqs:ListQueues")
    with pytest.raises(Denied) as fault:
        await _names(gateway)
    assert "--queue" in fault.value.problem.remedy
    assert (await gateway.get_queue_attributes(await gateway.get_queue_url("orders"))).counts.visible == 0


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.7, 0.99])
async def test_a_truncated_list_is_a_fault_and_not_an_empty_list(proxy: Proxy, gateway: Gateway, keep: float) -> None:
    rule = proxy.inject(fault_kinds.truncated(keep))
    with pytest.raises(ServerFault):
        await _names(gateway)
    with pytest.raises(ServerFault):
        _ = [page async for page in gateway.list_topics()]
    with pytest.raises(ServerFault):
        _ = [page async for page in gateway.list_subscriptions()]
    proxy.mend(rule)
    assert await _names(gateway) == ["orders", "payments"]


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
async def test_truncated_attributes_and_tags_are_a_fault(proxy: Proxy, gateway: Gateway, keep: float) -> None:
    queue = await gateway.get_queue_url("orders")
    proxy.inject(fault_kinds.truncated(keep))
    with pytest.raises(ServerFault):
        await gateway.get_queue_attributes(queue)
    with pytest.raises(ServerFault):
        await gateway.list_queue_tags(queue)


@pytest.mark.parametrize("body", [b"[]", b"7", b'"x"', b'{"QueueUrls": 7}', b'{"QueueUrls": [7]}', b"<a/>"])
async def test_well_formed_junk_is_a_fault(proxy: Proxy, gateway: Gateway, body: bytes) -> None:
    proxy.inject(fault_kinds.fixed(body))
    with pytest.raises(ServerFault):
        await _names(gateway)
    with pytest.raises(ServerFault):
        _ = [page async for page in gateway.list_topics()]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (fault_kinds.expired_token(), ProblemKind.CREDENTIALS),
        (fault_kinds.invalid_token(), ProblemKind.CREDENTIALS),
        (fault_kinds.clock_skew(), ProblemKind.CLOCK),
    ],
    ids=["expired", "invalid", "clock"],
)
async def test_what_ails_the_whole_session_is_told_as_such_and_ends_with_its_cause(
    proxy: Proxy, gateway: Gateway, fault: fault_kinds.Fault, kind: ProblemKind
) -> None:
    rule = proxy.inject(fault)
    with pytest.raises(SessionError) as told:
        await _names(gateway)
    assert told.value.problem.kind is kind
    proxy.mend(rule)
    assert await _names(gateway) == ["orders", "payments"]


async def test_a_server_that_goes_away_and_comes_back_needs_no_new_connection(proxy: Proxy, gateway: Gateway) -> None:
    assert await _names(gateway)
    await proxy.refuse()
    with pytest.raises(SessionError) as told:
        await _names(gateway)
    assert "refuses the connection" in told.value.problem.text
    await proxy.listen()
    assert await _names(gateway) == ["orders", "payments"]


async def test_the_literal_of_a_pending_subscription_is_kept(proxy: Proxy, gateway: Gateway) -> None:
    (subscription,) = [found async for page in gateway.list_subscriptions() for found in page]
    proxy.inject(fault_kinds.replaced(subscription.arn.encode(), PENDING_LITERAL.encode()))
    (pending,) = [found async for page in gateway.list_subscriptions() for found in page]
    assert pending.arn == PENDING_LITERAL
    assert not pending.readable
    assert pending.endpoint == "a@example.com"


async def test_a_call_can_be_cancelled_while_the_server_is_silent(proxy: Proxy, gateway: Gateway) -> None:
    arrived = asyncio.Event()

    async def silence(call: Call, forward: Forward) -> Answer:
        arrived.set()
        return await fault_kinds.silence()(call, forward)

    rule = proxy.inject(silence)
    task = asyncio.create_task(_names(gateway))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    proxy.mend(rule)
    assert await _names(gateway) == ["orders", "payments"]
