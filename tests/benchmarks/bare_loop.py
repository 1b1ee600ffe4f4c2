"""A bare aiobotocore loop: the reference for what calls cost when nothing is done with the answers.

``sweep`` makes a given number of calls of each API as fast as it can; ``paced`` makes calls of
GetQueueAttributes at a given rate and tells the CPU time of one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session


async def sweep(url: str, calls: dict[str, int], concurrency: int) -> float:
    """Make these calls, so many at once, with clients of its own; give the seconds it took in all."""
    started = time.perf_counter()
    config = AioConfig(max_pool_connections=concurrency)
    session = get_session()
    async with (
        session.create_client("sqs", endpoint_url=url, config=config) as sqs,
        session.create_client("sns", endpoint_url=url, config=config) as sns,
        session.create_client("sts", endpoint_url=url, config=config) as sts,
    ):
        urls: list[str] = []
        async for page in sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000}):
            urls += page.get("QueueUrls", ())
        topics = [t["TopicArn"] for t in (await sns.list_topics())["Topics"]] if "sns:ListTopics" in calls else []
        queues, arns = cycle(urls), cycle(topics)
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "sqs:GetQueueAttributes": lambda: sqs.get_queue_attributes(QueueUrl=next(queues), AttributeNames=["All"]),
            "sqs:ListQueueTags": lambda: sqs.list_queue_tags(QueueUrl=next(queues)),
            "sns:ListSubscriptions": sns.list_subscriptions,
            "sns:ListPlatformApplications": sns.list_platform_applications,
            "sns:GetTopicAttributes": lambda: sns.get_topic_attributes(TopicArn=next(arns)),
            "sns:GetSubscriptionAttributes": lambda: sns.get_subscription_attributes(SubscriptionArn=f"{next(arns)}:0"),
            "sts:GetCallerIdentity": sts.get_caller_identity,
        }
        gate = asyncio.Semaphore(concurrency)

        async def one(way: Callable[[], Awaitable[Any]]) -> None:
            async with gate:
                await way()

        listed = {"sqs:ListQueues", "sns:ListTopics"}
        wanted = [ways[api] for api, times in calls.items() if api not in listed for _ in range(times)]
        await asyncio.gather(*map(one, wanted))
    return time.perf_counter() - started


async def paced(url: str, rate: float, seconds: float) -> float:
    """Make ``rate`` calls a second for ``seconds``; give the CPU seconds of one call."""
    session = get_session()
    async with session.create_client("sqs", endpoint_url=url) as sqs:
        urls = (await sqs.list_queues(MaxResults=1000))["QueueUrls"]
        queues = cycle(urls)
        calls = int(rate * seconds)
        running: set[asyncio.Task[Any]] = set()
        before, started = time.process_time(), time.perf_counter()
        for number in range(calls):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            task = asyncio.create_task(sqs.get_queue_attributes(QueueUrl=next(queues), AttributeNames=["All"]))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
        return (time.process_time() - before) / calls


def main() -> None:
    """Run one of the two and print what it measured as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("sweep", "paced"))
    parser.add_argument("url")
    parser.add_argument("--calls", type=json.loads, default={}, help="number of calls by API, as JSON")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    if given.mode == "sweep":
        print(json.dumps({"seconds": asyncio.run(sweep(given.url, given.calls, given.concurrency))}))
    else:
        print(json.dumps({"cpu_per_call": asyncio.run(paced(given.url, given.rate, given.seconds))}))


if __name__ == "__main__":
    main()
