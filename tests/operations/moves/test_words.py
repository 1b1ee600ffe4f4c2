"""What is said of a move while it runs, when it ended, and after it was interrupted."""

from __future__ import annotations

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.operations.journal import Doubt, Interrupted
from sqsview.operations.move import MoveProgress
from sqsview.operations.move_words import doubt_lines, interrupted_lines, outcome, progress_line

GONE = Problem(ProblemKind.GONE, "does not exist", thing="orders")


@pytest.mark.parametrize(
    ("kind", "progress", "line"),
    [
        ("move", MoveProgress(), "0 moved"),
        (
            "move",
            MoveProgress(total=1_000, moved=120, rate=45.4, eta=19.6),
            "120 of 1,000 moved · 45 a second · 20 s left",
        ),
        ("copy", MoveProgress(total=9, moved=2, rate=0.25, eta=28), "2 of 9 copied · 0.2 a second · 28 s left"),
        ("delete", MoveProgress(moved=3, skipped=1_200), "3 deleted · 1,200 passed over"),
        (
            "redrive",
            MoveProgress(total=50, moved=9, failed=2, doubtful=1, stopped=True),
            "9 of 50 moved · 2 failed · 1 may be there twice · stopping",
        ),
        (
            "move",
            MoveProgress(total=9, moved=7, waits=52.3),
            "7 of 9 moved · waits up to 53 s for messages whose holds have to lapse",
        ),
    ],
)
def test_the_line_of_progress(kind: str, progress: MoveProgress, line: str) -> None:
    assert progress_line(kind, progress) == line


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (MoveProgress(total=998, moved=998, elapsed=12, ended=True), "998 moved · took 12 s"),
        (
            MoveProgress(total=1_000, moved=998, failed=2, elapsed=12, ended=True),
            "998 of 1,000 moved · 2 failed · took 12 s",
        ),
        (MoveProgress(total=9, moved=1, elapsed=2, stopped=True), "1 of 9 moved · stopped · took 2 s"),
        (
            MoveProgress(moved=1, problem=GONE, stopped=True, elapsed=61),
            "1 moved · gave up: orders: does not exist · took 1 min 1 s",
        ),
    ],
)
def test_the_outcome(progress: MoveProgress, line: str) -> None:
    assert outcome("move", progress) == line


def interrupted(doubt: Doubt, *, ended: bool = False) -> Interrupted:
    source, destination = (f"arn:aws:sqs:eu-west-1:123456789012:{name}" for name in ("orders-dlq", "orders"))
    counts = {"settled": 1_200, "failed": 3}
    return Interrupted(7, "move", "aws", source, destination, "", 1.0, counts, doubt, ended=ended)


def test_what_was_interrupted_is_said_with_what_may_be_there_twice() -> None:
    assert interrupted_lines(interrupted(Doubt(sure=("a", "b"), unsure=("c",)))) == (
        "moving orders-dlq to orders was interrupted: 1,200 moved, 3 failed",
        "2 messages in the destination and perhaps still in the source: going on deletes what is left of them there, "
        "they are not sent again",
        "1 message may be there twice: the answer to their sending never came; it stays in the source",
        "going on takes the rest as well",
    )


def test_a_move_that_left_originals_is_told_as_such() -> None:
    assert interrupted_lines(interrupted(Doubt(), ended=True))[0] == (
        "moving orders-dlq to orders left originals behind: 1,200 moved, 3 failed"
    )


def test_a_copy_and_a_deletion_have_words_of_their_own() -> None:
    doubt = Doubt(sure=("a",), unsure=("b",))
    assert doubt_lines("copy", doubt)[0] == "1 message copied already: going on does not copy them again"
    assert doubt_lines("delete", Doubt(unsure=("b",))) == ("1 message may be deleted, or not: going on deletes them",)
    assert doubt_lines("move", Doubt()) == ()
