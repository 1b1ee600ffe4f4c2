"""A table that is keyed by identity and paints only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sqsview.ui.actions import BY_ID, MOVES, bindings
from sqsview.ui.widgets.cells import Column, Heading
from sqsview.ui.widgets.cells import Keyed as Keyed
from sqsview.ui.widgets.row_cursor import RowCursor, index_of, nearest
from sqsview.ui.widgets.table_paint import Content, Look, TablePaint
from sqsview.ui.widgets.tones import Ground, Styles, styles_for

RowT = TypeVar("RowT", bound=Keyed)
SceneT = TypeVar("SceneT")

_NOT_PAINTED = object()


class RowTable(ScrollView, Generic[RowT, SceneT], can_focus=True):
    """Rows under a line of titles, with a cursor that follows a row's key, never its position.

    Work is in proportion to the lines on screen: cells are only computed for those, and only lines
    whose cells, mark or cursor changed are painted again.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RowTable {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MOVES), *bindings([BY_ID["open"]])]

    class Said(Message):
        """What all messages of a table share."""

        def __init__(self, table: RowTable[Any, Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> RowTable[Any, Any]:
            """The table, for selectors in ``@on``."""
            return self.table

    class Highlighted(Said):
        """The cursor is on another row than before, or on none."""

        def __init__(self, table: RowTable[Any, Any], key: str | None) -> None:
            super().__init__(table)
            self.key = key

    class Opened(Said):
        """A row was asked for, by enter or a double click."""

        def __init__(self, table: RowTable[Any, Any], key: str) -> None:
            super().__init__(table)
            self.key = key

    class SortRequested(Said):
        """The title of a column was clicked."""

        def __init__(self, table: RowTable[Any, Any], column_id: str) -> None:
            super().__init__(table)
            self.column_id = column_id

    class VisibleChanged(Said):
        """Other rows are on screen than before."""

        def __init__(self, table: RowTable[Any, Any], keys: tuple[str, ...]) -> None:
            super().__init__(table)
            self.keys = keys

    def __init__(
        self,
        columns: Sequence[Column[RowT, SceneT]],
        *,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._paint = TablePaint(columns, self._styled)
        self._empty = empty
        self._rows: Sequence[RowT | Heading] = ()
        self._scene: Any = None
        self._cursor = RowCursor()
        self._marks: frozenset[str] = frozenset()
        self._sorted_by: tuple[str | None, bool] = (None, False)
        self._contents: dict[int, Content] = {}
        self._painted: dict[int, Look | None] = {}
        self._styles: dict[Ground, Styles] = {}
        self._visible_keys: tuple[str, ...] = ()
        self._visible_due = False

    # What is shown

    def show(self, rows: Sequence[RowT | Heading], scene: SceneT) -> None:
        """Show ``rows`` as they are in ``scene``; the sequence must not change afterwards."""
        count, key = len(self._rows), self._cursor.key
        was_in_view = not count or self._in_view(self._cursor.index)
        self._rows, self._scene = rows, scene
        self._contents.clear()
        self._cursor.follow(rows)
        if len(rows) != count:
            self.virtual_size = Size(0, len(rows) + 1)
            if self.scroll_y > self.max_scroll_y:
                self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        if was_in_view:
            self._reveal(self._cursor.index)
        if self._measure() or not (count and rows):
            self.refresh()
        else:
            self._repaint_changed()
        if self._cursor.key != key:
            self.post_message(self.Highlighted(self, self._cursor.key))
        self._tell_visible_later()

    @property
    def columns(self) -> Sequence[Column[RowT, SceneT]]:
        """What is shown of a row, in order."""
        return self._paint.columns

    @columns.setter
    def columns(self, columns: Sequence[Column[RowT, SceneT]]) -> None:
        self._paint.columns = tuple(columns)
        self._fit(anew=True)
        self.refresh()

    @property
    def empty(self) -> str:
        """What is said where there are no rows; it may have several lines and may be untrusted."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            if not self._rows:
                self.refresh()

    def show_sort(self, column_id: str | None, *, descending: bool = False) -> None:
        """Put the arrow at the column that the rows are sorted by."""
        if self._sorted_by != (column_id, descending):
            self._sorted_by = (column_id, descending)
            self._refresh_line(0)

    @property
    def marks(self) -> frozenset[str]:
        """The keys that are marked; those of rows that are not shown stay marked."""
        return self._marks

    @marks.setter
    def marks(self, keys: AbstractSet[str]) -> None:
        self._marks = frozenset(keys)
        self._repaint_changed()

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor and go on to the next."""
        if self._cursor.key is not None:
            self.marks = self._marks ^ {self._cursor.key}
            self.action_cursor_down()

    def visible_keys(self) -> tuple[str, ...]:
        """Give the keys of the rows on screen, from the top."""
        top = self.scroll_offset.y
        shown = self._rows[top : top + self._lines_high]
        return tuple(row.key for row in shown if not isinstance(row, Heading))

    # The cursor

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor; None where there is no row."""
        return self._cursor.key

    def settle(self, settled: bool) -> None:
        """Say whether the cursor follows its row, or stays at the top while the rows still come in."""
        self._cursor.settled = settled

    @property
    def cursor_row(self) -> RowT | None:
        """The row under the cursor."""
        row = self._rows[self._cursor.index] if self._cursor.key is not None else None
        return None if isinstance(row, Heading) else row

    def move_to(self, key: str) -> bool:
        """Put the cursor on the row of ``key`` and scroll there; False where there is none."""
        index = index_of(self._rows, key)
        if index is not None:
            self._move(index)
        return index is not None

    def action_cursor_down(self) -> None:
        """Move to the next row."""
        self._step(self._cursor.index + 1, 1)

    def action_cursor_up(self) -> None:
        """Move to the row above."""
        self._step(self._cursor.index - 1, -1)

    def action_first(self) -> None:
        """Move to the first row."""
        self._step(0, 1)

    def action_last(self) -> None:
        """Move to the last row."""
        self._step(len(self._rows) - 1, -1)

    def action_page_down(self) -> None:
        """Move a page down."""
        self._step(self._cursor.index + max(1, self._lines_high - 1), 1)

    def action_page_up(self) -> None:
        """Move a page up."""
        self._step(self._cursor.index - max(1, self._lines_high - 1), -1)

    def action_open(self) -> None:
        """Ask for the row under the cursor to be opened."""
        if self._cursor.key is not None:
            self.post_message(self.Opened(self, self._cursor.key))

    def _step(self, index: int, direction: int) -> None:
        """Move to ``index`` or as near as there is a row; headings are passed over in ``direction``."""
        target = nearest(self._rows, max(0, min(index, len(self._rows) - 1)), direction)
        if target is not None:
            self._move(target)

    def _move(self, index: int) -> None:
        before, key = self._cursor.index, self._cursor.key
        self._cursor.put(self._rows, index)
        self._reveal(index)
        if before != index:
            top = self.scroll_offset.y - 1
            self._refresh_line(before - top)
            self._refresh_line(index - top)
        if self._cursor.key != key:
            self.post_message(self.Highlighted(self, self._cursor.key))

    def _in_view(self, index: int) -> bool:
        return self.scroll_offset.y <= index < self.scroll_offset.y + self._lines_high

    def _reveal(self, index: int) -> None:
        """Scroll as little as shows the row at ``index``, with the headings right above it."""
        high, top = self._lines_high, self.scroll_offset.y
        if high <= 0 or not self._rows:
            return
        first = index
        while first and index - first < high - 1 and isinstance(self._rows[first - 1], Heading):
            first -= 1
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif index >= top + high:
            self.scroll_to(y=index - high + 1, animate=False, force=True)

    # Painting

    @property
    def _lines_high(self) -> int:
        """Lines for rows: the height without the titles."""
        return max(0, self.size.height - 1)

    @property
    def _line_width(self) -> int:
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        """Render the titles, a row, or what is said where there are no rows."""
        if y == 0:
            self._fit()
            sorted_by, descending = self._sorted_by
            return self._paint.titles(sorted_by, descending=descending)
        if not self._rows:
            return self._paint.saying(self._empty, y, self.size.height)
        look = self._painted[y] = self._look(self.scroll_offset.y + y - 1)
        return self._paint.blank() if look is None else self._paint.row(look)

    def _look(self, index: int) -> Look | None:
        if index >= len(self._rows):
            return None
        ground = Ground.PLAIN
        if index == self._cursor.index and self._cursor.key is not None:
            ground = Ground.CURSOR if self.has_focus else Ground.BLURRED
        return self._content(index), ground, self._rows[index].key in self._marks

    def _content(self, index: int) -> Content:
        content = self._contents.get(index)
        if content is None:
            row = self._rows[index]
            if isinstance(row, Heading):
                content = (row.cells, *(None for _ in self.columns[1:]))
            else:
                content = tuple(column.cell(row, self._scene) for column in self.columns)
            self._contents[index] = content
        return content

    def _styled(self, ground: Ground) -> Styles:
        styles = self._styles.get(ground)
        if styles is None:
            styles = self._styles[ground] = styles_for(self, ground)
        return styles

    def _measure(self) -> bool:
        """Take in how wide the rows on screen are; True where the columns had to move for it."""
        wider = False
        if self._line_width:
            top = self.scroll_offset.y
            for index in range(top, min(top + self._lines_high, len(self._rows))):
                if index not in self._contents and not isinstance(self._rows[index], Heading):
                    wider |= self._paint.take_in(self._content(index))
        return wider and self._paint.lay_out()

    def _fit(self, *, anew: bool = False) -> bool:
        """Lay out for the width there is; True where that was not done before."""
        widths = self._line_width, self.size.width
        if not anew and widths == self._paint.widths:
            return False
        self._contents.clear()
        self._paint.start_over(*widths)
        self._measure()
        return True

    def _repaint_changed(self) -> None:
        """Paint again the lines that show something else than what was painted."""
        width, top = self.size.width, self.scroll_offset.y
        changed = [
            Region(0, y, width, 1)
            for y in range(1, self._lines_high + 1)
            if self._look(top + y - 1) != self._painted.get(y, _NOT_PAINTED)
        ]
        if changed:
            self.refresh(*changed)

    def _refresh_line(self, y: int) -> None:
        if 0 <= y <= self._lines_high:
            self.refresh(Region(0, y, self.size.width, 1))

    def _tell_visible_later(self) -> None:
        if not self._visible_due:
            self._visible_due = True
            self.call_after_refresh(self._tell_visible)

    def _tell_visible(self) -> None:
        self._visible_due = False
        keys = self.visible_keys()
        if keys != self._visible_keys:
            self._visible_keys = keys
            self.post_message(self.VisibleChanged(self, keys))

    # What happens to it

    def notify_style_update(self) -> None:
        """Forget the styles: the theme or the focus changed."""
        super().notify_style_update()
        self._styles.clear()
        self._paint.forget_strips()

    def watch_has_focus(self, value: bool) -> None:
        """Show where the keys go."""
        super().watch_has_focus(value)
        self._refresh_line(self._cursor.index - self.scroll_offset.y + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Take in the rows that scrolled into view."""
        super().watch_scroll_y(old_value, new_value)
        if self._measure():
            self.refresh()
        self._tell_visible_later()

    def on_resize(self) -> None:
        """Share the new width among the columns."""
        if self._cursor.key is not None:
            self._reveal(self._cursor.index)
        if self._fit():
            self.refresh()
        self._tell_visible_later()

    def on_click(self, event: events.Click) -> None:
        """Select a row, open it on a double click, or sort by a title."""
        if event.y == 0:
            column_id = self._paint.column_at(event.x)
            if column_id is not None:
                self.post_message(self.SortRequested(self, column_id))
            return
        index = self.scroll_offset.y + event.y - 1
        if index < len(self._rows) and not isinstance(self._rows[index], Heading):
            self._move(index)
            if event.chain == 2:
                self.action_open()
