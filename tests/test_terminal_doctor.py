"""A fault is found and mended by keys, in a real terminal at a real server, and the list follows by itself."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from tests.support.engines import Engine
from tests.support.pty import Terminal, start_in_pty
from tests.test_terminal import PROGRAM, environment_for

CTRL_S = "\x13"


def agree(terminal: Terminal) -> None:
    """Agree until that counts: not before the dialog could be read, and only when no key came just before."""
    for _ in range(10):
        terminal.send(CTRL_S)
        with suppress(TimeoutError):
            terminal.wait_for(lambda text: "Fix orders" not in text, timeout=2.0)
            return
    raise AssertionError(terminal.text)


def test_a_queue_that_does_not_admit_its_topic_is_found_shown_mended_and_gone_from_the_list(
    engine: Engine, tmp_path: Path
) -> None:
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        url = sqs.create_queue(QueueName="search")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        with start_in_pty(PROGRAM, environment=environment_for(engine.url, tmp_path)) as terminal:
            terminal.wait_for("search")
            terminal.send("3")
            terminal.wait_for("✗ 0 of 1")
            terminal.send("w")
            terminal.wait_for("doctor › 1 error")
            terminal.send("F")
            terminal.wait_for("Fix orders → search")
            terminal.wait_for('"sqsview-orders"')
            assert "Policy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            agree(terminal)
            terminal.wait_for("nothing is wrong with 1 queues and 1 topics")
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        assert json.loads(policy)["Statement"][0]["Condition"] == {"ArnEquals": {"aws:SourceArn": topic}}
    audit = (tmp_path / "state/sqsview/audit.jsonl").read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in audit] == ["begins", "done"]
