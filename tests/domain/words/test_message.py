"""What there is to say about a message beside its body."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.decoding import decode
from sqsview.domain.message import Attribute, Message
from sqsview.domain.words.message import (
    attribute_rows,
    envelope_pairs,
    hex_dump,
    history_in_words,
    identity_pairs,
    value_in_words,
)
from tests.support.bodies import envelope
from tests.support.hostile import HOSTILE, OBEYED

NOW = 1_768_139_200.0
"""2026-01-11 13:46:40 UTC."""


def message(**system: str) -> Message:
    return Message("8f2c", "hello", "receipt", system=MappingProxyType(system))


def test_the_history_is_told_in_one_line() -> None:
    dead = message(
        SentTimestamp=str(int((NOW - 22 * 60) * 1000)),
        ApproximateFirstReceiveTimestamp=str(int((NOW - 21 * 60) * 1000)),
        ApproximateReceiveCount="6",
        DeadLetterQueueSourceArn="arn:aws:sqs:eu-west-1:123456789012:orders-billing",
    )
    assert history_in_words(dead, NOW) == (
        "sent 22 min ago · first received 21 min ago · received 6 times · from orders-billing"
    )


def test_what_the_server_did_not_say_is_left_out() -> None:
    assert history_in_words(message(), NOW) == ""
    assert history_in_words(message(ApproximateReceiveCount="1"), NOW) == "received once"


def test_a_clock_that_differs_does_not_put_it_into_the_future() -> None:
    assert history_in_words(message(SentTimestamp=str(int((NOW + 300) * 1000))), NOW) == "sent just now"


def test_ids_are_listed_under_their_names() -> None:
    fifo = message(
        MessageGroupId="customer-7", MessageDeduplicationId="d-1", SequenceNumber="188", SenderId="AIDA",
        AWSTraceHeader="Root=1",
    )  # fmt: skip
    assert identity_pairs(fifo) == [
        ("message id", "8f2c"), ("group", "customer-7"), ("deduplication", "d-1"), ("sequence", "188"),
        ("sender", "AIDA"), ("trace header", "Root=1"),
    ]  # fmt: skip


def test_exactly_are_the_moments_behind_the_words() -> None:
    pairs = dict(identity_pairs(message(SentTimestamp="1768139200123"), exact=True))
    assert pairs["sent"] == "2026-01-11 13:46:40.123 UTC"
    assert "sent" not in dict(identity_pairs(message(SentTimestamp="9" * 30), exact=True)), "it is no date"


def test_system_attributes_without_words_are_shown_under_their_own_names() -> None:
    assert ("SomethingNew", "5") in identity_pairs(message(SomethingNew="5"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("acme", "acme"),
        ("a\x1b[2Jb", "a␛[2Jb"),
        (bytes(range(16)), "16 bytes  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"),
        (b"\x9f\x02" * 20, "40 bytes  9f 02 9f 02 9f 02 9f 02 9f 02 9f 02 9f 02 9f 02 …"),
        (b"hello", '5 bytes  68 65 6c 6c 6f  "hello"'),
        (b"", "0 bytes"),
    ],
)
def test_values_are_one_line_and_bytes_are_hex_and_text(value: str | bytes, words: str) -> None:
    assert value_in_words(value) == words


def test_attributes_are_rows_by_name() -> None:
    rows = attribute_rows({"tenant": Attribute("String", "acme"), "count": Attribute("Number.int", "3")})
    assert rows == [("count", "Number.int", "3"), ("tenant", "String", "acme")]


def test_a_dump_has_offset_bytes_and_text_and_counts_what_it_leaves_out() -> None:
    assert hex_dump(b"hello, world\x00") == [
        "00000000  68 65 6c 6c 6f 2c 20 77  hello, w",
        "00000008  6f 72 6c 64 00           orld·",
    ]
    assert hex_dump(bytes(100), at_most=8)[1:] == ["… and 92 bytes more"]


def test_the_envelope_is_told_with_the_time_in_words() -> None:
    found = decode(envelope("hello", Subject="An order")).envelope
    assert found is not None
    assert envelope_pairs(found, NOW + 120) == [
        ("topic", "orders"),
        ("subject", "An order"),
        ("published", "2 min ago (2026-01-11T13:46:40.000Z)"),
        ("published as", "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"),
    ]


def test_a_confirmation_is_called_one_and_an_odd_time_is_shown_as_it_is() -> None:
    found = decode(envelope("x", Type="SubscriptionConfirmation", Timestamp="yesterday")).envelope
    assert found is not None
    assert ("kind", "SubscriptionConfirmation") in envelope_pairs(found, NOW)
    assert ("published", "yesterday") in envelope_pairs(found, NOW)


@given(st.text(), st.binary(max_size=40))
def test_whatever_it_says_is_printable(text: str, data: bytes) -> None:
    odd = Message(
        text,
        text,
        text,
        {text: Attribute(text, text), "b": Attribute("Binary", data)},
        {text: text, "SentTimestamp": text},
    )
    found = decode(envelope(text, Subject=text, Timestamp=text)).envelope
    assert found is not None
    said = [history_in_words(odd, NOW), *hex_dump(data)]
    said += [part for pair in (*identity_pairs(odd, exact=True), *envelope_pairs(found, NOW)) for part in pair]
    said += [part for row in attribute_rows(odd.attributes) for part in row]
    assert not any(OBEYED.search(each) for each in said)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_only_text(text: str) -> None:
    from_there = message(DeadLetterQueueSourceArn=f"arn:aws:sqs:eu-west-1:1:{text}", MessageGroupId=text)
    assert not OBEYED.search(history_in_words(from_there, NOW))
    assert not any(OBEYED.search(value) for _, value in identity_pairs(from_there))
