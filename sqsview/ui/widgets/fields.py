"""The fields of a form: one line each, with what is wrong below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from sqsview.domain.text import printable
from sqsview.ui.widgets.cells import Cell, Cells, Line, Tone, folded
from sqsview.ui.widgets.strip_widget import StripWidget
from sqsview.ui.widgets.wrapping import wrapped

if TYPE_CHECKING:
    _Base = Widget
else:
    _Base = object  # a second widget among the bases would hide the component classes of the first

CAPTION = 15
"""Terminal cells of the name of a field."""


class Caption(StripWidget):
    """The name of a field."""

    DEFAULT_CSS = f"""
    Caption {{ width: {CAPTION}; height: 1; }}
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the name."""
        return [(Cell(self._text, Tone.QUIET),)]


class Note(StripWidget):
    """What is wrong with a field, or worth knowing of it, in as many lines as it takes; not there while empty."""

    DEFAULT_CSS = """
    Note { height: auto; display: none; }
    """
    MARKS: ClassVar[dict[Tone, str]] = {Tone.BAD: "✗ ", Tone.WARN: "! "}

    def __init__(self, *, indent: int = 0, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._indent = indent
        self._told: tuple[tuple[str, Tone], ...] = ()

    def show(self, *told: tuple[str, Tone]) -> None:
        """Show some sentences, each with its tone, or nothing."""
        if told == self._told:
            return
        self._told = told
        self.display = bool(told)
        self.redraw()
        self.refresh(layout=True)

    @property
    def text(self) -> str:
        """What is shown, in one line."""
        return " ".join(text for text, _ in self._told)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Give the lines that the sentences take."""
        return len(self.lines(width))

    def lines(self, width: int) -> Sequence[Cells]:
        """Break the sentences at the width."""
        made: list[Cells] = []
        for text, tone in self._told:
            mark = self.MARKS.get(tone, "")
            blank = " " * (self._indent + len(mark))
            for place, piece in enumerate(folded(printable(text), max(8, width - len(blank)))):
                before = (Cell(" " * self._indent + mark, tone),) if mark and not place else (Cell(blank),)
                made.append((*before, Cell(piece, Tone.QUIET if tone is Tone.QUIET else tone)))
        return made


class Lines(StripWidget):
    """A few toned lines that are broken to the width; not there while there are none."""

    DEFAULT_CSS = """
    Lines { height: auto; display: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Line, ...] = ()

    def show(self, *lines: Line) -> None:
        """Show ``lines``."""
        if lines == self._shown:
            return
        self._shown = lines
        self.display = bool(lines)
        self.redraw()
        self.refresh(layout=True)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Give the lines on screen."""
        return len(self.lines(width))

    def lines(self, width: int) -> Sequence[Cells]:
        """Break the lines at the width."""
        return [piece for line in self._shown for piece in wrapped(line, max(1, width))]


class InOrder(_Base):
    """Obeys its keys one after the other, as they were pressed.

    Textual lets a widget insert letters by itself, but hands every other key to the app. Where keys come in one go,
    a backspace would then be obeyed after the letters that follow it, and after the key that sends.
    """

    async def _on_key(self, event: events.Key) -> None:
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if not binding.priority and await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return


class TextField(InOrder, Input):
    """One line of text in the colours of the form."""

    DEFAULT_CSS = """
    TextField, TextField:focus {
        width: 1fr;
        height: 1;
        border: none;
        padding: 0 1;
        background: $surface;
    }
    TextField:focus { background: $primary-muted; }
    TextField.-wrong { background: $error-muted; }
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        select_on_focus: bool = False,
        id: str | None = None,
        classes: str = "",
    ) -> None:
        super().__init__(value, placeholder=placeholder, select_on_focus=select_on_focus, id=id, classes=classes)

    def _on_paste(self, event: events.Paste) -> None:
        """Take all of what is pasted: Textual would drop everything after the first line without a word."""
        event.prevent_default()
        event.stop()
        if event.text:
            self.replace(event.text, *sorted(self.selection))


class TypeField(TextField):
    """The type of an attribute: one of those there are, or one with a label of one's own.

    What is typed first takes the place of the type that stands there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "turn(1)", show=False),
        Binding("up", "turn(-1)", show=False),
    ]

    def __init__(self, value: str, kinds: Sequence[str]) -> None:
        super().__init__(value, placeholder="↑↓ type", select_on_focus=True, classes="type")
        self._kinds = tuple(kinds)

    def action_turn(self, step: int) -> None:
        """Go to the next of the known types."""
        known = self.value in self._kinds
        place = self._kinds.index(self.value) + step if known else 0
        self.value = self._kinds[place % len(self._kinds)]
        self.cursor_position = len(self.value)


class Field(Vertical):
    """A name, one or more widgets beside it, and a note below."""

    DEFAULT_CSS = """
    Field { height: auto; }
    Field > Horizontal { height: 1; }
    """

    def __init__(self, name: str, *beside: Widget, id: str | None = None) -> None:
        super().__init__(id=id)
        self._caption = name
        self._beside = beside
        self.note = Note(indent=CAPTION)
        """What stands below."""

    def compose(self) -> ComposeResult:
        """Lay out the line and the note."""
        with Horizontal():
            yield Caption(self._caption)
            yield from self._beside
        yield self.note


class Hint(StripWidget):
    """A few quiet words beside a field."""

    DEFAULT_CSS = """
    Hint { width: 1fr; height: 1; }
    """

    def __init__(self, text: str, *, width: int | None = None) -> None:
        super().__init__()
        self.text = text
        if width is not None:
            self.styles.width = width

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the words."""
        return [(Cell(" " + self.text, Tone.QUIET),)]


class Tick(InOrder, StripWidget, can_focus=True):
    """A box that is ticked or not."""

    DEFAULT_CSS = """
    Tick { width: 1fr; height: 1; background: $surface; padding: 0 1; }
    Tick:focus { background: $primary-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "tick", show=False)]

    class Changed(Message):
        """The box was ticked, or is no longer."""

        def __init__(self, tick: Tick, on: bool) -> None:
            super().__init__()
            self.tick = tick
            self.on = on

        @property
        def control(self) -> Tick:
            """The box, for selectors in ``@on``."""
            return self.tick

    def __init__(self, text: str, *, on: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = text
        self._on = on

    @property
    def on(self) -> bool:
        """Tell whether it is ticked."""
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            self.redraw()

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the box and what it means."""
        box = Cell("[x] ", Tone.ACCENT) if self._on else Cell("[ ] ", Tone.QUIET)
        return [(box, Cell(self._text, Tone.NORMAL if self._on else Tone.QUIET))]

    def action_tick(self) -> None:
        """Tick it, or no longer."""
        self.on = not self.on
        self.post_message(self.Changed(self, self.on))

    def on_click(self) -> None:
        """Do the same by mouse."""
        self.action_tick()
