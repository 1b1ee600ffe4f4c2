"""Queues, topics and subscriptions are created and set up, on two real servers, and on the account in memory alike."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sqsview.aws.session import open_gateway
from sqsview.domain.arn import is_arn
from sqsview.errors import NotFound, ServerFault
from sqsview.gateway import Gateway, Target
from tests.support.double import Account, DoubleGateway
from tests.support.engines import REGION, Engine
from tests.support.time import OwnedClock

PLAIN: dict[str, str] = {}


@pytest.fixture(params=["moto", "ministack", "double"])
async def gateway(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    """Give a gateway that may write, without a budget: to each of the two servers, and to the account in memory."""
    if request.param == "double":
        account = Account(OwnedClock(auto=True))
        yield DoubleGateway(account, account.context)
        return
    engine = request.getfixturevalue(request.param)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    async with open_gateway(Target(region=REGION, endpoint_url=engine.url), budget=None) as opened:
        yield opened


async def test_a_queue_is_created_with_its_attributes_and_tags(gateway: Gateway) -> None:
    made = await gateway.create_queue("orders.fifo", {"FifoQueue": "true", "VisibilityTimeout": "45"}, {"team": "shop"})
    assert (made.name, made.arn.rpartition(":")[2]) == ("orders.fifo", "orders.fifo")
    assert (await gateway.get_queue_attributes(made)).settings.visibility_timeout == 45
    assert await gateway.list_queue_tags(made) == {"team": "shop"}


async def test_creating_the_same_queue_again_gives_the_same(gateway: Gateway) -> None:
    first = await gateway.create_queue("orders", {"VisibilityTimeout": "45"}, {})
    assert await gateway.create_queue("orders", {"VisibilityTimeout": "45"}, {}) == first


async def test_a_queue_with_other_attributes_is_refused_in_the_servers_words(gateway: Gateway) -> None:
    await gateway.create_queue("orders", {"VisibilityTimeout": "45"}, {})
    with pytest.raises(ServerFault, match="already exists") as refusal:
        await gateway.create_queue("orders", {"VisibilityTimeout": "46"}, {})
    assert refusal.value.problem.thing == "orders"


async def test_attributes_of_a_queue_are_set_and_the_others_stay(gateway: Gateway) -> None:
    dead = await gateway.create_queue("dead", PLAIN, {})
    queue = await gateway.create_queue("orders", {"VisibilityTimeout": "45"}, {})
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5})
    await gateway.set_queue_attributes(queue, {"RedrivePolicy": policy, "MessageRetentionPeriod": "3600"})
    settings = (await gateway.get_queue_attributes(queue)).settings
    assert (settings.dead_letter_target, settings.max_receive_count) == (dead.arn, 5)
    assert (settings.retention, settings.visibility_timeout) == (3600, 45)


async def test_tags_of_queues_and_topics_are_set_and_taken_off(gateway: Gateway) -> None:
    queue = await gateway.create_queue("orders", PLAIN, {"a": "1"})
    topic = await gateway.create_topic("orders", PLAIN, {"a": "1"})
    await gateway.tag_queue(queue, {"b": "2", "c": "3"})
    await gateway.tag_resource(topic, {"b": "2", "c": "3"})
    await gateway.untag_queue(queue, ["a", "c"])
    await gateway.untag_resource(topic, ["a", "c"])
    assert await gateway.list_queue_tags(queue) == {"b": "2"}
    assert await gateway.list_tags_for_resource(topic) == {"b": "2"}


async def test_a_topic_is_created_once_and_its_attributes_set(gateway: Gateway) -> None:
    arn = await gateway.create_topic("orders", PLAIN, {})
    assert await gateway.create_topic("orders", PLAIN, {}) == arn
    await gateway.set_topic_attributes(arn, "DisplayName", "Orders")
    assert (await gateway.get_topic_attributes(arn)).settings.display_name == "Orders"


async def test_a_queue_is_subscribed_once_and_the_arn_is_told(gateway: Gateway) -> None:
    queue = await gateway.create_queue("orders", PLAIN, {})
    topic = await gateway.create_topic("orders", PLAIN, {})
    attributes = {"FilterPolicy": '{"kind": ["order"]}', "RawMessageDelivery": "true"}
    arn = await gateway.subscribe(topic, "sqs", queue.arn, attributes)
    assert arn is not None
    assert await gateway.subscribe(topic, "sqs", queue.arn, attributes) == arn
    assert [one.arn async for page in gateway.list_subscriptions() for one in page] == [arn]
    settings = (await gateway.get_subscription_attributes(arn)).settings
    assert (json.loads(settings.filter_policy or ""), settings.raw_delivery) == ({"kind": ["order"]}, True)


async def test_attributes_of_a_subscription_are_set(gateway: Gateway) -> None:
    queue = await gateway.create_queue("orders", PLAIN, {})
    topic = await gateway.create_topic("orders", PLAIN, {})
    arn = await gateway.subscribe(topic, "sqs", queue.arn, PLAIN)
    assert arn is not None
    await gateway.set_subscription_attributes(arn, "FilterPolicyScope", "MessageBody")
    await gateway.set_subscription_attributes(arn, "FilterPolicy", '{"kind": ["order"]}')
    settings = (await gateway.get_subscription_attributes(arn)).settings
    assert (settings.filter_policy, settings.filter_scope) == ('{"kind": ["order"]}', "MessageBody")


async def test_a_subscription_that_waits_to_be_confirmed_gives_an_arn_or_none(gateway: Gateway) -> None:
    topic = await gateway.create_topic("orders", PLAIN, {})
    arn = await gateway.subscribe(topic, "http", "http://127.0.0.1:9/never", PLAIN)
    assert arn is None or is_arn(arn)


async def test_a_topic_that_is_gone_takes_no_subscription(gateway: Gateway) -> None:
    topic = f"arn:aws:sns:{REGION}:{await gateway.get_caller_identity()}:nothing"
    with pytest.raises(NotFound):
        await gateway.subscribe(topic, "sqs", topic.replace(":sns:", ":sqs:"), PLAIN)


async def test_a_subscription_is_confirmed_by_its_token(ministack: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None
        heard.put_nowait(json.loads(await reader.readexactly(int(length[1]))))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(endpoint, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_gateway(Target(region=REGION, endpoint_url=ministack.url), budget=None) as gateway:
        topic = await gateway.create_topic("orders", PLAIN, {})
        await gateway.subscribe(topic, "http", f"http://127.0.0.1:{port}/", PLAIN)
        told = await asyncio.wait_for(heard.get(), 10)
        arn = await gateway.confirm_subscription(topic, told["Token"])
        assert not (await gateway.get_subscription_attributes(arn)).settings.pending
