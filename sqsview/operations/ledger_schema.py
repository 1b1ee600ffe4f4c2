"""The tables of the ledger, and how an older file comes to have them."""

from __future__ import annotations

_FIRST = (
    # Every queue that was ever looked at.
    """
    CREATE TABLE queues (
        id INTEGER PRIMARY KEY,
        context TEXT NOT NULL,
        arn TEXT NOT NULL,
        looks INTEGER NOT NULL DEFAULT 0,
        receives INTEGER NOT NULL DEFAULT 0,
        last_at REAL NOT NULL DEFAULT 0,
        UNIQUE (context, arn)
    )
    """,
    # The last receive of every message: how often it was received by then, how often of these from here.
    """
    CREATE TABLE seen (
        queue INTEGER NOT NULL,
        message TEXT NOT NULL,
        count INTEGER NOT NULL,
        caused INTEGER NOT NULL,
        at REAL NOT NULL,
        look INTEGER NOT NULL,
        PRIMARY KEY (queue, message)
    ) WITHOUT ROWID
    """,
    # The looks whose answers are not all in. What is seen from ``exact_at`` on has the lost ones in its count.
    """
    CREATE TABLE looks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue INTEGER NOT NULL,
        exact_at REAL NOT NULL
    )
    """,
)
_SECOND = (
    # Whether the queue had a redrive policy at its last look; the worst count that was forgotten, and when it was seen.
    "ALTER TABLE queues ADD COLUMN limited INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE queues ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE queues ADD COLUMN forgotten_at REAL NOT NULL DEFAULT 0",
    # Has all that a look is judged by.
    "CREATE INDEX known ON seen (queue, count, at, look)",
    "CREATE INDEX lost ON looks (queue, exact_at)",
)

STEPS = (_FIRST, _SECOND)
"""What brings the tables from each version to the next."""
VERSION = len(STEPS)
"""Counts the changes of the tables (``PRAGMA user_version``)."""
