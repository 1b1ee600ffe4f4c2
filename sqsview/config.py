"""Settings: configuration file, below the environment, below the flags, in one frozen object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqsview.config_values import KINDS, shown
from sqsview.domain.text import printable
from sqsview.errors import ConfigError, SqsviewError, UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """What the person asked for. What stands below a field is its line in ``--help`` and in the README."""

    profile: str | None = None
    """AWS profile; without it the AWS chain decides (`AWS_PROFILE`, then `default`)."""
    region: str | None = None
    """AWS region; without it `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile's."""
    endpoint_url: str | None = None
    """Server to talk to in place of AWS, such as `http://localhost:4566`."""
    read_only: bool = False
    """Refuse every call that could change anything; a receive is one."""
    read_only_looks: bool = False
    """In read-only mode, allow looks into queues without a redrive policy, where a receive moves nothing."""
    prefix: str = ""
    """Watch only queues and topics whose names start with this."""
    queues: tuple[str, ...] = ()
    """Watch only these queues, by name, URL or ARN; needs no permission to list. The flag can be repeated."""
    budget: float | None = None
    """Calls a second, at most; without it 50, and 400 while first loading (`ls`: 1,000)."""
    cloudwatch: bool = False
    """Ask CloudWatch for the age of the oldest message of the queues on screen; costs money."""
    protected: tuple[str, ...] = ()
    """Name patterns, such as `*-prod`, of queues and topics that ask for more care before a change."""
    count_redrives: bool = True
    """Tell in an attribute of every message that sqsview redrives, `sqsview-redriven`, how often it was."""
    theme: str | None = None
    """Colours: the name of a Textual theme, such as `nord` or `textual-light`."""
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Other keys for actions: a table of action and keys, such as `refresh = "f5,ctrl+r"`."""
    log_file: Path | None = None
    """Where faults are written; without it `sqsview/sqsview.log` in `$XDG_STATE_HOME` or `~/.local/state`."""
    config_file: Path | None = None
    """The configuration file; without it `sqsview/config.toml` in `$XDG_CONFIG_HOME` or `~/.config`."""
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """What differs per AWS profile: tables `[profiles.NAME]` with any of `read_only`,
    `read_only_looks`, `protected`, `theme`, `budget` and `cloudwatch`."""

    def for_profile(self, name: str) -> Settings:
        """Give these settings with what ``[profiles.NAME]`` says; environment and flags stay above it."""
        return replace(self, **self.profiles.get(name, {}))


PER_PROFILE = ("read_only", "read_only_looks", "protected", "theme", "budget", "cloudwatch")
"""What a table ``[profiles.NAME]`` may hold."""
FLAGS = {
    "profile": "--profile",
    "region": "--region",
    "endpoint_url": "--endpoint-url",
    "read_only": "--read-only",
    "prefix": "--prefix",
    "queues": "--queue",
    "budget": "--budget",
    "config_file": "--config",
    "log_file": "--log-file",
}
"""The settings that have a flag."""
_PREFIX = "SQSVIEW_"
VARIABLES = {
    item.name: _PREFIX + item.name.upper() for item in fields(Settings) if item.name not in ("keys", "profiles")
} | {"config_file": f"{_PREFIX}CONFIG"}
"""The settings that have an environment variable: all that fit on one line."""


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Read the file, the environment's ``SQSVIEW_*`` and ``flags`` (by field name), the last the strongest.

    Raises:
        ConfigError: the file or a variable is wrong; the text is one line with file, key and value.
        UsageError: a flag is wrong.
    """
    given = {name: _checked(name, value, f"{FLAGS.get(name, name)} ", UsageError) for name, value in flags.items()}
    above = _from_environment(environ) | given
    asked = above.pop("config_file", None)
    path = asked or _in_home(environ, "XDG_CONFIG_HOME", ".config", "config.toml")
    source = tilde(path, environ) if path else ""
    document = _read_document(path, source, optional=asked is None) if path else None
    file = check_document(document, source) if document is not None else {}
    profiles = {
        name: MappingProxyType({key: value for key, value in table.items() if key not in above})
        for name, table in file.get("profiles", {}).items()
    }
    found = path if document is not None else None
    return Settings(**(file | above | {"profiles": MappingProxyType(profiles), "config_file": found}))


def check_document(document: Mapping[str, object], source: str) -> dict[str, Any]:
    """Check every key and value of a configuration file, and give the values as `Settings` holds them.

    Raises:
        ConfigError: an unknown key or a wrong value; ``source`` is the file's name in its text.
    """
    plain = {key: value for key, value in document.items() if key != "profiles"}
    checked = _check_table(plain, source, "", known=[name for name in KINDS if name != "config_file"])
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise ConfigError(f"{source}: profiles = {shown(profiles)}: must be tables such as [profiles.shop]")
    checked["profiles"] = {
        name: _check_table(table, source, f"profiles.{name}.", known=PER_PROFILE) for name, table in profiles.items()
    }
    return checked


def default_log_file(environ: Mapping[str, str]) -> Path | None:
    """Give the place of the log where none is asked for; None without a home."""
    directory = state_directory(environ)
    return directory / "sqsview.log" if directory else None


def state_directory(environ: Mapping[str, str]) -> Path | None:
    """Give where things are kept from one run to the next; None without a home."""
    return _in_home(environ, "XDG_STATE_HOME", ".local/state", "")


def describe_settings() -> dict[str, str]:
    """Give what stands below each field of `Settings`, by field, for ``--help`` and the README."""
    import ast

    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    told = {}
    for node, after in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
            told[ast.unparse(node.target)] = " ".join(str(ast.literal_eval(after.value)).split())
    return told


def tilde(path: Path, environ: Mapping[str, str]) -> str:
    """Give ``path`` as a person writes it, with ``~`` for their home."""
    home = environ.get("HOME", "")
    below = Path(home).is_absolute() and path.is_relative_to(home)
    return printable(f"~/{path.relative_to(home)}" if below else str(path))


def _in_home(environ: Mapping[str, str], variable: str, below_home: str, name: str) -> Path | None:
    # XDG base directory specification: a relative path in these variables is to be ignored.
    base = Path(environ.get(variable, ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME", ""), below_home)
    return base / "sqsview" / name if base.is_absolute() else None


def _read_document(path: Path, source: str, *, optional: bool) -> dict[str, object] | None:
    try:
        content = path.read_bytes()
    except OSError as fault:
        if optional and isinstance(fault, FileNotFoundError | NotADirectoryError):
            return None
        raise ConfigError(f"{source}: cannot be read: {fault.strerror}") from None
    import tomllib  # here, because most people have no file and it costs time before the first paint

    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{source}: is not UTF-8 text") from None
    except RecursionError:
        raise ConfigError(f"{source}: is nested too deeply") from None
    except ValueError as fault:  # the syntax, and integers of thousands of digits
        raise ConfigError(f"{source}: is not TOML: {printable(str(fault))}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    names = {variable: name for name, variable in VARIABLES.items()}
    found = {}
    for variable, text in environ.items():
        if not variable.startswith(_PREFIX) or not text:
            continue
        if variable not in names:
            # A misspelt SQSVIEW_READONLY=1 that is passed over would be a promise that is not kept.
            raise ConfigError(f"{printable(variable)}: no such variable{nearest(variable, names)}")
        found[names[variable]] = _checked(names[variable], text, f"{variable} = ", ConfigError)
    return found


def _check_table(table: Mapping[str, object], source: str, under: str, *, known: Iterable[str]) -> dict[str, Any]:
    checked = {}
    for key, value in table.items():
        where = f"{source}: {printable(under + key)} = "
        if key not in known:
            raise ConfigError(f"{where}{shown(value)}: no such setting{nearest(key, known)}")
        checked[key] = _checked(key, value, where, ConfigError, typed=True)
    return checked


def _checked(name: str, value: object, where: str, fault: type[SqsviewError], *, typed: bool = False) -> Any:
    """Check a value; text stands for a value unless it comes from the file, which is ``typed``."""
    kind = KINDS[name]
    try:
        return kind.check(value if typed or not isinstance(value, str) else kind.read(value))
    except ValueError as rule:
        raise fault(f"{where}{shown(value)}: {rule}") from None


def nearest(name: str, known: Iterable[str]) -> str:
    """Give what follows an unknown name: the known one that it is like, or all there are."""
    from difflib import get_close_matches

    near = get_close_matches(name.replace("-", "_"), list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"
