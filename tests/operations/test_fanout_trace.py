"""A fan-out's trace publishes as few messages as it can, looks by the rules, and says what it cannot prove."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sqsview.domain.fan_out import plan, read_description
from sqsview.operations.audit import AuditLog
from sqsview.operations.fanout import Build
from sqsview.operations.fanout_reading import read_existing
from sqsview.operations.fanout_trace import GROUP, Proof, trace_fan_out
from sqsview.operations.fanout_work import FanOutWork
from sqsview.operations.ledger import Ledger
from tests.support.double import Account, DoubleGateway, denied, topic_arn
from tests.support.time import OwnedClock

TEXT = """
[topic]
name = "orders"
[[queues]]
name = "billing"
filter = { type = ["order"] }
[[queues]]
name = "mail"
filter = { type = ["order", "refund"] }
[[queues]]
name = "refunds"
filter = { type = ["refund"] }
"""


@pytest.fixture
def account() -> Account:
    return Account(OwnedClock(auto=True))


async def built(account: Account, text: str = TEXT) -> DoubleGateway:
    gateway, description = DoubleGateway(account, account.context), read_description(text)
    work = Build(gateway, plan(description, await read_existing(gateway, description)), AuditLog(), account.clock)
    assert (await work.run()).complete
    return gateway


async def traced(account: Account, gateway: DoubleGateway, text: str = TEXT) -> Sequence[Proof]:
    description = read_description(text)
    arn = topic_arn(description.topic.name)
    return await trace_fan_out(gateway, description, arn, Ledger(None), account.clock)


async def test_one_message_proves_all_that_get_it(account: Account) -> None:
    proofs = await traced(account, await built(account))
    assert [(proof.queue, proof.arrived) for proof in proofs] == [("billing", True), ("mail", True), ("refunds", True)]
    assert len(account.broker.published) == 2  # an order for the first two, a refund for the last


async def test_everything_that_was_held_is_given_back(account: Account) -> None:
    await traced(account, await built(account))
    assert [account.broker.held(name) for name in account.queues] == [[], [], []]


async def test_a_fifo_topic_gets_a_group_of_the_traces_own(account: Account) -> None:
    text = '[topic]\nname = "orders.fifo"\n[[queues]]\nname = "billing.fifo"\n'
    (proof,) = await traced(account, await built(account, text), text)
    assert proof.arrived
    (_, message), *_ = account.broker.published
    assert (message.group, bool(message.deduplication)) == (GROUP, True)


async def test_a_queue_where_a_look_takes_the_last_try_is_not_looked_at(account: Account) -> None:
    text = '[topic]\nname = "orders"\n[[queues]]\nname = "billing"\ndead_letter_queue = true\nmax_receive_count = 1\n'
    (proof,) = await traced(account, await built(account, text), text)
    assert not proof.arrived
    assert proof.text.startswith("not looked for: ")
    assert account.count("receive_message") == 0


async def test_what_is_not_subscribed_or_not_published_is_said(account: Account) -> None:
    gateway = await built(account)
    account.subscriptions = {
        key: each for key, each in account.subscriptions.items() if "billing" not in each[0].endpoint
    }
    account.fail("publish", denied("sns:Publish"))
    proofs = await traced(account, gateway)
    assert [proof.line for proof in proofs] == [
        "billing: it is not subscribed",
        "mail: the message was not published: orders: denied: sns:Publish",
        "refunds: the message was not published: orders: denied: sns:Publish",
    ]


async def test_an_operation_builds_and_traces_and_tells_both(account: Account) -> None:
    gateway, description = DoubleGateway(account, account.context), read_description(TEXT)
    build = Build(gateway, plan(description, await read_existing(gateway, description)), AuditLog(), account.clock)
    work = FanOutWork(gateway, description, build, Ledger(None), account.clock, trace=True)
    assert work.told.line == "0 of 7 calls made"
    await work.run()
    told = work.told
    assert (told.line, told.share, told.wrong) == ("orders: built, 7 calls made · traced to 3 of 3 queues", 1.0, False)
    assert any("stay in the queues" in note for note in told.notes)


async def test_a_trace_that_is_stopped_gives_back_what_it_holds_and_says_so(account: Account) -> None:
    gateway, description = DoubleGateway(account, account.context), read_description(TEXT)
    build = Build(gateway, plan(description, await read_existing(gateway, description)), AuditLog(), account.clock)
    work = FanOutWork(gateway, description, build, Ledger(None), account.clock, trace=True)
    account.on_call = lambda operation, thing: work.stop() if operation == "receive_message" else None
    await work.run()
    told = work.told
    assert (told.line, told.wrong) == (
        "orders: built, 7 calls made · traced to 0 of 3 queues · the trace was stopped",
        True,
    )
    assert [account.broker.held(name) for name in account.queues] == [[], [], []]


async def test_an_operation_that_stops_tells_each_call_that_was_not_made(account: Account) -> None:
    account.fail("create_queue", denied("sqs:CreateQueue"), "refunds")
    gateway, description = DoubleGateway(account, account.context), read_description(TEXT)
    build = Build(gateway, plan(description, await read_existing(gateway, description)), AuditLog(), account.clock)
    work = FanOutWork(gateway, description, build, Ledger(None), account.clock, trace=True)
    await work.run()
    told = work.told
    assert (told.line, told.wrong) == ("orders: 3 of 7 calls made, 4 left: denied: sqs:CreateQueue", True)
    assert told.failures[0] == ("create the queue refunds, admits orders", "denied: sqs:CreateQueue")
    assert len(told.failures) == 4
    assert account.broker.published == []
