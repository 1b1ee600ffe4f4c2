"""Queues and topics on a real server for the tests of publishing, and an independent eye that reads what arrived."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqsview.aws.session import open_gateway
from sqsview.domain.message import Attribute
from sqsview.domain.publishing import Destination
from sqsview.gateway import Gateway, Target
from sqsview.operations.target import find_target
from tests.support.engines import REGION, Engine

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as boto3 received it."""

    id: str
    body: str
    attributes: Mapping[str, Attribute]
    system: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """A server, our own way to it, and boto3's."""

    engine: Engine
    gateway: Gateway

    async def queue(self, name: str, **attributes: str) -> Destination:
        """Make a queue."""
        if name.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        await self._boto("sqs", lambda sqs: sqs.create_queue(QueueName=name, Attributes=attributes))
        return await find_target(self.gateway, name)

    async def topic(self, name: str, *queues: Destination, raw: bool = False, **attributes: str) -> Destination:
        """Make a topic to which these queues are subscribed."""
        if name.endswith(".fifo"):
            attributes["FifoTopic"] = "true"

        def make(sns: Any) -> str:
            arn = str(sns.create_topic(Name=name, Attributes=attributes)["TopicArn"])
            for queue in queues:
                sns.subscribe(
                    TopicArn=arn,
                    Protocol="sqs",
                    Endpoint=queue.arn,
                    Attributes={"RawMessageDelivery": "true"} if raw else {},
                )
            return arn

        return await find_target(self.gateway, await self._boto("sns", make))

    async def received(self, queue: Destination, count: int = 1) -> list[Seen]:
        """Receive and delete ``count`` messages with boto3, or as many as come."""

        def receive(sqs: Any) -> list[Seen]:
            assert queue.ref is not None
            found: list[Seen] = []
            while len(found) < count:
                answer = sqs.receive_message(
                    QueueUrl=queue.ref.url,
                    MaxNumberOfMessages=min(10, count - len(found)),
                    WaitTimeSeconds=1,
                    MessageAttributeNames=["All"],
                    MessageSystemAttributeNames=["All"],
                )
                messages = answer.get("Messages", [])
                if not messages:
                    return found
                entries = [
                    {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                    for place, message in enumerate(messages)
                ]
                sqs.delete_message_batch(QueueUrl=queue.ref.url, Entries=entries)
                found += [_seen(message) for message in messages]
            return found

        return await self._boto("sqs", receive)

    async def _boto(self, service: str, work: Callable[[Any], _T]) -> _T:
        def call() -> _T:
            with self.engine.client(service) as client:
                return work(client)

        return await asyncio.to_thread(call)


@asynccontextmanager
async def world_on(engine: Engine, url: str | None = None) -> AsyncIterator[World]:
    """Open our own way to a server, at another URL where a proxy stands before it."""
    async with open_gateway(Target(region=REGION, endpoint_url=url or engine.url), budget=None) as gateway:
        yield World(engine, gateway)


def _seen(message: Mapping[str, Any]) -> Seen:
    attributes = {
        name: Attribute(
            value["DataType"], value["BinaryValue"] if value["DataType"].startswith("Binary") else value["StringValue"]
        )
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return Seen(message["MessageId"], message["Body"], attributes, message["Attributes"])


def envelope(seen: Seen) -> Any:
    """Give the envelope that SNS put around a message."""
    return json.loads(seen.body)
