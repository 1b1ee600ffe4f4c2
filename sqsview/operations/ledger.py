"""The record of every receive that sqsview caused: what no queue tells, and what the next look is judged by."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqsview.errors import LedgerError
from sqsview.operations.ledger_schema import SCHEMA, VERSION

LONGEST_RETENTION = 1_209_600.0
"""Seconds: 14 days, the longest that a queue can keep a message (SQS API reference, SetQueueAttributes)."""
MOST_MESSAGES = 200_000
"""Messages that are remembered at most, of all queues together; the oldest are forgotten. 30 MiB or so."""

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
_BUSY_SECONDS = 1.0
"""How long another process may take to write; a look writes for a fraction of a millisecond."""


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """Which queue, wherever it is."""

    context: str
    """The endpoint URL, or ``aws``."""
    arn: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a queue's messages."""

    receives: Mapping[int, int] = field(default_factory=dict)
    """How many messages were received how often, lost answers counted against each: receives → messages."""
    unanswered: int = 0
    """Looks whose answers were lost, or are under way in another process."""


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
    Bodies are never in it. Every method raises `LedgerError` where the file cannot be used.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Keep the record in ``path``, which is not opened before it is needed; None keeps it in memory."""
        self._path = path
        self._open_connection: sqlite3.Connection | None = None
        self._session: dict[LedgerKey, int] = {}
        self._queues: dict[LedgerKey, int] = {}
        self._written = _BETWEEN_BOUNDS + 1
        self._unmoved = 0
        """Messages that may be in the write-ahead log alone."""

    @property
    def kept(self) -> bool:
        """Tell whether the record outlives the process."""
        return self._path is not None

    def knowledge(self, key: LedgerKey) -> Knowledge:
        """Tell what is known of a queue."""
        with self._faults():
            return self._knowledge(self._queue(key))

    def open_look(
        self, key: LedgerKey, now: float, judge: Callable[[Knowledge], None], again: int | None = None
    ) -> int:
        """Judge by what is known and open a look, with no other process between the two; give its number.

        Args:
            key: the queue.
            now: epoch seconds.
            judge: raises what forbids the look.
            again: number of a look that goes on; what it saw is held, so that it cannot be received once more.
        """
        with self._faults():
            queue = self._queue(key)
        with self._writing() as write:
            judge(self._knowledge(queue, again))
            row = (again, queue, now + _LONGEST_RECEIVE)
            made = write("INSERT OR REPLACE INTO looks (id, queue, exact_at) VALUES (?, ?, ?)", row)
            write("UPDATE queues SET looks = looks + ?, last_at = ? WHERE id = ?", (again is None, now, queue))
            return int(made.lastrowid or 0)

    def record(self, key: LedgerKey, look: int, seen: Iterable[tuple[str, int | None]], now: float) -> None:
        """Write down one receive of an open look.

        Args:
            key: the queue.
            look: its number.
            seen: message id and receive count, this time included, of each message; None where it was not told.
            now: epoch seconds.
        """
        queue = self._queues[key]
        rows = [(queue, _stored(message), min(count or 1, _LARGEST_COUNT), now, look) for message, count in seen]
        with self._writing() as write:
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
                _bound(write, now)

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
        """Give the receives caused, by queue, the last one first."""
        with self._faults():
            rows = self._connection().execute(
                "SELECT context, arn, looks, receives, last_at FROM queues WHERE looks ORDER BY last_at DESC, id DESC"
            )
            return tuple(
                QueueFigures(key := LedgerKey(context, arn), looks, receives, last_at, self._session.get(key, 0))
                for context, arn, looks, receives, last_at in rows
            )

    def receives_of(self, key: LedgerKey, message: str) -> int:
        """Give how many of a message's receives were caused here."""
        with self._faults():
            found = self._connection().execute(
                "SELECT caused FROM seen WHERE queue = ? AND message = ?", (self._queue(key), _stored(message))
            )
            return next((int(caused) for (caused,) in found), 0)

    def close(self) -> None:
        """Close the file."""
        if self._open_connection is not None:
            self._open_connection.close()
            self._open_connection = None
            self._queues.clear()

    # -- inside

    def _knowledge(self, queue: int, without: int | None = None) -> Knowledge:
        connection = self._connection()
        rows = connection.execute(_KNOWN, (queue, without or 0)).fetchall()
        others = "SELECT COUNT(*) FROM looks WHERE queue = ? AND id <> ?"
        ((unanswered,),) = connection.execute(others, (queue, without or 0)).fetchall()
        return Knowledge(dict(rows), unanswered)

    def _forget(self, key: LedgerKey, before: float, *, except_look: int) -> None:
        with self._faults():
            queue = self._queue(key)
        with self._writing() as write:
            write("DELETE FROM seen WHERE queue = ? AND at < ? AND look <> ?", (queue, before, except_look))
            write("DELETE FROM looks WHERE queue = ? AND exact_at < ? AND id <> ?", (queue, before, except_look))

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
    def _writing(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        with self._faults():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back where something is raised
                yield connection.execute

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            raise self._error(str(getattr(fault, "strerror", None) or fault)) from fault

    def _error(self, reason: str) -> LedgerError:
        said = f"the record of looks {self._path or 'in memory'} cannot be used: {reason}"
        return LedgerError(f"{said}; no look is made without it · mend it or move it away")

    def _connection(self) -> sqlite3.Connection:
        if self._open_connection is None:
            self._open_connection = self._opened()
        return self._open_connection

    def _opened(self) -> sqlite3.Connection:
        if self._path is not None:
            _make_private(self._path)
        connection = self._connected()
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
        return sqlite3.connect(self._path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None)

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        ((version,),) = connection.execute("PRAGMA user_version").fetchall()
        if version > VERSION:
            raise self._error("it is of a newer sqsview")
        if version < VERSION:
            for statement in SCHEMA:
                connection.execute(statement)


def _stored(text: str) -> str:
    """Give ``text`` as SQLite can keep it: a server may send a lone surrogate, and one id still is one id."""
    return text.encode("utf-8", "backslashreplace").decode()


_SEE = """
INSERT INTO seen (queue, message, count, caused, at, look) VALUES (?, ?, ?, 1, ?, ?)
ON CONFLICT (queue, message) DO UPDATE SET
    count = MAX(excluded.count, seen.caused + 1), caused = seen.caused + 1, at = excluded.at, look = excluded.look
"""
"""A message was received at least as often as it was from here, whatever an approximate count says."""

_KNOWN = """
SELECT count + (
    SELECT COUNT(*) FROM looks WHERE looks.queue = seen.queue AND looks.id <> seen.look AND looks.exact_at >= seen.at
) AS receives, COUNT(*) FROM seen WHERE queue = ? AND look <> ? GROUP BY receives
"""
"""A look that has not told all of its answers may have received what was seen before it, or meanwhile by another."""


def _bound(write: Callable[..., sqlite3.Cursor], now: float) -> None:
    write("DELETE FROM looks WHERE exact_at < ?", (now - LONGEST_RETENTION,))
    ((kept,),) = write("SELECT COUNT(*) FROM seen").fetchall()
    if kept > MOST_MESSAGES:
        write("DELETE FROM seen WHERE at < ?", (now - LONGEST_RETENTION,))
        newest = "SELECT at FROM seen ORDER BY at DESC LIMIT 1 OFFSET ?"
        write(f"DELETE FROM seen WHERE at <= ({newest})", (MOST_MESSAGES - 1,))


def _make_private(path: Path) -> None:
    """Make the file where there is none, so that nobody else can read which messages were looked at."""
    directory = path.parent
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_mode & 0o077:
        directory.chmod(0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
