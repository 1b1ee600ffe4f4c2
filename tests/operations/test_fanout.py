"""Building says exactly what became of each call, goes on from where it stopped, and takes back only what it made."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sqsview.domain.fan_out import plan, read_description
from sqsview.errors import RefusedReadOnly, Rejected
from sqsview.gateway import guarded
from sqsview.operations.audit import AuditLog
from sqsview.operations.fanout import Build, StepState
from sqsview.operations.fanout_forms import as_json, outcome_lines, summary
from sqsview.operations.fanout_reading import read_existing
from tests.support.double import Account, DoubleGateway, denied, queue_arn, queue_ref, server_fault, topic_arn
from tests.support.things import policy
from tests.support.time import OwnedClock

TEXT = """
[topic]
name = "orders"
[defaults]
dead_letter_queue = true
[[queues]]
name = "billing"
filter = { type = ["order"] }
[[queues]]
name = "mail"
"""
WRITES = ("create_topic", "create_queue", "subscribe", "set_queue_attributes", "set_subscription_attributes")
ALL = ["create_topic", *["create_queue"] * 4, *["subscribe"] * 2]


@pytest.fixture
def account() -> Account:
    return Account(OwnedClock(auto=True))


async def prepared(account: Account, text: str = TEXT, audit: AuditLog | None = None) -> Build:
    """Read what there is, and plan."""
    gateway = DoubleGateway(account, account.context)
    description = read_description(text)
    found = plan(description, await read_existing(gateway, description))
    return Build(gateway, found, audit or AuditLog(), account.clock)


def written(account: Account) -> list[str]:
    """Give the calls that were no reads, in order."""
    return [call.operation for call in account.calls if not call.operation.startswith(("get_", "list_"))]


def states(build: Build) -> list[str]:
    return [each.state.value for each in build.progress.steps]


async def test_everything_is_built_and_a_second_run_writes_nothing(account: Account) -> None:
    build = await prepared(account)
    assert (await build.run()).complete
    assert written(account) == ALL
    assert set(account.queues) == {"billing", "billing-dlq", "mail", "mail-dlq"}
    again = await prepared(account)
    assert again.plan.steps == ()
    assert (await again.run()).complete
    assert written(account) == ALL
    assert summary(again.plan, again.progress) == "orders: 7 things are there, and all is as described: nothing to do"


async def test_only_what_is_described_is_read(account: Account) -> None:
    account.add_queue("other")
    account.subscribe(account.add_topic("orders"), queue_arn("other"))
    await prepared(account)
    assert account.count("get_queue_url", "other") == 0
    assert account.count("get_subscription_attributes") == 0


async def test_tags_are_read_only_where_the_description_has_some(account: Account) -> None:
    account.add_queue("billing").tags = {"team": "shop", "more": "1"}
    account.add_queue("mail")
    text = TEXT.replace('name = "billing"', 'name = "billing"\ntags = { team = "shop" }')
    build = await prepared(account, text)
    assert (account.count("list_queue_tags"), account.count("list_tags_for_resource")) == (1, 0)
    assert not any("tag" in step.words for step in build.plan.steps)


async def test_each_call_is_in_the_audit_log_before_it_is_made(account: Account) -> None:
    audit = AuditLog()
    seen: list[int] = []
    account.on_call = lambda operation, thing: seen.append(len(audit.lines)) if operation in WRITES else None
    await (await prepared(account, audit=audit)).run()
    lines: list[dict[str, Any]] = [json.loads(line) for line in audit.lines]
    assert seen == [2 * number + 1 for number in range(7)]
    assert [line["deed"] for line in lines[::2]] == ["create topic", *["create queue"] * 4, *["subscribe"] * 2]
    assert {line["outcome"] for line in lines[1::2]} == {"done"}
    assert (lines[-1]["thing"], lines[-1]["destination"]) == (topic_arn("orders"), queue_arn("mail"))


async def test_where_it_stops_it_says_what_exists_and_the_next_run_goes_on(account: Account) -> None:
    account.fail("create_queue", denied("sqs:CreateQueue"), "mail-dlq")
    build = await prepared(account)
    progress = await build.run()
    assert states(build) == ["done", "done", "failed", *["not begun"] * 4]
    assert [each.made for each in progress.made] == [topic_arn("orders"), queue_arn("billing-dlq")]
    assert outcome_lines(progress)[2].startswith("failed      create the queue mail-dlq")
    assert "denied: sqs:CreateQueue" in outcome_lines(progress)[2]
    assert summary(build.plan, progress) == "orders: 2 of 7 calls made, 5 left: denied: sqs:CreateQueue"
    account.mend()
    rest = await prepared(account)
    assert len(rest.plan.steps) == 5
    assert (await rest.run()).complete


async def test_a_lost_answer_is_not_known_and_nothing_follows(account: Account) -> None:
    account.fail("subscribe", server_fault())
    build = await prepared(account)
    await build.run()
    assert states(build) == [*["done"] * 5, "not known", "not begun"]


async def test_what_was_made_is_taken_back_the_newest_first_and_what_was_there_stays(account: Account) -> None:
    account.add_queue("billing-dlq")
    account.fail("subscribe", denied("sns:Subscribe"))
    build = await prepared(account)
    await build.run()
    await build.take_back()
    deleted = [(call.operation, call.thing) for call in account.calls if call.operation.startswith("delete")]
    assert deleted == [
        ("delete_queue", "mail"),
        ("delete_queue", "billing"),
        ("delete_queue", "mail-dlq"),
        ("delete_topic", topic_arn("orders")),
    ]
    assert set(account.queues) == {"billing-dlq"}
    assert build.progress.count(StepState.TAKEN_BACK) == 4
    assert summary(build.plan, build.progress) == "orders: 4 of what was made are taken back"


async def test_a_queue_that_got_messages_meanwhile_is_not_taken_back(account: Account) -> None:
    build = await prepared(account)
    await build.run()
    account.queues["mail"].hold(3)
    await build.take_back()
    assert set(account.queues) == {"mail"}
    kept = next(each for each in build.progress.steps if each.state is StepState.KEPT)
    assert (kept.made, kept.reason) == (queue_arn("mail"), "about 3 messages came into it meanwhile")
    assert summary(build.plan, build.progress) == "orders: 6 of what was made are taken back, 1 could not be"


async def test_what_was_changed_in_what_was_there_is_not_changed_back_and_said_so(account: Account) -> None:
    account.add_queue("mail")
    account.fail("subscribe", denied("sns:Subscribe"))
    build = await prepared(account)
    await build.run()
    await build.take_back()
    assert "2 changes to what was there before stay" in summary(build.plan, build.progress)
    assert account.queues["mail"].settings.dead_letter_target == queue_arn("mail-dlq")


async def test_a_policy_is_merged_with_what_stands_in_it_when_the_call_is_made(account: Account) -> None:
    for name in ("billing", "mail"):
        account.add_queue(name)
    build = await prepared(account)
    other = {"Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "sqs:*", "Resource": "*"}
    facts = account.queues["mail"]
    facts.settings = replace(facts.settings, policy=policy(other))
    assert (await build.run()).complete
    kept, added = json.loads(account.queues["mail"].settings.policy or "")["Statement"]
    assert (kept, added["Effect"]) == (other, "Allow")


async def test_a_policy_that_denies_by_now_stops_it(account: Account) -> None:
    for name in ("billing", "mail"):
        account.add_queue(name)
    build = await prepared(account)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    facts = account.queues["mail"]
    facts.settings = replace(facts.settings, policy=policy(deny))
    assert "denies it" in (await build.run()).problem


async def test_stopped_it_begins_nothing_more(account: Account) -> None:
    build = await prepared(account)
    account.on_call = lambda operation, thing: build.stop() if operation == "create_topic" else None
    progress = await build.run()
    assert (written(account), progress.stopped) == (["create_topic"], True)
    assert "it was stopped" in summary(build.plan, progress)


async def test_a_new_queue_is_used_a_second_after_it_was_made_on_aws_and_at_once_elsewhere(account: Account) -> None:
    begun = account.clock.monotonic()
    await (await prepared(account)).run()
    assert account.clock.monotonic() - begun == pytest.approx(2.0)  # one for the dead-letter queues, one for the queues
    other = Account(OwnedClock(auto=True))
    other.context = replace(other.context, endpoint="http://localhost:4566")
    begun = other.clock.monotonic()
    await (await prepared(other)).run()
    assert other.clock.monotonic() == begun


async def test_in_read_only_mode_nothing_is_even_announced(account: Account) -> None:
    audit = AuditLog()
    description = read_description(TEXT)
    gateway = guarded(DoubleGateway(account, replace(account.context, read_only=True)), read_only=True)
    found = plan(description, await read_existing(gateway, description))
    with pytest.raises(RefusedReadOnly):
        await Build(gateway, found, audit, account.clock).run()
    assert (written(account), audit.lines) == ([], [])


async def test_a_plan_that_cannot_be_built_calls_nothing(account: Account) -> None:
    account.add_queue("mail", kms_key="alias/aws/sqs")
    build = await prepared(account)
    with pytest.raises(Rejected, match="which SNS cannot use"):
        await build.run()
    assert written(account) == []


async def test_where_the_audit_log_cannot_be_written_nothing_is_done(account: Account, tmp_path: Any) -> None:
    build = await prepared(account, audit=AuditLog(tmp_path))
    progress = await build.run()
    assert "cannot be written" in progress.problem
    assert written(account) == []


async def test_the_document_has_each_call_with_its_outcome(account: Account) -> None:
    account.fail("create_queue", denied("sqs:CreateQueue"))
    build = await prepared(account)
    await build.run()
    document = as_json(build.plan, build.progress)
    assert (document["topic"], document["complete"]) == (topic_arn("orders"), False)
    first, second, *_ = document["steps"]
    assert first == {
        "call": "sns:CreateTopic",
        "parameters": {"Name": "orders"},
        "words": "create the topic orders",
        "before": None,
        "after": None,
        "outcome": "done",
        "made": topic_arn("orders"),
        "reason": None,
    }
    assert (second["outcome"], second["reason"]) == ("failed", "denied: sqs:CreateQueue")


async def test_what_cannot_be_read_is_no_plan(account: Account) -> None:
    account.add_queue("mail")
    account.fail("get_queue_attributes", denied())
    with pytest.raises(type(denied())):
        await prepared(account)
    assert queue_ref("mail").name == "mail"
