"""Lines broken to a width, with their tones."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.domain.text import printable
from sqsview.ui.widgets.cells import Cell, Line, width_of


def wrapped(line: Line, width: int) -> list[Line]:
    """Break a line at blanks where there are any, else anywhere, to at most ``width`` terminal cells.

    What follows the break stands below the text, not below its label: a first cell that ends with two blanks
    is a label, and blanks at the start are an indent.
    """
    cells = [Cell(printable(text), tone) for text, tone in line]
    text = "".join(cell.text for cell in cells)
    if width_of(text) <= width or width < 1:
        return [tuple(cells)]
    hang = hang_of(cells, text, width)
    return [piece_of(cells, start, end, hang) for start, end in spans(text, width, hang)]


def spans(text: str, width: int, hang: int) -> list[tuple[int, int]]:
    """Give start and end of the pieces that printable text is broken into, all but the first ``hang`` cells shorter."""
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + _fitting(text, start, width - (hang if found else 0))
        found.append((start, end))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    return found


def piece_of(cells: Sequence[Cell], start: int, end: int, hang: int) -> Line:
    """Cut the characters from ``start`` to ``end`` out of printable cells, indented where they are not the first."""
    piece = _slice(cells, start, end)
    return (Cell(" " * hang), *piece) if hang and start else piece


def hang_of(cells: Sequence[Cell], text: str, width: int) -> int:
    """Count the blanks before the pieces of a line that follow its first."""
    if len(cells) > 1 and cells[0].text.endswith("  "):
        hang = width_of(cells[0].text)
    else:
        hang = len(text) - len(text.lstrip(" "))
    return hang if hang <= min(width // 2, width - 2) else 0  # a wide character needs two


def _fitting(text: str, start: int, width: int) -> int:
    """Count the characters from ``start`` that go on one line; at least one."""
    piece = text[start : start + width]
    while width_of(piece) > width and len(piece) > 1:
        piece = piece[: -max(1, (width_of(piece) - width) // 2)]
    while start + len(piece) < len(text) and width_of(text[start + len(piece)]) == 0:
        piece += text[start + len(piece)]
    if start + len(piece) == len(text) or text[start + len(piece)] == " ":
        return len(piece)
    blank = piece.rfind(" ")
    return blank + 1 if blank >= len(piece) // 3 and piece[:blank].strip() else len(piece)


def _slice(cells: Sequence[Cell], start: int, end: int) -> Line:
    """Cut the characters from ``start`` to ``end`` out of the cells."""
    taken: list[Cell] = []
    at = 0
    for text, tone in cells:
        if at >= end:
            break
        if at + len(text) > start:
            taken.append(Cell(text[max(0, start - at) : end - at], tone))
        at += len(text)
    return tuple(taken)
