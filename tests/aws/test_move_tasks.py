"""The server's move tasks as they are read: what is not told stays unknown, and nothing is believed unseen."""

from __future__ import annotations

import pytest

from sqsview.aws.move_tasks import handle, listed, moved
from sqsview.domain.move_task import MoveStatus, MoveTask
from sqsview.errors import ServerFault

ARN = "arn:aws:sqs:eu-west-1:123456789012:orders-dlq"


def test_a_running_task_is_read_with_all_that_it_tells() -> None:
    told = {
        "TaskHandle": "h",
        "Status": "RUNNING",
        "SourceArn": ARN,
        "DestinationArn": ARN.replace("-dlq", ""),
        "MaxNumberOfMessagesPerSecond": 50,
        "ApproximateNumberOfMessagesMoved": 3,
        "ApproximateNumberOfMessagesToMove": 12,
        "StartedTimestamp": 1_764_080_520_123,
    }
    assert listed({"Results": [told]}, ARN) == [
        MoveTask(ARN, MoveStatus.RUNNING, "h", ARN.replace("-dlq", ""), 50, 3, 12, None, 1_764_080_520.123)
    ]


@pytest.mark.parametrize(
    ("given", "started"),
    [(1_764_080_520_123, 1_764_080_520.123), (1_764_080_520, 1_764_080_520.0), ("x", None), (-1, None), (None, None)],
)
def test_a_start_is_read_in_milliseconds_and_in_seconds(given: object, started: float | None) -> None:
    (task,) = listed({"Results": [{"Status": "COMPLETED", "StartedTimestamp": given}]}, ARN)
    assert (task.started, task.source) == (started, ARN)


def test_tasks_come_newest_first_whatever_the_order_of_the_answer() -> None:
    results = [{"Status": "COMPLETED", "StartedTimestamp": at} for at in (1_000, 3_000, 2_000)]
    assert [task.started for task in listed({"Results": results}, ARN)] == [3_000, 2_000, 1_000]


def test_a_word_that_is_not_in_the_api_and_a_hostile_reason_are_bearable() -> None:
    (task,) = listed({"Results": [{"Status": "PAUSED", "FailureReason": "a\n" + "b" * 900}]}, ARN)
    assert task.status is MoveStatus.UNKNOWN
    assert task.failure is not None
    assert "\n" not in task.failure
    assert len(task.failure) <= 300


@pytest.mark.parametrize("answer", [None, {}, {"Results": []}, {"Results": [3]}])
def test_no_tasks_are_none(answer: object) -> None:
    assert listed(answer, ARN) == []


def test_an_answer_that_cannot_be_read_is_a_fault() -> None:
    with pytest.raises(ServerFault):
        listed({"Results": "all"}, ARN)
    with pytest.raises(ServerFault):
        handle({"TaskHandle": ""})


def test_what_a_cancelled_task_had_moved_may_be_left_out() -> None:
    assert (moved({"ApproximateNumberOfMessagesMoved": 7}), moved({}), moved(None)) == (7, None, None)
