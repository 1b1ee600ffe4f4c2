"""What a look cannot show is explained in words."""

from __future__ import annotations

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import ServerFault
from tests.operations.looks.conftest import Prepare, fill
from tests.support.double import Account


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0), "the queue is empty"),
        ((0, 3, 0), "there is nothing to receive now: about 3 in flight"),
        ((0, 3, 1_000), "there is nothing to receive now: about 3 in flight and 1,000 delayed"),
        (
            (40, 0, 0),
            "the queue counts about 40 and gave none: counts are approximate, and a receive asks a sample of the "
            "servers; look again",
        ),
    ],
)
async def test_an_empty_answer_is_explained(
    account: Account, prepare: Prepare, counts: tuple[int, int, int], said: str
) -> None:
    account.queues["orders"].hold(*counts)
    look = await prepare()
    await look.gather(10)
    assert look.notes == (said,)


async def test_a_fifo_look_says_that_it_locks_groups_and_why_it_gets_nothing(
    account: Account, prepare: Prepare
) -> None:
    account.add_queue("orders.fifo")
    fill(account, 2, "orders.fifo", group="a")
    settings = account.queues["orders.fifo"].settings
    await account.broker.receive("orders.fifo", settings, maximum=1, wait=0, hold=600)
    look = await prepare("orders.fifo")
    await look.gather(10)
    assert look.notes == (
        "a look locks the message groups that it touches until it ends: nobody else receives from them",
        "the queue counts about 1 and gave none: all message groups are locked by messages in flight",
    )


async def test_too_many_in_flight_is_explained_and_no_fault(account: Account, prepare: Prepare) -> None:
    fill(account, 3)
    account.fail("receive_message", ServerFault(Problem(ProblemKind.FAILED, "Too many messages in flight (OverLimit)")))
    look = await prepare()
    await look.gather(3)
    assert look.notes == (
        "the queue gives no more: 120,000 of its messages are in flight, which is the most that SQS allows",
    )
    assert look.problem is None
