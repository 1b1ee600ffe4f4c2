"""The help: every key of one screen, from the table that binds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from sqsview.ui import actions
from sqsview.ui.actions import Action, Group, View
from sqsview.ui.typed_keys import types_text
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView

KEY_WIDTH = 14


def help_lines(view: View, keymap: Mapping[str, str]) -> list[Line]:
    """Write every action of ``view`` under its heading, with the keys that the user chose."""
    lines: list[Line] = []
    keys_of = {action: _keys(action, view, keymap) for action in actions.for_view(view)}
    keys_of = {action: keys for action, keys in keys_of.items() if keys}
    for group in Group:
        found = [action for action in keys_of if action.group is group]
        if not found:
            continue
        if lines:
            lines.append((Cell(""),))
        lines.append((Cell(group.value, Tone.STRONG),))
        for action in found:
            keys = actions.key_names(keys_of[action])
            lines.append((Cell(f"  {keys:<{KEY_WIDTH}}", Tone.ACCENT), Cell(action.says)))
    lines += [
        (Cell(""),),
        (Cell('Each key can be changed by its name in the configuration: [keys] filter = "f"', Tone.QUIET),),
        (Cell("The names: " + ", ".join(action.id for action in keys_of), Tone.QUIET),),
    ]
    return lines


def _keys(action: Action, view: View, keymap: Mapping[str, str]) -> str:
    """Give the keys that do something in ``view``, comma-separated; where text is written, letters are text."""
    keys = keymap.get(action.id, action.keys)
    if view is not View.PUBLISH or not (action.of_app or action.group is Group.MOVE):
        return keys
    return ",".join(key for key in keys.split(",") if not types_text(key.strip()))


class HelpScreen(ModalScreen[None]):
    """The help in front of the screen that it is about."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.screen_bindings(View.HELP)]

    def __init__(self, view: View, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._view = view
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """Lay out one page of lines."""
        with Vertical(id="help") as box:
            box.border_title = f"keys · {self._view.value}"
            box.border_subtitle = "esc closes"
            yield LinesView()

    def on_mount(self) -> None:
        """Write the lines."""
        page = self.query_one(LinesView)
        page.show(help_lines(self._view, self._keymap))
        page.focus()

    def action_back(self) -> None:
        """Close the help."""
        self.dismiss()
