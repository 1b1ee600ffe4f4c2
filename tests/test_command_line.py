"""What was typed becomes a request, or one line that says why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.cli import COMMANDS
from sqsview.command_line import Request, help_text, read_command_line
from sqsview.config import FLAGS, describe_settings
from sqsview.errors import UsageError


def read(line: str) -> Request:
    return read_command_line(line.split(), COMMANDS)


def refused(line: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(line)
    return str(caught.value)


def test_nothing_is_the_dashboard() -> None:
    request = read("")
    assert (request.command, request.flags) == ("", {})


@pytest.mark.parametrize("order", ["{} ls --json", "ls {} --json", "ls --json {}"])
def test_every_option_works_before_and_after_the_command(order: str) -> None:
    options = (
        "--profile shop --region eu-west-1 --endpoint-url http://x --read-only --prefix ord "
        "--queue a --queue b --budget 5 --config c.toml --log-file l.log"
    )
    request = read(order.format(options))
    assert request.command == "ls"
    assert request.options.json is True
    assert request.flags == {
        "profile": "shop",
        "region": "eu-west-1",
        "endpoint_url": "http://x",
        "read_only": True,
        "prefix": "ord",
        "queues": ["a", "b"],
        "budget": "5",
        "config_file": "c.toml",
        "log_file": "l.log",
    }


def test_a_repeated_option_adds_up_across_the_command() -> None:
    assert read("--queue a ls --queue b").flags["queues"] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("later", "no such command: later; see sqsview --help"),
        ("peek", "the following arguments are required: QUEUE; see sqsview peek --help"),
        (
            "peek orders -n many",
            "argument -n/--number: must be a whole number from 1 to 120,000; see sqsview peek --help",
        ),
        ("demmo", "no such command: demmo; did you mean demo?"),
        ("--bugdet 5", "no such option: --bugdet; did you mean --budget?"),
        ("--prof shop", "no such option: --prof; did you mean --profile?"),
        ("ls --jsno", "no such option: --jsno; did you mean --json?"),
        ("ls more", "one thing too many: more; see sqsview ls --help"),
        ("--budget", "argument --budget: expected one argument; see sqsview --help"),
        ("demo --json", "no such option: --json; see sqsview demo --help"),
    ],
)
def test_a_fault_is_one_line_with_a_hint(line: str, said: str) -> None:
    assert refused(line) == said


def test_help_is_asked_for_anywhere_and_beats_what_is_wrong() -> None:
    assert read("--help").help
    assert read("ls -h").help
    assert read("-h ls --nonsense").command == "ls"
    assert read("--version").version
    assert read("peek --help").help, "also where something is missing"


def test_the_help_of_a_command_begins_with_what_it_needs() -> None:
    assert help_text("peek", COMMANDS, describe_settings()).startswith("usage: sqsview peek QUEUE [OPTIONS]\n")
    assert help_text("ls", COMMANDS, describe_settings()).startswith("usage: sqsview ls [OPTIONS]\n")


def test_help_lists_the_commands_that_exist_and_every_option() -> None:
    text = help_text("", COMMANDS, describe_settings())
    for name, command in COMMANDS.items():
        assert name in text
        assert command.summary in text
    for flag in FLAGS.values():
        assert flag in text


def test_help_of_a_command_has_its_own_options() -> None:
    assert "--json" in help_text("ls", COMMANDS, describe_settings())
    assert "--json" not in help_text("demo", COMMANDS, describe_settings())


@given(st.lists(st.text(max_size=12) | st.sampled_from([*FLAGS.values(), "ls", "--json", "--", "-", "=", "@x"])))
def test_anything_typed_is_a_request_or_one_fault(arguments: list[str]) -> None:
    try:
        assert isinstance(read_command_line(arguments, COMMANDS), Request)
    except UsageError as fault:
        assert str(fault)
