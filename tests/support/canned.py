"""A server so fast that what is measured against it is the client: ``python -m tests.support.canned``."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import parse_qsl

from tests.support.canned_answers import Answers, World

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target: *[\w]+\.(\w+)", re.IGNORECASE)
_SERVICES = {"GetCallerIdentity": "sts", "GetMetricData": "cloudwatch"}
_NO_QUEUE = b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}'
_NO_QUEUE_HEAD = b"x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender\r\n"
_DEFAULT = World()
_NO_ACTION = b"<ErrorResponse><Error><Code>InvalidAction</Code><Message>not canned</Message></Error></ErrorResponse>"


@dataclass(frozen=True, slots=True)
class CallLog:
    """What the server saw."""

    calls: dict[str, int]
    """Calls by action, such as ``sqs:ListQueues``."""
    first: float | None
    """Monotonic seconds of the machine at the first call."""
    last: float | None
    most_at_once: int
    """The most calls that were being answered at the same time."""
    connections: int

    @property
    def total(self) -> int:
        """All calls together."""
        return sum(self.calls.values())


@dataclass(slots=True)
class _Tally:
    calls: dict[str, int] = field(default_factory=dict)
    first: float | None = None
    last: float | None = None
    open: int = 0
    most_at_once: int = 0
    connections: int = 0

    def count(self, api: str) -> None:
        self.calls[api] = self.calls.get(api, 0) + 1
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.open += 1
        self.most_at_once = max(self.most_at_once, self.open)

    def clear(self) -> None:
        self.calls.clear()
        self.first = self.last = None
        self.most_at_once = self.open

    def report(self) -> bytes:
        fields = ("calls", "first", "last", "most_at_once", "connections")
        return json.dumps({name: getattr(self, name) for name in fields}).encode()


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, as far as AWS clients speak it."""

    def __init__(self, answers: Answers, tally: _Tally, latency: float) -> None:
        self._answers = answers
        self._tally = tally
        self._latency = latency
        self._buffer = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._tally.connections += 1

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer = self._buffer + data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = buffer[:end]
        length = _LENGTH.search(head)
        complete = end + 4 + (int(length[1]) if length else 0)
        if len(buffer) < complete:
            return
        body = buffer[end + 4 : complete]
        self._buffer = buffer[complete:]
        if head.startswith((b"GET /_canned/calls", b"POST /_canned/reset")):
            if head.startswith(b"POST"):
                self._tally.clear()
            self._transport.write(_response(b"200 OK", b"application/json", self._tally.report()))
        else:
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        target = _TARGET.search(head)
        if target:
            action = target[1].decode()
            self._tally.count(f"{_SERVICES.get(action, 'sqs')}:{action}")
            found = self._answers.json(action, json.loads(body or b"{}"))
            response = (
                _response(b"200 OK", b"application/x-amz-json-1.0", found)
                if found is not None
                else _response(b"400 Bad Request", b"application/x-amz-json-1.0", _NO_QUEUE, _NO_QUEUE_HEAD)
            )
        else:
            parameters = dict(parse_qsl(body.decode()))
            action = parameters.get("Action", "?")
            self._tally.count(f"{_SERVICES.get(action, 'sns')}:{action}")
            found = self._answers.xml(action, parameters)
            response = (
                _response(b"200 OK", b"text/xml", found)
                if found is not None
                else _response(b"400 Bad Request", b"text/xml", _NO_ACTION)
            )
        if self._latency:
            self._loop.call_later(self._latency, self._send, response)
        else:
            self._send(response)

    def _send(self, response: bytes) -> None:
        self._tally.open -= 1
        self._transport.write(response)


def _response(status: bytes, kind: bytes, body: bytes, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nx-amzn-RequestId: canned\r\n%s\r\n%s" % (
        status,
        kind,
        len(body),
        extra,
        body,
    )


async def serve(world: World, *, latency: float = 0.0, port: int = 0) -> None:
    """Serve on loopback until standard input ends; print ``{"port": …}`` on one line once it answers.

    Args:
        world: what there is to read.
        latency: seconds by which every answer is held back; any number of calls wait at the same time.
        port: 0 takes a free one.
    """
    loop = asyncio.get_running_loop()
    tally = _Tally()
    holder: list[Answers] = []
    server = await loop.create_server(lambda: _Connection(holder[0], tally, latency), "127.0.0.1", port, backlog=1024)
    bound = server.sockets[0].getsockname()[1]
    holder.append(Answers(world, base_url=f"http://127.0.0.1:{bound}"))
    print(json.dumps({"port": bound}), flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()  # the end of our input is the end of whoever started us, also when that was killed
    server.close()


@dataclass(frozen=True, slots=True)
class Canned:
    """A running canned server."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """What to give as the endpoint URL."""
        return f"http://127.0.0.1:{self.port}"

    def calls(self) -> CallLog:
        """Ask what it saw since the start or the last `reset`."""
        with urllib.request.urlopen(f"{self.url}/_canned/calls", timeout=10) as answer:
            return CallLog(**json.load(answer))

    def reset(self) -> None:
        """Forget what it saw."""
        request = urllib.request.Request(f"{self.url}/_canned/reset", method="POST", data=b"")
        urllib.request.urlopen(request, timeout=10).close()


@contextmanager
def start_canned(world: World = _DEFAULT, *, latency: float = 0.0) -> Iterator[Canned]:
    """Run a canned server in a process of its own for the length of the block.

    Args:
        world: what there is to read.
        latency: seconds by which every answer is held back.
    """
    command = [sys.executable, "-m", "tests.support.canned", "--latency-ms", str(latency * 1000)]
    for name in World.__slots__:
        command += [f"--{name.replace('_', '-')}", str(getattr(world, name))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the canned server did not start: exit code {process.wait()}")
        yield Canned(json.loads(line)["port"], process.pid)
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.canned", description=__doc__)
    for name in ("queues", "topics", "subscriptions", "moving", "devices"):
        parser.add_argument(f"--{name}", type=int, default=getattr(_DEFAULT, name))
    parser.add_argument("--moves-by", choices=("time", "calls"), default=_DEFAULT.moves_by)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    world = World(given.queues, given.topics, given.subscriptions, given.moving, given.moves_by, given.devices)
    asyncio.run(serve(world, latency=given.latency_ms / 1000, port=given.port))


if __name__ == "__main__":
    main()
