"""The proxy does to a client what it says it does, and sees every call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from tests.support import fault_kinds
from tests.support.canned import Canned, start_canned
from tests.support.canned_answers import World, queue_name
from tests.support.fault_kinds import Call, Fault
from tests.support.proxy import Proxy, start_proxy, start_proxy_thread


@pytest.fixture(scope="module")
def server() -> Iterator[Canned]:
    with start_canned(World(queues=12, topics=3, subscriptions=3)) as canned:
        yield canned


@pytest.fixture
async def proxy(server: Canned) -> AsyncIterator[Proxy]:
    async with start_proxy(server.url) as running:
        yield running


async def _client(service: str, proxy: Proxy) -> AsyncIterator[Any]:
    config = AioConfig(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=0.5)
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "y", "region_name": "eu-west-1"}
    async with get_session().create_client(service, endpoint_url=proxy.url, config=config, **credentials) as client:
        yield client


@pytest.fixture
async def sqs(proxy: Proxy) -> AsyncIterator[Any]:
    async for client in _client("sqs", proxy):
        yield client


@pytest.fixture
async def sns(proxy: Proxy) -> AsyncIterator[Any]:
    async for client in _client("sns", proxy):
        yield client


async def read(sqs: Any, number: int = 0) -> dict[str, str]:
    url = f"http://any/123456789012/{queue_name(number)}"
    answer = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    found: dict[str, str] = answer.get("Attributes", {})
    return found


async def test_without_rules_everything_passes_and_is_seen(proxy: Proxy, sqs: Any, sns: Any) -> None:
    assert (await read(sqs, 7))["ApproximateNumberOfMessages"] == "7"
    assert len((await sns.list_topics())["Topics"]) == 3
    assert proxy.calls == [
        Call("sqs:GetQueueAttributes", "queue-00007", True),
        Call("sns:ListTopics", "", False),
    ]


@pytest.mark.parametrize(
    ("fault", "sqs_code", "sns_code"),
    [
        (fault_kinds.throttled_sqs(), "RequestThrottled", "RequestThrottled"),
        (fault_kinds.throttled_sns(), "Throttled", "Throttled"),
        (fault_kinds.throttling_exception(), "ThrottlingException", "ThrottlingException"),
        (fault_kinds.denied(), "AccessDenied", "AuthorizationError"),
        (fault_kinds.expired_token(), "ExpiredToken", "ExpiredToken"),
        (fault_kinds.invalid_token(), "InvalidClientTokenId", "InvalidClientTokenId"),
        (fault_kinds.clock_skew(), "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
        (fault_kinds.html(), "503", "503"),
    ],
)
async def test_a_refusal_reaches_the_client_with_its_code(
    proxy: Proxy, sqs: Any, sns: Any, fault: Fault, sqs_code: str, sns_code: str
) -> None:
    proxy.inject(fault)
    with pytest.raises(ClientError) as of_sqs:
        await read(sqs)
    with pytest.raises(ClientError) as of_sns:
        await sns.list_topics()
    assert of_sqs.value.response["Error"]["Code"] == sqs_code
    assert of_sns.value.response["Error"]["Code"] == sns_code


async def test_a_connection_can_be_reset_go_silent_or_be_refused(proxy: Proxy, sqs: Any) -> None:
    proxy.inject(fault_kinds.reset(), times=1)
    with pytest.raises((EndpointConnectionError, HTTPClientError)):
        await read(sqs)
    proxy.inject(fault_kinds.silence(), times=1)
    with pytest.raises(ReadTimeoutError):
        await read(sqs)
    await proxy.refuse()
    with pytest.raises(EndpointConnectionError):
        await read(sqs)
    await proxy.listen()
    assert await read(sqs)


async def test_botocore_reads_half_an_answer_of_sqs_as_an_empty_one(proxy: Proxy, sqs: Any, sns: Any) -> None:
    """Whoever trusts the keys of an answer takes a broken one for an empty account."""
    proxy.inject(fault_kinds.truncated())
    assert "QueueUrls" not in await sqs.list_queues(MaxResults=1000)
    assert await read(sqs) == {}
    with pytest.raises(ResponseParserError):
        await sns.list_topics()


async def test_a_rule_is_for_one_thing_one_api_and_so_many_times(proxy: Proxy, sqs: Any) -> None:
    rule = proxy.inject(fault_kinds.denied(), "sqs:GetQueueAttributes", "queue-00003", times=2)
    assert await read(sqs, 2)
    for _ in range(2):
        with pytest.raises(ClientError):
            await read(sqs, 3)
    assert await read(sqs, 3)
    rule.times = None
    with pytest.raises(ClientError):
        await read(sqs, 3)
    proxy.mend(rule)
    assert await read(sqs, 3)
    assert proxy.count("sqs:Get*", "queue-00003") == 5


async def test_a_rule_with_a_probability_is_the_same_every_time(server: Canned) -> None:
    async def failures() -> list[int]:
        async with start_proxy(server.url, seed=7) as proxy:
            proxy.inject(fault_kinds.throttled_sqs(), probability=0.5)
            failed = []
            async for sqs in _client("sqs", proxy):
                for number in range(12):
                    try:
                        await read(sqs, number)
                    except ClientError:
                        failed.append(number)
            return failed

    first = await failures()
    assert 0 < len(first) < 12
    assert await failures() == first


async def test_the_text_of_an_answer_can_be_changed(proxy: Proxy, sns: Any) -> None:
    arn = (await sns.list_subscriptions())["Subscriptions"][1]["SubscriptionArn"]
    proxy.inject(fault_kinds.replaced(arn.encode(), b"PendingConfirmation"), "sns:ListSubscriptions")
    listed = [item["SubscriptionArn"] for item in (await sns.list_subscriptions())["Subscriptions"]]
    assert listed[1] == "PendingConfirmation"
    assert listed[0] != listed[1]


def test_it_also_runs_beside_a_client_that_blocks(server: Canned) -> None:
    import urllib.request

    with start_proxy_thread(server.url) as proxy:
        request = urllib.request.Request(
            proxy.url,
            b"Action=ListTopics&Version=2010-03-31",
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert b"topic-0000" in answer.read()
        assert proxy.calls == [Call("sns:ListTopics", "", False)]
