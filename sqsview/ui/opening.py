"""The first picture: what can be said before anything but Textual is loaded."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from sqsview.ui.actions import TABS


class Opening(Static):
    """The frame of the dashboard with nothing in it yet; the first tab takes its place."""

    DEFAULT_CSS = """
    Opening { width: 1fr; height: 1fr; color: $text-muted; }
    """

    def __init__(self) -> None:
        (first, title), *others = ((number, title) for number, (_, title) in enumerate(TABS, 1))
        picture = Text(" sqsview", "bold")
        picture.append("  opening…\n", "not bold")
        picture.append(f"[{first} {title}]", "bold")
        picture.append("".join(f" {number} {title} " for number, title in others), "not bold")
        super().__init__(picture)
