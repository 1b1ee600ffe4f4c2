"""The line above a table: the filter, and how many rows pass it in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from sqsview.ui.widgets.cells import Cell, Cells, Tone, cells_width
from sqsview.ui.widgets.pieces import Piece, laid_out
from sqsview.ui.widgets.strip_widget import StripWidget

_LONGEST = 200


class FilterStatus(StripWidget):
    """The filter that holds while it is not edited, and the status to the right."""

    DEFAULT_CSS = """
    FilterStatus {
        width: 1fr;
        height: 1;
    }
    """
    text = ""
    status = ""
    editing = False

    def lines(self, width: int) -> Sequence[Cells]:
        """Write what there is room for; the filter outlasts the status."""
        left = []
        if self.text and not self.editing:
            left = [Piece((Cell("/ ", Tone.ACCENT), Cell(self.text, Tone.STRONG)), 90)]
        right = [Piece((Cell(self.status, Tone.QUIET),), 50)] if self.status else []
        line, _ = laid_out(left, right, max(0, width - 2))
        return [(Cell(" "), *line)]


class FilterInput(Input):
    """Where the filter is typed."""

    DEFAULT_CSS = """
    FilterInput, FilterInput:focus {
        width: 1fr;
        height: 1;
        border: none;
        padding: 0;
        background: transparent;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", show=False),
        Binding("down,up", "submit", show=False),
    ]

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus where the line was opened again before it was told that it had been closed."""
        if self.display:
            event.prevent_default()

    def action_clear(self) -> None:
        """Leave without a filter."""
        bar = self.parent
        assert isinstance(bar, FilterBar)  # nothing else mounts one
        bar.give_up()


class FilterBar(Widget):
    """One line; the input is only seen while the filter is edited."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        layout: horizontal;
        & > .filter-prompt { width: 3; height: 1; }
    }
    """

    class Changed(Message):
        """The filter is another one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The filter is no longer edited."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line = FilterStatus()
        self._prompt = FilterPrompt(classes="filter-prompt")
        self._field = FilterInput(placeholder="filter", max_length=_LONGEST, select_on_focus=False)
        self._prompt.display = self._field.display = False
        self._text = ""

    def compose(self) -> ComposeResult:
        """Lay out prompt and input, which are only seen while the filter is edited, before the status."""
        yield self._prompt
        yield self._field
        yield self._line

    @property
    def text(self) -> str:
        """The filter that holds."""
        return self._text

    @property
    def status(self) -> str:
        """What is said to the right, such as ``6 of 42 · by visible ↓``."""
        return self._line.status

    @status.setter
    def status(self, status: str) -> None:
        if status != self._line.status:
            self._line.status = status
            self._fit()

    @property
    def editing(self) -> bool:
        """Tell whether the filter is being typed."""
        return self._line.editing

    def open(self) -> None:
        """Let the filter be typed, beginning with the one that holds."""
        if self.editing:
            return
        self._line.editing = True
        self._prompt.display = self._field.display = True
        with self.prevent(Input.Changed):
            self._field.value = self._text
        self._field.cursor_position = len(self._text)
        self._fit()
        self.screen.set_focus(self._field)  # at once, not by a message: keys that follow in one go are typed here

    def close(self) -> None:
        """Forget the filter and stop editing; nothing is posted."""
        self._text = ""
        self._end()

    def give_up(self) -> None:
        """Forget the filter, stop editing, and say so."""
        had_text = bool(self._text)
        self.close()
        if had_text:
            self.post_message(self.Changed(""))
        self.post_message(self.Closed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        if self.editing and event.value != self._text:
            self._text = event.value
            self.post_message(self.Changed(self._text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter and stop editing."""
        event.stop()
        if self.editing:
            self._end()
            self.post_message(self.Closed())

    def _end(self) -> None:
        self._line.editing = False
        self._line.text = self._text
        self._prompt.display = self._field.display = False
        self._fit()

    def _fit(self) -> None:
        """Give the input what the status leaves."""
        width = cells_width(Cell(self._line.status)) + 3
        self._line.styles.width = width if self.editing else "1fr"
        self._line.redraw()


class FilterPrompt(StripWidget):
    """The slash before the input."""

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the slash."""
        return [(Cell(" / ", Tone.ACCENT),)]
