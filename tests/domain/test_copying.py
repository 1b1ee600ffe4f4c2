"""The copy of a message: what is kept, what has to be another, and how copies share calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.copying import COUNTER, Copy, NoCopy, batches, copy_of, fresh_deduplication
from sqsview.domain.message import Attribute, Message, Outgoing
from sqsview.domain.publishing.destination import MIB

NOW = 1_750_000_000.0
LONG_AGO = NOW - 3_600


def message(body: str = "body", *, sent: float | None = LONG_AGO, **system: str) -> Message:
    told = dict(system)
    if sent is not None:
        told["SentTimestamp"] = str(int(sent * 1000))
    attributes = {"kind": Attribute("String.label", "order"), "raw": Attribute("Binary", b"\x00\xff")}
    return Message("id-1", body, "receipt", attributes, told)


def copied(given: Message, *, fifo: bool = False, **options: object) -> Copy:
    made = copy_of(given, operation="7", fifo=fifo, now=NOW, **options)  # type: ignore[arg-type]
    assert isinstance(made, Copy)
    return made


texts = st.text(max_size=40)
values = st.one_of(
    st.builds(Attribute, st.sampled_from(["String", "String.label"]), texts),
    st.builds(Attribute, st.sampled_from(["Number", "Number.int"]), st.integers().map(str)),
    st.builds(Attribute, st.just("Binary.gz"), st.binary(max_size=40)),
)
attributes = st.dictionaries(st.text(min_size=1, max_size=20), values, max_size=10)


@given(
    body=st.text(), given_attributes=attributes, group=st.none() | texts, trace=st.none() | texts, fifo=st.booleans()
)
def test_nothing_is_lost_in_a_copy(
    body: str, given_attributes: dict[str, Attribute], group: str | None, trace: str | None, fifo: bool
) -> None:
    told = {"MessageGroupId": group, "AWSTraceHeader": trace, "SentTimestamp": "1000"}
    system = {name: value for name, value in told.items() if value is not None}
    original = Message("id-1", body, "receipt", given_attributes, system)
    made = copy_of(original, operation="7", fifo=fifo, now=NOW)
    if isinstance(made, NoCopy):
        assert fifo
        assert not group
        return
    outgoing = made.outgoing
    assert (outgoing.body, outgoing.group, outgoing.trace_header) == (body, group, trace)
    kept = {name: value for name, value in outgoing.attributes.items() if name != COUNTER}
    assert kept == {name: value for name, value in given_attributes.items() if name != COUNTER}
    assert len(outgoing.attributes) <= 10
    assert (outgoing.deduplication is None) is not fifo


# -- the counter


def test_the_first_move_is_counted_as_one_and_every_further_one_more() -> None:
    first = copied(message()).outgoing
    assert first.attributes[COUNTER] == Attribute("Number", "1")
    again = copied(replace(message(), attributes=first.attributes)).outgoing
    assert again.attributes[COUNTER] == Attribute("Number", "2")


def test_nothing_is_counted_where_that_is_switched_off() -> None:
    assert copied(message(), counter=False).outgoing.attributes == message().attributes


def test_ten_attributes_are_kept_and_none_is_added() -> None:
    ten = {f"a{number}": Attribute("String", "x") for number in range(10)}
    made = copied(replace(message(), attributes=ten))
    assert made.outgoing.attributes == ten
    assert "10 attributes already" in made.notes[0]


def test_a_counter_among_ten_attributes_goes_on_counting() -> None:
    ten = {COUNTER: Attribute("Number", "4"), **{f"a{number}": Attribute("String", "x") for number in range(9)}}
    assert copied(replace(message(), attributes=ten)).outgoing.attributes[COUNTER].value == "5"


@pytest.mark.parametrize(
    "own", [Attribute("String", "3"), Attribute("Number", "1e3"), Attribute("Number", "-1"), Attribute("Binary", b"3")]
)
def test_an_attribute_of_that_name_that_is_no_count_is_somebody_elses(own: Attribute) -> None:
    made = copied(replace(message(), attributes={COUNTER: own}))
    assert made.outgoing.attributes == {COUNTER: own}
    assert made.notes


def test_a_message_that_fills_the_limit_gets_no_counter() -> None:
    """It would be refused with it, and stay for ever."""
    full = replace(message("x" * MIB), attributes={})
    made = copied(full)
    assert made.outgoing.size == MIB
    assert "too large for one more attribute" in made.notes[0]
    room = len(COUNTER) + len("Number") + 1
    assert copied(replace(message("x" * (MIB - room)), attributes={})).outgoing.size == MIB


def test_the_tenth_redrive_may_be_one_byte_too_much() -> None:
    nine = {COUNTER: Attribute("Number", "9")}
    small = replace(message("x" * 100), attributes=nine)
    assert copied(small, largest=small.size).outgoing.attributes == nine
    assert copied(small, largest=small.size + 1).outgoing.attributes[COUNTER].value == "10"


# -- FIFO


def test_an_old_message_keeps_its_deduplication_id() -> None:
    made = copied(message(MessageGroupId="g", MessageDeduplicationId="own"), fifo=True)
    assert made == Copy(made.outgoing)
    assert (made.outgoing.group, made.outgoing.deduplication) == ("g", "own")


@pytest.mark.parametrize("age", [0, 60, 299, 301, 1_190])
def test_a_young_message_gets_a_fresh_one_and_it_is_said(age: float) -> None:
    """The queue knows the original's id for five minutes by its own clock, and that may be a quarter of an hour off."""
    young = message(sent=NOW - age, MessageGroupId="g", MessageDeduplicationId="own")
    made = copied(young, fifo=True)
    assert made.outgoing.deduplication == fresh_deduplication("7", "id-1")
    assert "within five minutes" in made.notes[0]


def test_a_message_of_unknown_age_gets_a_fresh_one() -> None:
    made = copied(message(sent=None, MessageGroupId="g", MessageDeduplicationId="own"), fifo=True)
    assert made.outgoing.deduplication != "own"


@pytest.mark.parametrize(("options", "why"), [({"used": {"own"}}, "same"), ({"edited": "new"}, "another one")])
def test_what_the_queue_would_swallow_gets_a_fresh_one(options: dict[str, object], why: str) -> None:
    made = copied(message(MessageGroupId="g", MessageDeduplicationId="own"), fifo=True, **options)
    assert made.outgoing.deduplication == fresh_deduplication("7", "id-1")
    assert why in made.notes[0]


def test_a_copy_beside_the_original_gets_a_fresh_one() -> None:
    made = copied(message(MessageGroupId="g", MessageDeduplicationId="own"), fifo=True, fresh=True)
    assert made.outgoing.deduplication != "own"


def test_a_fresh_id_is_the_same_for_a_repeat_and_another_for_all_else() -> None:
    assert fresh_deduplication("7", "id-1") == fresh_deduplication("7", "id-1")
    assert len({fresh_deduplication(op, key) for op in ("7", "8") for key in ("id-1", "id-2", "71")}) == 6
    assert len(fresh_deduplication("7", "\ud800")) <= 128


def test_a_message_without_a_group_needs_one_for_a_fifo_queue() -> None:
    assert isinstance(copy_of(message(), operation="7", fifo=True, now=NOW), NoCopy)
    assert copied(message(), fifo=True, group="given").outgoing.group == "given"
    assert copied(message(MessageGroupId="own"), fifo=True, group="given").outgoing.group == "own"


def test_a_standard_queue_gets_the_group_and_no_deduplication_id() -> None:
    outgoing = copied(message(MessageGroupId="g", MessageDeduplicationId="own"), group="given").outgoing
    assert (outgoing.group, outgoing.deduplication) == ("g", None)
    assert copied(message(), group="given").outgoing.group is None


def test_an_edited_body_replaces_the_own_one() -> None:
    outgoing = copied(message("before"), edited="").outgoing
    assert outgoing.body == ""
    assert outgoing.attributes["raw"] == Attribute("Binary", b"\x00\xff")


# -- calls


sizes = st.integers(0, 400_000)
copies = st.lists(
    st.builds(lambda size, group: Outgoing("x" * size, group=group), sizes, st.sampled_from(["a", "b", "c", None])),
    max_size=40,
)


def _same(outgoing: Outgoing) -> Outgoing:
    return outgoing


@given(copies, st.booleans(), st.integers(1, 10))
def test_every_call_keeps_to_the_limits_and_every_copy_is_in_one(
    given_copies: Sequence[Outgoing], fifo: bool, most: int
) -> None:
    divided = batches(given_copies, _same, fifo=fifo, most=most)
    flat = [id(outgoing) for batch in divided for outgoing in batch]
    assert sorted(flat) == sorted(map(id, given_copies))
    for batch in divided:
        assert 1 <= len(batch) <= most
        assert sum(outgoing.size for outgoing in batch) <= MIB
    if not fifo:
        assert flat == list(map(id, given_copies)), "in their order"


@given(copies)
def test_a_call_to_a_fifo_queue_has_one_message_of_a_group_and_the_order_within_it_is_kept(
    given_copies: Sequence[Outgoing],
) -> None:
    divided = batches(given_copies, _same, fifo=True)
    for batch in divided:
        groups = [outgoing.group for outgoing in batch]
        assert len(set(groups)) == len(groups)
    for group in ("a", "b", "c", None):
        sent = [id(one) for batch in divided for one in batch if one.group == group]
        assert sent == [id(one) for one in given_copies if one.group == group]


def test_a_message_that_is_too_large_by_itself_is_alone() -> None:
    large, small = Outgoing("x" * (MIB + 1)), Outgoing("x")
    assert batches([small, large, small], _same, fifo=False) == [[small], [large], [small]]
