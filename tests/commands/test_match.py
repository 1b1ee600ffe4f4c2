"""``sqsview match``: what it says of a policy without any connection, and of a topic on real servers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.engines import Engine
from tests.support.shell import Ended, Shell

ORDERS = '{"type": ["order"]}'


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--policy", ORDERS, "--attribute", "type=order"], 0, "yes: type is order\n"),
        (["--policy", ORDERS, "--attribute", "type=refund"], 1, "no: type is order: it is refund\n"),
        (["--policy", ORDERS], 1, "no: attribute type is absent\n"),
        (["--policy", "{}"], 0, "yes: no filter\n"),
        (["--policy", ORDERS, "--scope", "body", "--body", '{"type": "order"}'], 0, "yes: type is order\n"),
        (["--policy", ORDERS, "--scope", "body", "--body", "order"], 1, "no: the body is no JSON object\n"),
    ],
)
def test_the_answer_stands_with_the_clause_that_decides_and_in_the_exit_code(
    shell: Shell, arguments: list[str], code: int, said: str
) -> None:
    assert shell.run("match", *arguments) == Ended(code, said, "")


def test_what_sns_leaves_open_is_uncertain_and_no_yes(shell: Shell) -> None:
    ended = shell.run("match", "--policy", '{"n": [{"numeric": [">", 5]}]}', "--attribute", "n:Number.int=7", "--json")
    document = json.loads(ended.out)
    assert (ended.code, document["answer"], document["scope"]) == (1, "uncertain", "MessageAttributes")
    assert "AWS does not say how it compares the type Number.int" in document["reason"]


def test_policy_and_body_come_from_files_and_standard_input(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(ORDERS)
    arguments = ("match", "--policy", f"@{tmp_path}/policy.json", "--scope", "body", "--body", "-")
    assert shell.run(*arguments, stdin=b'{"type": "order"}').out == "yes: type is order\n"


def test_what_sns_would_refuse_as_new_is_noted(shell: Shell) -> None:
    policy = json.dumps({f"key{n}": [{"exists": False}] for n in range(6)})
    ended = shell.run("match", "--policy", policy, "--attribute", "a=1")
    assert ended.code == 0
    assert ended.out.startswith("yes: attribute key0 is absent and ")
    assert ended.err == "sqsview: note: SNS would refuse it now: Filter policy can not have more than 5 keys\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "one of the arguments --policy --topic is required"),
        (["--policy", ORDERS, "--topic", "orders"], "not allowed with argument"),
        (["--policy", ""], "--policy is empty: {} lets everything through"),
        (["--policy", "orders"], "--policy is neither a JSON object, nor @FILE, nor the ARN of a subscription"),
        (["--policy", '{"type": "order"}'], '--policy: "type" must be an object or an array'),
        (["--policy", '{"a": {"b": ["c"]}}'], "does not support nested filter policy"),
        (["--policy", ORDERS, "--attribute", "type"], "--attribute "),
        (["--policy", ORDERS, "--structure", "json"], "--structure goes with --topic"),
        (["--topic", "orders", "--scope", "body"], "--scope goes with --policy"),
    ],
)
def test_what_can_never_be_right_is_wrong_usage(shell: Shell, arguments: list[str], said: str) -> None:
    ended = shell.run("match", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_file_that_is_not_there_is_a_fault(shell: Shell) -> None:
    ended = shell.run("match", "--policy", "@nowhere.json")
    assert (ended.code, ended.err) == (1, "sqsview: nowhere.json cannot be read: No such file or directory\n")


def test_a_policy_that_is_given_needs_no_network_and_none_of_its_libraries() -> None:
    code = (
        "import sys, socket\n"
        "def refuse(*_): raise AssertionError('a socket')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "from sqsview.cli import main\n"
        f"assert main(['match', '--policy', {ORDERS!r}, '--attribute', 'type=order']) == 0\n"
        "assert not {'botocore', 'aiobotocore', 'aiohttp', 'textual', 'asyncio'} & sys.modules.keys()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path.cwd(), timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.fixture
def topic(engine: Engine) -> str:
    """A topic that one queue gets, one filters, one refuses, and one that is gone would get."""
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        arn = sns.create_topic(Name="orders")["TopicArn"]
        sns.create_topic(Name="lonely")
        for name, policy in {"billing": ORDERS, "refunds": '{"type": ["refund"]}', "gone": "", "closed": ""}.items():
            queue = arn.replace(":sns:", ":sqs:").replace(":orders", f":{name}")
            url = sqs.create_queue(QueueName=name)["QueueUrl"]
            admitting = {
                "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
            }  # fmt: skip
            if name != "closed":
                document = json.dumps({"Version": "2012-10-17", "Statement": [admitting]})
                sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
            attributes = {"FilterPolicy": policy} if policy else {}
            sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue, Attributes=attributes)
            if name == "gone":
                sqs.delete_queue(QueueUrl=url)
    return str(arn)


def test_of_a_topic_each_subscription_says_whether_it_gets_the_message(
    shell: Shell, engine: Engine, topic: str
) -> None:
    for named in ("orders", topic):
        arguments = ("--topic", named, "--attribute", "type=order", "--endpoint-url", engine.url)
        ended = shell.run("match", *arguments, "--json")
        document = json.loads(ended.out)
        assert (ended.code, ended.err, document["topic"]) == (0, "", topic)
        answers = {each["endpoint"].rpartition(":")[2]: (each["answer"], each["reason"])
                   for each in document["recipients"]}  # fmt: skip
        assert answers == {
            "billing": ("yes", "type is order"),
            "refunds": ("no", "type is refund: it is order"),
            "gone": ("no", "the queue no longer exists"),
            "closed": ("no", "the queue has no policy, so it admits no topic"),
        }
    ended = shell.run("match", *arguments)
    assert [line.split()[:2] for line in ended.out.splitlines()] == [
        ["yes", "billing"], ["no", "closed"], ["no", "gone"], ["no", "refunds"],
    ]  # fmt: skip


def test_a_message_that_nobody_gets_gives_exit_code_1(shell: Shell, engine: Engine, topic: str) -> None:
    ended = shell.run("match", "--topic", "orders", "--attribute", "type=other", "--endpoint-url", engine.url)
    assert (ended.code, ended.err) == (1, "")
    lonely = shell.run("match", "--topic", "lonely", "--endpoint-url", engine.url)
    assert (lonely.code, lonely.out) == (
        1,
        "nothing is subscribed to this topic: what is published is dropped\n",
    )


def test_a_topic_that_is_not_there_is_a_fault_of_one_line(shell: Shell, engine: Engine) -> None:
    ended = shell.run("match", "--topic", "nowhere", "--endpoint-url", engine.url)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("\n") == 1


def test_the_policy_of_a_subscription_is_read_with_its_scope(shell: Shell, engine: Engine, topic: str) -> None:
    with engine.client("sns") as sns:
        found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        (arn,) = (each["SubscriptionArn"] for each in found if each["Endpoint"].endswith(":billing"))
        name = {"SubscriptionArn": arn, "AttributeName": "FilterPolicyScope", "AttributeValue": "MessageBody"}
        sns.set_subscription_attributes(**name)
    arguments = ("match", "--policy", arn, "--endpoint-url", engine.url)
    assert shell.run(*arguments, "--body", '{"type": "order"}') == Ended(0, "yes: type is order\n", "")
    assert shell.run(*arguments, "--attribute", "type=order").code == 1
    attributes = shell.run(*arguments, "--attribute", "type=order", "--scope", "attributes")
    assert attributes == Ended(0, "yes: type is order\n", "")
