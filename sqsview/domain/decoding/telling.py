"""The first line of what matters in a body, for a list of many."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any

from sqsview.domain.decoding.layers import Decoding, Step
from sqsview.domain.text import printable
from sqsview.domain.words.figures import size

_WIDEST = 200
_NARROWEST = 16
"""Characters of a line, whatever is asked for."""
_MOST_FIELDS = 120
"""Fields that are looked at: the line has room for fewer, and a body may have a million."""
_LONGEST = 60
"""Characters of one value."""
_DEEPEST = 3
"""Objects within objects that are looked into."""
_LOOKED_AT = 4_000
"""Characters of a text in which its first line is looked for."""


class _Rank(IntEnum):
    """What a field tells, in the order in which it is said."""

    KIND = 0
    ID = 1
    ERROR = 2
    OTHER = 3


_KINDS = frozenset(
    {"type", "event", "eventtype", "eventname", "detailtype", "kind", "action", "name", "command", "subject"}
)
_ERRORS = frozenset(
    {
        "error", "errorcode", "errormessage", "errortype", "code", "message", "reason", "status", "state", "exception",
        "cause", "failure",
    }
)  # fmt: skip
_NOISE = frozenset(
    {
        "version", "schemaversion", "specversion", "timestamp", "time", "date", "createdat", "updatedat", "traceid",
        "spanid", "correlationid", "requestid", "account", "region", "awsregion", "resources", "metadata",
        "datacontenttype",
    }
)  # fmt: skip
"""What most bodies have and what tells none of them from another."""
_SPLIT = re.compile(r"[^a-z0-9]+")


def what_matters(decoding: Decoding, width_hint: int = _WIDEST) -> str:
    """Say in one printable line of at most ``width_hint`` characters, and never more than 200, what a body is about.

    Of JSON these are the fields that tell: kind, identity, error, then others by name. Takes no longer for a large
    body.
    """
    width = max(_NARROWEST, min(_WIDEST, width_hint))
    if decoding.pointer is not None:
        line = f"in S3: {decoding.pointer.bucket}/{decoding.pointer.key}"
    elif decoding.binary is not None:
        line = f"{size(len(decoding.binary))} of binary data"
    elif decoding.deepest.step is Step.INDENTED:
        line = " ".join((decoding.deepest.text or "")[:_LOOKED_AT].split())
    else:
        line = _of_value(decoding.value)
    return _cut(printable(line[: 2 * _WIDEST]), width)


def _of_value(value: Any) -> str:
    if isinstance(value, str):
        return _first_line(value)
    if isinstance(value, list):
        if not value:
            return "[]"
        first = _of_value(value[0]) if not isinstance(value[0], list) else "[…]"
        return f"{len(value):,} × {first}" if len(value) > 1 else first
    if isinstance(value, dict):
        return _of_fields(value) or "{}"
    return _word(value)


def _first_line(text: str) -> str:
    head = text[:_LOOKED_AT]
    return next((line.strip() for line in head.splitlines() if line.strip()), "")


def _of_fields(document: dict[str, Any]) -> str:
    said: dict[_Rank, list[str]] = {rank: [] for rank in _Rank}
    outermost: int | None = None
    for name, value, depth in _fields(document):
        rank = _rank_of(name)
        if rank is None or value is None or value == "":
            continue
        outermost = depth if outermost is None else outermost
        if depth > outermost and rank is _Rank.KIND:
            rank = _Rank.OTHER  # the name of a part is not the name of the whole
        said[rank].append(f"{name} {_word(value)}" if rank is _Rank.OTHER else _word(value))
    words = [word for rank in _Rank for word in _once(said[rank])]
    if not words:  # nothing but noise
        words = [f"{name} {_word(value)}" for name, value, _ in _fields(document)]
    return " ".join(words[:20]) or ", ".join(list(document)[:10])


def _fields(document: dict[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Give the single values of a document by name and depth, the outer ones first; of a list the first element's."""
    waiting: deque[tuple[dict[str, Any], int]] = deque([(document, 0)])
    seen = 0
    while waiting:
        inner, depth = waiting.popleft()
        for name, value in inner.items():
            seen += 1
            if seen > _MOST_FIELDS:
                return
            held = value[0] if isinstance(value, list) and value else value
            if isinstance(held, dict):
                if depth < _DEEPEST:
                    waiting.append((held, depth + 1))
            elif not isinstance(value, list):
                yield name, value, depth


def _rank_of(name: str) -> _Rank | None:
    """Rank a field by its name; None where it tells nothing."""
    lowered = name[:_LONGEST].lower()
    joined = _SPLIT.sub("", lowered)
    if joined in _NOISE:
        return None
    if joined in _KINDS:
        return _Rank.KIND
    if joined in _ERRORS:
        return _Rank.ERROR
    if joined in ("id", "uuid", "key") or name.endswith(("Id", "ID")) or lowered.endswith(("_id", "-id")):
        return _Rank.ID
    return _Rank.OTHER


def _once(words: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(words))


def _word(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value[: _LONGEST + 1].split())[:_LONGEST] + ("…" if len(value) > _LONGEST else "")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)[:_LONGEST]


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
