"""What a line of a widget is made of: pieces of text with a tone, fitted to a width in terminal cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from rich.cells import cell_len, chop_cells, set_cell_size

from sqsview.domain.text import printable, shortened

Align: TypeAlias = Literal["left", "right"]
Cut: TypeAlias = Literal["middle", "end", "start"]
"""Where text that is too wide loses characters; only ``start`` does so without an ellipsis, for trends."""

ELLIPSIS = "…"


class Tone(IntEnum):
    """What a piece of text is, from which the theme makes its look. No meaning hangs on the colour alone."""

    NORMAL = 0
    STRONG = 1
    """Bold: what a line is about."""
    QUIET = 2
    """Units, labels, zeros."""
    ACCENT = 3
    """The one accent colour: keys, the cursor, the sorted column."""
    GOOD = 4
    WARN = 5
    BAD = 6
    """What needs a person; always together with a mark or a word."""
    STALE = 7
    """A value that is not current; dimmed and slanted."""


class Cell(NamedTuple):
    """A piece of text with its tone. The text may be untrusted: it is made printable where it is fitted."""

    text: str
    tone: Tone = Tone.NORMAL


Cells: TypeAlias = tuple[Cell, ...]
"""Several tones in one place."""
Line: TypeAlias = Cells
"""One line of text."""
CellOrCells: TypeAlias = Cell | Cells


class Keyed(Protocol):
    """Anything that has an identity."""

    @property
    def key(self) -> str:
        """The identity that the cursor and the marks follow."""


class Heading(NamedTuple):
    """A row that names the rows below it; the cursor passes over it."""

    key: str
    cells: Cells


RowT = TypeVar("RowT")
SceneT = TypeVar("SceneT")


def _blank(row: object, scene: object) -> Cell:
    return Cell("")


@dataclass(frozen=True)  # with slots, ``Column[Row, Scene](...)`` fails: typing sets an attribute on what it makes
class Column(Generic[RowT, SceneT]):
    """One column: how wide it is and what it shows of a row."""

    id: str
    title: str
    width: int
    """Terminal cells it normally takes."""
    align: Align = "left"
    cell: Callable[[RowT, SceneT], CellOrCells | None] = _blank
    """What to show; None lets the cell to the left extend over this column."""
    grow: bool = False
    """Takes what is left; one column at most does, the name."""
    min_width: int | None = None
    """How far it shrinks before it is dropped; its width where None."""
    max_width: int | None = None
    """How far it widens for what it shows, once the growing column has all it needs; its width where None."""
    priority: int = 50
    """The lowest shrinks and is dropped first; from `LASTING` on, only after the growing column was cut."""
    cut: Cut = "middle"
    gap: int = 2
    """Blank cells before it; at most one before the first."""


LASTING = 70
"""The priority from which a column is worth more than the full text of the growing column."""


def parts_of(content: CellOrCells) -> Cells:
    """Give ``content`` as a tuple of cells."""
    return (content,) if isinstance(content, Cell) else content


def width_of(text: str) -> int:
    """Count the terminal cells of printable text: two for a wide character, none for a combining one."""
    return len(text) if text.isascii() else cell_len(text)


def cells_width(content: CellOrCells) -> int:
    """Count the terminal cells of ``content`` when it is shown in full."""
    return sum(width_of(printable(text)) for text, _ in parts_of(content))


def cut_to(text: str, width: int, where: Cut = "middle") -> str:
    """Cut printable text to at most ``width`` terminal cells; text that fits is given back as it is."""
    have = width_of(text)
    if have <= width:
        return text
    if width <= 0:
        return ""
    if where == "start":
        return _tail(text, width)
    if width == 1:
        return ELLIPSIS
    if where == "end":
        return _head(text, width - 1) + ELLIPSIS
    if have == len(text):
        return shortened(text, width)
    head = _head(text, width // 2)
    return head + ELLIPSIS + _tail(text, width - 1 - width_of(head))


def _head(text: str, width: int) -> str:
    """Give as many characters from the start as fit into ``width`` cells."""
    if text.isascii():
        return text[:width]
    chopped = chop_cells(text, width)[0] if width > 1 else set_cell_size(text, width)
    return chopped if width_of(chopped) <= width else ""


def _tail(text: str, width: int) -> str:
    """Give as many characters from the end as fit into ``width`` cells."""
    start = max(0, len(text) - width)
    while width_of(text[start:]) > width:
        start += 1
    while start and width_of(text[start - 1 :]) <= width:
        start -= 1
    while start < len(text) and width_of(text[start]) == 0:
        start += 1  # a combining mark does not go without its letter
    return text[start:]


def fitted(content: CellOrCells, width: int, align: Align = "left", cut: Cut = "middle") -> Cells:
    """Give ``content`` printable and exactly ``width`` terminal cells wide.

    Of several pieces the widest is cut first; what is still too much goes at the end.
    """
    if width <= 0:
        return ()
    parts = [Cell(printable(text), tone) for text, tone in parts_of(content)]
    widths = [width_of(text) for text, _ in parts]
    excess = sum(widths) - width
    if excess > 0:
        widest = widths.index(max(widths))
        text, tone = parts[widest]
        parts[widest] = Cell(cut_to(text, max(1, widths[widest] - excess), cut), tone)
        parts, excess = _ended(parts, width)
    if excess < 0:
        _pad(parts, -excess, align)
    return tuple(parts)


def _ended(parts: Sequence[Cell], width: int) -> tuple[list[Cell], int]:
    """Keep the leading pieces that fit into ``width``; also give the excess, which is 0 or less."""
    kept: list[Cell] = []
    left = width
    for text, tone in parts:
        if left <= 0:
            break
        piece = cut_to(text, left, "end")
        left -= width_of(piece)
        kept.append(Cell(piece, tone))
    return kept, -left


def _pad(parts: list[Cell], blanks: int, align: Align) -> None:
    """Fill up with blanks in the tone of the neighbour, so that no further change of style is sent."""
    if not parts:
        parts.append(Cell(" " * blanks))
    elif align == "right":
        parts[0] = Cell(" " * blanks + parts[0].text, parts[0].tone)
    else:
        parts[-1] = Cell(parts[-1].text + " " * blanks, parts[-1].tone)


def folded(text: str, width: int) -> list[str]:
    """Break a printable line into lines of at most ``width`` terminal cells, at blanks where it has any."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width_of(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = (chop_cells(word, width) if width > 1 else list(word)) or [""]
        lines.extend(full)
    return [*lines, line]
