"""A screen with fields: letters are text there, and the keys that are not are obeyed in the order they were pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from sqsview.ui import actions
from sqsview.ui.actions import Action, View
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.typed_keys import types_text
from sqsview.ui.widgets.command_bar import CommandField
from sqsview.ui.widgets.fields import TextField

FIELD_BINDINGS: tuple[BindingType, ...] = (
    Binding("tab", "next_field", show=False, priority=True),
    Binding("shift+tab", "previous_field", show=False, priority=True),
    Binding("enter", "end_field", show=False, priority=True),
)
"""The keys that go from field to field."""


def own_actions(view: View) -> tuple[Action, ...]:
    """Give what a screen of this view binds itself.

    It comes before the fields, and in the order in which keys were pressed.
    """
    return tuple(
        replace(action, first=True)
        for action in actions.for_view(view)
        if not action.of_app and action.group is not actions.Group.MOVE and action.id != "command"
    )


def calls_of(own: Iterable[Action]) -> frozenset[str]:
    """Give what a screen with these actions obeys before its fields do."""
    return frozenset((*(action.call for action in own), "next_field", "previous_field"))


class TypedScreen(DashboardScreen):
    """What screens with fields have in common."""

    CALLS: ClassVar[frozenset[str]] = frozenset()
    """What is obeyed before the fields are."""

    def __init__(self) -> None:
        super().__init__()
        self._ready = asyncio.Event()
        """Set once the fields are filled."""

    def key_of(self, action: Action) -> str:
        """Give the key of an action that works while text is typed, where it has one."""
        keys = self.dashboard.keymap.get(action.id, action.keys).split(",")
        return next((key for key in keys if not types_text(key)), keys[0])

    @property
    def typing(self) -> bool:
        """Tell that letters are no keys here, whatever has the focus: they are meant for a field."""
        return True

    def on_key(self, event: events.Key) -> None:
        """Let no letter get to the app, where ``q`` leaves it."""
        if event.is_printable:
            event.stop()
            event.prevent_default()
            self._refuse_typing()

    def _refuse_typing(self) -> None:
        """Say why a letter went nowhere, where that is worth a word."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the keys of this screen through, but for those that are typed into the command line."""
        if action == "end_field":
            return isinstance(self.focused, TextField)
        if action in self.CALLS:
            return not isinstance(self.focused, CommandField)
        return super().check_action(action, parameters)

    async def _settled(self) -> None:
        """Wait until the keys that were pressed before this one are typed."""
        await self._ready.wait()
        focused = self.focused
        if focused is not None and focused.is_attached:
            typed = asyncio.Event()
            if focused.call_later(typed.set):
                await typed.wait()

    async def action_next_field(self) -> None:
        """Go to the next field."""
        await self._settled()
        self.focus_next()

    async def action_end_field(self) -> None:
        """Go to the next field from one of a single line."""
        await self.action_next_field()

    async def action_previous_field(self) -> None:
        """Go to the field before."""
        await self._settled()
        self.focus_previous()
