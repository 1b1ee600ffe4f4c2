"""JSON as text: whether it is, where it is not, and how it is indented with everything else as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from json import JSONDecoder

STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
"""A string; also one that breaks off, so that quotes without an end cannot make it slow."""
_TOKEN = re.compile(STRING + r'|[{}\[\],:]|[^\s{}\[\],:"]+')
_INDENT = "  "
_FIRST = re.compile(r"[ \t\r\n]*([{\[])")
"""What begins an object or a list. Other JSON, such as ``12`` or ``"a"``, may as well be plain text."""


class JsonState(StrEnum):
    """What a text is, as JSON."""

    OK = "ok"
    BROKEN = "broken"
    """It begins like an object or a list, and is none."""
    NOT_MEANT = "not meant"
    """It begins like neither, and is no JSON."""


@dataclass(frozen=True, slots=True)
class JsonCheck:
    """Whether a text is JSON, and where it is not."""

    state: JsonState
    message: str = ""
    """What was expected, in lower case; empty unless broken."""
    row: int = 0
    """Line of the fault, from 1; 0 unless broken."""
    column: int = 0
    """Column of the fault in characters, from 1; 0 unless broken."""

    @property
    def line(self) -> str:
        """The fault with its place in one line; empty unless broken."""
        return f"{self.message} at line {self.row}, column {self.column}" if self.message else ""


_OK, _NOT_MEANT = JsonCheck(JsonState.OK), JsonCheck(JsonState.NOT_MEANT)


def json_check(text: str) -> JsonCheck:
    """Tell whether ``text`` is JSON: RFC 8259 with nothing added, so ``NaN`` is none."""
    from json import JSONDecodeError  # not before the first paint

    try:
        _decoder().decode(text)
    except RecursionError:
        return JsonCheck(JsonState.BROKEN, "nested too deeply to be checked", 1, 1)
    except JSONDecodeError as fault:
        if not _FIRST.match(text):
            return _NOT_MEANT
        return JsonCheck(JsonState.BROKEN, _lower(fault.msg), fault.lineno, fault.colno)
    except _NoConstantError as fault:
        if not _FIRST.match(text):
            return _NOT_MEANT
        before = text[: max(0, text.find(fault.name))]
        column = len(before) - (before.rfind("\n") + 1) + 1
        return JsonCheck(JsonState.BROKEN, f"{fault.name} is no JSON", before.count("\n") + 1, column)
    return _OK


def formatted(text: str) -> str | None:
    """Indent JSON by two blanks a level; None where it is none. Numbers, escapes and repeated keys stay as written."""
    return "\n".join(indented(text)) if json_check(text).state is JsonState.OK else None


def indented(text: str) -> list[str]:
    """Indent valid JSON by two blanks a level, one member or element a line."""
    return list(indentation(text))


def indentation(text: str) -> Iterator[str]:
    """Give the lines of `indented` one by one, so that the first are there before the last are looked at.

    Text that breaks off is indented as far as it goes.
    """
    line: list[str] = []
    depth = 0
    opened = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        closes = token in ("}", "]")
        if opened != closes and (opened or closes):
            depth += 1 if opened else -1
            yield "".join(line)
            line = [_INDENT * depth]
        opened = token in ("{", "[")
        if token == ",":
            line.append(token)
            yield "".join(line)
            line = [_INDENT * depth]
        else:
            line.append(": " if token == ":" else token)
    yield "".join(line)


class _NoConstantError(Exception):
    """Raised for what Python reads and JSON does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _refuse(name: str) -> None:
    raise _NoConstantError(name)


@cache
def _decoder() -> JSONDecoder:
    from json import JSONDecoder

    # Numbers stay texts: one of 5,000 digits is JSON, and Python refuses to make an integer of it.
    return JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse)


def _lower(message: str) -> str:
    told = message.removesuffix(" at")  # which the place follows
    return told[:1].lower() + told[1:]
