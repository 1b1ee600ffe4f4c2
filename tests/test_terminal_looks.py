"""A look in a real terminal at a real server: whatever ends the program, nothing stays held."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.engines import Engine
from tests.support.pty import ENTER, ESCAPE, Terminal, start_in_pty
from tests.test_terminal import PROGRAM, environment_for, program_of, restored

DEAD_LETTERS = 12


@pytest.fixture
def sqs(moto: Engine) -> Iterator[Any]:
    """Give a client of an account with a queue and its dead letters."""
    with moto.client("sqs") as client:
        url = client.create_queue(QueueName="orders-dlq")["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 5}}'
        client.create_queue(QueueName="orders", Attributes={"RedrivePolicy": redrive})
        for number in range(DEAD_LETTERS):
            client.send_message(QueueUrl=url, MessageBody=f'{{"order": {number}}}')
        yield client


def in_flight(sqs: Any) -> int:
    url = sqs.get_queue_url(QueueName="orders-dlq")["QueueUrl"]
    name = "ApproximateNumberOfMessagesNotVisible"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def receive_counts(sqs: Any) -> list[int]:
    url = sqs.get_queue_url(QueueName="orders-dlq")["QueueUrl"]
    counts: list[int] = []
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get("Messages"):
        counts += [int(message["Attributes"]["ApproximateReceiveCount"]) for message in found]
    return counts


def until(condition: Callable[[], bool], within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not so within {within} s"
        time.sleep(0.05)


@contextmanager
def holding(moto: Engine, home: Path, *arguments: str) -> Iterator[Terminal]:
    """Run the dashboard with all dead letters held."""
    with start_in_pty([*PROGRAM, *arguments], environment=environment_for(moto.url, home)) as terminal:
        terminal.wait_for(lambda text: "DLQ of 1" in text and "2 queues" in text)
        terminal.send("/dlq" + ENTER)
        terminal.wait_for("1 of 2")
        terminal.send("v")
        terminal.wait_for(f"{DEAD_LETTERS} of about {DEAD_LETTERS} · held", timeout=30)
        yield terminal


@pytest.mark.parametrize("ending", ["esc", "q", "another tab", "SIGTERM", "SIGHUP"])
def test_whatever_ends_a_look_nothing_stays_held(sqs: Any, moto: Engine, tmp_path: Path, ending: str) -> None:
    with holding(moto, tmp_path) as terminal:
        assert in_flight(sqs) == DEAD_LETTERS
        if ending == "esc":
            terminal.send(ESCAPE)
        elif ending == "q":
            terminal.send("q")
        elif ending == "another tab":
            terminal.send("2")
        else:
            os.kill(program_of(terminal), getattr(signal, ending))
        until(lambda: in_flight(sqs) == 0)
        if ending not in ("esc", "another tab"):
            terminal.wait_for_exit()
            assert restored(terminal)
    assert receive_counts(sqs) == [2] * DEAD_LETTERS, "one receive by the look, one by this test"


def test_two_keys_in_one_go_make_one_look_and_leaving_gives_all_of_it_back(
    sqs: Any, moto: Engine, tmp_path: Path
) -> None:
    url = sqs.get_queue_url(QueueName="orders-dlq")["QueueUrl"]
    for number in range(60):
        sqs.send_message(QueueUrl=url, MessageBody=f"more {number}")
    with start_in_pty(PROGRAM, environment=environment_for(moto.url, tmp_path)) as terminal:
        terminal.wait_for(lambda text: "DLQ of 1" in text and "2 queues" in text)
        terminal.send("/dlq" + ENTER)
        terminal.wait_for("1 of 2")
        terminal.send("vv")
        terminal.wait_for("25 of about 72 · held", timeout=30)
        assert in_flight(sqs) == 25
        terminal.send("vv")
        terminal.wait_for("50 of about 72 · held", timeout=30)
        assert in_flight(sqs) == 50
        terminal.send(ESCAPE)
        until(lambda: in_flight(sqs) == 0)
        terminal.send("q")
        terminal.wait_for_exit()


def test_opening_refreshing_and_leaving_screens_receives_nothing(sqs: Any, moto: Engine, tmp_path: Path) -> None:
    with start_in_pty(PROGRAM, environment=environment_for(moto.url, tmp_path)) as terminal:
        terminal.wait_for(lambda text: "DLQ of 1" in text and "2 queues" in text)
        terminal.send("/dlq" + ENTER)
        terminal.wait_for("1 of 2")
        terminal.send("d")
        terminal.wait_for("MessageRetentionPeriod")
        terminal.send("\x12" + ESCAPE)  # ctrl+r, then back
        terminal.wait_for("1 of 2")
        terminal.send("3")
        terminal.wait_for("[3 Fan-out]")
        terminal.send("5\x121")
        terminal.wait_for("[1 Queues]")
        terminal.send("q")
        terminal.wait_for_exit()
    assert receive_counts(sqs) == [1] * DEAD_LETTERS, "the only receive is that of this test"


def test_in_read_only_mode_no_look_is_made(sqs: Any, moto: Engine, tmp_path: Path) -> None:
    environment = environment_for(moto.url, tmp_path)
    with start_in_pty([*PROGRAM, "--read-only"], environment=environment) as terminal:
        terminal.wait_for(lambda text: "DLQ of 1" in text and "2 queues" in text)
        assert "v look" not in terminal.text
        terminal.send("v")
        terminal.wait_for("a look is a receive")
        terminal.send("q")
        terminal.wait_for_exit()
    assert receive_counts(sqs) == [1] * DEAD_LETTERS
