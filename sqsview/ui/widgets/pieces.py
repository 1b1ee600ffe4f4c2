"""Pieces on one line that give way to each other when there is little room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqsview.ui.widgets.cells import Cell, Cells, cells_width


class Piece(NamedTuple):
    """Something on a line that is shown whole or not at all."""

    cells: Cells
    priority: int = 50
    """The lowest is left out first."""
    target: str | None = None
    """What a click on it asks for."""
    gap: int = 2
    """Blank cells before it, unless it is the first of its side."""

    @property
    def width(self) -> int:
        """The terminal cells it takes, without the gap."""
        return cells_width(self.cells)


class Zone(NamedTuple):
    """Where a piece that can be clicked stands."""

    start: int
    end: int
    target: str


def chosen(left: Sequence[Piece], right: Sequence[Piece], width: int) -> tuple[list[Piece], list[Piece]]:
    """Leave out pieces, lowest priority first and from the end, until both sides fit into ``width``."""
    kept_left, kept_right = list(left), list(right)

    def total() -> int:
        return _side(kept_left) + _side(kept_right) + (1 if kept_left and kept_right else 0)

    while total() > width and len(kept_left) + len(kept_right) > 1:
        lowest = min(piece.priority for piece in (*kept_left, *kept_right))
        side = kept_right if any(piece.priority == lowest for piece in kept_right) else kept_left
        del side[max(place for place, piece in enumerate(side) if piece.priority == lowest)]
    return kept_left, kept_right


def laid_out(left: Sequence[Piece], right: Sequence[Piece], width: int) -> tuple[Cells, tuple[Zone, ...]]:
    """Write the pieces that fit, to the left and to the right, and say where the ones with a target stand."""
    left, right = chosen(left, right, width)
    cells: list[Cell] = []
    zones: list[Zone] = []
    x = 0

    def write(piece: Piece, gap: int) -> None:
        nonlocal x
        cells.append(Cell(" " * gap))
        cells.extend(piece.cells)
        x += gap
        if piece.target is not None:
            zones.append(Zone(x, x + piece.width, piece.target))
        x += piece.width

    for place, piece in enumerate(left):
        write(piece, piece.gap if place else 0)
    blank = max(0, width - x - _side(right))
    for place, piece in enumerate(right):
        write(piece, piece.gap if place else blank)
    return tuple(cell for cell in cells if cell.text), tuple(zones)


def target_at(zones: Sequence[Zone], x: int) -> str | None:
    """Give what a click at ``x`` asks for."""
    return next((zone.target for zone in zones if zone.start <= x < zone.end), None)


def _side(pieces: Sequence[Piece]) -> int:
    return sum(piece.width + (piece.gap if place else 0) for place, piece in enumerate(pieces))
