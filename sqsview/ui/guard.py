"""The last thing every line passes before the terminal: what a terminal would obey is taken out."""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""C0, DEL, C1, line separators and bidirectional formatting; all without width, so nothing shifts."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which no terminal encoding has; one cell wide, so it is replaced by one."""


def _clean(text: str) -> str:
    return SURROGATE.sub("\ufffd", OBEYED.sub("", text))


def _without_bad_link(style: Style | None) -> Style | None:
    """Take the link off a style if its address could end the sequence that it is written in."""
    if style is None or not style.link or style.link.isprintable():
        return style
    return style.update_link(None)


class TerminalGuard(LineFilter):
    """Takes control and bidirectional characters out of whatever a widget renders; changes no width.

    Text is made printable where it enters the widgets; this is the backstop for what slipped through. Control
    segments are cleaned as well: no widget has a reason to send one.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give ``segments`` clean; the same list where there is nothing to clean."""
        if all(text.isprintable() and (style is None or not style.link) for text, style, _ in segments):
            return segments
        return [
            Segment(text if text.isprintable() else _clean(text), _without_bad_link(style))
            for text, style, _ in segments
        ]


GUARD = TerminalGuard()
"""The one instance: strips cache their filtered form by the filter object."""
