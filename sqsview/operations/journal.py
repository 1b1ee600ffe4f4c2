"""The journal: what an operation is about to do is on disk before it is done, and what was confirmed, after.

After ``kill -9`` at any instant it tells which operations were interrupted and which messages may be there twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from sqsview.clock import Clock, SystemClock
from sqsview.errors import JournalError
from sqsview.operations import journal_schema as tables
from sqsview.operations.journal_file import JournalFile
from sqsview.operations.journal_owner import Owner
from sqsview.operations.journal_records import KINDS, Doubt, Intent, Interrupted, Past
from sqsview.operations.journal_rows import doubt_of, interrupted_of, past_of, stored

__all__ = ["KINDS", "Doubt", "Intent", "Interrupted", "Journal", "Past"]

_KEPT_FAILURES = 100
"""Failures of one operation that are kept one by one; the rest are only counted."""
_KEPT_SECONDS = 90 * 86_400.0
"""Seconds for which an operation that ended is remembered."""


class Journal:
    """Keeps what operations are about to do, in a file that several processes share, or in memory.

    Bodies are never in it but those that a person edited, and these only until they are sent. Every method raises
    `JournalError` where the file cannot be used; nothing must be done then.
    """

    def __init__(self, path: Path | None = None, clock: Clock | None = None) -> None:
        """Keep the journal in ``path``, which is not opened before it is needed; None keeps it in memory."""
        self._path = path
        self._clock = clock or SystemClock()
        self._file = JournalFile(path)
        self._owner = Owner(path.parent if path is not None else None)

    @property
    def kept(self) -> bool:
        """Tell whether the journal outlives the process."""
        return self._path is not None

    def begin(
        self,
        kind: str,
        *,
        context: str,
        source: str,
        destination: str | None = None,
        detail: str = "",
        at: float,
        edits: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Write down that an operation begins, and give its number; durable when it returns.

        Args:
            kind: one of `KINDS`.
            context: the endpoint URL, or ``aws``.
            source: what it takes from.
            destination: where to; None where there is none, or several.
            detail: what the operation itself needs to go on after an interruption.
            at: epoch seconds.
            edits: edited bodies by message id; kept until each is settled.
        """
        if kind not in KINDS:
            raise ValueError(f"no kind of operation: {kind}")
        with self._file.writing() as connection:
            owner = self._owner.claim()
            told = [stored(text) for text in (kind, context, source)]
            row = (*told, None if destination is None else stored(destination), stored(detail), owner, at)
            op = int(connection.execute(tables.BEGIN, row).lastrowid or 0)
            planned = [(op, stored(key), at, _bytes(body)) for key, body in edits.items()]
            connection.executemany(tables.PLAN, planned)
            connection.execute(tables.FORGET_OLD, (at - _KEPT_SECONDS,))
            connection.execute(tables.FORGET_LEFT)
            return op

    async def intend(self, op: int, entries: Sequence[Intent]) -> None:
        """Write down what is about to be sent or deleted; durable when it returns."""
        now = self._clock.epoch()
        rows = [
            (op, stored(entry.id), now, None if entry.body is None else _bytes(entry.body), entry.deduplication)
            for entry in entries
        ]
        await self._file.write(lambda connection: _many(connection, tables.INTEND, rows))

    async def withdraw(self, op: int, ids: Sequence[str]) -> None:
        """Take back an intent: nothing was sent, and that is certain."""
        rows = [(op, stored(key)) for key in ids]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(tables.UNPLAN, rows)
            connection.executemany(tables.UNINTEND, rows)

        await self._file.write(work)

    async def confirmed(self, op: int, sent: Sequence[tuple[str, str]]) -> None:
        """Write down that copies are there: message ids with those of the copies; durable when it returns."""
        now = self._clock.epoch()
        rows = [(op, stored(key), now, stored(copy)) for key, copy in sent]
        await self._file.write(lambda connection: _many(connection, tables.CONFIRM, rows))

    async def settled(self, op: int, ids: Sequence[str]) -> None:
        """Write down that these are done; only their number stays."""
        rows = [(op, stored(key)) for key in ids]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(tables.DROP, rows)
            connection.execute("UPDATE operations SET settled = settled + ? WHERE id = ?", (len(rows), op))

        await self._file.write(work)

    async def failed(self, op: int, faults: Sequence[tuple[str, str]]) -> None:
        """Write down that these stay where they are: id and reason; the first hundred are kept."""
        now = self._clock.epoch()

        def work(connection: sqlite3.Connection) -> None:
            counted = connection.execute("SELECT failed FROM operations WHERE id = ?", (op,)).fetchone()
            room = max(0, _KEPT_FAILURES - (counted[0] if counted else 0))
            kept = [(op, stored(key), now, stored(reason)) for key, reason in faults[:room]]
            connection.executemany(tables.FAIL, kept)
            beyond = [(now, stored(reason), op, stored(key)) for key, reason in faults[room:]]
            connection.executemany(tables.FAIL_EDITED, beyond)
            connection.executemany(tables.DROP_UNEDITED, [row[2:] for row in beyond])
            connection.execute("UPDATE operations SET failed = failed + ? WHERE id = ?", (len(faults), op))

        await self._file.write(work)

    def end(self, op: int, outcome: str, *, counts: Mapping[str, int], at: float) -> None:
        """Write down how an operation ended; edited bodies are dropped, and of a copy what was confirmed."""
        with self._file.writing() as connection:
            _end(connection, op, outcome, counts, at)
        self._file.scrub()

    def end_left(self, op: int, outcome: str, *, at: float) -> None:
        """Write down that nobody goes on with what was interrupted; raises `JournalError` where somebody does."""
        with self._file.writing() as connection:
            left = self._left(connection, op)
            _end(connection, op, outcome, left.counts, at)
        self._file.scrub()

    def forget_left(self, op: int) -> None:
        """Forget what was interrupted; raises `JournalError` where somebody goes on with it, or did."""
        with self._file.writing() as connection:
            self._left(connection, op)
            _forget(connection, op)
        self._file.scrub()

    def interrupted(self) -> list[Interrupted]:
        """Give the operations without an end whose process is gone, and those that left originals to be deleted."""
        if self._path is not None and not self._path.exists():
            return []
        with self._file.reading() as connection:
            found = connection.execute(tables.UNFINISHED).fetchall()
            return [interrupted_of(connection, row) for row in found if self._is_left(row)]

    def take_over(self, op: int, *, known: tuple[Collection[str], Collection[str]] | None = None) -> Interrupted:
        """Make an interrupted operation one of this process. One that had an end keeps it: only what it left is done.

        Args:
            op: its number.
            known: what was surely and what was perhaps sent, as far as the caller knows; None takes it as it is.

        Raises:
            JournalError: another took it first, or went on with it since.
        """
        with self._file.writing() as connection:
            taken = self._left(connection, op)
            if known is not None and (set(taken.sure), set(taken.unsure)) != (set(known[0]), set(known[1])):
                raise JournalError("another sqsview went on with it: leave, and start again to see what is left")
            connection.execute("UPDATE operations SET owner = ? WHERE id = ?", (self._owner.claim(), op))
            return taken

    def doubt(self, op: int) -> Doubt:
        """Tell what may be there twice of one operation."""
        with self._file.reading() as connection:
            return doubt_of(connection, op)

    def perhaps_sent(self, context: str, source: str) -> frozenset[str]:
        """Give the messages of a queue whose copies may be somewhere, by operations that ended without an answer."""
        if self._path is not None and not self._path.exists():
            return frozenset()
        with self._file.reading() as connection:
            return frozenset(row[0] for row in connection.execute(tables.PERHAPS_SENT, (context, source)).fetchall())

    def finished(self, limit: int = 100) -> list[Past]:
        """Give the operations that ended, the last first."""
        if self._path is not None and not self._path.exists():
            return []
        with self._file.reading() as connection:
            return [past_of(connection, row) for row in connection.execute(tables.FINISHED, (limit,)).fetchall()]

    def forget(self, op: int) -> None:
        """Forget an operation with all that is known of its messages."""
        with self._file.writing() as connection:
            _forget(connection, op)
        self._file.scrub()

    def close(self) -> None:
        """Close the file; it is opened again where it is needed. What has no end counts as interrupted from now on."""
        self._file.close(self._owner.release)

    # -- inside

    def _is_left(self, row: Sequence[object]) -> bool:
        """Tell whether nobody is at work on an operation."""
        return not self._owner.is_alive(str(row[6]))

    def _left(self, connection: sqlite3.Connection, op: int) -> Interrupted:
        """Give an operation that was interrupted, or left originals behind, and that nobody is at work on.

        Raises:
            JournalError: it is none.
        """
        row = connection.execute(f"{tables.OPERATIONS} WHERE id = ?", (op,)).fetchone()
        left = interrupted_of(connection, row) if row is not None and self._is_left(row) else None
        if left is None or (left.ended and not left.sure):
            raise JournalError("another sqsview goes on with what was interrupted, or did: tab 5 has what is left")
        return left


def _end(connection: sqlite3.Connection, op: int, outcome: str, counts: Mapping[str, int], at: float) -> None:
    row = (at, stored(outcome), json.dumps(dict(counts)), op)
    connection.execute("UPDATE operations SET ended = ?, outcome = ?, counts = ?, owner = '' WHERE id = ?", row)
    connection.execute("DELETE FROM entries WHERE op = ? AND state = ?", (op, tables.State.PLANNED))
    connection.execute("UPDATE entries SET body = NULL WHERE op = ?", (op,))
    connection.execute(tables.FORGET_COPIES, (op,))


def _forget(connection: sqlite3.Connection, op: int) -> None:
    connection.execute("DELETE FROM entries WHERE op = ?", (op,))
    connection.execute("DELETE FROM operations WHERE id = ?", (op,))


def _many(connection: sqlite3.Connection, statement: str, rows: Sequence[Sequence[object]]) -> None:
    connection.executemany(statement, rows)


def _bytes(body: str) -> bytes:
    """Give a body as it is kept: an editor may leave a lone surrogate that JSON wrote."""
    return body.encode("utf-8", "surrogatepass")
