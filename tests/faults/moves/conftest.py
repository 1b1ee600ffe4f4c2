"""The two queues on either server, and our way to them through a proxy that spoils what it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.gateway import Gateway, Target
from sqsview.operations import move_receiving
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.mover import Move, Mover
from tests.faults.moves.worlds import HERE, THERE, OnMinistack, World, moto_in_a_thread
from tests.support.proxy import Proxy, start_proxy


@pytest.fixture(autouse=True)
def _short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no messages: these servers have no samples, and every move ends with one or two empty answers."""
    monkeypatch.setattr(move_receiving, "WAIT", 0)


@pytest.fixture(params=["ministack", "moto"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Give each of the two servers in turn, with two empty queues."""
    if request.param == "ministack":
        yield OnMinistack(request.getfixturevalue("ministack"))
    else:
        with moto_in_a_thread() as moto:
            yield moto


@pytest.fixture
async def proxy(world: World) -> AsyncIterator[Proxy]:
    async with start_proxy(world.url) as running:
        yield running


@pytest.fixture
async def gateway(proxy: Proxy) -> AsyncIterator[Gateway]:
    async with open_gateway(Target(endpoint_url=proxy.url), budget=None) as opened:
        yield opened


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    kept = Journal(tmp_path / "state" / "operations.sqlite3")
    yield kept
    kept.close()


@pytest.fixture
async def mover(gateway: Gateway, journal: Journal) -> Mover:
    """Give a move of everything, which holds for two seconds at a time."""
    move = Move(await gateway.get_queue_url(HERE), await gateway.get_queue_url(THERE))
    return Mover(gateway, move, journal, Ledger(), SystemClock(), hold=2)
