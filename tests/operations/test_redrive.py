"""What is read before a redrive, and what is decided where parts of it may not be read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sqsview.domain.message import Outgoing
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.errors import GatewayError, NotFound, Rejected, ServerFault, Unsupported
from sqsview.gateway import READS, Gateway, Target
from sqsview.operations.redrive import By, Wish, plan, sources_of
from tests.support.double import Account, denied, queue_arn, queue_ref, server_fault, session_error, throttled
from tests.support.time import OwnedClock

LETTERS = queue_ref("orders-dlq")
SOURCES = ("bills", "orders")


@pytest.fixture
def account() -> Account:
    account = Account(OwnedClock(auto=True))
    account.add_queue("orders-dlq")
    account.add_queue("other")
    for name in SOURCES:
        account.add_queue(name, dead_letter_target=queue_arn("orders-dlq"), max_receive_count=3)
    for number in range(3):
        account.broker.put("orders-dlq", Outgoing(f"letter {number}"))
    return account


@pytest.fixture
async def gateway(account: Account) -> AsyncIterator[Gateway]:
    async with account.opener(Target()) as opened:
        yield opened


@pytest.fixture
async def elsewhere(account: Account) -> AsyncIterator[Gateway]:
    """Give a connection to a server that is not AWS."""
    async with account.opener(Target(endpoint_url="http://localhost:4566")) as opened:
        yield opened


def unsupported(api: str) -> Unsupported:
    return Unsupported(Problem(ProblemKind.FAILED, f"this server does not have {api}"))


def names(sources: tuple[QueueRef, ...] | None) -> tuple[str, ...]:
    return tuple(source.name for source in sources or ())


async def test_it_reads_counts_sources_tasks_and_destination_and_changes_nothing(
    gateway: Gateway, account: Account
) -> None:
    found = await plan(gateway, LETTERS, Wish(queue_ref("other")))
    assert (found.by, found.blockers, names(found.sources)) == (By.SERVER, (), SOURCES)
    assert found.counts.visible == 3
    assert {call.operation for call in account.calls} <= READS


async def test_a_queue_that_does_not_exist_is_an_error(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        await plan(gateway, queue_ref("nowhere"))


async def test_a_destination_that_does_not_exist_blocks(gateway: Gateway) -> None:
    assert (await plan(gateway, LETTERS, Wish(queue_ref("nowhere")))).blockers == ("nowhere does not exist",)


async def test_a_running_task_is_found_whoever_began_it(gateway: Gateway, account: Account) -> None:
    await gateway.start_message_move_task(LETTERS.arn)
    found = await plan(gateway, LETTERS)
    assert found.running is not None
    assert found.running.handle == "task-1"
    assert len(found.blockers) == 1


async def test_where_tasks_may_not_be_listed_the_mover_is_taken_for_one_could_not_be_followed(
    gateway: Gateway, account: Account
) -> None:
    account.fail("list_message_move_tasks", denied("sqs:ListMessageMoveTasks"))
    found = await plan(gateway, LETTERS)
    assert found.by is By.MOVER
    assert found.why == "a task of the server could not be followed: denied: sqs:ListMessageMoveTasks"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (unsupported("sqs:ListMessageMoveTasks"), "this server has no message-move tasks"),
        (server_fault(), "this server seems to have no message-move tasks: the server failed"),
        (
            Rejected(Problem(ProblemKind.FAILED, "unknown target")),
            "the server does not tell of its move tasks: unknown target",
        ),
    ],
)
async def test_a_server_without_tasks_leaves_it_to_the_mover_however_it_says_so(
    elsewhere: Gateway, account: Account, fault: GatewayError, why: str
) -> None:
    account.fail("list_message_move_tasks", fault)
    found = await plan(elsewhere, LETTERS)
    assert (found.by, found.why, found.blockers) == (By.MOVER, why, ())


@pytest.mark.parametrize("fault", [server_fault(), session_error(), throttled()])
async def test_a_fault_of_aws_itself_is_no_sign_that_there_are_no_tasks(
    gateway: Gateway, account: Account, fault: GatewayError
) -> None:
    account.fail("list_message_move_tasks", fault)
    with pytest.raises(type(fault)):
        await plan(gateway, LETTERS)


async def test_settings_that_may_not_be_read_are_left_open(gateway: Gateway, account: Account) -> None:
    account.fail("get_queue_attributes", denied())
    found = await plan(gateway, LETTERS, Wish(queue_ref("other")))
    assert (found.by, found.blockers, found.counts.visible) == (By.SERVER, (), None)


# -- who gives up to it


async def test_a_server_that_cannot_list_sources_has_its_queues_read(gateway: Gateway, account: Account) -> None:
    account.fail("list_dead_letter_source_queues", unsupported("sqs:ListDeadLetterSourceQueues"))
    account.fail("get_queue_attributes", denied(), "other")
    assert names(await sources_of(gateway, LETTERS)) == SOURCES


async def test_what_a_listing_told_saves_reading_them(gateway: Gateway, account: Account) -> None:
    account.fail("list_dead_letter_source_queues", unsupported("sqs:ListDeadLetterSourceQueues"))
    assert names(await sources_of(gateway, LETTERS, [queue_ref("orders")])) == ("orders",)
    assert account.count("get_queue_attributes") == 0


async def test_where_sources_may_not_be_listed_only_what_is_known_is_said(gateway: Gateway, account: Account) -> None:
    account.fail("list_dead_letter_source_queues", denied("sqs:ListDeadLetterSourceQueues"))
    assert await sources_of(gateway, LETTERS) is None
    assert names(await sources_of(gateway, LETTERS, [queue_ref("orders")])) == ("orders",)


async def test_a_server_that_fails_is_an_error_and_no_answer(gateway: Gateway, account: Account) -> None:
    account.fail("list_dead_letter_source_queues", server_fault())
    with pytest.raises(ServerFault):
        await sources_of(gateway, LETTERS)
