"""How the columns of a table share the width there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqsview.ui.widgets.cells import LASTING, Cell, CellOrCells, RowT, SceneT, Tone, fitted, width_of
from sqsview.ui.widgets.cells import Column as Column

GUTTER = 2
"""Cells at the left: the cursor bar and the mark."""
MARGIN = 1
"""Blank cells at the right."""


class Place(NamedTuple):
    """Where a column stands in the line."""

    column: int
    """Which column it is, counted in all of them."""
    x: int
    width: int


CLAIM = 40
SHARE = 0.42
"""Cells, and part of the line, that the growing column may claim before the others: 50 of 120, 84 of 200."""


AIR = 12
"""Cells that the growing column takes beyond its need; what is left after it stays blank, so that eyes travel less."""


def places(columns: Sequence[Column[RowT, SceneT]], needs: Sequence[int], width: int) -> tuple[Place, ...]:
    """Share ``width`` cells among ``columns``, of which each would need ``needs`` cells to show everything.

    Up to `CLAIM` or `SHARE` of the line, nothing is cut from the growing column while a column below `LASTING` can
    shrink or go instead; beyond it, it only takes what the others leave: one long name does not blind all rows.
    """
    shown = list(range(len(columns)))
    least = [column.width if column.min_width is None else column.min_width for column in columns]
    widths = [column.width for column in columns]
    growing = next((index for index in shown if columns[index].grow), None)
    if growing is not None:
        widths[growing] = max(least[growing], min(needs[growing], max(CLAIM, int(width * SHARE))))

    def excess() -> int:
        return _total(columns, shown, widths) - width

    def make_room(victims: Sequence[int]) -> None:
        for victim in victims:
            over = excess()
            if over <= 0:
                return
            widths[victim] -= min(over, widths[victim] - least[victim])
            if excess() > 0:
                shown.remove(victim)

    def rank(index: int) -> tuple[int, int]:
        return columns[index].priority, -index

    others = sorted((index for index in shown if index != growing), key=rank)
    if growing is not None:
        make_room([index for index in others if columns[index].priority < LASTING])
        widths[growing] -= max(0, min(excess(), widths[growing] - least[growing]))
        make_room([index for index in others if columns[index].priority >= LASTING])
        widths[growing] = max(1, widths[growing] - max(0, excess()))
    else:
        make_room(others)
    slack = -excess()
    if growing is not None:
        given = max(0, min(slack, needs[growing] - widths[growing]))
        widths[growing] += given
        slack -= given
    for index in reversed(others):
        if index in shown and slack > 0:
            most = columns[index].max_width or columns[index].width
            wanted = max(columns[index].width, min(needs[index], most))
            given = max(0, min(slack, wanted - widths[index]))
            widths[index] += given
            slack -= given
    if growing is not None and slack > 0:
        widths[growing] += min(slack, AIR)
    return _placed(columns, shown, widths)


def gap_of(column: Column[RowT, SceneT], *, first: bool) -> int:
    """Give the blank cells before a column."""
    return min(1, column.gap) if first else column.gap


def _total(columns: Sequence[Column[RowT, SceneT]], shown: Sequence[int], widths: Sequence[int]) -> int:
    gaps = sum(gap_of(columns[index], first=place == 0) for place, index in enumerate(shown))
    return GUTTER + gaps + sum(widths[index] for index in shown) + MARGIN


def _placed(columns: Sequence[Column[RowT, SceneT]], shown: Sequence[int], widths: Sequence[int]) -> tuple[Place, ...]:
    placed: list[Place] = []
    x = GUTTER
    for index in shown:
        x += gap_of(columns[index], first=not placed)
        placed.append(Place(index, x, widths[index]))
        x += widths[index]
    return tuple(placed)


def row_cells(
    columns: Sequence[Column[RowT, SceneT]],
    spots: Sequence[Place],
    content: Sequence[CellOrCells | None],
    width: int,
) -> list[Cell]:
    """Fit what a row shows into its columns: everything after the gutter, up to ``width``."""
    cells: list[Cell] = []
    x = GUTTER
    for order, spot in enumerate(spots):
        shown = content[spot.column]
        if shown is None and order:
            continue
        column, end = columns[spot.column], spot.x + spot.width
        for following in spots[order + 1 :]:
            if content[following.column] is not None:
                break
            end = following.x + following.width
        cells.append(Cell(" " * (spot.x - x)))
        cells.extend(fitted(shown or (), end - spot.x, column.align, column.cut))
        x = end
    cells.append(Cell(" " * (width - x)))
    return cells


def title_cells(
    columns: Sequence[Column[RowT, SceneT]],
    spots: Sequence[Place],
    sorted_by: str | None,
    width: int,
    *,
    descending: bool,
) -> list[Cell]:
    """Write the titles over their columns, with an arrow at the one that is sorted by."""
    cells: list[Cell] = []
    x = 0
    for spot in spots:
        column = columns[spot.column]
        start, end, title, tone = spot.x, spot.x + spot.width, column.title, Tone.QUIET
        if column.id == sorted_by:
            arrow, tone = "↓" if descending else "↑", Tone.ACCENT
            title = f"{arrow}{title}" if column.align == "right" else f"{title}{arrow}"
            if width_of(title) > spot.width and start > x:
                start -= 1  # the arrow stands in the gap
        cells.append(Cell(" " * (start - x)))
        cells.extend(fitted(Cell(title, tone), end - start, column.align, "end"))
        x = end
    cells.append(Cell(" " * (width - x)))
    return cells


def column_at(columns: Sequence[Column[RowT, SceneT]], spots: Sequence[Place], x: int) -> str | None:
    """Give the id of the column at ``x``; the gap before a column belongs to it."""
    for spot in spots:
        if x < spot.x + spot.width:
            return columns[spot.column].id
    return None
