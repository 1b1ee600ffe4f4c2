"""The one call of a finding mends it, is announced before, and is not made where anything has changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from sqsview.domain.doctor import Code, Finding
from sqsview.domain.queue import Counts
from sqsview.errors import JournalError, RefusedReadOnly, Rejected, ServerFault
from sqsview.gateway import guarded
from sqsview.operations.audit import AuditEvent, AuditLog
from sqsview.operations.diagnosis import diagnose
from sqsview.operations.mending import Mending
from tests.domain.doctor.test_findings import MENDED, PLANTED
from tests.domain.doctor.world import World, healthy
from tests.support.double import Account, DoubleGateway, denied, server_fault
from tests.support.things import HERE, queue_arn, topic_arn
from tests.support.time import OwnedClock


def account_of(world: World) -> Account:
    """Give an account in which things are as in ``world``."""
    account = Account(OwnedClock())
    for queue in world.queues.values():
        made = account.add_queue(queue.name)
        if queue.settings is not None:
            made.settings = queue.settings
        made.counts = queue.counts or Counts(0, 0, 0)
        if queue.oldest_age is not None:
            account.ages[queue.name] = queue.oldest_age
    for topic in world.topics.values():
        account.add_topic(topic.name)
        for each in topic.subscriptions:
            assert each.settings is not None
            account.subscriptions[each.key] = each.ref, each.settings
    return account


class Ward:
    """An account with one fault in it, and who mends it."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.account = account_of(PLANTED[code][0](healthy()))
        self.gateway = DoubleGateway(self.account, HERE)
        self.audit = AuditLog()

    async def finding(self) -> Finding:
        (found,) = (await diagnose(self.gateway, ages=True)).findings
        assert found.code is self.code
        return found

    def mending(self, finding: Finding) -> Mending:
        assert finding.repair is not None
        return Mending(self.gateway, finding.repair, self.audit, OwnedClock())

    @property
    def written(self) -> int:
        """How many calls were made that change anything."""
        reads = ("get_", "list_")
        return sum(not call.operation.startswith(reads) for call in self.account.calls)

    @property
    def outcomes(self) -> list[str]:
        return [json.loads(line)["outcome"] for line in self.audit.lines]


FIXABLE = pytest.mark.parametrize("code", MENDED, ids=lambda code: code.value)


@FIXABLE
async def test_after_the_one_call_nothing_is_found_any_more(code: Code) -> None:
    ward = Ward(code)
    work = ward.mending(await ward.finding())
    await work.run()
    assert (await diagnose(ward.gateway, ages=True)).findings == ()
    assert ward.written == 1
    assert ward.outcomes == ["begins", "done"]
    assert work.told.line.startswith("done") and not work.told.wrong


async def test_messages_near_their_end_are_kept_longer_but_not_as_long_as_dead_letters() -> None:
    ward = Ward(Code.RETENTION_NEAR)
    await ward.mending(await ward.finding()).run()
    assert ward.account.queues["billing"].settings.retention == 13 * 86_400


async def test_what_stands_in_a_policy_is_still_there_after_it_was_mended() -> None:
    ward = Ward(Code.TOPIC_NOT_ADMITTED)
    before = json.loads(ward.account.queues["billing"].settings.policy or "")["Statement"]
    await ward.mending(await ward.finding()).run()
    after = json.loads(ward.account.queues["billing"].settings.policy or "")["Statement"]
    assert after[:-1] == before
    assert after[-1]["Condition"] == {"ArnEquals": {"aws:SourceArn": topic_arn("orders")}}


def _other_policy(account: Account) -> None:
    facts = account.queues["billing"]
    facts.settings = replace(facts.settings, policy='{"Statement": []}')


def _other_retention(account: Account) -> None:
    facts = account.queues["billing-dlq"]
    facts.settings = replace(facts.settings, retention=86_400)


def _made_meanwhile(name: str) -> Callable[[Account], None]:
    def made(account: Account) -> None:
        account.add_queue(name)

    return made


def _twin_gone(account: Account) -> None:
    kept = {key: pair for key, pair in account.subscriptions.items() if pair[0].endpoint != "OPS@example.com"}
    account.subscriptions.clear()
    account.subscriptions.update(kept)


def _twin_changed(account: Account) -> None:
    for key, (ref, settings) in list(account.subscriptions.items()):
        if ref.endpoint == "OPS@example.com":
            account.subscriptions[key] = ref, replace(settings, filter_policy='{"a": ["b"]}')


@pytest.mark.parametrize(
    ("code", "meanwhile", "why"),
    [
        (Code.TOPIC_NOT_ADMITTED, _other_policy, "its settings were changed by somebody since this was found"),
        (Code.DLQ_RETENTION, _other_retention, "its settings were changed by somebody since this was found"),
        (Code.DLQ_GONE, _made_meanwhile("billing-dlq"), "it exists by now"),
        (Code.QUEUE_GONE, _made_meanwhile("legacy"), "the queue exists by now"),
        (Code.SUBSCRIPTION_DUPLICATE, _twin_gone, "the other subscription is gone by now"),
        (Code.SUBSCRIPTION_DUPLICATE, _twin_changed, "the other subscription was changed since"),
    ],
)
async def test_where_it_was_changed_meanwhile_nothing_is_done(
    code: Code, meanwhile: Callable[[Account], None], why: str
) -> None:
    ward = Ward(code)
    work = ward.mending(await ward.finding())
    meanwhile(ward.account)
    with pytest.raises(Rejected, match=why) as caught:
        await work.run()
    assert caught.value.problem.remedy == "look at the finding again"
    assert (ward.written, ward.outcomes) == (0, [])


@FIXABLE
async def test_in_read_only_mode_nothing_is_done(code: Code) -> None:
    ward = Ward(code)
    finding = await ward.finding()
    gate = guarded(DoubleGateway(ward.account, replace(HERE, read_only=True)), read_only=True)
    assert finding.repair is not None
    with pytest.raises(RefusedReadOnly):
        await Mending(gate, finding.repair, ward.audit, OwnedClock()).run()
    assert ward.written == 0


class FullDisk(AuditLog):
    """Has no room for another line."""

    def write(self, event: AuditEvent) -> None:
        raise JournalError("the audit log cannot be written")


@FIXABLE
async def test_without_a_line_in_the_audit_log_nothing_is_done(code: Code) -> None:
    ward = Ward(code)
    ward.audit = FullDisk()
    work = ward.mending(await ward.finding())
    with pytest.raises(JournalError):
        await work.run()
    assert ward.written == 0


async def test_what_the_server_refuses_is_told_with_its_words() -> None:
    ward = Ward(Code.TOPIC_NOT_ADMITTED)
    work = ward.mending(await ward.finding())
    ward.account.fail("set_queue_attributes", denied("sqs:SetQueueAttributes"))
    await work.run()
    assert work.told.wrong
    assert "denied: sqs:SetQueueAttributes" in work.told.line
    assert ward.outcomes == ["begins", "refused"]


async def test_where_the_answer_is_lost_it_is_not_called_done() -> None:
    ward = Ward(Code.DLQ_RETENTION)
    work = ward.mending(await ward.finding())
    ward.account.fail("set_queue_attributes", server_fault())
    await work.run()
    assert work.told.wrong and "not known" in work.told.line
    assert ward.outcomes == ["begins", "not known"]


async def test_where_nobody_can_tell_whether_it_is_still_so_nothing_is_done() -> None:
    ward = Ward(Code.DLQ_GONE)
    work = ward.mending(await ward.finding())
    ward.account.fail("get_queue_url", server_fault())
    with pytest.raises(ServerFault):
        await work.run()
    assert ward.written == 0
    assert queue_arn("billing-dlq") not in [facts.ref.arn for facts in ward.account.queues.values()]
