"""The one way to the server: paced, retried, counted, translated, on a clock that the test owns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from sqsview.aws.calls import Calls
from sqsview.aws.meter import CallMeter
from sqsview.aws.pacing import Pacer
from sqsview.aws.situation import Situation
from sqsview.domain.snapshot import ApiFigures
from sqsview.errors import Denied, ServerFault, SessionError, Throttled
from sqsview.gateway import URGENT
from tests.aws.client_errors import client_error
from tests.support.time import OwnedClock

READ = "sqs:GetQueueAttributes"


class _Server:
    """Answers with what it was given, in turn; an exception is raised."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[dict[str, object]] = []

    async def __call__(self, **parameters: object) -> Mapping[str, Any]:
        self.asked.append(parameters)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Line:
    def __init__(self, budget: float | None = None, *, auto: bool = True) -> None:
        self.clock = OwnedClock(auto=auto)
        self.pacer = Pacer(self.clock, budget, {})
        self.meter = CallMeter(self.clock, self.pacer, priced=True)
        self.calls = Calls(
            pacer=self.pacer, meter=self.meter, situation=Situation(), clock=self.clock, random=lambda: 1.0
        )

    @property
    def figures(self) -> ApiFigures:
        (figures,) = self.meter.figures().apis
        return figures


@pytest.mark.parametrize("throttle", [client_error("RequestThrottled"), client_error("Throttled", status=429)], ids=str)
async def test_both_throttles_that_botocore_leaves_are_retried_counted_and_heeded(
    throttle: ClientError,
) -> None:
    line = _Line(budget=40.0)
    server = _Server(throttle, throttle, {"ok": True})
    assert await line.calls.call(READ, server, {"QueueUrl": "u"}) == {"ok": True}
    assert server.asked == [{"QueueUrl": "u"}] * 3
    assert (line.figures.calls, line.figures.errors, line.figures.throttles) == (3, 2, 2)
    assert line.pacer.budget is not None
    assert line.pacer.budget < 40.0


async def test_a_throttle_that_does_not_end_is_told_as_one() -> None:
    line = _Line()
    with pytest.raises(Throttled) as fault:
        await line.calls.call(READ, _Server(*[client_error("RequestThrottled")] * 3), thing="orders")
    assert fault.value.problem.thing == "orders"
    assert fault.value.problem.at == line.clock.epoch()


async def test_what_is_denied_is_asked_once_only() -> None:
    line = _Line()
    server = _Server(client_error("AccessDenied", status=403))
    with pytest.raises(Denied):
        await line.calls.call(READ, server)
    assert len(server.asked) == 1


async def test_a_call_that_must_not_be_sent_twice_is_not_after_a_lost_answer_but_is_after_a_throttle() -> None:
    line = _Line()
    with pytest.raises(ServerFault):
        await line.calls.call("sns:Publish", _Server(client_error("InternalError", status=500)), repeatable=False)
    answer = await line.calls.call(
        "sns:Publish", _Server(client_error("Throttled", status=429), {"n": 1}), repeatable=False
    )
    assert answer == {"n": 1}


async def test_retries_wait_for_their_turn_like_any_call() -> None:
    line = _Line(budget=1.0)
    start = line.clock.monotonic()
    for _ in range(4):
        await line.calls.call(READ, _Server({}))
    await line.calls.call(READ, _Server(client_error("InternalError", status=500), {}))
    assert line.clock.monotonic() - start >= 2.0


async def test_faults_of_the_session_are_told_as_such() -> None:
    with pytest.raises(SessionError):
        await _Line().calls.call(READ, _Server(NoCredentialsError()))


async def test_an_answer_that_breaks_the_parser_is_the_servers_fault() -> None:
    for junk in (KeyError("ListTopicsResult"), TypeError("x"), AttributeError("x")):
        with pytest.raises(ServerFault):
            await _Line().calls.call(READ, _Server(junk))


async def test_cancelling_passes_through_and_is_no_error() -> None:
    line = _Line()

    async def never(**_: object) -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(line.calls.call(READ, never))
    await line.clock.settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert line.meter.figures().apis == ()


async def test_calls_for_a_person_overtake_by_the_context_they_are_made_in() -> None:
    line = _Line(budget=1.0, auto=False)
    polling = [asyncio.create_task(line.calls.call(READ, _Server({}))) for _ in range(50)]
    await line.clock.settle()

    async def details() -> object:
        URGENT.set(True)
        return await line.calls.call(READ, _Server({"urgent": True}))

    task = asyncio.create_task(details())
    await line.clock.settle()
    assert task.done()
    for waiting in polling:
        waiting.cancel()
    await asyncio.gather(*polling, return_exceptions=True)


async def test_pages_are_asked_for_one_by_one_until_there_is_no_token() -> None:
    server = _Server({"n": 1, "NextToken": "a"}, {"n": 2, "NextToken": "b"}, {"n": 3})
    pages = _Line().calls.pages("sns:ListTopics", server, {"MaxResults": 5})
    assert (await anext(pages))["n"] == 1
    assert len(server.asked) == 1
    assert [page["n"] async for page in pages] == [2, 3]
    assert server.asked == [
        {"MaxResults": 5},
        {"MaxResults": 5, "NextToken": "a"},
        {"MaxResults": 5, "NextToken": "b"},
    ]


async def test_a_server_that_gives_the_same_token_for_ever_is_stopped() -> None:
    server = _Server(*[{"NextToken": "again"}] * 5)
    with pytest.raises(ServerFault):
        _ = [page async for page in _Line().calls.pages("sns:ListTopics", server)]
    assert len(server.asked) == 2
