"""The cursor of a table: it is on a row's key, wherever that row goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqsview.ui.widgets.cells import Heading

Rows = Sequence[Any]
"""Rows with a key, and headings between them."""


class RowCursor:
    """A key, and where its row is now."""

    __slots__ = ("index", "key", "settled")

    key: str | None
    """The row it is on; None while there is none."""
    index: int
    """Where that row was last seen."""
    settled: bool
    """False until somebody moved it, or the rows have come in: so long it stays at the top."""

    def __init__(self) -> None:
        self.key = None
        self.index = 0
        self.settled = True

    def put(self, rows: Rows, index: int) -> None:
        """Go to the row at ``index``, and stay with it."""
        self.settled = True
        self.index = index
        self.key = rows[index].key

    def follow(self, rows: Rows) -> None:
        """Find its row among new ``rows``; a row that is gone leaves the cursor on what took its place."""
        if not self.settled:
            self.index = 0
        elif self.key is not None:
            if self.index < len(rows) and rows[self.index].key == self.key:
                return
            index = index_of(rows, self.key)
            if index is not None:
                self.index = index
                return
        neighbour = nearest(rows, max(0, min(self.index, len(rows) - 1)), 1)
        if neighbour is None:
            self.key, self.index = None, 0
        else:
            self.key, self.index = rows[neighbour].key, neighbour


def index_of(rows: Rows, key: str) -> int | None:
    """Give where the row with ``key`` is; headings have no place for a cursor."""
    for index, row in enumerate(rows):
        if row.key == key and not isinstance(row, Heading):
            return index
    return None


def nearest(rows: Rows, index: int, direction: int) -> int | None:
    """Give the first row from ``index`` on in ``direction`` that is no heading, else the other way."""
    for step in (direction, -direction):
        at = index
        while 0 <= at < len(rows):
            if not isinstance(rows[at], Heading):
                return at
            at += step
    return None
