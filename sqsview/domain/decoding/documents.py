"""JSON that anybody may have written: read with bounds, and its strings that are JSON themselves unfolded."""

from __future__ import annotations

import json
import re
from typing import Any

from sqsview.domain.decoding.layers import MOST_NESTED
from sqsview.domain.words.figures import size

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
"""A string, where quotes only stand around strings: in valid JSON."""
_OPENS = re.compile(r'"(?: |\\[nrt])*+[{\[]')
"""The start of a string that may be JSON."""
_COLON = re.compile(r"[ \n\r\t]*+:")
_MOST_UNFOLDED = 8
"""Levels of strings within strings."""

MOST_PARSED = 2**20
"""Characters of a document that is parsed: what SQS carries. Python lets no other thread run while it parses, which
takes 25 to 60 ms for so many, by what they are."""
MOST_PARTS = 200_000
"""Opening brackets and commas in a document that is parsed, those in its strings counted too. Of empty lists, 1 MiB has
700,000, which take 100 ms and 20 MiB; of records of a few fields it has 100,000."""

TOO_DEEP = f"nested more than {MOST_NESTED} levels deep: shown as it is"


class NotJson(ValueError):
    """It is not JSON, or not within the bounds; the text says why."""


class TooLarge(NotJson):
    """It may be JSON, and is too large for finding that out; the text says by what."""


def parse(text: str) -> tuple[Any, str]:
    """Read a document, and give it with a note on what in it is odd.

    ``NaN`` and ``Infinity``, which Python writes though JSON has no such numbers, are read as text, and so are
    numbers that Python cannot hold.

    Raises:
        NotJson: it is not JSON, or nested too deeply.
        TooLarge: it was not looked at.
    """
    if len(text) > MOST_PARSED:
        raise TooLarge(f"{size(len(text))} of JSON are too large to be parsed: shown and searched as text")
    brackets = text.count("{") + text.count("[")
    if (parts := brackets + text.count(",")) > MOST_PARTS:
        raise TooLarge(f"{parts:,} brackets and commas are too many to be parsed: shown and searched as text")
    try:
        value, note = _read(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at line {error.lineno:,}, column {error.colno:,}") from None
    except RecursionError:
        raise NotJson(TOO_DEEP) from None
    if brackets > MOST_NESTED and _too_deep(value):
        raise NotJson(TOO_DEEP)
    return value, note


def _read(text: str) -> tuple[Any, str]:
    if "NaN" not in text and "Infinity" not in text:
        try:
            return _DECODER.decode(text), ""
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer of more digits than Python reads
            pass
    odd = _Odd()
    decoder = json.JSONDecoder(parse_float=_real, parse_int=odd.whole, parse_constant=odd.constant)
    return decoder.decode(text), odd.note


def _real(text: str) -> float | str:
    number = float(text)
    return number if number - number == 0.0 else text  # 1e400 would be infinity, which cannot be written as JSON


class _Odd:
    """Reads what is no proper number as text, and remembers that there was such a thing."""

    def __init__(self) -> None:
        self.note = ""

    def whole(self, text: str) -> int | str:
        try:
            return int(text)
        except ValueError:
            self.note = f"a number of {len(text.lstrip('-')):,} digits is searched as text"
            return text

    def constant(self, name: str) -> str:
        self.note = f"not strict JSON: {name} is not a number there"
        return name


_DECODER = json.JSONDecoder(parse_float=_real)


def _too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MOST_NESTED):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def unfold(text: str) -> tuple[str, Any] | None:
    """Put what strings of a valid document hold as JSON objects and arrays in their place; None where none does.

    Give the new document as text, in which everything else stays as it was written, and parsed.
    """
    if not _OPENS.search(text):
        return None
    unfolded = _unfold(text, _MOST_UNFOLDED)
    if unfolded is None:
        return None
    try:
        return unfolded, parse(unfolded)[0]
    except NotJson:  # together they are nested too deeply
        return None


def _unfold(text: str, levels: int) -> str | None:
    pieces: list[str] = []
    start = 0
    for match in _STRING.finditer(text):
        if _OPENS.match(match[0]) and not _COLON.match(text, match.end()):
            inner = _inner(match[0], levels)
            if inner is not None:
                pieces += text[start : match.start()], inner
                start = match.end()
    return "".join([*pieces, text[start:]]) if pieces else None


def _inner(string: str, levels: int) -> str | None:
    """Give the object or array that a string of a document holds."""
    try:
        text: str = _DECODER.decode(string).strip()
        if not text.endswith(("}", "]")):
            return None
        parse(text)
    except (NotJson, ValueError):
        return None
    return (_unfold(text, levels - 1) if levels > 1 and _OPENS.search(text) else None) or text
