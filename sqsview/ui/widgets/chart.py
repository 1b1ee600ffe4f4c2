"""A chart of a queue's depth over time: visible messages as an area, those in flight as a line, from zero."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from sqsview.domain import words
from sqsview.domain.text import printable
from sqsview.ui.widgets.cells import Cell, Cells, Tone, cut_to, fitted
from sqsview.ui.widgets.strip_widget import StripWidget

if TYPE_CHECKING:
    from sqsview.domain.history import Series

AREA = "⣿"
LINE = "⠒"
"""The keys of the legend."""

_LABEL_WIDTH = 6
_AXIS_WIDTH = _LABEL_WIDTH + 2
"""Label, a blank and the axis."""
_BLANK = 0x2800
_LEFT_DOTS = (0x40, 0x04, 0x02, 0x01)
_RIGHT_DOTS = (0x80, 0x20, 0x10, 0x08)
"""The dots of a braille cell by height from its foot, in its left and its right half."""

Values = Sequence[float | None]


class DepthChart(StripWidget):
    """The two counts of one queue over time, on one axis that begins at zero."""

    DEFAULT_CSS = """
    DepthChart {
        height: 1fr;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._series: Series | None = None
        self._start = 0.0
        self._end = 0.0
        self._name = ""

    @property
    def buckets(self) -> int:
        """How many points the width has room for: two in every cell."""
        return 2 * max(1, self.size.width - _AXIS_WIDTH)

    def show(self, series: Series | None, start_epoch: float, end_epoch: float) -> None:
        """Show ``series``, from ``start_epoch`` to ``end_epoch``; None where nothing was read yet."""
        self._series, self._start, self._end = series, start_epoch, end_epoch
        self.redraw()

    def show_title(self, name: str) -> None:
        """Write the name, which may be untrusted, and the legend into the border; nothing where it is empty."""
        self._name = printable(name)
        self._entitle()

    def _entitle(self) -> None:
        legend = f" {AREA} visible  {LINE} in flight"
        room = max(8, self.outer_size.width - len(legend) - 6)  # corners, and the blanks around a title
        # A str would be parsed as markup.
        title = Content(cut_to(self._name, room) + legend if self._name else "")
        if self.border_title != title:
            self.border_title = title

    def on_resize(self) -> None:
        """Give the name the room that it has now; Textual also calls the base class, which draws."""
        self._entitle()

    def lines(self, width: int) -> Sequence[Cells]:
        """Draw the chart for the size there is."""
        height = self.size.height
        series = self._series
        if series is None or all(value is None for value in (*series.visible, *series.in_flight)):
            text = "no readings yet"
            indent = " " * max(0, (width - len(text)) // 2)
            return [()] * (height // 2) + [(Cell(indent + text, Tone.QUIET),)]
        rows, columns = max(1, height - 1), self.buckets // 2
        top = ceiling((*series.visible, *series.in_flight))
        plot = plotted(series.visible, series.in_flight, columns, rows, top)
        labels = axis_labels(rows, top)
        lines: list[Cells] = [
            (Cell(f"{label:>{_LABEL_WIDTH}} ", Tone.QUIET), Cell("┤" if label else "│", Tone.QUIET), *cells)
            for label, cells in zip(labels, plot, strict=True)
        ]
        if height > 1:
            lines.append((Cell(" " * _AXIS_WIDTH), *time_labels(self._start, self._end, columns)))
        return lines


def ceiling(values: Values) -> float:
    """Give the top of the axis: the largest value, even where it is small so that its half is a count."""
    most = max((value for value in values if value is not None), default=0.0)
    return most if most > 20 else max(2.0, 2.0 * math.ceil(most / 2))


def axis_labels(rows: int, top: float) -> list[str]:
    """Give a label for each row from the top: the top, its half where there is room, and zero."""
    labels = [""] * rows
    labels[0] = words.short_count(top)
    if rows >= 5 and rows % 2:
        labels[rows // 2] = words.short_count(top / 2)
    if rows > 1:
        labels[-1] = "0"
    return labels


def time_labels(start: float, end: float, columns: int) -> Cells:
    """Write the clock at the left, in the middle where there is room, and ``now`` at the right."""
    left, right = _clock(start), "now"
    if columns < len(left) + len(right) + 1:
        return fitted(Cell(right, Tone.QUIET), columns, "right")
    middle = _clock((start + end) / 2) if columns >= 30 else ""
    half = columns // 2 - len(middle) // 2
    line = f"{left:<{half}}{middle}"
    return (Cell(f"{line:<{columns - len(right)}}{right}", Tone.QUIET),)


def _clock(epoch: float) -> str:
    return time.strftime("%H:%M", time.localtime(epoch))


def plotted(area: Values, line: Values, columns: int, rows: int, top: float) -> list[Cells]:
    """Draw both series in braille, from the top row down.

    The line is set off from the area by a blank dot on either side, so that it is seen without its colour.
    A known zero is a dot on the axis; what is unknown is blank.
    """
    dots = rows * 4
    areas = [_height(value, dots, top) for value in _resampled(area, columns * 2)]
    heights = [_height(value, dots, top) for value in _resampled(line, columns * 2)]
    patterns = [[0] * columns for _ in range(rows)]
    lined = [[False] * columns for _ in range(rows)]
    before = 0
    for x, (high, at) in enumerate(zip(areas, heights, strict=True)):
        bits, column = _RIGHT_DOTS if x % 2 else _LEFT_DOTS, x // 2
        # A line at zero would only cover the foot of the area.
        stroke = _stroke(before, at) if at and not (at == 1 and high > 1) else range(0)
        for y in range(high):
            if not stroke or not _hides(stroke, y):
                patterns[y // 4][column] |= bits[y % 4]
        for y in stroke:
            patterns[y // 4][column] |= bits[y % 4]
            lined[y // 4][column] = True
        before = at
    return [_row(patterns[row], lined[row]) for row in reversed(range(rows))]


def _row(patterns: Sequence[int], lined: Sequence[bool]) -> Cells:
    """Join the cells of one row to runs of one tone."""
    runs: list[Cell] = []
    for pattern, line in zip(patterns, lined, strict=True):
        tone = Tone.STRONG if line else Tone.ACCENT
        glyph = chr(_BLANK + pattern) if pattern else " "
        if runs and (runs[-1].tone is tone or not pattern):
            runs[-1] = Cell(runs[-1].text + glyph, runs[-1].tone)
        else:
            runs.append(Cell(glyph, tone))
    return tuple(runs)


def _stroke(before: int, at: int) -> range:
    """Give the dots that join a line to where it was one step before; 0 is nowhere."""
    if before in (0, at):
        return range(at - 1, at)
    return range(before, at) if before < at else range(at - 1, before - 1)


def _hides(stroke: range, y: int) -> bool:
    """Tell whether the area gives way at dot ``y``: next to the line, and below it within the same cell."""
    return stroke.start // 4 * 4 <= y <= stroke.stop or y == stroke.start - 1


def _height(value: float | None, dots: int, top: float) -> int:
    """Give the dots that a value is high: none if unknown, one for zero, at least two for more."""
    if value is None:
        return 0
    return 1 if value <= 0 else max(2, min(dots, 1 + round(value / top * (dots - 1))))


def _resampled(values: Values, count: int) -> list[float | None]:
    """Spread ``values`` over ``count`` points."""
    if not values:
        return [None] * count
    return [values[place * len(values) // count] for place in range(count)]
