"""A look leaves the consumer a try of every message, unless a person says that it may not."""

from __future__ import annotations

import asyncio

import pytest

from sqsview.errors import LookRefused
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import ANYTHING, Stage
from tests.operations.looks.conftest import Prepare, fill, receive_counts
from tests.support.double import Account, queue_arn
from tests.support.time import OwnedClock


async def test_looks_beyond_the_budget_are_refused_and_the_consumer_still_receives_everything(
    account: Account, prepare: Prepare
) -> None:
    fill(account, 10)
    for left in (1, 0):
        look = await prepare()
        await look.gather(10)
        assert len(look.messages) == 10
        assert look.allowance.looks_left == left
    for _ in range(4):
        look = await prepare()
        with pytest.raises(LookRefused, match="10 messages would lose their last try, and go to orders-dlq after it"):
            await look.gather(10)
        assert (look.receives, look.messages, look.stage) == (0, (), Stage.READY)
    settings = account.queues["orders"].settings
    received = await account.broker.receive("orders", settings, maximum=10, wait=0, hold=30)
    assert len(received) == 10
    assert account.broker.queues.get("orders-dlq", []) == []


async def test_what_a_person_confirmed_is_done(account: Account, prepare: Prepare) -> None:
    fill(account, 2)
    for _ in range(2):
        await (await prepare()).gather(2)
    look = await prepare()
    with pytest.raises(LookRefused) as refused:
        await look.gather(2)
    await look.gather(2, refused.value.allowance)
    assert len(look.messages) == 2
    beyond = await prepare()
    assert beyond.allowance.line == "2 messages would move to orders-dlq at once, unseen"
    await beyond.gather(2, beyond.allowance)
    assert beyond.messages == ()
    assert "up to 2 messages moved to orders-dlq, unseen" in beyond.notes
    assert len(account.broker.queues["orders-dlq"]) == 2


async def test_after_a_look_that_met_all_there_is_the_messages_that_are_gone_are_no_risk(
    account: Account, clock: OwnedClock, prepare: Prepare
) -> None:
    fill(account, 2)
    for _ in range(2):
        await (await prepare()).gather(2)
    account.broker.queues["orders"].clear()  # a consumer took them
    fill(account, 1)
    clock._now += 1
    assert (await prepare()).allowance.must_ask
    await (await prepare()).gather(10, ANYTHING)
    assert (await prepare()).allowance.looks_left == 1


async def test_a_queue_that_gives_up_after_two_asks_before_the_first_look(account: Account, prepare: Prepare) -> None:
    account.add_queue("hasty", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=2)
    fill(account, 1, "hasty")
    with pytest.raises(LookRefused, match="hasty gives up after 2 receives"):
        await (await prepare("hasty")).gather(1)
    assert account.count("receive_message") == 0


async def test_a_message_that_turns_out_to_be_at_its_last_try_ends_the_look(account: Account, prepare: Prepare) -> None:
    """Its consumers failed twice before anybody looked, which nobody could know."""
    fill(account, 60)
    for kept in account.broker.queues["orders"][:10]:
        kept.receive_count = 2
    look = await prepare()
    await look.gather(60)
    assert len(look.messages) == 1, "the first receive asks for one, as nobody knows what is there, and none followed"
    assert look.notes == (
        "stopped: this look took the last try of 1 message that was not known before; it goes to orders-dlq at the "
        "next receive unless deleted (received 3 times)",
        "this was the 3rd receive of 1 message: SQS moves such to the back of the queue and leaves them out of the "
        "age of the oldest message",
    )


async def test_a_queue_of_which_something_is_known_is_not_probed_and_a_fifo_queue_never_is(
    account: Account, prepare: Prepare
) -> None:
    """The first message of a FIFO queue would lock its group, and the others would not come."""
    account.add_queue("orders.fifo", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=3)
    for queue, first in (("orders", 1), ("orders", 10), ("orders.fifo", 10), ("orders-dlq", 10)):
        fill(account, 10, queue, group="g" if queue == "orders.fifo" else None)
        account.broker.asked.clear()
        await (await prepare(queue)).gather(10)
        assert account.broker.asked[0].maximum == first


async def test_a_second_look_at_the_same_time_counts(account: Account, prepare: Prepare) -> None:
    fill(account, 3)
    await (await prepare()).gather(3)
    first, second = await prepare(), await prepare()
    looking = asyncio.create_task(first.gather(3))
    await asyncio.sleep(0)
    with pytest.raises(LookRefused):
        await second.gather(3)
    await looking
    assert max(receive_counts(account)) == 2


async def test_a_dead_letter_queue_has_no_limit(account: Account, prepare: Prepare) -> None:
    fill(account, 2, "orders-dlq")
    for _ in range(20):
        look = await prepare("orders-dlq")
        assert look.allowance.looks_left is None
        await look.gather(2)
        assert len(look.messages) == 2


async def test_every_receive_is_in_the_ledger(account: Account, ledger: Ledger, prepare: Prepare) -> None:
    fill(account, 4)
    look = await prepare()
    await look.gather(4)
    (figures,) = ledger.figures()
    assert (figures.looks, figures.receives, figures.key) == (1, 4, look.appraisal.key)
