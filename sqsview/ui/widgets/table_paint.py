"""What the rows of a table look like: one layout of the columns, and strips that are made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic

from textual.strip import Strip

from sqsview.domain.text import printable_lines
from sqsview.ui.widgets.cells import (
    Cell,
    CellOrCells,
    Column,
    RowT,
    SceneT,
    Tone,
    cells_width,
    fitted,
    folded,
    width_of,
)
from sqsview.ui.widgets.columns import Place, column_at, places, row_cells, title_cells
from sqsview.ui.widgets.tones import Ground, Styles, strip_of

Content = tuple[CellOrCells | None, ...]
"""What a row shows, by column."""
Look = tuple[Content, Ground, bool]
"""What a line shows: its content, its ground, whether it is marked. Equal looks are equal strips."""

_STRIPS_KEPT = 1024


class TablePaint(Generic[RowT, SceneT]):
    """Lays out columns for a width and turns looks into strips."""

    def __init__(self, columns: Sequence[Column[RowT, SceneT]], styled: Callable[[Ground], Styles]) -> None:
        self.columns = tuple(columns)
        self._styled = styled
        self._width = 0
        self._painted_width = 0
        self._needs = [0] * len(self.columns)
        self._places: tuple[Place, ...] = ()
        self._strips: dict[Look, Strip] = {}

    def start_over(self, width: int, painted_width: int) -> None:
        """Lay out for ``width`` terminal cells, with no rows seen yet; strips are blank up to ``painted_width``.

        That is the width with the scroll bar: Textual makes every strip anew that does not reach below it.
        """
        self._width, self._painted_width = width, painted_width
        self._needs = [0] * len(self.columns)
        self._strips.clear()
        self.lay_out()

    @property
    def widths(self) -> tuple[int, int]:
        """The widths of the last `start_over`."""
        return self._width, self._painted_width

    def take_in(self, content: Content) -> bool:
        """Learn how wide a row is; True where a column needs more than for any row before.

        What was needed once stays granted until the width changes, so that scrolling makes no column jump.
        """
        wider = False
        for place, column in enumerate(self.columns):
            if column.grow or column.max_width is not None:
                need = cells_width(content[place] or ())
                if need > self._needs[place]:
                    self._needs[place], wider = need, True
        return wider

    def lay_out(self) -> bool:
        """Share the width among the columns; True where anything moved."""
        before, self._places = self._places, places(self.columns, self._needs, self._width)
        if before != self._places:
            self._strips.clear()
        return before != self._places

    def forget_strips(self) -> None:
        """Make strips anew: the styles are others."""
        self._strips.clear()

    def column_at(self, x: int) -> str | None:
        """Give the id of the column at ``x``."""
        return column_at(self.columns, self._places, x)

    def row(self, look: Look) -> Strip:
        """Give the strip of a row."""
        strip = self._strips.get(look)
        if strip is None:
            if len(self._strips) >= _STRIPS_KEPT:
                self._strips.clear()
            content, ground, marked = look
            cells = [
                Cell("▌" if ground is not Ground.PLAIN else " ", Tone.ACCENT),
                Cell("✓" if marked else " ", Tone.GOOD),
                *row_cells(self.columns, self._places, content, self._painted_width),
            ]
            strip = self._strips[look] = strip_of(cells, self._styled(ground), self._painted_width)
        return strip

    def titles(self, sorted_by: str | None, *, descending: bool) -> Strip:
        """Give the strip of the titles."""
        width = self._painted_width
        cells = title_cells(self.columns, self._places, sorted_by, width, descending=descending)
        return strip_of(cells, self._styled(Ground.PLAIN), width)

    def blank(self) -> Strip:
        """Give the strip below the last row."""
        return strip_of((Cell(" " * self._painted_width),), self._styled(Ground.PLAIN), self._painted_width)

    def saying(self, text: str, y: int, height: int) -> Strip:
        """Give line ``y`` of a ``text`` in the middle of ``height`` lines."""
        lines = [part for line in printable_lines(text) for part in folded(line, max(1, self._width - 4))]
        at = y - max(1, (height - len(lines)) // 2)
        said = lines[at] if 0 <= at < len(lines) else ""
        indent = max(0, (self._width - width_of(said)) // 2)
        cells = fitted((Cell(" " * indent), Cell(said, Tone.QUIET)), self._painted_width)
        return strip_of(cells, self._styled(Ground.PLAIN), self._painted_width)
