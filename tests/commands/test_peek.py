"""``sqsview peek`` on two real servers: what it prints, what it refuses, and what it leaves behind."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Answer, Call, Forward
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.shell import Ended, Shell

REFUSAL = (
    "sqsview: 10 messages would lose their last try, and go to orders-dlq after it · "
    "--spend-last-receive looks all the same\n"
)


@pytest.fixture
def orders(engine: Engine) -> str:
    """Ten messages in a queue that gives up after three receives; its URL."""
    with engine.client("sqs") as sqs:
        return ten_orders(sqs)


def ten_orders(sqs: Any) -> str:
    letters = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    url = str(sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": policy})["QueueUrl"])
    for number in range(10):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"type": "order", "id": number}))
    return url


def peek(shell: Shell, engine: Engine, *arguments: str) -> Ended:
    return shell.run("peek", "orders", "--endpoint-url", engine.url, *arguments)


@pytest.mark.both_engines
def test_two_looks_show_all_ten_four_are_refused_and_the_consumer_receives_all_ten(
    shell: Shell, engine: Engine, orders: str
) -> None:
    for receives in (1, 2):
        ended = peek(shell, engine, "--json")
        assert (ended.code, ended.err) == (0, "")
        found = json.loads(ended.out)
        assert [message["receive_count"] for message in found["messages"]] == [receives] * 10
        assert {message["looks_left"] for message in found["messages"]} == {2 - receives}
    for _ in range(4):
        assert peek(shell, engine) == Ended(1, "", REFUSAL)
    with engine.client("sqs") as sqs:
        received: dict[str, int] = {}
        while batch := sqs.receive_message(QueueUrl=orders, MaxNumberOfMessages=10, AttributeNames=["All"]).get(
            "Messages"
        ):
            received.update((one["MessageId"], int(one["Attributes"]["ApproximateReceiveCount"])) for one in batch)
        assert sorted(received.values()) == [3] * 10
        letters = sqs.get_queue_url(QueueName="orders-dlq")["QueueUrl"]
        counts = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["ApproximateNumberOfMessages"])
        assert counts["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_a_message_is_printed_with_all_that_sends_it_again(shell: Shell, engine: Engine) -> None:
    with engine.client("sqs") as sqs:
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
        sqs.send_message(
            QueueUrl=url,
            MessageBody='{"type": "order", "note": "caf\u00e9"}',
            MessageGroupId="g",
            MessageDeduplicationId="d",
            MessageAttributes={
                "kind": {"DataType": "String", "StringValue": "order"},
                "price": {"DataType": "Number.float", "StringValue": "12.50"},
                "picture": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG\x00\xff"},
            },
            MessageSystemAttributes={
                "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}
            },
        )
    ended = shell.run("peek", "orders.fifo", "--json", "--endpoint-url", engine.url)
    assert ended.code == 0
    assert ended.out.isascii()
    assert ended.out.count("\n") == 1
    found = json.loads(ended.out)
    assert (found["queue"], found["approximate_total"], found["receives_caused"]) == ("orders.fifo", 1, 1)
    (message,) = found["messages"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message.pop("sent"))
    assert message.pop("id")
    assert message == {
        "body": '{"type": "order", "note": "caf\u00e9"}',
        "attributes": {
            "kind": {"type": "String", "value": "order"},
            "price": {"type": "Number.float", "value": "12.50"},
            "picture": {"type": "Binary.png", "value": base64.b64encode(b"\x89PNG\x00\xff").decode()},
        },
        "group": "g",
        "deduplication": "d",
        "receive_count": 1,
        "looks_left": None,
        "source": None,
        "trace_header": "Root=1-5759e988-bd862e3fe1be46a994272793",
        "decoded": {"steps": ["json"], "value": {"type": "order", "note": "caf\u00e9"}},
    }
    assert ended.err == (
        "sqsview: a look locks the message groups that it touches until it ends: nobody else receives from them\n"
    )


def test_for_people_it_is_a_table(shell: Shell, engine: Engine, orders: str) -> None:
    ended = peek(shell, engine, "-n", "2")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "orders · 2 of about 10 messages · 2 receives caused · 1 look left"
    assert lines[2].split() == ["AGE", "RECEIVES", "LOOKS", "LEFT", "SIZE", "MESSAGE"]
    assert len(lines) == 5
    assert "order" in lines[3]


def test_a_queue_is_found_by_url_and_arn_too(shell: Shell, engine: Engine, orders: str) -> None:
    arn = f"arn:aws:sqs:eu-west-1:{engine.account}:orders"
    for name in (orders, arn):
        ended = shell.run("peek", name, "-n", "1", "--json", "--endpoint-url", engine.url)
        assert (ended.code, json.loads(ended.out)["queue"]) == (0, "orders")
    assert peek(shell, engine).code == 1, "all three ways are one queue in the record"


def test_the_last_try_is_spent_where_the_person_says_so(shell: Shell, engine: Engine, orders: str) -> None:
    for _ in range(2):
        assert peek(shell, engine).code == 0
    ended = peek(shell, engine, "--spend-last-receive", "--json")
    assert ended.code == 0
    assert [message["receive_count"] for message in json.loads(ended.out)["messages"]] == [3] * 10


def test_what_a_look_moved_is_why_the_queue_gave_none(shell: Shell, engine: Engine, orders: str) -> None:
    for _ in range(3):
        assert peek(shell, engine, "--spend-last-receive").code == 0
    ended = peek(shell, engine, "--spend-last-receive")
    moved = "the queue counts about 10 and gave none: up to 10 messages moved to orders-dlq, unseen"
    assert (ended.code, ended.err) == (0, f"sqsview: {moved}\n")


def test_in_read_only_mode_it_is_refused_outright(shell: Shell, engine: Engine, orders: str) -> None:
    ended = peek(shell, engine, "--read-only", "--spend-last-receive")
    assert (ended.code, ended.out) == (1, "")
    assert "refused in read-only mode" in ended.err
    assert ended.err.count("\n") == 1
    _nothing_is_held(engine, orders)


def test_a_configuration_can_allow_looks_where_nothing_can_be_moved(shell: Shell, engine: Engine, orders: str) -> None:
    (shell.home / ".config/sqsview").mkdir(parents=True)
    (shell.home / ".config/sqsview/config.toml").write_text("read_only = true\nread_only_looks = true\n")
    assert "without a redrive policy" in peek(shell, engine).err
    ended = shell.run("peek", "orders-dlq", "--endpoint-url", engine.url)
    assert (ended.code, ended.err) == (0, "sqsview: the queue is empty\n")


def test_a_queue_that_does_not_exist_is_one_line(shell: Shell, engine: Engine) -> None:
    ended = peek(shell, engine)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("sqsview: orders: there is no such queue in eu-west-1 · check the name")
    assert ended.err.count("\n") == 1


def test_a_topic_is_named_as_one_that_cannot_be_looked_into(shell: Shell, engine: Engine) -> None:
    with engine.client("sns") as sns:
        arn = sns.create_topic(Name="news")["TopicArn"]
    for wanted in ("news", arn):
        ended = shell.run("peek", wanted, "--endpoint-url", engine.url)
        told = "sqsview: news is a topic, which keeps no messages to look into: give a queue that it feeds\n"
        assert ended == Ended(1, "", told)


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_says_what_to_give(shell: Shell, name: str) -> None:
    ended = shell.run("peek", name)
    assert (ended.code, ended.out) == (2, "")
    assert "QUEUE: is empty: give the name, URL or ARN of a queue" in ended.err
    assert ended.err.count("\n") == 1


def _nothing_is_held(engine: Engine, url: str) -> None:
    with engine.client("sqs") as sqs:
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert told["ApproximateNumberOfMessagesNotVisible"] == "0"
    assert told["ApproximateNumberOfMessages"] == "10"


# -- what ends it


@pytest.fixture
def proxy(engine: Engine) -> Iterator[Proxy]:
    with start_proxy_thread(engine.url) as running:
        yield running


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("times", [1, 3])
def test_a_signal_gives_back_what_is_held_before_the_program_ends(
    shell: Shell, engine: Engine, proxy: Proxy, orders: str, number: int, code: int, times: int
) -> None:
    """The last receive is under way for a second, as the queue has no more; ten are held."""
    waiting = threading.Event()

    async def note(call: Call, forward: Forward) -> Answer:
        if proxy.count("sqs:ReceiveMessage") == 3:
            waiting.set()
        return await forward()

    proxy.inject(note, "sqs:ReceiveMessage")
    with shell.start("peek", "orders", "-n", "50", "--endpoint-url", proxy.url) as process:
        assert waiting.wait(30)
        for _ in range(times):
            process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert (err, process.returncode) == (b"", code)
    # 10 as a rule; moto hands a message out twice now and then where it is asked several times at once.
    assert re.match(r"orders · 10 of about 10 messages · 1\d receives caused", out.decode()), "it cost its receives"
    _nothing_is_held(engine, orders)


def test_a_signal_after_the_last_answer_throws_nothing_away(
    shell: Shell, engine: Engine, proxy: Proxy, orders: str
) -> None:
    releasing = threading.Event()

    async def note(call: Call, forward: Forward) -> Answer:
        releasing.set()
        return await fault_kinds.latency(0.5)(call, forward)

    proxy.inject(note, "sqs:ChangeMessageVisibilityBatch")
    with shell.start("peek", "orders", "--json", "--endpoint-url", proxy.url) as process:
        assert releasing.wait(30)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 130
    assert len(json.loads(out)["messages"]) == 10
    _nothing_is_held(engine, orders)


def test_a_second_process_that_looks_at_the_same_time_reckons_with_the_first(
    shell: Shell, engine: Engine, proxy: Proxy, orders: str
) -> None:
    """What the first receives is not known before it has its answer."""
    assert shell.run("peek", "orders", "--endpoint-url", proxy.url).code == 0
    receiving, go_on = threading.Event(), threading.Event()

    async def wait(call: Call, forward: Forward) -> Answer:
        receiving.set()
        await asyncio.to_thread(go_on.wait, 30)
        return await forward()

    proxy.inject(wait, "sqs:ReceiveMessage", times=1)
    with shell.start("peek", "orders", "--json", "--endpoint-url", proxy.url) as first:
        assert receiving.wait(30)
        second = shell.run("peek", "orders", "--endpoint-url", proxy.url)
        go_on.set()
        out, _ = first.communicate(timeout=30)
    assert second == Ended(1, "", REFUSAL)
    assert [message["receive_count"] for message in json.loads(out)["messages"]] == [2] * 10


def test_what_was_received_before_a_fault_is_printed_and_given_back(
    shell: Shell, engine: Engine, proxy: Proxy, orders: str
) -> None:
    async def second_is_denied(call: Call, forward: Forward) -> Answer:
        if proxy.count("sqs:ReceiveMessage") > 2:
            return await fault_kinds.denied()(call, forward)
        return await forward()

    proxy.inject(second_is_denied, "sqs:ReceiveMessage")
    ended = shell.run("peek", "orders", "-n", "50", "--json", "--endpoint-url", proxy.url)
    assert ended.code == 1
    assert len(json.loads(ended.out)["messages"]) == 10
    assert "not permitted" in ended.err
    _nothing_is_held(engine, orders)


def test_a_record_that_cannot_be_written_refuses_the_look(shell: Shell, engine: Engine, orders: str) -> None:
    ledger = shell.home / ".local/state/sqsview/ledger.sqlite3"
    ledger.parent.mkdir(parents=True)
    with sqlite3.connect(ledger) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    ended = peek(shell, engine)
    assert (ended.code, ended.out) == (1, "")
    assert f"the record of looks {ledger} cannot be used: it is of a newer sqsview" in ended.err
    assert ended.err.count("\n") == 1


def test_without_a_home_it_says_that_the_look_will_not_be_remembered(
    shell: Shell, engine: Engine, orders: str, tmp_path: Path
) -> None:
    homeless = shell.having(HOME="")
    ended = subprocess.run(
        [*_program(), "peek", "orders", "--endpoint-url", engine.url],
        env=homeless.environment,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ended.returncode == 0
    assert "what this look costs will not be remembered" in ended.stderr


def _program() -> tuple[str, ...]:
    from tests.support.shell import PROGRAM

    return PROGRAM
