"""Messages that were seen are read once, searched and grouped off the keys' way, and forgotten when they are gone."""

from __future__ import annotations

import json

import pytest

from sqsview.domain.decoding import Decoding, decode
from sqsview.domain.message import Message
from sqsview.ui import message_search
from sqsview.ui.message_search import SLICE_BYTES, SLICE_MESSAGES, parse_grouping, parse_search, slices
from sqsview.ui.message_sifting import AT_ONCE_BYTES, AT_ONCE_MESSAGES, Sifting, summary
from tests.support.bodies import gzipped


def message(number: int, body: object | None = None, **system: str) -> Message:
    told = {"ApproximateReceiveCount": "2", **system}
    return Message(f"m{number}", json.dumps(body or {"n": number, "kind": "ab"[number % 2]}), "receipt", system=told)


def many(count: int) -> list[Message]:
    return [message(number) for number in range(count)]


async def read(sifting: Sifting) -> int:
    changes = 0

    def changed() -> None:
        nonlocal changes
        changes += 1

    await sifting.read_on(changed)
    return changes


def found(sifting: Sifting) -> list[str]:
    return [row.key for row in sifting.found(sifting.rows)]


def test_a_usual_look_is_read_on_the_spot() -> None:
    sifting = Sifting()
    sifting.see(many(AT_ONCE_MESSAGES))
    assert not sifting.reading
    assert all(row.preview for row in sifting.rows)


async def test_a_large_look_is_read_in_slices_and_shown_after_each() -> None:
    sifting = Sifting()
    sifting.see(many(3 * SLICE_MESSAGES))
    assert sifting.reading and sifting.rows[0].preview is None
    assert await read(sifting) == 3
    assert all(row.preview for row in sifting.rows) and not sifting.reading


async def test_a_search_holds_from_when_all_were_read_for_it() -> None:
    sifting = Sifting()
    sifting.see(many(600))
    await read(sifting)
    sifting.look_for(parse_search("=n < `3`"))
    assert sifting.behind and len(found(sifting)) == 600
    await read(sifting)
    assert not sifting.behind and found(sifting) == ["m0", "m1", "m2"]
    sifting.look_for(parse_search(""))
    assert len(found(sifting)) == 600


async def test_what_comes_while_a_search_holds_is_only_shown_once_it_was_read() -> None:
    sifting = Sifting()
    sifting.see(many(600))
    sifting.look_for(parse_search("=kind == 'a'"))
    await read(sifting)
    assert len(found(sifting)) == 300
    sifting.see(many(800))
    assert len(found(sifting)) == 300
    await read(sifting)
    assert len(found(sifting)) == 400


async def test_groups_hold_once_all_were_read_and_begin_with_the_largest_unfolded() -> None:
    sifting = Sifting()
    sifting.see(many(601))
    await read(sifting)
    sifting.group_by(parse_grouping("kind"))
    assert sifting.grouping is None
    await read(sifting)
    lines = sifting.lines(sifting.rows)
    assert list(sifting.counts) == [("a", 301), ("b", 300)]
    assert len(lines) == 303
    assert sifting.fold("a", folded=True) and not sifting.fold("a", folded=True)
    assert len(sifting.lines(sifting.rows)) == 2
    sifting.group_by(None)
    assert len(sifting.lines(sifting.rows)) == 601 and sifting.counts == ()


def test_a_message_that_came_again_keeps_its_preview_and_shows_its_new_count() -> None:
    sifting = Sifting()
    sifting.see([message(1)], 5)
    assert sifting.rows[0].looks_left == 2
    sifting.see([message(1, ApproximateReceiveCount="3")], 5)
    assert len(sifting.rows) == 1 and sifting.rows[0].looks_left == 1 and sifting.rows[0].preview
    sifting.see([message(2)], 5)
    assert [row.key for row in sifting.rows] == ["m2"], "another look is another list"
    sifting.see([message(2)], None)
    assert sifting.rows[0].looks_left is None


def packed(number: int, text: str) -> Message:
    return Message(f"p{number}", gzipped(text), "receipt")


LISTS = "[" + "[]," * 2_700_000 + "[]]"
"""8 MiB, of 11 KB."""


async def test_on_the_spot_little_is_unpacked_whatever_a_few_bytes_would_unpack_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unpacked: list[int] = []

    def counted(body: str, *, at_most: int) -> Decoding:
        decoding = decode(body, at_most=at_most)
        unpacked.append(decoding.unpacked)
        return decoding

    monkeypatch.setattr(message_search, "decode", counted)
    sifting = Sifting()
    sifting.see([message(0), packed(1, '{"n": 1}'), packed(2, LISTS), packed(3, "x" * 20_000), message(4)])
    assert sum(unpacked) <= AT_ONCE_BYTES
    assert [row.key for row in sifting.rows if row.preview is None] == ["p2", "p3"]
    unpacked.clear()
    await read(sifting)
    assert max(unpacked) <= message_search.UNPACKED
    assert [row.preview for row in sifting.rows][2:4] == ["[" + "[]," * 66 + "…", "x" * 199 + "…"]
    assert not sifting.reading


async def test_a_search_says_of_which_messages_it_saw_only_a_part() -> None:
    sifting = Sifting()
    sifting.see([message(1), packed(2, "start " + "x" * 2**21)])
    sifting.look_for(parse_search("start"))
    await read(sifting)
    assert found(sifting) == ["p2"]
    assert sifting.fault == "not sure of 1 of 2: unpacks to more than is read"
    sifting.look_for(parse_search(""))
    assert sifting.fault == ""


async def test_what_is_too_large_to_be_parsed_is_searched_for_words_and_not_by_expressions() -> None:
    many_lists = json.loads("[" + "[]," * 200_000 + '["needle"]]')
    sifting = Sifting()
    sifting.see([message(1), message(2, many_lists)])
    sifting.look_for(parse_search("needle"))
    await read(sifting)
    assert (found(sifting), sifting.fault) == (["m2"], "")
    sifting.look_for(parse_search("=n == `1`"))
    await read(sifting)
    assert (found(sifting), sifting.fault) == (["m1"], "not sure of 1 of 2: too large to be parsed")
    sifting.group_by(parse_grouping("shape"))
    await read(sifting)
    assert sifting.group_of("m2") == "not evaluated: too large to be parsed"


def test_an_expression_that_cannot_be_evaluated_says_on_how_many_and_why() -> None:
    sifting = Sifting()
    sifting.see([message(1), message(2, {"n": [1]})])
    sifting.look_for(parse_search("=length(n) > `0`"))
    assert found(sifting) == ["m2"]
    assert sifting.fault == "not evaluated on 1 of 2: length() takes string or array or object, not number"
    sifting.look_for(parse_search("x"))
    assert sifting.fault == ""


def test_groups_take_what_cannot_be_evaluated_into_a_group_of_its_own() -> None:
    sifting = Sifting()
    sifting.see([message(1), message(2, {"n": [1]})])
    sifting.group_by(parse_grouping("length(n)"))
    sifting.lines(sifting.rows)
    assert [label for label, _ in sifting.counts] == ["1", "not evaluated: length() takes string or array or object, "
                                                      "not number"]  # fmt: skip


def test_slices_are_bounded_by_number_and_size_and_lose_nothing() -> None:
    small, large = many(1_200), [message(9_000 + number, {"pad": "x" * SLICE_BYTES}) for number in range(3)]
    cut = list(slices([*small, *large]))
    assert [len(piece) for piece in cut] == [500, 500, 200, 1, 1, 1]
    assert [each for piece in cut for each in piece] == [*small, *large]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([], ""),
        ([("timeout", 412), ("schema", 9)], "412 timeout · 9 schema"),
        ([(str(number), 1_000) for number in range(8)], " · ".join(f"1,000 {n}" for n in range(6)) + " · 2 more"),
    ],
)
def test_groups_are_summed_up_in_one_line(counts: list[tuple[str, int]], said: str) -> None:
    assert summary(counts) == said
