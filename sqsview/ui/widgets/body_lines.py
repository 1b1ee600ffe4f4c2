"""The lines of a body, and those of words about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from sqsview.domain.decoding import Layer
from sqsview.domain.text import printable
from sqsview.domain.words.message import hex_dump
from sqsview.ui.widgets.blocks import SLICE, Block, Texts, sliced
from sqsview.ui.widgets.cells import Cell, Line
from sqsview.ui.widgets.json_lines import indentation, toned

MOST_LINES = 1_000_000
"""Lines that are kept: more than a body of 1 MiB has, unless it is nothing but line ends."""
MOST_CHARACTERS = 16 * 2**20
"""Characters of lines that are kept: indents can make far more of a body than it has itself."""
_AT_A_TIME = 2_000
"""Lines between two looks at whether anybody still waits for them."""
_PREVIEW = 16_384
"""Characters from which the first screen is made."""
_PREVIEW_LINES = 200
_TABS = 4


def words_block(lines: Iterable[Line]) -> Block:
    """Make a block of a few lines that have their tones already."""
    ready = [tuple(Cell(printable(text), tone) for text, tone in line) for line in lines]
    texts = Texts([["".join(cell.text for cell in line) for line in ready]] if ready else [])
    return Block(texts, ready.__getitem__)


class Unwanted(Exception):
    """Nobody waits for it any more."""


def body_block(layer: Layer, wanted: Callable[[], bool] = lambda: True) -> Block:
    """Make the lines of one layer: JSON indented, other text as it is, bytes as a dump. May run in a thread.

    Raises:
        Unwanted: ``wanted``, which is asked now and then, says so.
    """
    return _toned_block(Texts(_pieces_of(layer, wanted)), is_json=layer.is_indented)


def _pieces_of(layer: Layer, wanted: Callable[[], bool]) -> Iterator[list[str]]:
    piece: list[str] = []
    left = MOST_CHARACTERS
    for number, line in enumerate(_lines_of(layer)):
        left -= len(line)
        if number == MOST_LINES or (left < 0 and number):
            most = f"{MOST_LINES:,} lines" if left >= 0 else f"{MOST_CHARACTERS:,} characters"
            yield [*piece, f"… and more: only {most} are shown"]
            return
        piece.append(line)
        if len(piece) == _AT_A_TIME:
            if not wanted():
                raise Unwanted
            yield piece
            piece = []
    if piece:
        yield piece


def preview_block(layer: Layer) -> Block:
    """Make the first screen of a large layer, at once, whatever the rest turns out to be."""
    head = Layer(layer.step, (layer.text or "")[:_PREVIEW], (layer.data or b"")[:_PREVIEW], is_json=layer.is_indented)
    if layer.text is None:
        head = Layer(layer.step, data=head.data)
    elif layer.text.lstrip()[:1] in ("{", "["):
        head = Layer(layer.step, head.text, is_json=True)
    return _toned_block(Texts([list(islice(_lines_of(head), _PREVIEW_LINES))]), is_json=head.is_json, evenly=True)


def _toned_block(texts: Texts, *, is_json: bool, evenly: bool | None = None) -> Block:
    return Block(texts, (lambda line: toned(texts[line])) if is_json else None, evenly=evenly)


def _lines_of(layer: Layer) -> Iterator[str]:
    if layer.text is None:
        return iter(hex_dump(layer.data or b""))
    if not layer.is_indented:
        return _split(layer.text)
    lines = indentation(layer.text)
    clean = layer.text.isascii() and "\x7f" not in layer.text  # C0 cannot stand in JSON but between its parts
    return lines if clean else map(printable, lines)


def _split(text: str) -> Iterator[str]:
    """Give the lines of text, printable."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield _line(text[start:end])
        start = end + 1
    yield _line(text[start:])


def _line(text: str) -> str:
    if "\t" in text:
        text = text.expandtabs(_TABS)
    return printable(text) if len(text) <= SLICE else "".join(map(printable, sliced(text)))
