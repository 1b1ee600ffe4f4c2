"""What a queue is known by."""

from sqsview.domain.queue import Queue, QueueSettings
from tests.support.things import queue, queue_arn, queue_ref


def test_identity_is_the_listed_arn_also_where_the_server_reports_another() -> None:
    """Rows and marks must not jump when the first reading comes in."""
    before = Queue(queue_ref("orders"))
    after = Queue(queue_ref("orders"), settings=QueueSettings("arn:aws:sqs:elasticmq:000000000000:orders"))
    assert before.key == after.key == queue_arn("orders")
    assert before.arn == queue_arn("orders")
    assert after.arn == "arn:aws:sqs:elasticmq:000000000000:orders"


def test_a_queue_is_fifo_by_its_name() -> None:
    assert queue("orders.fifo").ref.fifo
    assert not queue("orders").ref.fifo


def test_two_pictures_of_one_queue_are_told_apart() -> None:
    """The screens repaint what is not the same object."""
    assert queue("orders", 1) != queue("orders", 1)
