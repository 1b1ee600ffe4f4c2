"""Moves on two real servers: bytes, types, groups and order arrive as they were."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sqsview.clock import SystemClock
from sqsview.domain.copying import COUNTER
from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import Destination
from sqsview.domain.queue import QueueRef
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.mover import Move, MoveProgress, Mover
from tests.operations.publish_world import World, world_on
from tests.support.engines import Engine

pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")

MOTO = pytest.mark.parametrize("engine", ["moto"], indirect=True)
MINISTACK = pytest.mark.parametrize("engine", ["ministack"], indirect=True)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


async def moved(world: World, move: Move) -> MoveProgress:
    return await Mover(world.gateway, move, Journal(), Ledger(), SystemClock(), hold=20).run()


async def put(world: World, queue: QueueRef, *messages: Outgoing) -> None:
    for message in messages:
        await world.gateway.send_message(queue, message)


def ref(destination: Destination) -> QueueRef:
    assert destination.ref is not None
    return destination.ref


AWKWARD: Sequence[Outgoing] = (
    Outgoing("plain"),
    Outgoing("ünïcode 🎉 \t\r\n line", {"note": Attribute("String.label", "ø 🎉")}),
    Outgoing("numbers", {"n": Attribute("Number", "12345678901234567890.000001"), "i": Attribute("Number.int", "007")}),
    Outgoing("bytes", {"b": Attribute("Binary", bytes(range(256))), "g": Attribute("Binary.gzip", b"\x1f\x8b\x00")}),
    Outgoing("ten", {f"a{number}": Attribute("String", str(number)) for number in range(10)}),
    Outgoing("x" * 700_000),
    Outgoing("y" * 700_000, {"after": Attribute("String", "a large one")}),
    Outgoing("traced", trace_header="Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"),
)


async def test_every_byte_and_every_type_arrives(engine: Engine) -> None:
    """Two of them are 700 kB, which do not fit into one call together."""
    async with world_on(engine) as world:
        here, there = await world.queue("letters"), await world.queue("work")
        await put(world, ref(here), *AWKWARD)
        done = await moved(world, Move(ref(here), ref(there)))
        assert (done.moved, done.failed, done.doubtful) == (len(AWKWARD), 0, 0)
        arrived = {one.body: one for one in await world.received(there, 20)}
        assert await world.received(here, 1) == []
    assert set(arrived) == {message.body for message in AWKWARD}
    for message in AWKWARD:
        attributes = dict(arrived[message.body].attributes)
        counter = attributes.pop(COUNTER, None)
        assert attributes == message.attributes
        assert counter == (None if len(message.attributes) == 10 else Attribute("Number", "1"))
    assert arrived["traced"].system.get("AWSTraceHeader") == AWKWARD[-1].trace_header


async def test_a_fifo_queue_keeps_groups_order_and_deduplication(engine: Engine) -> None:
    async with world_on(engine) as world:
        here, there = await world.queue("letters.fifo"), await world.queue("work.fifo")
        sent = [
            Outgoing(f"{number}", group="abc"[number % 3], deduplication=f"{here.name}-{number}")
            for number in range(24)
        ]
        await put(world, ref(here), *sent)
        done = await moved(world, Move(ref(here), ref(there)))
        assert (done.moved, done.failed, done.doubtful) == (24, 0, 0)
        arrived = await world.received(there, 30)
    for place, group in enumerate("abc"):
        bodies = [int(one.body) for one in arrived if one.system["MessageGroupId"] == group]
        assert bodies == list(range(place, 24, 3))
    assert any("a fresh deduplication id" in note for note in done.notes)


@MINISTACK
async def test_what_was_sent_to_a_fifo_queue_a_moment_ago_is_not_swallowed_on_its_way_back(engine: Engine) -> None:
    """The queue still knows the deduplication ids of what comes back to it."""
    async with world_on(engine) as world:
        here, there = await world.queue("letters.fifo"), await world.queue("work.fifo")
        await put(
            world, ref(here), *(Outgoing(f"{number}", group="g", deduplication=f"{number}") for number in range(5))
        )
        for source, destination in ((here, there), (there, here), (here, there)):
            done = await moved(world, Move(ref(source), ref(destination)))
            assert done.moved == 5
        arrived = await world.received(there, 10)
    assert [one.body for one in arrived] == ["0", "1", "2", "3", "4"]
    assert {one.attributes[COUNTER].value for one in arrived} == {"3"}


async def test_a_standard_queue_gives_to_a_fifo_one_under_a_group_that_is_given(engine: Engine) -> None:
    async with world_on(engine) as world:
        here, there = await world.queue("letters"), await world.queue("work.fifo")
        await put(world, ref(here), *(Outgoing(f"{number}") for number in range(12)))
        done = await moved(world, Move(ref(here), ref(there), group="all"))
        assert done.moved == 12
        arrived = await world.received(there, 20)
    assert sorted(int(one.body) for one in arrived) == list(range(12))
    assert {one.system["MessageGroupId"] for one in arrived} == {"all"}


async def test_what_is_too_large_for_the_destination_stays_and_can_be_received(engine: Engine) -> None:
    async with world_on(engine) as world:
        here, there = await world.queue("letters"), await world.queue("work", MaximumMessageSize="1024")
        await put(world, ref(here), Outgoing("small"), Outgoing("x" * 5_000))
        done = await moved(world, Move(ref(here), ref(there)))
        left = await world.received(here, 2)
        arrived = await world.received(there, 2)
    assert {one.body for one in (*left, *arrived)} == {"small", "x" * 5_000}
    assert len(arrived) == done.moved
    assert len(left) == done.failed + done.doubtful


async def test_only_what_is_meant_goes_and_the_rest_is_free_at_once(engine: Engine) -> None:
    async with world_on(engine) as world:
        here, there = await world.queue("letters"), await world.queue("work")
        await put(world, ref(here), *(Outgoing(f"{number}") for number in range(30)))
        done = await moved(world, Move(ref(here), ref(there), matches=lambda message: message.body.endswith("7")))
        assert (done.moved, done.skipped) == (3, 27)
        assert len(await world.received(here, 40)) == 27
        assert sorted(one.body for one in await world.received(there, 5)) == ["17", "27", "7"]
