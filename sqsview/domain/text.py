"""Where untrusted text becomes printable: legible marks in place of what a terminal would obey."""

from __future__ import annotations

import re
import unicodedata

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""C0, DEL and C1: what a terminal obeys. U+009B alone starts a control sequence."""

_RISKY = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
"""Controls, bidirectional and zero-width formatting, tags, blank fillers and lone surrogates."""


def _mark(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x80 <= code < 0xA0 or 0xD800 <= code < 0xE000 or unicodedata.category(character) != "Zs":
        return f"<U+{code:04X}>"
    return " "


def printable(text: str) -> str:
    """Give ``text`` as one safe line: controls as pictures, invisible and bidirectional characters by number.

    ``ESC`` becomes ``␛``, a newline ``␊``, U+202E ``<U+202E>``. The result has no character that a terminal
    obeys, so it is shown as it is; copying and exporting use the original.
    """
    if text.isascii() and text.isprintable():
        return text
    return _RISKY.sub(_mark, text)


def printable_lines(text: str) -> list[str]:
    """Split ``text`` at its line ends and give each line printable, with tabs as spaces."""
    return [printable(line.expandtabs(4)) for line in re.split("\r\n|\n|\r", text)]


def shortened(text: str, width: int) -> str:
    """Cut ``text`` to ``width`` characters with an ellipsis in the middle, so that both ends stay legible."""
    if len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    head = width // 2
    tail = width - 1 - head
    return text[:head] + "…" + (text[-tail:] if tail else "")
