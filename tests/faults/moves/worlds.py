"""Two queues on a server that shows everything in them, also what is in flight, without a receive."""

from __future__ import annotations

import base64
import json
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqsview.domain.arn import name_of
from sqsview.domain.copying import COUNTER
from tests.support.engines import ACCOUNT, REGION, Engine
from tests.support.moto_in_turn import make_moto

HERE, THERE = "orders-dlq", "orders"

Content = tuple[str, str]
"""Body and attributes as JSON, but for the counter of redrives: what must not be lost."""


@dataclass(frozen=True, slots=True)
class There:
    """One message in a queue."""

    id: str
    content: Content


class World(Protocol):
    """A server with the queues in it."""

    url: str

    def fill(self, count: int) -> None:
        """Put messages into `HERE`; every tenth has the same body as the one before."""

    def contents(self, queue: str) -> list[There]:
        """Give all messages of a queue."""

    def visible(self, queue: str) -> int:
        """Count those that anybody may receive."""

    def delete(self, queue: str) -> None:
        """Delete a queue with all that is in it."""


def contents_of(world: World) -> tuple[list[There], list[There]]:
    """Give what is in the two queues, once nothing changes any more: a killed client's last calls may be under way."""
    deadline = time.monotonic() + 20
    before = None
    while True:
        found = world.contents(HERE), world.contents(THERE)
        ids = [sorted(one.id for one in each) for each in found]
        if ids == before:
            return found
        assert time.monotonic() < deadline, "the queues never come to rest"
        before = ids
        time.sleep(0.1)


def multiset(*queues: Sequence[There]) -> Counter[Content]:
    """Count the messages of these queues by their contents."""
    return Counter(one.content for queue in queues for one in queue)


class OnMinistack:
    """The messages of a ministack, which tells them by a route of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.url = engine.url
        with engine.client("sqs") as sqs:
            for name in (HERE, THERE):
                sqs.create_queue(QueueName=name)

    def fill(self, count: int) -> None:
        """Put messages into `HERE`."""
        with self._engine.client("sqs") as sqs:
            url = sqs.get_queue_url(QueueName=HERE)["QueueUrl"]
            for first in range(0, count, 10):
                entries = [
                    {"Id": str(number), "MessageBody": _body(number), "MessageAttributes": _attributes(number)}
                    for number in range(first, min(first + 10, count))
                ]
                sqs.send_message_batch(QueueUrl=url, Entries=entries)

    def contents(self, queue: str) -> list[There]:
        """Give all messages of a queue."""
        with urllib.request.urlopen(f"{self._engine.url}/_ministack/sqs/messages", timeout=10) as answer:
            queues: Any = json.load(answer)["messages"][ACCOUNT["ministack"]][REGION]
        listed = next(each for url, each in queues.items() if name_of(url) == queue)
        return [There(one["MessageId"], (one["Body"], _written(one["MessageAttributes"]))) for one in listed]

    def visible(self, queue: str) -> int:
        """Count those that anybody may receive."""
        with self._engine.client("sqs") as sqs:
            url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            return int(told["ApproximateNumberOfMessages"])

    def delete(self, queue: str) -> None:
        """Delete a queue with all that is in it."""
        with self._engine.client("sqs") as sqs:
            sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"])


class OnMoto:
    """The messages of a moto in a thread of the tests, looked at and filled directly: by HTTP 2,000 take minutes."""

    def __init__(self, url: str) -> None:
        from moto.sqs.models import sqs_backends

        self.url = url
        self._backend: Any = sqs_backends[ACCOUNT["moto"]][REGION]
        for name in (HERE, THERE):
            self._backend.create_queue(name)

    def fill(self, count: int) -> None:
        """Put messages into `HERE`."""
        for number in range(count):
            self._backend.send_message(HERE, _body(number), message_attributes=_attributes(number))

    def contents(self, queue: str) -> list[There]:
        """Give all messages of a queue."""
        listed = list(self._backend.queues[queue]._messages)
        return [There(one.id, (one.body, _written(one.message_attributes))) for one in listed]

    def visible(self, queue: str) -> int:
        """Count those that anybody may receive."""
        return int(self._backend.queues[queue].approximate_number_of_messages)

    def delete(self, queue: str) -> None:
        """Delete a queue with all that is in it."""
        self._backend.delete_queue(queue)


@contextmanager
def moto_in_a_thread() -> Iterator[OnMoto]:
    """Run a moto in this process for the length of the block."""
    from moto.backends import get_backend

    server = make_moto()
    serving = threading.Thread(target=server.serve_forever, name="moto")
    serving.start()
    try:
        yield OnMoto(f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
        get_backend("sqs").reset()


def _body(number: int) -> str:
    """Give a body; every tenth is the one before once more."""
    return json.dumps({"order": number - (number % 10 == 9)})


def _attributes(number: int) -> dict[str, dict[str, Any]]:
    number -= number % 10 == 9
    return {
        "number": {"DataType": "Number.int", "StringValue": str(number)},
        "raw": {"DataType": "Binary", "BinaryValue": bytes([number % 256, 0, 255])},
    }


def _written(attributes: Mapping[str, Any] | None) -> str:
    """Write attributes as both servers keep them, but for the counter: binary ones are bytes or base64."""
    told = {
        name: [value["DataType"], value.get("StringValue") or _base64(value.get("BinaryValue"))]
        for name, value in (attributes or {}).items()
        if name != COUNTER
    }
    return json.dumps(told, sort_keys=True)


def _base64(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
