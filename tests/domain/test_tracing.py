"""A traced message is known again by what it carries, and its time is measured by the clocks there are."""

from __future__ import annotations

import json

import pytest

from sqsview.domain.message import Attribute, Message, Outgoing
from sqsview.domain.queue import Counts
from sqsview.domain.tracing import TRACE_ATTRIBUTE, Arrival, Marked, Measure, Search, arrival
from tests.support.things import topic_arn

SENT = Marked(Outgoing("x", {TRACE_ATTRIBUTE: Attribute("String", "t")}), "t")
UNMARKED = Marked(Outgoing("x"), None, "why")
PUBLISHED_AT = 1_750_000_000.0


def received(body: str, *, sent: float | None = 0.25, **attributes: str) -> Message:
    """Make a message that came into the queue ``sent`` seconds after it was published here."""
    system = {} if sent is None else {"SentTimestamp": str(round((PUBLISHED_AT + sent) * 1000))}
    own = {name.replace("_", "-"): Attribute("String", value) for name, value in attributes.items()}
    return Message("m", body, "r", own, system)


def envelope(mark: str | None = "t", **more: object) -> str:
    attributes = {} if mark is None else {TRACE_ATTRIBUTE: {"Type": "String", "Value": mark}}
    document = {
        "Type": "Notification",
        "MessageId": "p",
        "TopicArn": topic_arn("events"),
        "Message": "x",
        "Timestamp": "2025-06-15T15:06:40.100Z",
        "MessageAttributes": attributes,
    }
    return json.dumps({**document, **more})


def seen(message: Message, marked: Marked = SENT) -> Arrival | None:
    return arrival(message, marked, "p", published_at=PUBLISHED_AT, seen_after=0.5)


def test_in_an_envelope_the_time_is_that_between_the_servers_own_clocks() -> None:
    found = seen(received(envelope()))
    assert found is not None
    assert (found.by, found.measure) == ("attribute", Measure.SERVERS)
    assert found.seconds == pytest.approx(0.15)


def test_raw_the_time_is_from_this_machines_clock() -> None:
    found = seen(received("x", sqsview_trace="t"))
    assert found is not None
    assert (found.by, found.measure) == ("attribute", Measure.OURS)
    assert found.seconds == pytest.approx(0.25)


def test_a_clock_that_is_ahead_gives_no_negative_time() -> None:
    found = seen(received("x", sent=-3, sqsview_trace="t"))
    assert found is not None
    assert found.seconds == 0


def test_without_a_time_of_the_queue_it_is_the_time_until_it_was_seen() -> None:
    found = seen(received("x", sent=None, sqsview_trace="t"))
    assert found is not None
    assert (found.seconds, found.measure) == (0.5, Measure.SEEN)


@pytest.mark.parametrize("timestamp", ["", "yesterday", "2025-06-15T15:06:40", 7, None])
def test_a_time_in_the_envelope_that_cannot_be_read_is_done_without(timestamp: object) -> None:
    found = seen(received(envelope(Timestamp=timestamp)))
    assert found is not None
    assert found.measure is Measure.OURS


@pytest.mark.parametrize(
    "message",
    [
        received("x"),
        received("x", sqsview_trace="another"),
        received(envelope("another")),
        received(envelope(None, MessageId="another")),
        received("{"),
        received("[" * 100_000),
        received('{"Type": "Notification"}'),
    ],
)
def test_other_messages_are_not_taken_for_it(message: Message) -> None:
    assert seen(message) is None


def test_without_the_attribute_the_envelope_is_known_by_its_id() -> None:
    """A mark that was lost on the way is no reason not to see it, either."""
    for marked in (UNMARKED, SENT):
        found = seen(received(envelope(None)), marked)
        assert found is not None
        assert found.by == "id"


def test_without_anything_else_it_is_known_by_a_body_that_is_not_older() -> None:
    found = seen(received("x"), UNMARKED)
    assert found is not None
    assert found.by == "body"
    assert seen(received("x", sent=-10), UNMARKED) is None
    assert seen(received("y"), UNMARKED) is None


def test_of_a_body_for_each_protocol_a_queue_gets_its_own() -> None:
    by_protocol = Marked(Outgoing('{"default": "d", "sqs": "q"}', structure=True), None)
    assert seen(received("q"), by_protocol) is not None
    assert seen(received("d"), by_protocol) is None
    assert seen(received("d"), Marked(Outgoing('{"default": "d"}', structure=True), None)) is not None


# -- what its absence says

EMPTY = Counts(0, 0, 0)


@pytest.mark.parametrize(
    ("search", "doubt"),
    [
        (Search(0, True, EMPTY, EMPTY), ""),
        (Search(7, True, Counts(7, 0, 0), Counts(7, 0, 0)), ""),
        (Search(7, True, Counts(None, None, None), Counts(5, 0, 0)), ""),
        (Search(200, False, EMPTY, Counts(12_000, 30, 0)), "not among the 200 looked at of about 12,030"),
        (Search(0, True, EMPTY, Counts(0, 1_200, 0)), "about 1,200 in flight, so a consumer may have it"),
        (Search(0, True, Counts(0, 2, 0), EMPTY), "about 2 were in flight before, so a consumer may have taken it"),
        (Search(0, True, EMPTY, Counts(0, 0, 3)), "about 3 delayed, and it may be among them"),
        (Search(7, False, EMPTY, Counts(7, 0, 0)), "messages still came when the time was over"),
        (Search(1, True, EMPTY, Counts(4, 0, 0)), "not among the 1 that the queue gave of about 4"),
        (Search(0, True, EMPTY, Counts(0, None, 0)), "the server does not tell what is in flight"),
        (Search(0, True, EMPTY, None), "the server does not tell what is in flight"),
        (Search(0, True, EMPTY, EMPTY, "the hold was lost"), "the hold was lost"),
    ],
)
def test_a_message_that_was_not_met_is_only_not_there_where_nothing_was_kept_from_the_look(
    search: Search, doubt: str
) -> None:
    assert search.doubt == doubt
