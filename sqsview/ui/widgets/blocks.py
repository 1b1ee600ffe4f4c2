"""Lines that are looked at one by one and broken to a width: a million of them, or one that is a mebibyte long."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias, overload

from sqsview.domain.text import printable
from sqsview.ui.widgets.cells import Cell, Line, width_of
from sqsview.ui.widgets.wrapping import hang_of, piece_of, spans

LARGE = 65_536
"""Cells from which the lines of a body are cut at the width rather than at blanks: then how many there are takes no
looking."""
MOST_HITS = 10_000
"""Places of a text that are found."""
SLICE = 65_536
"""Characters between two moments at which another thread may run."""
_KEPT = 256
"""Lines whose tones and breaks are kept."""

Span: TypeAlias = tuple[int, int]
"""Where in a line a part of it starts and ends."""


class Hit(NamedTuple):
    """Where a text was found."""

    block: int
    line: int
    start: int
    end: int


class Broken(NamedTuple):
    """How a line is broken."""

    spans: Sequence[Span]
    hang: int
    """Cells by which all parts but the first are indented."""


class EvenSpans(Sequence[Span]):
    """A line that is cut every so many characters, however long it is."""

    def __init__(self, length: int, first: int, step: int) -> None:
        self._length, self._first, self._step = length, first, max(1, step)

    def __len__(self) -> int:
        return 1 - min(0, (self._first - self._length) // self._step)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Span]: ...
    def __getitem__(self, index: int | slice) -> Span | Sequence[Span]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        start = self._first + (index - 1) * self._step if index else 0
        return start, min(self._length, self._first + index * self._step)


class Texts:
    """Printable lines, kept as one text: a hundred thousand of their own would leave the memory in shreds."""

    def __init__(self, pieces: Iterable[Sequence[str]]) -> None:
        """Take the lines, some at a time."""
        self.starts = array("L", [0])
        """Where each line starts, and where one more would."""
        joined: list[str] = []
        for lines in pieces:
            joined.append("\n".join(lines))
            top = self.starts.pop()
            self.starts.extend(accumulate((len(line) + 1 for line in lines), initial=top))
        self.whole = "\n".join(joined)
        """All lines, parted by line ends, which no printable line has."""
        self._lowered: str | None = None

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, line: int) -> str:
        return self.whole[self.starts[line] : self.starts[line + 1] - 1]

    @property
    def lowered(self) -> str:
        """All lines in lower case, each character where it is in `whole`; made once, in 20 ms for 1 MiB."""
        if self._lowered is None:
            self._lowered = "".join([lowered(piece) for piece in sliced(self.whole)])
        return self._lowered

    def widths(self) -> array[int]:
        """Count the terminal cells of each line."""
        if self.whole.isascii():
            return array("L", (end - start - 1 for start, end in pairwise(self.starts)))
        return array("L", map(_width, map(self.__getitem__, range(len(self)))))


class Block:
    """Printable lines that are looked at one by one, and broken to a width."""

    def __init__(self, texts: Texts, tones: Callable[[int], Line] | None = None, *, evenly: bool | None = None) -> None:
        """Take the lines; ``evenly`` cuts long ones at the width and not at blanks, by default where there is much."""
        self.texts = texts
        """The lines without tones, printable."""
        self._tones = tones or (lambda line: (Cell(texts[line]),))
        self._widths = texts.widths()
        self._widest = max(self._widths, default=0)
        self._evenly = sum(self._widths) > LARGE if evenly is None else evenly
        self._width = 0
        self._ends: Sequence[int] = ()
        self._cells: dict[int, Line] = {}
        self._breaks: dict[int, Broken] = {}
        self._widest_in: dict[int, int] = {}

    def measure(self, width: int) -> int:
        """Break the lines to ``width`` terminal cells, at least 1, and count those on screen."""
        if width != self._width:
            self._width = width
            self._breaks.clear()
            if self._widest <= width:
                self._ends = range(1, len(self.texts) + 1)
            else:
                heights = (
                    1 if wide <= width else len(self._broken(line, keep=False).spans)
                    for line, wide in enumerate(self._widths)
                )
                self._ends = list(accumulate(heights))
        return self._ends[-1] if self._ends else 0

    def place_of(self, y: int) -> tuple[int, int]:
        """Give the line that is ``y`` lines on screen below the top, and which part of it that is."""
        line = bisect_right(self._ends, y)
        return line, y - (self._ends[line - 1] if line else 0)

    def y_of(self, line: int, at: int) -> int:
        """Give how far below the top the character ``at`` of a line is."""
        parts = self._broken(line).spans
        part = bisect_right(parts, at, hi=len(parts), key=lambda span: span[0]) - 1
        return (self._ends[line - 1] if line else 0) + max(0, part)

    def part(self, line: int, part: int) -> tuple[Line, Span, int]:
        """Give one line on screen: its cells, which characters these are, and by how many cells it is indented."""
        broken = self._broken(line)
        start, end = broken.spans[part]
        hang = broken.hang if start else 0
        return piece_of(self.cells(line), start, end, hang), (start, end), hang

    def cells(self, line: int) -> Line:
        """Give a line with its tones."""
        cells = self._cells.get(line)
        if cells is None:
            if len(self._cells) >= _KEPT:
                self._cells.clear()
            cells = self._cells[line] = self._tones(line)
        return cells

    def _broken(self, line: int, *, keep: bool = True) -> Broken:
        """Break one line; of a large block without its tones, to count the parts of many."""
        found = self._breaks.get(line)
        if found is not None:
            return found
        text, wide, width = self.texts[line], self._widths[line], self._width
        if wide <= width:
            return Broken([(0, len(text))], 0)
        if self._evenly:
            head = text[: width // 2 + 1]
            blanks = len(head) - len(head.lstrip(" "))
            hang = blanks if blanks <= width // 2 else 0
            cells = 1 if text.isascii() else self._widest_of(line, text)
            found = Broken(EvenSpans(len(text), width // cells, (width - hang) // cells), hang)
        else:
            hang = hang_of(self.cells(line), text, width)
            found = Broken(spans(text, width, hang), hang)
        if keep:
            if len(self._breaks) >= _KEPT:
                self._breaks.clear()
            self._breaks[line] = found
        return found

    def _widest_of(self, line: int, text: str) -> int:
        """Give the cells of the widest character of a line; of a long one only once."""
        cells = self._widest_in.get(line)
        if cells is None:
            cells = max(max(map(width_of, set(piece))) for piece in sliced(text))
            if len(text) > SLICE:
                self._widest_in[line] = cells
        return cells

    def find(self, text: str, at_most: int) -> list[int]:
        """Give the first places of printable text, in upper or lower case, counted from the start of all lines."""
        whole, text = self.texts.lowered, lowered(text)
        found: list[int] = []
        at = whole.find(text)
        while at >= 0 and len(found) < at_most:
            found.append(at)
            at = whole.find(text, at + len(text))
        return found


def sliced(text: str) -> Iterator[str]:
    """Give long text a piece at a time: while Python works on one string, no other thread runs."""
    return (text[start : start + SLICE] for start in range(0, len(text), SLICE))


def _width(line: str) -> int:
    return width_of(line) if len(line) <= SLICE else sum(map(width_of, sliced(line)))


def lowered(text: str) -> str:
    """Write text in lower case, character for character: as long as it was, and none by what stands beside it."""
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ς", "σ")


class Hits(Sequence[Hit]):
    """Where a text was found on a page, in order; the line of a place is only looked up when it is asked for."""

    def __init__(self, blocks: Sequence[Block] = (), found: Sequence[Sequence[int]] = (), length: int = 0) -> None:
        """Take the places found in each block, counted from its start, and the length of the text."""
        self.length = length
        """Characters of the text that was found."""
        self._blocks, self._found = blocks, found
        self._ends = list(accumulate(map(len, found)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        block = bisect_right(self._ends, index)
        at = self._found[block][index - (self._ends[block - 1] if block else 0)]
        starts = self._blocks[block].texts.starts
        line = bisect_right(starts, at) - 1
        return Hit(block, line, at - starts[line], at - starts[line] + self.length)


class Page:
    """Blocks below each other."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self._tops: list[int] = []

    def measure(self, width: int) -> int:
        """Break the lines to ``width`` terminal cells, at least 1, and count those on screen."""
        ends = list(accumulate(block.measure(width) for block in self.blocks))
        self._tops = [0, *ends[:-1]]
        return ends[-1] if ends else 0

    def part_at(self, y: int) -> tuple[Line, Hit, int] | None:
        """Give what stands at one line on screen, as which characters, and by how many cells it is indented."""
        number = bisect_right(self._tops, y) - 1
        if number < 0:
            return None
        block = self.blocks[number]
        line, part = block.place_of(y - self._tops[number])
        if line >= len(block.texts):
            return None
        cells, (start, end), hang = block.part(line, part)
        return cells, Hit(number, line, start, end), hang

    def y_of(self, hit: Hit) -> int:
        """Give the line on screen, from the top of all, where a hit begins."""
        return self._tops[hit.block] + self.blocks[hit.block].y_of(hit.line, hit.start)

    def find(self, text: str) -> Hits:
        """Give the first `MOST_HITS` places of ``text``, in upper or lower case, in their order."""
        if not text:
            return Hits()
        shown = printable(text)
        found: list[list[int]] = []
        left = MOST_HITS
        for block in self.blocks:
            found.append(block.find(shown, left))
            left -= len(found[-1])
        return Hits(self.blocks, found, len(shown))


def hits_within(hits: Hits, place: Hit) -> Iterator[int]:
    """Give the numbers of those of some hits, in their order, that are in a place at least in part."""
    number = bisect_right(hits, Hit(place.block, place.line, place.start - hits.length, place.start))
    while number < len(hits) and hits[number] < Hit(place.block, place.line, place.end, 0):
        yield number
        number += 1
