"""JSON as lines to read: indented, with everything else exactly as it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import overload

from sqsview.domain.json_text import STRING
from sqsview.domain.json_text import indentation as indentation
from sqsview.domain.json_text import indented as indented
from sqsview.domain.text import printable_lines
from sqsview.ui.widgets.cells import Cell, Line, Tone

_PIECE = re.compile(
    rf'(?P<string>{STRING})(?P<colon>\s*:)?|(?P<mark>[{{}}\[\],]+)|(?P<blank>\s+)|(?P<rest>[^\s{{}}\[\],"]+)'
)


class JsonLines(Sequence[Line]):
    """Lines of indented JSON; the tones are found when a line is looked at."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        """The lines without tones."""

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> JsonLines: ...
    def __getitem__(self, index: int | slice) -> Line | JsonLines:
        if isinstance(index, slice):
            return JsonLines(self.texts[index])
        return toned(self.texts[index])


def json_lines(text: str) -> Sequence[Line]:
    """Indent JSON and tell keys, strings and numbers apart; what is not JSON is shown as it is.

    Numbers, escapes and repeated keys stay as they were written: nothing goes through Python's own types.
    """
    import json  # not before the first paint

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return [(Cell(line),) for line in printable_lines(text)]
    return JsonLines(indented(text))


def toned(text: str) -> Line:
    """Tell keys, strings and numbers apart in one line of JSON."""
    cells: list[Cell] = []
    for piece in _PIECE.finditer(text):
        if piece["string"] is not None and piece["colon"] is not None:
            cells.append(Cell(piece["string"], Tone.ACCENT))
            cells.append(Cell(piece["colon"], Tone.QUIET))
        elif piece["string"] is not None:
            cells.append(Cell(piece["string"]))
        elif piece["rest"] is not None:
            cells.append(Cell(piece["rest"], Tone.GOOD))
        else:
            cells.append(Cell(piece.group(), Tone.QUIET))
    return tuple(cells)
