"""The shape of a decoded body: which fields it has, whatever they hold, so that bodies can be grouped by it."""

from __future__ import annotations

import heapq
from typing import Any

from sqsview.domain.decoding import Decoding
from sqsview.domain.text import printable

TEXT = "text"
BINARY = "binary"

_MOST_NAMES = 24
"""Fields that are named of one object; the others are counted."""
_LONGEST_NAME = 40
_DEEPEST = 2
"""Objects within objects whose fields are named."""
_LONGEST = 300
"""Characters of a shape."""


def shape_of_body(decoding: Decoding) -> str:
    """Name the shape of what a body holds, all its wrappings taken off."""
    return BINARY if decoding.binary is not None else shape_of(decoding.value)


def shape_of(value: Any) -> str:
    """Name the shape of a decoded value in one printable line: ``{error{code, try}, id, items[…], type}``.

    Fields are in the order of the alphabet, so bodies with the same fields have the same shape. What a field holds
    does not matter, but for objects, whose own fields are named, and lists. Of a list on its own it is the shape of
    the first element.
    """
    shape = _shape(value, _DEEPEST)
    return shape if len(shape) <= _LONGEST else shape[: _LONGEST - 1] + "…"


def _shape(value: Any, levels: int) -> str:
    match value:
        case dict():
            return _object(value, levels)
        case list():
            return f"[{_shape(value[0], levels - 1)}…]" if value and levels else "[…]" if value else "[]"
        case str():
            return TEXT
        case bytes():
            return BINARY
        case bool():
            return "true or false"
        case int() | float():
            return "number"
    return "null"


def _object(value: dict[str, Any], levels: int) -> str:
    if not value:
        return "{}"
    if levels < 0:
        return "{…}"
    names = heapq.nsmallest(_MOST_NAMES, value)  # in linear time, of a million names too
    fields = [_field(name, value[name], levels) for name in names]
    if len(value) > len(names):
        fields.append(f"{len(value) - len(names):,} more")
    return "{" + ", ".join(fields) + "}"


def _field(name: str, value: Any, levels: int) -> str:
    named = printable(name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…")
    if isinstance(value, list):
        return f"{named}[…]"
    if isinstance(value, dict):
        return named + (_object(value, levels - 1) if levels else "{…}")
    return named
