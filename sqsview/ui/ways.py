"""The ways from one screen to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from sqsview.ui import actions
from sqsview.ui.actions import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.widget import AwaitMount

    from sqsview.clock import Clock
    from sqsview.domain.message import Outgoing
    from sqsview.domain.snapshot import Snapshot
    from sqsview.live.feed import Feed
    from sqsview.operations.running import Operation, Operations
    from sqsview.ui.screens.dashboard_screen import DashboardScreen, Subject


class Ways(App[None]):
    """Opens screens in front of a tab, and goes from one tab to another."""

    clock: Clock
    feed: Feed
    keymap: Mapping[str, str]
    leaving: bool
    _came_from: str | None

    @property
    def snapshot(self) -> Snapshot:
        """What the screens show now."""
        raise NotImplementedError

    @property
    def operations(self) -> Operations:
        """What was done and is being done in this run."""
        raise NotImplementedError

    def say(self, text: str, *, title: str = "", warning: bool = False) -> None:
        """Show one line in passing."""
        raise NotImplementedError

    def action_tab(self, tab: str) -> None:
        """Go to a tab."""
        raise NotImplementedError

    def _uppermost(self) -> DashboardScreen | None:
        raise NotImplementedError

    def open_details(self, subject: Subject) -> None:
        """Open the details of one thing."""
        from sqsview.ui.screens.details import DetailsScreen

        if not self.leaving:
            self.push_screen(DetailsScreen(subject, self._tab()))

    def open_messages(self, queue: Subject) -> None:
        """Look into a queue."""
        from sqsview.ui.screens.messages import MessagesScreen

        context = self.snapshot.context
        if context.read_only and not context.read_only_looks:
            self.say("read-only mode: a look is a receive, and counts towards the dead-letter queue", warning=True)
        elif not self.leaving:
            self.push_screen(MessagesScreen(queue, self._tab()))

    def open_publish(self, target: Subject, outgoing: Outgoing | None = None) -> AwaitMount | None:
        """Write a message to a queue or topic, beginning with ``outgoing`` or else with the last one."""
        from sqsview.ui.screens.publish import PublishScreen

        if self.snapshot.context.read_only:
            self.say("read-only mode: nothing is sent", warning=True)
            return None
        return None if self.leaving else self.push_screen(PublishScreen(target, self._tab(), outgoing))

    def open_filter(self, subscription: Subject) -> AwaitMount | None:
        """Test a message against the filter policy of a subscription."""
        from sqsview.ui.screens.filter import FilterScreen

        return None if self.leaving else self.push_screen(FilterScreen(subscription, self._tab()))

    def open_builder(self) -> AwaitMount | None:
        """Describe a fan-out, and build it."""
        from sqsview.ui.screens.builder import BuilderScreen

        return None if self.leaving else self.push_screen(BuilderScreen())

    def open_doctor(self) -> None:
        """List what is wrong with how things are connected."""
        from sqsview.ui.screens.doctor import DoctorScreen

        if not self.leaving:
            self.push_screen(DoctorScreen())

    async def open_settings(self, thing: Subject) -> None:
        """Read attributes, policies and tags of one thing anew, and let them be changed."""
        from sqsview.ui.screens.settings import SettingsScreen, sheet_of

        screen = self.screen
        details = await self.feed.details(thing.key)
        sheet = sheet_of(thing, details, self.snapshot)
        if isinstance(sheet, str):
            self.say(sheet, warning=True)
        elif not self.leaving and self.screen is screen:
            self.push_screen(SettingsScreen(thing, self._tab(), sheet))

    def open_operation(self, operation: Operation) -> None:
        """Show what became of one operation."""
        from sqsview.ui.screens.operation import OperationScreen

        stop = actions.key_name(self.keymap.get("stop", actions.BY_ID["stop"].keys))
        keys = f"{stop} stops it · esc closes"
        self.push_screen(OperationScreen(operation, self.operations, self.clock, keys))

    def _tab(self) -> View:
        screen = self._uppermost()
        return screen.TAB if screen is not None else View.QUEUES

    def jump(self, key: str) -> None:
        """Show a queue or topic where it is listed, with the cursor on it."""
        tab = View.QUEUES if key in self.snapshot.queues else View.TOPICS
        came_from = self.current_mode
        self.action_tab(tab.value)
        self._came_from = came_from if came_from != tab.value else None
        self.call_after_refresh(self._move_to, key)

    def show_way(self, subscription_key: str) -> None:
        """Show a subscription on the fan-out map, with the cursor on it."""
        self.action_tab(View.FANOUT.value)
        self.call_after_refresh(self._move_to_way, subscription_key)

    def _move_to_way(self, subscription_key: str) -> None:
        from sqsview.ui.screens.fanout import FanoutScreen

        while len(self.screen_stack) > 1:
            self.pop_screen()
        screen = self.screen_stack[0]
        if isinstance(screen, FanoutScreen):
            screen.jump_to_way(subscription_key)

    def _move_to(self, key: str) -> None:
        from sqsview.ui.screens.table_screen import TableScreen

        while len(self.screen_stack) > 1:
            self.pop_screen()
        screen = self.screen_stack[0]
        if isinstance(screen, TableScreen):
            screen.jump_to(key)
