"""That messages are held for longer than they are hidden is told by the counts in one case, and in no other."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from sqsview.domain.doctor import Code
from sqsview.domain.doctor.holds import Holds, held_too_long
from sqsview.domain.history import History
from tests.domain.doctor.world import NOW, dead, healthy
from tests.support.things import queue_arn

TIMEOUT = 30


def history(readings: Iterable[tuple[int, int]], step: float = 5.0) -> History:
    """Record visible and in-flight counts every ``step`` seconds, the last of them just now."""
    made, values = History(), list(readings)
    for place, (visible, in_flight) in enumerate(values):
        made.add(NOW - step * (len(values) - 1 - place), visible, in_flight)
    return made


def cycles(number: int, *, total: int = 12, flying: int = 10, held: int = 6, rest: int = 2) -> list[tuple[int, int]]:
    """Give readings in which ``flying`` messages go in flight for ``held`` readings and come back."""
    once = [(total, 0)] * rest + [(total - flying, flying)] * held
    return once * number + [(total, 0)] * 2


def judged(readings: Iterable[tuple[int, int]], timeout: int = TIMEOUT, step: float = 5.0) -> Holds | None:
    return held_too_long(history(readings, step), NOW, timeout)


def test_messages_that_come_back_after_the_timeout_again_and_again_are_told() -> None:
    holds = judged(cycles(4))
    assert holds is not None
    assert (holds.times, holds.total) == (4, 12)
    assert 150 <= holds.seconds <= 200


def test_twice_may_be_a_restart() -> None:
    assert judged(cycles(2)) is None


def test_what_comes_back_long_before_the_timeout_was_given_back() -> None:
    """So does a look, and so does a consumer that fails fast."""
    assert judged(cycles(6, held=2)) is None


def test_where_a_message_was_deleted_or_sent_meanwhile_there_is_no_telling() -> None:
    falling = [reading for total in (40, 39, 38, 37, 36) for reading in cycles(1, total=total)]
    assert judged(falling) is None


def test_a_busy_queue_whose_counts_go_up_and_down_is_told_nothing_of() -> None:
    busy = [(100 + (7 * place) % 13, 40 + (5 * place) % 11) for place in range(110)]
    assert judged(busy) is None


@pytest.mark.parametrize("steady", [[(12, 0)] * 100, [(0, 12)] * 100, [(0, 0)] * 100])
def test_a_queue_in_which_nothing_moves_is_told_nothing_of(steady: list[tuple[int, int]]) -> None:
    assert judged(steady) is None


def test_readings_that_are_too_far_apart_tell_nothing() -> None:
    assert judged(cycles(3, held=1, rest=1), timeout=TIMEOUT, step=60.0) is None


def test_a_gap_in_the_readings_begins_anew() -> None:
    made = History()
    values: list[tuple[int | None, int | None]] = [*cycles(2), (None, None), *cycles(2)]
    for place, (visible, in_flight) in enumerate(values):
        made.add(NOW - 5.0 * (len(values) - 1 - place), visible, in_flight)
    assert held_too_long(made, NOW, TIMEOUT) is None


def test_an_empty_history_tells_nothing() -> None:
    assert held_too_long(History(), NOW, TIMEOUT) is None


def test_the_doctor_tells_of_it_with_what_it_saw() -> None:
    finding = healthy().seen_queue("billing", (12, 0, 0), history=history(cycles(4))).only()
    assert (finding.code, finding.thing) == (Code.VISIBILITY_TIMEOUT_SHORT, "billing")
    assert finding.evidence.startswith("4 times in 2 min 45 s messages came back ")
    assert "after the 30 s for which they are hidden, and none of 12 was deleted" in finding.evidence
    assert finding.repair is None, "how long the work takes is for a person to say"


def test_of_one_reading_nothing_is_told_of_holds() -> None:
    assert healthy().seen_queue("billing", (12, 0, 0), history=history(cycles(4))).findings(None) == ()


def test_in_a_dead_letter_queue_it_is_whoever_looks_that_holds() -> None:
    world = healthy().with_queue(dead("billing-dlq", visibility_timeout=30))
    world = world.seen_queue("billing-dlq", (12, 0, 0), history=history(cycles(4)))
    assert world.only().code is Code.DLQ_NOT_EMPTY
    assert queue_arn("billing-dlq") == world.only().thing_key
