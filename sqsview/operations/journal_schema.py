"""The tables of the journal, and how an older file comes to have them."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """Where a message of an operation is."""

    PLANNED = 0
    """It has an edited body, and is not being sent yet."""
    INTENDED = 1
    """It is about to be sent or deleted; or was, and the answer never came."""
    CONFIRMED = 2
    """Its copy is there, and it is about to be deleted."""
    FAILED = 3
    """It stays where it is."""


_FIRST = (
    # Every operation that was begun. Settled messages are only counted, so that its size does not grow with them.
    """
    CREATE TABLE operations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        context TEXT NOT NULL,
        source TEXT NOT NULL,
        destination TEXT,
        detail TEXT NOT NULL,
        owner TEXT NOT NULL,
        started REAL NOT NULL,
        settled INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0,
        ended REAL,
        outcome TEXT,
        counts TEXT NOT NULL DEFAULT '{}'
    )
    """,
    # The messages of an operation that are not settled.
    """
    CREATE TABLE entries (
        op INTEGER NOT NULL,
        message TEXT NOT NULL,
        state INTEGER NOT NULL,
        at REAL NOT NULL,
        body BLOB,
        deduplication TEXT,
        copy TEXT,
        reason TEXT,
        PRIMARY KEY (op, message)
    ) WITHOUT ROWID
    """,
)

STEPS = (_FIRST,)
"""What brings the tables from each version to the next."""
VERSION = len(STEPS)
"""Counts the changes of the tables (``PRAGMA user_version``)."""

BEGIN = """
INSERT INTO operations (kind, context, source, destination, detail, owner, started) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
PLAN = "INSERT OR REPLACE INTO entries (op, message, state, at, body) VALUES (?, ?, 0, ?, ?)"
INTEND = """
INSERT INTO entries (op, message, state, at, body, deduplication) VALUES (?, ?, 1, ?, ?, ?)
ON CONFLICT (op, message) DO UPDATE SET
    state = 1, at = excluded.at, body = COALESCE(excluded.body, body),
    deduplication = COALESCE(excluded.deduplication, deduplication)
"""
CONFIRM = """
INSERT INTO entries (op, message, state, at, copy) VALUES (?, ?, 2, ?, ?)
ON CONFLICT (op, message) DO UPDATE SET state = 2, at = excluded.at, copy = excluded.copy, body = NULL
"""
DROP = "DELETE FROM entries WHERE op = ? AND message = ?"
FAIL = """
INSERT INTO entries (op, message, state, at, reason) VALUES (?, ?, 3, ?, ?)
ON CONFLICT (op, message) DO UPDATE SET state = 3, at = excluded.at, reason = excluded.reason
"""
"""The edited body stays until the operation has its end: whoever goes on after a crash must not send the old one."""
FAIL_EDITED = "UPDATE entries SET state = 3, at = ?, reason = ? WHERE op = ? AND message = ? AND body IS NOT NULL"
DROP_UNEDITED = "DELETE FROM entries WHERE op = ? AND message = ? AND body IS NULL"
UNPLAN = "UPDATE entries SET state = 0 WHERE op = ? AND message = ? AND body IS NOT NULL"
UNINTEND = "DELETE FROM entries WHERE op = ? AND message = ? AND state = 1 AND body IS NULL"
OPERATIONS = """
SELECT id, kind, context, source, destination, detail, owner, started, settled, failed, ended, outcome, counts
FROM operations
"""
UNFINISHED = f"""
{OPERATIONS}
WHERE ended IS NULL OR EXISTS (SELECT 1 FROM entries WHERE op = id AND state = 2)
ORDER BY id
"""
FINISHED = f"{OPERATIONS} WHERE ended IS NOT NULL ORDER BY ended DESC, id DESC LIMIT ?"
PERHAPS_SENT = """
SELECT message FROM entries JOIN operations ON op = id
WHERE context = ? AND source = ? AND ended IS NOT NULL AND state = 1 AND kind != 'delete'
"""
FORGET_OLD = """
DELETE FROM operations WHERE ended < ? AND NOT EXISTS (SELECT 1 FROM entries WHERE op = id AND state IN (1, 2))
"""
FORGET_LEFT = "DELETE FROM entries WHERE op NOT IN (SELECT id FROM operations)"
FORGET_COPIES = """
DELETE FROM entries WHERE op = ? AND state = 2 AND (SELECT kind FROM operations WHERE id = op) = 'copy'
"""
