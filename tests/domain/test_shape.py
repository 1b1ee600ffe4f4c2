"""The shape by which bodies are grouped."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.decoding import decode
from sqsview.domain.shape import shape_of, shape_of_body
from tests.support.bodies import envelope, gzipped
from tests.support.hostile import OBEYED

NAMES = st.text(max_size=12)
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(st.dictionaries(NAMES, VALUES, max_size=8), st.randoms())
def test_the_same_fields_in_another_order_are_the_same_shape(document: dict[str, Any], chance: random.Random) -> None:
    fields = list(document.items())
    chance.shuffle(fields)
    assert shape_of(dict(fields)) == shape_of(document)


@given(VALUES)
def test_it_is_one_short_printable_line(value: Any) -> None:
    assert 0 < len(shape_of(value)) <= 300
    assert not OBEYED.search(shape_of(value))


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"type": "order", "items": [1], "id": 7, "total": 1.5}, "{id, items[…], total, type}"),
        ({"error": {"try": 5, "code": "x"}}, "{error{code, try}}"),
        ({"a": {"b": {"c": {"d": 1}}}}, "{a{b{c{…}}}}"),
        ([{"id": 1}, {"id": 2}], "[{id}…]"),
        ([], "[]"),
        ({}, "{}"),
        ("hello", "text"),
        (b"\x00", "binary"),
        (5, "number"),
        (True, "true or false"),
        (None, "null"),
    ],
)
def test_shapes_are_named_by_their_fields(value: Any, shape: str) -> None:
    assert shape_of(value) == shape


def test_what_fields_hold_does_not_matter() -> None:
    assert shape_of({"id": 1, "items": []}) == shape_of({"id": "x", "items": [1, 2]})
    assert shape_of({"id": 1}) != shape_of({"id": 1, "error": "x"})


def test_the_shape_of_a_body_is_that_of_what_is_within() -> None:
    assert shape_of_body(decode(envelope(gzipped('{"id": 1}')))) == "{id}"
    assert shape_of_body(decode(gzipped(b"\x00\x01\x02" * 99))) == "binary"
    assert shape_of_body(decode("hello")) == "text"


def test_a_hundred_thousand_fields_are_counted_at_once() -> None:
    value = json.loads(json.dumps({f"{number:06}": {} for number in range(100_000)}))
    began = time.perf_counter()
    assert shape_of(value).endswith("99,976 more}")
    assert time.perf_counter() - began < 1
