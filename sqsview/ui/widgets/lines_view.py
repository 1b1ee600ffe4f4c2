"""A page of styled lines of any length, of which only those on screen are made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from sqsview.ui.widgets.cells import Line, cells_width, width_of
from sqsview.ui.widgets.json_lines import JsonLines
from sqsview.ui.widgets.json_lines import json_lines as json_lines
from sqsview.ui.widgets.page_view import PageView
from sqsview.ui.widgets.wrapping import wrapped


class LinesView(PageView):
    """Lines that are broken to the width and scrolled."""

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        can_focus: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.can_focus = can_focus
        self._lines = lines
        self._broken: dict[int, list[Line]] = {}
        self._ends: Sequence[int] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show ``lines``; the place that was scrolled to stays, as far as there are lines."""
        if lines is self._lines or (not isinstance(lines, JsonLines) and lines == self._lines):
            return
        self._lines = lines
        self.break_lines()

    @property
    def lines(self) -> Sequence[Line]:
        """What was last shown."""
        return self._lines

    def measure(self, width: int) -> int:
        """Break the lines to ``width`` terminal cells, at least 1, and count those on screen."""
        self._broken.clear()
        if isinstance(self._lines, JsonLines):
            widths = list(map(width_of, self._lines.texts))
        else:
            widths = list(map(cells_width, self._lines))
        if max(widths, default=0) <= width:
            self._ends = range(1, len(widths) + 1)
        else:
            heights = (1 if wide <= width else len(self._pieces(index)) for index, wide in enumerate(widths))
            self._ends = list(accumulate(heights))
        return self._ends[-1] if self._ends else 0

    def line_at(self, y: int) -> Line:
        """Give what stands at one line on screen of all there are, counted from the top of the first."""
        index = bisect_right(self._ends, y)
        if index >= len(self._ends):
            return ()
        pieces = self._pieces(index)
        return pieces[y - (self._ends[index] - len(pieces))]

    def _pieces(self, index: int) -> list[Line]:
        """Give the lines on screen that one line is broken into."""
        pieces = self._broken.get(index)
        if pieces is None:
            pieces = wrapped(self._lines[index], self._wrap_width)
            if len(pieces) > 1:
                self._broken[index] = pieces
        return pieces
