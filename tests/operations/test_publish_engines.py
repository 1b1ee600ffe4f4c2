"""What is sent arrives as it was meant, on two real servers, read by boto3 as an independent eye and by ourselves."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import Destination, Field
from sqsview.errors import LostAnswer, Refused
from sqsview.operations.publish import send
from tests.operations.publish_world import World, envelope, world_on
from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.proxy import start_proxy_thread

ALL_TYPES = {
    "text": Attribute("String", "día ✓ \U0001f600 \t \n <&>\"'\\"),
    "whole": Attribute("Number", "-12"),
    "decimal": Attribute("Number", "3.50"),
    "binary": Attribute("Binary", bytes(range(256))),
    "labelled": Attribute("String.iso-date", "2025-06-15"),
    "labelled.number": Attribute("Number.int", "7"),
    "labelled-binary": Attribute("Binary.png", b"\x89PNG\r\n\x1a\n"),
    "list": Attribute("String.Array", '["a", 1, true, null]'),
}
TEXTS = {name: value for name, value in ALL_TYPES.items() if value.base != "Binary"}

pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
"""aiohttp warns from 1 MiB on that writing takes time; it takes a millisecond."""


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
async def world(engine: Engine) -> AsyncIterator[World]:
    async with world_on(engine) as opened:
        yield opened


async def _received_by_us(world: World, queue: Destination) -> Outgoing:
    """Receive with our own adapter, let go at once, and give what would send it again."""
    assert queue.ref is not None
    (message,) = await world.gateway.receive_message(queue.ref, maximum=1, wait=1, hold=30)
    await world.gateway.change_message_visibility_batch(queue.ref, [message.receipt], 0)
    return Outgoing(
        message.body,
        message.attributes,
        group=message.group,
        deduplication=message.deduplication,
        trace_header=message.trace_header,
    )


# -- queues


async def test_a_message_to_a_queue_arrives_with_every_type_of_attribute(world: World) -> None:
    queue = await world.queue("orders")
    outgoing = Outgoing('{"id": 1}\n', ALL_TYPES, trace_header="Root=1-5759e988-bd862e3fe1be46a994272793")
    sent = await send(world.gateway, queue, outgoing)
    assert await _received_by_us(world, queue) == outgoing
    (seen,) = await world.received(queue)
    assert (seen.id, seen.body, seen.attributes) == (sent.id, outgoing.body, outgoing.attributes)
    assert seen.system["AWSTraceHeader"] == outgoing.trace_header


async def test_a_message_to_a_fifo_queue_keeps_group_deduplication_and_order(world: World) -> None:
    queue = await world.queue("orders.fifo")
    for number in range(3):
        await send(world.gateway, queue, Outgoing(f"{number}", group="customer-7", deduplication=f"order!{number}"))
    copy = Outgoing("a copy", group="customer-7", deduplication="order!1")
    await send(world.gateway, queue, copy)  # taken, and swallowed
    seen = await world.received(queue, 4)
    assert [message.body for message in seen] == ["0", "1", "2"]
    assert {message.system["MessageGroupId"] for message in seen} == {"customer-7"}
    assert [message.system["MessageDeduplicationId"] for message in seen] == ["order!0", "order!1", "order!2"]


async def test_a_fifo_queue_gives_a_sequence_number(world: World) -> None:
    queue = await world.queue("orders.fifo", ContentBasedDeduplication="true")
    assert queue.content_based_deduplication
    sent = await send(world.gateway, queue, Outgoing("one", group="g", deduplication="d"))
    assert sent.sequence
    assert sent.sequence.isdecimal()


async def test_a_fifo_queue_that_makes_the_id_of_the_body_swallows_the_same_body(world: World) -> None:
    queue = await world.queue("orders.fifo", ContentBasedDeduplication="true")
    for body in ("one", "one", "two"):
        await send(world.gateway, queue, Outgoing(body, group="g"))
    assert [message.body for message in await world.received(queue, 3)] == ["one", "two"]


async def test_a_standard_queue_takes_a_message_group(world: World) -> None:
    """Fair queues: the group is no matter of order there."""
    queue = await world.queue("orders")
    await send(world.gateway, queue, Outgoing("one", group="tenant-1"))
    (seen,) = await world.received(queue)
    assert seen.system["MessageGroupId"] == "tenant-1"


async def test_a_delayed_message_comes_after_its_delay(world: World) -> None:
    queue = await world.queue("orders")
    sent_at = time.monotonic()
    await send(world.gateway, queue, Outgoing("later", delay=2))
    seen = await world.received(queue)
    while not seen:
        seen = await world.received(queue)
    assert time.monotonic() - sent_at >= 1.9
    assert seen[0].body == "later"


async def test_a_body_of_exactly_the_limit_arrives_and_one_byte_more_is_refused_before_it_is_sent(
    world: World,
) -> None:
    queue = await world.queue("orders", MaximumMessageSize="1048576")
    attributes = {"a": Attribute("String", "1")}  # 1 + 6 + 1 bytes
    whole = "ä" * ((queue.limit - 8) // 2)
    await send(world.gateway, queue, Outgoing(whole, attributes))
    (seen,) = await world.received(queue)
    assert seen.body == whole
    with pytest.raises(Refused, match="1 too many") as caught:
        await send(world.gateway, queue, Outgoing(whole + "x", attributes))
    assert caught.value.field is Field.BODY


async def test_the_queues_own_limit_counts(world: World) -> None:
    queue = await world.queue("small", MaximumMessageSize="1024")
    assert queue.limit == 1024
    with pytest.raises(Refused, match="1,025 bytes, and small takes 1,024"):
        await send(world.gateway, queue, Outgoing("x" * 1025))
    await send(world.gateway, queue, Outgoing("x" * 1024))
    assert len(await world.received(queue)) == 1


ALLOWED = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
    lambda character: character in "\t\n\r" or ord(character) >= 32
)


async def test_every_body_of_allowed_characters_arrives_as_it_was(
    ministack: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_on(ministack) as world:
        queue = await world.queue("orders")
        bodies: list[str] = []

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.text(ALLOWED, min_size=1, max_size=400))
        def gather(body: str) -> None:
            bodies.append(body)

        gather()
        for body in ("\t", "\r\n", " ", "\ue000\ufffd\U0010ffff", "x" * (1 << 20), "\U0001f600" * (1 << 18)):
            bodies.append(body)
        for body in bodies:
            await send(world.gateway, queue, Outgoing(body))
        seen = await world.received(queue, len(bodies))
        assert sorted(message.body for message in seen) == sorted(bodies)


# -- topics


async def test_a_topic_delivers_raw_what_was_published_with_every_type_of_attribute(world: World) -> None:
    """But for binary ones on moto, which delivers base64 where bytes belong, and then fails at every receive."""
    queue = await world.queue("orders")
    topic = await world.topic("orders-topic", queue, raw=True)
    outgoing = Outgoing('{"id": 1}\n', TEXTS if world.engine.name == "moto" else ALL_TYPES)
    await send(world.gateway, topic, outgoing)
    assert await _received_by_us(world, queue) == outgoing
    (seen,) = await world.received(queue)
    assert (seen.body, seen.attributes) == (outgoing.body, outgoing.attributes)


async def test_a_topic_delivers_in_an_envelope_with_subject_and_attributes(world: World) -> None:
    """But for binary ones on ministack, whose envelopes hold only the values of texts."""
    queue = await world.queue("orders")
    topic = await world.topic("orders-topic", queue)
    attributes = TEXTS if world.engine.name == "ministack" else ALL_TYPES
    outgoing = Outgoing("día ✓", attributes, subject="Déjà vu")
    sent = await send(world.gateway, topic, outgoing)
    (seen,) = await world.received(queue)
    found = envelope(seen)
    assert (found["Type"], found["MessageId"], found["TopicArn"]) == ("Notification", sent.id, topic.arn)
    assert (found["Message"], found["Subject"]) == (outgoing.body, outgoing.subject)
    values = {
        name: Attribute(
            value["Type"], base64.b64decode(value["Value"]) if value["Type"].startswith("Binary") else value["Value"]
        )
        for name, value in found["MessageAttributes"].items()
    }
    assert values == outgoing.attributes


async def test_a_queue_gets_its_own_body_of_a_message_with_one_for_each_protocol(world: World) -> None:
    queue = await world.queue("orders")
    topic = await world.topic("orders-topic", queue)
    await send(world.gateway, topic, Outgoing('{"default": "for all", "sqs": "for queues"}', structure=True))
    (seen,) = await world.received(queue)
    assert envelope(seen)["Message"] == "for queues"


async def test_a_queue_gets_the_default_body_where_it_has_none_of_its_own(world: World) -> None:
    queue = await world.queue("orders")
    topic = await world.topic("orders-topic", queue)
    await send(world.gateway, topic, Outgoing('{"default": "for all", "sms": "short"}', structure=True))
    (seen,) = await world.received(queue)
    assert envelope(seen)["Message"] == "for all"


async def test_a_fifo_topic_hands_group_and_deduplication_to_its_queue(world: World) -> None:
    queue = await world.queue("orders.fifo")
    topic = await world.topic("orders-topic.fifo", queue, raw=True)
    for number in range(3):
        await send(world.gateway, topic, Outgoing(f"{number}", group="customer-7", deduplication=f"d{number}"))
    seen = await world.received(queue, 3)
    assert [message.body for message in seen] == ["0", "1", "2"]
    assert {message.system["MessageGroupId"] for message in seen} == {"customer-7"}


# -- refusals and lost answers


async def test_what_would_be_refused_costs_no_call(moto: Engine) -> None:
    with start_proxy_thread(moto.url) as proxy:
        async with world_on(moto, proxy.url) as world:
            queue = await world.queue("orders.fifo")
            with pytest.raises(Refused, match="a FIFO queue needs a message group") as caught:
                await send(world.gateway, queue, Outgoing("one", deduplication="d"))
        assert caught.value.field is Field.GROUP
        assert proxy.count("sqs:SendMessage") == 0


async def test_a_refusal_of_the_server_is_at_the_field_that_it_names(ministack: Engine) -> None:
    """The settings could not be read, so only the server knows that an id is needed."""
    async with world_on(ministack) as world:
        known = await world.queue("orders.fifo")
        unread = Destination(
            known.kind,
            known.arn,
            known.name,
            known.limit,
            limit_told=False,
            content_based_deduplication=None,
            ref=known.ref,
        )
        with pytest.raises(Refused, match="ContentBasedDeduplication") as caught:
            await send(world.gateway, unread, Outgoing("one", group="g"))
    assert caught.value.field is Field.DEDUPLICATION


@pytest.mark.parametrize("fault", [fault_kinds.reset(), fault_kinds.html(503), fault_kinds.truncated(0.3)])
async def test_a_lost_answer_is_no_refusal_and_the_message_is_not_sent_again(
    moto: Engine, fault: fault_kinds.Fault
) -> None:
    with start_proxy_thread(moto.url) as proxy:
        async with world_on(moto, proxy.url) as world:
            queue = await world.queue("orders")
            proxy.inject(fault, "sqs:SendMessage")
            with pytest.raises(LostAnswer, match="it may have been sent, but that is not known"):
                await send(world.gateway, queue, Outgoing("one"))
        assert proxy.count("sqs:SendMessage") == 1


async def test_what_never_reached_the_server_is_told_as_not_sent(moto: Engine) -> None:
    async with world_on(moto) as world:
        queue = await world.queue("orders")
    async with world_on(moto, "http://127.0.0.1:9") as nowhere:
        with pytest.raises(Refused, match="refuses the connection"):
            await send(nowhere.gateway, queue, Outgoing("one"))


async def test_a_lack_of_permission_is_no_fault_of_a_field(moto: Engine) -> None:
    with start_proxy_thread(moto.url) as proxy:
        async with world_on(moto, proxy.url) as world:
            queue = await world.queue("orders")
            proxy.inject(fault_kinds.denied(), "sqs:SendMessage")
            with pytest.raises(Refused, match="not permitted") as caught:
                await send(world.gateway, queue, Outgoing("one"))
        assert caught.value.field is None
