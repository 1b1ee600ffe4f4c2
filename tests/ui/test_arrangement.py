"""Which rows a table shows, and in which order."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sqsview.ui.arrangement import Arrangement, Matcher, arranged, parse_filter


@dataclass(frozen=True)
class Thing:
    name: str
    size: int | None = None
    kinds: tuple[str, ...] = ()


MATCHER: Matcher[Thing] = Matcher(text=lambda thing: thing.name, kinds=lambda thing: thing.kinds)


def names(things: list[Thing], text: str) -> list[str]:
    terms = parse_filter(text)
    return [thing.name for thing in things if MATCHER.matches(thing, terms)]


THINGS = [
    Thing("orders", 5, ("standard", "non-empty")),
    Thing("orders-dlq", 0, ("standard", "dlq", "empty")),
    Thing("Billing.fifo", None, ("fifo",)),
    Thing("graveyard", 2, ("dlq", "non-empty")),
]


def test_every_word_of_a_filter_must_match_whatever_its_case() -> None:
    assert names(THINGS, "ORD dlq") == ["orders-dlq"]
    assert names(THINGS, "billing") == ["Billing.fifo"]
    assert len(names(THINGS, "  ")) == len(THINGS)


def test_an_exclamation_mark_inverts_one_word() -> None:
    assert names(THINGS, "!orders") == ["Billing.fifo", "graveyard"]
    assert names(THINGS, "! orders") == ["Billing.fifo", "graveyard"]
    assert names(THINGS, "orders !dlq") == ["orders"]
    assert names(THINGS, "!!orders") == ["orders", "orders-dlq"]


def test_an_exclamation_mark_that_is_still_being_typed_hides_nothing() -> None:
    assert len(names(THINGS, "!")) == len(THINGS)


def test_a_kind_is_found_also_where_the_name_does_not_say_it() -> None:
    assert names(THINGS, "dlq") == ["orders-dlq", "graveyard"]
    assert names(THINGS, "fifo") == ["Billing.fifo"]
    assert names(THINGS, "non-empty") == ["orders", "graveyard"]
    assert names(THINGS, "is:nonempty") == ["orders", "graveyard"]
    assert names(THINGS, "!non-empty") == ["orders-dlq", "Billing.fifo"]


def test_is_asks_for_the_kind_alone() -> None:
    assert names([Thing("my-fifo-like", None, ("standard",))], "is:fifo") == []


def test_unknown_values_are_last_in_both_directions() -> None:
    for descending in (False, True):
        order = arranged(
            THINGS,
            Arrangement("size", descending=descending),
            MATCHER,
            lambda thing: thing.size,
            lambda thing: thing.name,
        )
        assert order[-1].name == "Billing.fifo"


def test_the_column_that_is_sorted_by_already_is_reversed() -> None:
    by_name = Arrangement("name", filter="x")
    assert by_name.by("name", descending=False) == Arrangement("name", descending=True, filter="x")
    assert by_name.by("size", descending=True) == Arrangement("size", descending=True, filter="x")


@given(st.lists(st.tuples(st.text(max_size=4), st.one_of(st.none(), st.integers(0, 3)))), st.booleans())
def test_equal_values_stand_in_the_order_of_their_names(pairs: list[tuple[str, int | None]], descending: bool) -> None:
    things = [Thing(name, size) for name, size in pairs]
    order = arranged(
        things,
        Arrangement("size", descending=descending),
        MATCHER,
        lambda thing: thing.size,
        lambda thing: thing.name,
    )
    assert sorted(map(id, order)) == sorted(map(id, things))
    for one, other in pairwise(order):
        if one.size == other.size:
            assert one.name <= other.name
        elif one.size is not None and other.size is not None:
            assert (one.size > other.size) is descending


@given(st.text())
def test_no_filter_is_an_error(text: str) -> None:
    names(THINGS, text)
