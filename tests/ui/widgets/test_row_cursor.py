"""The cursor: it stays with its row, and takes a neighbour when that is gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.ui.widgets.cells import Cell, Heading
from sqsview.ui.widgets.row_cursor import RowCursor, index_of, nearest
from tests.ui.widgets.gallery import Row


def rows(keys: str) -> list[Row | Heading]:
    """Make a row of each letter; capitals are headings."""
    return [Heading(key, (Cell(key),)) if key.isupper() else Row(key) for key in keys]


def cursor_on(keys: str, key: str) -> RowCursor:
    cursor = RowCursor()
    cursor.put(rows(keys), keys.index(key))
    return cursor


@pytest.mark.parametrize(
    ("after", "key", "index"),
    [
        ("dcba", "c", 1),  # sorted the other way round
        ("xxabcd", "c", 4),  # rows arrived above
        ("c", "c", 0),  # everything else went
        ("abd", "d", 2),  # gone: the row that took its place
        ("ab", "b", 1),  # gone, and it was the last
        ("abDe", "e", 3),  # gone: a heading is passed over
        ("abD", "b", 1),
        ("", None, 0),
        ("D", None, 0),
    ],
)
def test_the_cursor_follows_its_row(after: str, key: str | None, index: int) -> None:
    cursor = cursor_on("abcd", "c")
    cursor.follow(rows(after))
    assert (cursor.key, cursor.index) == (key, index)


def test_the_first_rows_give_it_the_first_row() -> None:
    cursor = RowCursor()
    cursor.follow(rows("Aab"))
    assert cursor.key == "a"


@given(st.permutations("abcdefgh"), st.sampled_from("abcdefgh"))
def test_no_order_of_the_rows_moves_it_to_another_row(order: list[str], key: str) -> None:
    cursor = cursor_on("abcdefgh", key)
    shuffled = rows("".join(order))
    cursor.follow(shuffled)
    assert cursor.key == key
    assert shuffled[cursor.index].key == key


def test_a_heading_is_no_place_for_a_cursor() -> None:
    assert index_of(rows("aB"), "B") is None
    assert nearest(rows("aBc"), 1, 1) == 2
    assert nearest(rows("aBc"), 1, -1) == 0
    assert nearest(rows("aB"), 1, 1) == 0
    assert nearest(rows(""), 0, 1) is None
