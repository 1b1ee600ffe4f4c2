"""The sums in the header: what was not read is never taken for nothing."""

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.ui.scene import Totals, totals
from tests.support.things import queue, queue_arn, topology

DENIED = Problem(ProblemKind.DENIED, "denied: sqs:GetQueueAttributes")
ORDERS = queue("orders", 12, in_flight=3, dead_letter_target=queue_arn("orders-dlq"))


def test_all_that_was_read_is_summed() -> None:
    queues = [ORDERS, queue("orders-dlq", 5)]
    assert totals(queues, topology(queues)) == Totals(17, 3, 5)


def test_a_dead_letter_queue_that_is_denied_does_not_pass_for_an_empty_one() -> None:
    queues = [ORDERS, queue("orders-dlq", unread=True, problem=DENIED)]
    assert totals(queues, topology(queues)) == Totals(12, 3, None, partial=True, dead_partial=True)


def test_while_some_queues_are_unread_the_sums_are_the_least_that_there_is() -> None:
    queues = [ORDERS, queue("orders-dlq", 5), queue("later", unread=True)]
    assert totals(queues, topology(queues)) == Totals(17, 3, 5, partial=True, dead_partial=True)


def test_a_denied_queue_that_nobody_gives_up_to_leaves_the_dead_letters_alone() -> None:
    queues = [ORDERS, queue("orders-dlq", 0), queue("audit", unread=True, problem=DENIED)]
    assert totals(queues, topology(queues)) == Totals(12, 3, 0, partial=True)


def test_before_anything_was_read_nothing_is_known() -> None:
    queues = [queue("orders", unread=True)]
    assert totals(queues, topology(queues)) == Totals(None, None, None)


def test_dead_letters_that_somebody_looks_at_are_still_there() -> None:
    queues = [ORDERS, queue("orders-dlq", 5, in_flight=25)]
    assert totals(queues, topology(queues)).dead == 30
