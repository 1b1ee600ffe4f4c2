"""A page of styled lines of any length, of which only those on screen are made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sqsview.ui.actions import MOVES, bindings
from sqsview.ui.widgets.cells import Line, cells_width, fitted, width_of
from sqsview.ui.widgets.json_lines import JsonLines
from sqsview.ui.widgets.json_lines import json_lines as json_lines
from sqsview.ui.widgets.tones import Styles, strip_of, styles_for
from sqsview.ui.widgets.wrapping import wrapped


class LinesView(ScrollView, can_focus=True):
    """Lines that are broken to the width and scrolled."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LinesView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MOVES)]

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
        self._ends: list[int] = []
        self._wrap_width = 0
        self._styles: Styles | None = None

    def show(self, lines: Sequence[Line]) -> None:
        """Show ``lines``; the place that was scrolled to stays, as far as there are lines."""
        if lines is self._lines or (not isinstance(lines, JsonLines) and lines == self._lines):
            return
        self._lines = lines
        self._break()

    @property
    def lines(self) -> Sequence[Line]:
        """What was last shown."""
        return self._lines

    def _break(self) -> None:
        """Find out how many lines on screen each line takes."""
        width = self._wrap_width = self.scrollable_content_region.width
        self._broken.clear()
        self._ends = list(accumulate(self._heights(width))) if width else []
        size = Size(0, self._ends[-1] if self._ends else 0)
        if size != self.virtual_size:
            self.virtual_size = size
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self.refresh()

    def _heights(self, width: int) -> Sequence[int]:
        if isinstance(self._lines, JsonLines):
            widths = [width_of(text) for text in self._lines.texts]
        else:
            widths = [cells_width(line) for line in self._lines]
        return [1 if wide <= width else len(self._pieces(index)) for index, wide in enumerate(widths)]

    def _pieces(self, index: int) -> list[Line]:
        """Give the lines on screen that one line is broken into."""
        pieces = self._broken.get(index)
        if pieces is None:
            pieces = wrapped(self._lines[index], self._wrap_width)
            if len(pieces) > 1:
                self._broken[index] = pieces
        return pieces

    def render_line(self, y: int) -> Strip:
        """Render one line on screen."""
        if self._styles is None:
            self._styles = styles_for(self)
        width = self.size.width
        at = self.scroll_offset.y + y
        index = bisect_right(self._ends, at)
        line: Line = ()
        if index < len(self._ends):
            pieces = self._pieces(index)
            line = pieces[at - (self._ends[index] - len(pieces))]
        return strip_of(fitted(line, width, cut="end"), self._styles, width)

    def notify_style_update(self) -> None:
        """Forget the styles: the theme changed."""
        super().notify_style_update()
        self._styles = None

    def watch_show_vertical_scrollbar(self) -> None:
        """Break the lines beside the scroll bar."""
        if self.is_mounted:
            self.on_resize()

    def on_resize(self) -> None:
        """Break the lines for the new width."""
        if self._wrap_width != self.scrollable_content_region.width:
            self._break()

    def action_cursor_down(self) -> None:
        """Scroll a line down."""
        self._scroll_by(1)

    def action_cursor_up(self) -> None:
        """Scroll a line up."""
        self._scroll_by(-1)

    def action_first(self) -> None:
        """Go to the top."""
        self.scroll_to(y=0, animate=False, force=True)

    def action_last(self) -> None:
        """Go to the bottom."""
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    def action_page_down(self) -> None:
        """Scroll a page down, one line less than the height."""
        self._scroll_by(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """Scroll a page up, one line less than the height."""
        self._scroll_by(-max(1, self.size.height - 1))

    def _scroll_by(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)
