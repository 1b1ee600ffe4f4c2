"""The foot of every screen: the keys that work here, now."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from sqsview.ui.widgets.cells import Cell, Cells, Tone
from sqsview.ui.widgets.pieces import Piece, Zone, laid_out, target_at
from sqsview.ui.widgets.strip_widget import StripWidget

KeyEntry = tuple[str, str, str]
"""The key as a person writes it, what it does, the action that runs."""


class KeyBar(StripWidget):
    """One line of keys; what does not fit is left out from the end, but the last, for all keys, stays."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        dock: bottom;
    }
    """

    class Chosen(Message):
        """A key was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: tuple[KeyEntry, ...] = ()
        self._zones: tuple[Zone, ...] = ()

    def show(self, entries: Sequence[KeyEntry]) -> None:
        """Show ``entries``, the most useful first, the one for all keys last."""
        self._entries = tuple(entries)
        self.redraw()

    def lines(self, width: int) -> Sequence[Cells]:
        """Write the keys that fit."""
        last = len(self._entries) - 1
        pieces = [
            Piece(
                (Cell(key, Tone.ACCENT), Cell(f" {does}", Tone.QUIET)),
                last if place == last else last - place - 1,
                action,
            )
            for place, (key, does, action) in enumerate(self._entries)
        ]
        line, zones = laid_out(pieces, (), max(0, width - 1))
        self._zones = tuple(Zone(zone.start + 1, zone.end + 1, zone.target) for zone in zones)
        return [(Cell(" "), *line)]

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        action = target_at(self._zones, event.x)
        if action is not None:
            event.stop()
            self.post_message(self.Chosen(action))
