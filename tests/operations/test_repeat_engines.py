"""A repeated message is there as often as it was said, exactly once each, on two real servers."""

from __future__ import annotations

import json

import pytest

from sqsview.domain.message import Attribute, Outgoing
from sqsview.operations.repeat import Repeat
from tests.operations.publish_world import world_on
from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.proxy import start_proxy_thread

pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


MANY = {"moto": 100, "ministack": 1_000}
"""moto counts all of its messages anew for every one that is sent or received, so that 1,000 take it a minute."""


async def test_many_messages_are_all_there_exactly_once(engine: Engine) -> None:
    many = MANY[engine.name]
    async with world_on(engine) as world:
        queue = await world.queue("orders")
        outgoing = Outgoing(
            '{"n": {{n}}, "id": "{{uuid}}", "at": "{{now}}"}', {"number": Attribute("Number", "{{n}}")}, group="t-{{n}}"
        )
        done = await Repeat(world.gateway, queue, outgoing, many).run()
        assert (done.sent, done.failed, done.unknown, done.left) == (many, 0, 0, 0)
        seen = await world.received(queue, many + 1)
    bodies = [json.loads(message.body) for message in seen]
    assert sorted(body["n"] for body in bodies) == list(range(1, many + 1))
    assert len({body["id"] for body in bodies}) == many
    assert all(message.attributes["number"].value == str(json.loads(message.body)["n"]) for message in seen)
    assert all(message.system["MessageGroupId"] == f"t-{json.loads(message.body)['n']}" for message in seen)


async def test_a_fifo_queue_gets_them_in_order(engine: Engine) -> None:
    async with world_on(engine) as world:
        queue = await world.queue("orders.fifo")
        outgoing = Outgoing("{{n}}", group="g", deduplication="{{uuid}}")
        done = await Repeat(world.gateway, queue, outgoing, 60).run()
        assert done.sent == 60
        seen = await world.received(queue, 61)
    assert [message.body for message in seen] == [str(number) for number in range(1, 61)]


async def test_a_topic_delivers_all_of_them(engine: Engine) -> None:
    async with world_on(engine) as world:
        queue = await world.queue("orders")
        topic = await world.topic("orders-topic", queue, raw=True)
        done = await Repeat(world.gateway, topic, Outgoing("{{n}}"), 100).run()
        assert done.sent == 100
        seen = await world.received(queue, 101)
    assert sorted(int(message.body) for message in seen) == list(range(1, 101))


async def test_large_messages_go_in_batches_that_fit(engine: Engine) -> None:
    """Ten of 300 KiB would be 3 MiB in one call, of which SQS takes one."""
    async with world_on(engine) as world:
        queue = await world.queue("orders")
        done = await Repeat(world.gateway, queue, Outgoing("{{n}} " + "x" * 300_000), 12).run()
        assert (done.sent, done.reasons) == (12, {})
        seen = await world.received(queue, 13)
    assert sorted(int(message.body.split()[0]) for message in seen) == list(range(1, 13))


async def test_the_entries_that_a_server_refuses_are_told_one_by_one(moto: Engine) -> None:
    with start_proxy_thread(moto.url) as proxy:
        async with world_on(moto, proxy.url) as world:
            queue = await world.queue("orders")
            proxy.inject(fault_kinds.failing_entries({"3", "7"}, "InternalError", "try again"), "sqs:SendMessageBatch")
            done = await Repeat(world.gateway, queue, Outgoing("{{n}}"), 30).run()
            seen = await world.received(queue, 31)
    assert (done.sent, done.failed, done.unknown) == (24, 6, 0)
    assert sorted(failure.number for failure in done.failures) == [4, 8, 14, 18, 24, 28]
    assert {failure.reason for failure in done.failures} == {"try again (InternalError)"}
    assert done.reasons == {"try again (InternalError)": 6}
    refused = {failure.number for failure in done.failures}
    assert sorted(int(message.body) for message in seen) == [n for n in range(1, 31) if n not in refused]


async def test_a_lost_answer_is_counted_as_not_known_and_the_rest_goes_on(moto: Engine) -> None:
    with start_proxy_thread(moto.url) as proxy:
        async with world_on(moto, proxy.url) as world:
            queue = await world.queue("orders.fifo")
            proxy.inject(fault_kinds.truncated(0.2), "sqs:SendMessageBatch", times=1)
            outgoing = Outgoing("{{n}}", group="g", deduplication="{{n}}")
            done = await Repeat(world.gateway, queue, outgoing, 30).run()
            seen = await world.received(queue, 31)
    assert (done.sent, done.failed, done.unknown) == (20, 0, 10)
    assert len(seen) == 30, "the answer was lost, and not the messages"


async def test_a_throttled_call_is_repeated_by_the_adapter_for_it_was_not_taken(moto: Engine) -> None:
    with start_proxy_thread(moto.url) as proxy:
        async with world_on(moto, proxy.url) as world:
            queue = await world.queue("orders")
            proxy.inject(fault_kinds.throttled_sqs(), "sqs:SendMessageBatch", times=1)
            done = await Repeat(world.gateway, queue, Outgoing("{{n}}"), 20).run()
            seen = await world.received(queue, 21)
    assert (done.sent, len(seen)) == (20, 20)
