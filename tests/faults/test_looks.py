"""A look through a proxy that spoils what it is told to: nothing stays held, and every receive is in the record."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.domain.problem import ProblemKind
from sqsview.errors import GatewayError, LookRefused, Throttled
from sqsview.gateway import Gateway, Target
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import HOLD, Look, Stage, appraise
from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Answer, Call, Fault, Forward
from tests.support.proxy import Proxy, start_proxy

MESSAGES = 25
WHICHEVER = pytest.mark.parametrize("engine", ["moto"], indirect=True)
"""For what the proxy does, so that it is the same with either server."""


class Queue:
    """A queue on a real server, as somebody else sees it."""

    def __init__(self, sqs: Any, name: str = "work") -> None:
        self._sqs = sqs
        letters = sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        self.url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"]

    def send(self, count: int) -> None:
        for number in range(count):
            self._sqs.send_message(QueueUrl=self.url, MessageBody=str(number))

    @property
    def held(self) -> int:
        told = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        return int(told["ApproximateNumberOfMessagesNotVisible"])

    def consume(self) -> int:
        """Receive as a consumer does, and give how many messages came."""
        received: set[str] = set()
        while batch := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            received.update(one["MessageId"] for one in batch)
        return len(received)


@pytest.fixture
async def proxy(engine: Engine) -> AsyncIterator[Proxy]:
    async with start_proxy(engine.url) as running:
        yield running


@pytest.fixture
async def gateway(proxy: Proxy) -> AsyncIterator[Gateway]:
    async with open_gateway(Target(endpoint_url=proxy.url), budget=None) as opened:
        yield opened


@pytest.fixture
async def queue(engine: Engine) -> AsyncIterator[Queue]:
    with engine.client("sqs") as sqs:
        made = Queue(sqs)
        await asyncio.to_thread(made.send, MESSAGES)
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "state" / "ledger.sqlite3")


async def prepared(gateway: Gateway, ledger: Ledger, **options: object) -> Look:
    found = await gateway.get_queue_url("work")
    clock = SystemClock()
    return Look(gateway, await appraise(gateway, found, ledger, clock), ledger, clock, **options)  # type: ignore[arg-type]


async def test_a_look_through_a_slow_network_gives_everything_back(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    proxy.inject(fault_kinds.latency(0.2), "sqs:ReceiveMessage")
    look = await prepared(gateway, ledger)
    await look.gather(MESSAGES)
    assert len(look.messages) == MESSAGES
    assert await asyncio.to_thread(lambda: queue.held) == 0


async def test_no_receive_asks_for_a_visibility_of_zero(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    """One moto would lose messages by it, and of SQS the same message could come twice at once."""
    for _ in range(2):
        await (await prepared(gateway, ledger)).gather(MESSAGES)
    received = [json.loads(call.body) for call in proxy.calls if call.api == "sqs:ReceiveMessage"]
    assert received
    assert {(body["VisibilityTimeout"], body["WaitTimeSeconds"]) for body in received} == {(HOLD, 1)}


async def test_two_of_ten_that_cannot_be_released_are_tried_again(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    fault = fault_kinds.failing_entries({"3", "7"}, "InternalError", "sorry")
    proxy.inject(fault, "sqs:ChangeMessageVisibilityBatch", times=1)
    look = await prepared(gateway, ledger)
    await look.gather(MESSAGES)
    assert look.notes == ()
    assert await asyncio.to_thread(lambda: queue.held) == 0


@WHICHEVER
async def test_two_that_can_never_be_released_are_told(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    proxy.inject(_two_for_ever(), "sqs:ChangeMessageVisibilityBatch")
    look = await prepared(gateway, ledger, hold=3)
    await look.gather(10)
    assert len(look.notes) == 1
    assert look.notes[0].startswith("2 of 10 could not be released: they come back by themselves within ")
    proxy.mend()
    await _until(lambda: queue.held == 0, within=4)
    assert await asyncio.to_thread(queue.consume) == MESSAGES


def _two_for_ever() -> Fault:
    """Never change the visibility of the first two messages that are seen; of the others, do."""
    stubborn: list[str] = []

    async def fault(call: Call, forward: Forward) -> Answer:
        asked = json.loads(call.body)
        entries = {entry["Id"]: entry for entry in asked["Entries"]}
        if not stubborn:
            stubborn.extend(entry["ReceiptHandle"] for entry in asked["Entries"][:2])
        failing = {key for key, entry in entries.items() if entry["ReceiptHandle"] in stubborn}
        if failing == set(entries):
            failed = [{"Id": key, "Code": "InternalError", "Message": "sorry", "SenderFault": False} for key in failing]
            return await fault_kinds.fixed(json.dumps({"Failed": failed}).encode())(call, forward)
        return await fault_kinds.failing_entries(failing, "InternalError", "sorry")(call, forward)

    return fault


@WHICHEVER
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault_kinds.reset(), id="reset"),
        pytest.param(fault_kinds.html(503), id="a page of HTML"),
        pytest.param(fault_kinds.throttled_sqs(), id="throttled"),
    ],
)
async def test_a_release_that_fails_now_and_then_is_made_good(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger, fault: Fault
) -> None:
    proxy.inject(fault, "sqs:ChangeMessageVisibilityBatch", times=2)
    look = await prepared(gateway, ledger)
    await look.gather(MESSAGES)
    assert (look.notes, look.stage) == ((), Stage.RELEASED)
    assert await asyncio.to_thread(lambda: queue.held) == 0


@WHICHEVER
async def test_a_receive_that_is_throttled_once_is_repeated_and_twice_over_is_told(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    rule = proxy.inject(fault_kinds.throttled_sqs(), "sqs:ReceiveMessage", times=1)
    look = await prepared(gateway, ledger)
    await look.gather(MESSAGES)
    assert len(look.messages) == MESSAGES
    proxy.mend(rule)
    proxy.inject(fault_kinds.throttled_sqs(), "sqs:ReceiveMessage")
    refused = await prepared(gateway, ledger)
    with pytest.raises(Throttled):
        await refused.gather(MESSAGES)
    assert refused.problem is not None
    assert refused.problem.kind is ProblemKind.THROTTLED
    assert ledger.knowledge(look.appraisal.key).unanswered == 0, "what is throttled is not received"


@WHICHEVER
@pytest.mark.parametrize("after_the_server", [True, False], ids=["answer lost", "question lost"])
async def test_an_answer_that_is_lost_counts_as_a_look(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger, after_the_server: bool
) -> None:
    """The server may have hidden ten messages and counted; nobody can know, so the next look reckons with it."""

    async def lost(call: Call, forward: Forward) -> Answer:
        if after_the_server:
            await forward()
        return await fault_kinds.reset()(call, forward)

    proxy.inject(lost, "sqs:ReceiveMessage", times=1)
    look = await prepared(gateway, ledger, hold=1)
    with pytest.raises(GatewayError):
        await look.gather(MESSAGES)
    assert (await prepared(gateway, ledger)).allowance.looks_left == 1
    await _until(lambda: queue.held == 0, within=5)
    assert await asyncio.to_thread(queue.consume) == MESSAGES, "each message still had a try"


@WHICHEVER
async def test_lost_answers_end_in_a_question_before_a_message_loses_its_last_try(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    async def lost(call: Call, forward: Forward) -> Answer:
        await forward()
        return await fault_kinds.reset()(call, forward)

    proxy.inject(lost, "sqs:ReceiveMessage")
    for _ in range(2):
        with pytest.raises(GatewayError):
            await (await prepared(gateway, ledger, hold=1)).gather(10)
        await _until(lambda: queue.held == 0, within=5)
    with pytest.raises(LookRefused, match="the answers of 2 looks at work never came"):
        await (await prepared(gateway, ledger)).gather(10)
    proxy.mend()
    assert await asyncio.to_thread(queue.consume) == MESSAGES


@WHICHEVER
async def test_every_receive_is_counted_whatever_happens_around_it(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    fault = fault_kinds.failing_entries({"1", "2"}, "InternalError", "sorry")
    proxy.inject(fault, "sqs:ChangeMessageVisibilityBatch", probability=0.5)
    proxy.inject(fault_kinds.throttled_sqs(), "sqs:*Visibility*", probability=0.3)
    look = await prepared(gateway, ledger, hold=2)
    await look.gather(MESSAGES)
    (figures,) = ledger.figures()
    assert (figures.receives, look.receives) == (MESSAGES, MESSAGES)
    await _until(lambda: queue.held == 0, within=4)


async def test_a_cancellation_in_the_middle_of_slow_receives_gives_everything_back(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    """What is under way at that moment is waited for, as it would be held by nobody else."""
    proxy.inject(fault_kinds.latency(0.5), "sqs:ReceiveMessage")
    look = await prepared(gateway, ledger)
    looking = asyncio.create_task(look.gather(MESSAGES))
    await _until(lambda: proxy.count("sqs:ReceiveMessage") > 1, within=10)
    started = time.monotonic()
    looking.cancel()
    await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert time.monotonic() - started < 5
    assert look.receives >= 10
    assert await asyncio.to_thread(lambda: queue.held) == 0
    assert ledger.knowledge(look.appraisal.key).unanswered == 0


@WHICHEVER
async def test_a_server_that_falls_silent_does_not_keep_the_program(
    gateway: Gateway, proxy: Proxy, queue: Queue, ledger: Ledger
) -> None:
    look = await prepared(gateway, ledger, hold=2)
    proxy.inject(fault_kinds.silence(), "sqs:ReceiveMessage")
    looking = asyncio.create_task(look.gather(MESSAGES))
    await _until(lambda: proxy.count("sqs:ReceiveMessage") > 0, within=10)
    started = time.monotonic()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert time.monotonic() - started < 5.5
    assert ledger.knowledge(look.appraisal.key).unanswered == 1


async def test_a_dead_letter_queue_stays_held_beyond_one_hold_and_is_then_free(
    gateway: Gateway, queue: Queue, ledger: Ledger
) -> None:
    look = await prepared(gateway, ledger, hold=2, keep=True)
    await look.gather(MESSAGES)
    began = time.monotonic()
    while time.monotonic() - began < 3.5:
        assert await asyncio.to_thread(lambda: queue.held) == MESSAGES
        await asyncio.sleep(0.25)
    await look.release()
    assert await asyncio.to_thread(lambda: queue.held) == 0


# -- the program is killed

_CHILD = """
import asyncio, sys
from pathlib import Path
from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.gateway import Target
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, appraise

async def main():
    clock, ledger = SystemClock(), Ledger(Path(sys.argv[2]))
    async with open_gateway(Target(endpoint_url=sys.argv[1]), budget=None) as gateway:
        queue = await gateway.get_queue_url("work")
        look = Look(gateway, await appraise(gateway, queue, ledger, clock), ledger, clock, hold=2, keep=True)
        await look.gather(int(sys.argv[3]))
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("wanted", [MESSAGES, 1_000], ids=["while it holds", "while it receives"])
async def test_killing_the_program_holds_nothing_for_longer_than_the_hold(
    engine: Engine, queue: Queue, tmp_path: Path, wanted: int
) -> None:
    ledger = tmp_path / "state" / "ledger.sqlite3"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _CHILD,
        engine.url,
        str(ledger),
        str(wanted),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdout=asyncio.subprocess.PIPE,
    )
    await _until(lambda: queue.held == MESSAGES, within=20)
    if wanted == MESSAGES:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"held\n"
    process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    await process.wait()
    await _until(lambda: queue.held == 0, within=4)
    # 2 s of the hold; what it was renewed by was renewed before
    assert time.monotonic() - killed < 3
    kept = Ledger(ledger)
    (figures,) = kept.figures()
    # The last answer may have come just before the kill; the look is still open then, which the next one reckons with.
    known = figures.receives + (10 if wanted > MESSAGES else 0)
    assert known >= MESSAGES, "more where the machine was too slow for a hold of 2 s"
    unanswered = kept.knowledge(figures.key).unanswered
    assert unanswered == (0 if wanted == MESSAGES else 1), "a receive that was under way may have counted"
    kept.close()
    assert await asyncio.to_thread(queue.consume) == MESSAGES


async def _until(condition: Any, *, within: float) -> None:
    deadline = time.monotonic() + within
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, f"not so within {within:g} s"
        await asyncio.sleep(0.05)
