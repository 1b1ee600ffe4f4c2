"""What stands in the fields of a message becomes that message, and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import Destination, DestinationKind, Field, destination_of
from sqsview.ui.draft import AttributeDraft, Draft, kinds_for
from tests.support.things import queue, topic


def destination(name: str = "orders", *, to_topic: bool = False) -> Destination:
    return destination_of(topic(name) if to_topic else queue(name))


attributes = st.one_of(
    st.builds(Attribute, st.sampled_from(["String", "String.x", "Number"]), st.text(max_size=20)),
    st.builds(Attribute, st.sampled_from(["Binary", "Binary.png"]), st.binary(max_size=20)),
)
ids = st.one_of(st.none(), st.text("ab{}", min_size=1, max_size=9))
messages = st.builds(
    Outgoing,
    st.text(max_size=50),
    st.dictionaries(st.text(min_size=1, max_size=9), attributes, max_size=4),
    group=ids,
    delay=st.one_of(st.none(), st.integers(-5, 2_000)),
    trace_header=ids,
)


@given(messages)
def test_a_message_to_a_queue_is_the_same_after_it_stood_in_the_fields(message: Outgoing) -> None:
    outgoing, faults = Draft.of(message).read(destination())
    assert outgoing == message and not faults


@given(st.builds(Outgoing, st.text(max_size=50), group=ids, deduplication=ids, subject=ids, structure=st.booleans()))
def test_so_is_one_to_a_fifo_topic(message: Outgoing) -> None:
    outgoing, faults = Draft.of(message).read(destination("orders.fifo", to_topic=True))
    assert outgoing == message and not faults


def test_what_the_destination_does_not_have_is_left_out() -> None:
    everything = Draft("x", subject="s", group="g", deduplication="d", delay="5", structure=True, trace_header="t")
    assert everything.read(destination())[0] == Outgoing("x", group="g", delay=5, trace_header="t")
    assert everything.read(destination("q.fifo"))[0] == Outgoing("x", group="g", deduplication="d", trace_header="t")
    assert everything.read(destination(to_topic=True))[0] == Outgoing("x", subject="s", structure=True)


def test_what_cannot_be_read_is_a_fault_of_its_field_and_left_out() -> None:
    draft = Draft(
        "x", attributes=(AttributeDraft("b", "Binary", "%"), AttributeDraft("n", "Number", "1")), delay="soon"
    )
    outgoing, faults = draft.read(destination())
    assert outgoing == Outgoing("x", {"n": Attribute("Number", "1")})
    assert [(fault.field, fault.attribute) for fault in faults] == [(Field.ATTRIBUTES, "b"), (Field.DELAY, None)]


def test_two_attributes_of_one_name_are_a_fault() -> None:
    draft = Draft("x", attributes=(AttributeDraft("a", value="1"), AttributeDraft("a", value="2")))
    _, (fault,) = draft.read(destination())
    assert fault.attribute == "a" and "2 times" in fault.text


def test_a_blank_line_is_no_attribute_but_a_value_without_a_name_is_one() -> None:
    draft = Draft("x", attributes=(AttributeDraft(), AttributeDraft(value="v")))
    outgoing, _ = draft.read(destination())
    assert outgoing.attributes == {"": Attribute("String", "v")}


def test_lists_are_a_type_of_topics() -> None:
    assert "String.Array" in kinds_for(destination(to_topic=True))
    assert "String.Array" not in kinds_for(destination())
    assert destination().kind is DestinationKind.QUEUE


def test_secrets_are_not_in_what_a_log_would_show() -> None:
    draft = Draft("swordfish", subject="swordfish", attributes=(AttributeDraft("a", value="swordfish"),))
    assert "swordfish" not in repr(draft) and "swordfish" not in repr(draft.attributes)


texts = st.text(max_size=9)
drafts = st.builds(
    Draft,
    texts,
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.lists(st.builds(AttributeDraft, texts, texts, texts), max_size=3).map(tuple),
    *[texts] * 4,
    st.booleans(),
    texts,
    texts,
    st.booleans(),
    st.none() | texts.filter(bool),
)


@given(drafts)
def test_a_draft_is_the_same_after_it_was_in_a_file(draft: Draft) -> None:
    assert Draft.from_document(json.loads(json.dumps(draft.as_document()))) == draft


@pytest.mark.parametrize(
    "document",
    [
        {"body": 7},
        {"cursor": "ab"},
        {"cursor": [1]},
        {"attributes": [["a", "b"]]},
        {"attributes": [["a", "b", 7]]},
        {"attributes": 7},
        {"trace": "yes"},
        {"trace_header": 7},
    ],
)
def test_what_is_no_draft_is_none(document: dict[str, object]) -> None:
    assert Draft.from_document(document) is None


def test_what_is_not_known_of_a_draft_is_passed_over() -> None:
    assert Draft.from_document({"body": "x", "mood": "good"}) == Draft("x")


def test_of_two_attributes_of_one_name_each_fault_knows_its_row() -> None:
    written = (AttributeDraft("x", "Number", "2z"), AttributeDraft(), AttributeDraft("x", "Binary", "%"))
    _, faults = Draft("b", attributes=written).read(destination())
    assert [(fault.row, fault.text.split(":")[0]) for fault in faults[:2]] == [
        (2, 'attribute "x" is there 2 times'),
        (0, 'attribute "x"'),
    ]
    assert faults[2].row == 2 and "base64" in faults[2].text
