"""The tabs, with their number keys, and the totals beside them."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from sqsview.ui.actions import TABS, View
from sqsview.ui.widgets.cells import Cell, Cells, Tone
from sqsview.ui.widgets.pieces import Piece, Zone, laid_out, target_at
from sqsview.ui.widgets.strip_widget import StripWidget

_TABS_PRIORITY = 100


class TabBar(StripWidget):
    """One line: the tabs to the left, the one that is shown in brackets; figures to the right."""

    DEFAULT_CSS = """
    TabBar {
        height: 1;
    }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, active: View, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._active = active
        self._figures: tuple[Piece, ...] = ()
        self._zones: tuple[Zone, ...] = ()

    def show(self, figures: Sequence[Piece]) -> None:
        """Show ``figures`` to the right, as far as there is room."""
        self._figures = tuple(figures)
        self.redraw()

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the tabs; without the room for names, only the one that is shown has its name."""
        tabs = self._tabs(short=False)
        if sum(tab.width + tab.gap for tab in tabs) > width:
            tabs = self._tabs(short=True)
        line, self._zones = laid_out(tabs, self._figures, width)
        return [line]

    def _tabs(self, *, short: bool) -> list[Piece]:
        return [
            Piece(
                _tab(number, title, active=view is self._active, short=short),
                _TABS_PRIORITY,
                view.value,
                gap=0,
            )
            for number, (view, title) in enumerate(TABS, 1)
        ]

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        tab = target_at(self._zones, event.x)
        if tab is not None:
            event.stop()
            self.post_message(self.Chosen(tab))


def _tab(number: int, title: str, *, active: bool, short: bool) -> Cells:
    if active:
        return Cell(f"[{number} {title}]", Tone.ACCENT), Cell("")
    return Cell(f" {number}", Tone.QUIET), Cell(" " if short else f" {title} ")
