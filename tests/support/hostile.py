"""Text that tries to be more than text, and how to tell that it did not succeed."""

from __future__ import annotations

import re

from textual.strip import Strip

HOSTILE: dict[str, str] = {
    "click markup": "[@click=app.bell]x[/]",
    "closing tag": "a[/]b",
    "unclosed tag": "a[/b [[bold",
    "link markup": "[link=https://evil.example]here[/link]",
    "rich style": "[red on blue]alarm[/]",
    "clear screen": "a\x1b[2Jb",
    "window title": "a\x1b]0;evil\x07b",
    "clipboard": "a\x1b]52;c;ZXZpbA==\x1b\\b",
    "hyperlink": "a\x1b]8;;https://evil.example\x1b\\b\x1b]8;;\x1b\\",
    "one-byte CSI": "a\x9b2Jb",
    "one-byte OSC": "a\x9d0;evil\x9cb",
    "nothing but controls": "\x00\x07\x08\x0b\x0c\r\n\t\x7f",
    "line ends": "one\ntwo\r\nthree\u2028four",
    "right to left": "gpj.\u202efdp\u2066x\u2069\u200f",
    "blank": "\u200b\ufeff\u00ad\u3164",
    "lone surrogate": "a\ud800b",
    "wide": "注文キュー-請求",
    "emoji": "🎉 party 👨‍👩‍👧 🇩🇪 ❤️",
    "combining": "Z͑ͫ̓a̴̢l̶g̵o" + "e\u0301" * 30,
    "long": "x" * 500,
    "long and wide": "名" * 300,
    "percent and braces": "%s {0} $primary ${x} \\[x]",
    "empty": "",
}
"""Hostile or difficult text, by what it tries."""

OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What must never be on a screen: what a terminal obeys, or cannot write."""


def assert_harmless(strips: list[Strip], width: int) -> None:
    """Fail unless each line is ``width`` cells of text without controls, links and actions."""
    for strip in strips:
        assert not OBEYED.search(strip.text), strip.text
        assert strip.cell_length == width, (strip.cell_length, strip.text)
        assert sum(segment.cell_length for segment in strip) == width, strip.text
        for segment in strip:
            if segment.style is not None:
                assert segment.style.link is None
                assert "@click" not in segment.style.meta
