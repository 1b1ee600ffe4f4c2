"""The journal: what it keeps, what it forgets, whom it takes for dead, and that it stops what cannot be written."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sqsview.errors import JournalError
from sqsview.operations import journal_file
from sqsview.operations.journal import Doubt, Intent, Journal
from sqsview.operations.journal_schema import VERSION
from tests.support.time import OwnedClock

NOW = 1_750_000_000.0
DAY = 86_400.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "operations.sqlite3"


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, path: Path) -> Iterator[Journal]:
    opened = Journal(path if request.param == "file" else None, OwnedClock())
    yield opened
    opened.close()


def begin(journal: Journal, kind: str = "move", *, at: float = NOW, edits: Mapping[str, str] | None = None) -> int:
    return journal.begin(
        kind, context="aws", source="orders-dlq", destination="orders", detail="all", at=at, edits=edits or {}
    )


def intents(*ids: str) -> list[Intent]:
    return [Intent(identity) for identity in ids]


async def test_a_message_is_in_doubt_from_the_intent_until_it_is_settled(journal: Journal) -> None:
    op = begin(journal)
    await journal.intend(op, intents("a", "b", "c"))
    assert journal.doubt(op).unsure == ("a", "b", "c")
    await journal.confirmed(op, [("a", "copy of a"), ("b", "copy of b")])
    assert journal.doubt(op) == Doubt(sure=("a", "b"), unsure=("c",))
    await journal.settled(op, ["a"])
    await journal.failed(op, [("c", "too large")])
    assert journal.doubt(op) == Doubt(sure=("b",))


async def test_an_operation_that_ended_is_told_with_its_outcome(journal: Journal) -> None:
    op = begin(journal)
    await journal.intend(op, intents("a", "b"))
    await journal.settled(op, ["a"])
    await journal.failed(op, [("b", "too large")])
    journal.end(op, "1 moved, 1 failed", counts={"moved": 1, "failed": 1}, at=NOW + 5)
    (past,) = journal.finished()
    assert (past.kind, past.source, past.destination, past.detail) == ("move", "orders-dlq", "orders", "all")
    assert (past.started, past.ended, past.outcome) == (NOW, NOW + 5, "1 moved, 1 failed")
    assert past.counts == {"moved": 1, "failed": 1}
    assert past.failures == (("b", "too large"),)
    assert journal.interrupted() == []


async def test_its_size_does_not_grow_with_the_messages_that_are_settled(path: Path) -> None:
    journal = Journal(path)
    op = begin(journal)
    sizes = []
    for start in range(0, 4_000, 100):
        ids = [f"{number:036d}" for number in range(start, start + 100)]
        await journal.intend(op, intents(*ids))
        await journal.confirmed(op, [(identity, identity) for identity in ids])
        await journal.settled(op, ids)
        sizes.append(await asyncio.to_thread(lambda: path.stat().st_size))
    assert max(sizes[20:]) <= max(sizes[:20]) + 8_192
    journal.close()


async def test_only_edited_bodies_are_in_the_file_and_only_until_they_are_sent(path: Path) -> None:
    journal = Journal(path)
    op = begin(journal, edits={"a": "the secret of a", "b": "the secret of b \ud800"})
    await journal.intend(op, [Intent("a", "the secret of a"), Intent("c")])
    assert _rows(path, "SELECT message, body FROM entries") == [
        ("a", b"the secret of a"),
        ("b", b"the secret of b \xed\xa0\x80"),
        ("c", None),
    ]
    await journal.confirmed(op, [("a", "copy")])
    assert _rows(path, "SELECT message FROM entries WHERE body IS NOT NULL") == [("b",)]
    journal.end(op, "stopped", counts={}, at=NOW)
    assert _rows(path, "SELECT message FROM entries WHERE body IS NOT NULL") == []
    assert not any(b"the secret" in file.read_bytes() for file in path.parent.iterdir()), "nor in what SQLite left over"
    journal.close()


async def test_an_edited_body_outlives_a_failure_until_the_operation_has_its_end(journal: Journal) -> None:
    """Whoever goes on after a crash would send the body that was not to be sent."""
    op = begin(journal, edits={"a": "mended", "b": "mended, too"})
    await journal.failed(op, [(f"x{number}", "no") for number in range(100)])
    await journal.failed(op, [("a", "too large"), ("b", "too large"), ("c", "too large")])
    assert dict(_edits(journal, op)) == {"a": "mended", "b": "mended, too"}
    journal.end(op, "failed", counts={}, at=NOW)
    assert dict(_edits(journal, op)) == {}


async def test_an_intent_that_is_taken_back_is_no_doubt_and_keeps_the_edit(journal: Journal) -> None:
    op = begin(journal, edits={"a": "edited"})
    await journal.intend(op, [Intent("a", "edited"), Intent("b")])
    await journal.withdraw(op, ["a", "b"])
    assert journal.doubt(op) == Doubt()


async def test_a_repeat_of_what_is_in_doubt_can_be_swallowed_by_the_server(path: Path) -> None:
    clock = OwnedClock(epoch=NOW)
    journal = Journal(path, clock)
    op = begin(journal)
    await journal.intend(op, [Intent("a", deduplication="once"), Intent("b")])
    assert journal.doubt(op).repeatable == {"a": ("once", NOW)}
    journal.close()


async def test_the_first_hundred_failures_are_kept_and_all_are_counted(journal: Journal) -> None:
    op = begin(journal)
    await journal.intend(op, intents("x1", "x2"))
    await journal.failed(op, [(f"a{number}", "no") for number in range(99)])
    await journal.failed(op, [("x1", "no"), ("x2", "no")])
    journal.end(op, "failed", counts={"failed": 101}, at=NOW)
    assert len(journal.finished()[0].failures) == 100
    assert journal.doubt(op) == Doubt()


async def test_a_copy_that_ended_leaves_nothing_to_be_deleted(journal: Journal) -> None:
    op = begin(journal, "copy")
    await journal.intend(op, intents("a"))
    await journal.confirmed(op, [("a", "copy")])
    assert journal.doubt(op).sure == ("a",), "so that one that goes on does not copy it again"
    journal.end(op, "1 copied", counts={"moved": 1}, at=NOW)
    assert journal.interrupted() == []
    assert journal.finished()[0].doubt == Doubt()


async def test_a_move_that_ended_with_originals_left_can_be_finished(journal: Journal) -> None:
    op = begin(journal)
    await journal.intend(op, intents("a", "b"))
    await journal.confirmed(op, [("a", "copy")])
    journal.end(op, "gave up", counts={"moved": 0}, at=NOW)
    (left,) = journal.interrupted()
    assert (left.op, left.ended, left.sure, left.unsure) == (op, True, ("a",), ("b",))
    journal.forget(op)
    assert (journal.interrupted(), journal.finished()) == ([], [])


def test_what_is_old_is_forgotten_and_what_is_in_doubt_is_not(journal: Journal) -> None:
    old, doubtful = begin(journal), begin(journal)
    asyncio.run(journal.intend(doubtful, intents("a")))
    for op in (old, doubtful):
        journal.end(op, "done", counts={}, at=NOW)
    begin(journal, at=NOW + 100 * DAY)
    assert [past.op for past in journal.finished()] == [doubtful]


def test_a_kind_that_nobody_knows_is_a_mistake(journal: Journal) -> None:
    with pytest.raises(ValueError, match="no kind"):
        begin(journal, "explode")


# -- who is at work


async def test_an_operation_of_a_process_that_runs_is_not_interrupted(path: Path) -> None:
    mine, other = Journal(path), Journal(path)
    op = begin(mine, edits={"b": "edited"})
    await mine.intend(op, intents("a"))
    assert mine.interrupted() == []
    assert other.interrupted() == []
    with pytest.raises(JournalError, match="another sqsview goes on"):
        other.take_over(op)
    mine.close()
    (left,) = other.interrupted()
    assert (left.op, left.kind, left.unsure, left.edits, left.ended) == (op, "move", ("a",), {"b": "edited"}, False)
    assert other.take_over(op) == left
    assert other.interrupted() == []
    assert mine.interrupted() == [], "it is the other one's now"
    other.close()
    mine.close()


_CHILD = """
import asyncio, sys, time
from pathlib import Path
from sqsview.operations.journal import Intent, Journal

async def main():
    journal = Journal(Path(sys.argv[1]))
    op = journal.begin("move", context="aws", source="a", destination="b", detail="", at=1.0)
    await journal.intend(op, [Intent("sent"), Intent("sending")])
    await journal.confirmed(op, [("sent", "copy")])
    print(op, flush=True)
    time.sleep(60)

asyncio.run(main())
"""


def test_the_operation_of_a_killed_process_is_interrupted_from_that_moment_on(path: Path) -> None:
    """A process number would be another's in time; the lock is taken away by the system."""
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(path)], stdout=subprocess.PIPE, env=_environment()
    ) as child:
        assert child.stdout is not None
        op = int(child.stdout.readline())
        journal = Journal(path)
        assert journal.interrupted() == []
        child.send_signal(signal.SIGKILL)
        child.wait()
    (left,) = journal.interrupted()
    assert (left.op, left.sure, left.unsure) == (op, ("sent",), ("sending",))
    assert list(path.parent.glob("owner-*")) == [], "and its lock is swept away"
    journal.close()


async def test_what_an_ended_operation_left_is_all_that_is_ever_gone_on_with(path: Path) -> None:
    """Who is killed while deleting those originals leaves them to the next, and nothing that was not to go."""
    first = Journal(path)
    op = begin(first)
    await first.intend(op, intents("a"))
    await first.confirmed(op, [("a", "copy")])
    first.end(op, "stopped", counts={}, at=NOW)
    second = Journal(path)
    assert second.take_over(op, known=({"a"}, ())).ended
    assert first.interrupted() == [], "the second is at work on it"
    second.close()
    (left,) = first.interrupted()
    assert (left.ended, left.sure) == (True, ("a",))
    first.end_left(op, "given up", at=NOW)
    first.close()


async def test_what_another_finished_meanwhile_is_taken_over_by_nobody(path: Path) -> None:
    killed, first, second = Journal(path), Journal(path), Journal(path)
    op = begin(killed)
    await killed.intend(op, intents("a"))
    killed.close()
    first.take_over(op, known=((), {"a"}))
    await first.settled(op, ["a"])
    first.end(op, "done", counts={}, at=NOW)
    for attempt in (second.take_over, second.forget_left):
        with pytest.raises(JournalError, match="goes on with what was interrupted, or did"):
            attempt(op)
    assert [past.outcome for past in second.finished()] == ["done"]


async def test_what_may_have_been_sent_is_known_after_the_end_of_its_operation(journal: Journal) -> None:
    op = journal.begin("move", context="aws", source="here", destination="there", at=NOW)
    await journal.intend(op, intents("a", "b"))
    await journal.settled(op, ["b"])
    assert journal.perhaps_sent("aws", "here") == frozenset()
    journal.end(op, "1 moved", counts={}, at=NOW)
    assert journal.perhaps_sent("aws", "here") == {"a"}
    assert journal.perhaps_sent("aws", "there") == journal.perhaps_sent("http://x", "here") == frozenset()


def test_of_two_that_take_over_at_once_one_does(path: Path) -> None:
    gone = Journal(path)
    op = begin(gone)
    gone.close()
    first, second = Journal(path), Journal(path)
    first.take_over(op)
    with pytest.raises(JournalError, match="another sqsview goes on"):
        second.take_over(op)
    first.close()
    second.close()


# -- the file


def test_nobody_else_can_read_it(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    journal = Journal(path)
    begin(journal)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}, modes
    journal.close()


def test_nothing_is_made_by_asking(path: Path) -> None:
    journal = Journal(path)
    assert (journal.interrupted(), journal.finished()) == ([], [])
    assert not path.parent.exists()


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(JournalError, match="newer sqsview"):
        begin(Journal(path))


def test_a_file_that_is_none_is_said_to_be_so(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("this is no database, whatever its name says, and it is long enough to be read as one" * 20)
    with pytest.raises(JournalError, match=r"cannot be written: file is not a database; nothing is moved"):
        begin(Journal(path))


async def test_what_another_process_keeps_locked_stops_the_operation(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "BUSY_SECONDS", 0.05)
    journal = Journal(path)
    op = begin(journal)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another program is writing the journal"):
        await journal.intend(op, intents("a"))
    other.execute("ROLLBACK")
    other.close()
    await journal.intend(op, intents("b"))
    assert journal.doubt(op).unsure == ("b",), "and what was refused is not in it"
    journal.close()


async def test_a_full_disk_stops_the_operation_and_room_lets_it_go_on(path: Path) -> None:
    journal = Journal(path)
    op = begin(journal)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(JournalError, match="make room"):
            for number in range(200):
                await journal.intend(op, [Intent(f"{number}-{'x' * 2_000}")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    written = len(journal.doubt(op).unsure)
    await journal.intend(op, intents("later"))
    assert len(journal.doubt(op).unsure) == written + 1
    journal.close()


async def test_what_many_say_at_once_is_written_in_a_few_goes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the moves of a program would queue up behind the disk."""
    journal = Journal(path)
    op = begin(journal)
    goes = []
    commit = journal_file.JournalFile._commit

    def counted(self: journal_file.JournalFile) -> None:
        goes.append(self)
        commit(self)

    monkeypatch.setattr(journal_file.JournalFile, "_commit", counted)
    await asyncio.gather(*(journal.intend(op, intents(f"a{number}")) for number in range(50)))
    assert len(goes) <= 3
    assert len(journal.doubt(op).unsure) == 50
    journal.close()


async def test_whoever_is_cancelled_while_it_is_written_takes_nobody_with_him(path: Path) -> None:
    journal = Journal(path)
    op = begin(journal)
    both = [asyncio.ensure_future(journal.intend(op, intents(key))) for key in ("a", "b")]
    await asyncio.sleep(0)
    both[0].cancel()
    await both[1]
    assert journal.doubt(op).unsure == ("a", "b"), "an intent too many is only a doubt too many"
    journal.close()


def _edits(journal: Journal, op: int) -> Mapping[str, str]:
    """Give the edited bodies that another process would find."""
    with journal._file.reading() as connection:
        asked = connection.execute("SELECT message, body FROM entries WHERE op = ? AND body IS NOT NULL", (op,))
        return {message: bytes(body).decode() for message, body in asked}


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}
