"""``sqsview export`` on two real servers: what is in the file, what it refuses, and what it leaves behind."""

from __future__ import annotations

import base64
import json
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sqsview.domain.message_json import from_json
from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Answer, Call, Forward
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.shell import Ended, Shell


def make(sqs: Any, name: str, *, source: str | None = None, maximum: int = 3) -> str:
    """Make a queue, and another one that gives up to it; the URL."""
    url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    if source is not None:
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": maximum})
        sqs.create_queue(QueueName=source, Attributes={"RedrivePolicy": policy})
    return url


@pytest.fixture
def letters(engine: Engine) -> str:
    """A dead-letter queue of 25 messages; its URL."""
    with engine.client("sqs") as sqs:
        url = make(sqs, "orders-dlq", source="orders")
        for number in range(25):
            sqs.send_message(QueueUrl=url, MessageBody=f"letter {number}")
    return url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "letters.jsonl"


def export(shell: Shell, url: str, file: Path, *arguments: str, queue: str = "orders-dlq") -> Ended:
    return shell.run("export", queue, str(file), "--endpoint-url", url, *arguments)


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]


def counts(engine: Engine, url: str) -> tuple[str, str]:
    with engine.client("sqs") as sqs:
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return told["ApproximateNumberOfMessages"], told["ApproximateNumberOfMessagesNotVisible"]


def test_all_messages_are_in_the_file_once_and_given_back(
    shell: Shell, engine: Engine, letters: str, file: Path
) -> None:
    ended = export(shell, engine.url, file)
    assert (ended.code, ended.out) == (0, f"25 messages · {file}\n")
    assert ended.err.endswith("sqsview: 25 messages are in the file, and orders-dlq counts no others\n")
    assert sorted(line["body"] for line in lines_of(file)) == sorted(f"letter {number}" for number in range(25))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert counts(engine, letters) == ("25", "0")


def test_a_line_is_what_peek_prints_without_what_was_decoded(shell: Shell, engine: Engine, file: Path) -> None:
    with engine.client("sqs") as sqs:
        url = make(sqs, "letters")
        sqs.send_message(
            QueueUrl=url,
            MessageBody='{"note": "caf\u00e9"}',
            MessageAttributes={
                "price": {"DataType": "Number.float", "StringValue": "12.50"},
                "picture": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG\x00\xff"},
            },
        )
    assert export(shell, engine.url, file, queue="letters").code == 0
    peeked = json.loads(shell.run("peek", "letters", "--json", "--endpoint-url", engine.url).out)["messages"][0]
    del peeked["decoded"]
    (line,) = lines_of(file)
    assert line.pop("receive_count") + 1 == peeked.pop("receive_count")
    assert line == peeked
    assert line["attributes"]["picture"]["value"] == base64.b64encode(b"\x89PNG\x00\xff").decode()


def test_of_a_live_queue_it_says_what_a_look_costs_and_stops_before_the_last_try(
    shell: Shell, engine: Engine, tmp_path: Path
) -> None:
    with engine.client("sqs") as sqs:
        make(sqs, "orders-dlq", source="orders")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"], MessageBody="a")
    for number in range(2):
        ended = export(shell, engine.url, tmp_path / f"{number}.jsonl", queue="orders")
        assert ended.code == 0
        assert "orders is a live queue: the file will be a sample" in ended.err
        assert "each message that is met is received once more" in ended.err
    third = tmp_path / "third.jsonl"
    refused = export(shell, engine.url, third, queue="orders")
    assert (refused.code, refused.out) == (1, "")
    assert "1 message would lose its last try, and goes to orders-dlq after it · --spend-last-receive" in refused.err
    assert not third.exists()
    assert export(shell, engine.url, third, "--spend-last-receive", queue="orders").code == 0
    assert lines_of(third)[0]["receive_count"] == 3


def test_a_file_that_exists_is_not_written_over(shell: Shell, engine: Engine, letters: str, file: Path) -> None:
    file.write_text("precious")
    ended = export(shell, engine.url, file)
    assert ended.code == 1
    assert f"{file} exists already: nothing was written over it" in ended.err
    assert file.read_text() == "precious"


def test_in_read_only_mode_it_is_refused(shell: Shell, engine: Engine, letters: str, file: Path) -> None:
    ended = export(shell, engine.url, file, "--read-only", "--spend-last-receive")
    assert ended.code == 1
    assert "refused in read-only mode" in ended.err
    assert not file.exists()
    assert counts(engine, letters) == ("25", "0")


def test_the_line_in_the_readme_is_one(shell: Shell, moto: Engine, file: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    told = json.loads(readme.split("### `export`")[1].split("```json\n")[1].split("```")[0])
    sent = from_json(told)
    assert (sent.body, sent.group, sent.deduplication, sent.trace_header) == (
        "caf\u00e9",
        told["group"],
        told["deduplication"],
        told["trace_header"],
    )
    with moto.client("sqs") as sqs:
        url = make(sqs, "letters")
        trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": told["trace_header"]}}
        sqs.send_message(QueueUrl=url, MessageBody="a", MessageSystemAttributes=trace)
    assert export(shell, moto.url, file, queue="letters").code == 0
    assert list(lines_of(file)[0]) == list(told), "the same members in the same order"


# -- what ends it


@pytest.fixture
def proxy(engine: Engine) -> Iterator[Proxy]:
    with start_proxy_thread(engine.url) as running:
        yield running


def test_a_fault_leaves_what_was_written_under_a_name_that_it_tells(
    shell: Shell, engine: Engine, proxy: Proxy, letters: str, file: Path
) -> None:
    async def third_is_denied(call: Call, forward: Forward) -> Answer:
        if proxy.count("sqs:ReceiveMessage") > 2:
            return await fault_kinds.denied()(call, forward)
        return await forward()

    proxy.inject(third_is_denied, "sqs:ReceiveMessage")
    ended = export(shell, proxy.url, file)
    partial = file.with_name("letters.jsonl.partial")
    assert (ended.code, ended.out) == (1, "")
    written = len(lines_of(partial))
    assert 10 <= written < 25
    assert f"unfinished: {written} messages are in {partial}\n" in ended.err
    assert "not permitted" in ended.err
    assert not file.exists()
    assert counts(engine, letters) == ("25", "0")


def test_a_signal_gives_back_what_is_held_and_keeps_what_was_written(
    shell: Shell, engine: Engine, proxy: Proxy, letters: str, file: Path
) -> None:
    waiting = threading.Event()

    async def note(call: Call, forward: Forward) -> Answer:
        if proxy.count("sqs:ReceiveMessage") == 5:
            waiting.set()
        return await forward()

    proxy.inject(note, "sqs:ReceiveMessage")
    with shell.start("export", "orders-dlq", str(file), "--endpoint-url", proxy.url) as process:
        assert waiting.wait(30)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
    partial = file.with_name("letters.jsonl.partial")
    assert f"unfinished: 25 messages are in {partial}" in err.decode()
    assert len(lines_of(partial)) == 25
    assert counts(engine, letters) == ("25", "0")
