"""The README says what is so: its commands, keys, options, settings, permissions and figures are the program's."""

from __future__ import annotations

import ast
import inspect
import json
import re
import ssl
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectorDNSError, ClientConnectorError, ClientSSLError
from aiohttp.client_reqrep import ConnectionKey
from botocore import exceptions as boto
from botocore.loaders import create_loader

import sqsview
from sqsview.aws.errors import translate
from sqsview.aws.meter import CallMeter
from sqsview.aws.pacing import Pacer
from sqsview.aws.situation import Situation
from sqsview.cli import COMMANDS
from sqsview.command_line import help_text
from sqsview.config import FLAGS, VARIABLES, check_document, describe_settings
from sqsview.domain.doctor import ABOUT, Code
from sqsview.domain.fan_out import read_description
from sqsview.domain.fan_out.reading import QUEUE_KEYS, TOPIC_KEYS
from sqsview.domain.problem import ProblemKind
from sqsview.domain.snapshot import Context
from sqsview.gateway import READS, Gateway
from sqsview.live.tempo import Tempo
from sqsview.operations.listing import Listing
from sqsview.operations.listing_forms import as_json
from sqsview.ui import actions, commands
from sqsview.ui.keymap import keymap_fault
from tests.aws.client_errors import client_error
from tests.benchmarks import __main__ as benchmarks
from tests.support import things
from tests.support.time import OwnedClock

PACKAGE = Path(sqsview.__file__).parent
ROOT = PACKAGE.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

Row = tuple[str, ...]


def section(title: str) -> str:
    """Give the text from one heading to the next one that is not below it."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {title}"
    return found[2]


def table(heading: str) -> list[Row]:
    """Give the rows of the table whose first heading this is."""
    lines = iter(README.splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            next(lines)
            break
    rows: list[Row] = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append(tuple(cell.strip() for cell in line.strip("|").split(" | ")))
    raise AssertionError(f"there is no table {heading}")


def pairs(heading: str) -> dict[str, str]:
    """Give a table of two columns by its first."""
    return {row[0]: row[1] for row in table(heading)}


def blocks(language: str, text: str = README) -> list[str]:
    """Give the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def in_code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def strings(node: ast.AST) -> Iterator[str]:
    return (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))


# -- the first minute


@pytest.mark.parametrize("command", ["pip install '.[demo]' && sqsview demo", "pip install '.[test]' && pytest"])
def test_the_two_commands_stand_there_word_for_word(command: str) -> None:
    assert f"{command}\n" in blocks("sh")
    assert README.splitlines().count(command) == 1


def test_every_link_leads_somewhere() -> None:
    headings = {re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-") for line in README.splitlines()
                if line.startswith("#")}  # fmt: skip
    targets = re.findall(r"\]\(([^)]+)\)", README)
    assert targets
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (ROOT / target).is_file(), target


def test_there_are_pictures_of_the_main_screens() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(screenshots/(\w+)\.svg\)", README)
    assert pictures[:8] == ["queues", "messages", "redrive", "publish", "fanout", "doctor", "topics", "activity"]


def test_nothing_is_said_of_a_machine_or_of_a_tracker() -> None:
    assert not re.search(r"(^|[\s`(])(/home|/work|/tmp|/root|/Users)\b", README)
    assert not re.search(r"(^|\s)#\d", README)


# -- keys


def test_the_keys_are_those_of_the_table_of_actions() -> None:
    expected = [(code(actions.key_names(each.keys).split()), code([each.id]), each.says) for each in actions.ACTIONS]
    assert table("Key") == expected


def test_the_commands_are_those_of_the_command_line_of_the_screen() -> None:
    expected = [
        (code(f":{word}" for word in (f"{each.name} {each.argument}".strip(), *each.also)), each.says)
        for each in commands.COMMANDS
    ]
    assert table("Command") == expected


KINDS = {
    "Queues": ("queue_columns", "kinds"),
    "Topics": ("topic_columns", "_topic_kinds"),
    "Subscriptions": ("topic_columns", "_subscription_kinds"),
    "Fan-out": ("fanout_rows", "_kinds"),
    "Doctor": ("doctor_rows", "_kinds"),
}
"""Where the kinds of each table's rows are told."""


@pytest.mark.parametrize("title", KINDS)
def test_the_filter_knows_the_kinds_and_no_others(title: str) -> None:
    module, name = KINDS[title]
    tree = ast.parse((PACKAGE / "ui" / f"{module}.py").read_text(encoding="utf-8"))
    function = next(each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name == name)
    yielded = {word for each in ast.walk(function) if isinstance(each, ast.Yield) for word in strings(each)}
    said = set(in_code(pairs("Table")[title]))
    if title == "Subscriptions":
        yielded |= {"confirmed", "pending", "deleted", "sqs"}
    assert said == yielded


def test_the_problems_kinds_are_all_there() -> None:
    assert in_code(pairs("Table")["Activity"]) == [kind.value for kind in ProblemKind]


def test_the_findings_of_the_doctor_are_all_there_with_why_they_matter() -> None:
    told = [code for code in Code if code is not Code.NOT_READ_YET]
    assert table("Code") == [(f"`{each.value}`", ABOUT[each].severity.value, ABOUT[each].why) for each in told]


# -- command line and configuration


def test_the_commands_of_the_program_are_all_there() -> None:
    lines = blocks("", section("Command line"))[0].splitlines()
    said = {line.split()[1]: re.split(r" {2,}", line)[-1] for line in lines[1:]}
    assert said == {name: command.summary for name, command in COMMANDS.items()}
    assert lines[0].split() == ["sqsview", "[OPTIONS]", "the", "dashboard"]


def test_every_option_is_said_and_every_said_option_exists() -> None:
    helps = [help_text(command, COMMANDS, describe_settings()) for command in ("", *COMMANDS)]
    pattern = r"(?<![\w-])--[a-z][a-z-]*"
    exist = {option for text in helps for option in re.findall(pattern, text)}
    said = re.findall(pattern, section("Command line") + section("Configuration"))
    assert set(said) == exist


def test_the_settings_are_those_of_the_program() -> None:
    expected = [
        (f"`{name}`", code([FLAGS[name]] if name in FLAGS else []),
         code([VARIABLES[name]] if name in VARIABLES else []), says)
        for name, says in describe_settings().items()
    ]  # fmt: skip
    assert table("Setting") == expected


def test_the_examples_of_the_configuration_are_valid() -> None:
    examples = [each for each in blocks("toml") if not each.startswith("[topic]")]
    assert len(examples) == 2
    for example in examples:
        keys = check_document(tomllib.loads(example), "README.md").get("keys", {})
        assert set(keys) <= set(actions.BY_ID)
        assert keymap_fault(keys) is None


def test_the_example_of_a_fan_out_is_one() -> None:
    (example,) = [each for each in blocks("toml") if each.startswith("[topic]")]
    assert [each.name for each in read_description(example).branches][:2] == ["orders-billing", "orders-mail"]


def test_the_keys_of_a_fan_out_are_all_there() -> None:
    said = [(key, of) for keys, of, _ in table("In the file") for key in in_code(keys)]
    assert {key for key, of in said if "topic" in of} == set(TOPIC_KEYS)
    assert {key for key, of in said if "queue" in of} == set(QUEUE_KEYS)


def test_the_json_of_ls_has_this_shape() -> None:
    queue = things.queue("orders")
    topic = things.topic("orders", things.subscription("orders", things.queue_arn("orders")))
    real = as_json(Listing(Context(), (queue,), (topic,), ()))
    assert shape(json.loads(blocks("json", section("Command line"))[0])) == shape(real)


def shape(value: Any) -> Any:
    """Give the names at each level, in order; the values do not matter."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else None


# -- connection

LOCAL = Situation(endpoint="http://localhost:4566", region="eu-west-1")
SHOP = Situation(profile="NAME", sso_profile="NAME")
KEY = ConnectionKey("localhost", 4566, False, True, None, None, None)
REFUSED = ClientConnectorError(KEY, ConnectionRefusedError(111, "refused"))
FAULTS: dict[str, tuple[Exception, Situation, str]] = {
    "no credentials": (boto.NoCredentialsError(), Situation(), ""),
    "half a key pair": (
        boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), Situation(), ""),
    "unknown profile": (boto.ProfileNotFound(profile="NAME"), Situation(), ""),
    "no region": (boto.NoRegionError(), Situation(), ""),
    "SSO, never logged in": (boto.SSOTokenLoadError(error_msg="x"), SHOP, ""),
    "SSO, expired": (boto.UnauthorizedSSOTokenError(), SHOP, ""),
    "MFA session at its end": (boto.RefreshWithMFAUnsupportedError(), SHOP, ""),
    "temporary keys expired": (client_error("ExpiredToken"), Situation(method="env"), ""),
    "keys that AWS does not know": (client_error("InvalidClientTokenId"), Situation(profile="NAME"), ""),
    "clock wrong": (
        client_error("SignatureDoesNotMatch", "Signature expired: 20250101T120000Z is now earlier than "
                     "20250101T120500Z (20250101T122000Z - 15 min.)"), Situation(), ""),
    "endpoint refuses": (boto.EndpointConnectionError(endpoint_url="http://localhost:4566/", error=REFUSED), LOCAL, ""),
    "endpoint unknown": (
        boto.EndpointConnectionError(
            endpoint_url="http://nowhere:4566/", error=ClientConnectorDNSError(KEY, OSError("no such name"))),
        LOCAL, ""),
    "TLS": (
        boto.SSLError(endpoint_url="https://localhost:4566/", error=ClientSSLError(KEY, ssl.SSLError(1, "no"))),
        LOCAL, ""),
    "no answer": (boto.ConnectTimeoutError(endpoint_url="https://sqs.eu-west-1.amazonaws.com/"), Situation(), ""),
    "ListQueues denied": (client_error("AccessDenied", "User: x is not authorized", 403), Situation(),
                          "sqs:ListQueues"),
}  # fmt: skip
"""What is raised in each of the cases of the table, by whom, and by which call."""


def test_every_fault_of_the_table_is_tried_here() -> None:
    assert list(pairs("What is wrong")) == list(FAULTS)


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_says_what_the_readme_says(case: str) -> None:
    fault, situation, api = FAULTS[case]
    (said,) = in_code(pairs("What is wrong")[case])
    pattern = ".*".join(re.escape(part) for part in said.split("…"))
    assert re.fullmatch(pattern, translate(fault, situation, api=api).problem.advice)


# -- permissions


LOOKS = frozenset({"receive_message", "change_message_visibility_batch"})
SENDS = frozenset({"send_message", "send_message_batch", "publish", "publish_batch", "publish_to_endpoint"})
OPERATES = frozenset(
    {
        "delete_message_batch",
        "purge_queue",
        "delete_queue",
        "delete_topic",
        "unsubscribe",
        "start_message_move_task",
        "cancel_message_move_task",
    }
)
BUILDS = frozenset(
    {
        "create_queue",
        "set_queue_attributes",
        "tag_queue",
        "untag_queue",
        "create_topic",
        "set_topic_attributes",
        "tag_resource",
        "untag_resource",
        "subscribe",
        "set_subscription_attributes",
        "confirm_subscription",
    }
)
PUSHES = frozenset(
    {
        "create_platform_application",
        "set_platform_application_attributes",
        "delete_platform_application",
        "create_platform_endpoint",
        "set_endpoint_attributes",
        "delete_endpoint",
    }
)
PORT = READS | LOOKS | SENDS | OPERATES | BUILDS | PUSHES


@cache
def called() -> dict[str, str]:
    """Give what the adapter calls, by the method of the port: the name that its pacing, prices and IAM use."""
    found = {}
    for file in sorted((PACKAGE / "aws").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and node.name in PORT:
                named = [text for text in strings(node) if re.fullmatch(r"[a-z]+:[A-Z]\w+", text)]
                assert len(named) == 1, f"{file.name}: {node.name} calls {named}"
                found[node.name] = named[0]
    return found


def statements() -> list[tuple[str, set[str]]]:
    """Give the statements of all policies in order: name and actions."""
    found = []
    for document in map(json.loads, blocks("json", section("Permissions"))):
        assert document["Version"] == "2012-10-17"
        for each in document["Statement"]:
            assert (each["Effect"], each["Resource"]) == ("Allow", "*")
            listed = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
            assert len(set(listed)) == len(listed)
            found.append((each["Sid"], set(listed)))
    return found


def permissions(methods: frozenset[str]) -> set[str]:
    """Give the IAM actions of some methods: batches have none of their own (SQS Developer Guide, "API permissions")."""
    return {called()[method].removesuffix("Batch") for method in methods}


def test_every_call_of_the_port_reads_looks_sends_operates_or_builds() -> None:
    tree = ast.parse(inspect.getsource(Gateway))
    port = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert called().keys() == port == PORT


def test_the_policy_for_reading_is_what_watching_calls() -> None:
    (_, reads), (_, ages), *_ = statements()
    metrics = {"cloudwatch:GetMetricData"}
    assert reads == permissions(READS) - {"sts:GetCallerIdentity"} - metrics
    assert ages == metrics


def test_the_policies_for_looking_and_sending_are_what_these_call_and_what_keys_of_kms_need() -> None:
    _, _, (_, looks), (_, sends), *_ = statements()
    assert looks == permissions(LOOKS) | {"kms:Decrypt"}
    assert sends == permissions(SENDS) | {"kms:GenerateDataKey"}


def test_the_policy_for_operating_is_what_it_calls_beyond_looking_and_sending() -> None:
    *_, (_, operates), _, _ = statements()
    assert operates == permissions(OPERATES)


def test_the_policy_for_building_is_what_it_calls_beyond_operating() -> None:
    *_, (_, builds), _ = statements()
    assert builds == permissions(BUILDS)


def test_the_policy_for_push_is_what_it_calls_beyond_sending() -> None:
    *_, (_, pushes) = statements()
    assert pushes == permissions(PUSHES)


def test_every_action_of_the_policies_exists() -> None:
    loader = create_loader()
    for _, named in statements():
        for action in named:
            service, _, operation = action.partition(":")
            assert operation in loader.load_service_model(service, "service-2")["operations"], action


# -- what watching costs


def test_the_intervals_are_those_of_the_poller() -> None:
    tempo, rows = Tempo(), pairs("What")
    assert rows["queues on screen"] == f"{tempo.visible:.0f} s"
    (_, moving), (quiet, second), (_, third), (_, fourth), (last, bound) = tempo.ladder
    assert rows[f"queues that changed in the last {quiet:g} s"] == f"{moving:g} s"
    assert rows["quiet ones"].startswith(
        f"{second:g} s, {third:g} s, {fourth:g} s, and from {last / 60:g} minutes of quiet on {bound / 60:g} minutes"
    )


@pytest.mark.parametrize(
    ("api", "calls", "units", "said"),
    [
        ("sqs:GetQueueAttributes", 50 * 60, 1, "50 calls a second around the clock are ${:.0f} a month"),
        ("cloudwatch:GetMetricData", 1, 40, "40 rows on screen all month are ${:.2f}"),
    ],
)
async def test_the_examples_of_what_it_costs_are_as_the_meter_has_them(
    api: str, calls: int, units: int, said: str
) -> None:
    clock = OwnedClock()
    meter = CallMeter(clock, Pacer(clock, None, {}), priced=True)
    started = clock.monotonic()
    for _ in range(calls):
        meter.record(api, started, started, failed=False, throttled=False, units=units)
    await clock.advance(59.5)
    assert (dollars := meter.figures().dollars_per_month) is not None
    assert said.format(dollars * 59.5 / 60) in section("What watching costs").replace("\n", " ")


# -- the code


def test_the_tree_names_every_part_of_the_package_and_nothing_else() -> None:
    tree = blocks("", section("The code"))[0]
    package, _, tests = tree.partition("\ntests/")
    named = set(re.findall(r"^  (\w[\w.]*)", package, re.MULTILINE))
    parts = {path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert named == parts - {"__init__.py", "__main__.py"}
    beside = set(re.findall(r"^  (\w[\w.]*)", tests, re.MULTILINE))
    assert beside
    assert beside <= {path.name for path in (ROOT / "tests").iterdir()}


def test_every_module_that_is_to_be_run_exists() -> None:
    for module in re.findall(r"python -m (tests[\w.]*)", README):
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_the_bars_are_those_of_the_benchmarks() -> None:
    rows = table("Name")
    assert list(dict.fromkeys(in_code(row[0])[0] for row in rows)) == list(benchmarks.NAMES)
    said = {(in_code(name)[0], what, float(re.findall(r"[\d.]+", bar)[0])) for name, what, bar in rows}
    assert said == set(bars())


def bars() -> Iterator[tuple[str, str, float]]:
    """Give what each benchmark promises, as its source has it."""
    for name in benchmarks.NAMES:
        tree = ast.parse((ROOT / "tests" / "benchmarks" / f"{name}.py").read_text(encoding="utf-8"))
        constants: dict[str, Any] = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Bar":
                what, _, bar = node.args
                limit = constants[bar.id] if isinstance(bar, ast.Name) else ast.literal_eval(bar)
                yield name, ast.literal_eval(what), float(limit)
