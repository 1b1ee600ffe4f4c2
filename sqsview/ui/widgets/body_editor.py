"""The body of a message that is being written: an editor, or a word about a body that is too large for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.document._document import Document
from textual.message import Message
from textual.widgets import TextArea

from sqsview.domain.json_text import JsonCheck, JsonState
from sqsview.domain.large_text import once_a_text
from sqsview.domain.text import CONTROL, printable
from sqsview.ui.widgets.cells import Cell, Cells, Tone, cells_width, fitted
from sqsview.ui.widgets.fields import CAPTION, InOrder, Note
from sqsview.ui.widgets.lines_view import LinesView
from sqsview.ui.widgets.pieces import Piece, laid_out
from sqsview.ui.widgets.strip_widget import StripWidget

LARGEST = 32 * 1024
"""Characters that the editor takes: with more, Textual's is slow (1 MiB: 2.7 s to show, 0.3 s a page)."""
LONGEST_LINE = 4 * 1024
"""Characters of one line that the editor takes: it breaks the whole line anew at every key (20 KiB: 84 ms)."""
PREVIEW = 4_000
"""Characters of a larger body that are shown."""


class BodyHead(StripWidget):
    """What the text is and how large, with all that is sent beside it."""

    DEFAULT_CSS = """
    BodyHead { height: 1; }
    """
    called = "body"
    """What the text is to a person."""
    check: JsonCheck | None = None
    bytes_sent = 0
    """Bytes of the message with its attributes."""
    limit = 0
    """Bytes; 0 where there is none."""
    limit_told = True

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the state to the left, the size to the right."""
        over = self.bytes_sent > self.limit > 0
        told = "" if self.limit_told else "about "
        size = Cell(
            f"{self.bytes_sent:,} {'byte' if self.bytes_sent == 1 else 'bytes'}", Tone.BAD if over else Tone.NORMAL
        )
        limit = f" of {told}{self.limit:,}" if self.limit else ""
        right = Piece((size, Cell(limit, Tone.BAD if over else Tone.QUIET)), 80)
        name = Cell(self.called, Tone.QUIET)
        left = [Piece((name,), 60)]
        if self.check is not None:
            state = _state(self.check)
            room = width - cells_width(name) - right.width - 1
            gap = CAPTION - cells_width(name)
            left.append(Piece(fitted(state, max(1, min(cells_width(state), room - 2)), cut="end"), 70,
                              gap=gap if gap + cells_width(state) <= room else 2))  # fmt: skip
        line, _ = laid_out(left, [right], width)
        return [line]


def _state(check: JsonCheck) -> Cell:
    if check.state is JsonState.OK:
        return Cell("JSON ✓", Tone.GOOD)
    if check.state is JsonState.BROKEN:
        return Cell(f"line {check.row}, column {check.column}: {check.message}", Tone.WARN)
    return Cell("not JSON", Tone.QUIET)


class BodyArea(InOrder, TextArea):
    """The editor; what is too large for it goes past it."""

    DEFAULT_CSS = """
    BodyArea, BodyArea:focus {
        height: 1fr;
        border: none;
        padding: 0 1;
        background: $surface;
        scrollbar-size-vertical: 1;
    }
    BodyArea:focus { background: $primary-muted 40%; }
    """

    class TooMuch(Message):
        """What was pasted would be too much for the editor, or would be changed by it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    async def _on_paste(self, event: events.Paste) -> None:
        document = cast(Document, self.document)
        start, end = (document.get_index_from_location(place) for place in sorted(self.selection))
        before = self.text
        whole = before[:start] + event.text + before[end:]
        if whole == before or fits(whole):
            return
        event.prevent_default()
        event.stop()
        self.post_message(self.TooMuch(whole))


class BodyEditor(Vertical):
    """A head, then the editor or the word about what is not edited here, then what is wrong with it."""

    DEFAULT_CSS = """
    BodyEditor { height: 1fr; min-height: 6; }
    BodyEditor > #body-held { height: 1fr; background: $surface; padding: 0 1; display: none; }
    """

    class Changed(Message):
        """The body is another one."""

    def __init__(self, *, called: str = "body", id: str | None = None) -> None:
        super().__init__(id=id)
        self.head = BodyHead()
        """What is said about the body."""
        self.head.called = called
        self.area = BodyArea(soft_wrap=True, highlight_cursor_line=False, id="body-area")
        """The editor."""
        self.held_view = LinesView(id="body-held")
        """What stands in its place."""
        self.note = Note()
        """What is wrong with the body."""
        self._held: str | None = None

    def compose(self) -> ComposeResult:
        """Lay them out."""
        yield self.head
        yield self.area
        yield self.held_view
        yield self.note

    @property
    def text(self) -> str:
        """The body, exactly."""
        return self.area.text if self._held is None else self._held

    @property
    def held(self) -> bool:
        """Tell whether the body is only shown, for it is too large or would be changed by the editor."""
        return self._held is not None

    @property
    def cursor(self) -> tuple[int, int]:
        """Line and column, from 0."""
        return self.area.cursor_location

    @property
    def field(self) -> BodyArea | LinesView:
        """What takes the keys."""
        return self.area if self._held is None else self.held_view

    def load(self, text: str, cursor: tuple[int, int] = (0, 0)) -> None:
        """Put in another body, with the cursor as near to ``cursor`` as there is text."""
        focused = self.is_mounted and self.screen.focused in (self.area, self.held_view)
        edited = fits(text)
        self._held = None if edited else text
        with self.prevent(TextArea.Changed):
            self.area.load_text(text if edited else "")
        self.area.display = edited
        self.held_view.display = not edited
        if edited:
            row = min(max(0, cursor[0]), self.area.document.line_count - 1)
            self.area.move_cursor((row, min(max(0, cursor[1]), len(self.area.document[row]))))
        else:
            self.held_view.show(_about(text))
        if focused:
            self.screen.set_focus(self.field)
        if self.is_mounted:
            self.post_message(self.Changed())

    def replace(self, text: str) -> None:
        """Put in another body as an edit, which undo takes back where the editor can."""
        if self._held is not None or not fits(text):
            self.load(text)
            return
        cursor = self.area.cursor_location
        self.area.replace(text, self.area.document.start, self.area.document.end, maintain_selection_offset=False)
        row = min(cursor[0], self.area.document.line_count - 1)
        self.area.move_cursor((row, min(cursor[1], len(self.area.document[row]))))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell that the body is another one."""
        event.stop()
        self.post_message(self.Changed())

    def on_body_area_too_much(self, event: BodyArea.TooMuch) -> None:
        """Keep what was pasted, in front of the editor."""
        event.stop()
        self.load(event.text)


def fits(text: str) -> bool:
    """Tell whether the editor takes a text, and is quick with it."""
    return len(text) <= LARGEST and longest_line(text) <= LONGEST_LINE and editable(text)


def longest_line(text: str) -> int:
    """Count the characters of the longest line."""
    return max(map(len, text.split("\n")))


def editable(text: str) -> bool:
    """Tell whether the editor gives back a text as it was: it knows one kind of line end, and splits at others."""
    return Document(text).text == text


@once_a_text
def hidden_controls(text: str) -> int:
    """Count the characters that no editor here can show."""
    return len(CONTROL.findall(text)) - text.count("\n") - text.count("\r") - text.count("\t")


def _about(text: str) -> list[Cells]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if len(text) > LARGEST:
        why = "too large for the editor here"
    elif longest_line(text) > LONGEST_LINE:
        why = "a line too long for the editor here"
    else:
        why = "line ends of several kinds, which the editor here would change"
    shown = printable(text[:PREVIEW])
    return [
        (
            Cell(f"{size:,} bytes", Tone.STRONG),
            Cell(f" · {why} · ", Tone.QUIET),
            Cell("ctrl+o edits it", Tone.ACCENT),
            Cell(" · ctrl+f indents JSON", Tone.QUIET),
        ),
        (Cell(shown + ("…" if len(text) > PREVIEW else ""), Tone.QUIET),),
    ]
