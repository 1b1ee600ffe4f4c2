"""An account in memory with queues to export from and to import into."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from sqsview.domain.message import EntryFault, Outgoing
from sqsview.gateway import Gateway, Target
from sqsview.operations.export import Export
from sqsview.operations.import_plan import queue_to_fill
from sqsview.operations.importing import Import
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from tests.support.double import Account, queue_arn, queue_ref
from tests.support.time import OwnedClock


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let threads do their work at once: a clock that goes on by itself would run away while one is at work."""

    async def inline(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return work(*arguments, **named)

    monkeypatch.setattr(asyncio, "to_thread", inline)


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock(auto=True)


@pytest.fixture
def account(clock: OwnedClock) -> Account:
    account = Account(clock, latency=0.02)
    account.add_queue("orders-dlq")
    account.add_queue("orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=3)
    account.add_queue("events")
    account.add_queue("orders.fifo")
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
    return Journal(clock=clock)


def fill(account: Account, count: int, queue: str = "orders-dlq", **settings: object) -> None:
    for number in range(1, count + 1):
        account.broker.put(queue, Outgoing(f"message {number}", **settings))  # type: ignore[arg-type]


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def names_in(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def bodies_in(account: Account, queue: str = "events") -> list[str]:
    return [kept.outgoing.body for kept in account.broker.queues.get(queue, [])]


def refuse(account: Account, *bodies: str, sender_fault: bool = True) -> None:
    fault = EntryFault("Refused", "no", sender_fault=sender_fault)
    account.broker.refuse = lambda message: fault if message.body in bodies else None


def accept_all(account: Account) -> None:
    account.broker.refuse = lambda message: None


Exporting = Callable[..., Export]


@pytest.fixture
def export(gateway: Gateway, account: Account, ledger: Ledger, tmp_path: Path) -> Exporting:
    """Prepare an export of a queue to ``messages.jsonl``, with the options of `Export`."""

    def prepared(queue: str = "orders-dlq", **options: Any) -> Export:
        path = tmp_path / "messages.jsonl"
        return Export(gateway, queue_ref(queue), path, ledger, account.clock, **options)

    return prepared


Importing = Callable[..., Awaitable[Import]]


@pytest.fixture
def importing(gateway: Gateway, account: Account, journal: Journal) -> Importing:
    """Prepare an import of a file into a queue, with the options of `Import`."""

    async def prepared(path: Path, queue: str = "events", **options: Any) -> Import:
        destination = await queue_to_fill(gateway, queue)
        return Import(gateway, destination, path, journal, account.clock, **options)

    return prepared


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of messages with these bodies, and the same other members each."""

    def written(bodies: Iterable[object], name: str = "messages.jsonl", **members: object) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps({"body": str(body), **members}) + "\n" for body in bodies))
        return path

    return written


Write = Callable[..., Path]
