"""The gateway reads what is there, on two real servers that were written independently."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from sqsview.aws.session import open_gateway
from sqsview.domain.queue import Counts, QueueRef
from sqsview.errors import NotFound
from sqsview.gateway import Gateway, Target
from tests.support.engines import REGION, Engine

Item = TypeVar("Item")


@pytest.fixture
async def gateway(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    """Give a gateway to the server of this test, without a budget."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    target = Target(region=REGION, endpoint_url=engine.url)
    async with open_gateway(target, budget=None, read_only=True) as opened:
        yield opened


async def _all(pages: AsyncIterator[list[Item]]) -> list[Item]:
    return [item async for page in pages for item in page]


def _create_queues(engine: Engine, names: list[str]) -> None:
    with engine.client("sqs") as sqs, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: sqs.create_queue(QueueName=name), names))


async def test_all_queues_are_listed_also_those_beyond_the_first_thousand(engine: Engine, gateway: Gateway) -> None:
    names = [f"queue-{number:04d}" for number in range(1101)]
    await asyncio.to_thread(_create_queues, engine, names)
    pages = [page async for page in gateway.list_queues()]
    listed = [queue for page in pages for queue in page]
    assert sorted(queue.name for queue in listed) == names
    assert [len(page) for page in pages] == [1000, 101]
    assert listed[0].arn == f"arn:aws:sqs:{REGION}:{engine.account}:{listed[0].name}"
    assert len(await _all(gateway.list_queues("queue-10"))) == 100


async def test_an_empty_account_has_empty_lists(gateway: Gateway) -> None:
    assert await _all(gateway.list_queues()) == []
    assert await _all(gateway.list_topics()) == []
    assert await _all(gateway.list_subscriptions()) == []
    assert await _all(gateway.list_platform_applications()) == []


async def test_the_account_is_known(engine: Engine, gateway: Gateway) -> None:
    assert await gateway.get_caller_identity() == engine.account
    assert gateway.context.endpoint == engine.url


async def test_a_queue_has_its_settings_its_counts_and_its_dead_letter_queue(engine: Engine, gateway: Gateway) -> None:
    with engine.client("sqs") as sqs:
        dead = sqs.create_queue(QueueName="orders-dead")["QueueUrl"]
        dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
        url = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "45"})[
            "QueueUrl"
        ]
        for number in range(5):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))
        sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=600)
    queue = await gateway.get_queue_url("orders")
    reading = await gateway.get_queue_attributes(queue)
    assert reading.counts == Counts(visible=4, in_flight=1, delayed=1)
    settings = reading.settings
    assert settings.arn == queue.arn
    assert (settings.dead_letter_target, settings.max_receive_count) == (dead_arn, 3)
    assert settings.visibility_timeout == 45
    assert settings.created is not None
    assert reading.raw["VisibilityTimeout"] == "45"


async def test_a_fifo_queue_is_known_by_its_name(engine: Engine, gateway: Gateway) -> None:
    with engine.client("sqs") as sqs:
        sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})
    (queue,) = await _all(gateway.list_queues())
    assert queue.fifo
    assert (await gateway.get_queue_attributes(queue)).settings.content_based_deduplication


async def test_a_queue_that_was_deleted_is_gone(engine: Engine, gateway: Gateway) -> None:
    with engine.client("sqs") as sqs:
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        (queue,) = await _all(gateway.list_queues())
        sqs.delete_queue(QueueUrl=url)
    with pytest.raises(NotFound) as fault:
        await gateway.get_queue_attributes(queue)
    assert fault.value.problem.thing == "orders"
    with pytest.raises(NotFound):
        await gateway.get_queue_url("orders")


async def test_queues_and_topics_have_tags_or_none(engine: Engine, gateway: Gateway) -> None:
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        sqs.create_queue(QueueName="plain")
        sqs.create_queue(QueueName="tagged", tags={"team": "shop"})
        arn = sns.create_topic(Name="orders", Tags=[{"Key": "team", "Value": "bank"}])["TopicArn"]
    queues = {queue.name: queue for queue in await _all(gateway.list_queues())}
    assert await gateway.list_queue_tags(queues["tagged"]) == {"team": "shop"}
    assert await gateway.list_queue_tags(queues["plain"]) == {}
    assert await gateway.list_tags_for_resource(arn) == {"team": "bank"}


async def test_all_topics_and_all_subscriptions_come_in_one_sweep(engine: Engine, gateway: Gateway) -> None:
    names = [f"topic-{number:03d}" for number in range(130)]

    def create(sns: Any, name: str) -> None:
        topic = sns.create_topic(Name=name)["TopicArn"]
        queue = f"arn:aws:sqs:{REGION}:{engine.account}:{name}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    _create_queues(engine, names)
    with engine.client("sns") as sns, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: create(sns, name), names))
    topics = await _all(gateway.list_topics())
    subscriptions = await _all(gateway.list_subscriptions())
    assert sorted(arn.rpartition(":")[2] for arn in topics) == names
    assert sorted(subscription.endpoint.rpartition(":")[2] for subscription in subscriptions) == names
    assert {subscription.topic_arn for subscription in subscriptions} == set(topics)
    calls = {figures.api: figures.calls for figures in gateway.meter.figures().apis}
    assert calls == {"sns:ListTopics": 2, "sns:ListSubscriptions": 2}


async def test_a_subscription_has_its_filter_policy_and_how_it_delivers(engine: Engine, gateway: Gateway) -> None:
    policy = {"kind": ["order"]}
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        sqs.create_queue(QueueName="orders")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:{REGION}:{engine.account}:orders",
            Attributes={"FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"},
            ReturnSubscriptionArn=True,
        )
    (subscription,) = await _all(gateway.list_subscriptions())
    settings = (await gateway.get_subscription_attributes(subscription.arn)).settings
    assert json.loads(settings.filter_policy or "") == policy
    assert (settings.raw_delivery, settings.filter_scope) == (True, "MessageAttributes")
    assert (await gateway.get_topic_attributes(topic)).raw["TopicArn"] == topic


async def test_a_topic_or_a_subscription_that_does_not_exist_is_gone(engine: Engine, gateway: Gateway) -> None:
    arn = f"arn:aws:sns:{REGION}:{engine.account}:nothing"
    with pytest.raises(NotFound):
        await gateway.get_topic_attributes(arn)
    with pytest.raises(NotFound):
        await gateway.get_subscription_attributes(f"{arn}:11111111-1111-1111-1111-111111111111")


async def test_a_device_tells_its_attributes(engine: Engine, gateway: Gateway) -> None:
    with engine.client("sns") as sns:
        application = sns.create_platform_application(Name="shop", Platform="GCM", Attributes={})
        arn = sns.create_platform_endpoint(
            PlatformApplicationArn=application["PlatformApplicationArn"], Token="0123456789abcdef"
        )["EndpointArn"]
    assert (await gateway.get_endpoint_attributes(arn))["Token"] == "0123456789abcdef"
    with pytest.raises(NotFound):
        await gateway.get_endpoint_attributes(arn + "0")


async def test_the_age_of_the_oldest_message_is_the_newest_point_and_absent_without_one(
    engine: Engine, gateway: Gateway
) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with engine.client("cloudwatch") as cloudwatch:
        for minutes, age in ((3, 30.0), (1, 90.0)):
            point = {
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
                "Timestamp": now - timedelta(minutes=minutes),
                "Value": age,
            }
            cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[point])
    assert await gateway.get_metric_data(["orders", "idle"]) == {"orders": 90.0}
    assert await gateway.get_metric_data([]) == {}


async def test_two_regions_with_equal_urls_are_two_queues(
    engine: Engine, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.client("sqs") as sqs:
        sqs.create_queue(QueueName="orders")
    here: QueueRef = await gateway.get_queue_url("orders")
    elsewhere = Target(region="us-west-2", endpoint_url=engine.url)
    async with open_gateway(elsewhere, budget=None) as other:
        assert here.arn not in {queue.arn for queue in await _all(other.list_queues())}
