"""A move is in the audit log from before its first message to its outcome, however it ends."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.snapshot import Context
from sqsview.errors import JournalError, LookRefused, SqsviewError
from sqsview.operations.audit import Act, AuditLog, Deed, Outcome
from sqsview.operations.audited import AuditedMove, outcome_of
from sqsview.operations.move import MoveProgress
from tests.support.double import queue_arn, server_fault
from tests.support.time import OwnedClock


class Scripted:
    """Implements `sqsview.operations.audited.Moving` with a given end."""

    def __init__(self, ends: MoveProgress | BaseException) -> None:
        self.progress = MoveProgress(moved=3, failed=1)
        self.runs = 0
        self.stops = 0
        self._ends = ends

    async def run(self) -> MoveProgress:
        self.runs += 1
        if isinstance(self._ends, BaseException):
            raise self._ends
        self.progress = self._ends
        return self._ends

    def stop(self) -> None:
        self.stops += 1


def audited(ends: MoveProgress | BaseException, log: AuditLog) -> tuple[AuditedMove, Scripted]:
    moving = Scripted(ends)
    act = Act(log, OwnedClock(), Context(), Deed.MOVE, queue_arn("orders-dlq"), queue_arn("orders"))
    return AuditedMove(moving, act, counts={"visible": 12}, detail="filter: error"), moving


async def test_it_is_announced_with_what_is_there_and_concluded_with_what_was_done() -> None:
    log = AuditLog()
    move, _ = audited(MoveProgress(moved=11, failed=1, ended=True), log)
    assert (await move.run()).moved == 11
    before, after = (json.loads(line) for line in log.lines)
    assert (before["outcome"], before["counts"], before["detail"]) == ("begins", {"visible": 12}, "filter: error")
    assert (after["outcome"], after["counts"]) == ("partly done", {"moved": 11, "failed": 1})
    assert after["destination"] == queue_arn("orders")


@pytest.mark.parametrize(
    ("progress", "outcome"),
    [
        (MoveProgress(moved=12), Outcome.DONE),
        (MoveProgress(), Outcome.DONE),
        (MoveProgress(moved=11, failed=1), Outcome.PARTLY),
        (MoveProgress(moved=11, doubtful=1), Outcome.PARTLY),
        (MoveProgress(moved=3, stopped=True), Outcome.STOPPED),
        (MoveProgress(moved=3, problem=Problem(ProblemKind.DENIED, "no")), Outcome.FAILED),
    ],
)
def test_an_outcome_is_one_word(progress: MoveProgress, outcome: Outcome) -> None:
    assert outcome_of(progress) is outcome


@pytest.mark.parametrize("fault", [server_fault(), JournalError("full"), LookRefused("no", None)])  # type: ignore[arg-type]
async def test_what_did_nothing_is_a_refusal(fault: SqsviewError) -> None:
    log = AuditLog()
    move, _ = audited(fault, log)
    with pytest.raises(type(fault)):
        await move.run()
    assert [json.loads(line)["outcome"] for line in log.lines] == ["begins", "refused"]


async def test_a_cancelled_move_is_written_down_as_stopped_with_what_was_moved() -> None:
    log = AuditLog()
    move, _ = audited(asyncio.CancelledError(), log)
    with pytest.raises(asyncio.CancelledError):
        await move.run()
    after = json.loads(log.lines[1])
    assert (after["outcome"], after["counts"]) == ("stopped", {"moved": 3, "failed": 1})


async def test_without_the_audit_log_nothing_begins(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    move, moving = audited(MoveProgress(), AuditLog(tmp_path / "file" / "audit"))
    with pytest.raises(JournalError):
        await move.run()
    assert moving.runs == 0


async def test_an_outcome_that_cannot_be_written_is_a_note_and_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "state" / "audit"
    move, moving = audited(MoveProgress(moved=1, notes=("first",)), AuditLog(path))

    async def lose_the_log() -> MoveProgress:
        path.unlink()
        path.mkdir()
        moving.progress = MoveProgress(moved=1, notes=("first",))
        return moving.progress

    moving.run = lose_the_log  # type: ignore[method-assign]
    first, second = (await move.run()).notes
    assert first == "first"
    assert second.startswith("how it ended is not in the audit log: ")


def test_a_stop_is_passed_on() -> None:
    move, moving = audited(MoveProgress(), AuditLog())
    move.stop()
    assert moving.stops == 1
