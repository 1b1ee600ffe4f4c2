"""What a setting may be: how each kind of value is read from text, checked, and shown where it is wrong."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from sqsview.domain.text import printable, shortened


class Kind(NamedTuple):
    """How values of one kind are read and checked."""

    check: Callable[[object], object]
    """Gives the value as `Settings` holds it. Raises ValueError with the rule: "must be …"."""
    read: Callable[[str], object] = str
    """Turns the text of a flag or variable into what the file would have held."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be text")
    return value


def _prefix(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _region(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9-]{1,63}", value):
        raise ValueError("must be a region such as eu-west-1")
    return value


def _url(value: object) -> str:
    rule = "must be a URL such as http://localhost:4566"
    if not isinstance(value, str) or re.search(r"\s", value) or not value.isprintable():
        raise ValueError(rule)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(rule)
    return value


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _read_switch(text: str) -> object:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    return words.get(text.strip().lower(), text)


def _calls(value: object) -> float:
    rule = "must be a number of calls a second above 0"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(rule)
    try:
        calls = float(value)
    except OverflowError:
        raise ValueError(rule) from None
    if not math.isfinite(calls) or calls <= 0:
        raise ValueError(rule)
    return calls


def _read_number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and "" in value:
        raise ValueError("a name cannot be empty")
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise ValueError('must be a list such as ["orders", "orders-dlq"]')
    return tuple(value)


def _read_names(text: str) -> object:
    return [name.strip() for name in text.split(",") if name.strip()]


def _bindings(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(keys, str) for keys in value.values()):
        raise ValueError('must be a table of action and keys such as refresh = "f5"')
    return MappingProxyType(dict(value))


def _path(value: object) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("must be a path")
    try:
        os.fsencode(value)
        return Path(value).expanduser()
    except (UnicodeEncodeError, RuntimeError):  # no file system has such a name; there is no such home
        raise ValueError("must be a path") from None


_TEXT = Kind(_text)
_SWITCH = Kind(_switch, _read_switch)
_PATH = Kind(_path)
_NAMES = Kind(_names, _read_names)
KINDS: Mapping[str, Kind] = {
    "profile": _TEXT,
    "region": Kind(_region),
    "endpoint_url": Kind(_url),
    "read_only": _SWITCH,
    "read_only_looks": _SWITCH,
    "prefix": Kind(_prefix),
    "queues": _NAMES,
    "budget": Kind(_calls, _read_number),
    "cloudwatch": _SWITCH,
    "protected": _NAMES,
    "count_redrives": _SWITCH,
    "theme": _TEXT,
    "keys": Kind(_bindings),
    "log_file": _PATH,
    "config_file": _PATH,
}
"""The kind of each field of `sqsview.config.Settings` but `profiles`."""


def shown(value: object) -> str:
    """Give ``value`` as a configuration file would have it, as one short printable line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{shortened(printable(value), 60)}"'
    if isinstance(value, list):
        return shortened(f"[{', '.join(shown(item) for item in value[:9])}]", 60)
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, int):
        # Python refuses to write integers of thousands of digits in decimal; 0x… of that size is legal TOML.
        return shortened(str(value) if abs(value) < 1 << 64 else f"{value:#x}", 60)
    return shortened(printable(str(value)), 60)
