"""A dashboard under test, with the feed and the clock behind it and what a person sees of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from textual import events
from textual.pilot import Pilot

from sqsview.domain.snapshot import Snapshot
from sqsview.live.feed import Feed
from sqsview.operations.state import State
from sqsview.ui.app import Dashboard, UiOptions
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.screens.table_screen import TableScreen
from sqsview.ui.widgets.row_table import RowTable
from tests.support import shown
from tests.ui.company import company
from tests.ui.still_feed import StillClock, StillFeed


def dashboard(
    feed: StillFeed,
    *,
    keys: Mapping[str, str] | None = None,
    theme: str | None = None,
    clock: StillClock | None = None,
    state: State | None = None,
) -> Dashboard:
    """Make the app over a feed that stands still."""
    return Dashboard(lambda: cast(Feed, feed), UiOptions(theme=theme, keys=keys or {}), clock or StillClock(), state)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a test does with a dashboard, and what it sees."""

    app: Dashboard
    feed: StillFeed
    clock: StillClock
    pilot: Pilot[Any]

    @property
    def text(self) -> str:
        """The whole screen."""
        return shown.text(self.app)

    @property
    def lines(self) -> list[str]:
        """The screen line by line."""
        return shown.lines(self.app)

    def line(self, part: str) -> str:
        """Give the first line with ``part`` in it."""
        return shown.line_with(self.app, part)

    @property
    def screen(self) -> DashboardScreen:
        """The screen that is shown."""
        screen = self.app.screen
        assert isinstance(screen, DashboardScreen), screen
        return screen

    @property
    def table(self) -> RowTable[Any, Any]:
        """The table of the screen."""
        return self.app.screen.query_one(RowTable)

    @property
    def names(self) -> list[str]:
        """The names of the rows, in their order."""
        return [row.name for row in self.table_screen().shown]

    @property
    def cursor(self) -> str | None:
        """The name of the row under the cursor."""
        row = self.table.cursor_row
        return None if row is None else row.name

    @property
    def status(self) -> str:
        """The line with the filter and the count."""
        return self.lines[2]

    @property
    def keys(self) -> str:
        """The key bar."""
        return self.lines[-1]

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, and let the app answer."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Press the key of each character."""
        await self.press(*("space" if character == " " else character for character in text))

    def type_ahead(self, *keys: str) -> None:
        """Press keys without waiting for an answer to any."""
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            driver.send_message(events.Key(key, key if len(key) == 1 else None))

    async def put(self, snapshot: Snapshot, *, same_structure: bool = False) -> None:
        """Let the feed have another snapshot, and wait until it is drawn."""
        self.feed.put(snapshot, same_structure=same_structure)
        generation = self.feed.generation
        await self.until(lambda: self.app.snapshot.generation == generation)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        await shown.until(self.pilot, condition)

    async def sees(self, text: str) -> None:
        """Wait until the screen has a text."""
        await self.until(lambda: text in self.text)

    async def loses(self, text: str) -> None:
        """Wait until the screen no longer has a text."""
        await self.until(lambda: text not in self.text)

    async def move_to(self, name: str) -> None:
        """Go to the row of this name with the keys."""
        await self.press("g")
        for _ in self.names:
            if self.cursor == name:
                return
            await self.press("j")
        assert self.cursor == name, self.names

    async def filter(self, text: str) -> None:
        """Type a filter and go back to the table."""
        await self.press("slash")
        await self.type(text)
        await self.press("enter")

    @property
    def toasts(self) -> list[str]:
        """What was said in passing, newest last."""
        return [note.message for note in self.app._notifications]

    def table_screen(self) -> TableScreen[Any]:
        """Give the screen as one that is a table."""
        screen = self.app.screen
        assert isinstance(screen, TableScreen), screen
        return screen


@asynccontextmanager
async def staged(
    snapshot: Snapshot | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    keys: Mapping[str, str] | None = None,
    tab: str = "1",
    state: State | None = None,
) -> AsyncIterator[Stage]:
    """Run the dashboard over a snapshot, the whole company unless told otherwise, and go to a tab."""
    feed, clock = StillFeed(company() if snapshot is None else snapshot), StillClock()
    app = dashboard(feed, keys=keys, clock=clock, state=state)
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, feed, clock, pilot)
        await stage.until(lambda: isinstance(app.screen, DashboardScreen) and app.screen.standing)
        if tab != "1":
            await stage.press(tab)
        await pilot.pause()
        yield stage
