"""A queue that gives up after three receives, in memory, and looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from sqsview.domain.message import Outgoing
from sqsview.gateway import Gateway, Target
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, appraise
from tests.support.double import Account, queue_arn, queue_ref
from tests.support.time import OwnedClock


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock(auto=True)


@pytest.fixture
def account(clock: OwnedClock) -> Account:
    account = Account(clock, latency=0.02)
    account.add_queue("orders-dlq")
    account.add_queue("orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=3)
    return account


@pytest.fixture
async def gateway(account: Account) -> AsyncIterator[Gateway]:
    async with account.opener(Target()) as opened:
        yield opened


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def fill(account: Account, count: int, queue: str = "orders", **settings: object) -> None:
    for number in range(count):
        account.broker.put(queue, Outgoing(f"message {number}", **settings))  # type: ignore[arg-type]


Prepare = Callable[..., Awaitable[Look]]
"""Appraises a queue and makes a look at it, with the options of `Look`."""


@pytest.fixture
def prepare(gateway: Gateway, account: Account, ledger: Ledger) -> Prepare:
    async def prepared(queue: str = "orders", **options: object) -> Look:
        appraisal = await appraise(gateway, queue_ref(queue), ledger, account.clock)
        return Look(gateway, appraisal, ledger, account.clock, **options)  # type: ignore[arg-type]

    return prepared


def bodies(look: Look) -> list[str]:
    return [message.body for message in look.messages]


def receive_counts(account: Account, queue: str = "orders") -> list[int]:
    return [kept.receive_count for kept in account.broker.queues[queue]]


@dataclass
class Moment:
    """A moment in the course of a look that a test waits for."""

    when: Callable[[Look], bool]
    then: Callable[[], None] = lambda: None
    """What happens at it."""
    _look: Look | None = None
    _reached: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self) -> None:
        if self._look is not None and self.when(self._look) and not self._reached.is_set():
            self.then()
            self._reached.set()

    async def of(self, look: Look) -> None:
        """Wait until ``look`` has come to it."""
        self._look = look
        await self._reached.wait()
