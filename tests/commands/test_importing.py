"""``sqsview import`` on two real servers: what arrives, what it refuses, and how it goes on after ``kill -9``."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.engines import Engine
from tests.support.fault_kinds import Answer, Call, ConnectionCutError, Forward
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.shell import Ended, Shell

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793"


def queue(engine: Engine, name: str, **attributes: str) -> str:
    """Make a queue; its URL."""
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    with engine.client("sqs") as sqs:
        return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def received(engine: Engine, url: str) -> list[dict[str, Any]]:
    """Receive and delete all there is, with boto3."""
    found: list[dict[str, Any]] = []
    with engine.client("sqs") as sqs:
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        ).get("Messages"):
            entries = [
                {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]} for place, message in enumerate(messages)
            ]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
            found += messages
    return found


def bring(shell: Shell, url: str, file: Path, *arguments: str, to: str = "events") -> Ended:
    return shell.run("import", str(file), to, "--endpoint-url", url, *arguments)


def write(path: Path, count: int, **members: object) -> Path:
    path.write_text("".join(json.dumps({"body": f"message {n}", **members}) + "\n" for n in range(1, count + 1)))
    return path


def test_what_was_exported_arrives_as_it_was_sent(shell: Shell, engine: Engine, tmp_path: Path) -> None:
    """Every type of attribute with and without a label, group, trace header, and texts of all planes."""
    from_url, to_url = queue(engine, "from"), queue(engine, "to")
    bodies = [
        "plain",
        "caf\u00e9 \u65e5\u672c \U0001f600 \ufffd",
        '{"a": "\\ud800"}',
        "line 1\nline 2\ttab\r\n",
        " blank ",
    ]
    attributes: Mapping[str, Mapping[str, Any]] = {
        "s": {"DataType": "String", "StringValue": "\u65e5\u672c \U0001f600"},
        "label": {"DataType": "String.uuid", "StringValue": "x"},
        "n": {"DataType": "Number", "StringValue": "12.50"},
        "i": {"DataType": "Number.int", "StringValue": "007"},
        "b": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
        "png": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG\x00\xff"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}}
    with engine.client("sqs") as sqs:
        for body in bodies:
            sqs.send_message(
                QueueUrl=from_url,
                MessageBody=body,
                MessageAttributes=attributes,
                MessageSystemAttributes=trace,
                MessageGroupId="tenant-1",
            )
    file = tmp_path / "x.jsonl"
    assert shell.run("export", "from", str(file), "--endpoint-url", engine.url).code == 0
    ended = bring(shell, engine.url, file, to="to")
    assert (ended.code, ended.out, ended.err) == (0, "5 of 5 sent\n", "")
    before, after = (
        sorted(
            (
                (
                    message["Body"],
                    message["MessageAttributes"],
                    message["Attributes"].get("AWSTraceHeader"),
                    message["Attributes"].get("MessageGroupId"),
                )
                for message in received(engine, url)
            ),
            key=lambda told: told[0],
        )
        for url in (from_url, to_url)
    )
    assert [told[0] for told in after] == sorted(bodies)
    assert before == after
    assert after[0][2] == TRACE


def test_a_fifo_queue_gets_groups_in_their_order_under_fresh_ids(shell: Shell, engine: Engine, tmp_path: Path) -> None:
    url = queue(engine, "orders.fifo")
    file = tmp_path / "x.jsonl"
    file.write_text(
        "".join(
            json.dumps(
                {
                    "body": f"{group} {number}",
                    "group": group,
                    "deduplication": f"{group}-{number}",
                    "sent": "2020-01-01T00:00:00.000Z",
                }
            )
            + "\n"
            for number in range(1, 8)
            for group in ("a", "b", "c")
        )
    )
    ended = bring(shell, engine.url, file, to="orders.fifo")
    assert (ended.code, ended.out) == (0, "21 of 21 sent\n")
    assert "21 with a fresh deduplication id" in ended.err
    found = received(engine, url)
    for group in ("a", "b", "c"):
        of_group = [message for message in found if message["Attributes"]["MessageGroupId"] == group]
        assert [message["Body"] for message in of_group] == [f"{group} {number}" for number in range(1, 8)]
        ids = [message["Attributes"]["MessageDeduplicationId"] for message in of_group]
        assert len({*ids}) == 7 and not any(own.startswith(group) for own in ids)


def test_a_message_that_was_sent_a_moment_ago_is_delivered_although_the_queue_knows_its_id(
    shell: Shell, engine: Engine, tmp_path: Path
) -> None:
    url = queue(engine, "orders.fifo")
    with engine.client("sqs") as sqs:
        for number in range(3):
            sqs.send_message(
                QueueUrl=url, MessageBody=str(number), MessageGroupId=f"g{number}", MessageDeduplicationId=str(number)
            )
    file = tmp_path / "x.jsonl"
    assert shell.run("export", "orders.fifo", str(file), "--endpoint-url", engine.url).code == 0
    assert len(received(engine, url)) == 3
    ended = bring(shell, engine.url, file, to="orders.fifo")
    assert ended.code == 0
    assert "3 with a fresh deduplication id" in ended.err
    assert sorted(message["Body"] for message in received(engine, url)) == ["0", "1", "2"]


# -- what is refused


def test_half_of_a_surrogate_pair_is_known_to_the_file_and_refused_by_line(
    shell: Shell, engine: Engine, tmp_path: Path
) -> None:
    url = queue(engine, "events")
    file = tmp_path / "x.jsonl"
    file.write_text('{"body": "good"}\n{"body": "a\\ud800"}\n')
    ended = bring(shell, engine.url, file)
    assert ended == Ended(
        1,
        "",
        "sqsview: line 2: the body holds U+D800 (half of a surrogate pair) at column 2, which is refused\n",
    )
    assert received(engine, url) == []


def test_a_message_that_is_too_large_for_the_queue_is_refused_by_line(
    shell: Shell, engine: Engine, tmp_path: Path
) -> None:
    queue(engine, "events", MaximumMessageSize="1024")
    file = tmp_path / "x.jsonl"
    file.write_text(json.dumps({"body": "x" * 1_025}) + "\n")
    ended = bring(shell, engine.url, file)
    assert ended.err == "sqsview: line 1: 1,025 bytes, and events takes 1,024: 1 too many\n"


def test_in_read_only_mode_the_server_sees_no_send(shell: Shell, moto: Engine, tmp_path: Path) -> None:
    queue(moto, "events")
    with start_proxy_thread(moto.url) as proxy:
        ended = bring(shell, proxy.url, write(tmp_path / "x.jsonl", 3), "--read-only")
        assert (ended.code, ended.out) == (1, "")
        assert "refused in read-only mode" in ended.err
        assert proxy.count("sqs:SendMessageBatch") == 0


def test_a_protected_queue_wants_its_name_once_more(shell: Shell, moto: Engine, tmp_path: Path) -> None:
    url = queue(moto, "events-prod")
    file = write(tmp_path / "x.jsonl", 3)
    (shell.home / ".config/sqsview").mkdir(parents=True)
    (shell.home / ".config/sqsview/config.toml").write_text('protected = ["*-prod"]\n')
    ended = bring(shell, moto.url, file, to="events-prod")
    assert ended.code == 1
    assert "go on with --confirm events-prod" in ended.err
    assert received(moto, url) == []
    assert bring(shell, moto.url, file, "--confirm", "events-prod", to="events-prod").code == 0
    assert len(received(moto, url)) == 3


def test_a_second_import_of_the_same_file_sends_nothing_unless_it_is_said(
    shell: Shell, moto: Engine, tmp_path: Path
) -> None:
    url, file = queue(moto, "events"), write(tmp_path / "x.jsonl", 3)
    assert bring(shell, moto.url, file).code == 0
    again = bring(shell, moto.url, file)
    assert again.code == 1
    assert "nothing is sent: all 3 messages of it were sent to events" in again.err
    assert "--again sends them once more" in again.err
    assert bring(shell, moto.url, file, "--again").code == 0
    assert len(received(moto, url)) == 6


@pytest.mark.parametrize("arguments", [["--rate", "0"], ["--from-line", "0"], ["--from-line", "2", "--again"]])
def test_what_makes_no_sense_is_wrong_usage(shell: Shell, arguments: list[str]) -> None:
    ended = shell.run("import", "x.jsonl", "events", *arguments)
    assert ended.code == 2
    assert ended.err.count("\n") == 1


def test_it_is_in_the_audit_log_and_the_journal_is_private(shell: Shell, moto: Engine, tmp_path: Path) -> None:
    queue(moto, "events")
    assert bring(shell, moto.url, write(tmp_path / "x.jsonl", 3)).code == 0
    state = shell.home / ".local/state/sqsview"
    begins, done = [json.loads(line) for line in (state / "audit.jsonl").read_text().splitlines()]
    assert (begins["deed"], begins["outcome"], begins["counts"]) == ("import", "begins", {"messages": 3})
    assert (done["outcome"], done["counts"], done["account"]) == ("done", {"sent": 3}, moto.account)
    assert (state / "operations.sqlite3").stat().st_mode & 0o077 == 0
    assert b"message 1" not in (state / "operations.sqlite3").read_bytes()


def test_ctrl_c_says_what_was_sent_and_the_same_import_goes_on(shell: Shell, moto: Engine, tmp_path: Path) -> None:
    url, file = queue(moto, "events"), write(tmp_path / "x.jsonl", 60)
    with start_proxy_thread(moto.url) as proxy:
        reached = threading.Event()

        async def note(given: Call, forward: Forward) -> Answer:
            answer = await forward()
            reached.set()
            return answer

        proxy.inject(note, "sqs:SendMessageBatch")
        arguments = ("import", str(file), "events", "--endpoint-url", proxy.url, "--rate", "10")
        with shell.start(*arguments) as process:
            assert reached.wait(30)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
            assert process.returncode == 130
        sent = int(out.decode().split()[0])
        assert 1 <= sent < 60
        assert out.decode() == f"{sent} of 60 sent · {60 - sent} not tried\n"
        assert "the same import again sends what is not there yet, and nothing else" in err.decode()
        ended = bring(shell, proxy.url, file)
        assert (ended.code, ended.out) == (0, f"60 of 60 sent · {sent} of them before\n")
    assert len(received(moto, url)) == 60


# -- kill -9


@pytest.fixture
def proxy(engine: Engine) -> Iterator[Proxy]:
    with start_proxy_thread(engine.url) as running:
        yield running


def killed_at(shell: Shell, proxy: Proxy, file: Path, to: str, *, call: int, arrives: bool) -> None:
    """Import until the send of this number, and kill the program before that is answered."""
    reached, gone = threading.Event(), threading.Event()

    async def hold(given: Call, forward: Forward) -> Answer:
        if proxy.count("sqs:SendMessageBatch") < call:
            return await forward()
        if arrives:
            await forward()
        reached.set()
        await asyncio.to_thread(gone.wait, 30)
        raise ConnectionCutError

    rule = proxy.inject(hold, "sqs:SendMessageBatch")
    with shell.start("import", str(file), to, "--endpoint-url", proxy.url) as process:
        assert reached.wait(30)
        process.kill()
        process.communicate(timeout=30)
    proxy.rules.remove(rule)
    gone.set()


@pytest.mark.both_engines
@pytest.mark.parametrize("arrives", [True, False])
def test_after_kill_9_the_same_import_goes_on_and_names_what_may_be_there_twice(
    shell: Shell, engine: Engine, proxy: Proxy, tmp_path: Path, arrives: bool
) -> None:
    url, file = queue(engine, "events"), write(tmp_path / "x.jsonl", 95)
    killed_at(shell, proxy, file, "events", call=4, arrives=arrives)
    ended = bring(shell, proxy.url, file)
    assert ended.code == 0
    assert re.search(r"an import of this file, \d+ s ago, was killed: \d+ of 95 messages were sent", ended.err)
    doubtful = numbers_in(ended.err)
    found = Counter(int(message["Body"].split()[1]) for message in received(engine, url))
    assert set(found) == set(range(1, 96)), "nothing is lost"
    twice = {number for number, times in found.items() if times > 1}
    assert twice <= doubtful
    assert len(doubtful) <= 80, "no more than what was under way"
    if arrives:
        assert twice, "the last call had arrived"
    assert bring(shell, proxy.url, file).code == 1, "it is all there now"


@pytest.mark.both_engines
def test_after_kill_9_a_fifo_queue_has_everything_once_and_in_order(
    shell: Shell, engine: Engine, proxy: Proxy, tmp_path: Path
) -> None:
    """The messages that may have arrived are sent with the same deduplication ids, which the queue swallows."""
    url, file = queue(engine, "orders.fifo"), write(tmp_path / "x.jsonl", 12, group="g")
    killed_at(shell, proxy, file, "orders.fifo", call=5, arrives=True)
    ended = bring(shell, proxy.url, file, to="orders.fifo")
    assert ended.code == 0
    assert "twice" not in ended.err
    assert [message["Body"] for message in received(engine, url)] == [f"message {n}" for n in range(1, 13)]


def test_killed_twice_it_still_goes_on(shell: Shell, engine: Engine, proxy: Proxy, tmp_path: Path) -> None:
    url, file = queue(engine, "events"), write(tmp_path / "x.jsonl", 200)
    killed_at(shell, proxy, file, "events", call=3, arrives=True)
    calls = proxy.count("sqs:SendMessageBatch")
    killed_at(shell, proxy, file, "events", call=calls + 10, arrives=False)
    ended = bring(shell, proxy.url, file)
    assert ended.code == 0
    found = Counter(int(message["Body"].split()[1]) for message in received(engine, url))
    assert set(found) == set(range(1, 201))


def test_killed_at_its_very_end_it_is_done_and_still_names_what_may_be_there_twice(
    shell: Shell, moto: Engine, tmp_path: Path
) -> None:
    """All was sent, but the program was killed before it could say so."""
    url, file = queue(moto, "events"), write(tmp_path / "x.jsonl", 20)
    with start_proxy_thread(moto.url) as proxy:
        killed_at(shell, proxy, file, "events", call=2, arrives=True)
        journal = shell.home / ".local/state/sqsview/operations.sqlite3"
        assert bring(shell, proxy.url, file).code == 0
        with sqlite3.connect(journal) as connection:
            connection.execute("UPDATE operations SET ended = NULL, outcome = NULL")
        connection.close()
        ended = bring(shell, proxy.url, file)
        assert ended.code == 1
        assert re.search("nothing is sent: all 20 messages of it were sent .* may be there twice", ended.err)
        with sqlite3.connect(journal) as connection:
            assert connection.execute("SELECT outcome FROM operations").fetchall() == [("done",)]
        connection.close()
    found = Counter(int(message["Body"].split()[1]) for message in received(moto, url))
    assert {number for number, times in found.items() if times > 1} <= numbers_in(ended.err)


def numbers_in(said: str) -> set[int]:
    """Give the lines that are named as doubtful."""
    found: set[int] = set()
    for named in re.findall(r"lines? ([\d,–\s]+?) may be", said):
        for one in named.split(", "):
            first, _, last = one.replace(",", "").partition("–")
            found |= set(range(int(first), int(last or first) + 1))
    return found
