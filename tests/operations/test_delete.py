"""Queues, topics and subscriptions are deleted once, with a line in the audit log before and after."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sqsview.errors import JournalError, NotFound, RefusedReadOnly, Rejected
from sqsview.gateway import Gateway, Target, guarded
from sqsview.operations.audit import AuditLog
from sqsview.operations.delete import Deleted, delete_queue, delete_topic, unsubscribe
from tests.support import things
from tests.support.double import Account, denied, gone, server_fault, topic_arn
from tests.support.time import OwnedClock

QUEUE = things.queue("orders", 12)
SUBSCRIPTION = things.subscription("sales", things.queue_arn("orders"))
TOPIC = things.topic("sales", SUBSCRIPTION)

Delete = Callable[[Gateway, AuditLog], Awaitable[Deleted]]


def of_queue(gateway: Gateway, audit: AuditLog) -> Awaitable[Deleted]:
    return delete_queue(gateway, QUEUE, audit, OwnedClock())


def of_topic(gateway: Gateway, audit: AuditLog) -> Awaitable[Deleted]:
    return delete_topic(gateway, TOPIC, audit, OwnedClock())


def of_subscription(gateway: Gateway, audit: AuditLog) -> Awaitable[Deleted]:
    return unsubscribe(gateway, SUBSCRIPTION, audit, OwnedClock())


ALL = [
    pytest.param(of_queue, "delete_queue", "orders", id="queue"),
    pytest.param(of_topic, "delete_topic", TOPIC.arn, id="topic"),
    pytest.param(of_subscription, "unsubscribe", SUBSCRIPTION.ref.arn, id="subscription"),
]


@pytest.fixture
def account() -> Account:
    account = Account(OwnedClock(auto=True))
    account.add_queue("orders")
    account.add_topic("sales")
    account.subscribe(topic_arn("sales"), things.queue_arn("orders"))
    return account


@pytest.fixture
async def gateway(account: Account) -> AsyncIterator[Gateway]:
    async with account.opener(Target()) as opened:
        yield opened


@pytest.fixture
def audit() -> AuditLog:
    return AuditLog()


def outcomes(audit: AuditLog) -> list[str]:
    return [json.loads(line)["outcome"] for line in audit.lines]


async def test_a_queue_goes_with_what_is_in_it_and_its_name_is_not_free_at_once(
    gateway: Gateway, account: Account, audit: AuditLog
) -> None:
    done = await of_queue(gateway, audit)
    assert account.queues == {}
    assert done == Deleted(None, ("it may take 60 s; until then no queue of this name can be made",))
    before, after = (json.loads(line) for line in audit.lines)
    assert (before["deed"], before["thing"], before["outcome"]) == ("delete queue", QUEUE.arn, "begins")
    assert (after["outcome"], after["counts"]) == ("done", {"visible": 12, "in flight": 0, "delayed": 0})


async def test_a_topic_goes(gateway: Gateway, account: Account, audit: AuditLog) -> None:
    assert await of_topic(gateway, audit) == Deleted()
    assert account.topics == {}
    assert json.loads(audit.lines[1])["counts"] == {"subscriptions": 1}


async def test_a_subscription_goes(gateway: Gateway, account: Account, audit: AuditLog) -> None:
    assert await of_subscription(gateway, audit) == Deleted()
    assert account.count("unsubscribe", SUBSCRIPTION.ref.arn) == 1
    assert json.loads(audit.lines[0])["deed"] == "unsubscribe"


@pytest.mark.parametrize(("delete", "operation", "thing"), ALL)
async def test_a_refusal_is_the_servers_own_and_is_written_down(
    gateway: Gateway, account: Account, audit: AuditLog, delete: Delete, operation: str, thing: str
) -> None:
    account.fail(operation, denied(f"sqs:{operation}"), thing)
    with pytest.raises(type(denied())):
        await delete(gateway, audit)
    assert outcomes(audit) == ["begins", "refused"]


@pytest.mark.parametrize(("delete", "operation", "thing"), ALL)
async def test_what_is_gone_already_is_said_to_be(
    gateway: Gateway, account: Account, audit: AuditLog, delete: Delete, operation: str, thing: str
) -> None:
    account.fail(operation, gone(), thing)
    with pytest.raises(NotFound, match="it does not exist any more"):
        await delete(gateway, audit)


@pytest.mark.parametrize(("delete", "operation", "thing"), ALL)
async def test_a_lost_answer_is_no_success_and_no_failure(
    gateway: Gateway, account: Account, audit: AuditLog, delete: Delete, operation: str, thing: str
) -> None:
    account.fail(operation, server_fault(), thing)
    done = await delete(gateway, audit)
    assert done.problem is not None
    assert "it is not known whether" in done.problem.text
    assert outcomes(audit) == ["begins", "not known"]


@pytest.mark.parametrize(("delete", "operation", "thing"), ALL)
async def test_an_audit_log_that_cannot_be_written_deletes_nothing(
    gateway: Gateway, account: Account, tmp_path: Path, delete: Delete, operation: str, thing: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError):
        await delete(gateway, AuditLog(tmp_path / "file" / "audit"))
    assert account.count(operation) == 0


@pytest.mark.parametrize(("delete", "operation", "thing"), ALL)
async def test_read_only_mode_refuses_before_anything_is_written(
    account: Account, audit: AuditLog, delete: Delete, operation: str, thing: str
) -> None:
    account.context = replace(account.context, read_only=True)
    async with account.opener(Target()) as opened:
        with pytest.raises(RefusedReadOnly, match=operation):
            await delete(guarded(opened, read_only=True), audit)
    assert (account.calls, audit.lines) == ([], [])


@pytest.mark.parametrize(
    ("literal", "why"),
    [
        ("PendingConfirmation", "it waits to be confirmed, and SNS removes it by itself"),
        ("Deleted", "it is deleted already"),
    ],
)
async def test_a_subscription_without_an_arn_cannot_be_deleted_and_it_is_said_why(
    gateway: Gateway, account: Account, audit: AuditLog, literal: str, why: str
) -> None:
    pending = things.subscription("sales", "https://a", "https", arn=literal)
    with pytest.raises(Rejected, match=why):
        await unsubscribe(gateway, pending, audit, OwnedClock())
    assert (account.calls, audit.lines) == ([], [])
