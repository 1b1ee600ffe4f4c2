from __future__ import annotations

from itertools import pairwise
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from sqsview.live.schedule import Schedule


def drain(schedule: Schedule, now: float, *, changed: frozenset[str] = frozenset()) -> list[str]:
    """Read all that is due at this moment."""
    keys = []
    while (key := schedule.take(now)) is not None:
        keys.append(key)
        schedule.read(key, now, changed=key in changed)
    return keys


def simulate(
    schedule: Schedule, start: float, seconds: float, *, changed: frozenset[str] = frozenset()
) -> list[tuple[float, str]]:
    """Read whatever is due the moment it is due and give when what was read."""
    now, readings = start, []
    while True:
        readings += [(now, key) for key in drain(schedule, now, changed=changed)]
        wait = schedule.wait(now)
        if now + wait > start + seconds:
            return readings
        now += wait


def gaps(readings: list[tuple[float, str]], key: str) -> list[float]:
    times = [at for at, read in readings if read == key]
    return [later - earlier for earlier, later in pairwise(times)]


def names(count: int) -> list[str]:
    return [f"queue-{index:04}" for index in range(count)]


def test_new_things_are_read_visible_ones_first_in_the_order_of_the_screen() -> None:
    schedule = Schedule()
    schedule.add(["a", "b", "c", "d"], 0)
    schedule.watch(["c", "b"], 0)
    assert drain(schedule, 0) == ["c", "b", "a", "d"]


def test_what_is_visible_is_read_every_four_seconds() -> None:
    schedule = Schedule()
    schedule.add(names(50), 0)
    schedule.watch(names(10), 0)
    readings = simulate(schedule, 0, 120)
    assert all(gap <= 4.0001 for key in names(10) for gap in gaps(readings, key))
    assert sum(read in names(10) for _, read in readings) <= 10 * (120 / 4 + 2)


def test_what_moves_is_read_every_ten_seconds() -> None:
    schedule = Schedule()
    schedule.add(["moving", "still"], 0)
    readings = simulate(schedule, 0, 300, changed=frozenset(["moving"]))
    assert max(gaps(readings, "moving")[1:]) <= 10.0001
    assert schedule.pace.counts[1] == 1


def test_what_is_quiet_backs_off_step_by_step_up_to_the_bound() -> None:
    schedule = Schedule()
    schedule.add(["still"], 0)
    found = gaps(simulate(schedule, 0, 3600), "still")
    assert found[0] <= 20
    assert all(gap <= schedule.pace.bound + 0.001 for gap in found)
    assert found[-1] == schedule.pace.bound == 180


def test_what_begins_to_move_is_read_often_again() -> None:
    schedule = Schedule()
    schedule.add(["queue"], 0)
    simulate(schedule, 0, 3600)
    now = 3600 + schedule.wait(3600)
    assert schedule.take(now) == "queue"
    assert schedule.read("queue", now, changed=True) == 10


def test_idle_readings_are_spread_evenly_over_the_interval() -> None:
    schedule = Schedule()
    schedule.pace.allow(45)
    schedule.add(names(1000), 0)
    readings = simulate(schedule, 0, 1800)
    last = [at for at, _ in readings if at > 900]
    per_ten_seconds = [sum(start <= at < start + 10 for at in last) for start in range(900, 1790, 10)]
    assert max(per_ten_seconds) <= 3 * 1000 / 180 * 10


def test_a_failing_thing_backs_off_even_on_screen_and_comes_back_once_it_is_read() -> None:
    schedule = Schedule()
    schedule.add(["queue"], 0)
    schedule.watch(["queue"], 0)
    now, waits = 0.0, []
    for _ in range(8):
        now += schedule.wait(now)
        assert schedule.take(now) == "queue"
        waits.append(schedule.failed("queue", now))
    assert waits == [8, 16, 32, 64, 128, 180, 180, 180]
    now += schedule.wait(now)
    assert schedule.take(now) == "queue"
    assert schedule.read("queue", now, changed=False) == 4


def test_scrolling_away_and_back_does_not_read_what_is_fresh() -> None:
    schedule = Schedule()
    schedule.add(["here", "there"], 0)
    drain(schedule, 0)
    schedule.watch(["here"], 10)
    assert drain(schedule, 10)[0] == "here"
    schedule.watch(["there"], 11)
    schedule.watch(["here"], 12)
    assert "here" not in drain(schedule, 12)
    assert schedule.wait(12) <= 2.0001


def test_what_left_the_screen_before_its_turn_does_not_hold_up_what_is_on_it() -> None:
    schedule = Schedule()
    schedule.add(names(1000), 0)
    drain(schedule, 0)
    for start in range(0, 900, 40):
        schedule.watch(names(1000)[start : start + 40], 10)
    assert schedule.take(10) in names(1000)[880:920]


def test_what_is_asked_for_comes_before_all_others() -> None:
    schedule = Schedule()
    schedule.add(names(20), 0)
    schedule.watch(names(5), 0)
    schedule.hurry(["queue-0015"], 0)
    taken = [schedule.take(0) for _ in range(6)]
    assert "queue-0015" in taken


def test_what_is_asked_for_while_it_is_being_read_is_read_again() -> None:
    schedule = Schedule()
    schedule.add(["queue"], 0)
    assert schedule.take(0) == "queue"
    schedule.hurry(["queue"], 0)
    schedule.read("queue", 1, changed=False)
    assert schedule.take(1) == "queue"


def test_a_reading_that_was_given_up_is_due_again_at_once() -> None:
    schedule = Schedule()
    schedule.add(["queue"], 0)
    assert schedule.take(0) == "queue"
    assert schedule.take(0) is None
    schedule.release("queue", 1)
    assert schedule.take(1) == "queue"


def test_on_return_of_the_focus_old_rows_are_due_at_once() -> None:
    schedule = Schedule()
    schedule.add(["queue"], 0)
    schedule.watch(["queue"], 0)
    drain(schedule, 0)
    schedule.focus(False, 0)
    readings = simulate(schedule, 0, 100)
    assert gaps(readings, "queue")[-1] == 12
    now = readings[-1][0] + 6
    assert schedule.take(now) is None
    schedule.focus(True, now)
    assert schedule.take(now) == "queue"


def test_after_a_long_sleep_the_backlog_is_spread_anew() -> None:
    schedule = Schedule()
    schedule.pace.allow(45)
    schedule.add(names(1000), 0)
    simulate(schedule, 0, 900)
    woken = 900 + 8 * 3600
    first = [at for at, _ in simulate(schedule, woken, 400) if at > woken]
    per_ten_seconds = [sum(woken + start <= at < woken + start + 10 for at in first) for start in range(0, 390, 10)]
    assert max(per_ten_seconds) <= 200


def test_a_dropped_thing_is_never_given_again_even_when_it_is_being_read() -> None:
    schedule = Schedule()
    schedule.add(["a", "b"], 0)
    assert schedule.take(0) == "a"
    schedule.drop("a")
    schedule.drop("b")
    assert schedule.read("a", 1, changed=True) is None
    assert schedule.take(1_000_000) is None
    assert schedule.wait(0) == inf
    assert schedule.unread == 0 and schedule.pace.counts == [0, 0, 0]


def test_a_budget_that_is_too_small_starves_nothing() -> None:
    """With far too little for what is on screen, the rest is still read within the published bound."""
    schedule = Schedule()
    schedule.pace.allow(5)
    schedule.add(names(300), 0)
    schedule.watch(names(60), 0)
    last = dict.fromkeys(names(300), 0.0)
    worst = 0.0
    for call in range(5 * 3600):
        now = call / 5
        key = schedule.take(now)
        if key is not None:
            worst = max(worst, now - last[key])
            last[key] = now
            schedule.read(key, now, changed=False)
    assert worst <= schedule.pace.bound * 1.5
    assert max(3600 - at for at in last.values()) <= schedule.pace.bound * 1.5


def test_more_on_screen_than_can_be_read_leaves_every_fourth_reading_to_the_rest() -> None:
    schedule = Schedule()
    schedule.add(names(100), 0)
    schedule.watch(names(60), 0)
    drain(schedule, 0)
    taken = []
    for second in range(60, 460):
        key = schedule.take(second)
        assert key is not None
        schedule.read(key, second, changed=False)
        taken.append(key)
    assert sum(key >= "queue-0060" for key in taken) >= 60
    assert sum(key < "queue-0060" for key in taken) >= 280


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 60),
    budget=st.sampled_from([None, 2.0, 10.0, 50.0]),
    events=st.lists(
        st.tuples(
            st.sampled_from(["watch", "focus", "blur", "fail", "change", "hurry", "add", "drop"]),
            st.integers(0, 59),
            st.integers(0, 20),
            st.floats(0.1, 90),
        ),
        max_size=25,
    ),
)
def test_whatever_happens_each_thing_is_read_within_the_bound(
    count: int, budget: float | None, events: list[tuple[str, int, int, float]]
) -> None:
    schedule = Schedule()
    schedule.pace.allow(budget)
    schedule.add(names(count), 0)
    now = 0.0
    fails: set[str] = set()
    moves: set[str] = set()
    tried = {}
    known = dict.fromkeys(names(count), now)
    bound = schedule.pace.bound

    def run_until(end: float) -> None:
        nonlocal now, bound
        while True:
            bound = max(bound, schedule.pace.bound)
            key = schedule.take(now)
            if key is not None:
                assert key in known
                tried[key] = now
                if key in fails:
                    schedule.failed(key, now)
                else:
                    schedule.read(key, now, changed=key in moves)
                continue
            wait = schedule.wait(now)
            assert wait > 0
            if now + wait >= end:
                now = end
                return
            now += wait

    run_until(1.0)
    for event, index, width, pause in events:
        key = f"queue-{index:04}"
        match event:
            case "watch":
                schedule.watch(names(60)[index : index + width], now)
            case "focus" | "blur":
                schedule.focus(event == "focus", now)
            case "fail":
                fails ^= {key}
            case "change":
                moves ^= {key}
            case "hurry":
                schedule.hurry([key], now)
            case "add":
                schedule.add([key], now)
                known.setdefault(key, now)
            case "drop":
                schedule.drop(key)
                known.pop(key, None)
                tried.pop(key, None)
        run_until(now + pause)
        for key, since in known.items():
            assert now - max(tried.get(key, since), since) <= bound + 0.001
    assert schedule.unread == 0
    assert sum(schedule.pace.counts) == len(known)
    run_until(now + bound + 1)
    assert all(now - tried[key] <= bound + 1.001 for key in known)
