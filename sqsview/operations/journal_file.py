"""The file of the journal: what several have to say at once is written in one go, and is on disk when they go on."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqsview.errors import JournalError
from sqsview.operations import journal_schema as tables
from sqsview.operations.private_file import make_private

BUSY_SECONDS = 5.0
"""How long another process may take to write before the operation is stopped; it takes a few milliseconds."""

Work = Callable[[sqlite3.Connection], None]


class JournalFile:
    """A SQLite database that several processes share, or one in memory; opened when it is needed.

    Everything raises `JournalError` where it cannot be used.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._turn = threading.Lock()
        """Whoever holds it uses the connection; `write` takes it in one thread and gives it back in another."""
        self._open_connection: sqlite3.Connection | None = None
        self._patient = True
        """Whether the connection waits for other processes now."""
        self._waiting: list[tuple[Work, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None
        """Of its own, for a commit must never wait for those that wait for it."""

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection."""
        with self._faults():
            yield self._connection()

    def close(self, then: Callable[[], None]) -> None:
        """Close the file, and do ``then`` before anybody else can open it."""
        with self._faults():
            if self._open_connection is not None:
                self._open_connection.close()
                self._open_connection = None
            then()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None

    async def write(self, work: Work) -> None:
        """Have ``work`` written with all else that waits, and return when it is durable.

        The disk is waited for in a thread, and nobody waits for more than two of its confirmations.
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.ensure_future(self._write_waiting())
        await done

    async def _write_waiting(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            works = [work for work, _ in together]
            waiting = [done for _, done in together]
            try:
                await self._write_together(works)
            except JournalError as fault:
                for done in waiting:
                    if not done.done():  # whoever waited was cancelled
                        done.set_exception(JournalError(str(fault)))
            else:
                for done in waiting:
                    if not done.done():
                        done.set_result(None)
            finally:
                for done in waiting:
                    done.cancel()  # does nothing to those that are told

    async def _write_together(self, works: Sequence[Work]) -> None:
        if self._path is None:
            self._write_all(works)
        elif self._prepare(works):
            await self._apart(self._commit)
        else:
            await self._apart(lambda: self._write_all(works))

    async def _apart(self, work: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "journal")
        await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _write_all(self, works: Sequence[Work]) -> None:
        with self.writing() as connection:
            for work in works:
                work(connection)

    def _prepare(self, works: Sequence[Work]) -> bool:
        """Begin a transaction and do all but commit it; False where that would have to wait for somebody else.

        It takes a fraction of a millisecond. In a thread every statement would have to wait for the interpreter, which
        the loop gives up every 5 ms; what takes long is the disk, and only the commit waits for that.
        """
        if not self._turn.acquire(blocking=False):
            return False
        is_begun = False
        try:
            with self._translated():
                connection = self._connection()
                self._wait_for_others(connection, patient=False)
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as fault:
                    if _is_busy(fault):
                        return False
                    raise
                with ExitStack() as on_fault:
                    on_fault.callback(connection.rollback)
                    for work in works:
                        work(connection)
                    on_fault.pop_all()
                is_begun = True
        finally:
            if not is_begun:
                self._turn.release()
        return True

    def _commit(self) -> None:
        """Commit what was prepared, in whatever thread."""
        try:
            with self._translated():
                connection = self._connection()
                with connection:  # commits, or rolls back where something is raised
                    pass
        finally:
            self._turn.release()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection in a transaction, which is on disk at the end; another process is waited for."""
        with self._faults():
            connection = self._connection()
            self._wait_for_others(connection, patient=True)
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back where something is raised
                yield connection

    def scrub(self) -> None:
        """Write over what was deleted, also in the file beside the journal; at another time, where that cannot be now.

        It waits for nobody: what another process is just reading stays until the next time.
        """
        with suppress(JournalError), self._faults():
            connection = self._connection()
            self._wait_for_others(connection, patient=False)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        with self._turn, self._translated():
            yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as fault:
            if _is_busy(fault):
                raise JournalError(f"another program is writing the journal {self._path}; try again") from fault
            raise self._error(str(fault)) from fault
        except (sqlite3.Error, OSError) as fault:
            raise self._error(str(getattr(fault, "strerror", None) or fault)) from fault

    def _wait_for_others(self, connection: sqlite3.Connection, *, patient: bool) -> None:
        if patient is not self._patient:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000 if patient else 0:.0f}")
            self._patient = patient

    def _error(self, reason: str) -> JournalError:
        said = f"the journal {self._path or 'in memory'} cannot be written: {reason}"
        return JournalError(f"{said}; nothing is moved or deleted without it · make room, mend it or move it away")

    def _connection(self) -> sqlite3.Connection:
        if self._open_connection is None:
            self._open_connection = self._opened()
        return self._open_connection

    def _opened(self) -> sqlite3.Connection:
        if self._path is not None:
            make_private(self._path)
        place = self._path or ":memory:"
        connection = sqlite3.connect(place, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._patient = True
        with ExitStack() as on_fault:
            on_fault.callback(connection.close)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                self._bring_up(connection)
            on_fault.pop_all()
        return connection

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        ((version,),) = connection.execute("PRAGMA user_version").fetchall()
        if version > tables.VERSION:
            raise self._error("it is of a newer sqsview")
        for step in tables.STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        if version < tables.VERSION:
            connection.execute(f"PRAGMA user_version = {tables.VERSION}")


def _is_busy(fault: sqlite3.OperationalError) -> bool:
    return fault.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
