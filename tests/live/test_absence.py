from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sqsview.live.absence import Absences, doubtful


def test_a_thing_is_forgotten_after_two_listings_in_a_row_without_it() -> None:
    absences = Absences()
    assert absences.after(["a", "b"], {"a"}, set()) == []
    assert list(absences.missed) == ["b"]
    assert absences.after(["a", "b"], {"a"}, set()) == ["b"]


def test_a_thing_that_was_listed_again_starts_over() -> None:
    absences = Absences()
    absences.after(["a"], set(), set())
    assert absences.after(["a"], {"a"}, set()) == []
    assert absences.after(["a"], set(), set()) == []


def test_a_thing_that_said_itself_that_it_is_gone_needs_one_listing() -> None:
    assert Absences().after(["a", "b"], set(), {"a"}) == ["a"]


def test_a_thing_that_is_listed_stays_even_if_its_reading_says_that_it_is_gone() -> None:
    assert Absences().after(["a"], {"a"}, {"a"}) == []


def test_an_empty_or_much_shorter_listing_is_doubtful() -> None:
    assert doubtful(0, 0)
    assert doubtful(10, 0)
    assert doubtful(10, 4)
    assert not doubtful(10, 5)
    assert not doubtful(0, 1)


@given(st.lists(st.sets(st.sampled_from("abcdef")), max_size=12))
def test_whatever_was_in_one_of_the_last_two_listings_is_known(listings: list[set[str]]) -> None:
    absences = Absences()
    known: set[str] = set()
    for listed in listings:
        known |= listed
        known -= set(absences.after(sorted(known), listed, set()))
    assert set().union(*listings[-2:]) >= known >= (listings[-1] if listings else set())
    if len(listings) >= 2:
        assert known >= listings[-2] & known
