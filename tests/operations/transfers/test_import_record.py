"""What is left of an import is known from its record, however often it was broken off."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sqsview.operations.import_record import KIND, Course, earlier_imports, left_of
from sqsview.operations.journal import Doubt, Intent, Journal
from tests.support.time import OwnedClock


@given(st.integers(1, 60), st.randoms(use_true_random=False), st.integers(1, 6))
def test_every_line_is_sent_in_the_end_and_none_that_is_known_to_be_there_is_sent_again(
    messages: int, chance: random.Random, ends: int
) -> None:
    course, there, doubtful, doubled = Course("digest", messages), set[int](), set[int](), set[int]()
    for _ in range(ends):
        order = [*course.retry, *range(course.after + 1, messages + 1)]
        assert not there.intersection(order), "known to be there, and sent again"
        assert len(order) == course.left
        tried = order[: chance.randint(0, len(order))]
        fates = {line: chance.choice(["taken", "taken", "refused", "lost"]) for line in tried}
        there |= {line for line, fate in fates.items() if fate == "taken"}
        lost = {line for line, fate in fates.items() if fate == "lost"}
        doubled |= doubtful & {line for line, fate in fates.items() if fate == "taken"}
        doubtful = (doubtful - doubled) | lost
        course = left_of(
            course,
            settled=sum(fate == "taken" for fate in fates.values()),
            failed=[line for line, fate in fates.items() if fate == "refused"],
            doubt=Doubt(unsure=tuple(str(line) for line in lost)),
        )
        assert set(course.twice) == doubtful
        assert set(course.doubled) == doubled
        assert course.sent == len(there)
    order = [*course.retry, *range(course.after + 1, messages + 1)]
    assert there | set(order) == set(range(1, messages + 1))


def test_a_record_is_found_by_queue_and_context_and_the_last_one_comes_first() -> None:
    journal = Journal(clock=OwnedClock())
    for context, arn, digest in (("aws", "a", "1"), ("aws", "b", "2"), ("http://x", "a", "3"), ("aws", "a", "4")):
        op = journal.begin(
            KIND, context=context, source="f", destination=arn, detail=Course(digest, 9).written(), at=1.0
        )
        journal.end(op, "done", counts={"settled": 9, "failed": 0}, at=2.0)
    journal.end(
        journal.begin("move", context="aws", source="q", destination="a", detail="x", at=1.0), "done", counts={}, at=2.0
    )
    found = earlier_imports(journal, "aws", "a")
    assert [one.course.digest for one in found] == ["4", "1"]
    assert found[0].course.left == 0


async def test_an_import_that_was_killed_knows_what_was_being_sent() -> None:
    clock = OwnedClock()
    journal = Journal(clock=clock)
    course = Course("digest", 9, after=2, retry=(1,), sent=1)
    op = journal.begin(KIND, context="aws", source="f", destination="a", detail=course.written(), at=1.0)
    await journal.intend(op, [Intent("1"), Intent("3", deduplication="d")])
    await journal.intend(op, [Intent("4"), Intent("5")])
    await journal.settled(op, ["4", "5"])
    journal.end(op, "stopped", counts={"settled": 2, "failed": 0}, at=2.0)
    (found,) = earlier_imports(journal, "aws", "a")
    left = found.course
    assert (left.retry, left.twice, left.after, left.sent) == ((1, 3), (1, 3), 5, 3)
    assert left.repeatable == {3: ("d", clock.epoch())}


def test_the_id_of_a_line_in_doubt_is_kept_over_any_number_of_imports_that_do_not_come_to_it() -> None:
    """By it a FIFO queue swallows the second copy; with another one there would be two, and nobody would be told."""
    journal = Journal(None)
    sent = ("sqsview-b61d", 1_000.0)
    course = Course("digest", 9, after=4, retry=(3,), sent=3, repeatable={3: sent})
    for _ in range(3):
        op = journal.begin(KIND, context="aws", source="f", destination="arn", detail=course.written(), at=1.0)
        journal.end(op, "stopped", counts={"settled": 0, "failed": 0}, at=2.0)
        course = earlier_imports(journal, "aws", "arn")[0].course
        assert (course.retry, course.twice, dict(course.repeatable)) == ((3,), (3,), {3: sent})
