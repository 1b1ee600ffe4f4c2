"""The push applications; read when this tab is opened, and not before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from sqsview.domain.push import PlatformApplication
from sqsview.domain.snapshot import Connection
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement, Matcher
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen
from sqsview.ui.widgets.cells import Cell, Tone
from sqsview.ui.widgets.columns import Column

if TYPE_CHECKING:
    from sqsview.ui.pushing.applications import OfApplication

WARN_DAYS = 30
"""Days before its end from which a certificate is warned about."""


def enabled_cell(enabled: bool | None) -> Cell:
    """Say whether an application or device is enabled."""
    if enabled is None:
        return Cell("not told", Tone.QUIET)
    return Cell("enabled", Tone.GOOD) if enabled else Cell("✗ disabled", Tone.BAD)


def _certificate(application: PlatformApplication, scene: Scene) -> Cell:
    """Say when the certificate ends; one that has ended stops every push of its application."""
    text = application.certificate_expires
    if not text:
        return Cell("")
    ends = application.ends
    if ends is None:
        return Cell(text)
    days = (ends.timestamp() - scene.epoch) / 86_400
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
        Column("state", "STATE", 10, "left", lambda row, _: enabled_cell(row.enabled), priority=90),
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
        from sqsview.ui.screens.endpoints import EndpointsScreen

        self.app.push_screen(EndpointsScreen(row.arn))

    def action_new(self) -> None:
        """Make a push application."""
        if self.dashboard.desk.may("a new push application"):
            from sqsview.ui.pushing.applications import CreatingApplication

            CreatingApplication(self.dashboard.desk).open()

    def action_settings(self) -> None:
        """Give the application under the cursor other credentials."""
        from sqsview.ui.pushing.applications import RenewingCredentials

        self._act("settings", RenewingCredentials)

    def action_switch(self) -> None:
        """Disable the application under the cursor, or enable it again."""
        from sqsview.ui.pushing.applications import SwitchingApplication

        self._act("switch", SwitchingApplication)

    def action_delete(self) -> None:
        """Delete the application under the cursor."""
        from sqsview.ui.pushing.applications import RemovingApplication

        self._act("delete", RemovingApplication)

    def _act(self, verb: str, deed: type[OfApplication]) -> None:
        row = self.table.cursor_row
        if self.to_change(verb) is not None and row is not None:
            deed(self.dashboard.desk, row).open()
