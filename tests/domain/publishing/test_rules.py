"""What AWS would refuse is told at its field before it is sent, and what is fine is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import Destination, Field, FieldFault, faults, judged, one_delivery, warnings
from sqsview.domain.text import printable
from tests.domain.publishing.destinations import FIFO, FIFO_TOPIC, QUEUE, TOPIC, queue, topic


def told(outgoing: Outgoing, destination: Destination) -> str:
    """Give the only fault as ``field: text``, or nothing."""
    found = faults(outgoing, destination)
    assert len(found) <= 1, found
    return f"{found[0].field}: {found[0].text}" if found else ""


def warned(found: tuple[FieldFault, ...]) -> str:
    return " | ".join(f"{each.field}: {each.text}" for each in found)


FINE = [
    (Outgoing("x"), QUEUE),
    (Outgoing("x", group="tenant", delay=900), QUEUE),
    (Outgoing("x", group="g", deduplication="d"), FIFO),
    (Outgoing("x", group="g", deduplication="d", delay=0), FIFO),
    (Outgoing("x", group="g"), queue("orders.fifo", content_based_deduplication=True)),
    (Outgoing("x", group="g"), queue("orders.fifo", unread=True)),
    (Outgoing("x", subject="Déjà vu ✓"), TOPIC),
    (Outgoing("x", group="tenant"), TOPIC),
    (Outgoing("x", group="g", deduplication="d"), FIFO_TOPIC),
    (Outgoing("x", group="g"), topic("orders.fifo", content_based_deduplication=True)),
    (Outgoing('{"default": "x"}', structure=True), TOPIC),
    (Outgoing("\x00 in an envelope"), TOPIC),
    (Outgoing("x", group="".join(chr(code) for code in range(33, 127))), QUEUE),
]


@pytest.mark.parametrize(("outgoing", "destination"), FINE)
def test_what_aws_takes_is_without_fault(outgoing: Outgoing, destination: Destination) -> None:
    assert told(outgoing, destination) == ""


REFUSED = [
    (Outgoing(""), QUEUE, "body: the body is empty: give at least one character"),
    (Outgoing("a\x00"), QUEUE, "body: the body holds U+0000 (NUL) at column 2, which is refused"),
    (
        Outgoing("ab\ncd\x1b[2J"),
        QUEUE,
        "body: the body holds U+001B (ESC) at line 2, column 3, which is refused",
    ),
    (Outgoing("\ufffe"), QUEUE, "body: the body holds U+FFFE at column 1, which is refused"),
    (
        Outgoing("\ud800"),
        TOPIC,
        "body: the body holds U+D800 (half of a surrogate pair) at column 1, which is refused",
    ),
    (Outgoing("x", subject="s"), QUEUE, "subject: a subject is for topics; a queue has none"),
    (Outgoing("x", subject=""), TOPIC, "subject: the subject is empty: give one, or leave it out"),
    (
        Outgoing("x", subject="x" * 100),
        TOPIC,
        "subject: the subject has 100 characters, and at most 99 are taken",
    ),
    (
        Outgoing("x", subject="a\nb"),
        TOPIC,
        "subject: the subject holds U+000A (a line end): it must be one plain line",
    ),
    (Outgoing("x", deduplication="d"), FIFO, "group: a FIFO queue needs a message group"),
    (Outgoing("x", deduplication="d"), FIFO_TOPIC, "group: a FIFO topic needs a message group"),
    (Outgoing("x", group=""), QUEUE, "group: the group is empty: give one, or leave it out"),
    (Outgoing("x", group="g" * 129), QUEUE, "group: the group has 129 characters, and 128 are taken"),
    (
        Outgoing("x", group="a b"),
        QUEUE,
        "group: the group holds a blank; letters, digits and ASCII punctuation are taken",
    ),
    (
        Outgoing("x", group="é"),
        QUEUE,
        "group: the group holds U+00E9 (latin small letter e with acute); letters, digits and ASCII punctuation are "
        "taken",
    ),
    (
        Outgoing("x", group="g"),
        FIFO,
        "deduplication: this queue needs a deduplication id: it makes none of the body",
    ),
    (Outgoing("x", deduplication="d"), QUEUE, "deduplication: a standard queue takes no deduplication id"),
    (Outgoing("x", deduplication="d"), TOPIC, "deduplication: a standard topic takes no deduplication id"),
    (Outgoing("x", delay=901), QUEUE, "delay: the delay must be from 0 to 900 seconds"),
    (Outgoing("x", delay=-1), QUEUE, "delay: the delay must be from 0 to 900 seconds"),
    (Outgoing("x", delay=1), TOPIC, "delay: a delay is for queues; a topic has none"),
    (
        Outgoing("x", group="g", deduplication="d", delay=5),
        FIFO,
        "delay: a FIFO queue takes no delay of one message, only one of the queue",
    ),
    (
        Outgoing('{"default": "x"}', structure=True),
        QUEUE,
        "structure: a body for each protocol is for topics; a queue has one",
    ),
]


@pytest.mark.parametrize(("outgoing", "destination", "line"), REFUSED)
def test_what_aws_refuses_is_told_at_its_field(outgoing: Outgoing, destination: Destination, line: str) -> None:
    assert told(outgoing, destination) == line


# -- size


def test_attributes_count_towards_the_size() -> None:
    """Names, types and values: 4 + 6 + 5 bytes."""
    small = queue("small", maximum_message_size=1024)
    attributes = {"name": Attribute("String", "value")}
    assert told(Outgoing("x" * 1009, attributes), small) == ""
    assert told(Outgoing("x" * 1010, attributes), small) == (
        "body: 1,025 bytes, 15 of them in attributes, and small takes 1,024: 1 too many"
    )


def test_bytes_count_and_not_characters() -> None:
    small = queue("small", maximum_message_size=1024)
    assert told(Outgoing("\U0001f600" * 256), small) == ""
    assert "1,028 bytes" in told(Outgoing("\U0001f600" * 257), small)


def test_a_queue_that_tells_no_limit_takes_one_mebibyte_and_a_topic_256_kibibytes() -> None:
    assert told(Outgoing("x" * 1_048_576), QUEUE) == ""
    assert "1,048,577 bytes" in told(Outgoing("x" * 1_048_577), QUEUE)
    assert told(Outgoing("x" * 262_144), TOPIC) == ""
    assert "262,145 bytes" in told(Outgoing("x" * 262_145), TOPIC)
    assert told(Outgoing("x" * 262_145), topic(maximum_message_size=1_048_576)) == ""


def test_a_topic_whose_limit_could_not_be_read_is_only_warned_of() -> None:
    large = Outgoing("x" * 262_145)
    assert told(large, topic(unread=True)) == ""
    assert warned(warnings(large, topic(unread=True))) == (
        "body: 262,145 bytes: more than 262,144 are refused unless the topic was set to it"
    )
    assert "1,048,577 bytes" in told(Outgoing("x" * 1_048_577), topic(unread=True))


# -- warnings


def test_a_plain_message_has_no_warning() -> None:
    for outgoing, destination in FINE[:4]:
        assert warnings(outgoing, destination) == ()


def test_a_character_that_only_an_envelope_can_carry_is_warned_of() -> None:
    assert warned(warnings(Outgoing("\x00"), topic(raw_to="audit"))) == (
        "body: the body holds U+0000 (NUL) at column 1, which a queue refuses without an envelope; lost on the way to "
        "audit"
    )


def test_a_repeat_that_a_fifo_queue_would_swallow_is_warned_of() -> None:
    same = Outgoing("x {{n}}", group="g", deduplication="d")
    assert warned(judged(same, FIFO, repeats=100).warnings) == (
        "deduplication: only the first of 100 is delivered, for all have one deduplication id: put {{uuid}} into it"
    )
    assert judged(Outgoing("x", group="g", deduplication="{{n}}"), FIFO, repeats=100).warnings == ()
    content = queue("orders.fifo", content_based_deduplication=True)
    assert "all have one body" in warned(judged(Outgoing("x", group="g"), content, repeats=2).warnings)
    assert judged(Outgoing("{{uuid}}", group="g"), content, repeats=2).warnings == ()


def test_ids_count_within_their_group_where_the_queue_says_so() -> None:
    scoped = queue("orders.fifo", deduplication_scope="messageGroup")
    assert judged(Outgoing("x", group="{{n}}", deduplication="d"), scoped, repeats=5).warnings == ()
    assert judged(Outgoing("x", group="{{n}}", deduplication="d"), FIFO, repeats=5).warnings != ()


def test_a_copy_with_the_same_deduplication_id_is_warned_of() -> None:
    outgoing = Outgoing("x", group="g", deduplication="d")
    assert judged(outgoing, FIFO).warnings == ()
    assert warned(judged(outgoing, FIFO, copy=True).warnings) == (
        "deduplication: sent before: within five minutes another with the same deduplication id is taken and not "
        "delivered; {{uuid}} in its place has it delivered"
    )
    fresh = Outgoing("x", group="g", deduplication="{{uuid}}")
    assert judged(fresh, FIFO, repeats=1, copy=True).warnings == ()
    numbered = Outgoing("x", group="g", deduplication="{{n}}")
    assert judged(numbered, FIFO, repeats=1, copy=True).warnings != (), "the first of both is 1"
    assert judged(Outgoing("x"), QUEUE, copy=True).warnings == ()


def test_what_makes_two_messages_one_delivery() -> None:
    scoped = queue("orders.fifo", deduplication_scope="messageGroup")
    one, other_group = (Outgoing("x", group=group, deduplication="d") for group in "ab")
    assert one_delivery(one, other_group, FIFO) and not one_delivery(one, other_group, scoped)
    assert one_delivery(Outgoing("x", group="a"), Outgoing("x", group="a"), FIFO)
    assert not one_delivery(Outgoing("x", group="a"), Outgoing("y", group="a"), FIFO)
    assert not one_delivery(one, Outgoing("x", group="a"), FIFO)
    assert not one_delivery(Outgoing("x"), Outgoing("x"), QUEUE)


def test_placeholders_are_judged_as_what_they_become() -> None:
    outgoing = Outgoing("{{n}}", {"n": Attribute("Number", "{{n}}")})
    assert judged(outgoing, QUEUE, repeats=10).faults == ()
    assert len(judged(outgoing, QUEUE).faults) == 1
    small = queue("small", maximum_message_size=1024)
    assert judged(Outgoing("x" * 1000 + "{{uuid}}"), small, repeats=1).faults != ()


def test_placeholders_that_stay_as_they_are_are_told() -> None:
    assert warned(judged(Outgoing("{{uuid}}"), QUEUE).warnings) == (
        "body: {{uuid}}: sent as it stands, for it is filled in only where it is repeated"
    )
    assert warned(judged(Outgoing("{{id}}"), QUEUE, repeats=2).warnings) == (
        "body: {{id}} is no placeholder and stays as it is; there are n, uuid and now"
    )


@given(
    st.builds(
        Outgoing,
        st.text(max_size=30),
        st.dictionaries(
            st.text(max_size=8),
            st.builds(Attribute, st.text(max_size=12), st.text(max_size=8) | st.binary(max_size=4)),
            max_size=12,
        ),
        group=st.none() | st.text(max_size=6),
        deduplication=st.none() | st.text(max_size=6),
        delay=st.none() | st.integers(-10, 1000),
        subject=st.none() | st.text(max_size=6),
        structure=st.booleans(),
    ),
    st.sampled_from([QUEUE, TOPIC, FIFO, FIFO_TOPIC, topic(raw_to="audit"), queue(unread=True)]),
)
def test_anything_typed_is_judged_in_single_printable_lines(outgoing: Outgoing, destination: Destination) -> None:
    judgement = judged(outgoing, destination, repeats=2, copy=True)
    for each in (*judgement.faults, *judgement.warnings):
        assert printable(each.text) == each.text
        assert isinstance(each.field, Field)
