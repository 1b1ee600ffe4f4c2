"""``sqsview redrive`` on real servers: whom it chooses, what it says before, and that nothing is ever lost."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Answer, Call, Forward
from tests.support.letters import arn, bodies_in, counts, kill, make_pair, put
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.pty import Screen, start_in_pty, terminal_environment
from tests.support.shell import PROGRAM, Ended, Shell


@dataclass(frozen=True, slots=True)
class World:
    """A dead-letter queue ``orders-dlq`` on a server, and a shell to redrive from."""

    shell: Shell
    engine: Engine
    url: str

    def redrive(self, *arguments: str, queue: str = "orders-dlq") -> Ended:
        return self.shell.run("redrive", queue, "--endpoint-url", self.url, *arguments)

    def bodies(self, queue: str = "orders") -> Counter[str]:
        return bodies_in(self.engine, queue)

    def counts(self, queue: str = "orders-dlq") -> tuple[int, int]:
        return counts(self.engine, queue)

    def audit(self) -> list[dict[str, Any]]:
        path = self.shell.home / ".local/state/sqsview/audit.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def letters(number: int) -> list[str]:
    return [json.dumps({"type": "order", "id": each}) for each in range(number)]


@pytest.fixture
def world(shell: Shell, engine: Engine) -> World:
    """Give twelve letters on a server without move tasks; ministack also tells where they came from."""
    make_pair(engine, "orders")
    kill(engine, "orders", *letters(12))
    return World(shell, engine, engine.url)


@pytest.fixture
def served(shell: Shell, moto_with_tasks: Engine) -> World:
    """Give twelve letters on a server that has move tasks."""
    make_pair(moto_with_tasks, "orders")
    kill(moto_with_tasks, "orders", *letters(12))
    return World(shell, moto_with_tasks, moto_with_tasks.url)


@pytest.fixture
def proxied(served: World) -> Iterator[tuple[World, Proxy]]:
    with start_proxy_thread(served.url) as proxy:
        yield World(served.shell, served.engine, proxy.url), proxy


# -- which of the two


def test_the_servers_task_takes_the_whole_queue_and_that_is_said_before(served: World) -> None:
    ended = served.redrive()
    assert ended.code == 0
    assert ended.out.startswith("12 moved · took ")
    first, *notes = ended.err.splitlines()
    assert first == (
        "sqsview: orders-dlq, about 12 messages, to orders, by the server's own task: everything in the queue is moved "
        "as it is, which the server does itself"
    )
    assert notes == [
        "sqsview: note: a message put there by SNS or by hand tells no source: the server's task ends at the first one",
        "sqsview: note: each copy is a new message: it has a new id, and its time in the queue starts anew",
    ]
    assert served.bodies() == Counter(letters(12))
    before, after = served.audit()
    assert (before["deed"], before["thing"], before["outcome"]) == (
        "redrive",
        arn(served.engine, "orders-dlq"),
        "begins",
    )
    assert (after["outcome"], after["counts"]) == ("done", {"moved": 12})


def test_a_server_without_tasks_leaves_it_to_the_mover_and_the_reason_is_said(world: World) -> None:
    ended = world.redrive("--to", "orders")
    assert ended.code == 0
    assert "by sqsview itself, message by message: this server" in ended.err.splitlines()[0]
    assert "no message-move tasks" in ended.err.splitlines()[0]
    assert ended.out.startswith("12 moved")
    assert world.bodies() == Counter(letters(12))
    assert world.counts() == (0, 0)


def test_a_filter_moves_what_it_matches_and_leaves_the_rest_to_be_received(world: World) -> None:
    ended = world.redrive("--to", "orders", "--filter", "=id >= `9`")
    assert ended.code == 0
    assert "what a filter matches: the server's task moves the whole queue" in ended.err
    assert world.bodies() == Counter(letters(12)[9:])
    assert world.counts() == (9, 0)


def test_words_are_a_filter_too(served: World) -> None:
    put(served.engine, "orders-dlq", "refund of something")
    assert served.redrive("--to", "orders", "--filter", "refund").code == 0
    assert served.bodies() == Counter(["refund of something"])


def test_a_rate_that_the_server_does_not_know_is_for_the_mover(served: World) -> None:
    ended = served.redrive("--rate", "1000")
    assert "1000 a second: the server's task takes whole numbers from 1 to 500" in ended.err
    assert (ended.code, served.bodies()) == (0, Counter(letters(12)))


# -- whose letters they are


def shared(engine: Engine) -> None:
    engine.reset()
    make_pair(engine, "bills", "orders")
    kill(engine, "orders", "o1", "o2")
    kill(engine, "bills", "b1")


@pytest.mark.parametrize("more", [(), ("--filter", "!x")], ids=["by the server", "by the mover"])
def test_letters_of_a_shared_queue_go_each_to_its_own_source(served: World, more: tuple[str, ...]) -> None:
    shared(served.engine)
    ended = served.redrive(*more)
    assert ended.code == 0
    assert "orders-dlq is shared by bills and orders: each message goes back to the queue it came from" in ended.err
    assert (served.bodies("orders"), served.bodies("bills")) == (Counter(["o1", "o2"]), Counter(["b1"]))


def test_a_letter_that_tells_no_source_stays_and_is_told_and_nobody_guesses(served: World) -> None:
    put(served.engine, "orders-dlq", "by hand")
    ended = served.redrive("--filter", "!nothing")
    assert ended.code == 1
    assert ended.out.startswith("12 moved · 1 failed") or ended.out.startswith("12 of 13 moved · 1 failed")
    assert "the queue that it came from is not told: it was put there by SNS, by Lambda or by hand" in ended.err
    assert served.bodies() == Counter(letters(12))
    assert served.bodies("orders-dlq") == Counter(["by hand"])


def test_the_servers_task_ends_at_such_a_letter_and_the_way_on_is_told(served: World) -> None:
    served.bodies("orders-dlq")
    put(served.engine, "orders-dlq", "by hand")
    kill(served.engine, "orders", "one")
    ended = served.redrive()
    assert ended.code == 1
    assert "a message does not tell which queue it came from" in ended.out
    assert "choose a destination" in ended.out
    assert served.redrive("--filter", "=source()").code == 0
    assert served.bodies() == Counter(["one"])
    assert served.redrive("--to", "orders").code == 0
    assert served.bodies() == Counter(["by hand"])


# -- a dry run


def test_a_dry_run_lists_what_would_go_where_and_sends_nothing(served: World) -> None:
    put(served.engine, "orders-dlq", "by hand")
    ended = served.redrive("--dry-run")
    assert ended.code == 0
    assert "by the server's own task" in ended.err
    lines = ended.out.splitlines()
    assert (
        lines[0] == "orders-dlq to orders: nothing was sent · of 13 messages looked at 12 would go · about 13 are there"
    )
    assert sum(line.split()[1] == "orders" for line in lines[3:]) == 12
    assert sum("stays" in line and "is not told" in line for line in lines[3:]) == 1
    assert (served.counts(), served.bodies(), served.audit()) == ((13, 0), Counter(), [])


# -- what ends it


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_has_the_server_stop_its_task(proxied: tuple[World, Proxy], number: signal.Signals) -> None:
    world, proxy = proxied
    begun = threading.Event()

    async def told(_call: Call, forward: Forward) -> Answer:
        answer = await forward()
        begun.set()
        return answer

    proxy.inject(told, "sqs:StartMessageMoveTask")
    running = world.shell.start("redrive", "orders-dlq", "--endpoint-url", world.url, "--rate", "1")
    assert begun.wait(30)
    running.send_signal(number)
    out, _ = running.communicate(timeout=30)
    assert running.returncode == 128 + number
    assert b"stopped" in out
    assert proxy.count("sqs:CancelMessageMoveTask") == 1
    assert world.audit()[-1]["outcome"] == "stopped"
    assert sum(world.counts()) + sum(world.counts("orders")) == 12


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_mover_in_good_order(proxied: tuple[World, Proxy], number: signal.Signals) -> None:
    world, proxy = proxied
    more = [f"more {each}" for each in range(200)]
    put(world.engine, "orders-dlq", *more)
    sending = threading.Event()

    async def told(_call: Call, forward: Forward) -> Answer:
        answer = await forward()
        sending.set()
        return answer

    proxy.inject(told, "sqs:SendMessageBatch")
    arguments = ("--endpoint-url", world.url, "--to", "orders", "--filter", "!nothing", "--rate", "20")
    running = world.shell.start("redrive", "orders-dlq", *arguments)
    assert sending.wait(30)
    running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 128 + number, err
    assert b"stopped" in out
    assert world.counts()[1] == world.counts("orders")[1] == 0, "nothing is held any more"
    assert world.bodies() + world.bodies("orders-dlq") == Counter(
        [*letters(12), *(f"more {each}" for each in range(200))]
    )


def test_what_stays_behind_is_told_by_message_with_the_servers_words(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(
        fault_kinds.failing_entries({"0"}, "InvalidMessageContents", "no\x1b[2J good", sender_fault=True),
        "sqs:SendMessageBatch",
    )
    ended = world.redrive("--to", "orders", "--filter", "order")
    assert ended.code == 1
    assert "no␛[2J good (InvalidMessageContents)" in ended.err
    assert world.audit()[-1]["outcome"] == "partly done"
    assert world.bodies() + world.bodies("orders-dlq") == Counter(letters(12))


def test_on_a_terminal_one_line_tells_how_far_it_is_and_goes_away(served: World) -> None:
    command = (*PROGRAM, "redrive", "orders-dlq", "--endpoint-url", served.url, "--rate", "6")
    with start_in_pty(command, environment=terminal_environment(**served.shell.environment)) as terminal:
        assert terminal.wait_for_exit() == 0
        assert b" of 12 moved \xc2\xb7 " in terminal.raw
        screen = Screen(200, 10)
        screen.feed(terminal.raw)
        assert screen.lines[3].startswith("12 moved · took ")


# -- what was killed


def kill_between_copy_and_deletion(world: World, proxy: Proxy) -> None:
    """Kill a redrive when its copies are confirmed and no original is deleted yet; its holds lapse in a second."""
    deleting = threading.Event()

    async def hang(_call: Call, forward: Forward) -> Answer:
        deleting.set()
        await asyncio.sleep(60)
        return await forward()

    async def hold_shortly(call: Call, forward: Forward) -> Answer:
        return await forward(json.dumps({**json.loads(call.body), "VisibilityTimeout": 1}).encode())

    rules = [proxy.inject(hang, "sqs:DeleteMessageBatch"), proxy.inject(hold_shortly, "sqs:ReceiveMessage")]
    arguments = ("--endpoint-url", world.url, "--to", "orders", "--filter", "order")
    running = world.shell.start("redrive", "orders-dlq", *arguments)
    assert deleting.wait(30)
    running.kill()
    running.communicate(timeout=30)
    for rule in rules:
        proxy.mend(rule)


def test_a_killed_redrive_is_told_by_the_next_one_and_finished_without_a_second_copy(
    proxied: tuple[World, Proxy],
) -> None:
    world, proxy = proxied
    kill_between_copy_and_deletion(world, proxy)
    refused = world.redrive("--to", "orders")
    assert (refused.code, refused.out) == (1, "")
    first, *_, last = refused.err.splitlines()
    assert first == "sqsview: moving orders-dlq to orders was interrupted: 0 moved"
    assert "sqsview: in the destination: " in refused.err
    assert last == "sqsview: finish it with --resume, which sends nothing again, or begin --anew, which may"
    finished = world.redrive("--resume")
    assert finished.code == 0, finished.err
    assert world.counts() == (0, 0)
    assert world.bodies() == Counter(letters(12)), "each once"
    assert world.redrive("--resume").err == "sqsview: nothing was interrupted in orders-dlq\n"


def test_a_killed_redrive_can_be_given_up_for_a_new_one_which_may_send_twice(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    kill_between_copy_and_deletion(world, proxy)
    assert "that is given up now" in world.redrive("--to", "orders", "--filter", "order", "--anew").err
    found = world.bodies()
    assert set(found) == set(letters(12)), "none is lost"
    assert found.total() > 12
    assert world.redrive("--resume").err == "sqsview: nothing was interrupted in orders-dlq\n"


def test_a_protected_destination_of_what_was_interrupted_asks_too(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    kill_between_copy_and_deletion(world, proxy)
    careful = World(world.shell.having(**PROTECTED), world.engine, world.url)
    assert "orders is protected" in careful.redrive("--resume").err


def test_a_journal_that_cannot_be_written_moves_nothing(served: World) -> None:
    journal = served.shell.home / ".local/state/sqsview/operations.sqlite3"
    journal.parent.mkdir(parents=True)
    with sqlite3.connect(journal) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for more in ((), ("--filter", "order")):
        ended = served.redrive(*more)
        assert (ended.code, ended.out) == (1, "")
        assert f"the journal {journal} cannot be written: it is of a newer sqsview" in ended.err
    assert served.counts() == (12, 0)


# -- what is refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: DLQ; see sqsview redrive --help"),
        (["a", "--rate", "0"], "--rate: must be a number of messages a second above 0"),
        (["a", "--filter", " "], "--filter is empty: leave it out to redrive everything"),
        (["a", "--filter", "=total >"], "--filter: the expression is not complete"),
        (["a", "--resume", "--anew"], "not allowed with argument"),
    ],
)
def test_what_can_never_be_right_is_wrong_usage(shell: Shell, arguments: list[str], said: str) -> None:
    ended = shell.run("redrive", *arguments, "--endpoint-url", "http://127.0.0.1:9")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("queue", "arguments", "said"),
    [
        ("orders", [], "orders is no queue's dead-letter queue: nothing says where to, so choose a destination"),
        ("orders-dlq", ["--to", "orders-dlq"], "orders-dlq is the queue itself: choose another destination"),
        ("orders-dlq", ["--to", "nowhere"], "nowhere: there is no such queue in eu-west-1"),
        ("nowhere", [], "nowhere: there is no such queue in eu-west-1"),
    ],
)
def test_what_is_refused_is_one_line_and_nothing_is_moved(
    served: World, queue: str, arguments: list[str], said: str
) -> None:
    ended = served.redrive(*arguments, queue=queue)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert (served.counts(), served.audit()) == ((12, 0), [])


def test_a_task_that_runs_already_is_told(served: World) -> None:
    with served.engine.client("sqs") as sqs:
        task = sqs.start_message_move_task(SourceArn=arn(served.engine, "orders-dlq"), MaxNumberOfMessagesPerSecond=1)[
            "TaskHandle"
        ]
        ended = served.redrive()
        sqs.cancel_message_move_task(TaskHandle=task)
    assert ended.code == 1
    assert "nothing is moved: a move task of orders-dlq is running already: running, " in ended.err


def test_a_queue_with_a_redrive_policy_of_its_own_is_received_from_only_where_the_person_says_so(
    served: World,
) -> None:
    make_pair(served.engine, "second", letters="last-resort", receives=1)
    put(served.engine, "second", "x")
    ended = served.redrive("--to", "orders", queue="second")
    assert (ended.code, ended.out) == (1, "")
    assert "--spend-last-receive receives all the same" in ended.err
    assert served.redrive("--to", "orders", "--spend-last-receive", queue="second").code == 0
    assert served.bodies() == Counter(["x"])


PROTECTED = {"SQSVIEW_PROTECTED": "orders"}


def test_a_protected_destination_asks_for_the_queues_name(served: World) -> None:
    careful = World(served.shell.having(**PROTECTED), served.engine, served.url)
    said = "sqsview: orders is protected, and this cannot be taken back: go on with --confirm orders-dlq\n"
    assert careful.redrive() == Ended(1, "", said)
    assert careful.redrive("--to", "orders", "--filter", "order") == Ended(1, "", said)
    assert careful.counts() == (12, 0)
    wrong = "sqsview: nothing is done: --confirm says orders, and the queue is orders-dlq\n"
    assert careful.redrive("--confirm", "orders") == Ended(1, "", wrong)
    assert careful.redrive("--dry-run").code == 0, "a dry run changes nothing"
    assert careful.redrive("--confirm", "orders-dlq").code == 0
    assert careful.bodies() == Counter(letters(12))


def test_where_nobody_knows_who_gets_the_messages_any_protected_name_asks(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.denied(), "sqs:ListDeadLetterSourceQueues")
    careful = World(world.shell.having(SQSVIEW_PROTECTED="*-prod"), world.engine, world.url)
    ended = careful.redrive()
    assert ended.code == 1
    assert "which queues get the messages is not known, and some names are protected" in ended.err
    assert world.counts() == (12, 0)
    assert careful.redrive("--confirm", "orders-dlq").code == 0
    assert world.bodies() == Counter(letters(12))


@pytest.mark.parametrize("more", [(), ("--filter", "order"), ("--dry-run",), ("--resume",)])
def test_read_only_mode_refuses(served: World, more: tuple[str, ...]) -> None:
    ended = served.redrive("--read-only", *more)
    assert (ended.code, ended.out) == (1, "")
    assert "is refused in read-only mode" in ended.err
    assert (served.counts(), served.audit()) == ((12, 0), [])
