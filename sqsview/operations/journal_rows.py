"""Rows of the journal's tables as what they stand for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqsview.operations.journal_records import Doubt, Interrupted, Past
from sqsview.operations.journal_schema import State


def stored(text: str) -> str:
    """Give ``text`` as SQLite can keep it: a server may send a lone surrogate, and one id still is one id."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def interrupted_of(connection: sqlite3.Connection, row: Sequence[Any]) -> Interrupted:
    """Read an operation of `journal_schema.OPERATIONS` that has no end, or left something to do."""
    op, kind, context, source, destination, detail, _, started, settled, failed, ended, _, _ = row
    asked = connection.execute("SELECT message, body FROM entries WHERE op = ? AND body IS NOT NULL", (op,))
    edits = {message: bytes(body).decode("utf-8", "surrogatepass") for message, body in asked.fetchall()}
    return Interrupted(
        op=op,
        kind=kind,
        context=context,
        source=source,
        destination=destination,
        detail=detail,
        started=started,
        counts={"settled": settled, "failed": failed},
        doubt=doubt_of(connection, op),
        edits=edits,
        ended=ended is not None,
    )


def past_of(connection: sqlite3.Connection, row: Sequence[Any]) -> Past:
    """Read an operation of `journal_schema.OPERATIONS` that ended."""
    op, kind, context, source, destination, detail, _, started, _, _, ended, outcome, counts = row
    asked = connection.execute("SELECT message, reason FROM entries WHERE op = ? AND state = ?", (op, State.FAILED))
    return Past(
        op=op,
        kind=kind,
        context=context,
        source=source,
        destination=destination,
        detail=detail,
        started=started,
        ended=ended,
        outcome=outcome or "",
        counts=_counts(counts),
        failures=tuple((message, reason or "") for message, reason in asked.fetchall()),
        doubt=doubt_of(connection, op),
    )


def doubt_of(connection: sqlite3.Connection, op: int) -> Doubt:
    """Read what may be there twice."""
    asked = connection.execute("SELECT message, state, at, deduplication FROM entries WHERE op = ?", (op,))
    rows = asked.fetchall()
    unsure = [(message, at, deduplication) for message, state, at, deduplication in rows if state == State.INTENDED]
    return Doubt(
        sure=tuple(message for message, state, _, _ in rows if state == State.CONFIRMED),
        unsure=tuple(message for message, _, _ in unsure),
        repeatable={message: (deduplication, at) for message, at, deduplication in unsure if deduplication},
    )


def _counts(text: str) -> Mapping[str, int]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): count for name, count in found.items() if isinstance(count, int)}
