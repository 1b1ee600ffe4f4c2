"""``sqsview doctor`` on real servers: what is planted is found and nothing else, as a document and for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.engines import REGION, Engine
from tests.support.shell import Ended, Shell

DAY = 86_400


@dataclass(frozen=True, slots=True)
class World:
    """A server with a healthy fan-out on it, and a shell to examine it from."""

    shell: Shell
    engine: Engine
    sqs: Any
    sns: Any

    def doctor(self, *arguments: str) -> Ended:
        return self.shell.run("doctor", "--endpoint-url", self.engine.url, *arguments)

    def found(self, *arguments: str) -> set[tuple[str, str, str]]:
        ended = self.doctor("--json", *arguments)
        document = json.loads(ended.out)
        assert ended.code == any(each["severity"] == "error" for each in document["findings"]), ended.err
        return {(each["severity"], each["code"], each["thing"]) for each in document["findings"]}

    def arn(self, name: str) -> str:
        return f"arn:aws:sqs:{REGION}:{self.engine.account}:{name}"

    def url(self, name: str) -> str:
        return str(self.sqs.get_queue_url(QueueName=name)["QueueUrl"])

    def make(self, name: str, **attributes: str) -> str:
        url = self.sqs.create_queue(QueueName=name, Attributes={"MessageRetentionPeriod": str(4 * DAY), **attributes})
        return str(url["QueueUrl"])

    def set(self, name: str, **attributes: str) -> None:
        self.sqs.set_queue_attributes(QueueUrl=self.url(name), Attributes=attributes)

    def redrive(self, name: str, target: str, receives: int = 5) -> None:
        policy = {"deadLetterTargetArn": self.arn(target), "maxReceiveCount": receives}
        self.set(name, RedrivePolicy=json.dumps(policy))

    def admit(self, name: str, topic: str, principal: str = "sns.amazonaws.com") -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": principal},
            "Action": "sqs:SendMessage",
            "Resource": self.arn(name),
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        self.set(name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def subscribe(self, topic: str, name: str, **attributes: str) -> str:
        made = self.sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=self.arn(name), Attributes=attributes, ReturnSubscriptionArn=True
        )
        return str(made["SubscriptionArn"])


@pytest.fixture
def world(shell: Shell, engine: Engine) -> Iterator[World]:
    yield from healthy(shell, engine)


def healthy(shell: Shell, engine: Engine) -> Iterator[World]:
    """Make the fan-out."""
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        made = World(shell, engine, sqs, sns)
        made.make("billing-dlq", MessageRetentionPeriod=str(14 * DAY))
        made.make("billing")
        made.redrive("billing", "billing-dlq")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        made.admit("billing", topic)
        made.subscribe(topic, "billing", FilterPolicy='{"type": ["order"]}')
        yield made


@pytest.fixture
def topic(world: World) -> str:
    return str(world.sns.create_topic(Name="orders")["TopicArn"])


def test_nothing_is_found_in_a_healthy_fan_out(world: World) -> None:
    said = "nothing is wrong in 2 queues and 1 topic, as far as what is set up shows\n"
    assert world.doctor() == Ended(0, said, "")
    assert world.doctor("--json") == Ended(0, '{"findings": []}\n', "")


@pytest.mark.both_engines
def test_what_is_planted_on_a_server_is_found_and_nothing_else(world: World, topic: str) -> None:
    world.make("unknown")
    world.subscribe(topic, "unknown")
    world.make("wrong")
    world.admit("wrong", topic.replace("orders", "other"))
    world.subscribe(topic, "wrong")
    world.make("legacy")
    world.subscribe(topic, "legacy")
    world.sqs.delete_queue(QueueUrl=world.url("legacy"))
    world.make("raw")
    world.admit("raw", topic)
    world.subscribe(topic, "raw", RawMessageDelivery="true")
    world.make("hasty")
    world.redrive("hasty", "billing-dlq", receives=1)
    world.make("loop")
    world.redrive("loop", "loop")
    world.make("lost-dlq")
    world.make("careless")
    world.redrive("careless", "lost-dlq")
    world.sqs.delete_queue(QueueUrl=world.url("lost-dlq"))
    world.make("short-dlq", MessageRetentionPeriod=str(DAY))
    world.make("short")
    world.redrive("short", "short-dlq")
    world.make("old-dlq", MessageRetentionPeriod=str(14 * DAY))
    world.sqs.send_message(QueueUrl=world.url("billing-dlq"), MessageBody="one")
    world.sns.create_topic(Name="silent")
    assert world.found() == {
        ("error", "topic-not-admitted", "orders → unknown"),
        ("error", "topic-not-admitted", "orders → wrong"),
        ("error", "queue-gone", "orders → legacy"),
        ("error", "dlq-itself", "loop"),
        ("error", "dlq-gone", "careless"),
        ("warning", "max-receive-count-one", "hasty"),
        ("warning", "dlq-retention", "short-dlq"),
        ("warning", "dlq-orphaned", "old-dlq"),
        ("warning", "dlq-not-empty", "billing-dlq"),
        ("info", "raw-attributes", "orders → raw"),
        ("info", "topic-unheard", "silent"),
    }


def test_a_key_that_sns_cannot_use_is_found(world: World, topic: str) -> None:
    world.make("secret", KmsMasterKeyId="alias/aws/sqs")
    world.admit("secret", topic)
    world.subscribe(topic, "secret")
    assert world.found() == {("error", "aws-managed-key", "orders → secret")}


def test_a_pending_subscription_and_a_refusing_dead_letter_queue_are_found(shell: Shell, ministack: Engine) -> None:
    """Moto confirms every subscription at once and keeps no redrive allow policy."""
    for world in healthy(shell, ministack):
        (topic,) = (each["TopicArn"] for each in world.sns.list_topics()["Topics"])
        world.sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://status.example.com/hook")
        world.set("billing-dlq", RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
        assert world.found() == {
            ("warning", "subscription-pending", "orders → https://status.example.com/hook"),
            ("error", "dlq-refuses", "billing"),
        }


def test_a_person_gets_evidence_why_and_fix_and_the_exit_code_of_an_error(world: World, topic: str) -> None:
    world.make("search")
    world.subscribe(topic, "search")
    ended = world.doctor()
    assert (ended.code, ended.err) == (1, "")
    first, why, fix, _, last = ended.out.splitlines()
    assert first == "✗ orders → search: the queue has no policy, so it admits no topic  [topic-not-admitted]"
    assert "nothing arrives" in why
    assert fix.startswith("    fix  in the policy of search, allow sns.amazonaws.com sqs:SendMessage")
    assert last == "1 error in 3 queues and 1 topic"


def test_of_a_part_nothing_is_said_to_be_gone(world: World, topic: str) -> None:
    world.make("legacy")
    world.subscribe(topic, "legacy")
    world.sqs.delete_queue(QueueUrl=world.url("legacy"))
    assert ("error", "queue-gone", "orders → legacy") in world.found()
    assert world.found("--queue", "billing") == {
        ("info", "not-listed", "queues"),
        ("info", "not-listed", "topics"),
        ("info", "not-listed", "orders → legacy"),
        ("info", "not-listed", "billing"),
    }


def test_it_changes_and_receives_nothing_so_that_read_only_mode_has_no_objection(world: World) -> None:
    assert world.doctor("--read-only").code == 0


def test_with_cloudwatch_switched_on_the_ages_are_asked_for(world: World) -> None:
    config = world.shell.home / "sqsview.toml"
    config.write_text("cloudwatch = true\n")
    ended = world.doctor("--json", "--config", str(config))
    assert (ended.code, ended.out, ended.err) == (0, '{"findings": []}\n', "")


def test_a_server_that_is_not_there_is_one_line_and_no_document(shell: Shell) -> None:
    ended = shell.run("doctor", "--json", "--endpoint-url", "http://127.0.0.1:9")
    assert (ended.code, ended.out) == (1, "")
    assert len(ended.err.splitlines()) == 1
