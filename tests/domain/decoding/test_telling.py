"""The line that says of each body in a list what it is about."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.decoding import decode, what_matters
from tests.support.bodies import ORDER, POINTER, envelope, gzipped
from tests.support.hostile import HOSTILE, OBEYED


def line(body: object, width: int = 80) -> str:
    return what_matters(decode(body if isinstance(body, str) else json.dumps(body)), width)


def test_kind_identity_and_error_come_before_other_fields() -> None:
    assert line({"total": 129.0, **ORDER}) == "order 10442 card_declined total 129.0 try 5"


def test_it_is_of_what_is_within_all_wrappings() -> None:
    assert line(envelope(gzipped(json.dumps(ORDER)))).startswith("order 10442 card_declined")


def test_events_of_aws_are_told_by_what_they_carry() -> None:
    event = {
        "version": "0", "id": "6a7e", "detail-type": "Order Placed", "source": "shop", "account": "1",
        "region": "eu-west-1", "time": "2026-01-01T00:00:00Z", "resources": [],
        "detail": {"orderId": "A-7", "state": "failed"},
    }  # fmt: skip
    assert line(event) == "Order Placed 6a7e A-7 failed source shop"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("\n\n  first line  \nsecond", "first line"),
        ("", ""),
        ([], "[]"),
        ({}, "{}"),
        ([{"id": 1}, {"id": 2}], "2 × 1"),
        ({"version": 3}, "version 3"),
        ({"items": [1, 2]}, "items"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "a"),
        ({"ok": True, "gone": None}, "ok true"),
        ('"a string"', "a string"),
        (gzipped(b"\x00" * 512), "512 bytes of binary data"),
        (POINTER, "in S3: large-bodies/5f2c"),
    ],
)
def test_every_kind_of_body_has_a_line(body: object, expected: str) -> None:
    assert line(body) == expected


@given(
    st.text() | st.dictionaries(st.text(), st.text() | st.integers() | st.none()).map(json.dumps), st.integers(0, 500)
)
def test_it_is_one_printable_line_of_the_width(body: str, width: int) -> None:
    said = what_matters(decode(body), width)
    assert len(said) <= max(16, min(width, 200))
    assert not OBEYED.search(said)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_shown_not_obeyed(text: str) -> None:
    for body in (text, json.dumps({text: text}), json.dumps({"id": text}, ensure_ascii=False)):
        assert not OBEYED.search(line(body))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([{"id": n} for n in range(60_000)]), json.dumps({str(n): n for n in range(60_000)}),
        "x" * 2**20, " " * 2**20, json.dumps({"a": "x" * 2**20}), json.dumps({"a" * 2**20: 1}),
    ],
    ids=range(6),
)  # fmt: skip
def test_it_takes_no_longer_for_a_large_body(body: str) -> None:
    decoding = decode(body)
    began = time.perf_counter()
    for _ in range(100):
        what_matters(decoding)
    assert time.perf_counter() - began < 1


def test_the_name_of_a_part_is_not_told_as_if_it_were_that_of_the_whole() -> None:
    order = {"type": "order", "id": 10442, "items": [{"sku": "SKU-1", "name": "side table"}]}
    assert line(order) == "order 10442 sku SKU-1 name side table"


def test_of_a_document_that_is_not_parsed_the_line_is_its_beginning_without_breaks() -> None:
    packed = gzipped(json.dumps([{"id": number} for number in range(9_000)], indent=4))
    assert what_matters(decode(packed, at_most=2_000), 40) == '[ { "id": 0 }, { "id": 1 }, { "id": 2 }…'
