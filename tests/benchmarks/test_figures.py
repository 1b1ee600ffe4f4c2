"""How the benchmarks turn what they saw into figures."""

from __future__ import annotations

import pytest

from tests.benchmarks.bar import Bar, percentile
from tests.benchmarks.keys import latencies
from tests.support.pty import Chunk

SIZE = (30, 4)


def _frame(at: float, queue: int) -> Chunk:
    return Chunk(at, b"\x1b[2;1H\x1b[2K \xe2\x96\x8c queue-%05d" % queue)


def test_a_key_takes_until_the_bytes_that_move_the_cursor() -> None:
    chunks = [_frame(1.0, 0), _frame(2.03, 1), _frame(3.05, 2)]
    assert latencies(chunks, [2.0, 3.0], SIZE) == pytest.approx([0.03, 0.05])


def test_bytes_that_leave_the_cursor_where_it_is_answer_no_key() -> None:
    chunks = [_frame(1.0, 0), Chunk(2.01, b"\x1b[4;1H12 calls"), _frame(2.02, 0), _frame(2.2, 1)]
    assert latencies(chunks, [2.0], SIZE) == pytest.approx([0.2])


def test_a_frame_cut_in_two_counts_when_it_is_whole() -> None:
    whole = _frame(2.0, 1).data
    chunks = [_frame(1.0, 0), Chunk(2.01, whole[:9]), Chunk(2.04, whole[9:])]
    assert latencies(chunks, [2.0], SIZE) == pytest.approx([0.04])


def test_one_frame_may_answer_two_keys() -> None:
    assert latencies([_frame(1.0, 0), _frame(2.3, 2)], [2.0, 2.1], SIZE) == pytest.approx([0.3, 0.2])


def test_a_key_that_is_never_answered_is_infinitely_slow() -> None:
    assert latencies([_frame(1.0, 0)], [2.0], SIZE) == [float("inf")]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], share) == expected


def test_a_bar_tells_whether_it_is_reached_in_its_own_direction() -> None:
    assert Bar("start", 1.3, 1.3).reached
    assert not Bar("start", 1.31, 1.3).reached
    assert Bar("listing", 12.0, 12, at_least=True).reached
    assert not Bar("listing", 11.9, 12, at_least=True).reached
    assert Bar("slowest", 130, 120, unit="ms").cells[:4] == ("slowest", "130.00 ms", "≤ 120 ms", "MISSED")
