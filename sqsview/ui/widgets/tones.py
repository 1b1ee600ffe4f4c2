"""How tones look in the current theme, from its own variables, on the ground they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from sqsview.ui.widgets.cells import Cell, Tone

if TYPE_CHECKING:
    from textual.widget import Widget


class Ground(IntEnum):
    """What a line is: it decides the background."""

    PLAIN = 0
    CURSOR = 1
    """Under the cursor of the widget that has the focus."""
    BLURRED = 2
    """Under the cursor of a widget without the focus."""


Styles = tuple[Style, ...]
"""One style for each tone, by the tone's number."""

_COLOURS: Mapping[Tone, tuple[str, Style]] = {
    Tone.NORMAL: ("foreground", Style()),
    Tone.STRONG: ("foreground", Style(bold=True)),
    Tone.QUIET: ("text-muted", Style()),
    Tone.ACCENT: ("text-primary", Style(bold=True)),
    Tone.GOOD: ("text-success", Style()),
    Tone.WARN: ("text-warning", Style()),
    Tone.BAD: ("text-error", Style(bold=True)),
    Tone.STALE: ("text-muted", Style(italic=True)),
}
"""The theme variable and the further look of each tone."""

_CURSOR_COLOUR = "primary-muted"
_CURSOR_SHARES: Mapping[Ground, float] = {Ground.CURSOR: 0.6, Ground.BLURRED: 0.25}
"""How much of the cursor's colour lies over the background: with more, some themes leave too little contrast."""
_CURSOR_TEXT = "auto 90%"
"""Black or white, whichever is legible: some themes' own foreground is not, on the cursor's colour."""


def styles_for(widget: Widget, ground: Ground = Ground.PLAIN) -> Styles:
    """Give the styles of all tones on ``ground`` of ``widget``; to be kept until the widget's style changes.

    Read from the theme's variables rather than from component classes: those cost 0.13 ms each, and eight
    widgets with eight tones stand between the start and the first paint.
    """
    variables: Mapping[str, str] = widget.app.theme_variables
    background = widget.background_colors[1]
    if background.ansi is not None or background.a == 0:
        return _terminal_styles(variables, ground)
    if ground in _CURSOR_SHARES:
        background += _colour(variables[_CURSOR_COLOUR], background).multiply_alpha(_CURSOR_SHARES[ground])
        variables = {**variables, "foreground": _CURSOR_TEXT}
    return tuple(
        look + Style.from_color((background + _colour(variables[name], background)).rich_color, background.rich_color)
        for name, look in _COLOURS.values()
    )


def _terminal_styles(variables: Mapping[str, str], ground: Ground) -> Styles:
    """Give the styles where the terminal has its own colours: nothing can be mixed, so reverse and dim."""
    if ground is Ground.CURSOR:
        return tuple(look + Style(reverse=True) for _, look in _COLOURS.values())
    bold = Style(bold=True) if ground is Ground.BLURRED else Style()
    black = Color.parse("ansi_default")
    return tuple(
        look
        + bold
        + Style.from_color(_colour(variables[name], black).rich_color)
        + (Style(dim=True) if name == "text-muted" else Style())
        for name, look in _COLOURS.values()
    )


def _colour(value: str, background: Color) -> Color:
    """Read a theme variable such as ``#57A5E2``, ``auto 60%`` or ``ansi_default 50%``."""
    name, _, share = value.partition(" ")
    alpha = float(share.rstrip("%")) / 100 if share else 1.0
    if name == "auto":
        return background.get_contrast_text(alpha)
    colour = Color.parse(name)
    return colour if colour.ansi is not None or not share else colour.with_alpha(alpha)


def strip_of(cells: Iterable[Cell], styles: Styles, width: int) -> Strip:
    """Make a strip of ``width`` terminal cells from cells that are fitted to it together.

    Neighbours of one tone become one segment: each costs a sequence on the way to the terminal.
    """
    segments: list[Segment] = []
    texts: list[str] = []
    current: Tone | None = None
    for text, tone in cells:
        if tone is not current and text:
            if current is not None:
                segments.append(Segment("".join(texts), styles[current]))
                texts.clear()
            current = tone
        texts.append(text)
    if current is not None:
        segments.append(Segment("".join(texts), styles[current]))
    return Strip(segments, width)
