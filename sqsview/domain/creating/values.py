"""Single values as they are typed, and the attribute values that they stand for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqsview.domain.filter_words import quoted
from sqsview.domain.message import byte_length
from sqsview.domain.text import printable, shortened
from sqsview.domain.words.figures import UNITS, duration, size

Read: TypeAlias = Callable[[str], str]
"""Gives the attribute value that a text stands for; raises `ValueFault`."""

_AMOUNT = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3})+)\s*([A-Za-z]*)")
_SECONDS: Mapping[str, int] = {
    **dict(UNITS), "": 1, "sec": 1, "seconds": 1, "m": 60, "minutes": 60, "hour": 3_600, "hours": 3_600, "d": 86_400,
    "days": 86_400,
}  # fmt: skip
_BYTES = {"": 1, "b": 1, "bytes": 1, "byte": 1, "kib": 1024, "kb": 1024, "k": 1024, "mib": 1024**2, "mb": 1024**2}
_TRUE, _FALSE = ("yes", "true", "on"), ("no", "false", "off")


class ValueFault(ValueError):
    """Why a text is no value, in one line that may quote it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One attribute, as a person is asked for it."""

    name: str
    """Names it in forms and documents."""
    attribute: str
    """Names it to AWS."""
    label: str
    """A word or two before its field."""
    hint: str
    """What may be typed, with the limits."""
    read: Read
    usual: str = ""
    """What AWS takes where nothing is said."""
    fifo: bool = False
    """Whether only what is FIFO has it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value."""

    name: str
    """The setting that it is about; empty where it is about several."""
    text: str
    """One line, printable."""

    @property
    def line(self) -> str:
        """The setting and what is wrong with it."""
        return f"{self.name}: {self.text}" if self.name else self.text


@dataclass(frozen=True, slots=True)
class Plan:
    """What typed values come to."""

    attributes: Mapping[str, str]
    """By AWS's names; an empty value takes the attribute away."""
    tags: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    """What is allowed and worth knowing, a line each. Untrusted text."""


def fault(name: str, text: object) -> Fault:
    """Make the fault of a setting."""
    return Fault(name, printable(shortened(str(text), 200)))


def read_all(
    settings: Sequence[Setting], values: Mapping[str, str], *, fifo: bool
) -> tuple[dict[str, str], list[Fault]]:
    """Give the attributes of all values that are there, and what is wrong with the others; an empty one is none."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for setting in settings:
        text = values.get(setting.name, "").strip()
        if not text:
            continue
        if setting.fifo and not fifo:
            faults.append(fault(setting.name, "only what is FIFO has it: its name ends in .fifo"))
            continue
        try:
            found[setting.attribute] = setting.read(text)
        except ValueFault as reason:
            faults.append(fault(setting.name, reason))
    return found, faults


def seconds(least: int, most: int) -> Read:
    """Give what reads a span of time: ``30``, ``5 min``, ``4 days``."""

    def read(text: str) -> str:
        return _bounded(text, _SECONDS, least, most, f"from {duration(least)} to {duration(most)}", "30 s")

    return read


def octets(least: int, most: int) -> Read:
    """Give what reads a number of bytes: ``1024``, ``256 KiB``, ``1 MiB``."""

    def read(text: str) -> str:
        return _bounded(text, _BYTES, least, most, f"from {size(least)} to {size(most)}", "256 KiB")

    return read


def whole(least: int, most: int) -> Read:
    """Give what reads a whole number."""

    def read(text: str) -> str:
        return _bounded(text, {"": 1}, least, most, f"a whole number from {least:,} to {most:,}", str(least))

    return read


def _bounded(text: str, units: Mapping[str, int], least: int, most: int, bounds: str, example: str) -> str:
    found = _AMOUNT.fullmatch(text.strip())
    unit = units.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueFault(f"{_said(text)} is not understood: {bounds}, such as {example}")
    amount = int(found[1].replace(",", "")) * unit
    if not least <= amount <= most:
        raise ValueFault(f"{_said(text)} is out of bounds: {bounds}")
    return str(amount)


def switch(text: str) -> str:
    """Read yes or no."""
    word = text.strip().lower()
    if word not in (*_TRUE, *_FALSE):
        raise ValueFault(f"{_said(text)} is neither yes nor no")
    return "true" if word in _TRUE else "false"


def one_of(choices: Mapping[str, str]) -> Read:
    """Give what reads one of some words; ``choices`` has the value that each stands for."""
    known = {word.lower(): value for word, value in choices.items()} | {each.lower(): each for each in choices.values()}

    def read(text: str) -> str:
        value = known.get(text.strip().lower())
        if value is None:
            raise ValueFault(f"{_said(text)} is none of {', '.join(choices)}")
        return value

    return read


def words(longest: int) -> Read:
    """Give what reads a line of text."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise ValueFault(f"it has {len(text):,} characters, and {longest:,} are allowed")
        if any(ord(each) < 0x20 for each in text):
            raise ValueFault("it has control characters or line ends")
        return text

    return read


def json_object(largest: int) -> Read:
    """Give what reads a JSON object of up to ``largest`` bytes."""

    def read(text: str) -> str:
        try:
            found: Any = json.loads(text)
        except RecursionError:
            raise ValueFault("it is nested too deeply") from None
        except ValueError as reason:
            raise ValueFault(f"it is no JSON: {reason}") from None
        if not isinstance(found, dict):
            raise ValueFault("it is no JSON object")
        compact = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
        if byte_length(compact) > largest:
            raise ValueFault(f"it has {byte_length(compact):,} bytes, and {largest:,} are allowed")
        return compact

    return read


def access_policy(largest: int, most_statements: int) -> Read:
    """Give what reads an access policy (IAM User Guide, "JSON policy elements")."""
    whole_document = json_object(largest)

    def read(text: str) -> str:
        compact = whole_document(text)
        statements = json.loads(compact).get("Statement")
        found = statements if isinstance(statements, list) else [statements]
        if not found or not all(isinstance(each, dict) for each in found):
            raise ValueFault("it is no access policy: it has no list of statements under Statement")
        if len(found) > most_statements:
            raise ValueFault(f"it has {len(found)} statements, and {most_statements} are allowed")
        for number, each in enumerate(found, 1):
            if each.get("Effect") not in ("Allow", "Deny"):
                raise ValueFault(f"statement {number}: Effect is Allow or Deny")
        return compact

    return read


def same(one: str, other: str) -> bool:
    """Tell whether two attribute values mean the same: JSON however it is written."""
    if one == other:
        return True
    if not (one.lstrip().startswith("{") and other.lstrip().startswith("{")):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return False


def _said(text: str) -> str:
    return quoted(shortened(text, 40))
