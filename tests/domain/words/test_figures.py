"""Numbers as a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.words import age, count, duration, money, per_minute, short_count, size

ALL = (count, short_count, duration, age, size, per_minute, money)


def test_what_is_not_known_never_looks_like_a_zero() -> None:
    assert {write(None) for write in ALL} == {"–"}


def test_counts_in_full() -> None:
    assert [count(n) for n in (0, 999, 18_204, -5)] == ["0", "999", "18,204", "−5"]


@pytest.mark.parametrize(
    ("n", "written"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (12_418, "12.4k"),
        (999_949, "999.9k"),
        (999_950, "1M"),
        (3_200_000, "3.2M"),
        (5 * 10**9, "5G"),
        (-1500, "−1.5k"),
    ],
)
def test_counts_in_short(n: int, written: str) -> None:
    assert short_count(n) == written


@given(st.integers(0, 999 * 10**9))
def test_a_short_count_is_short_and_near(n: int) -> None:
    written = short_count(n)
    assert len(written) <= 6
    scale = {"k": 1e3, "M": 1e6, "G": 1e9}.get(written[-1], 1)
    assert float(written.rstrip("kMG")) * scale == pytest.approx(n, rel=0.05)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (30, "30 s"),
        (59.7, "1 min"),
        (90, "1 min 30 s"),
        (22 * 60, "22 min"),
        (7500, "2 h 5 min"),
        (3601, "1 h"),
        (86_400, "1 day"),
        (97_200, "1 day 3 h"),
        (345_600, "4 days"),
        (1_209_600, "14 days"),
        (-5, "0 s"),
    ],
)
def test_spans(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.9, "0 s"), (59.9, "59 s"), (60, "1 min"), (7199, "1 h"), (200_000, "2 days"), (-1, "0 s")],
)
def test_ages_are_rounded_down(seconds: float, written: str) -> None:
    """Nothing is said to be older than it is."""
    assert age(seconds) == written


@pytest.mark.parametrize(
    ("octets", "written"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (38, "38 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1 KiB"),
        (262_144, "256 KiB"),
        (1_048_575, "1 MiB"),
        (1_048_576, "1 MiB"),
        (1_572_864, "1.5 MiB"),
    ],
)
def test_sizes(octets: int, written: str) -> None:
    assert size(octets) == written


@pytest.mark.parametrize(
    ("rate", "written"),
    [(340.2, "+340"), (-60.0, "−60"), (0.0, "0"), (0.4, "0"), (-0.4, "0"), (12_000, "+12,000")],
)
def test_rates_carry_their_sign(rate: float, written: str) -> None:
    assert per_minute(rate) == written


@pytest.mark.parametrize(
    ("dollars", "written"),
    [(0, "$0"), (0.001, "<$0.01"), (1.4, "$1.40"), (99.99, "$99.99"), (99.996, "$100"), (1240.3, "$1,240")],
)
def test_money(dollars: float, written: str) -> None:
    assert money(dollars) == written
