"""``{{n}}``, ``{{uuid}}`` and ``{{now}}`` in a message, which are filled in as it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sqsview.domain.message import Attribute, Outgoing

KNOWN = ("n", "uuid", "now")
"""The number of the message from 1; an id of its own; the time in UTC with milliseconds."""

_PLACEHOLDER = re.compile(r"\{\{(n|uuid|now)\}\}")
_ALIKE = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]{0,30}) *\}\}")
"""What looks like one; ``{{ n }}`` is another template language's, so it stays as it is and is told."""
_SAMPLE_UUID = "00000000-0000-4000-8000-000000000000"


class Filling:
    """A message whose placeholders are found once and filled in as often as it is sent."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._changes: list[Callable[[Outgoing, Mapping[str, str]], Outgoing]] = []
        for name in ("body", "group", "deduplication", "subject"):
            text = getattr(outgoing, name)
            if isinstance(text, str) and _PLACEHOLDER.search(text):
                self._changes.append(_of_field(name, text))
        moving = {
            name: _PLACEHOLDER.split(value.value)
            for name, value in outgoing.attributes.items()
            if isinstance(value.value, str) and _PLACEHOLDER.search(value.value)
        }
        if moving:
            self._changes.append(_of_attributes(moving))

    def fill(self, n: int, uuid: str, now: float) -> Outgoing:
        """Give the ``n``-th message, from 1; every ``{{uuid}}`` in it is the same.

        Args:
            n: the number.
            uuid: an id that no other message has.
            now: epoch seconds.
        """
        filled = self._outgoing
        if self._changes:
            values = {"n": str(n), "uuid": uuid, "now": iso(now)}
            for change in self._changes:
                filled = change(filled, values)
        return filled


def sample(outgoing: Outgoing, repeats: int) -> Outgoing:
    """Give the message as large as it becomes when it is sent ``repeats`` times."""
    filling = Filling(outgoing)
    return filling.fill(max(repeats, 1), _SAMPLE_UUID, 946_684_800.0)


def first(outgoing: Outgoing, now: float) -> Outgoing:
    """Give the message as it is sent once, or first, with a sample for ``{{uuid}}``.

    Args:
        outgoing: the message as it was typed.
        now: epoch seconds.
    """
    return Filling(outgoing).fill(1, _SAMPLE_UUID, now)


def typed_column(line: str, column: int) -> int:
    """Give the column in a line as it was typed for one in the line that `first` makes of it; both are from 1.

    A column within what was filled in is where its placeholder begins.
    """
    lengths = {"n": 1, "uuid": len(_SAMPLE_UUID), "now": len(iso(0.0))}
    shift = 0
    for found in _PLACEHOLDER.finditer(line):
        begin, length = found.start() + shift, lengths[found[1]]
        if column <= begin + length:
            return min(column, begin + 1) - shift
        shift += length - len(found[0])
    return column - shift


def names_in(outgoing: Outgoing) -> frozenset[str]:
    """Give the placeholders that a message holds."""
    return frozenset(found for text in _texts(outgoing) for found in _PLACEHOLDER.findall(text))


def unknown_names(outgoing: Outgoing) -> frozenset[str]:
    """Give what looks like a placeholder and is none, such as ``{{id}}`` or, for its blanks, ``{{ n }}``."""
    return frozenset(
        found[0][2:-2]
        for text in _texts(outgoing)
        if "{{" in text
        for found in _ALIKE.finditer(text)
        if not _PLACEHOLDER.fullmatch(found[0])
    )


def iso(epoch: float) -> str:
    """Give epoch seconds as ``2025-06-15T15:12:00.000Z``."""
    moment = datetime.fromtimestamp(round(epoch * 1000) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _texts(outgoing: Outgoing) -> Iterator[str]:
    yield outgoing.body
    for text in (outgoing.group, outgoing.deduplication, outgoing.subject):
        if text is not None:
            yield text
    for attribute in outgoing.attributes.values():
        if isinstance(attribute.value, str):
            yield attribute.value


def _of_field(name: str, text: str) -> Callable[[Outgoing, Mapping[str, str]], Outgoing]:
    parts = _PLACEHOLDER.split(text)

    def change(outgoing: Outgoing, values: Mapping[str, str]) -> Outgoing:
        filled: dict[str, str] = {name: _joined(parts, values)}
        return replace(outgoing, **filled)  # type: ignore[arg-type]

    return change


def _of_attributes(moving: Mapping[str, list[str]]) -> Callable[[Outgoing, Mapping[str, str]], Outgoing]:
    def change(outgoing: Outgoing, values: Mapping[str, str]) -> Outgoing:
        filled = {
            name: Attribute(value.type, _joined(moving[name], values)) if name in moving else value
            for name, value in outgoing.attributes.items()
        }
        return replace(outgoing, attributes=filled)

    return change


def _joined(parts: list[str], values: Mapping[str, str]) -> str:
    """Put values between the texts: every second part is the name of a placeholder."""
    return "".join(values[part] if place % 2 else part for place, part in enumerate(parts))
