"""The server's task as it is followed: begun once, told, stopped, and never taken for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from sqsview.domain.move_task import MoveStatus, MoveTask
from sqsview.errors import GatewayError, JournalError, Rejected
from sqsview.gateway import Gateway, Target
from sqsview.operations.journal import Journal
from sqsview.operations.move import MoveProgress
from sqsview.operations.move_task import ServerMove, cancel, failure_of, found
from tests.support.double import Account, denied, queue_arn, queue_ref, server_fault, session_error
from tests.support.time import OwnedClock

LETTERS = queue_ref("orders-dlq")


@pytest.fixture
def clock() -> OwnedClock:
    return OwnedClock()


@pytest.fixture
def account(clock: OwnedClock) -> Account:
    account = Account(clock)
    account.add_queue("orders-dlq")
    account.add_queue("orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=3)
    return account


@pytest.fixture
async def gateway(account: Account) -> AsyncIterator[Gateway]:
    async with account.opener(Target()) as opened:
        yield opened


@pytest.fixture
def journal() -> Journal:
    return Journal()


Begin = Callable[..., tuple[ServerMove, "asyncio.Task[MoveProgress]"]]


@pytest.fixture
def begin(gateway: Gateway, journal: Journal, clock: OwnedClock) -> Begin:
    def begun(**options: object) -> tuple[ServerMove, asyncio.Task[MoveProgress]]:
        move = ServerMove(gateway, LETTERS, journal, clock, **options)  # type: ignore[arg-type]
        return move, asyncio.ensure_future(move.run())

    return begun


async def test_it_is_followed_with_rate_and_time_left_until_the_server_says_that_it_is_done(
    account: Account, clock: OwnedClock, begin: Begin, journal: Journal
) -> None:
    move, run = begin(destination=queue_ref("orders"), rate=50)
    await clock.settle()
    (task,) = account.move_tasks.tasks
    assert (task.destination, task.rate) == (queue_arn("orders"), 50)
    account.move_tasks.change("task-1", moved=100, to_move=500)
    await clock.advance(2)
    told = move.progress
    assert (told.moved, told.total, told.rate, told.eta, told.ended) == (100, 500, 50.0, 8.0, False)
    account.move_tasks.change("task-1", moved=500, status=MoveStatus.COMPLETED)
    await clock.advance(2)
    ended = await run
    assert (ended.moved, ended.eta, ended.ended, ended.stopped, ended.problem) == (500, None, True, False, None)
    (past,) = journal.finished()
    assert (past.kind, past.source, past.destination) == ("redrive", LETTERS.arn, queue_arn("orders"))
    assert past.outcome == "completed, 500 of about 500 moved, at most 50 a second"


async def test_a_stop_is_passed_on_at_once_and_waited_for(account: Account, clock: OwnedClock, begin: Begin) -> None:
    move, run = begin()
    await clock.settle()
    account.move_tasks.change("task-1", moved=7, to_move=500)
    await clock.advance(1)
    move.stop()
    await clock.settle()
    assert account.count("cancel_message_move_task") == 1, "not only at the next look"
    await clock.advance(1)
    progress = await run
    assert (progress.stopped, progress.ended, progress.moved, progress.problem) == (True, True, 7, None)


async def test_a_cancellation_stops_the_servers_task_too(account: Account, clock: OwnedClock, begin: Begin) -> None:
    move, run = begin()
    await clock.settle()
    run.cancel()
    await clock.advance(1)
    with pytest.raises(asyncio.CancelledError):
        await run
    assert account.move_tasks.tasks[0].status is MoveStatus.CANCELLED
    assert move.progress.stopped


async def test_a_stop_before_it_began_begins_nothing(account: Account, clock: OwnedClock, begin: Begin) -> None:
    move, run = begin()
    move.stop()
    progress = await run
    assert (progress.stopped, progress.ended, account.count("start_message_move_task")) == (True, True, 0)


async def test_a_stop_that_the_server_does_not_heed_is_left_after_a_while_and_told(
    account: Account, clock: OwnedClock, begin: Begin
) -> None:
    account.fail("cancel_message_move_task", denied("sqs:CancelMessageMoveTask"))
    move, run = begin()
    await clock.settle()
    move.stop()
    await clock.advance(25)
    progress = await run
    assert "the server did not take the order to stop: denied: sqs:CancelMessageMoveTask" in progress.notes
    assert progress.problem is not None
    assert "has not said that it did" in progress.problem.text


async def test_what_the_server_refuses_is_an_error_and_nothing_is_left_open(
    account: Account, begin: Begin, journal: Journal
) -> None:
    account.fail("start_message_move_task", Rejected(server_fault().problem))
    _, run = begin()
    with pytest.raises(Rejected):
        await run
    assert journal.finished()[0].outcome == "not begun: the server failed"


async def test_a_journal_that_cannot_be_written_begins_nothing(
    account: Account, begin: Begin, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise JournalError("the disk is full")

    monkeypatch.setattr(journal, "begin", full)
    _, run = begin()
    with pytest.raises(JournalError):
        await run
    assert account.count("start_message_move_task") == 0


# -- a lost answer


async def test_a_lost_answer_is_made_good_by_the_servers_list(
    account: Account, clock: OwnedClock, begin: Begin
) -> None:
    earlier = MoveTask(LETTERS.arn, MoveStatus.COMPLETED, moved=3, started=1.0)
    account.move_tasks.tasks.append(earlier)

    def begin_all_the_same(operation: str, thing: str) -> None:
        if operation == "start_message_move_task":
            account.move_tasks.start(LETTERS.arn, None, None)

    account.on_call = begin_all_the_same
    account.fail("start_message_move_task", server_fault())
    move, run = begin()
    await clock.settle()
    account.move_tasks.change("task-2", moved=9, status=MoveStatus.COMPLETED)
    await clock.advance(2)
    assert ((await run).moved, move.progress.problem) == (9, None), "the new task, and not the one of before"


async def test_a_lost_answer_without_a_task_is_not_taken_for_a_refusal(account: Account, begin: Begin) -> None:
    account.fail("start_message_move_task", server_fault())
    _, run = begin()
    progress = await run
    assert progress.problem is not None
    assert progress.problem.text == "it is not known whether the server began its task: the server failed"
    assert progress.ended


async def test_looks_that_fail_for_a_while_do_not_end_it(account: Account, clock: OwnedClock, begin: Begin) -> None:
    _, run = begin()
    await clock.settle()
    account.fail_once("list_message_move_tasks", *[server_fault()] * 4)
    await clock.advance(3)
    account.move_tasks.change("task-1", moved=5, status=MoveStatus.COMPLETED)
    await clock.advance(5)
    assert ((await run).moved, (await run).problem) == (5, None)


async def test_a_task_that_cannot_be_followed_any_more_is_left_and_said_to_go_on(
    account: Account, clock: OwnedClock, begin: Begin
) -> None:
    _, run = begin()
    await clock.settle()
    account.fail("list_message_move_tasks", session_error())
    await clock.advance(10)
    progress = await run
    assert progress.problem is not None
    assert progress.problem.text == "the server's task goes on, but it cannot be followed: the session expired"
    assert account.count("cancel_message_move_task") == 0


# -- how it ends


@pytest.mark.parametrize(
    ("failure", "said", "remedy"),
    [
        ("CouldNotDetermineMessageSource", "a message does not tell which queue it came from", "choose a destination"),
        ("AWS.SimpleQueueService.NonExistentQueue", "does not exist any more", "choose a destination"),
        ("AccessDenied", "may not send to the destination", "have it allowed"),
        ("SomethingNew", "the server's task failed: SomethingNew", ""),
        (None, "the server's task failed: it does not say why", ""),
    ],
)
async def test_a_failure_is_told_in_words_with_what_to_do(
    account: Account, clock: OwnedClock, begin: Begin, failure: str | None, said: str, remedy: str
) -> None:
    _, run = begin()
    await clock.settle()
    account.move_tasks.change("task-1", moved=2, status=MoveStatus.FAILED, failure=failure)
    await clock.advance(2)
    progress = await run
    assert progress.problem is not None
    assert said in progress.problem.text
    assert (progress.problem.remedy, progress.problem.thing, progress.moved) == (remedy, "orders-dlq", 2)
    assert failure_of(account.move_tasks.tasks[0]) == progress.problem


async def test_a_task_that_found_nothing_visible_says_so(account: Account, clock: OwnedClock, begin: Begin) -> None:
    _, run = begin()
    await clock.settle()
    account.move_tasks.change("task-1", moved=0, status=MoveStatus.COMPLETED)
    await clock.advance(2)
    assert (await run).notes == (
        "nothing was moved: a task takes what is visible when it begins, and nothing in flight",
    )


async def test_it_is_looked_at_less_often_once_it_has_run_for_a_while(
    account: Account, clock: OwnedClock, begin: Begin
) -> None:
    _, run = begin()
    await clock.advance(60)
    before = account.count("list_message_move_tasks")
    await clock.advance(600)
    assert account.count("list_message_move_tasks") - before <= 121
    account.move_tasks.change("task-1", moved=0, status=MoveStatus.COMPLETED)
    await clock.advance(5)
    await run


@pytest.mark.parametrize("rate", [0, 501])
def test_a_rate_that_the_server_does_not_take_is_refused_before_it_is_asked(
    gateway: Gateway, clock: OwnedClock, journal: Journal, rate: int
) -> None:
    with pytest.raises(ValueError, match="from 1 to 500"):
        ServerMove(gateway, LETTERS, journal, clock, rate=rate)


# -- tasks of others


async def test_tasks_that_were_begun_elsewhere_are_found_and_can_be_stopped(gateway: Gateway, account: Account) -> None:
    account.move_tasks.start(LETTERS.arn, None, None)
    (task,) = await found(gateway, LETTERS.arn)
    await cancel(gateway, task)
    (task,) = await found(gateway, LETTERS.arn)
    assert task.status is MoveStatus.CANCELLED
    with pytest.raises(Rejected, match="does not run any more"):
        await cancel(gateway, task)


@pytest.mark.parametrize("fault", [denied(), Rejected(server_fault().problem)])
async def test_where_tasks_cannot_be_told_none_are_shown(
    gateway: Gateway, account: Account, fault: GatewayError
) -> None:
    account.fail("list_message_move_tasks", fault)
    assert await found(gateway, LETTERS.arn) == []
