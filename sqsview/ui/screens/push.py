"""The push applications, and the devices of one of them; read when this tab is opened, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import ClassVar

from textual.binding import BindingType

from sqsview.domain.arn import name_of
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.domain.snapshot import Connection
from sqsview.errors import GatewayError
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement, Matcher
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen
from sqsview.ui.widgets.cells import Cell, Tone
from sqsview.ui.widgets.columns import Column
from sqsview.ui.widgets.row_table import RowTable

WARN_DAYS = 30
"""Days before its end from which a certificate is warned about."""
AHEAD = 50
"""Rows below the screen that are read ahead of the cursor."""


def _enabled(enabled: bool | None) -> Cell:
    if enabled is None:
        return Cell("not told", Tone.QUIET)
    return Cell("enabled", Tone.GOOD) if enabled else Cell("✗ disabled", Tone.BAD)


def _certificate(application: PlatformApplication, scene: Scene) -> Cell:
    """Say when the certificate ends; one that has ended stops every push of its application."""
    text = application.certificate_expires
    if not text:
        return Cell("")
    try:
        ends = datetime.fromisoformat(text)
    except ValueError:
        return Cell(text)
    days = (ends.replace(tzinfo=ends.tzinfo or UTC).timestamp() - scene.epoch) / 86_400
    if days < 0:
        return Cell(f"✗ ended {ends:%Y-%m-%d}", Tone.BAD)
    return Cell(f"! ends {ends:%Y-%m-%d}", Tone.WARN) if days < WARN_DAYS else Cell(f"{ends:%Y-%m-%d}")


class PushScreen(TableScreen[PlatformApplication]):
    """The fourth tab."""

    VIEW = View.PUSH
    TAB = View.PUSH
    NOUN = "push applications"
    ARRANGEMENT = Arrangement("name")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.PUSH)

    columns = (
        Column("name", "  APPLICATION", 24, "left", lambda row, _: Cell(f"  {row.name}"), grow=True, priority=75),
        Column("platform", "PLATFORM", 14, "left", lambda row, _: Cell(row.platform), priority=80),
        Column("state", "STATE", 10, "left", lambda row, _: _enabled(row.enabled), priority=90),
        Column("expires", "CERTIFICATE ENDS", 24, "left", _certificate,
               priority=50),
    )  # fmt: skip
    sort_keys = {  # noqa: RUF012
        "name": lambda row, _: row.name,
        "platform": lambda row, _: row.platform,
        "state": lambda row, _: row.enabled,
        "expires": lambda row, _: row.certificate_expires,
    }
    matcher: Matcher[PlatformApplication] = Matcher(
        text=lambda row: f"{row.name} {row.platform}",
        kinds=lambda row: ("disabled",) if row.enabled is False else ("enabled",),
    )

    def on_mount(self) -> None:
        """Ask for the applications from now on."""
        self.dashboard.feed.want_applications()

    def rows(self, scene: Scene) -> Iterable[PlatformApplication]:
        """Give the push applications."""
        return scene.snapshot.applications.values()

    def empty(self, scene: Scene) -> str:
        """Say why there is no application."""
        problem = scene.snapshot.applications_problem
        if problem is not None:
            return problem.line
        if not scene.snapshot.applications_listed:
            health = scene.snapshot.health
            failing = health.connection is Connection.FAILING and health.problem is not None
            return health.problem.line if failing and health.problem else "reading the push applications…"
        return "no push applications in this region"

    def subject_of(self, row: PlatformApplication) -> Subject:
        """Name an application."""
        return Subject(row.key, row.name, "application", row.arn)

    def open_row(self, row: PlatformApplication) -> None:
        """Open the devices of an application."""
        self.app.push_screen(EndpointsScreen(row.arn))


class EndpointsScreen(TableScreen[PlatformEndpoint]):
    """The devices of one push application; the next page is asked for when the cursor comes near it."""

    VIEW = View.ENDPOINTS
    TAB = View.PUSH
    NOUN = "devices"
    ARRANGEMENT = Arrangement("name")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.ENDPOINTS)

    columns = (
        Column("name", "  DEVICE", 24, "left", lambda row, _: Cell(f"  {row.name}"), grow=True, priority=75),
        Column("token", "TOKEN", 8, "left", lambda row, _: Cell(row.masked_token, Tone.QUIET), priority=60),
        Column("state", "STATE", 10, "left", lambda row, _: _enabled(row.enabled), priority=90),
        Column("user", "USER DATA", 30, "left", lambda row, _: Cell(row.user_data), max_width=60, priority=50),
    )  # fmt: skip
    sort_keys = {  # noqa: RUF012
        "name": lambda row, _: row.name,
        "state": lambda row, _: row.enabled,
        "user": lambda row, _: row.user_data or None,
    }
    matcher: Matcher[PlatformEndpoint] = Matcher(
        text=lambda row: f"{row.name} {row.user_data}",
        kinds=lambda row: ("disabled",) if row.enabled is False else ("enabled",),
    )

    def __init__(self, application_arn: str) -> None:
        super().__init__()
        self._application = application_arn
        self._read: list[PlatformEndpoint] = []
        self._pages: AsyncIterator[list[PlatformEndpoint]] | None = None
        self._ended = False
        self._trouble = ""

    @property
    def title_text(self) -> str:
        """What stands at the left of the filter line."""
        return f"{name_of(self._application)} › devices"

    def on_mount(self) -> None:
        """Read the first page."""
        self._pages = self.dashboard.feed.endpoints(self._application)
        self._read_on()

    def _read_on(self) -> None:
        if not self._ended:
            self.run_worker(self._next_page(), group="pages", exclusive=False, description="devices")

    async def _next_page(self) -> None:
        if self._pages is None or self._busy:
            return
        self._busy = True
        try:
            self._read += await anext(self._pages)
        except StopAsyncIteration:
            self._ended = True
        except GatewayError as error:
            self._ended, self._trouble = True, error.problem.line
            if self._read:
                self.dashboard.say(self._trouble, warning=True)
        finally:
            self._busy = False
        self._show_rows(self.dashboard.scene)

    _busy = False

    def rows(self, scene: Scene) -> Iterable[PlatformEndpoint]:
        """Give the devices that were read."""
        return self._read

    def empty(self, scene: Scene) -> str:
        """Say why there is no device."""
        if self._trouble:
            return self._trouble
        return "no device is registered" if self._ended else "reading the devices…"

    def counted(self) -> str:
        """Say how many there are, and whether that is all."""
        rest = "" if self._ended else " read so far"
        return super().counted() + (" · the rest could not be read" if self._trouble else rest)

    def subject_of(self, row: PlatformEndpoint) -> Subject:
        """Name a device."""
        return Subject(row.key, row.name, "endpoint", row.arn)

    def on_row_table_visible_changed(self, event: RowTable.VisibleChanged) -> None:
        """Read on when the end of what was read comes near."""
        if event.keys and any(row.key == event.keys[-1] for row in self.shown[-AHEAD:]):
            self._read_on()
