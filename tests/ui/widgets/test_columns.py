"""Columns: how they share the width, and which give way first."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sqsview.ui.widgets.cells import Cell, Column
from sqsview.ui.widgets.columns import CLAIM, MARGIN, SHARE, Place, column_at, places, row_cells, title_cells


def column(
    id: str,
    width: int,
    priority: int,
    *,
    grow: bool = False,
    min_width: int | None = None,
    max_width: int | None = None,
) -> Column[Any, Any]:
    return Column(
        id,
        id.upper(),
        width,
        cell=lambda row, scene: Cell(""),
        grow=grow,
        min_width=min_width,
        max_width=max_width,
        priority=priority,
    )


NAME = column("name", 20, 100, grow=True, min_width=10)
KIND = column("kind", 8, 40)
VISIBLE = column("visible", 9, 90)
TREND = column("trend", 14, 20, min_width=7)
DEAD = column("dead", 20, 60, min_width=12, max_width=30)
ALL = (NAME, KIND, VISIBLE, TREND, DEAD)


def widths(width: int, name: int = 20, dead: int = 0) -> dict[str, int]:
    """Lay out ``ALL`` for names and targets of these widths."""
    return {ALL[place.column].id: place.width for place in places(ALL, [name, 0, 0, 0, dead], width)}


def test_the_name_takes_some_of_what_is_left_and_the_rest_stays_blank() -> None:
    assert widths(120) == {"name": 32, "kind": 8, "visible": 9, "trend": 14, "dead": 20}


def test_the_trend_shrinks_before_anything_else() -> None:
    assert widths(80) == {"name": 20, "kind": 8, "visible": 9, "trend": 11, "dead": 20}


def test_the_trend_goes_before_a_name_is_cut() -> None:
    assert widths(80, name=36) == {"name": 43, "visible": 9, "dead": 20}


def test_columns_that_are_told_apart_by_name_outlast_one_that_says_little() -> None:
    assert widths(64, name=40) == {"name": 49, "visible": 9}


def test_a_count_outlasts_the_end_of_a_name() -> None:
    """However long a name is, what is watched stays on screen."""
    assert widths(60, name=80) == {"name": 45, "visible": 9}


def test_a_column_widens_for_what_it_shows_before_the_rest_goes_to_the_name() -> None:
    assert widths(120, dead=26) == {"name": 32, "kind": 8, "visible": 9, "trend": 14, "dead": 26}
    assert widths(120, dead=90)["dead"] == 30


def test_in_a_sliver_the_name_is_all_there_is() -> None:
    assert list(widths(12)) == ["name"]


def test_columns_without_one_that_grows_keep_their_widths() -> None:
    assert places((KIND, VISIBLE), [0, 0], 80) == (Place(0, 3, 8), Place(1, 13, 9))


@given(st.integers(6, 240), st.integers(0, 300), st.integers(0, 300))
def test_columns_never_overlap_and_never_leave_the_line(width: int, name: int, dead: int) -> None:
    spots = places(ALL, [name, 0, 0, 0, dead], width)
    ends = [0, *(spot.x + spot.width for spot in spots)]
    assert all(spot.width >= 1 and spot.x > end for spot, end in zip(spots, ends, strict=False))
    assert ends[-1] <= width - MARGIN
    assert spots[0].column == 0


@given(st.integers(40, 240), st.integers(0, 60))
def test_up_to_its_claim_a_name_is_only_cut_when_no_lesser_column_is_left(width: int, name: int) -> None:
    shown = widths(width, name)
    if shown["name"] < min(name, max(CLAIM, int(width * SHARE))):
        assert set(shown) == {"name", "visible"}


def test_one_very_long_name_does_not_blind_all_rows() -> None:
    """It is cut in the middle; the title of the pane below has it in full."""
    assert set(widths(120, name=80)) == {"name", "kind", "visible", "trend", "dead"}


def test_a_long_name_takes_room_that_nobody_needs() -> None:
    assert widths(160, name=80)["name"] >= 80


def test_the_arrow_stands_before_a_number_column_and_after_a_text_column() -> None:
    spots = places(ALL, [20, 0, 0, 0, 0], 100)
    numbers: tuple[Column[Any, Any], ...] = (NAME, KIND, Column("visible", "VISIBLE", 9, "right"), TREND, DEAD)

    def titles(sorted_by: str, *, descending: bool) -> str:
        return "".join(cell.text for cell in title_cells(numbers, spots, sorted_by, 100, descending=descending))

    assert " ↓VISIBLE " in titles("visible", descending=True)
    assert " NAME↑ " in titles("name", descending=False)
    assert "↑" not in titles("other", descending=False)


def test_a_title_as_wide_as_its_column_gets_its_arrow_in_the_gap() -> None:
    tight = (NAME, Column[Any, Any]("in-flight", "IN FLIGHT", 9, "right"))
    spots = places(tight, [20, 0], 40)
    line = "".join(cell.text for cell in title_cells(tight, spots, "in-flight", 40, descending=True))
    assert "NAME" in line
    assert "↓IN FLIGHT" in line
    assert len(line) == 40


def test_a_cell_extends_over_the_columns_that_show_nothing() -> None:
    spots = places(ALL, [20, 0, 0, 0, 0], 100)
    content = (Cell("orders"), Cell("std"), Cell("–"), Cell("denied: sqs:GetQueueAttributes"), None)
    line = "".join(cell.text for cell in row_cells(ALL, spots, content, 100))
    assert "denied: sqs:GetQueueAttributes" in line


def test_a_click_between_columns_means_the_one_that_follows() -> None:
    spots = places(ALL, [20, 0, 0, 0, 0], 100)
    assert column_at(ALL, spots, 0) == "name"
    assert column_at(ALL, spots, spots[2].x - 1) == "visible"
    assert column_at(ALL, spots, spots[-1].x + spots[-1].width) is None
