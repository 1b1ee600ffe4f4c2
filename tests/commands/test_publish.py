"""``sqsview publish`` on real servers: what it sends, what it prints, and what it refuses."""

from __future__ import annotations

import asyncio
import base64
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
from tests.support.fault_kinds import Answer, Call, ConnectionCutError, Forward
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.pty import Screen, start_in_pty, terminal_environment
from tests.support.shell import PROGRAM, Ended, Shell


@dataclass(frozen=True, slots=True)
class World:
    """Two queues and two topics on a server, and a shell to publish from."""

    shell: Shell
    engine: Engine
    url: str

    def publish(self, target: str, *arguments: str, stdin: bytes = b"") -> Ended:
        return self.shell.run("publish", target, "--endpoint-url", self.url, *arguments, stdin=stdin)

    def received(self, queue: str = "orders") -> list[dict[str, Any]]:
        """Receive and delete all there is, with boto3."""
        found: list[dict[str, Any]] = []
        with self.engine.client("sqs") as sqs:
            url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            while True:
                messages = sqs.receive_message(
                    QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
                ).get("Messages", [])
                if not messages:
                    return found
                for message in messages:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found += messages

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:eu-west-1:{self.engine.account}:{name}"


def build(engine: Engine) -> None:
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        sqs.create_queue(QueueName="orders")
        sqs.create_queue(QueueName="both")
        sqs.create_queue(QueueName="mail.fifo", Attributes={"FifoQueue": "true"})
        sns.create_topic(Name="both")
        topic = sns.create_topic(Name="events")["TopicArn"]
        endpoint = f"arn:aws:sqs:eu-west-1:{engine.account}:orders"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)


@pytest.fixture
def world(shell: Shell, engine: Engine) -> World:
    build(engine)
    return World(shell, engine, engine.url)


@pytest.fixture
def on_moto(shell: Shell, moto: Engine) -> World:
    build(moto)
    return World(shell, moto, moto.url)


@pytest.fixture
def proxied(on_moto: World) -> Iterator[tuple[World, Proxy]]:
    with start_proxy_thread(on_moto.url) as proxy:
        yield World(on_moto.shell, on_moto.engine, proxy.url), proxy


# -- what arrives


def test_a_message_goes_to_a_queue_and_its_id_is_printed(world: World, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    ended = world.publish(
        "orders",
        "--body",
        '{"id": 1}',
        "--attribute",
        "type=order",
        "--attribute",
        "n:Number.int=3",
        "--attribute",
        "b:Binary=AAH/",
        "--attribute",
        f"logo:Binary.png=@{tmp_path}/logo.png",
        "--group",
        "tenant-1",
    )
    assert (ended.code, ended.err) == (0, "")
    (message,) = world.received()
    assert ended.out == f"{message['MessageId']}\n"
    assert message["Body"] == '{"id": 1}'
    assert message["MessageAttributes"] == {
        "type": {"DataType": "String", "StringValue": "order"},
        "n": {"DataType": "Number.int", "StringValue": "3"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xff"},
        "logo": {"DataType": "Binary.png", "BinaryValue": b"\x89PNG"},
    }
    assert message["Attributes"]["MessageGroupId"] == "tenant-1"


def test_a_message_goes_to_a_fifo_queue_with_group_and_deduplication(world: World) -> None:
    ended = world.publish("mail.fifo", "--body", "one", "--group", "g", "--deduplication", "d", "--json")
    assert (ended.code, ended.err) == (0, "")
    (message,) = world.received("mail.fifo")
    assert json.loads(ended.out) == {
        "target": world.arn("sqs", "mail.fifo"),
        "id": message["MessageId"],
        "sequence": message["Attributes"]["SequenceNumber"],
    }


def test_a_message_goes_to_a_topic_with_subject_and_a_body_for_each_protocol(world: World) -> None:
    bodies = json.dumps({"default": "for all", "sqs": "for queues"})
    ended = world.publish("events", "--body", bodies, "--structure", "json", "--subject", "Déjà vu", "--json")
    assert (ended.code, ended.err) == (0, "")
    (message,) = world.received()
    envelope = json.loads(message["Body"])
    assert (envelope["Message"], envelope["Subject"]) == ("for queues", "Déjà vu")
    assert json.loads(ended.out) == {
        "target": world.arn("sns", "events"),
        "id": envelope["MessageId"],
        "sequence": None,
    }


@pytest.mark.parametrize("form", ["{name}", "{arn}", "{url}"])
def test_a_queue_is_named_by_name_arn_or_url(on_moto: World, form: str) -> None:
    with on_moto.engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    target = form.format(name="orders", arn=on_moto.arn("sqs", "orders"), url=url)
    assert on_moto.publish(target, "--body", "x").code == 0
    assert len(on_moto.received()) == 1


def test_a_topic_is_named_by_its_arn(on_moto: World) -> None:
    assert on_moto.publish(on_moto.arn("sns", "events"), "--body", "x").code == 0
    assert len(on_moto.received()) == 1


BODIES = ["día ✓ \U0001f600\n\n".encode(), b"\xef\xbb\xbf\t a\r\nb \n"]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_from_a_file_or_from_standard_input_is_sent_byte_by_byte(
    on_moto: World, tmp_path: Path, body: bytes
) -> None:
    (tmp_path / "body").write_bytes(body)
    assert on_moto.publish("orders", "--body", f"@{tmp_path}/body").code == 0
    assert on_moto.publish("orders", "--body", "-", stdin=body).code == 0
    assert [message["Body"].encode() for message in on_moto.received()] == [body, body]


# -- many times


def test_a_repeat_fills_in_its_placeholders_and_tells_the_outcome(world: World) -> None:
    ended = world.publish("orders", "--body", "{{n}} {{uuid}}", "--attribute", "n:Number={{n}}", "--repeat", "25")
    assert ended == Ended(0, "25 of 25 sent\n", "")
    bodies = [message["Body"].split() for message in world.received()]
    assert sorted(int(number) for number, _ in bodies) == list(range(1, 26))
    assert len({identity for _, identity in bodies}) == 25


def test_without_repeat_nothing_is_filled_in_and_that_is_said(on_moto: World) -> None:
    ended = on_moto.publish("orders", "--body", "{{n}}")
    assert ended.code == 0
    assert ended.err == ("sqsview: note: {{n}}: sent as it stands, for it is filled in only where it is repeated\n")
    assert [message["Body"] for message in on_moto.received()] == ["{{n}}"]


def test_what_some_of_many_failed_for_is_told_by_number(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.failing_entries({"2"}, "InternalError", "try\x1b[2J again"), "sqs:SendMessageBatch")
    ended = world.publish("orders", "--body", "{{n}}", "--repeat", "20")
    assert (ended.code, ended.out) == (1, "18 of 20 sent · 2 failed\n")
    assert sorted(ended.err.splitlines()) == [
        "sqsview: message 13: try␛[2J again (InternalError)",
        "sqsview: message 3: try␛[2J again (InternalError)",
    ]
    assert len(world.received()) == 18


def test_a_repeat_as_json_has_every_figure(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.failing_entries({"0"}, "E", "no"), "sqs:SendMessageBatch")
    ended = world.publish("orders", "--body", "x", "--repeat", "5", "--json")
    assert ended.code == 1
    assert json.loads(ended.out) == {
        "target": world.arn("sqs", "orders"),
        "sent": 4,
        "failed": [{"number": 1, "reason": "no (E)"}],
        "not_sent": 1,
        "not_known": 0,
        "not_tried": 0,
        "reasons": {"no (E)": 1},
    }


def test_a_repeat_that_cannot_succeed_is_given_up(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.denied(), "sqs:SendMessageBatch")
    ended = world.publish("mail.fifo", "--body", "x", "--group", "g", "--deduplication", "{{n}}", "--repeat", "500")
    assert (ended.code, ended.out) == (1, "0 of 500 sent · 10 failed · 490 not tried\n")
    assert "sqsview: given up: mail.fifo: not permitted: " in ended.err
    assert proxy.count("sqs:SendMessageBatch") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_repeat_and_tells_what_was_sent(proxied: tuple[World, Proxy], number: signal.Signals) -> None:
    world, proxy = proxied
    seen = threading.Event()

    async def told(_call: Call, forward: Forward) -> Answer:
        seen.set()
        return await forward()

    proxy.inject(told, "sqs:SendMessageBatch")
    arguments = ("--endpoint-url", world.url, "--body", "{{n}}", "--repeat", "1000", "--rate", "5", "--json")
    running = world.shell.start("publish", "orders", *arguments)
    assert seen.wait(30)
    running.send_signal(number)
    out, _ = running.communicate(timeout=30)
    assert running.returncode == 128 + number
    told_of = json.loads(out)
    assert told_of["sent"] == len(world.received()) > 0
    assert told_of["sent"] + told_of["not_tried"] == 1000


def test_on_a_terminal_one_line_tells_how_far_it_is_and_goes_away(on_moto: World) -> None:
    arguments = ("--endpoint-url", on_moto.url, "--body", "x", "--repeat", "30", "--rate", "20")
    command = (*PROGRAM, "publish", "orders", *arguments)
    with start_in_pty(command, environment=terminal_environment(**on_moto.shell.environment)) as terminal:
        assert terminal.wait_for_exit() == 0
        assert re.search(rb"\r\d+ of 30 sent \xc2\xb7 [\d.]+ a second \xc2\xb7 \d s left", terminal.raw)
        screen = Screen(120, 5)
        screen.feed(terminal.raw)
        assert screen.lines[:2] == ["30 of 30 sent", ""]


# -- what is refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["orders"], "the following arguments are required: --body; see sqsview publish --help"),
        (["--body", "x"], "the following arguments are required: TARGET; see sqsview publish --help"),
        (["orders", "--body", "x", "--attribute", "a"], '"a" is no attribute: write NAME=VALUE or NAME:TYPE=VALUE'),
        (["orders", "--body", "x", "--attribute", "a:Integer=1"], 'there is no type "Integer"'),
        (["orders", "--body", "x", "--attribute", "a=1", "--attribute", "a=2"], "is there 2 times: keep one"),
        (["orders", "--body", "x", "--delay", "901"], "--delay: must be a whole number of seconds from 0 to 900"),
        (["orders", "--body", "x", "--delay", "-1"], "--delay: must be a whole number of seconds from 0 to 900"),
        (["orders", "--body", "x", "--repeat", "0"], "--repeat: must be a whole number from 1 to 1,000,000"),
        (["orders", "--body", "x", "--repeat", "5", "--rate", "nan"], "--rate: must be a number of messages a second"),
        (["orders", "--body", "x", "--rate", "5"], "--rate needs --repeat"),
        (["orders", "--body", "x", "--structure", "xml"], "invalid choice: 'xml'"),
        (["orders", "more", "--body", "x"], "one thing too many: more"),
    ],
)
def test_what_can_never_be_right_is_wrong_usage(shell: Shell, arguments: list[str], said: str) -> None:
    ended = shell.run("publish", "--endpoint-url", "http://127.0.0.1:9", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("target", "arguments", "said"),
    [
        ("orders", ["--body", ""], "orders: the body is empty: give at least one character"),
        ("orders", ["--body", "x", "--subject", "s"], "orders: a subject is for topics; a queue has none"),
        ("orders", ["--body", "x", "--attribute", "n:Number=many"], '"many" is not a number'),
        ("mail.fifo", ["--body", "x"], "mail.fifo: a FIFO queue needs a message group · give one with --group"),
        ("mail.fifo", ["--body", "{{uuid}}", "--repeat", "2"], "needs a message group · give one with --group"),
        ("mail.fifo", ["--body", "x", "--group", "a b"], "ASCII punctuation are taken · change --group"),
        (
            "mail.fifo",
            ["--body", "x", "--group", "g"],
            "this queue needs a deduplication id: it makes none of the body · give one with --deduplication",
        ),
        (
            "orders",
            ["--body", "x", "--deduplication", "d"],
            "orders: a standard queue takes no deduplication id · leave --deduplication out",
        ),
        ("events", ["--body", "x", "--delay", "1"], "events: a delay is for queues; a topic has none"),
        ("events", ["--body", "x", "--structure", "json"], "the body must be a JSON object of texts by protocol"),
        ("nowhere", ["--body", "x"], "nowhere: there is no queue and no topic of this name · sqsview ls shows"),
        (
            "arn:aws:sns:us-east-1:123456789012:events",
            ["--body", "x"],
            "events: it is in us-east-1, and the connection is to eu-west-1 · use --region us-east-1",
        ),
        ("arn:aws:lambda:eu-west-1:123456789012:f", ["--body", "x"], "this ARN is of lambda and of no queue"),
        ("orders", ["--body", "@/nowhere/body"], "/nowhere/body cannot be read: No such file or directory"),
    ],
)
def test_what_is_refused_is_one_line_and_nothing_is_sent(
    on_moto: World, target: str, arguments: list[str], said: str
) -> None:
    ended = on_moto.publish(target, *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert on_moto.received() == []


def test_an_ambiguous_name_lists_the_candidates(on_moto: World) -> None:
    ended = on_moto.publish("both", "--body", "x")
    arns = f"{on_moto.arn('sqs', 'both')} or {on_moto.arn('sns', 'both')}"
    assert ended == Ended(2, "", f"sqsview: both is a queue and a topic: give {arns}\n")


def test_standard_input_that_is_not_utf_8_is_refused(on_moto: World) -> None:
    ended = on_moto.publish("orders", "--body", "-", stdin=b"ab\xff")
    assert ended == Ended(1, "", "sqsview: standard input is not UTF-8: byte 2 is wrong\n")


@pytest.mark.parametrize("arguments", [(), ("--repeat", "20")])
def test_read_only_mode_refuses(on_moto: World, arguments: tuple[str, ...]) -> None:
    ended = on_moto.publish("orders", "--body", "x", "--read-only", *arguments)
    assert ended.code == 1
    assert "is refused in read-only mode · start without --read-only" in ended.err
    assert on_moto.received() == []


PROTECTED = {"SQSVIEW_PROTECTED": "ord*,*-prod"}


@pytest.mark.parametrize("more", [(), ("--repeat", "2")])
def test_a_protected_name_has_to_be_repeated(on_moto: World, more: tuple[str, ...]) -> None:
    careful = World(on_moto.shell.having(**PROTECTED), on_moto.engine, on_moto.url)
    said = "orders is protected, and what is sent cannot be taken back: go on with --confirm orders"
    assert careful.publish("orders", "--body", "x", *more) == Ended(1, "", f"sqsview: {said}\n")
    assert careful.received() == []
    assert careful.publish("orders", "--body", "x", "--confirm", "orders", *more).code == 0
    assert careful.received() != []
    assert careful.publish("events", "--body", "x").code == 0, "other names need nothing"


@pytest.mark.parametrize("environment", [PROTECTED, {}])
def test_what_was_confirmed_is_what_is_sent_to(on_moto: World, environment: dict[str, str]) -> None:
    careful = World(on_moto.shell.having(**environment), on_moto.engine, on_moto.url)
    ended = careful.publish("orders", "--body", "x", "--confirm", "order")
    assert ended == Ended(1, "", "sqsview: nothing is sent: --confirm says order, and the target is orders\n")
    assert careful.received() == []


def test_many_need_no_confirmation_where_the_number_was_typed(on_moto: World) -> None:
    assert on_moto.publish("orders", "--body", "x", "--repeat", "101").out == "101 of 101 sent\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_one_message_is_under_way_says_that_it_is_not_known(
    proxied: tuple[World, Proxy], number: signal.Signals
) -> None:
    world, proxy = proxied
    taken = threading.Event()

    async def silent(_call: Call, forward: Forward) -> Answer:
        await forward()
        taken.set()
        await asyncio.sleep(60)
        raise ConnectionCutError

    proxy.inject(silent, "sqs:SendMessage")
    running = world.shell.start("publish", "orders", "--endpoint-url", world.url, "--body", "x")
    assert taken.wait(30)
    running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (128 + number, b"")
    assert err == b"sqsview: orders: it is not known whether it was sent\n"
    assert len(world.received()) == 1


def test_a_lost_answer_is_told_as_such(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.truncated(0.2), "sqs:SendMessage")
    ended = world.publish("orders", "--body", "x")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("sqsview: it may have been sent, but that is not known: orders: ")
    assert len(world.received()) == 1


def test_a_queue_can_be_published_to_where_topics_may_not_be_read(proxied: tuple[World, Proxy]) -> None:
    world, proxy = proxied
    proxy.inject(fault_kinds.denied(), "sns:*")
    proxy.inject(fault_kinds.denied(), "sqs:GetQueueAttributes")
    assert world.publish("orders", "--body", "x").code == 0
    assert len(world.received()) == 1


def test_bytes_of_a_message_that_was_looked_at_can_be_published_again(on_moto: World) -> None:
    """What ``peek`` prints of a binary attribute is what ``--attribute`` takes."""
    value = base64.b64encode(bytes(range(256))).decode()
    assert on_moto.publish("orders", "--body", "x", "--attribute", f"b:Binary={value}").code == 0
    peeked = on_moto.shell.run("peek", "orders", "--json", "--endpoint-url", on_moto.url)
    (message,) = json.loads(peeked.out)["messages"]
    assert message["attributes"]["b"] == {"type": "Binary", "value": value}
