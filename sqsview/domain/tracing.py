"""A published message that is to be found again: how it is marked, known, and how long it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqsview.domain.decoding.envelopes import opened
from sqsview.domain.decoding.layers import Envelope
from sqsview.domain.message import Attribute, Message, Outgoing
from sqsview.domain.publishing.attributes import MOST_ATTRIBUTES
from sqsview.domain.publishing.destination import Destination
from sqsview.domain.queue import Counts

TRACE_ATTRIBUTE = "sqsview-trace"
"""The attribute that marks a traced message. It is delivered like any other, so consumers see it."""

_CLOCK_SLACK = 2.0
"""Seconds by which this machine's clock may be ahead of the queue's."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A message as it is published by a trace."""

    outgoing: Outgoing
    trace_id: str | None
    """The value of the trace attribute; None where it has none."""
    note: str = ""
    """Why it has none, and how it is known instead; empty where it has one."""


class Measure(StrEnum):
    """How the time of an arrival was measured."""

    SERVERS = "from SNS's clock to the queue's"
    OURS = "from this machine's clock to the queue's, which may differ"
    SEEN = "until it was seen here"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that was found in a queue."""

    message: Message
    by: str
    """What it was known by: ``attribute``, ``id`` or ``body``."""
    seconds: float
    """How long it took; 0 where clocks that differ would make it less."""
    measure: Measure


@dataclass(frozen=True, slots=True)
class Search:
    """How a queue was searched in which the message was not met."""

    met: int
    """Messages that were looked at."""
    dry: bool
    """Whether the queue had nothing more in the end."""
    before: Counts
    """What the queue held before the message was published."""
    after: Counts | None
    """What it held after the search, with all given back; None where that cannot be read."""
    fault: str = ""
    """Why it ended before its time, or why the counts cannot be read; empty where neither is so."""

    @property
    def doubt(self) -> str:
        """Why the message may be there, or may have been, all the same; empty where nothing speaks for it.

        What is in flight is with a consumer, and what is delayed is given to nobody: no look meets either.
        """
        before, after = self.before, self.after
        if self.fault:
            return self.fault
        if after is None or None in (after.visible, after.in_flight, after.delayed):
            return "the server does not tell what is in flight"
        total = (after.visible or 0) + (after.in_flight or 0) + (after.delayed or 0)
        if not self.dry and total > self.met:
            return f"not among the {self.met:,} looked at of about {total:,}"
        if after.in_flight:
            return f"about {after.in_flight:,} in flight, so a consumer may have it"
        if before.in_flight:
            were = "was" if before.in_flight == 1 else "were"
            return f"about {before.in_flight:,} {were} in flight before, so a consumer may have taken it"
        if after.delayed:
            return f"about {after.delayed:,} delayed, and it may be among them"
        if not self.dry:
            return "messages still came when the time was over"
        if total > self.met:
            return f"not among the {self.met:,} that the queue gave of about {total:,}"
        return ""


def marked(outgoing: Outgoing, destination: Destination, trace_id: str) -> Marked:
    """Put the trace attribute on a message, unless that would change where it gets or would not get there itself."""
    if outgoing.structure:
        return Marked(outgoing, None, "attributes do not go with a body for each protocol: found by its id")
    with_it = replace(outgoing, attributes={**outgoing.attributes, TRACE_ATTRIBUTE: Attribute("String", trace_id)})
    if len(with_it.attributes) > MOST_ATTRIBUTES and destination.raw_queues:
        return Marked(
            outgoing,
            None,
            f"an attribute more than {MOST_ATTRIBUTES} would lose it on the way: found by its id or body",
        )
    if with_it.size > destination.limit:
        return Marked(outgoing, None, "there is no room for the trace attribute: found by its id or body")
    return Marked(with_it, trace_id)


def arrival(
    message: Message, marked_message: Marked, published_id: str, *, published_at: float, seen_after: float
) -> Arrival | None:
    """Tell whether a message from a queue is the traced one, and how long it took; None where it is not.

    Args:
        message: what was received.
        marked_message: what was published.
        published_id: the id that SNS gave it.
        published_at: epoch seconds of this machine just before it was published.
        seen_after: seconds from then until it was in hand here.
    """
    envelope, inner = _opened(message.body)
    by = _known_by(message, envelope, inner, marked_message, published_id, published_at)
    if by is None:
        return None
    sent = message.sent
    if sent is None:
        return Arrival(message, by, seen_after, Measure.SEEN)
    stamped = _epoch(envelope.timestamp) if envelope else None
    since, measure = (stamped, Measure.SERVERS) if stamped is not None else (published_at, Measure.OURS)
    return Arrival(message, by, max(0.0, sent - since), measure)


def _known_by(
    message: Message, envelope: Envelope | None, inner: str, sent: Marked, published_id: str, published_at: float
) -> str | None:
    attributes: Mapping[str, Attribute] = envelope.attributes if envelope else message.attributes
    mark = attributes.get(TRACE_ATTRIBUTE)
    if sent.trace_id is not None and mark is not None:
        return "attribute" if mark.value == sent.trace_id else None
    if envelope is not None:
        return "id" if envelope.id == published_id else None
    if sent.trace_id is not None:
        return None  # it would have its attribute
    fresh = message.sent is None or message.sent >= published_at - _CLOCK_SLACK
    return "body" if fresh and inner == _body_for_queues(sent.outgoing) else None


def _opened(body: str) -> tuple[Envelope | None, str]:
    if not body.lstrip().startswith("{"):
        return None, body
    try:
        found = opened(json.loads(body))
    except (ValueError, RecursionError):
        return None, body
    return found or (None, body)


def _body_for_queues(outgoing: Outgoing) -> str:
    if not outgoing.structure:
        return outgoing.body
    try:
        bodies: Any = json.loads(outgoing.body)
        return str(bodies.get("sqs", bodies.get("default")))
    except (ValueError, RecursionError, AttributeError):
        return outgoing.body


def _epoch(timestamp: str | None) -> float | None:
    """Read SNS's ``2025-06-15T15:12:00.123Z``."""
    try:
        return datetime.fromisoformat(timestamp).timestamp() if timestamp and timestamp.endswith("Z") else None
    except ValueError:
        return None
