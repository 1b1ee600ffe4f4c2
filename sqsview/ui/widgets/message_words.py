"""What stands below the body of a message: attributes, what SNS wrote around it, times and ids in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqsview.domain.decoding import Decoding
from sqsview.domain.message import Attribute, Message
from sqsview.domain.text import printable, shortened
from sqsview.domain.words.figures import size
from sqsview.domain.words.message import (
    attribute_rows,
    envelope_pairs,
    hex_dump,
    history_in_words,
    identity_pairs,
)
from sqsview.ui.widgets.cells import Cell, Line, Tone

_WIDEST_NAME = 28
_WIDEST_TYPE = 14
"""Cells of a column; what is wider pushes the next one."""
_LONGEST_VALUE = 8_000
"""Characters of an attribute that are shown; saving and copying have them all."""
_ON_ONE_LINE = 16
"""Bytes that a line of words shows."""


def about_lines(message: Message, decoding: Decoding, now_epoch: float, *, raw: bool) -> list[Line]:
    """Write all that is known of a message beside its body.

    ``raw`` adds what the words stand for: moments to the millisecond, binary values in full.
    """
    lines = [heading("attributes"), *_attribute_lines(message.attributes, raw=raw)]
    if decoding.envelope is not None:
        lines.append(heading("around it, by SNS"))
        lines += _pair_lines(envelope_pairs(decoding.envelope, now_epoch))
        if decoding.envelope.attributes:
            lines += _attribute_lines(decoding.envelope.attributes, raw=raw)
    if decoding.pointer is not None:
        lines.append(heading("in S3, and not fetched"))
        lines += _pair_lines([("bucket", decoding.pointer.bucket), ("key", decoding.pointer.key)])
    lines.append(heading("message"))
    if history := history_in_words(message, now_epoch):
        lines.append((Cell(history),))
    return lines + _pair_lines([("size", size(message.size)), *identity_pairs(message, exact=raw)])


def short_id(id: str) -> str:
    """Cut an id so that both its ends can be compared: ``8f2c…91``."""
    return printable(id if len(id) <= 8 else f"{id[:4]}…{id[-2:]}")


def heading(text: str) -> Line:
    """Write the line above a part."""
    return (Cell(f"── {text} ──", Tone.QUIET),)


def _attribute_lines(attributes: Mapping[str, Attribute], *, raw: bool) -> list[Line]:
    if not attributes:
        return [(Cell("none", Tone.QUIET),)]
    rows = attribute_rows(attributes)
    names = min(_WIDEST_NAME, max(len(row.name) for row in rows))
    types = min(_WIDEST_TYPE, max(len(row.type) for row in rows))
    lines: list[Line] = []
    for row, name in zip(rows, sorted(attributes), strict=True):
        label = Cell(f"{row.name:<{names}}  ", Tone.QUIET)
        value = shortened(row.value, _LONGEST_VALUE)
        lines.append((label, Cell(f"{row.type:<{types}}  ", Tone.QUIET), Cell(value)))
        data = attributes[name].value
        if raw and isinstance(data, bytes) and len(data) > _ON_ONE_LINE:
            lines += [(Cell("  " + line),) for line in hex_dump(data, _LONGEST_VALUE)]
    return lines


def _pair_lines(pairs: Iterable[tuple[str, str]]) -> list[Line]:
    ready = list(pairs)
    width = min(_WIDEST_NAME, max((len(label) for label, _ in ready), default=0))
    return [(Cell(f"{label:<{width}}  ", Tone.QUIET), Cell(shortened(value, _LONGEST_VALUE))) for label, value in ready]
