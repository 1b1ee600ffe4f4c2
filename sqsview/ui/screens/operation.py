"""One operation: how far it is, what a person has to know, and what became of single messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from sqsview.clock import Clock
from sqsview.domain import words
from sqsview.domain.text import printable
from sqsview.operations.journal_records import Past
from sqsview.operations.move_words import doubt_lines
from sqsview.operations.running import Operation, Operations, State
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView

REDRAWN_EVERY = 0.5
BAR = 40
"""Cells of the bar that shows which part is done."""


def operation_lines(operation: Operation, now: float) -> list[Line]:
    """Write what is told of an operation.

    Args:
        operation: which.
        now: epoch seconds.
    """
    told = operation.told
    lasted = (operation.ended if operation.ended is not None else now) - operation.started
    tone = Tone.BAD if told.wrong else Tone.GOOD if operation.state is State.DONE else Tone.STRONG
    lines: list[Line] = [
        (Cell(f"{operation.state.value} ", tone), Cell(f"· {words.duration(max(0.0, lasted))}", Tone.QUIET)),
        (Cell(printable(told.line)),),
    ]
    if told.share is not None:
        full = round(BAR * min(1.0, max(0.0, told.share)))
        lines.append((Cell("━" * full, Tone.ACCENT), Cell("─" * (BAR - full), Tone.QUIET)))
    return [*lines, *_noted(told.notes), *_behind(told.failures, told.unlisted)]


def past_lines(past: Past) -> list[Line]:
    """Write what the journal has of an operation of an earlier run."""
    began = datetime.fromtimestamp(past.started).strftime("%d %b %Y %H:%M:%S")
    lines: list[Line] = [
        (
            Cell(f"an earlier run, {began} ", Tone.STRONG),
            Cell(f"· {words.duration(past.ended - past.started)}", Tone.QUIET),
        ),
        (Cell(printable(past.outcome)),),
    ]
    figures = [f"{count:,} {name}" for name, count in past.counts.items() if count]
    if figures:
        lines.append((Cell(printable(" · ".join(figures)), Tone.QUIET),))
    unlisted = past.counts.get("failed", 0) - len(past.failures)
    return [*lines, *_noted(doubt_lines(past.kind, past.doubt)), *_behind(past.failures, max(0, unlisted))]


def _noted(notes: Iterable[str]) -> list[Line]:
    return [(Cell(f"· {printable(note)}"),) for note in notes]


def _behind(failures: Sequence[tuple[str, str]], unlisted: int) -> list[Line]:
    """List what stayed behind, and say how many more did."""
    if not failures:
        return []
    lines: list[Line] = [(Cell(""),), (Cell("stayed behind", Tone.STRONG),)]
    lines += [(Cell(f"✗ {printable(which)}  ", Tone.BAD), Cell(printable(why))) for which, why in failures]
    if unlisted:
        lines.append((Cell(f"and {unlisted:,} more, which are not listed", Tone.QUIET),))
    return lines


class PastScreen(ModalScreen[None]):
    """The page of one operation of an earlier run, in front of the activity."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.screen_bindings(View.OPERATION)]

    def __init__(self, past: Past, title: str) -> None:
        """Show ``past``; the title may be untrusted text."""
        super().__init__()
        self._past = past
        self._title = title

    def compose(self) -> ComposeResult:
        """Lay out one page of lines."""
        with Vertical(id="help") as box:
            box.border_title = titled(self._title)
            box.border_subtitle = "esc closes"
            yield LinesView()

    def on_mount(self) -> None:
        """Write the lines."""
        page = self.query_one(LinesView)
        page.focus()
        page.show(past_lines(self._past))

    def action_stop(self) -> None:
        """Do nothing: it is over."""

    def action_back(self) -> None:
        """Close the page."""
        self.dismiss()


class OperationScreen(ModalScreen[None]):
    """The page of one operation, in front of the activity."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.screen_bindings(View.OPERATION)]

    def __init__(self, operation: Operation, operations: Operations, clock: Clock, keys: str) -> None:
        """Show ``operation``; ``keys`` says which keys there are."""
        super().__init__()
        self._operation = operation
        self._operations = operations
        self._clock = clock
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Lay out one page of lines."""
        with Vertical(id="help") as box:
            box.border_title = titled(f"{self._operation.kind} {self._operation.title}")
            box.border_subtitle = titled(self._keys)
            yield LinesView()

    def on_mount(self) -> None:
        """Write the lines, and again while it goes on."""
        self.query_one(LinesView).focus()
        self._draw()
        self.set_interval(REDRAWN_EVERY, self._draw)

    def _draw(self) -> None:
        keys = self._keys if self._operation.running else "esc closes"
        self.query_one("#help").border_subtitle = titled(keys)
        self.query_one(LinesView).show(operation_lines(self._operation, self._clock.epoch()))

    def action_stop(self) -> None:
        """Stop it."""
        self._operations.stop(self._operation)
        self._draw()

    def action_back(self) -> None:
        """Close the page."""
        self.dismiss()
