"""Where a queue is going, said to somebody on call."""

import pytest

from sqsview.domain.queue import Counts
from sqsview.domain.words import flow_in_words


@pytest.mark.parametrize(
    ("rate", "left", "visible", "in_flight", "said"),
    [
        (340.0, None, 12_418, 200, "growing 340 a minute: consumers fall behind"),
        (340.0, None, 12_418, 0, "growing 340 a minute: nobody seems to receive"),
        (-60.0, 720.0, 720, 5, "empty in about 12 min at this rate"),
        (-60.0, None, 720, 5, "shrinking 60 a minute"),
        (0.3, None, 50, 5, "steady"),
        (0.0, None, 50, 0, "steady: nothing is in flight, so nobody seems to receive"),
        (0.0, None, 0, 0, "empty"),
        (None, None, 0, 0, "empty"),
        (-5.0, None, 0, 0, "empty"),
        (0.0, None, 0, 3, "steady"),
        (5.0, None, 0, 0, "growing 5 a minute: nobody seems to receive"),
        (None, None, 50, 5, "not enough readings yet"),
        (None, None, None, None, "not read yet"),
    ],
)
def test_flow(rate: float | None, left: float | None, visible: int | None, in_flight: int | None, said: str) -> None:
    assert flow_in_words(rate, left, Counts(visible, in_flight, 0)) == said


def test_a_queue_without_counts_was_not_read() -> None:
    assert flow_in_words(None, None, None) == "not read yet"


def test_nobody_is_expected_to_receive_from_a_dead_letter_queue() -> None:
    assert flow_in_words(2.0, None, Counts(57, 0, 0), dead_letters=True) == "growing 2 a minute: messages fail"
    assert flow_in_words(0.0, None, Counts(57, 0, 0), dead_letters=True) == "steady"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (45, "45 s"), (90, "2 min"), (7000, "117 min"), (7400, "2 h"), (200_000, "2 days")],
)
def test_time_to_empty_is_one_round_figure(seconds: float, said: str) -> None:
    assert flow_in_words(-5.0, seconds, Counts(10, 1, 0)) == f"empty in about {said} at this rate"


def test_delayed_messages_are_not_called_empty() -> None:
    assert flow_in_words(0.0, None, Counts(0, 0, 50)) == "nothing visible, 50 delayed"
    assert flow_in_words(0.0, None, Counts(0, 0, 0)) == "empty"


def test_a_queue_that_moved_lately_is_not_said_to_be_abandoned() -> None:
    assert "nobody" in flow_in_words(0.0, None, Counts(9, 0, 0))
    assert flow_in_words(0.0, None, Counts(9, 0, 0), moving=True) == "steady"
