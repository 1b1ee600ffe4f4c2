"""Everything is given back, whatever ends a look."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from sqsview.domain.message import EntryFault, Message
from sqsview.domain.problem import ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.errors import Denied, GatewayError, LedgerError
from sqsview.gateway import Gateway, Target
from sqsview.operations.holding import Holding
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import HOLD, Look, Stage, appraise
from tests.operations.looks.conftest import Moment, Prepare, fill
from tests.support.double import Account, denied, queue_ref, server_fault, session_error, throttled
from tests.support.time import OwnedClock


async def test_a_fault_in_the_middle_gives_everything_back_and_is_raised(account: Account, prepare: Prepare) -> None:
    fill(account, 30)
    look = await prepare()

    def fail(operation: str, _thing: str) -> None:
        if operation == "receive_message" and account.count("receive_message") == 1:
            account.fail_once("receive_message", denied("sqs:ReceiveMessage"))

    account.on_call = fail
    with pytest.raises(Denied):
        await look.gather(30)
    assert look.messages, "what came before the fault is there"
    assert account.broker.held("orders") == []
    assert look.stage is Stage.RELEASED
    assert look.problem is not None
    assert look.problem.kind is ProblemKind.DENIED


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        (server_fault(), 1),
        (session_error(ProblemKind.NETWORK, "the connection broke off"), 1),
        (session_error(), 0),
        (throttled(), 0),
        (denied(), 0),
    ],
)
async def test_a_lost_answer_may_have_counted_and_a_refusal_has_not(
    account: Account, ledger: Ledger, prepare: Prepare, fault: GatewayError, counted: int
) -> None:
    fill(account, 3)
    account.fail_once("receive_message", fault)
    look = await prepare()
    with pytest.raises(type(fault)):
        await look.gather(3)
    assert ledger.knowledge(look.appraisal.key).unanswered == counted


@pytest.mark.parametrize("times", [1, 3])
async def test_a_cancellation_gives_everything_back_first_also_when_it_comes_again(
    account: Account, clock: OwnedClock, prepare: Prepare, times: int
) -> None:
    fill(account, 500)
    amid = Moment(lambda look: len(look.messages) >= 100)
    look = await prepare(on_change=amid)
    looking = asyncio.create_task(look.gather(500))
    await amid.of(look)
    began = clock.monotonic()
    for _ in range(times):
        looking.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert account.broker.held("orders") == []
    assert look.stage is Stage.RELEASED
    assert clock.monotonic() - began < 5
    assert len(look.messages) < 500


async def test_an_end_does_not_wait_for_ever_for_a_server_that_is_silent(
    account: Account, clock: OwnedClock, ledger: Ledger, prepare: Prepare
) -> None:
    fill(account, 50)

    def fall_silent() -> None:
        account.latency = 1_000

    amid = Moment(lambda look: bool(look.messages), fall_silent)
    look = await prepare(on_change=amid)
    looking = asyncio.create_task(look.gather(50))
    await amid.of(look)
    began = clock.monotonic()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert clock.monotonic() - began <= 5.1
    assert ledger.knowledge(look.appraisal.key).unanswered == 1
    assert any("1 of 1 could not be released: it comes back by itself within" in note for note in look.notes)
    assert look.stage is Stage.LOST


async def test_a_server_that_is_slow_to_release_is_given_the_time_while_nobody_is_in_a_hurry(
    account: Account, clock: OwnedClock, prepare: Prepare
) -> None:
    fill(account, 10)
    look = await prepare(on_change=lambda: _slow_down(account, 12))
    began = clock.monotonic()
    await look.gather(10)
    assert clock.monotonic() - began > 12
    assert (look.notes, look.stage, account.broker.held("orders")) == ((), Stage.RELEASED, [])


async def test_a_cancellation_in_a_slow_release_waits_five_seconds_at_most(
    account: Account, clock: OwnedClock, prepare: Prepare
) -> None:
    fill(account, 10)
    amid = Moment(lambda look: look.stage is Stage.RELEASING, lambda: _slow_down(account, 12))
    look = await prepare(on_change=amid)
    looking = asyncio.create_task(look.gather(10))
    await amid.of(look)
    began = clock.monotonic()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert clock.monotonic() - began < 5.1
    assert look.notes == ("10 of 10 could not be released: they come back by themselves within 15 s",)


def _slow_down(account: Account, seconds: float) -> None:
    if account.count("receive_message") >= 2:
        account.latency = seconds


async def test_release_ends_a_look_that_is_under_way(account: Account, prepare: Prepare) -> None:
    fill(account, 500)
    amid = Moment(lambda look: bool(look.messages))
    look = await prepare(keep=True, on_change=amid)
    looking = asyncio.create_task(look.gather(500))
    await amid.of(look)
    await look.release()
    await looking
    assert look.stage is Stage.RELEASED
    assert account.broker.held("orders") == []
    calls = account.count()
    await look.release()
    assert account.count() == calls, "a second release has nothing to do"


async def test_what_cannot_be_released_is_tried_again_and_then_told(account: Account, prepare: Prepare) -> None:
    fill(account, 25)
    for number in (3, 17):
        account.broker.release_faults[f"message-{number}"] = EntryFault("InternalError", "sorry", sender_fault=False)
    look = await prepare()
    await look.gather(25)
    assert look.notes == ("2 of 25 could not be released: they come back by themselves within 20 s",)
    assert sorted(account.broker.held("orders")) == ["message-17", "message-3"]
    assert account.count("change_message_visibility_batch") == 3 + 1
    assert (look.stage, look.held) == (Stage.RELEASED, 0)


async def test_a_release_that_fails_once_as_a_whole_is_made_good(account: Account, prepare: Prepare) -> None:
    fill(account, 10)
    account.fail_once("change_message_visibility_batch", throttled())
    look = await prepare()
    await look.gather(10)
    assert (look.notes, look.stage, account.broker.held("orders")) == ((), Stage.RELEASED, [])


async def test_a_connection_that_is_gone_is_told(account: Account, prepare: Prepare) -> None:
    fill(account, 2, "orders-dlq")
    look = await prepare("orders-dlq", keep=True)
    await look.gather(2)
    account.down = session_error(ProblemKind.NETWORK, "the connection is closed")
    await look.release()
    assert look.stage is Stage.LOST
    assert look.problem is not None
    assert look.problem.text == "the connection is closed"
    assert look.notes == ("2 of 2 could not be released: they come back by themselves within 20 s",)


async def test_a_message_that_is_free_already_needs_no_release(
    account: Account, clock: OwnedClock, prepare: Prepare
) -> None:
    fill(account, 2)

    def consumer(operation: str, _thing: str) -> None:
        if operation == "change_message_visibility_batch":
            for kept in account.broker.queues["orders"]:
                kept.visible_at = clock.monotonic()

    account.on_call = consumer
    look = await prepare()
    await look.gather(2)
    assert (look.notes, look.stage) == ((), Stage.RELEASED)


async def test_a_ledger_that_cannot_be_written_refuses_the_look_before_it_acts(
    account: Account, prepare: Prepare, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(account, 2)
    look = await prepare()

    def full(*_: object, **__: object) -> None:
        raise LedgerError("full")

    monkeypatch.setattr(ledger, "open_look", full)
    with pytest.raises(LedgerError):
        await look.gather(2)
    assert account.count("receive_message") == 0


async def test_a_ledger_that_fails_in_the_middle_ends_the_look_and_gives_all_back(
    account: Account, prepare: Prepare, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(account, 40)
    look = await prepare()

    def full(*_: object, **__: object) -> None:
        raise LedgerError("full")

    monkeypatch.setattr(ledger, "record", full)
    with pytest.raises(LedgerError):
        await look.gather(40)
    assert account.count("receive_message") == 1
    assert account.broker.held("orders") == []
    assert look.problem is not None
    assert look.problem.text == "full"
    assert ledger.knowledge(look.appraisal.key).unanswered == 1, "a receive is not in the record"


async def test_a_fault_of_our_own_leaves_nothing_under_way_and_gives_all_back(
    account: Account, prepare: Prepare, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is told as what it is, and costs no consumer its messages."""
    fill(account, 100)
    before = asyncio.all_tasks()
    look = await prepare()
    record, recorded = ledger.record, list[int]()

    def break_off(*given: Any, **named: Any) -> None:
        recorded.append(len(given[2]))
        if len(recorded) == 3:
            raise ZeroDivisionError
        record(*given, **named)

    monkeypatch.setattr(ledger, "record", break_off)
    with pytest.raises(ZeroDivisionError):
        await look.gather(100)
    assert (account.broker.held("orders"), look.stage, look.held) == ([], Stage.RELEASED, 0)
    assert account.running == 0
    assert ledger.knowledge(look.appraisal.key).unanswered == 1
    await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() if "_drive" not in repr(task)} <= before


async def test_ten_thousand_messages_are_released_within_the_time_that_an_end_may_take(
    account: Account, clock: OwnedClock
) -> None:
    """The connection waits 20 s for it; a call takes 150 ms here, as over an ocean."""
    released = 0

    class Slow:
        async def change_message_visibility_batch(
            self, _queue: QueueRef, receipts: Sequence[str], _seconds: int
        ) -> dict[str, EntryFault]:
            nonlocal released
            await clock.sleep(0.15)
            released += len(receipts)
            return {}

    holding = Holding(cast(Gateway, Slow()), queue_ref("orders"), clock, 20)
    messages = [Message(str(number), "", f"receipt {number}") for number in range(10_000)]
    holding.add(messages, clock.monotonic() + 60)
    began = clock.monotonic()
    assert await holding.release() == ""
    assert released == 10_000
    assert clock.monotonic() - began < 8


async def test_a_renewal_does_not_outlive_a_release_that_was_given_up(account: Account, clock: OwnedClock) -> None:
    """It would hold again what is said to come back by itself."""
    slow = OwnedClock()
    account = Account(slow)
    account.add_queue("orders-dlq")
    fill(account, 3, "orders-dlq")
    async with account.opener(Target()) as gateway:
        ledger = Ledger()
        look = Look(gateway, await appraise(gateway, queue_ref("orders-dlq"), ledger, slow), ledger, slow, keep=True)
    await look.gather(3)
    account.latency = 1_000
    await slow.advance(HOLD / 3 + 1)
    assert account.running == 1, "a renewal is under way, and hangs"
    releasing = asyncio.create_task(look.release())
    await slow.until(releasing.done, within=6)
    assert account.running == 0
    assert look.notes == ("3 of 3 could not be released: they come back by themselves within 8 s",)


async def test_a_release_during_the_first_question_ends_the_look_before_it_receives(
    account: Account, clock: OwnedClock, prepare: Prepare
) -> None:
    fill(account, 3)
    look = await prepare()
    account.latency = 1_000
    looking = asyncio.create_task(look.gather(3))
    await asyncio.sleep(0)
    began = clock.monotonic()
    await look.release()
    await looking
    assert clock.monotonic() - began < 1
    assert (look.stage, account.count("receive_message")) == (Stage.RELEASED, 0)
