"""Tones: legible in every theme, on every ground, and told apart without colours."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from sqsview.ui.widgets.cells import Cell, Tone
from sqsview.ui.widgets.row_table import RowTable
from sqsview.ui.widgets.tones import Ground, Styles, strip_of, styles_for
from tests.ui.widgets.gallery import WidgetApp

LEAST = {Tone.NORMAL: 4.5, Tone.STRONG: 4.5}
LEAST_COLOURED = 2.0
"""Contrast ratios; the coloured and quiet tones are the themes' own, some of which are faint."""


async def styles_in(theme: str) -> dict[Ground, Styles]:
    table: RowTable[object, object] = RowTable([])  # type: ignore[type-var]
    app = WidgetApp(table)
    async with app.run_test() as pilot:
        app.theme = theme
        await pilot.pause()
        return {ground: styles_for(table, ground) for ground in Ground}


def contrast(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    lighter, darker = sorted(
        (luminance(Color.from_rich_color(style.color)), luminance(Color.from_rich_color(style.bgcolor))), reverse=True
    )
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """Give the relative luminance (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [name for name in BUILTIN_THEMES if not name.startswith("ansi")])
async def test_every_tone_can_be_read_on_every_ground(theme: str) -> None:
    faint = {
        (ground.name, tone.name): round(contrast(styles[tone]), 1)
        for ground, styles in (await styles_in(theme)).items()
        for tone in Tone
        if contrast(styles[tone]) < LEAST.get(tone, LEAST_COLOURED)
    }
    assert faint == {}


@pytest.mark.parametrize("theme", list(BUILTIN_THEMES))
async def test_the_cursor_stands_out_from_other_lines(theme: str) -> None:
    styles = await styles_in(theme)
    assert styles[Ground.CURSOR] != styles[Ground.PLAIN]
    assert styles[Ground.CURSOR] != styles[Ground.BLURRED]


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_where_the_terminal_has_its_own_colours_none_is_mixed(theme: str) -> None:
    styles = await styles_in(theme)
    for style in (*styles[Ground.PLAIN], *styles[Ground.BLURRED]):
        assert style.bgcolor is None
        assert style.color is None or style.color.is_default or style.color.number is not None
    assert all(style.reverse for style in styles[Ground.CURSOR])


def test_neighbours_of_one_tone_are_one_segment() -> None:
    styles = tuple(Style(bold=index == 1) for index in range(len(Tone)))
    strip = strip_of((Cell("a"), Cell("", Tone.BAD), Cell("b"), Cell("c", Tone.STRONG)), styles, 3)
    assert [segment.text for segment in strip] == ["ab", "c"]
    assert strip.cell_length == 3
