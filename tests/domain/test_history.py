"""An hour of counts in fixed memory, against what was really read."""

import sys
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.history import HELD, MOVING_WINDOW, RATE_WINDOW, TREND_BUCKETS, TREND_SPAN, History

START = 10_000.0
SLACK = 31.0
"""Seconds by which a reading may be placed early: the longest slot."""

Reading = tuple[float, int | None]


def history_of(readings: Sequence[Reading]) -> History:
    history = History()
    for at, value in readings:
        history.add(at, value, None if value is None else value + 1)
    return history


def every(seconds: float, values: Sequence[int | None], start: float = START) -> list[Reading]:
    return [(start + place * seconds, value) for place, value in enumerate(values)]


@st.composite
def readings(draw: st.DrawFn) -> list[Reading]:
    """Readings as the poller makes them: often or seldom, with failures and with pauses."""
    at = draw(st.floats(START, START + 100))
    found: list[Reading] = []
    value: int | None = 0
    for _ in range(draw(st.integers(1, 60))):
        value = draw(st.none() | st.just(value) | st.integers(0, 5000))
        found.append((at, value))
        at += draw(st.sampled_from([1.0, 5.0, 5.0, 30.0, 60.0, 180.0, 700.0]))
    return found


@given(readings(), st.integers(1, 40), st.floats(60, 3000))
def test_every_bucket_agrees_with_the_readings_around_it(found: list[Reading], buckets: int, span: float) -> None:
    end = found[-1][0]
    start = end - span
    history = history_of(found)
    series = history.series(start, end, buckets)
    width = span / buckets
    assert len(series.visible) == len(series.in_flight) == buckets
    for place, (value, in_flight) in enumerate(zip(series.visible, series.in_flight, strict=True)):
        assert (value is None) is (in_flight is None)
        assert value is None or in_flight == pytest.approx(value + 1)
        opens, closes = start + place * width, start + (place + 1) * width
        near = [reading for at, reading in found if opens - SLACK <= at < closes + SLACK]
        before = [reading for reading in found if reading[0] < opens - SLACK]
        possible = {reading for reading in near if reading is not None}
        if before and before[-1][1] is not None and opens - before[-1][0] <= HELD + SLACK:
            possible.add(before[-1][1])
        if value is not None:
            assert possible, "a figure came out of nothing"
            assert min(possible) - 1e-6 <= value <= max(possible) + 1e-6
        elif not near and before:
            at, reading = before[-1]
            assert reading is None or opens - at > HELD - SLACK, "a reading that still holds was lost"


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=118))
def test_ten_minutes_are_kept_to_five_seconds(values: list[int]) -> None:
    history = history_of(every(5, values))
    end = START + 5 * len(values)
    assert history.series(START, end, len(values)).visible == values


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=118))
def test_an_hour_is_kept_to_half_a_minute(values: list[int]) -> None:
    start = START // 30 * 30
    history = history_of(every(30, values, start))
    assert history.series(start, start + 30 * len(values), len(values)).visible == values


@pytest.mark.parametrize("length", range(150, 162))
def test_where_coarse_and_fine_meet_no_reading_is_before_its_time(length: int) -> None:
    """A growing queue grows in the picture too, also at the joint."""
    history = history_of(every(5, list(range(length))))
    values = history.series(START, START + 5 * length, length).visible
    known = [value for value in values if value is not None]
    assert known == sorted(known)


def test_older_than_an_hour_is_forgotten() -> None:
    history = history_of(every(30, list(range(400))))
    end = START + 400 * 30
    assert history.series(START, START + 3600, 10).visible == [None] * 10
    assert None not in history.series(end - 3500, end, 10).visible


def test_memory_does_not_grow() -> None:
    history = history_of(every(5, list(range(5000))))
    rings = [history._fine, history._coarse]
    total = sys.getsizeof(history) + sum(
        sys.getsizeof(ring) + sys.getsizeof(ring.visible) + sys.getsizeof(ring.in_flight)
        for ring in rings
        if ring is not None
    )
    assert total <= 3 * 1024


def test_a_queue_that_never_changes_takes_next_to_nothing() -> None:
    history = history_of(every(60, [7] * 500))
    assert history._fine is None
    assert sys.getsizeof(history) <= 200
    assert history.series(START, START + 60 * 499, 7).visible == [7.0] * 7


@given(st.integers(2, 30), st.integers(1, 3), st.integers(1, 30))
def test_the_past_is_the_same_before_and_after_the_first_change(quiet: int, step: int, buckets: int) -> None:
    """Rings are only made at the first change; nobody must see that."""
    found = every(step * 60, [7] * quiet)
    end = found[-1][0]
    start = max(START + SLACK, end - 3000)
    history = history_of(found)
    before = history.series(start, end, buckets)
    history.add(end + 1, 8, 9)
    after = history.series(start, end, buckets)
    assert before.visible[:-1] == after.visible[:-1]


def test_a_reading_holds_until_it_is_too_old() -> None:
    history = history_of([(START, 5), (START + 10, 6)])
    assert history.series(START + 100, START + 180, 1).visible == [6.0]
    assert history.series(START + 10 + HELD + 10, START + 10 + HELD + 60, 1).visible == [None]


def test_readings_at_the_idle_bound_leave_no_gap() -> None:
    """The poller reads no queue less often than every 180 s, give or take."""
    history = history_of(every(182, [5, 5, 6, 6, 7]))
    assert None not in history.series(START, START + 4 * 182, 50).visible


def test_a_failed_reading_is_a_gap_and_not_a_zero() -> None:
    history = history_of(every(5, [3, 4, None, None, 5, 6]))
    assert history.series(START, START + 30, 6).visible == [3.0, 4.0, None, None, 5.0, 6.0]


def test_a_queue_that_was_never_read_has_only_gaps() -> None:
    history = History()
    assert history.first_at is None
    assert history.series(0, 100, 3).visible == [None] * 3
    assert history.trend(100) == [None] * TREND_BUCKETS
    assert history.rate(100) is None
    assert history.seconds_to_empty(100) is None
    assert not history.moving(100)


def test_a_reading_from_the_past_is_not_recorded() -> None:
    history = history_of([(START, 1), (START + 60, 2), (START + 30, 99)])
    assert 99.0 not in history.series(START, START + 60, 60).visible


@pytest.mark.parametrize("change", [-60, -1, 1, 340])
def test_the_rate_is_the_change_a_minute(change: int) -> None:
    history = history_of([(START + 5 * place, 50_000 + change * place // 12) for place in range(60)])
    assert history.rate(START + 295) == pytest.approx(change, rel=0.1, abs=0.6)


def test_one_wild_count_does_not_move_the_rate() -> None:
    """Counts are approximate: SQS may give one that is far off."""
    values = [1000 + place for place in range(36)]
    steady = history_of(every(5, values)).rate(START + 175)
    for place in (3, 20, 33):
        wild = [*values[:place], 0, *values[place + 1 :]]
        assert history_of(every(5, wild)).rate(START + 175) == pytest.approx(steady, rel=0.2)


def test_too_few_readings_make_no_rate() -> None:
    assert history_of([(START, 5)]).rate(START) is None
    assert history_of([(START, 5), (START + 1, 5)]).rate(START + 1) is None
    assert history_of([(START, 5), (START + 5, 9)]).rate(START + 5) is None
    assert history_of(every(1, [5, 6, 7, 8])).rate(START + 4) is None


def test_the_rate_of_a_quiet_queue_is_zero_and_not_unknown() -> None:
    history = history_of(every(180, [5, 5, 5]))
    assert history.rate(START + 400) == 0.0


def test_a_rate_comes_to_rest_after_the_last_change() -> None:
    history = history_of(every(5, [100, 50, 0] + [0] * 60))
    assert history.rate(START + 300) == 0.0


def test_a_rate_does_not_outlive_its_readings() -> None:
    history = history_of(every(5, list(range(60))))
    assert history.rate(START + 300) is not None
    assert history.rate(START + 300 + HELD) is None
    history.add(START + 301, None, None)
    assert history.rate(START + 302) is None, "a queue that cannot be read goes nowhere that we know of"


def test_time_to_empty_is_what_is_left_by_the_rate() -> None:
    draining = history_of(every(5, [1200 - 10 * place for place in range(40)]))
    left = 1200 - 10 * 39
    assert draining.seconds_to_empty(START + 195) == pytest.approx(left / 120 * 60, rel=0.05)
    growing = history_of(every(5, list(range(40))))
    assert growing.seconds_to_empty(START + 195) is None
    empty = history_of(every(5, [*range(39, 0, -1), 0]))
    assert empty.seconds_to_empty(START + 195) is None


def test_a_queue_moves_while_its_counts_change() -> None:
    history = history_of([(START, 5), (START + 5, 5)])
    assert not history.moving(START + 5)
    history.add(START + 10, 5, 77)
    assert history.moving(START + 10), "messages in flight are movement too"
    assert history.moving(START + 10 + MOVING_WINDOW)
    assert not history.moving(START + 11 + MOVING_WINDOW)


def test_losing_sight_of_a_queue_is_no_movement() -> None:
    history = history_of([(START, 5), (START + 5, None), (START + 10, 5)])
    assert not history.moving(START + 10)


def test_the_trend_of_a_quiet_queue_stays_the_same_list() -> None:
    """Otherwise every row would be painted again and again."""
    history = history_of(every(30, [5] * 40))
    now = START + 39 * 30
    assert history.trend(now) == history.trend(now + 7) == [5] * TREND_BUCKETS


def test_the_trend_moves_bucket_by_bucket() -> None:
    history = history_of(every(5, list(range(200))))
    trends = [history.trend(START + 995 + later) for later in range(120)]
    changes = sum(one != other for one, other in pairwise(trends))
    assert changes <= 120 / (TREND_SPAN / TREND_BUCKETS)
    known = [value for value in trends[0] if value is not None]
    assert len(known) == TREND_BUCKETS
    assert known == sorted(known)


@pytest.mark.parametrize("value", [-1, 2**31, 2**40])
def test_a_count_beyond_all_reason_is_kept_as_near_as_it_goes(value: int) -> None:
    history = history_of(every(5, [1, value, value]))
    last = history.series(START + 10, START + 15, 1).visible[0]
    assert last is not None
    assert last == min(max(value, 0), 2**32 - 3)


def test_the_window_of_a_rate_is_what_it_looks_back_on() -> None:
    """A fall long ago says nothing about now."""
    values = [1000 - 10 * place for place in range(50)] + [500 + place for place in range(60)]
    history = history_of(every(5, values))
    now = START + 5 * 109
    assert history.rate(now, RATE_WINDOW) == pytest.approx(12, rel=0.15)
    overall = history.rate(now, 540)
    assert overall is not None
    assert overall < 0


@pytest.mark.parametrize("interval", [440.0, 1200.0])
def test_readings_that_are_planned_to_be_rare_leave_no_gap(interval: float) -> None:
    """With very many queues, or a small budget, the next reading is meant to come so late."""
    history = History()
    for at, value in every(interval, [5, 6, 6]):
        history.add(at, value, 0, interval * 1.25)
    end = START + 2 * interval + interval
    first = max(START, end - 3500)
    assert None not in history.series(first, end, 50).visible
    assert None not in history.trend(end)
    assert history.series(end + interval, end + interval + 60, 1).visible == [None]


def test_a_reading_holds_as_long_as_was_planned_for_it_and_not_for_a_later_one() -> None:
    """A pause of the machine stays a gap, also where the readings after it are planned to be rare."""
    history = History()
    history.add(START, 5, 0)
    history.add(START + 10, 6, 0)
    history.add(START + 700, 7, 0, 600.0)
    assert history.series(START + 300, START + 660, 6).visible == [None] * 6
    assert history.series(START + 1200, START + 1260, 1).visible == [7.0]


def test_a_reading_whose_successor_is_put_off_holds_until_then() -> None:
    history = history_of([(START, 5), (START + 10, 6)])
    history.hold(500.0)
    history.add(START + 400, 8, 9)
    assert None not in history.series(START, START + 400, 20).visible
    history.hold(10.0)
    assert history.series(START + 400 + HELD - 60, START + 400 + HELD - 10, 1).visible == [8.0]


def test_rare_readings_have_a_rate_and_not_a_false_standstill() -> None:
    history = History()
    for at, value in every(440.0, [0, 440, 880, 1320, 1760]):
        history.add(at, value, 0, 550.0)
    assert history.rate(START + 5 * 440 - 10) == pytest.approx(60, rel=0.1)


def test_a_failed_reading_among_rare_ones_stays_a_gap() -> None:
    history = History()
    for at, value in every(440.0, [5, None, 6]):
        history.add(at, value, value, 550.0)
    assert history.series(START + 480, START + 840, 6).visible == [None] * 6


def test_the_readings_of_a_span_are_given_as_they_were_with_gaps_as_such() -> None:
    made = History()
    for at, visible, in_flight in ((1_000.0, 5, 0), (1_010.0, 3, 2), (1_020.0, None, None), (1_030.0, 5, 0)):
        made.add(at, visible, in_flight)
    assert [tuple(each) for each in made.readings(1_005.0, 1_025.0)] == [(1_010, 3, 2), (1_020, None, None)]


def test_where_nothing_changed_there_are_no_readings_to_tell_of() -> None:
    made = History()
    made.add(1_000.0, 5, 0)
    made.add(1_010.0, 5, 0)
    assert made.readings(0.0, 2_000.0) == []
