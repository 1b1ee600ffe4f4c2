"""Who redrives and why, what stands against it, and what a person is told before it begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.move_task import MoveStatus, MoveTask
from sqsview.domain.queue import Counts, QueueSettings
from sqsview.domain.redrive import By, Facts, RedrivePlan, Wish, decide, task_in_words
from tests.support.things import queue_arn, queue_ref

LETTERS = queue_ref("orders-dlq")
ORDERS, BILLS, MAIL = queue_ref("orders"), queue_ref("bills"), queue_ref("mail.fifo")
FACTS = Facts(LETTERS, Counts(12, 0, 0), QueueSettings(LETTERS.arn), (ORDERS,), ())


def settings(name: str, **changes: object) -> QueueSettings:
    return replace(QueueSettings(queue_arn(name)), **changes)  # type: ignore[arg-type]


def told(plan: RedrivePlan) -> str:
    return "\n".join(plan.notes)


# -- which of the two


def test_a_whole_dead_letter_queue_is_redriven_by_the_server() -> None:
    plan = decide(FACTS, Wish())
    assert (plan.by, plan.blockers) == (By.SERVER, ())
    assert plan.why == "everything in the queue is moved as it is, which the server does itself"
    assert plan.where == "orders"


def test_a_destination_of_the_same_type_is_for_the_server_too() -> None:
    plan = decide(FACTS, Wish(BILLS, rate=500))
    assert (plan.by, plan.where) == (By.SERVER, "bills")


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(marked=2), "2 messages of the queue: the server's task moves all of it"),
        (Wish(filtered=True), "what a filter matches: the server's task moves the whole queue"),
        (Wish(edited=1, marked=1), "1 message with a changed body: the server's task moves messages as they are"),
        (Wish(rate=0.5), "0.5 a second: the server's task takes whole numbers from 1 to 500"),
        (Wish(rate=501), "501 a second: the server's task takes whole numbers from 1 to 500"),
        (Wish(MAIL), "standard to FIFO: the server's task needs two queues of one type"),
    ],
)
def test_what_the_servers_task_cannot_do_is_for_the_mover_and_the_reason_is_said(wish: Wish, why: str) -> None:
    plan = decide(FACTS, wish)
    assert (plan.by, plan.why, plan.blockers) == (By.MOVER, why, ())


def test_a_server_without_tasks_leaves_it_to_the_mover() -> None:
    plan = decide(replace(FACTS, tasks=None, no_tasks="this server has no message-move tasks"), Wish())
    assert (plan.by, plan.why) == (By.MOVER, "this server has no message-move tasks")


def test_a_queue_that_sns_alone_feeds_is_for_the_mover_and_needs_a_destination() -> None:
    facts = replace(FACTS, sources=(), fed_by=("sales",))
    plan = decide(facts, Wish(ORDERS))
    assert (plan.by, plan.blockers) == (By.MOVER, ())
    assert plan.why == "no queue names orders-dlq as its dead-letter queue, and the server's task moves nothing else"
    assert decide(facts, Wish()).blockers == (
        "orders-dlq is no queue's dead-letter queue, only the topic sales puts messages there: nothing says where to, "
        "so choose a destination",
    )


# -- what stands against it


def test_a_queue_that_is_no_dead_letter_queue_goes_nowhere_by_itself() -> None:
    assert decide(replace(FACTS, sources=()), Wish()).blockers == (
        "orders-dlq is no queue's dead-letter queue: nothing says where to, so choose a destination",
    )


@pytest.mark.parametrize("status", [MoveStatus.RUNNING, MoveStatus.CANCELLING])
@pytest.mark.parametrize("wish", [Wish(), Wish(marked=1)])
def test_a_task_that_runs_already_is_told_and_blocks_both(status: MoveStatus, wish: Wish) -> None:
    task = MoveTask(LETTERS.arn, status, moved=12, to_move=500, rate=5)
    plan = decide(replace(FACTS, tasks=(task,)), wish)
    assert plan.running is task
    said = f"{status.value.lower()}, 12 of about 500 moved, at most 5 a second"
    assert plan.blockers == (f"a move task of orders-dlq is running already: {said}",)


def test_tasks_that_have_ended_block_nothing() -> None:
    tasks = tuple(MoveTask(LETTERS.arn, status) for status in (MoveStatus.COMPLETED, MoveStatus.FAILED))
    assert decide(replace(FACTS, tasks=tasks), Wish()).blockers == ()


def test_a_destination_that_is_the_queue_itself_or_does_not_exist_is_refused() -> None:
    assert decide(FACTS, Wish(LETTERS)).blockers == ("orders-dlq is the queue itself: choose another destination",)
    assert decide(replace(FACTS, destination_exists=False), Wish(BILLS)).blockers == ("bills does not exist",)


# -- what is said beforehand


def test_a_shared_queue_names_all_of_its_sources_and_nothing_is_guessed() -> None:
    plan = decide(replace(FACTS, sources=(BILLS, ORDERS, queue_ref("stock"))), Wish())
    assert plan.where == "where each came from"
    assert "orders-dlq is shared by bills, orders and stock: each message goes back to the queue it came from" in told(
        plan
    )


def test_of_thousands_of_sources_a_few_are_named_and_the_rest_counted() -> None:
    plan = decide(replace(FACTS, sources=tuple(queue_ref(f"q{number}") for number in range(1_012))), Wish())
    assert "q59 and 952 more: each message" in told(plan)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(), "tells no source: the server's task ends at the first one"),
        (Wish(filtered=True), "tells no source: it stays, and is reported"),
    ],
)
def test_what_becomes_of_a_message_without_a_source_depends_on_who_moves(wish: Wish, said: str) -> None:
    assert f"put there by SNS or by hand {said}" in told(decide(FACTS, wish))
    assert "no source" not in told(decide(FACTS, replace(wish, to=BILLS)))


def test_what_topics_put_there_is_the_movers() -> None:
    plan = decide(replace(FACTS, fed_by=("a", "b")), Wish())
    assert plan.by is By.MOVER and "topics put here what they could not deliver" in plan.why
    assert "put there by the topics a, b tells no source: it stays, and is reported" in told(plan)
    assert decide(replace(FACTS, fed_by=("a", "b")), Wish(to=BILLS)).by is By.SERVER


def test_what_is_in_flight_elsewhere_or_delayed_stays() -> None:
    notes = decide(replace(FACTS, counts=Counts(12, 3, 1)), Wish()).notes
    assert "3 messages in flight with consumers or other looks are not moved now" in notes
    assert "1 message delayed is not moved now" in notes


def test_an_empty_queue_is_told() -> None:
    assert "orders-dlq is empty" in told(decide(replace(FACTS, counts=Counts(0, 0, 0)), Wish()))


def test_a_change_of_type_is_told_with_what_it_means() -> None:
    assert "mail.fifo is a FIFO queue: a message without a group needs one, or stays" in decide(FACTS, Wish(MAIL)).notes
    fifo = replace(FACTS, queue=queue_ref("mail-dlq.fifo"))
    assert "orders is a standard queue: the order of the messages is not kept there" in decide(fifo, Wish(ORDERS)).notes


def test_a_destination_that_takes_less_is_told() -> None:
    facts = replace(
        FACTS,
        settings=settings("orders-dlq", maximum_message_size=1_048_576),
        destination_settings=settings("bills", maximum_message_size=262_144),
    )
    assert "bills takes messages of up to 262,144 bytes: larger ones stay" in decide(facts, Wish(BILLS)).notes


@pytest.mark.parametrize(
    ("permission", "admitted", "shut_out"),
    [("denyAll", (), "bills and orders"), ("byQueue", (ORDERS.arn,), "bills"), ("allowAll", (), "")],
)
def test_sources_that_cannot_give_up_to_the_queue_again_are_told(
    permission: str, admitted: tuple[str, ...], shut_out: str
) -> None:
    allowing = settings("orders-dlq", redrive_permission=permission, redrive_sources=admitted)
    plan = decide(replace(FACTS, sources=(BILLS, ORDERS), settings=allowing), Wish())
    assert plan.blockers == ()
    assert (f"does not admit {shut_out}: what fails there again cannot come back" in told(plan)) is bool(shut_out)


def test_a_redrive_policy_of_its_own_is_told_where_messages_are_received() -> None:
    limited = replace(FACTS, settings=settings("orders-dlq", max_receive_count=3, dead_letter_target=BILLS.arn))
    said = "orders-dlq has a redrive policy of its own: what is received and stays there has one try less"
    assert said in decide(limited, Wish(filtered=True)).notes
    assert said not in decide(limited, Wish()).notes


def test_sources_that_may_not_be_read_are_told_and_left_to_the_server() -> None:
    plan = decide(replace(FACTS, sources=None), Wish())
    assert (plan.by, plan.blockers) == (By.SERVER, ())
    assert "which queues give up to orders-dlq is not known" in told(plan)


def test_a_task_is_one_line_whatever_the_server_leaves_out() -> None:
    assert task_in_words(MoveTask("a", MoveStatus.RUNNING)) == "running, how far is not told"
    failed = MoveTask("a", MoveStatus.FAILED, moved=3, failure="NonExistentQueue")
    assert task_in_words(failed) == "failed: NonExistentQueue, 3 moved"
