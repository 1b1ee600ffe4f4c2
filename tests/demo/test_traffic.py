"""What goes on in the company, one second at a time; a minute of it passes at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from sqsview.demo.process import Demo, start_demo
from tests.demo.clients import Clients, connect, eventually

MINUTES = 3


@pytest.fixture(scope="module")
def history() -> Iterator[list[dict[str, tuple[int, int, int]]]]:
    """Give the counts of all queues, once a minute."""
    with start_demo(seed=1, still=True) as demo, connect(demo.endpoint_url) as clients:
        readings = [clients.all_counts()]
        for _ in range(MINUTES):
            demo.advance(60)
            readings.append(clients.all_counts())
        yield readings


def visible(history: list[dict[str, tuple[int, int, int]]], name: str) -> list[int]:
    return [reading[name][0] for reading in history]


def test_one_queue_grows_by_hundreds_a_minute(history: list[dict[str, tuple[int, int, int]]]) -> None:
    depths = visible(history, "orders-billing")
    assert all(200 < later - earlier < 500 for earlier, later in pairwise(depths))


def test_one_queue_drains(history: list[dict[str, tuple[int, int, int]]]) -> None:
    depths = visible(history, "orders-shipping.fifo")
    assert all(-120 < later - earlier < -20 for earlier, later in pairwise(depths))


def test_one_queue_is_steady(history: list[dict[str, tuple[int, int, int]]]) -> None:
    assert all(abs(depth - 980) < 60 for depth in visible(history, "orders-mail"))


def test_one_queue_comes_in_waves(history: list[dict[str, tuple[int, int, int]]]) -> None:
    depths = visible(history, "analytics-ingest")
    steps = [later - earlier for earlier, later in pairwise(depths)]
    assert max(steps) > 30
    assert min(steps) < -30


def test_messages_die_by_receives_of_their_consumers(history: list[dict[str, tuple[int, int, int]]]) -> None:
    deaths = visible(history, "orders-billing-dlq")
    assert deaths[0] == 57
    assert 58 <= deaths[-1] < 80


def test_what_cannot_be_delivered_stays_away_from_a_queue_that_does_not_admit_it(
    history: list[dict[str, tuple[int, int, int]]],
) -> None:
    assert visible(history, "orders-search") == [0] * (MINUTES + 1)


def test_consumers_are_at_work_at_any_moment(history: list[dict[str, tuple[int, int, int]]]) -> None:
    for reading in history:
        assert reading["orders-billing"][1] > 100
        assert sum(in_flight > 0 for _, in_flight, _ in reading.values()) > 10


def test_in_a_running_demo_things_move_by_themselves(live: Clients, live_demo: Demo) -> None:
    before = live.counts("orders-billing")
    eventually(lambda: live.counts("orders-billing")[0] > before[0] + 10)
    assert live_demo.running


def test_consumers_that_only_file_letters_keep_up(history: list[dict[str, tuple[int, int, int]]]) -> None:
    assert max(visible(history, "orders-audit")) < 50
    assert visible(history, "analytics-dlq") == [0] * (MINUTES + 1)
