"""A few lines above a table, as high as they need to be and scrolled where that is too much."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.ui.widgets.cells import Line
from sqsview.ui.widgets.lines_view import LinesView
from sqsview.ui.widgets.wrapping import wrapped

SHARE = 5
"""It takes up to one line in so many of the screen, and three in any case."""


class Notes(LinesView):
    """Lines that are broken to the width; none of them is lost, whatever the width is."""

    DEFAULT_CSS = """
    Notes {
        height: 1;
        padding: 0 1;
    }
    """

    def show(self, lines: Sequence[Line]) -> None:
        """Show ``lines`` and take the height that they need."""
        super().show(lines)
        self._fit()

    @property
    def text_width(self) -> int:
        """Terminal cells for text."""
        return max(0, self.size.width - (1 if self.show_vertical_scrollbar else 0))

    def _fit(self) -> None:
        width = self.size.width
        if not width:
            return
        needs = sum(len(wrapped(line, width)) for line in self.lines)
        most = max(3, self.app.size.height // SHARE)
        height = max(1, min(needs, most))
        if self.size.height != height:  # to set it, though it be the same, lays out the whole screen
            self.styles.height = height
        self.can_focus = needs > most

    def on_resize(self) -> None:
        """Break the lines for the new width."""
        super().on_resize()
        self._fit()
