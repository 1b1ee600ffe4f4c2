"""A live feed that reads a real server through a proxy which spoils what it is told to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from sqsview.aws.session import open_gateway
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Connection, Snapshot
from sqsview.gateway import LOADING_BUDGET, Target
from sqsview.live.feed import Feed, FeedOptions
from tests.support.engines import REGION, Engine
from tests.support.proxy import Proxy, start_proxy

PLAIN = ("bills", "mails", "orders", "orders-dlq", "search", "stock")
"""The queues of every test: ``orders`` gives up to ``orders-dlq``; topic ``sales`` feeds ``bills`` and ``mails``."""

_SPEED = 20.0
"""How many times as fast as the machine's clock the feed's own runs: its 60 s between two listings take 3 s."""
_PATIENCE = 20.0


class _FastClock:
    def monotonic(self) -> float:
        return time.monotonic() * _SPEED

    def epoch(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / _SPEED)


@dataclass(frozen=True, slots=True)
class Watched:
    """A running feed, as a test looks at it."""

    feed: Feed

    @property
    def snapshot(self) -> Snapshot:
        return self.feed.snapshot()

    @property
    def names(self) -> list[str]:
        return [queue.name for queue in self.snapshot.queues.values()]

    def queue(self, name: str) -> Queue:
        return next(queue for queue in self.snapshot.queues.values() if queue.name == name)

    def live(self) -> bool:
        return self.snapshot.health.connection is Connection.LIVE

    def failing(self) -> bool:
        return self.snapshot.health.connection is Connection.FAILING

    def all_read(self) -> bool:
        return self.live() and all(queue.read_at and not queue.problem for queue in self.snapshot.queues.values())

    def watch_all(self) -> None:
        """Put everything on screen, so that it is read often."""
        self.feed.watch([*self.snapshot.queues, *self.snapshot.topics])

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to be so."""
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                snapshot = self.snapshot
                marks = {q.name: (q.counts, q.problem) for q in snapshot.queues.values()}
                raise AssertionError(f"never so; {snapshot.health}\n{marks}\n{snapshot.problems}")
            await asyncio.sleep(0.02)


Watch = Callable[..., AbstractAsyncContextManager[Watched]]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", REGION)


@pytest.fixture
def company(engine: Engine) -> Iterator[Engine]:
    """Give a server that has the queues in `PLAIN`, with one message in each, and a topic."""
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in PLAIN}
        policy = {"deadLetterTargetArn": _arn(engine, "orders-dlq"), "maxReceiveCount": "3"}
        sqs.set_queue_attributes(QueueUrl=urls["orders"], Attributes={"RedrivePolicy": json.dumps(policy)})
        for url in urls.values():
            sqs.send_message(QueueUrl=url, MessageBody="one")
        topic = sns.create_topic(Name="sales")["TopicArn"]
        for name in ("bills", "mails"):
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_arn(engine, name))
    yield engine


@pytest.fixture
async def proxy(company: Engine) -> AsyncIterator[Proxy]:
    async with start_proxy(company.url) as running:
        yield running


@pytest.fixture
def watch(proxy: Proxy) -> Watch:
    """Give what runs a feed behind the proxy, with the options of `FeedOptions`, for the length of a block."""

    @asynccontextmanager
    async def run(*, read_only: bool = False, **options: object) -> AsyncIterator[Watched]:
        clock = _FastClock()
        opener = partial(open_gateway, budget=LOADING_BUDGET, read_only=read_only, clock=clock)
        feed = Feed(opener, Target(endpoint_url=proxy.url), FeedOptions(**options), clock)  # type: ignore[arg-type]
        running = asyncio.create_task(feed.run())
        try:
            yield Watched(feed)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return run


def _arn(engine: Engine, name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{engine.account}:{name}"
