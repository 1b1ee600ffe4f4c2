"""``sqsview purge`` on real servers: nothing without the name repeated, nothing before the backup is whole."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Answer, Call, Forward
from tests.support.letters import arn, counts, make_pair, put
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.shell import Ended, Shell

BODIES = [f"order {number}" for number in range(12)]


@dataclass(frozen=True, slots=True)
class World:
    """A queue with twelve messages on a server, and a shell to purge from."""

    shell: Shell
    engine: Engine
    url: str

    def purge(self, *arguments: str, queue: str = "orders") -> Ended:
        return self.shell.run("purge", queue, "--endpoint-url", self.url, *arguments)

    def counts(self, queue: str = "orders") -> tuple[int, int]:
        return counts(self.engine, queue)

    def audit(self) -> list[dict[str, Any]]:
        path = self.shell.home / ".local/state/sqsview/audit.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def filled(shell: Shell, engine: Engine) -> World:
    with engine.client("sqs") as sqs:
        sqs.create_queue(QueueName="orders")
    put(engine, "orders", *BODIES)
    return World(shell, engine, engine.url)


@pytest.fixture
def world(shell: Shell, engine: Engine) -> World:
    return filled(shell, engine)


@pytest.fixture
def on_moto(shell: Shell, moto: Engine) -> World:
    return filled(shell, moto)


@pytest.fixture
def proxied(on_moto: World) -> Iterator[tuple[World, Proxy]]:
    with start_proxy_thread(on_moto.url) as proxy:
        yield World(on_moto.shell, on_moto.engine, proxy.url), proxy


def test_without_the_name_repeated_it_only_says_what_is_there(world: World) -> None:
    said = "orders has about 12 messages to be received: all of it would be deleted for good, and nothing is yet"
    assert world.purge() == Ended(1, "", f"sqsview: {said} · go on with --confirm orders\n")
    assert (world.counts(), world.audit()) == ((12, 0), [])


def test_another_name_than_the_queues_is_refused(world: World) -> None:
    said = "sqsview: nothing is deleted: --confirm says order, and the queue is orders\n"
    assert world.purge("--confirm", "order") == Ended(1, "", said)
    assert world.counts() == (12, 0)


def test_with_its_name_it_is_emptied_and_it_is_said_until_when_that_goes_on(world: World) -> None:
    ended = world.purge("--confirm", "orders")
    assert (ended.code, ended.out) == (0, "orders is purged\n")
    assert re.search(r"until \d\d:\d\d:\d\d SQS may go on deleting: what is sent before then may be lost", ended.err)
    assert world.counts() == (0, 0)
    before, after = world.audit()
    assert (before["deed"], before["thing"], before["outcome"]) == ("purge", arn(world.engine, "orders"), "begins")
    assert before["counts"] == {"visible": 12, "in flight": 0, "delayed": 0}
    assert (after["outcome"], before["account"]) == ("done", world.engine.account)


def test_a_queue_is_named_by_its_arn_and_confirmed_by_its_name(on_moto: World) -> None:
    assert on_moto.purge("--confirm", "orders", queue=arn(on_moto.engine, "orders")).code == 0
    assert on_moto.counts() == (0, 0)


def test_a_second_purge_within_a_minute_is_explained(on_moto: World) -> None:
    assert on_moto.purge("--confirm", "orders").code == 0
    put(on_moto.engine, "orders", "late")
    ended = on_moto.purge("--confirm", "orders")
    assert (ended.code, ended.out) == (1, "")
    assert "orders was purged less than 60 s ago, and SQS takes one purge in that time" in ended.err
    assert on_moto.counts() == (1, 0)


def test_what_consumers_have_in_hand_is_told_beforehand(on_moto: World) -> None:
    hold(on_moto.engine, 3)
    assert "about 9 messages to be received, 3 in flight, which consumers have in hand now" in on_moto.purge().err


def hold(engine: Engine, number: int) -> None:
    with engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=number, VisibilityTimeout=600)


# -- with a backup


def test_the_backup_has_every_message_and_can_be_imported_again(world: World, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    ended = world.purge("--confirm", "orders", "--backup", str(file))
    assert (ended.code, ended.out) == (0, "orders is purged · 12 messages are in the backup\n"), ended.err
    assert sorted(json.loads(line)["body"] for line in file.read_text().splitlines()) == sorted(BODIES)
    assert file.stat().st_mode & 0o777 == 0o600
    assert world.counts() == (0, 0)
    assert world.audit()[0]["detail"] == f"backup in {file}"


def test_what_consumers_have_in_hand_cannot_be_in_a_backup_so_nothing_is_received_or_purged(
    proxied: tuple[World, Proxy], tmp_path: Path
) -> None:
    world, proxy = proxied
    hold(world.engine, 3)
    ended = world.purge("--confirm", "orders", "--backup", str(tmp_path / "b"))
    assert (ended.code, ended.out) == (1, "")
    assert "no backup could be complete: about 3 in flight, which consumers or looks have in hand would be" in ended.err
    assert proxy.count("sqs:PurgeQueue") == proxy.count("sqs:ReceiveMessage") == 0
    assert (world.counts(), world.audit()) == ((9, 3), [])


def test_a_file_that_is_there_already_stops_it(on_moto: World, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    ended = on_moto.purge("--confirm", "orders", "--backup", str(tmp_path / "b"))
    assert ended.code == 1
    assert "exists already: nothing was written over it" in ended.err
    assert (on_moto.counts(), (tmp_path / "b").read_text()) == ((12, 0), "mine")


def test_a_backup_that_would_take_last_tries_stops_it_unless_the_person_says_so(on_moto: World, tmp_path: Path) -> None:
    make_pair(on_moto.engine, "fragile", letters="fragile-dlq", receives=1)
    put(on_moto.engine, "fragile", "x")
    arguments = ("--confirm", "fragile", "--backup", str(tmp_path / "b"))
    ended = on_moto.purge(*arguments, queue="fragile")
    assert (ended.code, ended.out) == (1, "")
    assert "nothing is deleted, for the backup is not made: fragile gives up after 1 receive" in ended.err
    assert "--spend-last-receive receives all the same" in ended.err
    assert on_moto.counts("fragile") == (1, 0)
    assert on_moto.purge(*arguments, "--spend-last-receive", queue="fragile").code == 0
    assert json.loads((tmp_path / "b").read_text())["body"] == "x"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_backup_deletes_nothing_and_gives_all_back(
    proxied: tuple[World, Proxy], tmp_path: Path, number: signal.Signals
) -> None:
    world, proxy = proxied
    receiving = threading.Event()

    async def note(_call: Call, forward: Forward) -> Answer:
        answer = await forward()
        if proxy.count("sqs:ReceiveMessage") > 2:
            receiving.set()
            await asyncio.sleep(1)
        return answer

    proxy.inject(note, "sqs:ReceiveMessage")
    arguments = ("--confirm", "orders", "--backup", str(tmp_path / "b"), "--endpoint-url", world.url)
    running = world.shell.start("purge", "orders", *arguments)
    assert receiving.wait(30)
    running.send_signal(number)
    out, _ = running.communicate(timeout=30)
    assert (running.returncode, out) == (128 + number, b"")
    assert proxy.count("sqs:PurgeQueue") == 0
    assert world.counts() == (12, 0)


# -- what goes wrong


def test_a_lost_answer_is_told_as_not_known(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.reset(), "sqs:PurgeQueue")
    ended = world.purge("--confirm", "orders")
    assert (ended.code, ended.out) == (1, "")
    assert "it is not known whether orders was purged: " in ended.err
    assert world.audit()[-1]["outcome"] == "not known"


def test_what_the_server_refuses_is_told_and_written_down(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.denied(), "sqs:PurgeQueue")
    ended = world.purge("--confirm", "orders")
    assert (ended.code, ended.out) == (1, "")
    assert "orders: not permitted: " in ended.err
    assert "have sqs:PurgeQueue allowed" in ended.err
    assert world.audit()[-1]["outcome"] == "refused"


def test_an_audit_log_that_cannot_be_written_purges_nothing(on_moto: World) -> None:
    (on_moto.shell.home / ".local/state/sqsview/audit.jsonl").mkdir(parents=True)
    ended = on_moto.purge("--confirm", "orders")
    assert (ended.code, ended.out) == (1, "")
    assert "audit.jsonl cannot be written: Is a directory; nothing is changed without it" in ended.err
    assert on_moto.counts() == (12, 0)


def test_read_only_mode_refuses(on_moto: World, tmp_path: Path) -> None:
    for more in ((), ("--backup", str(tmp_path / "b"))):
        ended = on_moto.purge("--confirm", "orders", "--read-only", *more)
        assert (ended.code, ended.out) == (1, "")
        assert "purge is refused in read-only mode · start without --read-only" in ended.err
    assert (on_moto.counts(), on_moto.audit()) == ((12, 0), [])
    assert not (tmp_path / "b").exists()


def test_a_queue_that_does_not_exist_is_one_line(on_moto: World) -> None:
    ended = on_moto.purge("--confirm", "nowhere", queue="nowhere")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("sqsview: nowhere: there is no such queue in eu-west-1")
    assert ended.err.count("\n") == 1
