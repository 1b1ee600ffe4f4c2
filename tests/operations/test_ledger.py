"""The record of receives: what it knows, what it forgets, and that it holds whatever happens to it."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sqsview.domain.receive_budget import Allowance
from sqsview.errors import LedgerBusy, LedgerError, LookRefused
from sqsview.operations import ledger as ledger_module
from sqsview.operations.ledger import Knowledge, Ledger, LedgerKey
from sqsview.operations.ledger_schema import STEPS, VERSION

ORDERS = LedgerKey("aws", "arn:aws:sqs:eu-west-1:123456789012:orders")
ELSEWHERE = LedgerKey("http://localhost:4566", ORDERS.arn)
NOW = 1_750_000_000.0
MINUTE = 60.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


@pytest.fixture(params=["file", "memory"])
def ledger(request: pytest.FixtureRequest, path: Path) -> Iterator[Ledger]:
    opened = Ledger(path if request.param == "file" else None)
    yield opened
    opened.close()


def nothing(_known: Knowledge) -> None:
    pass


def look(
    ledger: Ledger,
    counts: Mapping[str, int | None],
    *,
    at: float = NOW,
    key: LedgerKey = ORDERS,
    close: bool = True,
    limited: bool = True,
) -> int:
    """Make one look that meets these messages with these counts."""
    number = ledger.open_look(key, at, nothing, limited=limited)
    ledger.record(key, number, counts.items(), at)
    if close:
        ledger.close_look(number, at, answered=True)
    return number


# -- what is known


def test_of_each_message_the_last_count_is_known(ledger: Ledger) -> None:
    look(ledger, {"a": 1, "b": 4})
    look(ledger, {"a": 2})
    assert ledger.knowledge(ORDERS) == Knowledge({2: 1, 4: 1})


def test_queues_and_servers_are_kept_apart(ledger: Ledger) -> None:
    look(ledger, {"a": 1})
    look(ledger, {"a": 7}, key=ELSEWHERE)
    assert ledger.knowledge(ORDERS) == Knowledge({1: 1})
    assert ledger.knowledge(ELSEWHERE) == Knowledge({7: 1})


def test_a_message_was_received_at_least_as_often_as_from_here(ledger: Ledger) -> None:
    """Counts are approximate, and some servers tell none."""
    for _ in range(3):
        look(ledger, {"a": None, "b": 1})
    assert ledger.knowledge(ORDERS) == Knowledge({3: 2})


def test_a_look_that_is_not_closed_may_have_received_anything_once(ledger: Ledger) -> None:
    look(ledger, {"a": 1})
    ledger.open_look(ORDERS, NOW + 1, nothing)
    assert ledger.knowledge(ORDERS) == Knowledge({2: 1}, unanswered=1)


def test_what_the_open_look_itself_has_seen_is_exact(ledger: Ledger) -> None:
    look(ledger, {"a": 1}, close=False)
    assert ledger.knowledge(ORDERS) == Knowledge({1: 1}, unanswered=1)


def test_a_lost_answer_counts_until_the_message_is_seen_again(ledger: Ledger) -> None:
    look(ledger, {"a": 1, "b": 1})
    ledger.close_look(ledger.open_look(ORDERS, NOW + 1, nothing), NOW + 2, answered=False)
    assert ledger.knowledge(ORDERS).receives == {2: 2}
    look(ledger, {"a": 2}, at=NOW + 3)
    assert ledger.knowledge(ORDERS) == Knowledge({2: 2}, unanswered=1), "a is exact, b still as it may be"
    look(ledger, {"a": 3}, at=NOW + 4)
    assert ledger.knowledge(ORDERS).receives == {3: 1, 2: 1}


def test_a_look_that_goes_on_does_not_count_what_it_holds(ledger: Ledger) -> None:
    look(ledger, {"old": 1})
    number = look(ledger, {"held": 5})
    known: list[Knowledge] = []
    assert ledger.open_look(ORDERS, NOW, known.append, number) == number
    assert known == [Knowledge({1: 1})]


def test_a_refusal_leaves_no_trace(ledger: Ledger) -> None:
    def refuse(_known: Knowledge) -> None:
        raise LookRefused("no", Allowance("orders"))

    with pytest.raises(LookRefused):
        ledger.open_look(ORDERS, NOW, refuse)
    assert ledger.knowledge(ORDERS) == Knowledge()
    assert ledger.figures() == ()


# -- what is forgotten


def test_what_is_older_than_the_retention_is_forgotten(ledger: Ledger) -> None:
    look(ledger, {"old": 2}, at=NOW - 400)
    look(ledger, {"new": 1}, at=NOW - 10)
    ledger.forget_old(ORDERS, NOW - 100)
    assert ledger.knowledge(ORDERS) == Knowledge({1: 1})


def test_an_empty_queue_has_no_messages_but_perhaps_those_of_the_last_minute(ledger: Ledger) -> None:
    """Counts may be a minute behind, so that a zero says nothing of what was sent since."""
    look(ledger, {"gone": 2}, at=NOW - 2 * MINUTE)
    look(ledger, {"perhaps": 1}, at=NOW - MINUTE / 2)
    ledger.open_look(ORDERS, NOW - 3 * MINUTE, nothing)
    ledger.seen_empty(ORDERS, NOW)
    assert ledger.knowledge(ORDERS) == Knowledge({1: 1})


def test_a_purged_queue_is_forgotten_and_no_other(ledger: Ledger) -> None:
    look(ledger, {"a": 2}, at=NOW - 1)
    look(ledger, {"a": 2}, at=NOW - 1, key=ELSEWHERE)
    ledger.purged(ORDERS, NOW)
    assert ledger.knowledge(ORDERS) == Knowledge()
    assert ledger.knowledge(ELSEWHERE) == Knowledge({2: 1})


def test_a_look_that_met_everything_forgets_what_it_did_not_meet(ledger: Ledger) -> None:
    look(ledger, {"gone": 2, "here": 2}, at=NOW - 10)
    number = look(ledger, {"here": 3}, at=NOW)
    ledger.forget_unmet(ORDERS, number, NOW)
    assert ledger.knowledge(ORDERS) == Knowledge({3: 1})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a ledger have room for 50 messages, and look after that all 20."""
    monkeypatch.setattr(ledger_module, "MOST_MESSAGES", 50)
    monkeypatch.setattr(ledger_module, "_BETWEEN_BOUNDS", 20)


@pytest.mark.usefixtures("small")
def test_the_number_of_messages_is_bounded_and_the_worst_of_those_that_go_is_kept(ledger: Ledger) -> None:
    """A budget is never larger than what was known once."""
    for round_ in range(30):
        look(ledger, {f"{round_}-{number}": 40 - round_ for number in range(10)}, at=NOW + round_)
    known = ledger.knowledge(ORDERS)
    assert 50 <= sum(known.receives.values()) <= 80, "the newest are still known by themselves"
    assert max(known.receives) <= 20
    assert known.forgotten == 40


@pytest.mark.usefixtures("small")
def test_messages_go_first_that_cannot_be_moved(ledger: Ledger) -> None:
    look(ledger, {f"old {number}": 2 for number in range(10)})
    for round_ in range(30):
        letters = {f"letter {round_}-{number}": 1 for number in range(10)}
        look(ledger, letters, at=NOW + 1 + round_, key=ELSEWHERE, limited=False)
    assert ledger.knowledge(ORDERS) == Knowledge({2: 10})
    elsewhere = ledger.knowledge(ELSEWHERE)
    assert sum(elsewhere.receives.values()) <= 70
    assert elsewhere.forgotten == 1, "a redrive policy may come to that queue, too"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("way", ["over time", "seen empty", "all met"])
def test_what_was_forgotten_counts_until_it_cannot_be_there_any_more(ledger: Ledger, way: str) -> None:
    look(ledger, {f"old {number}": 7 for number in range(70)}, at=NOW - 1_000)
    look(ledger, {"new": 1}, at=NOW - 900)
    assert ledger.knowledge(ORDERS).forgotten == 7
    for moment, left in ((NOW - 2_000, 7), (NOW - 500, 0)):
        if way == "over time":
            ledger.forget_old(ORDERS, moment)
        elif way == "seen empty":
            ledger.seen_empty(ORDERS, moment)
        else:
            ledger.forget_unmet(ORDERS, 0, moment)
        assert ledger.knowledge(ORDERS).forgotten == left


def test_of_many_lost_looks_none_is_left_out(ledger: Ledger) -> None:
    look(ledger, {"before": 1}, at=NOW)
    for number in range(80):
        ledger.close_look(ledger.open_look(ORDERS, NOW, nothing), NOW + 1 + number, answered=False)
        look(ledger, {f"after {number}": 1}, at=NOW + 1.5 + number)
    known = ledger.knowledge(ORDERS)
    assert known.unanswered == 80
    assert max(known.receives) == 81
    assert known.receives[1] == 1, "the last has met no lost look"
    receives = sorted(times for times, messages in known.receives.items() for _ in range(messages))
    exact = sorted([81, *(80 - number for number in range(80))])
    assert all(told >= true for told, true in zip(receives, exact, strict=True)), "never fewer than there may be"
    assert receives[:50] == exact[:50], "and exact for those that matter"


# -- figures


def test_the_figures_are_in_all_by_session_and_by_queue(path: Path) -> None:
    first = Ledger(path)
    look(first, {"a": 1, "b": 1})
    first.close()
    again = Ledger(path)
    look(again, {"a": 2}, at=NOW + 1)
    look(again, {"c": 1}, at=NOW + 2, key=ELSEWHERE)
    assert [(one.key, one.looks, one.receives, one.session, one.last_at) for one in again.figures()] == [
        (ELSEWHERE, 1, 1, 1, NOW + 2),
        (ORDERS, 2, 3, 1, NOW + 1),
    ]
    again.close()


# -- the file


def test_only_its_owner_can_read_it(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    ledger = Ledger(path)
    look(ledger, {"a": 1})
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"), 0o600)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    ledger.close()


def test_nothing_is_opened_before_it_is_needed(path: Path) -> None:
    Ledger(path).close()
    assert not path.parent.exists()


def _not_a_database(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is a letter, and no database at all\n" * 100)


def _newer(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def _under_a_file(path: Path) -> None:
    path.parent.write_text("no directory")


def _a_directory(path: Path) -> None:
    path.mkdir(parents=True)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_not_a_database, "file is not a database"),
        (_newer, "it is of a newer sqsview"),
        (_under_a_file, "File exists"),
        (_a_directory, "Is a directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_that_names_it(path: Path, spoil: object, reason: str) -> None:
    assert callable(spoil)
    spoil(path)
    ledger = Ledger(path)
    with pytest.raises(LedgerError) as fault:
        ledger.open_look(ORDERS, NOW, nothing)
    assert str(fault.value) == (
        f"the record of looks {path} cannot be used: {reason}; no look is made without it · mend it or move it away"
    )
    with pytest.raises(LedgerError):
        ledger.figures()


def test_a_full_disk_is_told_before_a_look(path: Path) -> None:
    """The file may not grow any more, as SQLite's own limit makes it."""
    ledger = Ledger(path)
    look(ledger, {"a": 1})
    ledger._connection().execute("PRAGMA max_page_count = 1")
    number = ledger.open_look(ORDERS, NOW, nothing)
    with pytest.raises(LedgerError, match="full"):
        ledger.record(ORDERS, number, [(f"{number:0200}", 1) for number in range(500)], NOW)
    assert ledger.knowledge(ORDERS).receives == {2: 1}, "what was known is still there"
    ledger.close()


def test_one_that_another_is_writing_is_told_after_two_seconds_and_is_not_to_be_moved_away(path: Path) -> None:
    ledger = Ledger(path)
    look(ledger, {"a": 1})
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with pytest.raises(LedgerBusy) as fault:
        ledger.open_look(ORDERS, NOW, nothing)
    assert str(fault.value) == f"another sqsview is writing the record of looks {path}; try again"
    assert 1 < time.monotonic() - started < 4
    started = time.monotonic()
    with pytest.raises(LedgerBusy):
        ledger.record(ORDERS, 1, [("a", 2)], NOW, patient=False)
    assert time.monotonic() - started < 0.5
    other.execute("ROLLBACK")
    other.close()
    ledger.open_look(ORDERS, NOW, nothing)
    ledger.close()


def test_a_file_of_the_first_version_is_taken_over(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        for statement in STEPS[0]:
            connection.execute(statement)
        connection.execute("INSERT INTO queues (context, arn, looks, receives) VALUES ('aws', ?, 1, 1)", (ORDERS.arn,))
        connection.execute("INSERT INTO seen VALUES (1, 'a', 2, 1, ?, 1)", (NOW,))
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    ledger = Ledger(path)
    assert ledger.knowledge(ORDERS) == Knowledge({2: 1})
    ledger.close()
    assert Ledger(path).knowledge(ORDERS) == Knowledge({2: 1}), "once is enough"


async def test_work_apart_holds_up_no_key(path: Path) -> None:
    """While another process writes, the loop goes on, and so do figures."""
    ledger = Ledger(path)
    look(ledger, {"a": 1})
    (figures,) = ledger.figures()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    opening = asyncio.ensure_future(ledger.apart(lambda: ledger.open_look(ORDERS, NOW, nothing)))
    longest = 0.0
    for _ in range(30):
        before = time.monotonic()
        await asyncio.sleep(0.01)
        assert ledger.figures() == (figures,)
        longest = max(longest, time.monotonic() - before)
    assert not opening.done()
    assert longest < 0.5
    other.execute("ROLLBACK")
    other.close()
    assert await opening == 2
    ledger.close()


def test_what_was_written_is_moved_out_of_the_log_once_it_is_long(path: Path) -> None:
    ledger = Ledger(path)
    look(ledger, {"a": 1})
    assert not ledger.log_is_long
    look(ledger, {str(number): 1 for number in range(1_000)})
    assert ledger.log_is_long
    before = path.stat().st_size
    ledger.shorten_log()
    assert not ledger.log_is_long
    assert path.stat().st_size > before
    assert not Ledger(None).log_is_long, "in memory there is none"
    ledger.close()


# -- several processes

_PROCESS = """
import sys
from pathlib import Path
from sqsview.operations.ledger import Ledger, LedgerKey
ledger, key = Ledger(Path(sys.argv[1])), LedgerKey("aws", "arn:aws:sqs:eu-west-1:123456789012:orders")
number = ledger.open_look(key, 1_750_000_000.0, lambda known: None)
for round_ in range(int(sys.argv[3])):
    ledger.record(key, number, [(f"{sys.argv[2]}-{round_}-{place}", 1) for place in range(10)], 1_750_000_000.0)
    if not round_:
        print("writing", flush=True)
ledger.close_look(number, 1_750_000_000.0, answered=True)
"""


def _process(path: Path, name: str, rounds: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _PROCESS, str(path), name, str(rounds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path.cwd())})


def test_several_processes_write_at_once(path: Path) -> None:
    running = [_process(path, name, 100) for name in "abc"]
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
    ledger = Ledger(path)
    assert ledger.knowledge(ORDERS) == Knowledge({1: 3_000})
    (figures,) = ledger.figures()
    assert (figures.looks, figures.receives) == (3, 3_000)
    ledger.close()


def test_a_process_that_is_killed_leaves_all_it_wrote_and_that_more_may_have_been(path: Path) -> None:
    with _process(path, "a", 1_000_000) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
    ledger = Ledger(path)
    known = ledger.knowledge(ORDERS)
    assert known.unanswered == 1
    assert known.receives[1] >= 10
    (figures,) = ledger.figures()
    assert figures.receives == known.receives[1]
    ledger.close()


def test_two_looks_at_once_are_judged_as_if_one_came_first(path: Path) -> None:
    """The second counts the first, whose answers it cannot know."""
    first, second = Ledger(path), Ledger(path)
    known: list[Knowledge] = []
    first.open_look(ORDERS, NOW, known.append)
    second.open_look(ORDERS, NOW, known.append)
    assert [one.unanswered for one in known] == [0, 1]
    first.close()
    second.close()


def test_ids_and_counts_that_no_server_should_send_are_kept_all_the_same(ledger: Ledger) -> None:
    half, other = "half \ud800", "half \ud801"
    look(ledger, {half: 10**30, other: 2})
    look(ledger, {half: 10**30})
    assert ledger.knowledge(ORDERS).receives == {1 << 31: 1, 2: 1}
