"""What pages of any length have in common: the keys that scroll, and that only lines on screen are made."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sqsview.ui.actions import MOVES, bindings
from sqsview.ui.widgets.cells import Line, fitted
from sqsview.ui.widgets.tones import Styles, strip_of, styles_for


class PageView(ScrollView, can_focus=True):
    """Lines that are broken to the width and scrolled; which lines, the widgets made of it say."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PageView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MOVES)]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._wrap_width = 0
        self._styles: Styles | None = None

    def measure(self, width: int) -> int:
        """Break the lines to ``width`` terminal cells, at least 1, and count those on screen."""
        raise NotImplementedError

    def line_at(self, y: int) -> Line:
        """Give what stands at one line on screen of all there are, counted from the top of the first."""
        raise NotImplementedError

    def break_lines(self) -> None:
        """Break other lines than before, or for another width; the place that was scrolled to stays."""
        width = self._wrap_width = self.scrollable_content_region.width
        size = Size(0, self.measure(width) if width else 0)
        if size != self.virtual_size:
            self.virtual_size = size
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render one line on screen."""
        if self._styles is None:
            self._styles = styles_for(self)
        width = self.size.width
        return strip_of(fitted(self.line_at(self.scroll_offset.y + y), width, cut="end"), self._styles, width)

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
            self.break_lines()

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
