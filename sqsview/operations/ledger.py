"""The record of every receive that sqsview caused: what no queue tells, and what the next look is judged by."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqsview.errors import LedgerBusy, LedgerError
from sqsview.operations.ledger_rows import LONGEST_RETENTION, MOST_MESSAGES, Knowledge, bound, known
from sqsview.operations.ledger_schema import STEPS, VERSION
from sqsview.operations.private_file import make_private

__all__ = ["LONGEST_RETENTION", "Knowledge", "Ledger", "LedgerKey", "QueueFigures"]

_T = TypeVar("_T")

_LONGEST_RECEIVE = 30.0
"""Seconds for which a receive can be under way: the client waits 5 s for a connection and 25 s for an answer."""
_SETTLED = 60.0
"""Seconds after which counts of zero are believed: they may be a minute behind (SQS API, GetQueueAttributes)."""
_BETWEEN_BOUNDS = 5_000
"""Messages written between two checks of how many there are; a process that writes fewer checks at its first look."""
_BETWEEN_CHECKPOINTS = 500
"""Messages after which the log is to be shortened. By itself SQLite would do so a dozen times in a look at 10,000
messages, and hold up keys for 20 ms each time."""
_LOG_PAGES = 25_000
"""Length of that log at which SQLite does so all the same: 100 MB, twice that of a look at 10,000 messages."""
_LARGEST_COUNT = 1 << 31
"""A receive count that is believed; maxReceiveCount is 1,000 at most, and SQLite keeps 64 bits."""
_BUSY_SECONDS = 2.0
"""How long another process may take to write; a look writes for a fraction of a millisecond, and seldom for longer."""


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """Which queue, wherever it is."""

    context: str
    """The endpoint URL, or ``aws``."""
    arn: str


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The receives that sqsview caused in one queue."""

    key: LedgerKey
    looks: int
    receives: int
    """Messages received, each time counted."""
    last_at: float
    """Epoch seconds."""
    session: int
    """Messages received since this process started."""


class Ledger:
    """Keeps what was seen of each message, in a file that several processes share, or in memory.

    A look is opened before its first receive and closed when all of its answers are in. One that is never closed, since
    the process was killed or the network lost an answer, counts as a receive of any message that was not seen since.
    Bodies are never in it. Every method raises `LedgerError` where the file cannot be used, and `LedgerBusy` where
    another process writes it for seconds. Every method may be called in any thread, see `apart`.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Keep the record in ``path``, which is not opened before it is needed; None keeps it in memory."""
        self._turn = threading.RLock()
        self._path = path
        self._open_connection: sqlite3.Connection | None = None
        self._session: dict[LedgerKey, int] = {}
        self._figures: tuple[QueueFigures, ...] = ()
        self._queues: dict[LedgerKey, int] = {}
        self._patient: bool | None = None
        """Whether the connection waits for other processes now."""
        self._written = _BETWEEN_BOUNDS + 1
        self._unmoved = 0
        """Messages that may be in the write-ahead log alone."""

    @property
    def kept(self) -> bool:
        """Tell whether the record outlives the process."""
        return self._path is not None

    async def apart(self, work: Callable[[], _T]) -> _T:
        """Do what uses the ledger without holding up the loop, for a file may be slow, or be written by another.

        Whoever waits may be cancelled; the work is done to its end all the same.
        """
        return await asyncio.to_thread(work) if self.kept else work()

    def knowledge(self, key: LedgerKey) -> Knowledge:
        """Tell what is known of a queue."""
        with self._faults():
            return self._knowledge(self._queue(key))

    def open_look(
        self,
        key: LedgerKey,
        now: float,
        judge: Callable[[Knowledge], None],
        again: int | None = None,
        *,
        limited: bool = True,
    ) -> int:
        """Judge by what is known and open a look, with no other process between the two; give its number.

        Args:
            key: the queue.
            now: epoch seconds.
            judge: raises what forbids the look.
            again: number of a look that goes on; what it saw is held, so that it cannot be received once more.
            limited: whether the queue has a redrive policy; where it has none, little is to be remembered.
        """
        with self._faults():
            queue = self._queue(key)
        with self._writing() as write:
            judge(self._knowledge(queue, again) if limited else Knowledge())
            row = (again, queue, now + _LONGEST_RECEIVE)
            made = write("INSERT OR REPLACE INTO looks (id, queue, exact_at) VALUES (?, ?, ?)", row)
            counted = (again is None, now, limited, queue)
            write("UPDATE queues SET looks = looks + ?, last_at = ?, limited = ? WHERE id = ?", counted)
            return int(made.lastrowid or 0)

    def record(
        self, key: LedgerKey, look: int, seen: Iterable[tuple[str, int | None]], now: float, *, patient: bool = True
    ) -> None:
        """Write down one receive of an open look.

        Args:
            key: the queue.
            look: its number.
            seen: message id and receive count, this time included, of each message; None where it was not told.
            now: epoch seconds.
            patient: whether to wait for another process that is writing; else `LedgerBusy` is raised at once.
        """
        queue = self._queues[key]
        rows = [(queue, _stored(message), min(count or 1, _LARGEST_COUNT), now, look) for message, count in seen]
        with self._writing(patient=patient) as write:
            if rows:
                assert self._open_connection is not None
                self._open_connection.executemany(_SEE, rows)
            write("UPDATE queues SET receives = receives + ?, last_at = ? WHERE id = ?", (len(rows), now, queue))
            write("UPDATE looks SET exact_at = ? WHERE id = ?", (now + _LONGEST_RECEIVE, look))
            self._session[key] = self._session.get(key, 0) + len(rows)
            self._written += len(rows)
            self._unmoved += len(rows)

    def close_look(self, look: int, now: float, *, answered: bool) -> None:
        """Close a look; with ``answered`` every receive of it was written down, else one may have counted unseen."""
        with self._writing() as write:
            if answered:
                write("DELETE FROM looks WHERE id = ?", (look,))
            else:
                write("UPDATE looks SET exact_at = ? WHERE id = ?", (now, look))
            if self._written > _BETWEEN_BOUNDS:
                self._written = 0
                bound(write, now, MOST_MESSAGES)

    @property
    def log_is_long(self) -> bool:
        """Tell whether it is time for `shorten_log`."""
        return self.kept and self._unmoved > _BETWEEN_CHECKPOINTS

    def shorten_log(self) -> None:
        """Move what was written from SQLite's write-ahead log to the file. It takes long, and may run in any thread."""
        self._unmoved = 0
        with self._faults(), closing(self._connected()) as connection:
            connection.execute("PRAGMA wal_checkpoint")

    def forget_old(self, key: LedgerKey, before: float) -> None:
        """Forget what was last seen before ``before``, epoch seconds: its time in the queue is over."""
        self._forget(key, before, except_look=0)

    def forget_unmet(self, key: LedgerKey, look: int, before: float) -> None:
        """Forget what was seen before a look that met everything there is, and was not met by it."""
        self._forget(key, before, except_look=look)

    def seen_empty(self, key: LedgerKey, now: float) -> None:
        """Forget the messages of a queue whose counts are all zero, but for those of the last minute."""
        self._forget(key, now - _SETTLED, except_look=0)

    def purged(self, key: LedgerKey, now: float) -> None:
        """Forget the messages of a queue that was purged."""
        self._forget(key, now, except_look=0)

    def figures(self) -> tuple[QueueFigures, ...]:
        """Give the receives caused, by queue, the last one first; while a look is written down, those of before."""
        try:
            with self._faults(patient=False):
                rows = self._connection().execute(
                    "SELECT context, arn, looks, receives, last_at FROM queues WHERE looks "
                    "ORDER BY last_at DESC, id DESC"
                )
                self._figures = tuple(
                    QueueFigures(key := LedgerKey(context, arn), looks, receives, last_at, self._session.get(key, 0))
                    for context, arn, looks, receives, last_at in rows
                )
        except LedgerBusy:
            pass
        return self._figures

    def close(self) -> None:
        """Close the file, which moves all that was written into it; it is opened again where it is needed."""
        with self._faults():
            if self._open_connection is not None:
                self._open_connection.close()
                self._open_connection = None
                self._queues.clear()

    # -- inside

    def _knowledge(self, queue: int, without: int | None = None) -> Knowledge:
        return known(self._connection().execute, queue, without or 0)

    def _forget(self, key: LedgerKey, before: float, *, except_look: int) -> None:
        with self._faults():
            queue = self._queue(key)
        with self._writing() as write:
            write("DELETE FROM seen WHERE queue = ? AND at < ? AND look <> ?", (queue, before, except_look))
            write("DELETE FROM looks WHERE queue = ? AND exact_at < ? AND id <> ?", (queue, before, except_look))
            write("UPDATE queues SET forgotten = 0 WHERE id = ? AND forgotten_at < ?", (queue, before))

    def _queue(self, key: LedgerKey) -> int:
        found = self._queues.get(key)
        if found is None:
            connection = self._connection()
            names = _stored(key.context), _stored(key.arn)
            connection.execute("INSERT OR IGNORE INTO queues (context, arn) VALUES (?, ?)", names)
            row = connection.execute("SELECT id FROM queues WHERE context = ? AND arn = ?", names)
            found = self._queues[key] = int(row.fetchone()[0])
        return found

    @contextmanager
    def _writing(self, *, patient: bool = True) -> Iterator[Callable[..., sqlite3.Cursor]]:
        with self._faults(patient=patient):
            connection = self._connection()
            if patient is not self._patient:
                connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000 if patient else 0:.0f}")
                self._patient = patient
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back where something is raised
                yield connection.execute

    @contextmanager
    def _faults(self, *, patient: bool = True) -> Iterator[None]:
        if not self._turn.acquire(blocking=patient):
            raise self._busy()
        try:
            yield
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise self._busy() from fault
            raise self._error(str(fault)) from fault
        except (sqlite3.Error, OSError) as fault:
            raise self._error(str(getattr(fault, "strerror", None) or fault)) from fault
        finally:
            self._turn.release()

    def _busy(self) -> LedgerBusy:
        return LedgerBusy(f"another sqsview is writing the record of looks {self._path}; try again")

    def _error(self, reason: str) -> LedgerError:
        said = f"the record of looks {self._path or 'in memory'} cannot be used: {reason}"
        return LedgerError(f"{said}; no look is made without it · mend it or move it away")

    def _connection(self) -> sqlite3.Connection:
        if self._open_connection is None:
            self._open_connection = self._opened()
        return self._open_connection

    def _opened(self) -> sqlite3.Connection:
        if self._path is not None:
            make_private(self._path)
        connection, self._patient = self._connected(), True
        with ExitStack() as on_fault:
            on_fault.callback(connection.close)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                self._bring_up(connection)
            on_fault.pop_all()
        return connection

    def _connected(self) -> sqlite3.Connection:
        place = self._path or ":memory:"
        return sqlite3.connect(place, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        ((version,),) = connection.execute("PRAGMA user_version").fetchall()
        if version > VERSION:
            raise self._error("it is of a newer sqsview")
        for step in STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        if version < VERSION:
            connection.execute(f"PRAGMA user_version = {VERSION}")


def _stored(text: str) -> str:
    """Give ``text`` as SQLite can keep it: a server may send a lone surrogate, and one id still is one id."""
    return text.encode("utf-8", "backslashreplace").decode()


_SEE = """
INSERT INTO seen (queue, message, count, caused, at, look) VALUES (?, ?, ?, 1, ?, ?)
ON CONFLICT (queue, message) DO UPDATE SET
    count = MAX(excluded.count, seen.caused + 1), caused = seen.caused + 1, at = excluded.at, look = excluded.look
"""
"""A message was received at least as often as it was from here, whatever an approximate count says."""
