"""A proxy between a client and a server that injects faults by rule and remembers every call it saw."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, urlsplit

from sqsview.domain.arn import name_of
from tests.support.fault_kinds import Answer, Call, ConnectionCutError, Fault

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_NAMING = ("QueueUrl", "QueueName", "TopicArn", "SubscriptionArn", "ResourceArn", "PlatformApplicationArn")
_TARGETS = {"AmazonSQS": "sqs", "GraniteServiceVersion20100801": "cloudwatch"}
_VERSIONS = {"2011-06-15": "sts", "2010-03-31": "sns", "2012-11-05": "sqs", "2010-08-01": "cloudwatch"}


@dataclass(slots=True)
class Rule:
    """When a fault applies."""

    fault: Fault
    api: str = "*"
    """A shell pattern, such as ``sqs:Get*``."""
    thing: str = "*"
    """A shell pattern for the name of the queue, topic or subscription."""
    probability: float = 1.0
    times: int | None = None
    """How many more calls it applies to; None for all."""

    def matches(self, call: Call, random_source: random.Random) -> bool:
        """Tell whether ``call`` falls under this rule now; a rule with a number of times counts down."""
        if self.times == 0 or not (fnmatchcase(call.api, self.api) and fnmatchcase(call.thing, self.thing)):
            return False
        if self.probability < 1 and random_source.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(slots=True)
class Proxy:
    """A running proxy; rules may be added and lifted at any time, from any thread."""

    upstream: str
    """``http://HOST:PORT`` of the real server."""
    random_source: random.Random
    port: int = 0
    rules: list[Rule] = field(default_factory=list)
    """The first that matches decides."""
    calls: list[Call] = field(default_factory=list)
    """Every call that came in, whether or not it was let through."""
    _server: asyncio.Server | None = None
    _conversations: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """What the client takes for the server."""
        return f"http://127.0.0.1:{self.port}"

    def inject(
        self,
        fault: Fault,
        api: str = "*",
        thing: str = "*",
        *,
        probability: float = 1.0,
        times: int | None = None,
    ) -> Rule:
        """Let ``fault`` happen from now on; the newest rule comes first."""
        rule = Rule(fault, api, thing, probability, times)
        self.rules.insert(0, rule)
        return rule

    def mend(self, *rules: Rule) -> None:
        """Lift these rules, or all of them where none is named."""
        self.rules[:] = [rule for rule in self.rules if rules and rule not in rules]

    def count(self, api: str = "*", thing: str = "*") -> int:
        """Count the calls seen that match these patterns."""
        return sum(fnmatchcase(call.api, api) and fnmatchcase(call.thing, thing) for call in list(self.calls))

    async def listen(self) -> None:
        """Accept connections, on the same port as before."""
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Stop listening and drop what is open, so that connecting is refused until `listen`."""
        if self._server:
            self._server.close()
            self._server = None
        for task in list(self._conversations):
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._conversations.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while True:
                    await self._exchange(reader, writer)
        except ConnectionCutError:
            # a linger of no time turns the end of the connection into a reset
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        finally:
            self._conversations.discard(task)
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start, headers, body = await _read(reader)
        call = _identify(headers, body)
        self.calls.append(call)

        asked = body

        async def forward(body: bytes | None = None) -> Answer:
            return await self._forward(start, headers, asked if body is None else body)

        rule = next((rule for rule in list(self.rules) if rule.matches(call, self.random_source)), None)
        answer = await (rule.fault(call, forward) if rule else forward())
        lines = [
            f"HTTP/1.1 {answer.status} -",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        lines.append(f"Content-Length: {len(answer.body)}")
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + answer.body)
        await writer.drain()

    async def _forward(self, start: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Ask the real server, one connection a call; with HTTP/1.0 its answer is never chunked."""
        address = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            kept = [f"{name}: {value}" for name, value in headers.items() if name not in _HOP_BY_HOP]
            lines = [start.replace("HTTP/1.1", "HTTP/1.0"), *kept, f"content-length: {len(body)}"]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            status, own, answer = await _read(reader, unmeasured=reader.read)
        finally:
            writer.close()
        passed = {name: value for name, value in own.items() if name not in _HOP_BY_HOP}
        return Answer(int(status.split()[1]), passed, answer)


async def _nothing() -> bytes:
    return b""


async def _read(
    reader: asyncio.StreamReader, *, unmeasured: Callable[[], Awaitable[bytes]] = _nothing
) -> tuple[str, dict[str, str], bytes]:
    """Read first line, headers and body; ``unmeasured`` reads the body where no length is given."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip()
    start, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length")
    return start, headers, await (unmeasured() if length is None else reader.readexactly(int(length)))


def _identify(headers: Mapping[str, str], body: bytes) -> Call:
    service, _, action = headers.get("x-amz-target", "").partition(".")
    if action:
        parameters = json.loads(body or b"{}")
        api = f"{_TARGETS.get(service, service)}:{action}"
    else:
        parameters = dict(parse_qsl(body.decode()))
        api = f"{_VERSIONS.get(parameters.get('Version', ''), '?')}:{parameters.get('Action', '?')}"
    named = next((parameters[key] for key in _NAMING if key in parameters), "")
    return Call(api, name_of(named), bool(action), body)


@asynccontextmanager
async def start_proxy(upstream: str, *, seed: int = 1) -> AsyncIterator[Proxy]:
    """Run a proxy on the running loop for the length of the block.

    Args:
        upstream: ``http://HOST:PORT`` of the real server.
        seed: of the random source behind rules with a probability.
    """
    proxy = Proxy(upstream, random.Random(seed))
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.refuse()


@contextmanager
def start_proxy_thread(upstream: str, *, seed: int = 1) -> Iterator[Proxy]:
    """Run a proxy in a thread of its own, for clients that are processes or block."""
    proxy = Proxy(upstream, random.Random(seed))
    ready = threading.Event()
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        await proxy.listen()
        ends.append((asyncio.get_running_loop(), asyncio.Event()))
        ready.set()
        await ends[0][1].wait()
        await proxy.refuse()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the proxy did not start")
    try:
        yield proxy
    finally:
        ends[0][0].call_soon_threadsafe(ends[0][1].set)
        thread.join(10)
