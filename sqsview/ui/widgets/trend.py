"""A row of small bars for a table cell."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_MIDDLE = 4
"""The bar of a steady count: three below it and three above, the lowest of all left out."""
_NOISE = 0.25
"""The least that the scale spans, as a part of the largest count: less than that is no rise or fall to be seen."""


def trend_text(values: Sequence[int | None], width: int) -> str:
    """Draw the last ``width`` values as bars, a blank for each that is unknown.

    The bars tell the shape, the columns beside them how much it is: a steady count is a level line at half height,
    and the lowest bar is only for nothing at all. The scale spans the values, but never less than a quarter of the
    largest, so that noise on a large count stays noise.
    """
    shown = values[max(0, len(values) - width) :] if width > 0 else ()
    known = [value for value in shown if value is not None]
    least, most = min(known, default=0), max(known, default=0)
    span = max(most - least, most * _NOISE, 1.0)
    middle = (least + most) / 2
    bars = "".join(
        " " if value is None else _BARS[0] if value <= 0 else _BARS[_MIDDLE + round((value - middle) / span * 6)]
        for value in shown
    )
    return bars.rjust(width)
