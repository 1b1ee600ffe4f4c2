"""A dead-letter queue and a work queue in memory, and moves between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from sqsview.domain.message import Attribute, Message, Outgoing
from sqsview.gateway import Gateway, Target
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.mover import Move, Mover
from tests.support.double import Account, queue_ref
from tests.support.double_messages import Kept
from tests.support.time import OwnedClock

LETTERS, WORK = queue_ref("orders-dlq"), queue_ref("orders")
FIFO_LETTERS, FIFO_WORK = queue_ref("bills-dlq.fifo"), queue_ref("bills.fifo")


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock(auto=True)


@pytest.fixture
def account(clock: OwnedClock) -> Account:
    account = Account(clock, latency=0.02)
    for ref in (LETTERS, WORK, FIFO_LETTERS, FIFO_WORK):
        account.add_queue(ref.name)
    return account


@pytest.fixture
async def gateway(account: Account) -> AsyncIterator[Gateway]:
    async with account.opener(Target()) as opened:
        yield opened


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def journal(clock: OwnedClock) -> Journal:
    return Journal(None, clock)


Prepare = Callable[..., Mover]
"""Makes a mover of a `Move`, with the options of `Mover`."""


@pytest.fixture
def prepare(gateway: Gateway, ledger: Ledger, journal: Journal, clock: OwnedClock) -> Prepare:
    def prepared(move: Move | None = None, **options: object) -> Mover:
        return Mover(gateway, move or Move(LETTERS, WORK), journal, ledger, clock, **options)  # type: ignore[arg-type]

    return prepared


async def filled(account: Account, count: int, queue: str = LETTERS.name, *, ago: float = 3_600.0, **told: str) -> None:
    """Put messages into a queue, so long ago; ``told`` are fields of `Outgoing`."""
    for number in range(count):
        attributes = {"number": Attribute("Number", str(number)), "raw": Attribute("Binary", bytes([number % 256]))}
        account.broker.put(queue, Outgoing(f"message {number}", attributes, **told))  # type: ignore[arg-type]
    await account.clock.sleep(ago)


def kept(account: Account, queue: str) -> Sequence[Kept]:
    return account.broker.queues.get(queue, [])


def bodies(account: Account, queue: str) -> list[str]:
    return [each.outgoing.body for each in kept(account, queue)]


async def received(gateway: Gateway, count: int, *, hold: int = 60) -> tuple[Message, ...]:
    """Receive as a screen does that holds what it shows."""
    found: list[Message] = []
    while len(found) < count:
        found += await gateway.receive_message(LETTERS, maximum=min(10, count - len(found)), wait=0, hold=hold)
    return tuple(found)
