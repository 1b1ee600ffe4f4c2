"""A purge deletes everything or nothing: with a backup, only once the file has every message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sqsview.domain.message import Outgoing
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import GatewayError, JournalError, LookRefused, NotFound, RefusedReadOnly, Rejected
from sqsview.gateway import Gateway, Target, guarded
from sqsview.operations.audit import AuditLog
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger, LedgerKey
from sqsview.operations.look import Look, appraise
from sqsview.operations.purge import NotPurged, Purge, PurgeProgress, Stage
from sqsview.operations.saving import NotSaved
from tests.support.double import Account, denied, queue_arn, queue_ref, server_fault
from tests.support.time import OwnedClock

ORDERS = queue_ref("orders")
KEY = LedgerKey("aws", ORDERS.arn)


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock(auto=True)


@pytest.fixture
def account(clock: OwnedClock) -> Account:
    account = Account(clock)
    account.add_queue("orders")
    for number in range(25):
        account.broker.put("orders", Outgoing(f"message {number}"))
    return account


@pytest.fixture
async def gateway(account: Account) -> AsyncIterator[Gateway]:
    async with account.opener(Target()) as opened:
        yield opened


@pytest.fixture
def audit() -> AuditLog:
    return AuditLog()


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


Make = Callable[..., Purge]


@pytest.fixture
def make(gateway: Gateway, audit: AuditLog, journal: Journal, ledger: Ledger, clock: OwnedClock) -> Make:
    def made(**options: object) -> Purge:
        return Purge(gateway, ORDERS, audit, journal, ledger, clock, **options)  # type: ignore[arg-type]

    return made


def outcomes(audit: AuditLog) -> list[str]:
    return [json.loads(line)["outcome"] for line in audit.lines]


# -- without a backup


async def test_everything_goes_and_it_is_written_down_before_and_after(
    make: Make, account: Account, audit: AuditLog, journal: Journal
) -> None:
    progress = await make().run()
    assert account.broker.queues["orders"] == []
    assert (progress.purged, progress.ended, progress.stage) == (True, True, Stage.ENDED)
    assert progress.counts is not None
    assert progress.counts.visible == 25
    before, after = (json.loads(line) for line in audit.lines)
    assert (before["deed"], before["thing"], before["outcome"]) == ("purge", ORDERS.arn, "begins")
    assert before["counts"] == after["counts"] == {"visible": 25, "in flight": 0, "delayed": 0}
    assert (before["detail"], after["outcome"]) == ("no backup", "done")
    (past,) = journal.finished()
    assert (past.kind, past.source, past.outcome) == ("purge", ORDERS.arn, "done")


async def test_the_sixty_seconds_are_counted_down(make: Make, clock: OwnedClock) -> None:
    seen: list[PurgeProgress] = []
    began = clock.monotonic()
    progress = await make(on_change=seen.append).run()
    left = [told.left for told in seen if told.stage is Stage.SETTLING]
    assert left == [float(second) for second in range(60, -1, -1)]
    assert clock.monotonic() - began == 60.0
    assert progress.settles_at == clock.epoch()


async def test_who_does_not_want_to_wait_is_told_until_when(make: Make, clock: OwnedClock) -> None:
    progress = await make(count_down=False).run()
    assert (progress.purged, progress.ended, progress.settles_at) == (True, True, clock.epoch() + 60)


async def test_a_stop_while_it_counts_down_only_ends_the_counting(make: Make, clock: OwnedClock) -> None:
    purge: Purge

    def stop(progress: PurgeProgress) -> None:
        if progress.stage is Stage.SETTLING and progress.left < 50:
            purge.stop()

    purge = make(on_change=stop)
    progress = await purge.run()
    assert (progress.purged, progress.stopped, progress.ended) == (True, False, True)
    assert progress.left > 45


async def test_what_is_known_of_the_purged_messages_is_forgotten(
    make: Make, gateway: Gateway, account: Account, ledger: Ledger, clock: OwnedClock
) -> None:
    account.add_queue("orders-dlq")
    account.queues["orders"].settings = account.add_queue(
        "orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=5
    ).settings
    await Look(gateway, await appraise(gateway, ORDERS, ledger, clock), ledger, clock).gather(25)
    assert ledger.knowledge(KEY).receives == {1: 25}
    await clock.sleep(1)
    await make().run()
    assert ledger.knowledge(KEY).receives == {}


async def test_a_second_purge_within_a_minute_is_explained(make: Make, account: Account, audit: AuditLog) -> None:
    text = "Only one PurgeQueue operation is allowed every 60 seconds (AWS.SimpleQueueService.PurgeQueueInProgress)"
    account.fail("purge_queue", Rejected(Problem(ProblemKind.FAILED, text)))
    with pytest.raises(NotPurged, match="orders was purged less than 60 s ago, and SQS takes one purge in that time"):
        await make().run()
    assert outcomes(audit) == ["begins", "refused"]


@pytest.mark.parametrize("fault", [denied("sqs:PurgeQueue"), NotFound(Problem(ProblemKind.GONE, "gone"))])
async def test_what_the_server_refuses_is_its_own_error(
    make: Make, account: Account, audit: AuditLog, fault: GatewayError
) -> None:
    account.fail("purge_queue", fault)
    with pytest.raises(type(fault)):
        await make().run()
    assert outcomes(audit) == ["begins", "refused"]
    assert len(account.broker.queues["orders"]) == 25


async def test_a_lost_answer_is_no_success_and_no_failure(make: Make, account: Account, audit: AuditLog) -> None:
    account.fail("purge_queue", server_fault())
    progress = await make().run()
    assert progress.problem is not None
    assert progress.problem.text == "it is not known whether orders was purged: the server failed"
    assert (progress.purged, progress.ended) == (False, True)
    assert outcomes(audit) == ["begins", "not known"]


async def test_a_journal_that_cannot_be_written_purges_nothing(
    make: Make, account: Account, audit: AuditLog, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise JournalError("the disk is full")

    monkeypatch.setattr(journal, "begin", full)
    with pytest.raises(JournalError):
        await make().run()
    assert (account.count("purge_queue"), outcomes(audit)) == (0, ["begins", "refused"])


async def test_an_audit_log_that_cannot_be_written_purges_nothing(
    gateway: Gateway, account: Account, journal: Journal, ledger: Ledger, clock: OwnedClock, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError):
        await Purge(gateway, ORDERS, AuditLog(tmp_path / "file" / "audit"), journal, ledger, clock).run()
    assert account.count("purge_queue") == 0
    assert journal.finished() == []


async def test_read_only_mode_refuses_before_anything_is_written(
    account: Account, audit: AuditLog, journal: Journal, ledger: Ledger, clock: OwnedClock, tmp_path: Path
) -> None:
    account.context = type(account.context)(read_only=True)
    async with account.opener(Target()) as opened:
        gateway = guarded(opened, read_only=True)
        with pytest.raises(RefusedReadOnly):
            await Purge(gateway, ORDERS, audit, journal, ledger, clock, backup=tmp_path / "b").run()
    assert (account.calls, audit.lines, journal.finished()) == ([], [], [])


# -- with a backup


async def test_the_backup_has_every_message_before_the_queue_is_purged(
    make: Make, account: Account, audit: AuditLog, tmp_path: Path
) -> None:
    path = tmp_path / "orders.jsonl"
    progress = await make(backup=path).run()
    assert (progress.purged, progress.backed_up) == (True, 25)
    told = sorted(json.loads(line)["body"] for line in path.read_text().splitlines())
    assert told == sorted(f"message {number}" for number in range(25))
    assert json.loads(audit.lines[0])["detail"] == f"backup in {path}"
    order = [call.operation for call in account.calls]
    assert "receive_message" not in order[order.index("purge_queue") :]


async def test_messages_that_others_have_in_hand_would_be_lost_so_nothing_is_received_or_purged(
    make: Make, gateway: Gateway, account: Account, audit: AuditLog, tmp_path: Path
) -> None:
    await gateway.receive_message(ORDERS, maximum=3, wait=0, hold=3_600)
    account.broker.put("orders", Outgoing("later", delay=900))
    with pytest.raises(NotPurged, match=r"about 3 in flight, which .* in hand and about 1 delayed would be deleted"):
        await make(backup=tmp_path / "b").run()
    assert (account.count("receive_message"), account.count("purge_queue")) == (1, 0)
    assert outcomes(audit) == []


async def test_a_message_that_a_consumer_takes_meanwhile_would_be_lost_so_nothing_is_purged(
    make: Make, gateway: Gateway, account: Account, tmp_path: Path
) -> None:
    taken: list[str] = []

    def take(operation: str, thing: str) -> None:
        if operation == "receive_message" and not taken:
            kept = account.broker.queues["orders"][-1]
            kept.receive_count, kept.visible_at = 1, account.clock.monotonic() + 3_600
            taken.append(kept.id)

    account.on_call = take
    with pytest.raises(NotPurged, match="the backup is not complete: 24 messages are in the file, and not all"):
        await make(backup=tmp_path / "b").run()
    assert account.count("purge_queue") == 0
    assert len(account.broker.queues["orders"]) == 25
    assert account.broker.held("orders") == taken, "the rest is given back"


async def test_what_arrives_once_the_backup_is_written_is_not_purged(
    make: Make, account: Account, tmp_path: Path
) -> None:
    path = tmp_path / "b"

    def arrive(operation: str, thing: str) -> None:
        if operation == "get_queue_attributes" and path.exists():
            account.broker.put("orders", Outgoing("late"))

    account.on_call = arrive
    with pytest.raises(NotPurged, match="messages arrived, or were taken by others, since it was written"):
        await make(backup=path).run()
    assert account.count("purge_queue") == 0
    assert account.broker.held("orders") == []


async def test_a_file_that_lacks_lines_is_no_backup(make: Make, account: Account, tmp_path: Path) -> None:
    path = tmp_path / "b"
    purge: Purge

    def truncate(progress: PurgeProgress) -> None:
        if path.exists() and progress.backup is not None:
            path.write_bytes(path.read_bytes()[:-200])

    purge = make(backup=path, on_change=truncate)
    with pytest.raises(NotPurged, match="25 messages were written, and the file has"):
        await purge.run()
    assert account.count("purge_queue") == 0


async def test_a_file_that_is_there_already_is_not_written_over(make: Make, account: Account, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(NotSaved, match="exists already"):
        await make(backup=tmp_path / "b").run()
    assert (account.count("purge_queue"), (tmp_path / "b").read_text()) == (0, "mine")


async def test_a_backup_that_takes_last_tries_is_refused(make: Make, account: Account, tmp_path: Path) -> None:
    account.add_queue("orders-dlq")
    account.add_queue("orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=1)
    with pytest.raises(LookRefused):
        await make(backup=tmp_path / "b").run()
    assert (account.count("receive_message"), account.count("purge_queue")) == (0, 0)


async def test_a_stop_during_the_backup_deletes_nothing_and_gives_all_back(
    make: Make, account: Account, tmp_path: Path
) -> None:
    purge: Purge

    def stop(progress: PurgeProgress) -> None:
        if progress.backup is not None and progress.backup.count:
            purge.stop()

    purge = make(backup=tmp_path / "b", on_change=stop)
    progress = await purge.run()
    assert (progress.stopped, progress.purged, progress.ended) == (True, False, True)
    assert (account.count("purge_queue"), account.broker.held("orders")) == (0, [])


async def test_a_cancellation_during_the_backup_deletes_nothing_and_gives_all_back(
    make: Make, account: Account, tmp_path: Path
) -> None:
    running: asyncio.Task[PurgeProgress]

    def cancel(progress: PurgeProgress) -> None:
        if progress.backup is not None and progress.backup.count:
            running.cancel()

    running = asyncio.ensure_future(make(backup=tmp_path / "b", on_change=cancel).run())
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (account.count("purge_queue"), account.broker.held("orders")) == (0, [])
