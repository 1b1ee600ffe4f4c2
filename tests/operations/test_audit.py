"""The audit log: who did what to which thing, on the disk before it is done."""

from __future__ import annotations

import errno
import json
import os
import pwd
import threading
from pathlib import Path

import pytest

from sqsview.domain.queue import Counts
from sqsview.domain.snapshot import Context
from sqsview.errors import JournalError
from sqsview.gateway import Target
from sqsview.operations.audit import Act, AuditEvent, AuditLog, Deed, Outcome, context_with_account, figures
from sqsview.operations.state import State
from tests.support.double import ACCOUNT, Account, denied, queue_arn
from tests.support.time import OwnedClock

CONTEXT = Context(profile="shop", account=ACCOUNT, region="eu-west-1", endpoint="http://localhost:4566")
ORDERS = queue_arn("orders")


def event(**changes: object) -> AuditEvent:
    told: dict[str, object] = {"deed": Deed.PURGE, "thing": ORDERS, "context": CONTEXT, "at": 1_750_000_000.0}
    told.update(changes)
    return AuditEvent(**told)  # type: ignore[arg-type]


def test_a_line_says_who_did_what_to_which_thing_when_and_how_it_ended(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "state" / "audit.jsonl")
    log.write(event(counts={"visible": 12}, detail="backup in /b"))
    log.write(event(outcome=Outcome.DONE, counts={"visible": 12}, destination=queue_arn("bills")))
    first, second = (json.loads(line) for line in (tmp_path / "state" / "audit.jsonl").read_text().splitlines())
    assert first == {
        "at": "2025-06-15T15:06:40.000Z",
        "user": pwd.getpwuid(os.getuid()).pw_name,
        "profile": "shop",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "endpoint": "http://localhost:4566",
        "deed": "purge",
        "thing": ORDERS,
        "destination": None,
        "outcome": "begins",
        "counts": {"visible": 12},
        "detail": "backup in /b",
    }
    assert (second["outcome"], second["destination"]) == ("done", queue_arn("bills"))


def test_the_user_is_that_of_the_process_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME"):
        monkeypatch.setenv(name, "somebody-else")
    log = AuditLog()
    log.write(event())
    assert json.loads(log.lines[0])["user"] == pwd.getpwuid(os.getuid()).pw_name


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    AuditLog(tmp_path / "state" / "audit.jsonl").write(event())
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_hostile_words_of_a_server_stay_one_line_of_ascii(tmp_path: Path) -> None:
    AuditLog(tmp_path / "audit.jsonl").write(event(detail="no\n{}\x1b[2J\u202e\ud800"))
    content = (tmp_path / "audit.jsonl").read_bytes()
    assert content.count(b"\n") == 1
    assert content.isascii()


def test_lines_of_several_writers_at_once_are_never_mixed(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"

    def write(number: int) -> None:
        log = AuditLog(path)
        for _ in range(20):
            log.write(event(detail=f"{number}" * 5_000))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(5)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    told = [json.loads(line)["detail"] for line in path.read_text().splitlines()]
    assert len(told) == 100
    assert all(len(set(detail)) == 1 for detail in told)


def test_a_line_that_a_crash_cut_off_does_not_swallow_the_next(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text('{"at": "2025')
    AuditLog(path).write(event())
    cut, whole = path.read_text().splitlines()
    assert cut == '{"at": "2025'
    assert json.loads(whole)["deed"] == "purge"


def test_a_full_disk_is_an_error_that_says_what_to_do_and_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audit.jsonl"
    AuditLog(path).write(event())
    before = path.read_bytes()
    real, calls = os.write, []

    def half(descriptor: int, content: bytes) -> int:
        calls.append(content)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, content[:10])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(JournalError, match=r"audit\.jsonl cannot be written: No space left on device; nothing is cha"):
        AuditLog(path).write(event())
    monkeypatch.undo()
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match=r"audit\.jsonl cannot be written: "):
        AuditLog(tmp_path / "file" / "audit.jsonl").write(event())


async def test_a_deed_is_written_before_and_after() -> None:
    log, clock = AuditLog(), OwnedClock()
    act = Act(log, clock, CONTEXT, Deed.MOVE, ORDERS, queue_arn("bills"))
    await act.begin({"visible": 3}, "filter: error")
    await clock.advance(5)
    assert await act.end(Outcome.PARTLY, {"moved": 2, "failed": 1}) == ""
    before, after = (json.loads(line) for line in log.lines)
    assert (before["outcome"], before["counts"], before["detail"]) == ("begins", {"visible": 3}, "filter: error")
    assert (after["outcome"], after["counts"]) == ("partly done", {"moved": 2, "failed": 1})
    assert before["at"] < after["at"]
    assert before["destination"] == after["destination"] == queue_arn("bills")


async def test_a_deed_ends_once_and_not_before_it_began() -> None:
    log = AuditLog()
    act = Act(log, OwnedClock(), CONTEXT, Deed.MOVE, ORDERS)
    assert await act.end(Outcome.DONE) == ""
    assert log.lines == []
    await act.begin()
    await act.end(Outcome.DONE)
    await act.end(Outcome.FAILED)
    assert [json.loads(line)["outcome"] for line in log.lines] == ["begins", "done"]


async def test_an_outcome_that_cannot_be_written_is_told_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "state" / "audit.jsonl"
    act = Act(AuditLog(path), OwnedClock(), CONTEXT, Deed.PURGE, ORDERS)
    await act.begin()
    path.unlink()
    path.mkdir()
    assert "how it ended is not in the audit log: " in await act.end(Outcome.DONE)


async def test_the_account_is_that_of_the_caller_where_the_server_tells() -> None:
    account = Account(OwnedClock(auto=True))
    async with account.opener(Target()) as gateway:
        assert (await context_with_account(gateway)).account == ACCOUNT
        account.fail("get_caller_identity", denied("sts:GetCallerIdentity"))
        assert (await context_with_account(gateway)).account is None


def test_counts_that_are_not_known_are_no_zeros() -> None:
    assert figures(Counts(3, None, 0)) == {"visible": 3, "delayed": 0}


def test_it_is_kept_in_the_state_directory(tmp_path: Path) -> None:
    assert State(tmp_path).audit.path == tmp_path / "audit.jsonl"
    assert not State().audit.kept
