"""The line at the foot of the screen where a command is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from sqsview.ui.widgets.cells import Cell, Cells, Tone
from sqsview.ui.widgets.strip_widget import StripWidget

if TYPE_CHECKING:
    from collections.abc import Sequence


class CommandHint(StripWidget):
    """What can be typed, or what is wrong with what was typed."""

    DEFAULT_CSS = """
    CommandHint { height: 1; background: $panel; }
    """
    text = ""
    wrong = False

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the hint in one line."""
        return [
            (Cell(" ! " if self.wrong else " ", Tone.WARN), Cell(self.text, Tone.WARN if self.wrong else Tone.QUIET))
        ]


class CommandField(Input):
    """Where the command is typed."""

    DEFAULT_CSS = """
    CommandField, CommandField:focus { height: 1; border: none; padding: 0 1; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("tab", "complete", show=False),
    ]

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus where the line was opened again before it was told that it had been closed."""
        if self.screen.query_one(CommandBar).display:
            event.prevent_default()

    def action_leave(self) -> None:
        """Close the line."""
        cast(CommandBar, self.parent).close()

    def action_complete(self) -> None:
        """Complete the word that was begun."""
        self.post_message(CommandBar.CompletionWanted(self.value))


class CommandBar(Widget):
    """A hint above an input. It is always there, so that keys that follow the colon at once are typed into it."""

    DEFAULT_CSS = """
    CommandBar { dock: bottom; height: 2; display: none; layer: front; }
    """

    class Entered(Message):
        """A command was typed and sent."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class CompletionWanted(Message):
        """The word that was begun is to be completed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The line is no longer there."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self._usual = hint
        self._hint = CommandHint()
        self._input = CommandField(compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        """Lay out the hint above the line."""
        yield self._hint
        yield self._input

    def open(self) -> None:
        """Take the keys from now on; the very next one is typed here."""
        self._input.value = ""
        self._say(self._usual, wrong=False)
        self.display = True
        self.screen.set_focus(self._input)

    def close(self) -> None:
        """Go away."""
        self.display = False
        self.post_message(self.Closed())

    def refuse(self, why: str) -> None:
        """Say what is wrong; what was typed stays."""
        self._say(why, wrong=True)

    def fill(self, text: str) -> None:
        """Replace what was typed."""
        self._input.value = text
        self._input.cursor_position = len(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back what was said of the line before it was changed."""
        event.stop()
        self._say(self._usual, wrong=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the command on."""
        event.stop()
        self.post_message(self.Entered(event.value))

    def _say(self, text: str, *, wrong: bool) -> None:
        self._hint.text, self._hint.wrong = text, wrong
        self._hint.redraw()
