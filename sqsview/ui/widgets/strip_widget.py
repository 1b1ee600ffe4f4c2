"""A widget of a few lines that paints only those that changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from sqsview.ui.widgets.cells import Cells, fitted
from sqsview.ui.widgets.tones import Styles, strip_of, styles_for


class StripWidget(Widget):
    """A widget whose lines are cells, made for the width there is."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Cells] = ()
        self._styles: Styles | None = None
        self._made_for = 0

    def lines(self, width: int) -> Sequence[Cells]:
        """Give the lines for ``width`` terminal cells; they are cut and filled up to it."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Make the lines again and paint those that changed."""
        width = self.size.width
        before, self._lines = self._lines, self._make(width)
        if len(before) != len(self._lines):
            self.refresh()
            return
        changed = [
            Region(0, y, width, 1) for y, (old, new) in enumerate(zip(before, self._lines, strict=True)) if old != new
        ]
        if changed:
            self.refresh(*changed)

    def _make(self, width: int) -> Sequence[Cells]:
        self._made_for = width
        return self.lines(width) if width else ()

    def render_line(self, y: int) -> Strip:
        """Render one of the lines."""
        if self._styles is None:
            self._styles = styles_for(self)
        width = self.size.width
        if width != self._made_for:  # the first paint comes before the first resize
            self._lines = self._make(width)
        line = self._lines[y] if y < len(self._lines) else ()
        return strip_of(fitted(line, width, cut="end"), self._styles, width)

    def notify_style_update(self) -> None:
        """Forget the styles: the theme changed."""
        super().notify_style_update()
        self._styles = None

    def on_resize(self) -> None:
        """Make the lines again for the new width."""
        self.redraw()
        self.refresh()
