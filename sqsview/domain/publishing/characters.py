"""Which characters SQS and SNS take where, and how to name one that they do not."""

from __future__ import annotations

import re
import unicodedata

from sqsview.domain.large_text import once_a_text
from sqsview.domain.text import printable, shortened

_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no body and no text attribute may hold (SQS API, SendMessage)."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_ID = re.compile("[^!-~]")
"""Group and deduplication ids are letters, digits and ASCII punctuation (SQS API, SendMessage)."""
_NAMED = {0: "NUL", 0x1B: "ESC", 0x7F: "DEL", 0x09: "a tab", 0x0A: "a line end", 0x0D: "a carriage return"}
_SHOWN = 40


@once_a_text
def refused_character(text: str) -> str | None:
    """Name the first character that SQS refuses, and where it is; None where there is none."""
    found = _REFUSED.search(text)
    return None if found is None else f"{character_name(found.group())} {_place(text, found.start())}"


@once_a_text
def lone_surrogate(text: str) -> str | None:
    """Name the first half of a surrogate pair, which has no UTF-8, and where it is; None where there is none."""
    if text.isascii():
        return None
    found = _SURROGATE.search(text)
    return None if found is None else f"{character_name(found.group())} {_place(text, found.start())}"


def not_of_id(text: str) -> str | None:
    """Name the first character that a group or deduplication id may not hold; None where there is none."""
    found = _NOT_ID.search(text)
    if found is None:
        return None
    return "a blank" if found.group() == " " else character_name(found.group())


def character_name(character: str) -> str:
    """Give a character as a person can look it up, such as ``U+0000 (NUL)``."""
    code = ord(character)
    name = _NAMED.get(code) or unicodedata.name(character, "").lower()
    if 0xD800 <= code < 0xE000:
        name = "half of a surrogate pair"
    return f"U+{code:04X} ({name})" if name else f"U+{code:04X}"


def quoted(text: str) -> str:
    """Give what was typed, short and printable, for a line that speaks of it."""
    return f'"{printable(shortened(text, _SHOWN))}"'


def _place(text: str, index: int) -> str:
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return f"at line {line}, column {column}" if line > 1 else f"at column {column}"
