from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.live.tempo import Kind, Pace, Tempo, shares

wants = st.lists(st.floats(0, 1000), min_size=3, max_size=3)


def paced(visible: int = 0, moving: int = 0, idle: int = 0, budget: float | None = None) -> Pace:
    pace = Pace(Tempo())
    for kind, count in zip(Kind, (visible, moving, idle), strict=True):
        for _ in range(count):
            pace.move(None, kind)
    pace.allow(budget)
    return pace


@given(wants, st.floats(0.1, 1000))
def test_a_budget_is_never_overdrawn_and_nobody_gets_more_than_wanted(wanted: list[float], budget: float) -> None:
    given_ = shares(wanted, budget)
    assert sum(given_) <= budget * 1.000001
    assert all(share <= want + 1e-9 for share, want in zip(given_, wanted, strict=True))


@given(wants, st.floats(0.1, 1000))
def test_a_budget_that_is_too_small_starves_nobody_and_is_used_up(wanted: list[float], budget: float) -> None:
    given_ = shares(wanted, budget)
    if sum(wanted) > budget:
        assert sum(given_) == pytest.approx(budget)
    for share, want, part in zip(given_, wanted, (0.5, 0.25, 0.25), strict=True):
        assert share >= min(want, part * budget) - 1e-9


def test_the_intervals_are_as_wished_where_the_budget_suffices() -> None:
    pace = paced(visible=40, moving=20, idle=940, budget=45)
    assert (pace.visible, pace.moving, pace.bound) == (4, 10, 180)


def test_a_small_budget_stretches_the_intervals_until_what_they_come_to_fits() -> None:
    pace = paced(visible=40, moving=200, idle=5000, budget=20)
    assert pace.demand == pytest.approx(20)
    assert pace.visible < pace.moving < pace.bound


def test_five_thousand_idle_queues_keep_the_bound_with_the_default_budget() -> None:
    assert paced(visible=40, moving=50, idle=4910, budget=45).bound == 180


def test_many_new_things_are_not_read_again_all_at_once() -> None:
    pace = paced(visible=40, idle=5000, budget=45)
    assert 5000 / pace.floor < 45 - 40 / pace.visible


def test_out_of_focus_the_visible_and_the_moving_are_read_less_often() -> None:
    pace = paced(visible=40, moving=20, idle=100, budget=45)
    pace.focus(False)
    assert (pace.visible, pace.moving, pace.bound) == (12, 30, 180)
    pace.focus(True)
    assert (pace.visible, pace.moving) == (4, 10)


def test_the_longer_a_thing_is_quiet_the_rarer_it_is_read() -> None:
    tempo = Tempo()
    intervals = [tempo.ladder[tempo.step(quiet)][1] for quiet in range(0, 400, 10)]
    assert intervals == sorted(intervals)
    assert (intervals[0], intervals[-1]) == (10, 180)
