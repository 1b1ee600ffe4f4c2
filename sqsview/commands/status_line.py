"""One line on a terminal's standard error that is written over; nothing anywhere else."""

from __future__ import annotations

import sys

from sqsview.domain.text import printable
from sqsview.output import say


class StatusLine:
    """Says how far a command is, while it runs."""

    def __init__(self) -> None:
        self.is_on = sys.stderr is not None and sys.stderr.isatty()
        """Whether anybody sees it."""
        self._width = 0

    def show(self, text: str) -> None:
        """Write ``text`` in place of what stood there."""
        if self.is_on:
            line = printable(text)
            sys.stderr.write(f"\r{line.ljust(self._width)}" + ("" if line else "\r"))
            sys.stderr.flush()
            self._width = len(line)

    def clear(self) -> None:
        """Take the line away."""
        self.show("")

    def say(self, line: str) -> None:
        """Write a line that stays, above it."""
        self.clear()
        say(line)
