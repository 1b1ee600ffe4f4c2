"""Rows of messages: short figures, order, and groups with the largest first."""

from __future__ import annotations

import math

import pytest

from sqsview.domain.message import Message
from sqsview.ui.message_columns import (
    GroupRow,
    MessageRow,
    columns_for,
    grouped,
    ordered,
    short_age,
    short_size,
)


def row(name: str, sent: float | None = 0.0) -> MessageRow:
    system = {} if sent is None else {"SentTimestamp": str(int(sent * 1000))}
    return MessageRow(Message(name, "body", "receipt", system=system), None, False)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
        (-math.inf, "–"),
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 m"),
        (7_300, "2 h"),
        (86_400 * 14, "14 d"),
    ],
)
def test_an_age_is_short(seconds: float | None, said: str) -> None:
    assert short_age(seconds) == said


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (0, "0 B"), (1_023, "1023 B"), (1_024, "1 K"), (1_536, "1.5 K"), (10_240, "10 K"), (262_144, "256 K"),
        (1_048_575, "1 M"), (1_048_576, "1 M"), (1_572_864, "1.5 M"),
    ],
)  # fmt: skip
def test_a_size_is_short(octets: int, said: str) -> None:
    assert short_size(octets) == said
    assert len(said) <= 6


def test_a_size_is_counted_once_however_often_the_rows_are_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text.encode())

    monkeypatch.setattr("sqsview.domain.message.byte_length", count)
    rows = [MessageRow(Message(name, f"ä{name}", "receipt"), None, False) for name in "ab"]
    for _ in range(3):
        assert [each.size for each in ordered(rows, lambda each: each.size, descending=True)] == [3, 3]
    assert counted == ["äa", "äb"]


def test_equal_values_stay_as_they_came_and_unknown_ones_are_last_in_both_directions() -> None:
    rows = [row("a", 2), row("b", None), row("c", 1), row("d", 2)]
    assert [each.key for each in ordered(rows, lambda each: each.sent, descending=False)] == ["c", "a", "d", "b"]
    assert [each.key for each in ordered(rows, lambda each: each.sent, descending=True)] == ["a", "d", "c", "b"]


def test_groups_are_headed_by_value_and_count_the_largest_first_then_by_name() -> None:
    rows = [row(name) for name in "abcdef"]
    groups = {"a": "x", "b": "y", "c": "y", "d": "w", "e": "x"}  # f was not read yet
    lines, counts = grouped(rows, groups, lambda label: label == "y")
    assert counts == [("x", 2), ("y", 2), ("w", 1)]
    assert [each.key for each in lines] == ["group:x", "a", "e", "group:y", "group:w", "d"]
    assert [each.open for each in lines if isinstance(each, GroupRow)] == [True, False, True]


def test_columns_that_would_say_nothing_are_left_out() -> None:
    def ids(**chosen: bool) -> list[str]:
        usual = {"limited": False, "groups": False, "sources": False}
        return [column.id for column in columns_for(**{**usual, **chosen})]

    assert ids() == ["age", "size", "receives", "text"]
    assert ids(groups=True, sources=True) == ["age", "size", "receives", "group", "text", "source"]
