"""In read-only mode no command, and no operation that forgets to ask, makes a call that is not a read."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.domain.fan_out import plan, read_description
from sqsview.domain.move_task import MoveStatus, MoveTask
from sqsview.errors import SqsviewError
from sqsview.gateway import READS, Gateway, Target
from sqsview.operations.audit import AuditLog
from sqsview.operations.delete import delete_queue, delete_topic, unsubscribe
from sqsview.operations.export import Export
from sqsview.operations.fanout import Build
from sqsview.operations.fanout_reading import read_existing
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.move_task import ServerMove, cancel
from sqsview.operations.mover import Move, Mover
from sqsview.operations.purge import Purge
from tests.support import things
from tests.support.engines import Engine
from tests.support.letters import arn
from tests.support.proxy import Proxy
from tests.support.shell import Shell, shell_in

LINE = json.dumps({"body": "x"})
FAN_OUT = '[topic]\nname = "sales"\n[[queues]]\nname = "new"\n'


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return shell_in(tmp_path / "home").with_keys()


def called(proxy: Proxy) -> set[str]:
    """Give the operations that reached the server, as the port spells them."""
    return {re.sub(r"(?<=.)([A-Z])", r"_\1", call.api.partition(":")[2]).lower() for call in proxy.calls}


COMMANDS = [
    "redrive orders-dlq",
    "redrive orders-dlq --to stock",
    "redrive orders-dlq --to stock --filter one --rate 5",
    "redrive orders-dlq --to stock --spend-last-receive",
    "redrive orders-dlq --dry-run",
    "redrive orders-dlq --resume",
    "redrive orders-dlq --anew --confirm orders-dlq",
    "purge stock --confirm stock",
    "purge stock --confirm stock --backup {folder}/backup.jsonl",
    "export stock {folder}/export.jsonl",
    "import {folder}/messages.jsonl stock",
    "import {folder}/messages.jsonl stock --again --confirm stock",
    "publish stock --body x",
    "publish sales --body x --repeat 3",
    "peek stock --spend-last-receive",
    "fanout {folder}/fan-out.toml",
    "fanout {folder}/fan-out.toml --trace --confirm sales",
]


@pytest.mark.parametrize("line", COMMANDS)
async def test_every_command_that_changes_something_is_refused_and_the_server_sees_only_reads(
    shell: Shell, proxy: Proxy, tmp_path: Path, line: str
) -> None:
    (tmp_path / "messages.jsonl").write_text(f"{LINE}\n")
    (tmp_path / "fan-out.toml").write_text(FAN_OUT)
    arguments = line.format(folder=tmp_path).split()
    ended = await asyncio.to_thread(shell.run, *arguments, "--read-only", "--endpoint-url", proxy.url)
    assert ended.code == 1
    assert "is refused in read-only mode" in ended.err
    assert called(proxy) <= READS
    assert not (shell.home / ".local/state/sqsview/audit.jsonl").exists(), "nothing was even announced"


@pytest.fixture
async def gateway(proxy: Proxy) -> AsyncIterator[Gateway]:
    async with open_gateway(Target(endpoint_url=proxy.url), budget=None, read_only=True) as opened:
        yield opened


Verb = Callable[[Gateway, Engine, Path], Awaitable[object]]


async def _purge(gateway: Gateway, engine: Engine, folder: Path) -> object:
    queue = await gateway.get_queue_url("stock")
    return await Purge(gateway, queue, AuditLog(), Journal(), Ledger(), SystemClock()).run()


async def _server_move(gateway: Gateway, engine: Engine, folder: Path) -> object:
    queue = await gateway.get_queue_url("orders-dlq")
    return await ServerMove(gateway, queue, Journal(), SystemClock()).run()


async def _cancel(gateway: Gateway, engine: Engine, folder: Path) -> object:
    return await cancel(gateway, MoveTask(arn(engine, "orders-dlq"), MoveStatus.RUNNING, "handle"))


async def _move(gateway: Gateway, engine: Engine, folder: Path) -> object:
    source, to = await gateway.get_queue_url("orders-dlq"), await gateway.get_queue_url("stock")
    return await Mover(gateway, Move(source, to), Journal(), Ledger(), SystemClock()).run()


async def _delete_messages(gateway: Gateway, engine: Engine, folder: Path) -> object:
    move = Move(await gateway.get_queue_url("stock"), delete_only=True)
    return await Mover(gateway, move, Journal(), Ledger(), SystemClock()).run()


async def _export(gateway: Gateway, engine: Engine, folder: Path) -> object:
    queue = await gateway.get_queue_url("stock")
    return await Export(gateway, queue, folder / "export.jsonl", Ledger(), SystemClock()).run()


async def _delete_queue(gateway: Gateway, engine: Engine, folder: Path) -> object:
    return await delete_queue(gateway, things.queue("stock"), AuditLog(), SystemClock())


async def _delete_topic(gateway: Gateway, engine: Engine, folder: Path) -> object:
    return await delete_topic(gateway, things.topic("sales"), AuditLog(), SystemClock())


async def _unsubscribe(gateway: Gateway, engine: Engine, folder: Path) -> object:
    subscription = things.subscription("sales", things.queue_arn("stock"))
    return await unsubscribe(gateway, subscription, AuditLog(), SystemClock())


async def _build(gateway: Gateway, engine: Engine, folder: Path) -> object:
    description = read_description(FAN_OUT)
    found = plan(description, await read_existing(gateway, description))
    return await Build(gateway, found, AuditLog(), SystemClock()).run()


@pytest.mark.parametrize(
    "verb",
    [
        _purge,
        _server_move,
        _cancel,
        _move,
        _delete_messages,
        _export,
        _delete_queue,
        _delete_topic,
        _unsubscribe,
        _build,
    ],
)
async def test_every_operation_is_stopped_at_the_gate_whoever_calls_it(
    gateway: Gateway, proxy: Proxy, company: Engine, tmp_path: Path, verb: Verb
) -> None:
    with pytest.raises(SqsviewError):
        progress = await verb(gateway, company, tmp_path)
        raise AssertionError(f"it went through: {progress}")
    assert called(proxy) <= READS
