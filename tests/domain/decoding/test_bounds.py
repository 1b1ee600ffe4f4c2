"""Decoding what is meant to hurt: what is done with a body is bounded, whatever it unpacks to, and that is said."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.decoding import MOST_PARSED, MOST_PARTS, decode, documents
from tests.support.bodies import ORDER, base64_of, envelope, gzipped, zlibbed

WRITTEN = json.dumps(ORDER)
LISTS = "[" + "[]," * (8 * 2**20 // 3 - 4) + "[]]"
"""8 MiB that a few kilobytes unpack to, and that parsed would be 200 MiB."""


def watch_parsing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many characters are parsed at a time."""
    parsed: list[int] = []
    read = documents._read

    def watched(text: str) -> Any:
        parsed.append(len(text))
        return read(text)

    monkeypatch.setattr(documents, "_read", watched)
    return parsed


def test_a_bomb_is_cut_and_called_one() -> None:
    decoding = decode(gzipped(b"A" * 50_000_000))
    assert decoding.cut
    assert decoding.notes == ("a decompression bomb: more than 8 MiB; what is shown is its beginning",)
    assert decoding.deepest.text == "A" * 8 * 2**20
    assert decoding.unpacked == 8 * 2**20


def test_bombs_within_each_other_share_one_allowance() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 30_000_000) * 3)
    decoding = decode(base64_of(bomb), at_most=2**20)
    assert decoding.cut
    assert sum(len(layer.data or b"") for layer in decoding.layers[2:]) <= 2**20


@pytest.mark.parametrize(
    "body",
    ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000, "[" * 101 + "]" * 101],
)
def test_ten_thousand_levels_are_shown_as_they_are(body: str) -> None:
    decoding = decode(body)
    assert decoding.value == body
    assert decoding.notes == ("nested more than 100 levels deep: shown as it is",)


@pytest.mark.parametrize(
    "body",
    [
        "x" * 2**20, "{" * 2**20, '"' * 2**20, '"\\"' * 300_000, '["' + '\\"[' * 300_000 + '"]', " " * 2**20,
        "=" * 2**20, json.dumps(["[" * 50_000] * 20), json.dumps("é" * 500_000), zlibbed("x" * 2**20),
        base64_of("{" * 700_000), '"{' * 2**19, json.dumps({"a": "{" + '\\"' * 2**18}),
    ],
    ids=range(13),
)  # fmt: skip
def test_of_a_mebibyte_of_anything_little_more_than_a_mebibyte_is_parsed(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = watch_parsing(monkeypatch)
    assert decode(body).raw.text == body
    assert sum(parsed) <= 3 * 2**20
    assert max(parsed, default=0) <= MOST_PARSED


@pytest.mark.parametrize(
    "wrap", [gzipped, lambda text: envelope(gzipped(text)), lambda text: gzipped(json.dumps(text))]
)
def test_what_unpacks_to_a_document_too_large_is_text_to_be_indented_and_is_never_parsed(
    wrap: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = watch_parsing(monkeypatch)
    decoding = decode(wrap(LISTS))
    assert max(parsed, default=0) < 100_000
    assert decoding.steps[-1] == "indented"
    assert isinstance(decoding.value, str)


def test_what_is_too_large_to_be_parsed_says_so() -> None:
    decoding = decode(gzipped(json.dumps({"a": "x" * MOST_PARSED})))
    assert decoding.steps == ("base64", "gzip", "indented")
    assert decoding.notes == ("1 MiB of JSON are too large to be parsed: shown and searched as text",)
    assert decoding.unread == "too large to be parsed"
    assert decode(json.dumps({"a": "x" * (MOST_PARSED - 9)})).steps == ("json",)


def test_a_document_of_too_many_parts_is_not_parsed_either() -> None:
    assert decode(json.dumps([0] * MOST_PARTS)).steps == ("json",)
    decoding = decode(json.dumps([0] * (MOST_PARTS + 1)))
    assert decoding.steps == ("indented",)
    assert decoding.notes == ("200,001 brackets and commas are too many to be parsed: shown and searched as text",)
    assert decoding.value == decoding.raw.text


def test_a_string_that_holds_too_many_parts_stays_a_string(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = watch_parsing(monkeypatch)
    body = '{"a": "[' + "\\u005b]," * 120_000 + '0]"}'
    assert decode(body).steps == ("json",)
    assert parsed == [len(body)]


def test_a_document_that_is_cut_is_indented_and_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = watch_parsing(monkeypatch)
    decoding = decode(gzipped(WRITTEN * 1_000), at_most=1_000)
    assert not parsed
    assert decoding.cut
    assert decoding.steps == ("base64", "gzip", "indented")
    assert decoding.value == (WRITTEN * 1_000)[:1_000]
    assert decoding.unread == "unpacks to more than is read"
    assert decoding.deepest.note == "not parsed: only the beginning was unpacked"


def test_nothing_is_unpacked_where_nothing_may_be_and_it_is_said() -> None:
    decoding = decode(gzipped(WRITTEN), at_most=0)
    assert decoding.cut
    assert decoding.unpacked == 0


def test_a_file_of_too_many_members_is_unpacked_so_far_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    real = zlib.decompressobj

    def counted(window: int) -> Any:
        begun.append(window)
        return real(window)

    monkeypatch.setattr(zlib, "decompressobj", counted)
    decoding = decode(base64_of(gzip.compress(b"") * 39_000))
    assert decoding.steps == ("base64", "gzip")
    assert decoding.notes == ("more than 1,000 gzip members: those after them are left out",)
    assert len(begun) <= 2_000, "once for a taste, once for all"
    assert decode(base64_of(gzip.compress(b"a") * 1_000)).notes == ()
    assert decode(base64_of(gzip.compress(b"a") * 1_001)).value == "a" * 1_000


@given(st.lists(st.sampled_from([b"abc", "é".encode(), "名".encode(), b"\xff", b"\xe5\x90"]), min_size=1, max_size=6))
def test_broken_utf8_is_mended_alike_wherever_a_piece_ends(parts: list[bytes]) -> None:
    data = b"plain text " * 500 + b"".join(parts) * 4_000 + b"\xe5"
    decoding = decode(base64_of(gzip.compress(data, 1)))
    assert decoding.value == data.decode("utf-8", "replace")
