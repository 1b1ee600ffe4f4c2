"""The program as a shell sees it: what it prints where, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqsview import __version__
from tests.support import fault_kinds
from tests.support.engines import Engine
from tests.support.fault_kinds import Answer, Call, Fault, Forward
from tests.support.proxy import Proxy, start_proxy_thread
from tests.support.pty import start_in_pty, terminal_environment
from tests.support.shell import PROGRAM, Ended, Shell, shell_in


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return shell_in(tmp_path / "home")


@pytest.fixture
def company(moto: Engine) -> Engine:
    """A queue with a dead-letter queue, and a topic that leads to it."""
    with moto.client("sqs") as sqs, moto.client("sns") as sns:
        letters = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
        orders = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        sqs.create_queue(QueueName="mail.fifo", Attributes={"FifoQueue": "true"})
        sqs.send_message(QueueUrl=orders, MessageBody="one")
        sqs.send_message(QueueUrl=orders, MessageBody="two", DelaySeconds=900)
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn.replace("orders-dlq", "orders"),
            Attributes={"FilterPolicy": '{"type": ["order"]}', "RawMessageDelivery": "true"},
        )
    return moto


@pytest.fixture
def proxy(company: Engine) -> Iterator[Proxy]:
    with start_proxy_thread(company.url) as running:
        yield running


# -- what needs no connection


def test_version(shell: Shell) -> None:
    assert shell.run("--version") == Ended(0, f"sqsview {__version__}\n", "")


def test_help_lists_what_exists(shell: Shell) -> None:
    ended = shell.run("--help")
    assert (ended.code, ended.err) == (0, "")
    assert "sqsview [COMMAND] [OPTIONS]" in ended.out
    assert "the dashboard on a small company of its own" in ended.out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ls --queue ", '--queue [""]: a name cannot be empty'),
        ("look orders", "no such command: look; see sqsview --help"),
        ("peek", "the following arguments are required: QUEUE; see sqsview peek --help"),
        ("peek orders -n 0", "argument -n/--number: must be a whole number from 1 to 120,000; see sqsview peek --help"),
        ("--budget 0 ls", '--budget "0": must be a number of calls a second above 0'),
        ("--endpoint-url localhost ls", "must be a URL such as http://localhost:4566"),
        ("ls --config /nowhere.toml", "/nowhere.toml: cannot be read: No such file or directory"),
        ("ls --log-file /proc/none/x.log", "the log /proc/none/x.log cannot be written: "),
        (
            "demo --profile shop",
            "--profile does not go with demo, which has an account and a server of its own",
        ),
        ("ls \x1b[2J", "one thing too many: ␛[2J; see sqsview ls --help"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(shell: Shell, line: str, said: str) -> None:
    ended = shell.run(*line.split(" "))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("sqsview: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("command", [(), ("demo",)])
def test_the_dashboard_without_a_terminal_is_refused_in_one_line(shell: Shell, command: tuple[str, ...]) -> None:
    said = "sqsview: the dashboard needs a terminal, and standard input is none; sqsview ls prints\n"
    assert shell.run(*command) == Ended(2, "", said)


def test_the_dashboard_on_a_dumb_terminal_is_refused_in_one_line() -> None:
    with start_in_pty(PROGRAM, environment=terminal_environment(TERM="dumb", PYTHONPATH=str(Path.cwd()))) as terminal:
        assert terminal.wait_for_exit() == 2
        assert terminal.raw == (
            b"sqsview: the dashboard needs a terminal, and TERM=dumb is none; sqsview ls prints\r\n"
        )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('refresh = "zzz"', "keys.refresh = \"zzz\": there is no key 'zzz'"),
        ('refresh = "s"', "keys.refresh = \"s\": s is the key of 'sort' already"),
    ],
)
def test_keys_that_cannot_be_are_one_line_before_the_screen_is_taken(tmp_path: Path, keys: str, said: str) -> None:
    (tmp_path / "config.toml").write_text(f"[keys]\n{keys}\n")
    arguments = (*PROGRAM, "--config", str(tmp_path / "config.toml"))
    with start_in_pty(arguments, environment=terminal_environment(PYTHONPATH=str(Path.cwd()))) as terminal:
        assert terminal.wait_for_exit() == 2
        assert terminal.raw.startswith(f"sqsview: {tmp_path}/config.toml: {said}".encode())
        assert terminal.raw.count(b"\n") == 1


# -- ls


def test_ls_json_is_one_document_of_what_is_there(shell: Shell, company: Engine) -> None:
    ended = shell.with_keys().run("ls", "--json", "--endpoint-url", company.url)
    assert (ended.code, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert document["context"] == {
        "profile": "environment",
        "region": "eu-west-1",
        "account": company.account,
        "endpoint": company.url,
    }
    assert [
        (queue["name"], queue["fifo"], queue["visible"], queue["delayed"], queue["dead_letter_queue"])
        for queue in document["queues"]
    ] == [
        ("mail.fifo", True, 0, 0, None),
        ("orders", False, 1, 1, "orders-dlq"),
        ("orders-dlq", False, 0, 0, None),
    ]
    assert document["queues"][2]["dead_letter_sources"] == ["orders"]
    (topic,) = document["topics"]
    (subscription,) = topic["subscriptions"]
    assert (topic["name"], subscription["raw"], subscription["filter_policy"]) == (
        "orders",
        True,
        '{"type": ["order"]}',
    )
    assert document["problems"] == []


def test_ls_is_a_table_for_people(shell: Shell, company: Engine) -> None:
    ended = shell.with_keys(SQSVIEW_ENDPOINT_URL=company.url).run("ls", "--prefix", "orders")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[2:5] == [
        "QUEUE       KIND      VISIBLE  IN FLIGHT  DELAYED  DEAD LETTERS",
        "orders      std             1          0        1  orders-dlq after 5",
        "orders-dlq  DLQ of 1        0          0        0",
    ]


def test_ls_follows_the_configuration_file(shell: Shell, company: Engine) -> None:
    (shell.home / ".config/sqsview").mkdir(parents=True)
    (shell.home / ".config/sqsview/config.toml").write_text(
        f'endpoint_url = "{company.url}"\nqueues = ["orders", "nothing"]\n'
    )
    ended = shell.with_keys().run("ls", "--json")
    assert ended.code == 0
    assert [queue["name"] for queue in json.loads(ended.out)["queues"]] == ["nothing", "orders"]
    assert ended.err.startswith("sqsview: nothing: ")
    assert ended.err.count("\n") == 1


def test_one_denied_queue_is_a_line_on_stderr_and_the_rest_is_done(shell: Shell, proxy: Proxy) -> None:
    proxy.inject(fault_kinds.denied(), "sqs:GetQueueAttributes", "orders")
    ended = shell.with_keys().run("ls", "--json", "--endpoint-url", proxy.url)
    assert ended.code == 0
    document = json.loads(ended.out)
    assert [queue["visible"] for queue in document["queues"]] == [0, None, 0]
    assert [f"sqsview: {line}" for line in document["problems"]] == ended.err.splitlines()
    assert len(document["problems"]) == 1


@pytest.mark.parametrize("operation", ["sns:ListTopics", "sns:ListSubscriptions"])
def test_a_list_that_cannot_be_had_is_a_failure_and_the_rest_is_printed(
    shell: Shell, proxy: Proxy, operation: str
) -> None:
    proxy.inject(fault_kinds.denied(), operation)
    ended = shell.with_keys().run("ls", "--json", "--endpoint-url", proxy.url)
    assert ended.code == 1
    assert len(json.loads(ended.out)["queues"]) == 3


def test_a_reader_that_has_had_enough_is_no_fault(shell: Shell, company: Engine) -> None:
    with subprocess.Popen(
        [*PROGRAM, "ls", "--endpoint-url", company.url],
        env=shell.with_keys().environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_a_full_disk_is_one_line(shell: Shell) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ended = subprocess.run([*PROGRAM, "--help"], env=shell.environment, stdout=full, stderr=subprocess.PIPE)
    assert ended.returncode == 1
    assert ended.stderr == b"sqsview: standard output cannot be written: No space left on device\n"


def test_ctrl_c_ends_quietly_with_130(shell: Shell, proxy: Proxy) -> None:
    arrived = threading.Event()

    async def never_answered(call: Call, forward: Forward) -> Answer:
        arrived.set()
        return await fault_kinds.silence()(call, forward)

    proxy.inject(never_answered, "sqs:ListQueues")
    with subprocess.Popen(
        [*PROGRAM, "ls", "--endpoint-url", proxy.url],
        env=shell.with_keys().environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert arrived.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == (b"", b"")
        assert process.returncode == 130


# -- connections that cannot work: one line with the remedy, nothing on stdout


def assert_one_line(ended: Ended, *words: str) -> None:
    assert ended.out == ""
    assert ended.code == 1
    assert ended.err.startswith("sqsview: ")
    assert ended.err.count("\n") == 1
    assert " · " in ended.err, "what to do stands behind what is wrong"
    for word in words:
        assert word in ended.err


def test_no_credentials(shell: Shell) -> None:
    assert_one_line(shell.having(AWS_REGION="eu-west-1").run("ls"), "credentials")


def test_half_a_key_pair(shell: Shell) -> None:
    half = shell.having(AWS_ACCESS_KEY_ID="test", AWS_REGION="eu-west-1")
    assert_one_line(half.run("ls"), "AWS_SECRET_ACCESS_KEY")


MFA = """
[profile ops]
role_arn = arn:aws:iam::123456789012:role/ops
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/me
region = eu-west-1
[profile base]
aws_access_key_id = a
aws_secret_access_key = b
"""


def test_an_mfa_code_cannot_be_asked_for_without_a_terminal(shell: Shell) -> None:
    ended = shell.aws_config(MFA).run("ls", "--profile", "ops")
    said = "sqsview: an MFA code is needed; start sqsview in a terminal, which can ask for it\n"
    assert ended == Ended(1, "", said)


def test_unknown_profile(shell: Shell) -> None:
    assert_one_line(shell.having(AWS_REGION="eu-west-1").run("ls", "--profile", "shpo"), "shpo")


def test_no_region(shell: Shell) -> None:
    keys = shell.having(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    assert_one_line(keys.run("ls"), "region", "--region")


SSO = """
[profile shop]
sso_start_url = https://shop.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = ops
region = eu-west-1
[profile modern]
sso_session = shop
sso_account_id = 123456789012
sso_role_name = ops
region = eu-west-1
[sso-session shop]
sso_start_url = https://shop.awsapps.com/start
sso_region = eu-west-1
"""


@pytest.mark.parametrize("profile", ["shop", "modern"])
def test_sso_without_a_login(shell: Shell, profile: str) -> None:
    ended = shell.aws_config(SSO).run("ls", "--profile", profile)
    assert_one_line(ended, f"aws sso login --profile {profile}")


def test_endpoint_that_refuses(shell: Shell, proxy: Proxy) -> None:
    ended = shell.with_keys().run("ls", "--endpoint-url", "http://127.0.0.1:1")
    assert_one_line(ended, "127.0.0.1:1")


def test_endpoint_that_has_no_address(shell: Shell) -> None:
    ended = shell.with_keys().run("ls", "--endpoint-url", "http://nowhere.invalid:4566")
    assert_one_line(ended, "nowhere.invalid")


def test_tls_to_a_server_without_it(shell: Shell, company: Engine) -> None:
    ended = shell.with_keys().run("ls", "--endpoint-url", company.url.replace("http:", "https:"))
    assert_one_line(ended, "TLS")


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (fault_kinds.expired_token(), "expired"),
        (fault_kinds.invalid_token(), "key"),
        (fault_kinds.clock_skew(), "clock"),
    ],
    ids=["expired-token", "invalid-token", "clock-skew"],
)
def test_a_session_that_the_server_refuses(shell: Shell, proxy: Proxy, fault: Fault, word: str) -> None:
    proxy.inject(fault)
    assert_one_line(shell.with_keys().run("ls", "--json", "--endpoint-url", proxy.url), word)


def test_list_queues_denied_says_how_to_go_on_and_so_it_does(shell: Shell, proxy: Proxy) -> None:
    proxy.inject(fault_kinds.denied(), "sqs:ListQueues")
    keys = shell.with_keys()
    ended = keys.run("ls", "--json", "--endpoint-url", proxy.url)
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "--queue" in ended.err
    assert json.loads(ended.out)["queues"] is None
    named = keys.run("ls", "--json", "--endpoint-url", proxy.url, "--queue", "orders")
    assert (named.code, named.err) == (0, "")
    assert [queue["name"] for queue in json.loads(named.out)["queues"]] == ["orders"]


# -- faults of our own


def test_a_bug_is_one_line_and_its_traceback_is_in_the_log(shell: Shell, tmp_path: Path) -> None:
    """A module that fails on import stands in for whatever nobody foresaw."""
    broken = tmp_path / "broken/sqsview_broken.py"
    broken.parent.mkdir()
    broken.write_text(
        "import sys, sqsview.operations.listing as listing\n"
        "async def list_everything(*_, **__):\n"
        "    secret = 'hunter2'\n"
        "    raise ZeroDivisionError('unforeseen')\n"
        "listing.list_everything = list_everything\n"
        "from sqsview.cli import main\n"
        "sys.exit(main())\n"
    )
    log = tmp_path / "faults.log"
    ended = subprocess.run(
        [sys.executable, str(broken), "ls", "--log-file", str(log), "--endpoint-url", "http://127.0.0.1:1"],
        env=shell.with_keys().environment,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"sqsview: this is a fault of sqsview itself: ZeroDivisionError; it is written down in {log}\n"
    )
    written = log.read_text()
    assert "Traceback" in written
    assert "ZeroDivisionError: unforeseen" in written
    assert "hunter2" not in written.replace("secret = 'hunter2'", "")
