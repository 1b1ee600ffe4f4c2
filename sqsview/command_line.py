"""What may stand on the command line, and the one line that says why something may not."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sqsview.config import FLAGS
from sqsview.errors import UsageError

PROGRAM = "sqsview"
_METAVARS = {
    "profile": "NAME",
    "region": "REGION",
    "endpoint_url": "URL",
    "prefix": "P",
    "queues": "NAME|URL|ARN",
    "budget": "CALLS_PER_SECOND",
    "config_file": "FILE",
    "log_file": "FILE",
}
"""What stands for the value of a flag; a flag without one is a switch."""


class Parser(argparse.ArgumentParser):
    """Raises what argparse would print over two lines before it exits."""

    def __init__(self, program: str) -> None:
        super().__init__(
            prog=program,
            add_help=False,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    @property
    def positionals(self) -> list[str]:
        """The names of what stands without a flag."""
        return [str(action.metavar) for action in self._get_positional_actions()]

    def error(self, message: str) -> NoReturn:
        """Raise the fault as `UsageError`."""
        raise UsageError(f"{message}; see {self.prog} --help")


def no_options(_parser: Parser) -> None:
    """Add nothing: for a command that has no options of its own."""


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command, as the help lists it."""

    summary: str
    add_options: Callable[[Parser], None] = no_options
    """Adds what only this command takes."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command line that was understood."""

    command: str
    """Empty for the dashboard."""
    flags: Mapping[str, object]
    """The settings that were given, by field name."""
    options: argparse.Namespace
    """What only this command takes."""
    help: bool = False
    version: bool = False


def read_command_line(arguments: Sequence[str], commands: Mapping[str, Command]) -> Request:
    """Tell what was asked for; the options of every command may stand before and after its name.

    Raises:
        UsageError: something is not known or not complete; the text is one line with a hint.
    """
    shared = Parser(PROGRAM)
    _add_shared_options(shared, {})
    given, rest = shared.parse_known_args(list(arguments))
    flags = vars(given)
    wants_help, wants_version = bool(flags.pop("help", False)), bool(flags.pop("version", False))
    name = "" if not rest or rest[0].startswith("-") else rest.pop(0)
    if name and name not in commands:
        raise UsageError(f"no such command: {name}{_nearest(name, commands)}")
    parser = Parser(f"{PROGRAM} {name}".rstrip())
    if name:
        commands[name].add_options(parser)
    if wants_help or wants_version:
        return Request(name, flags, argparse.Namespace(), wants_help, wants_version)
    options, unknown = parser.parse_known_args(rest)
    if unknown:
        if not unknown[0].startswith("-"):
            raise UsageError(f"one thing too many: {unknown[0]}; see {parser.prog} --help")
        known = [*FLAGS.values(), "--help", "--version", *_options_of(parser)]
        raise UsageError(f"no such option: {unknown[0]}{_nearest(unknown[0].partition('=')[0], known, parser.prog)}")
    return Request(name, flags, options)


def help_text(command: str, commands: Mapping[str, Command], told: Mapping[str, str]) -> str:
    """Give what ``--help`` prints.

    Args:
        command: empty for the program as a whole.
        commands: all there are.
        told: what to say of each setting, by field name.
    """
    parser = Parser(f"{PROGRAM} {command}".rstrip())
    parser.usage = f"{PROGRAM} [COMMAND] [OPTIONS]"
    if command:
        parser.description = commands[command].summary
        commands[command].add_options(parser)
        parser.usage = " ".join((parser.prog, *parser.positionals, "[OPTIONS]"))
    else:
        listed = {"(none)": "the dashboard"} | {name: known.summary for name, known in commands.items()}
        lines = "\n".join(f"  {name:<7} {summary}" for name, summary in listed.items())
        parser.description = f"A live view of SQS queues and SNS topics.\n\ncommands:\n{lines}"
    _add_shared_options(parser, told)
    return parser.format_help()


def _add_shared_options(parser: Parser, told: Mapping[str, str]) -> None:
    for name, flag in FLAGS.items():
        said = told.get(name, "").replace("`", "").replace("%", "%%")
        if name not in _METAVARS:
            parser.add_argument(flag, dest=name, action="store_true", default=argparse.SUPPRESS, help=said)
        else:
            parser.add_argument(
                flag,
                dest=name,
                action="append" if name == "queues" else "store",
                metavar=_METAVARS[name],
                default=argparse.SUPPRESS,
                help=said,
            )
    for name, letter, said in (("version", "-V", "print the version"), ("help", "-h", "print this")):
        parser.add_argument(f"--{name}", letter, action="store_true", default=argparse.SUPPRESS, help=said)


def _options_of(parser: Parser) -> list[str]:
    return re.findall(r"--[a-z-]+", parser.format_help())


def _nearest(name: str, known: Iterable[str], program: str = PROGRAM) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else f"; see {program} --help"
