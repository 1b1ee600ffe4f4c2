"""Placeholders become what they stand for, and nothing else is touched."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.placeholders import Filling, first, iso, names_in, sample, typed_column, unknown_names

NOW = 1_750_000_000.1239


def test_every_text_field_is_filled_in() -> None:
    outgoing = Outgoing(
        "{{n}} {{uuid}} {{now}}",
        {"a": Attribute("Number", "{{n}}"), "b": Attribute("Binary", b"{{n}}"), "c": Attribute("String", "still")},
        group="g-{{n}}",
        deduplication="{{uuid}}",
        delay=5,
        subject="no. {{n}}",
        structure=True,
        trace_header="Root={{n}}",
    )
    assert Filling(outgoing).fill(7, "id", NOW) == Outgoing(
        "7 id 2025-06-15T15:06:40.124Z",
        {"a": Attribute("Number", "7"), "b": Attribute("Binary", b"{{n}}"), "c": Attribute("String", "still")},
        group="g-7",
        deduplication="id",
        delay=5,
        subject="no. 7",
        structure=True,
        trace_header="Root={{n}}",
    )


def test_one_message_has_one_id_wherever_it_stands() -> None:
    filled = Filling(Outgoing("{{uuid}}", deduplication="{{uuid}}")).fill(1, "one", NOW)
    assert filled.body == filled.deduplication == "one"


def test_what_is_put_in_is_not_looked_at_again() -> None:
    assert Filling(Outgoing("{{uuid}}{{n}}")).fill(1, "{{n}}", NOW).body == "{{n}}1"


@pytest.mark.parametrize("text", ["{{ n }}", "{n}", "{{N}}", "{{id}}", "{{}}", "{{n", "{{now }}", '{"a":{"b":{}}}'])
def test_what_is_no_placeholder_stays(text: str) -> None:
    assert Filling(Outgoing(text)).fill(1, "id", NOW).body == text


def test_what_only_looks_like_one_is_named() -> None:
    outgoing = Outgoing("{{id}} {{n}} {{ now }}", {"a": Attribute("String", "{{Uuid}}")})
    assert unknown_names(outgoing) == {"id", " now ", "Uuid"}
    assert names_in(outgoing) == {"n"}
    assert unknown_names(Outgoing('{"a": {"b": {}}}')) == frozenset()


def test_a_sample_is_as_large_as_the_last_message() -> None:
    outgoing = Outgoing("{{n}} {{uuid}} {{now}}")
    last = Filling(outgoing).fill(10_000, "x" * 36, NOW)
    assert sample(outgoing, 10_000).size == last.size


def test_a_message_without_placeholders_is_filled_in_at_no_cost() -> None:
    outgoing = Outgoing("x" * 1_000_000)
    filling = Filling(outgoing)
    assert filling.fill(1, "id", NOW) is outgoing


@given(st.text(), st.integers(1, 10**6))
def test_filling_in_is_replacing(text: str, n: int) -> None:
    filled = Filling(Outgoing(text + "{{n}}" + text)).fill(n, "id", 0.0).body
    expected = text.replace("{{n}}", str(n)).replace("{{uuid}}", "id").replace("{{now}}", iso(0.0))
    assert filled == expected + str(n) + expected


def test_a_json_body_stays_json() -> None:
    body = json.dumps({"n": "{{n}}", "nested": {"id": "{{uuid}}"}})
    assert json.loads(Filling(Outgoing(body)).fill(3, "id", NOW).body) == {"n": "3", "nested": {"id": "id"}}


@pytest.mark.parametrize(
    ("epoch", "said"),
    [(0.0, "1970-01-01T00:00:00.000Z"), (NOW, "2025-06-15T15:06:40.124Z"), (1.9996, "1970-01-01T00:00:02.000Z")],
)
def test_times_are_in_utc_with_milliseconds(epoch: float, said: str) -> None:
    assert iso(epoch) == said


def test_the_first_message_has_the_number_one_the_time_and_a_sample_of_an_id() -> None:
    assert first(Outgoing("{{n}} {{uuid}} {{now}}"), NOW) == Outgoing(
        "1 00000000-0000-4000-8000-000000000000 2025-06-15T15:06:40.124Z"
    )


_PIECES = st.lists(st.sampled_from(["{{n}}", "{{uuid}}", "{{now}}", "{", "}", "ab", '"']), max_size=8)


@given(_PIECES, _PIECES)
def test_a_column_behind_what_was_filled_in_is_found_in_the_line_as_it_was_typed(
    before: list[str], after: list[str]
) -> None:
    left, right = "".join(before), "".join(after)
    mark = "|"  # keeps the two sides from making a placeholder together
    line = first(Outgoing(left + mark + right), NOW).body
    assert typed_column(left + mark + right, line.index(mark) + 1) == len(left) + 1


def test_a_column_within_what_was_filled_in_is_where_its_placeholder_begins() -> None:
    assert [typed_column("a{{uuid}}b", column) for column in (1, 2, 5, 37, 38, 39)] == [1, 2, 2, 2, 10, 11]
