"""What is to be held is held until it is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from sqsview.domain.message import EntryFault, Message
from sqsview.domain.problem import ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.errors import LookRefused
from sqsview.gateway import Gateway, Target
from sqsview.operations.holding import Holding
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import HOLD, Look, Stage, appraise
from tests.operations.looks.conftest import Prepare, fill, receive_counts
from tests.support.double import Account, queue_arn, queue_ref, session_error, throttled
from tests.support.time import OwnedClock


@pytest.fixture
def slow_clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def slow_account(slow_clock: OwnedClock) -> Account:
    account = Account(slow_clock)
    account.add_queue("orders-dlq")
    fill(account, 12, "orders-dlq")
    return account


async def held_look(account: Account, count: int = 12) -> Look:
    async with account.opener(Target()) as gateway:
        ledger = Ledger()
        appraisal = await appraise(gateway, queue_ref("orders-dlq"), ledger, account.clock)
        look = Look(gateway, appraisal, ledger, account.clock, keep=True)
    await look.gather(count)
    assert look.stage is Stage.HELD
    return look


async def test_a_dead_letter_queue_is_held_and_the_hold_renewed_until_it_is_left(
    slow_account: Account, slow_clock: OwnedClock
) -> None:
    look = await held_look(slow_account)
    assert look.held_until == slow_clock.monotonic() + HOLD
    for _ in range(60):
        await slow_clock.advance(5)
        assert len(slow_account.broker.held("orders-dlq")) == 12
        assert look.held_until is not None
        assert look.held_until >= slow_clock.monotonic() + HOLD / 3 - 0.1
    assert receive_counts(slow_account, "orders-dlq") == [1] * 12, "renewing is no receive"
    await look.release()
    assert slow_account.broker.held("orders-dlq") == []
    calls = slow_account.count()
    await slow_clock.advance(100)
    assert slow_account.count() == calls, "nothing goes on after the release"


async def test_a_renewal_that_fails_is_tried_again_before_the_hold_lapses(
    slow_account: Account, slow_clock: OwnedClock
) -> None:
    look = await held_look(slow_account)
    slow_account.fail_once("change_message_visibility_batch", throttled(), throttled())
    await slow_clock.advance(60)
    assert len(slow_account.broker.held("orders-dlq")) == look.held == 12
    await look.release()


async def test_a_message_whose_hold_was_lost_is_told(slow_account: Account, slow_clock: OwnedClock) -> None:
    look = await held_look(slow_account)
    slow_account.broker.queues["orders-dlq"].pop(0)  # somebody deleted it
    await slow_clock.advance(10)
    assert look.held == 11
    assert look.notes == (
        "1 message is no longer held, and may be received by others: it is not in flight (MessageNotInflight)",
    )
    assert str(look.stage) == "held"
    await look.release()
    assert str(look.stage) == "released"


async def test_a_connection_that_closes_while_messages_are_held_is_told(
    slow_account: Account, slow_clock: OwnedClock
) -> None:
    look = await held_look(slow_account)
    slow_account.down = session_error(ProblemKind.NETWORK, "the connection is closed")
    await slow_clock.advance(HOLD + 7)
    assert (look.stage, look.held) == (Stage.LOST, 0)
    assert look.problem is not None
    assert look.problem.text == "nothing is held any more: the connection is closed"
    slow_account.down = None
    calls = slow_account.count()
    await slow_clock.advance(100)
    assert slow_account.count() == calls, "nothing is renewed for ever"
    await look.release()
    assert look.stage is Stage.LOST


async def test_messages_of_a_slow_gathering_do_not_come_back_in_the_middle_of_it(slow_clock: OwnedClock) -> None:
    """A receive takes 5 s here: the first messages would be visible again long before the last ones are in hand."""
    account = Account(slow_clock)
    account.add_queue("orders")
    fill(account, 120)
    account.broker.shortest = 2

    def slow(operation: str, _thing: str) -> None:
        account.latency = 5 if operation == "receive_message" else 0.01

    async with account.opener(Target()) as gateway:
        ledger = Ledger()
        look = Look(gateway, await appraise(gateway, queue_ref("orders"), ledger, slow_clock), ledger, slow_clock)
        account.on_call = slow
        looking = asyncio.create_task(look.gather(120))
        await slow_clock.until(looking.done)
    assert len(look.messages) == look.receives == 120
    assert max(receive_counts(account)) == 1


@pytest.mark.parametrize(("there", "hold"), [(3, 20), (2_500, 20), (5_000, 40), (7_500, 60), (100_000, 60)])
async def test_the_hold_is_20_s_and_only_where_thousands_are_there_up_to_a_minute(
    account: Account, prepare: Prepare, there: int, hold: int
) -> None:
    """So long are messages gone for their consumers once the program is killed."""
    account.queues["orders-dlq"].hold(there, 0, 0)
    await (await prepare("orders-dlq")).gather(120_000)
    assert {asked.hold for asked in account.broker.asked} == {hold}


async def test_thousands_of_messages_are_renewed_less_often(clock: OwnedClock) -> None:
    asked: list[int] = []

    class Renewing:
        async def change_message_visibility_batch(
            self, _queue: QueueRef, _receipts: Sequence[str], seconds: int
        ) -> dict[str, EntryFault]:
            asked.append(seconds)
            return {}

    holding = Holding(cast(Gateway, Renewing()), queue_ref("orders-dlq"), clock, HOLD)
    holding.add([Message(str(number), "", f"receipt {number}") for number in range(10_000)], clock.monotonic() + 60)
    holding.expect(10_000)
    for _ in range(18):  # two minutes, in the steps in which a look renews
        await clock.sleep(HOLD / 3)
        await holding.renew()
        assert holding.until is not None
        assert holding.until > clock.monotonic() + 10
    assert set(asked) == {60}
    assert len(asked) / 120 < 30, "calls a second"


async def test_a_release_waits_for_a_renewal_that_is_under_way(slow_account: Account, slow_clock: OwnedClock) -> None:
    """One that overtook the release would, on some servers, hide for 20 s what is said to be free."""
    look = await held_look(slow_account)
    slow_account.latency = 2
    await slow_clock.advance(HOLD / 3 + 0.5)
    assert slow_account.running, "a renewal is under way"
    releasing = asyncio.create_task(look.release())
    await slow_clock.until(releasing.done, within=10)
    renewals, releases = slow_account.calls[-4:-2], slow_account.calls[-2:]
    assert {call.operation for call in slow_account.calls[-4:]} == {"change_message_visibility_batch"}
    assert min(call.at for call in releases) >= max(call.at for call in renewals) + 2
    assert slow_account.broker.held("orders-dlq") == []


async def test_nothing_goes_on_once_a_look_has_ended(slow_account: Account) -> None:
    before = asyncio.all_tasks()
    look = await held_look(slow_account)
    assert len(asyncio.all_tasks()) > len(before)
    await look.release()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_a_message_whose_hold_was_lost_is_a_risk_for_the_look_that_goes_on(slow_clock: OwnedClock) -> None:
    """What is held cannot be met again, so that it is none; what is not held any more can."""
    account, ledger = Account(slow_clock), Ledger()
    account.add_queue("orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=3)
    fill(account, 4)
    account.broker.queues["orders"][0].receive_count = 1
    async with account.opener(Target()) as gateway:
        appraisal = await appraise(gateway, queue_ref("orders"), ledger, slow_clock)
        look = Look(gateway, appraisal, ledger, slow_clock, keep=True)
    await look.gather(1)
    assert [message.receive_count for message in look.messages] == [2]
    await look.gather(2)
    account.broker.queues["orders"][0].visible_at = slow_clock.monotonic()  # the server let go of it
    await slow_clock.advance(HOLD)
    assert look.held == 1
    with pytest.raises(LookRefused, match="1 message would lose its last try"):
        await look.gather(3)
    assert str(look.stage) == "held", "a refusal changes nothing"
    await look.release()
