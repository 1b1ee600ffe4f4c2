"""The words for short answers and empty ones, by what the queue counts."""

from __future__ import annotations

import pytest

from sqsview.domain.queue import Counts
from sqsview.operations.look_notes import in_agreement, of_answers, of_last_tries, of_moves, of_order


@pytest.mark.parametrize(
    ("counts", "got", "fifo", "said"),
    [
        (Counts(5, 0, 0), 5, False, []),
        (Counts(5, 0, 0), 10, False, []),
        (Counts(None, None, None), 3, False, []),
        (Counts(None, None, None), 0, False, ["the queue is empty"]),
        (
            Counts(40, 0, 0),
            8,
            False,
            [
                "the queue counts about 40 and gave 8: counts are approximate, and a receive asks a sample of the "
                "servers; look again"
            ],
        ),
        (
            Counts(1_688, 4, 0),
            8,
            True,
            [
                "the queue counts about 1,688 and gave 8: the groups of the others are locked by messages in flight, "
                "or the count is old"
            ],
        ),
        (
            Counts(3, 1, 0),
            0,
            True,
            ["the queue counts about 3 and gave none: all message groups are locked by messages in flight"],
        ),
        (
            Counts(3, 0, 0),
            0,
            True,
            [
                "the queue counts about 3 and gave none: the groups of the others are locked by messages in flight, "
                "or the count is old"
            ],
        ),
        (
            Counts(9, 120_000, 0),
            0,
            False,
            ["the queue gives no more: 120,000 of its messages are in flight, which is the most that SQS allows"],
        ),
        (Counts(0, 0, 7), 0, False, ["there is nothing to receive now: about 7 delayed"]),
    ],
)
def test_a_look_that_has_less_than_was_wanted_says_why(counts: Counts, got: int, fifo: bool, said: list[str]) -> None:
    assert list(of_answers(counts, wanted=10, got=got, fifo=fifo)) == said


def test_a_single_message_is_no_plural() -> None:
    assert of_last_tries(1, 5, "dlq").startswith(
        "stopped: this look took the last try of 1 message that was not known before; it goes to dlq"
    )
    assert list(of_moves(1, "dlq")) == ["up to 1 message moved to dlq, unseen"]
    assert list(of_moves(0, "dlq")) == []


def test_where_messages_moved_that_is_why_the_queue_gave_less_and_nobody_is_told_to_look_again() -> None:
    (short,) = of_answers(Counts(10, 0, 0), wanted=10, got=0, fifo=False)
    (moved,) = of_moves(10, "dlq")
    other = "a look locks the message groups that it touches until it ends"
    joined = "the queue counts about 10 and gave none: up to 10 messages moved to dlq, unseen"
    assert in_agreement((other, short, moved)) == (other, joined)
    assert in_agreement((other, short)) == (other, short)
    assert in_agreement((moved,)) == (moved,)


def test_the_third_receive_of_a_standard_queue_moves_to_the_back_and_no_other() -> None:
    (said,) = of_order([3, 2, 3, 4, None], fifo=False)
    assert said.startswith("this was the 3rd receive of 2 messages: SQS moves such to the back of the queue")
    assert list(of_order([3], fifo=True)) == []
    assert list(of_order([1, 2, 9], fifo=False)) == []
