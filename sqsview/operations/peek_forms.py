"""A look as one JSON document for programs, and as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqsview.domain.arn import name_of
from sqsview.domain.decoding import decode, what_matters
from sqsview.domain.message import Message
from sqsview.domain.message_json import as_json
from sqsview.domain.receive_budget import looks_left
from sqsview.domain.text import printable, shortened
from sqsview.domain.words.figures import UNKNOWN, age, count, size
from sqsview.operations.listing_forms import table
from sqsview.operations.look import Look

_BODY = 80
"""Characters of a body that a row shows."""
_NAME = 32
"""Characters of a group or of a queue's name."""

_COLUMNS = ("AGE", "RECEIVES", "LOOKS LEFT", "SIZE", "GROUP", "FROM", "MESSAGE")


def look_as_json(look: Look) -> dict[str, Any]:
    """Give a look in the shape of ``sqsview peek --json``: null wherever something is not known."""
    maximum = look.appraisal.settings.max_receive_count
    return {
        "queue": look.appraisal.queue.name,
        "approximate_total": look.appraisal.total,
        "receives_caused": look.receives,
        "messages": [as_json(message, maximum) | {"decoded": _decoded(message)} for message in look.messages],
    }


def look_as_text(look: Look, now: float) -> str:
    """Give a look as a table for a person; everything in it is printable.

    Args:
        look: the look.
        now: epoch seconds, for the ages.
    """
    rows = [_row(look, message, now) for message in look.messages]
    # A column in which no message has anything is only in the way.
    shown = [place for place in range(len(_COLUMNS)) if place == len(_COLUMNS) - 1 or any(row[place] for row in rows)]
    parts = [printable(" · ".join(_headline(look)))]
    if rows:
        headings = [_COLUMNS[place] for place in shown]
        cells = [[row[place] for place in shown] for row in rows]
        right = {place for place, column in enumerate(shown) if column < _COLUMNS.index("GROUP")}
        parts.append(table(headings, cells, right=right))
    return "\n\n".join(parts) + "\n"


def _headline(look: Look) -> Iterator[str]:
    yield look.appraisal.queue.name
    total = look.appraisal.total
    yield f"{len(look.messages):,} of {'an unknown number of' if total is None else f'about {total:,}'} messages"
    yield "1 receive caused" if look.receives == 1 else f"{look.receives:,} receives caused"
    left = look.allowance.looks_left
    if left is not None:
        yield "1 look left" if left == 1 else f"{left:,} looks left"


def _row(look: Look, message: Message, now: float) -> Sequence[str]:
    maximum = look.appraisal.settings.max_receive_count
    left = "" if maximum is None else count(looks_left(maximum, message.receive_count))
    return (
        UNKNOWN if message.sent is None else age(now - message.sent),
        count(message.receive_count),
        left,
        size(message.size),
        shortened(printable(message.group or ""), _NAME),
        shortened(printable(name_of(message.source or "")), _NAME),
        what_matters(decode(message.body), _BODY),
    )


def _decoded(message: Message) -> dict[str, Any]:
    decoding = decode(message.body)
    return {"steps": list(decoding.steps), "value": decoding.value}
