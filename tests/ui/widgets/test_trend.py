"""Trends: bars over zero."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sqsview.ui.widgets.trend import trend_text


def test_a_queue_that_fills_rises() -> None:
    assert trend_text([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▃▄▅▅▆▇█"


def test_nothing_at_all_is_the_lowest_line() -> None:
    assert trend_text([0, 0, 0, 0], 4) == "▁▁▁▁"


def test_a_steady_count_is_a_level_line_at_half_height() -> None:
    assert trend_text([1_000] * 4, 4) == "▅▅▅▅"
    assert trend_text([1] * 4, 4) == "▅▅▅▅"


def test_noise_on_a_large_count_does_not_look_like_change() -> None:
    """A scale from the least to the most would draw it from top to bottom."""
    assert trend_text([1_000_000, 999_995, 1_000_005, 1_000_000], 4) == "▅▅▅▅"


def test_a_tenth_more_or_less_is_seen_for_what_it_is() -> None:
    """A scale from zero would hide the growth of a deep queue."""
    assert trend_text([10_000, 10_300, 10_600, 11_000], 4) == "▄▅▅▆"
    assert trend_text([11_000, 10_600, 10_300, 10_000], 4) == "▆▅▅▄"


def test_a_single_message_is_seen_beside_a_million() -> None:
    assert trend_text([0, 1, 1_000_000], 3) == "▁▂█"


def test_what_is_unknown_is_blank() -> None:
    assert trend_text([None, 4, None, 0], 4) == " █ ▁"
    assert trend_text([None, None], 2) == "  "
    assert trend_text([], 3) == "   "


def test_the_newest_values_are_kept_at_the_right() -> None:
    assert trend_text([9, 9, 0, 1], 2) == "▁█"
    assert trend_text([1], 3) == "  ▅"
    assert trend_text([1, 2], 0) == ""


@given(st.lists(st.none() | st.integers(0, 10**12)), st.integers(0, 40))
def test_it_is_always_as_wide_as_asked(values: list[int | None], width: int) -> None:
    assert len(trend_text(values, width)) == width
