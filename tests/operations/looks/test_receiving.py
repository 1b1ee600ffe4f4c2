"""A look shows what is there and takes no more than that."""

from __future__ import annotations

import pytest

from sqsview.operations.look import HOLD, Look, Stage
from tests.operations.looks.conftest import Prepare, bodies, fill, receive_counts
from tests.support.double import Account


async def test_it_shows_what_is_there_and_gives_it_back(account: Account, prepare: Prepare) -> None:
    fill(account, 7)
    look = await prepare()
    await look.gather(7)
    assert bodies(look) == [f"message {number}" for number in range(7)]
    assert (look.receives, look.stage, look.held) == (7, Stage.RELEASED, 0)
    assert account.broker.held("orders") == []
    assert receive_counts(account) == [1] * 7


async def test_it_asks_all_servers_with_a_short_hold_and_never_with_none(account: Account, prepare: Prepare) -> None:
    fill(account, 45)
    look = await prepare()
    await look.gather(40)
    assert {(asked.wait, asked.hold) for asked in account.broker.asked} == {(1, HOLD)}
    assert len(look.messages) == 40


async def test_it_never_receives_more_than_is_wanted(account: Account, prepare: Prepare) -> None:
    fill(account, 100)
    look = await prepare()
    await look.gather(23)
    assert len(look.messages) == look.receives == sum(receive_counts(account)) == 23


async def test_it_begins_with_one_receive_and_then_makes_several_at_once(account: Account, prepare: Prepare) -> None:
    fill(account, 500)
    most = 0

    def note() -> None:
        nonlocal most
        most = account.most_running if look.stage is Stage.RECEIVING else most

    look: Look
    look = await prepare(on_change=note)
    started = account.clock.monotonic()
    await look.gather(400)
    assert 2 < most <= 10
    assert account.clock.monotonic() - started < 40 * 0.02
    assert max(receive_counts(account)) == 1


async def test_it_ends_when_the_queue_is_dry(account: Account, prepare: Prepare) -> None:
    fill(account, 13)
    look = await prepare()
    started = account.clock.monotonic()
    await look.gather(100)
    assert len(look.messages) == 13
    assert account.clock.monotonic() - started < 2.5
    assert look.notes == ()


async def test_an_empty_answer_is_doubted_where_the_queue_counts_messages(account: Account, prepare: Prepare) -> None:
    fill(account, 5)
    account.broker.empty_receives = 2  # one receive looks twice: at once, and after its wait
    look = await prepare()
    await look.gather(5)
    assert len(look.messages) == 5


async def test_short_answers_are_asked_after(account: Account, prepare: Prepare) -> None:
    fill(account, 9)
    account.broker.shortest = 2
    look = await prepare()
    await look.gather(9)
    assert len(look.messages) == look.receives == 9


async def test_more_can_be_gathered_while_messages_are_held(account: Account, prepare: Prepare) -> None:
    fill(account, 12, "orders-dlq")
    look = await prepare("orders-dlq", keep=True)
    await look.gather(5)
    assert (look.stage, look.held) == (Stage.HELD, 5)
    await look.gather(10)
    assert (len(look.messages), look.held, look.receives) == (10, 10, 10)
    await look.release()
    with pytest.raises(RuntimeError):
        await look.gather(12)


async def test_the_screen_is_told_of_every_step(account: Account, prepare: Prepare) -> None:
    fill(account, 3)
    seen: list[tuple[Stage, int, int]] = []
    look: Look
    look = await prepare(on_change=lambda: seen.append((look.stage, len(look.messages), look.held)))
    await look.gather(3)
    assert seen == [
        (Stage.RECEIVING, 0, 0),
        (Stage.RECEIVING, 1, 1),
        (Stage.RECEIVING, 3, 3),
        (Stage.RELEASING, 3, 3),
        (Stage.RELEASED, 3, 0),
    ]
