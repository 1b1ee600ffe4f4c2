"""What messages that were seen are searched and grouped by, and what is found out about each by decoding it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqsview.domain.decoding import Decoding, decode, what_matters
from sqsview.domain.message import Message
from sqsview.domain.query import Query, QueryError, label_of
from sqsview.domain.search import EXPRESSION, UNPACKED, Search, parse_search
from sqsview.domain.shape import shape_of_body

__all__ = [
    "BY_SHAPE",
    "SLICE_BYTES",
    "SLICE_MESSAGES",
    "UNPACKED",
    "Grouping",
    "Read",
    "Reading",
    "Search",
    "first_reader",
    "parse_grouping",
    "parse_search",
    "reader",
    "slices",
]

BY_SHAPE = "shape"
"""What messages are grouped by where no expression is given."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """What messages are grouped by."""

    query: Query | None = None
    """None for the shape of the body."""

    @property
    def name(self) -> str:
        """What it is by, as a person wrote it."""
        return BY_SHAPE if self.query is None else self.query.text

    def group_of(self, message: Message, decoding: Decoding) -> str:
        """Name the group of a message, in one printable line."""
        if decoding.unread:
            return f"not evaluated: {decoding.unread}"
        if self.query is None:
            return shape_of_body(decoding)
        try:
            return label_of(self.query.value(message, decoding))
        except QueryError as error:
            return f"not evaluated: {error}"


def parse_grouping(text: str) -> Grouping:
    """Read what was typed: nothing for the shape, else an expression, with or without ``=``.

    Raises:
        QueryError: the expression is wrong.
    """
    text = text.strip().removeprefix(EXPRESSION).strip()
    return Grouping(Query(text) if text and text != BY_SHAPE else None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found out about a message by decoding it once."""

    preview: str | None = None
    """The first line of what matters in it; None where that was known."""
    found: bool | None = None
    """Whether the search finds it; None where there was none."""
    group: str | None = None
    """The group it belongs to; None where there are none."""
    fault: str = ""
    """Why the search could not be evaluated on it, in one printable line."""
    unread: str = ""
    """Why the search looked at a part of it only, in one printable line."""


Read: TypeAlias = Callable[[Sequence[Message]], list[Reading]]


def reader(*, previews: bool, search: Search | None, grouping: Grouping | None) -> Read:
    """Make a function that reads messages, to be called in a thread: it touches nothing else."""

    def read(messages: Sequence[Message]) -> list[Reading]:
        return [
            _read(message, decode(message.body, at_most=UNPACKED), previews, search, grouping) for message in messages
        ]

    return read


def first_reader(at_most: int, *, previews: bool, search: Search | None, grouping: Grouping | None) -> Read:
    """Make a function that reads messages on the spot: those for which more would have to be unpacked stay unread.

    ``at_most`` is the bytes to which all of them together may unpack. Unread is a `Reading` of nothing.
    """

    def read(messages: Sequence[Message]) -> list[Reading]:
        readings, left = [], at_most
        for message in messages:
            decoding = decode(message.body, at_most=left)
            left -= decoding.unpacked
            readings.append(Reading() if decoding.cut else _read(message, decoding, previews, search, grouping))
        return readings

    return read


def _read(
    message: Message, decoding: Decoding, preview: bool, search: Search | None, grouping: Grouping | None
) -> Reading:
    found, fault, unread = None, "", ""
    if search is not None:
        try:
            found = search.finds(message, decoding)
        except QueryError as error:
            found, fault = False, str(error)
        else:
            unread = decoding.unread if decoding.cut or search.query is not None else ""
    return Reading(
        what_matters(decoding) if preview else None,
        found,
        grouping.group_of(message, decoding) if grouping is not None else None,
        fault,
        unread,
    )


SLICE_BYTES = 262_144
"""Characters of bodies that are read before what was found is shown, unless one body alone has more."""
SLICE_MESSAGES = 500


def slices(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Cut messages into pieces that take a few hundredths of a second each to read."""
    piece: list[Message] = []
    size = 0
    for message in messages:
        if piece and (size + len(message.body) > SLICE_BYTES or len(piece) >= SLICE_MESSAGES):
            yield piece
            piece, size = [], 0
        piece.append(message)
        size += len(message.body)
    if piece:
        yield piece
