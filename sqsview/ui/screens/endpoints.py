"""The devices of one push application, read page by page as the cursor comes near the end of what was read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import ClassVar

from textual.binding import BindingType

from sqsview.domain.arn import name_of
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.errors import GatewayError, NotFound
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement, Matcher
from sqsview.ui.device_pages import DevicePages
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.push import enabled_cell
from sqsview.ui.screens.table_screen import TableScreen
from sqsview.ui.widgets.cells import Cell, Tone
from sqsview.ui.widgets.columns import Column
from sqsview.ui.widgets.row_table import RowTable

AHEAD = 50
"""Rows below the screen that are read ahead of the cursor."""


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
        Column("state", "STATE", 10, "left", lambda row, _: enabled_cell(row.enabled), priority=90),
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
        self._devices = DevicePages()
        self._pages: AsyncIterator[list[PlatformEndpoint]] | None = None
        self._ended = self._reading = False
        self._trouble = ""

    @property
    def title_text(self) -> str:
        """What stands at the left of the filter line."""
        return f"{name_of(self._application)} › devices"

    @property
    def read(self) -> int:
        """How many devices were read so far."""
        return self._devices.read

    @property
    def complete(self) -> bool:
        """Tell whether there is nothing more to read."""
        return self._ended

    @property
    def application(self) -> PlatformApplication:
        """The application, as it is known now."""
        known = self.dashboard.snapshot.applications.get(self._application)
        return known if known is not None else PlatformApplication(self._application)

    def on_mount(self) -> None:
        """Read the first page."""
        self._begin()

    def refreshed(self) -> None:
        """Read the devices from the first on."""
        if not self._reading:
            self._begin()

    def _begin(self) -> None:
        self._devices.clear()
        self._ended, self._trouble = False, ""
        self._pages = self.dashboard.feed.endpoints(self._application)
        self._read_on()

    def _read_on(self) -> None:
        if not self._ended:
            self.run_worker(self._next_page(), group="pages", exclusive=False, description="devices")

    async def _next_page(self) -> None:
        if self._pages is None or self._reading:
            return
        self._reading = True
        try:
            page = await anext(self._pages)
            self._devices.add(page, {*self.table.marks, self.table.cursor_key or ""})
        except StopAsyncIteration:
            self._ended = True
        except GatewayError as error:
            self._ended, self._trouble = True, error.problem.line
            if self._devices.read:
                self.dashboard.say(self._trouble, warning=True)
        finally:
            self._reading = False
        self._show_rows(self.dashboard.scene)

    def rows(self, scene: Scene) -> Iterable[PlatformEndpoint]:
        """Give the devices that were read."""
        return self._devices.all

    def empty(self, scene: Scene) -> str:
        """Say why there is no device."""
        if self._trouble:
            return self._trouble
        return "no device is registered" if self._ended else "reading the devices…"

    def counted(self) -> str:
        """Say how many there are, how many are disabled, and whether that is all."""
        disabled = sum(row.enabled is False for row in self.shown)
        kept = f" · of {self._devices.read:,} read the last are kept" if self._devices.read > len(self.all) else ""
        rest = " · the rest could not be read" if self._trouble else "" if self._ended else " read so far"
        return super().counted() + rest + (f" · {disabled:,} disabled" if disabled else "") + kept

    def subject_of(self, row: PlatformEndpoint) -> Subject:
        """Name a device."""
        return Subject(row.key, row.name, "endpoint", row.arn)

    def on_row_table_visible_changed(self, event: RowTable.VisibleChanged) -> None:
        """Read on when the end of what was read comes near."""
        if event.keys and any(row.key == event.keys[-1] for row in self.shown[-AHEAD:]):
            self._read_on()

    def action_new(self) -> None:
        """Register a device."""
        desk = self.dashboard.desk
        if desk.may("a new device", self._application):
            from sqsview.ui.pushing.devices import RegisteringDevice

            RegisteringDevice(desk, self.application, self._changed).open()

    def action_settings(self) -> None:
        """Replace token or user data of the device under the cursor."""
        from sqsview.ui.pushing.devices import ChangingDevice

        device = self._to_act("settings")
        if device is not None:
            ChangingDevice(self.dashboard.desk, self.application, self._changed, device).open()

    def action_switch(self) -> None:
        """Disable the device under the cursor, or enable it again."""
        from sqsview.ui.pushing.devices import SwitchingDevice

        device = self._to_act("switch")
        if device is not None:
            SwitchingDevice(self.dashboard.desk, self.application, self._changed, device).open()

    def action_delete(self) -> None:
        """Delete the device under the cursor."""
        from sqsview.ui.pushing.devices import RemovingDevice

        device = self._to_act("delete")
        if device is not None:
            RemovingDevice(self.dashboard.desk, self.application, self._changed, device).open()

    def action_subscribe_device(self) -> None:
        """Subscribe the device under the cursor to a topic."""
        from sqsview.ui.pushing.devices import SubscribingDevice

        device = self._to_act("subscribe-device")
        if device is not None:
            SubscribingDevice(self.dashboard.desk, device).open()

    async def action_publish(self) -> None:
        """Push to the device under the cursor."""
        from sqsview.ui.pushing.sending import PushingToDevice

        device = self._to_act("publish")
        if device is not None:
            PushingToDevice(self.dashboard.desk, self.application, self._changed, device).open()

    def _to_act(self, verb: str) -> PlatformEndpoint | None:
        subject = self.to_change(verb)
        return None if subject is None else self._devices.get(subject.key)

    def _changed(self, arn: str) -> None:
        """Show a device as it is now."""
        if self.is_attached:
            self.run_worker(self._read_again(arn), group="changed", exclusive=False, description="device")

    async def _read_again(self, arn: str) -> None:
        new = self._devices.get(arn) is None
        try:
            told = await self.dashboard.feed.gateway().get_endpoint_attributes(arn)
        except NotFound:
            self._devices.drop(arn)
        except GatewayError as fault:
            self.dashboard.say(fault.problem.line, warning=True)
            return
        else:
            enabled = {"true": True, "false": False}.get(told.get("Enabled", "").lower())
            self._devices.put(PlatformEndpoint(arn, enabled, told.get("Token", ""), told.get("CustomUserData", "")))
        self._show_rows(self.dashboard.scene)
        if new and self.is_current and self._devices.get(arn) is not None:
            self.jump_to(arn)
        self.show_keys()
