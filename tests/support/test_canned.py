"""The canned server speaks as AWS does, and tells what it was asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiobotocore.session import get_session

from tests.support.canned import Canned, start_canned
from tests.support.canned_answers import World, device_arn, queue_arn, visible


@pytest.fixture(scope="module")
def server() -> Iterator[Canned]:
    with start_canned(World(queues=2100, topics=120, subscriptions=250, moving=2, moves_by="calls")) as canned:
        yield canned


@asynccontextmanager
async def connect(service: str, url: str) -> AsyncIterator[Any]:
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "y", "region_name": "eu-west-1"}
    async with get_session().create_client(service, endpoint_url=url, **credentials) as client:
        yield client


async def test_queues_come_in_pages_when_a_page_size_is_given(server: Canned) -> None:
    server.reset()
    async with connect("sqs", server.url) as sqs:
        pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
        sizes = [len(page["QueueUrls"]) async for page in pages]
    assert sizes == [1000, 1000, 100]
    assert server.calls().calls == {"sqs:ListQueues": 3}


async def test_without_a_page_size_there_are_1000_queues_and_no_token(server: Canned) -> None:
    async with connect("sqs", server.url) as sqs:
        answer = await sqs.list_queues()
    assert len(answer["QueueUrls"]) == 1000
    assert "NextToken" not in answer


async def test_a_prefix_that_nothing_has_leaves_the_key_out(server: Canned) -> None:
    async with connect("sqs", server.url) as sqs:
        assert "QueueUrls" not in await sqs.list_queues(QueueNamePrefix="nothing-")


async def test_a_moving_count_is_a_function_of_how_often_the_queue_was_read(server: Canned) -> None:
    async with connect("sqs", server.url) as sqs:
        urls = (await sqs.list_queues(MaxResults=10))["QueueUrls"]
        moving = [await _visible(sqs, urls[1]) for _ in range(3)]
        still = [await _visible(sqs, urls[2]) for _ in range(2)]
    assert moving == [visible(1, 1), visible(1, 2), visible(1, 3)]
    assert still == [2, 2]


async def test_a_queue_that_is_not_there_is_an_error_of_the_service(server: Canned) -> None:
    async with connect("sqs", server.url) as sqs:
        with pytest.raises(sqs.exceptions.QueueDoesNotExist, match="NonExistentQueue"):
            await sqs.get_queue_attributes(QueueUrl=f"{server.url}/123456789012/none", AttributeNames=["All"])


async def test_topics_and_subscriptions_come_in_pages_of_100(server: Canned) -> None:
    async with connect("sns", server.url) as sns:
        topics = [len(page["Topics"]) async for page in sns.get_paginator("list_topics").paginate()]
        pages = [page["Subscriptions"] async for page in sns.get_paginator("list_subscriptions").paginate()]
        first = pages[0][0]
        attributes = (await sns.get_subscription_attributes(SubscriptionArn=first["SubscriptionArn"]))["Attributes"]
    assert topics == [100, 20]
    assert [len(page) for page in pages] == [100, 100, 50]
    assert first["Endpoint"] == queue_arn(0)
    assert attributes["TopicArn"] == first["TopicArn"]


async def test_a_million_devices_come_in_pages_of_100_that_are_made_when_they_are_asked_for() -> None:
    with start_canned(World(queues=1, devices=1_000_000)) as canned:
        async with connect("sns", canned.url) as sns:
            (application,) = (await sns.list_platform_applications())["PlatformApplications"]
            arn = application["PlatformApplicationArn"]
            page = await sns.list_endpoints_by_platform_application(PlatformApplicationArn=arn)
            last = await sns.list_endpoints_by_platform_application(PlatformApplicationArn=arn, NextToken="999900")
    assert [len(each["Endpoints"]) for each in (page, last)] == [100, 100]
    assert page["NextToken"] == "100" and "NextToken" not in last
    assert last["Endpoints"][-1]["EndpointArn"] == device_arn(999_999)


async def test_the_caller_has_an_account(server: Canned) -> None:
    async with connect("sts", server.url) as sts:
        assert (await sts.get_caller_identity())["Account"] == "123456789012"


async def test_latency_holds_back_every_answer_but_not_the_other_calls() -> None:
    with start_canned(World(queues=1), latency=0.2) as canned:
        async with connect("sqs", canned.url) as sqs:
            started = time.monotonic()
            await asyncio.gather(*(sqs.list_queues() for _ in range(8)))
            seconds = time.monotonic() - started
        assert canned.calls().most_at_once > 4
    assert seconds >= 0.2


def test_the_server_ends_with_the_block() -> None:
    with start_canned(World(queues=1)) as canned:
        assert Path(f"/proc/{canned.pid}").exists()
    assert not Path(f"/proc/{canned.pid}").exists()


async def _visible(sqs: Any, url: str) -> int:
    attributes = (await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]))["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])
