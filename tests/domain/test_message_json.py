"""A message as JSON has all that is needed to send it again, and nothing of it changes on the way."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.message import Attribute, Message, Outgoing
from sqsview.domain.message_json import as_json, as_line, from_json, from_line, moment

MESSAGE = Message(
    "m-1",
    '{"a": 1}',
    "receipt",
    {"kind": Attribute("String", "order"), "n": Attribute("Number.int", "3"), "b": Attribute("Binary", b"\x00\xff")},
    {
        "SentTimestamp": "1750000000123",
        "ApproximateReceiveCount": "2",
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
        "DeadLetterQueueSourceArn": "arn:aws:sqs:eu-west-1:123456789012:orders",
    },
)


def test_the_shape_is_that_of_peek() -> None:
    assert as_json(MESSAGE, 3) == {
        "id": "m-1",
        "body": '{"a": 1}',
        "attributes": {
            "kind": {"type": "String", "value": "order"},
            "n": {"type": "Number.int", "value": "3"},
            "b": {"type": "Binary", "value": "AP8="},
        },
        "group": "g",
        "deduplication": "d",
        "sent": "2025-06-15T15:06:40.123Z",
        "receive_count": 2,
        "looks_left": 0,
        "source": "orders",
    }


def test_what_is_not_known_is_null_and_a_trace_header_is_there_where_there_is_one() -> None:
    bare = as_json(Message("m", "", "r"), 3)
    assert [bare[name] for name in ("group", "deduplication", "sent", "receive_count", "looks_left", "source")] == [
        None
    ] * 6
    assert "trace_header" not in bare
    traced = Message("m", "", "r", system={"AWSTraceHeader": "Root=1"})
    assert as_json(traced, None)["trace_header"] == "Root=1"


texts = st.text(st.characters(), max_size=30)
attributes = st.dictionaries(
    texts,
    st.one_of(
        st.builds(Attribute, st.sampled_from(["String", "Number", "String.mine", "Number.float"]), texts),
        st.builds(Attribute, st.sampled_from(["Binary", "Binary.png"]), st.binary(max_size=30)),
    ),
    max_size=4,
)
systems = st.dictionaries(st.sampled_from(["MessageGroupId", "MessageDeduplicationId", "AWSTraceHeader"]), texts)


@given(body=texts, given_attributes=attributes, system=systems)
def test_a_line_gives_back_what_was_received(
    body: str, given_attributes: dict[str, Attribute], system: dict[str, str]
) -> None:
    message = Message("m", body, "r", given_attributes, system)
    line = as_line(message, 3)
    assert line.isascii()
    assert "\n" not in line
    assert from_line(line) == Outgoing(
        body,
        given_attributes,
        group=message.group,
        deduplication=message.deduplication,
        trace_header=message.trace_header,
    )


def test_lone_surrogates_survive() -> None:
    assert from_line(as_line(Message("m", "a\ud800b", "r"), None)).body == "a\ud800b"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "a message must be a JSON object"),
        ({}, 'a message needs a "body", which is text'),
        ({"body": 1}, 'a message needs a "body", which is text'),
        ({"body": "", "group": 3}, '"group" must be text or null'),
        ({"body": "", "attributes": []}, '"attributes" must be an object'),
        ({"body": "", "attributes": {"a": "b"}}, 'the attribute "a" needs a "type" and a "value", which are text'),
        (
            {"body": "", "attributes": {"a": {"type": "Binary", "value": "?"}}},
            'the attribute "a" is binary, and its value is not base64',
        ),
    ],
)
def test_what_is_no_message_is_refused_in_one_line(document: object, said: str) -> None:
    with pytest.raises(ValueError) as fault:
        from_json(document)
    assert str(fault.value) == said


@pytest.mark.parametrize("line", ["{", "", "[" * 100_000, json.dumps("text")])
def test_a_line_that_is_no_json_or_no_message_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        from_line(line)


@pytest.mark.parametrize(
    ("epoch", "said"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1750000000.9996, "2025-06-15T15:06:41.000Z"),
        (None, None),
        (-1, None),
        (1e300, None),
    ],
)
def test_moments_are_iso_in_utc_or_unknown(epoch: float | None, said: str | None) -> None:
    assert moment(epoch) == said
