"""A screen that is a table: filter, order, marks and cursor are the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from textual.content import Content
from textual.widget import Widget

from sqsview.domain.snapshot import Connection
from sqsview.domain.text import printable
from sqsview.ui.arrangement import Arrangement, Matcher, SortKey, arranged
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import DashboardScreen, Subject
from sqsview.ui.widgets.cells import Heading
from sqsview.ui.widgets.columns import Column
from sqsview.ui.widgets.filter_bar import FilterBar
from sqsview.ui.widgets.lines_view import LinesView
from sqsview.ui.widgets.row_table import Keyed, RowTable


class Named(Keyed, Protocol):
    """A row: it has an identity and a name."""

    @property
    def name(self) -> str:
        """What rows that are equal otherwise are sorted by."""


Row = TypeVar("Row", bound=Named)

_FILLING = (Connection.CONNECTING, Connection.LOADING)


class TableScreen(DashboardScreen, Generic[Row]):
    """A table of rows, each with a key that the cursor and the marks follow."""

    ARRANGEMENT: ClassVar[Arrangement]
    """How the rows are sorted at first."""
    NOUN: ClassVar[str]
    """What the rows are, in the plural."""

    columns: Sequence[Column[Row, Scene]]
    """What is shown of a row, in order."""
    sort_keys: Mapping[str, Callable[[Row, Scene], Any]]
    """What each column is sorted by; columns that are not here cannot be sorted by."""
    descending_first: frozenset[str] = frozenset()
    """Columns whose first sort is the largest first."""
    matcher: Matcher[Row]

    def __init__(self) -> None:
        super().__init__()
        self.arrangement = self.ARRANGEMENT
        self.shown: list[Row] = []
        """The rows of the table, after filter and order."""
        self.all: list[Row] = []
        """All rows, before filter and order."""

    def compose_body(self) -> Iterable[Widget]:
        """Lay out the filter above the table, and what a subclass puts below."""
        yield FilterBar()
        table: RowTable[Row, Scene] = RowTable(self.columns)
        table.settle(False)
        yield table
        yield from self.compose_below()

    def compose_below(self) -> Iterable[Widget]:
        """Give what stands below the table."""
        return ()

    @property
    def title_text(self) -> str:
        """What the rows belong to, where the tab alone does not say it."""
        return ""

    @property
    def table(self) -> RowTable[Row, Scene]:
        """The table."""
        return self.query_one(RowTable)

    def rows(self, scene: Scene) -> Iterable[Row]:
        """Give all rows, before filter and order."""
        raise NotImplementedError

    def empty(self, scene: Scene) -> str:
        """Say in a sentence why there are no rows at all."""
        raise NotImplementedError

    def subject_of(self, row: Row) -> Subject:
        """Say what thing a row stands for."""
        raise NotImplementedError

    def open_row(self, row: Row) -> None:
        """Open what a row stands for."""
        self.dashboard.open_details(self.subject_of(row))

    def show_about(self, row: Row | None, scene: Scene) -> None:
        """Draw what stands below the table about the row under the cursor."""

    def focus_body(self) -> None:
        """Give the keys to the table."""
        self.set_focus(self.table)

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Draw the rows; where only time has passed, the same rows in the same order."""
        if moved:
            self._show_rows(scene)
        else:
            self.table.show(self.lines(), scene)
        self.show_about(self.table.cursor_row, scene)

    def _show_rows(self, scene: Scene) -> None:
        self.all = list(self.rows(scene))
        self.shown = self.in_order(self.all, scene)
        table = self.table
        table.empty = self._why_empty(scene)
        table.show_sort(self.arrangement.sort, descending=self.arrangement.descending)
        table.show(self.lines(), scene)
        if self.shown and scene.snapshot.health.connection not in _FILLING:
            table.settle(True)
        self._show_filter()

    def in_order(self, rows: list[Row], scene: Scene) -> list[Row]:
        """Filter and sort the rows."""
        return arranged(rows, self.arrangement, self.matcher, self._sort_key(scene), _name)

    def lines(self) -> Sequence[Row | Heading]:
        """Give the rows as the table shows them, with what stands between them."""
        return self.shown

    def watched(self, keys: Sequence[str]) -> Sequence[str]:
        """Say what the poller should keep current while the rows of these keys are on screen."""
        return keys

    def _sort_key(self, scene: Scene) -> SortKey[Row]:
        key = self.sort_keys[self.arrangement.sort]
        return lambda row: key(row, scene)

    def _why_empty(self, scene: Scene) -> str:
        if self.all:
            return f"none of {len(self.all)} {self.NOUN} match “{self.arrangement.filter}” · esc shows all"
        return self.empty(scene)

    def _show_filter(self) -> None:
        order = "↓" if self.arrangement.descending else "↑"
        titles = {column.id: column.title.lower() for column in self.columns}
        marked = f" · {len(self.table.marks)} marked" if self.table.marks else ""
        title = f"{self.title_text} · " if self.title_text else ""
        by = titles[self.arrangement.sort].strip()
        self.query_one(FilterBar).status = f"{title}{self.counted()}{marked} · by {by} {order}"

    def counted(self) -> str:
        """Say how many rows are shown of how many."""
        return f"{len(self.shown):,} of {len(self.all):,}"

    def rearrange(self, arrangement: Arrangement) -> None:
        """Show the rows in another order or behind another filter, at once."""
        self.arrangement = arrangement
        scene = self.dashboard.scene
        self._show_rows(scene)
        self.show_about(self.table.cursor_row, scene)
        self.show_keys()

    def jump_to(self, key: str) -> None:
        """Put the cursor on a row; a filter that hides it is cleared."""
        if all(row.key != key for row in self.shown):
            self.query_one(FilterBar).close()
            self.rearrange(Arrangement(self.arrangement.sort, self.arrangement.descending))
        self.table.move_to(key)
        self.focus_body()

    def subject(self) -> Subject | None:
        """Give the thing under the cursor."""
        row = self.table.cursor_row
        return None if row is None else self.subject_of(row)

    def subjects(self) -> list[Subject]:
        """Give what is marked, also behind the filter, or else the thing under the cursor."""
        marked = [self.subject_of(row) for row in self.all if row.key in self.table.marks]
        return marked or super().subjects()

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Draw what is known about the row that the cursor came to."""
        event.stop()
        self.dashboard.feed.select(event.key)
        self.show_about(self.table.cursor_row, self.dashboard.scene)
        self.show_keys()

    def on_row_table_opened(self, event: RowTable.Opened) -> None:
        """Open the row under the cursor."""
        event.stop()
        row = self.table.cursor_row
        if row is not None:
            self.open_row(row)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        row = self.table.cursor_row
        if row is not None:
            self.open_row(row)

    def on_row_table_visible_changed(self, event: RowTable.VisibleChanged) -> None:
        """Tell the poller what is on screen."""
        event.stop()
        if self.is_current:
            self.dashboard.feed.watch(self.watched(event.keys))

    def on_row_table_sort_requested(self, event: RowTable.SortRequested) -> None:
        """Sort by the column whose title was clicked."""
        event.stop()
        if event.column_id in self.sort_keys:
            self.rearrange(self._by(event.column_id))

    def resumed(self) -> None:
        """Tell the poller what is on screen now."""
        self.dashboard.feed.watch(self.watched(self.table.visible_keys()))
        self.dashboard.feed.select(self.table.cursor_key)

    def _by(self, column: str) -> Arrangement:
        return self.arrangement.by(column, descending=column in self.descending_first)

    def action_sort(self) -> None:
        """Sort by the next column."""
        ids = [column.id for column in self.columns if column.id in self.sort_keys]
        following = ids[(ids.index(self.arrangement.sort) + 1) % len(ids)]
        if following != self.arrangement.sort:
            self.rearrange(self._by(following))

    def action_reverse(self) -> None:
        """Reverse the order."""
        self.rearrange(self._by(self.arrangement.sort))

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor and go on to the next."""
        self.table.toggle_mark()
        self._show_filter()

    def action_mark_all(self) -> None:
        """Mark all that are shown; when they all are, none."""
        shown = {row.key for row in self.shown}
        self.table.marks = frozenset() if shown <= self.table.marks else self.table.marks | shown
        self._show_filter()

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Filter while it is typed; the cursor stays on its row, or goes to the first that matches."""
        event.stop()
        before = self.table.cursor_key
        self.rearrange(Arrangement(self.arrangement.sort, self.arrangement.descending, event.text))
        if before is not None and self.table.cursor_key != before:
            self.table.action_first()

    def on_filter_bar_closed(self, event: FilterBar.Closed) -> None:
        """Go back to the table."""
        event.stop()
        self.focus_body()

    async def action_back(self) -> None:
        """Clear the filter, then the marks, then leave."""
        if self.arrangement.filter:
            self.query_one(FilterBar).close()
            self.rearrange(Arrangement(self.arrangement.sort, self.arrangement.descending))
        elif self.table.marks:
            self.table.marks = frozenset()
            self._show_filter()
        else:
            await super().action_back()


def about_page() -> LinesView:
    """Make the pane below a table that says in words what is under the cursor."""
    page = LinesView(id="about-page")
    page.can_focus = False
    return page


def why_nothing(scene: Scene, noun: str) -> str:
    """Say why a table of queues or topics has no rows."""
    snapshot = scene.snapshot
    health = snapshot.health
    if health.connection is Connection.CONNECTING:
        return "connecting…"
    if health.connection is Connection.FAILING and health.problem is not None:
        return health.problem.line
    if noun == "topics" and snapshot.topics_problem is not None:
        return snapshot.topics_problem.line
    if health.connection is Connection.LOADING:
        return f"reading the {noun}…"
    where = snapshot.context.region or "this region"
    return f"no {noun} in {where} · :region NAME looks elsewhere"


def titled(text: str) -> Content:
    """Make the title of a pane from text that may be anything."""
    return Content(printable(text))


def _name(row: Named) -> str:
    return row.name
