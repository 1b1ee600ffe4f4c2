"""``sqsview fanout`` on real servers: one command builds it, the next changes nothing, and a stop is told exactly."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.shell import Ended, Shell

TEXT = """
[topic]
name = "orders"
[defaults]
dead_letter_queue = true
[[queues]]
name = "billing"
filter = { type = ["order"] }
[[queues]]
name = "mail"
scope = "body"
filter = { total = [{ numeric = [">=", 500] }] }
"""
WRITES = re.compile("Create|Set|Subscribe|Tag|Delete|Unsubscribe|Publish|Receive")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def proxy_to(moto: Engine) -> Iterator[Proxy]:
    with start_proxy_thread(moto.url) as proxy:
        yield proxy


def fanout(shell: Shell, url: str, *arguments: object) -> Ended:
    return shell.run("fanout", *map(str, arguments), "--endpoint-url", url)


def names(engine: Engine) -> tuple[set[str], set[str], int]:
    """Give the queues, the topics and the number of subscriptions that there are."""
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        queues = {url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", [])}
        topics = {each["TopicArn"].rpartition(":")[2] for each in sns.list_topics()["Topics"]}
        return queues, topics, len(sns.list_subscriptions()["Subscriptions"])


ALL = ({"billing", "billing-dlq", "mail", "mail-dlq"}, {"orders"}, 2)
NOTHING: tuple[set[str], set[str], int] = (set(), set(), 0)


@pytest.mark.both_engines
def test_one_command_builds_it_and_the_next_changes_nothing(shell: Shell, engine: Engine, file: Path) -> None:
    first = fanout(shell, engine.url, file)
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines()[-1] == "orders: built, 7 calls made"
    assert names(engine) == ALL
    again = fanout(shell, engine.url, file)
    assert (again.code, again.out) == (0, "orders: 7 things are there, and all is as described: nothing to do\n")


def test_the_second_run_makes_no_call_that_writes(shell: Shell, proxy_to: Proxy, file: Path) -> None:
    assert fanout(shell, proxy_to.url, file).code == 0
    seen = len(proxy_to.calls)
    assert fanout(shell, proxy_to.url, file).code == 0
    assert [call.api for call in proxy_to.calls[seen:] if WRITES.match(call.api.partition(":")[2])] == []


def test_a_plan_shows_the_calls_and_makes_none(shell: Shell, engine: Engine, file: Path) -> None:
    ended = fanout(shell, engine.url, file, "--plan")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "orders: 7 calls to make, 0 things are there already"
    assert lines[1] == "  1  create the topic orders"
    assert lines[2] == '     sns:CreateTopic {"Name": "orders"}'
    assert names(engine) == NOTHING
    assert not (shell.home / ".local/state/sqsview/audit.jsonl").exists()


def test_a_trace_proves_the_delivery(shell: Shell, engine: Engine, file: Path) -> None:
    ended = fanout(shell, engine.url, file, "--trace", "--json")
    assert ended.code == 0
    document: dict[str, Any] = json.loads(ended.out)
    assert [(each["queue"], each["arrived"]) for each in document["trace"]] == [("billing", True), ("mail", True)]
    assert "the messages of the trace stay in the queues" in ended.err


def test_the_document_has_every_call(shell: Shell, moto: Engine, file: Path) -> None:
    document: dict[str, Any] = json.loads(fanout(shell, moto.url, file, "--json").out)
    assert list(document) == ["topic", "there", "steps", "refused", "notes", "complete"]
    assert document["complete"] is True
    assert [step["call"] for step in document["steps"]] == [
        "sns:CreateTopic",
        *["sqs:CreateQueue"] * 4,
        *["sns:Subscribe"] * 2,
    ]
    assert {step["outcome"] for step in document["steps"]} == {"done"}


def test_stopped_half_way_it_says_what_exists_and_the_same_command_goes_on(
    shell: Shell, moto: Engine, proxy_to: Proxy, file: Path
) -> None:
    proxy_to.inject(fault_kinds.denied(), api="sns:Subscribe")
    ended = fanout(shell, proxy_to.url, file)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [*["done"] * 5, "failed", "not"]
    assert lines[-1].startswith("orders: 5 of 7 calls made, 2 left: not permitted")
    assert "5 things were made and exist; the same command goes on from there" in ended.err
    proxy_to.mend()
    assert fanout(shell, proxy_to.url, file).out.splitlines()[-1] == "orders: built, 2 calls made"
    assert names(moto) == ALL


def test_a_connection_that_breaks_off_once_makes_nothing_twice(
    shell: Shell, moto: Engine, proxy_to: Proxy, file: Path
) -> None:
    proxy_to.inject(fault_kinds.reset(), api="sqs:CreateQueue", times=1)
    proxy_to.inject(fault_kinds.reset(), api="sns:Subscribe", times=1)
    assert fanout(shell, proxy_to.url, file).code == 0
    assert names(moto) == ALL


def test_an_answer_that_is_lost_is_said_to_be_and_the_next_run_finds_what_is_there(
    shell: Shell, moto: Engine, proxy_to: Proxy, file: Path
) -> None:
    lost = proxy_to.inject(fault_kinds.truncated(), api="sqs:CreateQueue")
    ended = fanout(shell, proxy_to.url, file)
    assert ended.code == 1
    assert ended.out.splitlines()[1].startswith("not known   create the queue billing-dlq")
    proxy_to.mend(lost)
    assert fanout(shell, proxy_to.url, file).code == 0
    assert names(moto) == ALL


def test_on_request_what_was_made_is_taken_back_and_what_was_there_stays(
    shell: Shell, moto: Engine, proxy_to: Proxy, file: Path
) -> None:
    with moto.client("sqs") as sqs:
        sqs.create_queue(QueueName="mail-dlq")
    proxy_to.inject(fault_kinds.denied(), api="sns:Subscribe")
    ended = fanout(shell, proxy_to.url, file, "--take-back")
    assert ended.code == 1
    assert names(moto) == ({"mail-dlq"}, set(), 0)
    assert ended.out.splitlines()[-1] == "orders: 4 of what was made are taken back"
    assert "was made and exist" not in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[topic]\nname = "orders"\n', "queues is missing"),
        (TEXT.replace("filter", "filtre", 1), 'queue billing: there is no key "filtre"; did you mean filter?'),
        ("[topic", "it is no TOML"),
    ],
)
def test_a_wrong_description_is_one_line_with_the_file_and_exit_code_2(
    shell: Shell, file: Path, text: str, said: str
) -> None:
    file.write_text(text)
    ended = shell.run("fanout", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"sqsview: {file}: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_file_that_is_not_there_or_no_text_is_said(shell: Shell, tmp_path: Path) -> None:
    ended = shell.run("fanout", str(tmp_path / "none.toml"))
    assert (ended.code, "cannot be read: No such file" in ended.err) == (1, True)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    ended = shell.run("fanout", str(tmp_path / "bytes.toml"))
    assert (ended.code, "is not UTF-8" in ended.err) == (2, True)


def test_what_cannot_be_built_is_refused_and_nothing_is_called(shell: Shell, moto: Engine, file: Path) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    with moto.client("sqs") as sqs:
        sqs.create_queue(QueueName="mail", Attributes={"Policy": json.dumps({"Version": "1", "Statement": [deny]})})
    ended = fanout(shell, moto.url, file)
    assert ended.code == 1
    assert "mail cannot be made to admit orders: the queue policy denies it" in ended.err
    assert names(moto) == ({"mail"}, set(), 0)


def test_what_may_lose_messages_wants_the_topics_name(shell: Shell, moto: Engine, file: Path) -> None:
    fanout(shell, moto.url, file)
    file.write_text(TEXT.replace('name = "mail"', 'name = "mail"\nretention = 60'))
    ended = fanout(shell, moto.url, file)
    assert ended.code == 1
    assert "messages older than 1 min are deleted by it · go on with --confirm orders" in ended.err
    assert "--confirm says mail, and the topic is orders" in fanout(shell, moto.url, file, "--confirm", "mail").err
    assert fanout(shell, moto.url, file, "--confirm", "orders").code == 0


def test_a_protected_name_wants_it_too(shell: Shell, moto: Engine, file: Path) -> None:
    shell = shell.having(SQSVIEW_PROTECTED="billing")
    ended = fanout(shell, moto.url, file)
    assert (ended.code, "billing is protected" in ended.err) == (1, True)
    assert names(moto) == NOTHING
    assert fanout(shell, moto.url, file, "--confirm", "orders").code == 0


def test_interrupted_it_says_what_exists(shell: Shell, moto: Engine, proxy_to: Proxy, file: Path) -> None:
    proxy_to.inject(fault_kinds.latency(0.4), api="sqs:CreateQueue")
    running = shell.start("fanout", str(file), "--endpoint-url", proxy_to.url)
    while not any(call.api == "sqs:CreateQueue" for call in proxy_to.calls):
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert b"done        create the topic orders" in out
    assert b"not begun   subscribe mail" in out
    assert b"made and exist; the same command goes on from there" in err
    queues, topics, _ = names(moto)
    assert (len(queues), topics) == (out.count(b"done        create the queue"), {"orders"})
