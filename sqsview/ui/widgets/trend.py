"""A row of small bars for a table cell."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def trend_text(values: Sequence[int | None], width: int) -> str:
    """Draw the last ``width`` values as bars over zero, a blank for each that is unknown.

    The scale begins at zero: a steady count is a level line, and nothing at all is the lowest line.
    """
    shown = values[max(0, len(values) - width) :] if width > 0 else ()
    most = max((value for value in shown if value is not None), default=0)
    bars = "".join(
        " " if value is None else _BARS[0] if value <= 0 else _BARS[max(1, (value * 7 + most - 1) // most)]
        for value in shown
    )
    return bars.rjust(width)
