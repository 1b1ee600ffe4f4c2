"""Calls that create and change, one after the other: in the audit log first, ended by a fault, told exactly."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from sqsview.domain.changes import (
    AdmitTopic,
    Change,
    CreateQueue,
    CreateTopic,
    SetQueueAttributes,
    SetSubscriptionAttribute,
    SetTopicAttribute,
    Subscribe,
    TagQueue,
    TagTopic,
    UntagQueue,
    UntagTopic,
)
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import JournalError, RefusedReadOnly, Rejected, ServerFault
from sqsview.operations.audit import AuditEvent, AuditLog
from sqsview.operations.changing import Changing
from tests.support.double import Account, DoubleGateway
from tests.support.things import HERE, queue_ref, topic_arn
from tests.support.time import OwnedClock

TOPIC = topic_arn("orders")


@pytest.fixture
def account() -> Account:
    made = Account(OwnedClock())
    made.add_queue("orders")
    made.add_topic("orders")
    return made


def changing(account: Account, *changes: Change, audit: AuditLog | None = None) -> Changing:
    return Changing(DoubleGateway(account, HERE), changes, audit or AuditLog(), OwnedClock())


def deeds(audit: AuditLog) -> list[tuple[str, str]]:
    return [(line["deed"], line["outcome"]) for line in map(json.loads, audit.lines)]


async def test_every_call_is_announced_before_it_is_made_and_noted_after(account: Account) -> None:
    audit, orders = AuditLog(), queue_ref("orders")
    work = changing(
        account,
        CreateQueue("mail", {"VisibilityTimeout": "60"}, {"team": "shop"}),
        SetQueueAttributes(orders, {"DelaySeconds": "5"}),
        TagQueue(orders, {"a": "1", "b": "2"}),
        UntagQueue(orders, ["a"]),
        CreateTopic("events", {"DisplayName": "Events"}, {}),
        SetTopicAttribute(TOPIC, "DisplayName", "Orders"),
        TagTopic(TOPIC, {"a": "1", "b": "2"}),
        UntagTopic(TOPIC, ["a"]),
        AdmitTopic(orders, TOPIC),
        Subscribe(TOPIC, "sqs", orders.arn, {"RawMessageDelivery": "true"}),
        audit=audit,
    )
    await work.run()
    assert deeds(audit) == [
        (deed, outcome)
        for deed in (
            "create queue", "set attributes", "tag", "tag", "create topic", "set attributes", "tag", "tag",
            "set attributes", "subscribe",
        )
        for outcome in ("begins", "done")
    ]  # fmt: skip
    assert account.queues["mail"].settings.visibility_timeout == 60
    assert account.queues["orders"].settings.delay == 5
    assert (account.queues["orders"].tags, account.topic_tags[TOPIC]) == ({"b": "2"}, {"team": "orders", "b": "2"})
    assert account.topics[TOPIC].display_name == "Orders"
    assert TOPIC in str(account.queues["orders"].settings.policy)
    assert len(account.subscriptions) == 1
    assert (work.told.share, work.told.wrong) == (1.0, False)


async def test_a_refusal_ends_it_and_what_was_done_before_is_told(account: Account) -> None:
    account.fail("set_topic_attributes", Rejected(Problem(ProblemKind.FAILED, "no such attribute")))
    audit = AuditLog()
    work = changing(
        account, CreateTopic("events", {}, {}), SetTopicAttribute(TOPIC, "Nonsense", "x"), CreateTopic("never", {}, {}),
        audit=audit,
    )  # fmt: skip
    await work.run()
    assert deeds(audit)[-1] == ("set attributes", "refused")
    assert topic_arn("events") in account.topics and topic_arn("never") not in account.topics
    said = "1 of 3 done · this was refused: SetTopicAttributes orders: Nonsense x · no such attribute"
    assert (work.told.line, work.told.wrong) == (said, True)


async def test_a_lost_answer_is_not_called_a_refusal(account: Account) -> None:
    account.fail("set_queue_attributes", ServerFault(Problem(ProblemKind.FAILED, "HTTP 500")))
    audit = AuditLog()
    work = changing(account, SetQueueAttributes(queue_ref("orders"), {"DelaySeconds": "5"}), audit=audit)
    await work.run()
    assert "it is not known whether this was done" in work.told.line
    assert deeds(audit)[-1] == ("set attributes", "not known")


async def test_without_the_audit_log_nothing_is_done(account: Account) -> None:
    class Full(AuditLog):
        def write(self, event: AuditEvent) -> None:
            raise JournalError("the disk is full")

    with pytest.raises(JournalError):
        await changing(account, CreateTopic("events", {}, {}), audit=Full()).run()
    assert topic_arn("events") not in account.topics


async def test_read_only_mode_refuses_before_anything_is_written_down(account: Account) -> None:
    audit, gateway = AuditLog(), DoubleGateway(account, replace(HERE, read_only=True))
    with pytest.raises(RefusedReadOnly):
        await Changing(gateway, [CreateTopic("events", {}, {})], audit, OwnedClock()).run()
    assert not audit.lines and topic_arn("events") not in account.topics


async def test_a_stop_lets_the_call_under_way_end_and_begins_no_other(account: Account) -> None:
    work = changing(account, CreateTopic("one", {}, {}), CreateTopic("two", {}, {}))
    gateway = work._gateway
    create = gateway.create_topic

    async def and_stop(*arguments: object) -> object:
        work.stop()
        return await create(*arguments)  # type: ignore[arg-type]

    gateway.create_topic = and_stop  # type: ignore[method-assign, assignment]
    await work.run()
    assert topic_arn("one") in account.topics and topic_arn("two") not in account.topics
    assert (work.told.line, work.told.wrong) == ("1 of 2 done", True)


async def test_who_is_cancelled_leaves_no_call_half_noted(account: Account) -> None:
    audit = AuditLog()
    work = changing(account, CreateTopic("one", {}, {}), audit=audit)
    task = asyncio.ensure_future(work.run())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert deeds(audit) == [("create topic", "begins"), ("create topic", "done")]


async def test_a_topic_is_admitted_into_the_policy_as_it_is_then_and_what_stands_there_stays(account: Account) -> None:
    orders = account.queues["orders"]
    own = {"Sid": "own", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:ReceiveMessage",
           "Resource": orders.ref.arn}  # fmt: skip
    work = changing(account, AdmitTopic(orders.ref, TOPIC))
    orders.settings = replace(orders.settings, policy=json.dumps({"Version": "2012-10-17", "Statement": [own]}))
    await work.run()
    kept, added = json.loads(str(orders.settings.policy))["Statement"]
    assert kept == own
    assert added["Condition"]["ArnEquals"]["aws:SourceArn"] == TOPIC
    again = changing(account, AdmitTopic(orders.ref, TOPIC))
    before = list(account.calls)
    await again.run()
    assert "set_queue_attributes" not in [each.operation for each in account.calls[len(before) :]]


async def test_what_denies_the_topic_is_told_and_nothing_is_set(account: Account) -> None:
    orders = account.queues["orders"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": orders.ref.arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    orders.settings = replace(orders.settings, policy=policy)
    work = changing(account, AdmitTopic(orders.ref, TOPIC), Subscribe(TOPIC, "sqs", orders.ref.arn, {}))
    await work.run()
    assert work.told.wrong and "0 of 2 done" in work.told.line
    assert orders.settings.policy == policy and not account.subscriptions


async def test_addresses_of_people_and_passwords_in_urls_are_not_in_the_audit_log(account: Account) -> None:
    audit = AuditLog()
    await changing(
        account,
        Subscribe(TOPIC, "email", "ann@example.com", {}),
        Subscribe(TOPIC, "https", "https://ann:secret@example.com/", {}),
        audit=audit,
    ).run()
    assert "Subscribe email" in audit.lines[0]
    assert "ann" not in "".join(audit.lines)


async def test_a_pending_subscription_says_who_has_to_confirm_it(account: Account) -> None:
    work = changing(account, Subscribe(TOPIC, "email", "ann@example.com", {}))
    await work.run()
    assert "pending until the recipient follows the link" in work.told.line


async def test_a_filter_policy_says_how_long_it_takes(account: Account) -> None:
    ref = account.subscribe(TOPIC, queue_ref("orders").arn)
    work = changing(account, SetSubscriptionAttribute(ref.arn, "FilterPolicy", '{"a":["b"]}'))
    await work.run()
    assert account.subscriptions[ref.arn][1].filter_policy == '{"a":["b"]}'
    assert "15 minutes" in work.told.line
