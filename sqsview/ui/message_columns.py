"""The rows of the messages table: messages, the groups they are in, and what is shown of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, TypeAlias

from sqsview.domain import words
from sqsview.domain.arn import name_of
from sqsview.domain.message import Message
from sqsview.ui.scene import Scene
from sqsview.ui.widgets.cells import Cell, Cells, Tone
from sqsview.ui.widgets.columns import Column

GROUP_KEY = "group:"
"""What the key of a group begins with; no message has such an id."""
_AGE_WIDTH = 5
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


@dataclass(frozen=True, slots=True, eq=False)
class MessageRow:
    """One message that was seen."""

    message: Message
    looks_left: int | None
    """How many more looks leave the consumer a receive; None where there is no limit, or none is known."""
    limited: bool
    """Whether the queue gives messages up at all."""
    preview: str | None = None
    """The first line of what matters in the body; None until it was decoded."""
    key: str = field(init=False)
    """The identity that the cursor and the marks follow: a message that came twice is one row."""
    sent: float | None = field(init=False)
    """Epoch seconds; kept here because ten thousand of them are sorted at every paint."""
    _size: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.message.id)
        object.__setattr__(self, "sent", self.message.sent)

    @property
    def size(self) -> int:
        """Bytes of body and attributes; counted once, which takes 12 µs where a body of some KiB has to be encoded."""
        if self._size is None:
            object.__setattr__(self, "_size", self.message.size)
        assert self._size is not None
        return self._size

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.key


@dataclass(frozen=True, slots=True, eq=False)
class GroupRow:
    """The heading of the messages that have one value in common."""

    label: str
    count: int
    open: bool
    widest: int
    """Characters of the largest count, to which all are aligned."""

    @property
    def key(self) -> str:
        """The identity that the cursor follows."""
        return GROUP_KEY + self.label

    @property
    def name(self) -> str:
        """The value that they have in common."""
        return self.label


Row: TypeAlias = MessageRow | GroupRow


def grouped(
    rows: Sequence[MessageRow], group_of: Mapping[str, str], folded: Callable[[str], bool]
) -> tuple[list[Row], list[tuple[str, int]]]:
    """Put rows below the headings of their groups, the largest group first; also give the groups with their counts.

    Args:
        rows: in the order in which they stand within their group.
        group_of: the group of each message by its key; rows without one are left out, for they are not read yet.
        folded: tells of a group whether its rows are hidden.
    """
    members: dict[str, list[MessageRow]] = {}
    for row in rows:
        label = group_of.get(row.key)
        if label is not None:
            members.setdefault(label, []).append(row)
    counts = sorted(((label, len(found)) for label, found in members.items()), key=lambda each: (-each[1], each[0]))
    widest = len(words.count(counts[0][1])) if counts else 0
    lines: list[Row] = []
    for label, count in counts:
        lines.append(GroupRow(label, count, not folded(label), widest))
        if not folded(label):
            lines += members[label]
    return lines, counts


def short_age(seconds: float | None) -> str:
    """Write how long ago something was in at most 5 characters: ``22 m``, ``3 h``, ``14 d``."""
    if seconds is None or not math.isfinite(seconds):
        return words.UNKNOWN
    whole = max(0, int(seconds))
    for unit, length in _UNITS:
        if whole >= length:
            return f"{whole // length:,} {unit}"
    return "0 s"


def short_size(octets: int) -> str:
    """Write a number of bytes in at most 6 characters: ``812 B``, ``1.5 K``, ``256 K``."""
    if octets < 1024:
        return f"{octets} B"
    amount, unit = (octets / 1024, "K") if octets < 1024 * 1023.5 else (octets / 1_048_576, "M")
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"


def _age_of(row: Row, scene: Scene) -> float | None:
    return None if isinstance(row, GroupRow) or row.sent is None else max(0.0, scene.epoch - row.sent)


def _age(row: Row, scene: Scene) -> Cell | Cells:
    if isinstance(row, GroupRow):
        return (
            Cell("▾ " if row.open else "▸ ", Tone.ACCENT),
            Cell(f"{words.count(row.count):>{row.widest}}  ", Tone.STRONG),
            Cell(row.label, Tone.STRONG),
        )
    return Cell(f"{short_age(_age_of(row, scene)):>{_AGE_WIDTH}}", Tone.QUIET)


def _size(row: Row, scene: Scene) -> Cell | None:
    return None if isinstance(row, GroupRow) else Cell(short_size(row.size), Tone.QUIET)


def _receives(row: Row, scene: Scene) -> Cell | Cells | None:
    if isinstance(row, GroupRow):
        return None
    count = words.count(row.message.receive_count)
    if not row.limited or row.looks_left is None:
        return Cell(count)
    if row.looks_left <= 0:
        return Cell(count), Cell(" · 0 left ✗", Tone.BAD)
    return Cell(count), Cell(f" · {row.looks_left:,} left", Tone.WARN if row.looks_left == 1 else Tone.QUIET)


def _group(row: Row, scene: Scene) -> Cell | None:
    return None if isinstance(row, GroupRow) else Cell(row.message.group or "", Tone.NORMAL)


def _source(row: Row, scene: Scene) -> Cell | None:
    if isinstance(row, GroupRow):
        return None
    return Cell(name_of(row.message.source) if row.message.source is not None else "", Tone.QUIET)


def _text(row: Row, scene: Scene) -> Cell | None:
    if isinstance(row, GroupRow):
        return None
    return Cell("…", Tone.QUIET) if row.preview is None else Cell(row.preview or "(empty)")


MessageColumn: TypeAlias = Column[Row, Scene]

AGE: MessageColumn = Column("age", "  AGE", _AGE_WIDTH, "left", _age, priority=95)
"""Aligned by its own text: a column that is aligned to the right would push the headings of groups there."""
SIZE: MessageColumn = Column("size", "SIZE", 6, "right", _size, priority=35)
RECEIVES: MessageColumn = Column("receives", "RECEIVES", 8, "left", _receives, max_width=16, priority=90)
LIMITED: MessageColumn = Column("receives", "RECEIVES", 12, "left", _receives, max_width=18, priority=90)
"""The same where the queue gives messages up, with the looks that are left."""
GROUP: MessageColumn = Column("group", "GROUP", 10, "left", _group, min_width=8, max_width=24, priority=80)
SOURCE: MessageColumn = Column("source", "SOURCE", 12, "left", _source, min_width=10, max_width=30, priority=40)
TEXT: MessageColumn = Column("text", "WHAT MATTERS", 20, "left", _text, grow=True, min_width=12, priority=75, cut="end")


def columns_for(*, limited: bool, groups: bool, sources: bool) -> tuple[MessageColumn, ...]:
    """Choose the columns that say something.

    Args:
        limited: whether the queue gives messages up.
        groups: whether any message has a group.
        sources: whether any came from another queue, and the title does not say from which.
    """
    receives = LIMITED if limited else RECEIVES
    return (AGE, SIZE, receives, *([GROUP] if groups else []), TEXT, *([SOURCE] if sources else []))


COLUMNS = columns_for(limited=False, groups=False, sources=False)

SORT_KEYS: Mapping[str, Callable[[Any, Scene], Any]] = {
    "age": lambda row, _: None if row.sent is None else -row.sent,
    "size": lambda row, _: row.size,
    "receives": lambda row, _: row.message.receive_count,
    "group": lambda row, _: row.message.group,
    "text": lambda row, _: row.preview,
    "source": lambda row, _: row.message.source,
}
"""How each column is sorted; None goes last."""

DESCENDING_FIRST = frozenset({"age", "size", "receives"})


def ordered(rows: Sequence[MessageRow], key: Callable[[MessageRow], Any], *, descending: bool) -> list[MessageRow]:
    """Sort rows: equal values as they came, unknown ones last in both directions."""
    known = [(value, place) for place, value in enumerate(map(key, rows)) if value is not None]
    known.sort(key=itemgetter(0), reverse=descending)
    there = [rows[place] for _, place in known]
    return there if len(there) == len(rows) else there + [row for row in rows if key(row) is None]
