"""What there is to know about a message beside its body, as a person would say it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqsview.domain.arn import name_of
from sqsview.domain.decoding.layers import Envelope
from sqsview.domain.message import Attribute, Message
from sqsview.domain.text import printable
from sqsview.domain.words.figures import age, size

Pair = tuple[str, str]
"""A label and what it stands for, both printable."""

_HEX_AT_ONCE = 16
"""The most bytes that a line of words shows."""
_DUMPED = 8
"""Bytes on one line of a dump, which so has room beside a list."""

_WORDED = frozenset(
    {
        "ApproximateReceiveCount",
        "ApproximateFirstReceiveTimestamp",
        "SentTimestamp",
        "MessageGroupId",
        "MessageDeduplicationId",
        "SequenceNumber",
        "SenderId",
        "AWSTraceHeader",
        "DeadLetterQueueSourceArn",
    }
)
"""The system attributes that have words; others are shown under their own names (SQS API, ReceiveMessage)."""


class AttributeRow(NamedTuple):
    """One message attribute in three columns."""

    name: str
    type: str
    value: str


def history_in_words(message: Message, now_epoch: float) -> str:
    """Say in one line what happened to a message: when it was sent and received, how often, where it comes from.

    ``sent 22 min ago · first received 21 min ago · received 6 times · from orders-billing``; what the server did not
    say is left out.
    """
    said = []
    if message.sent is not None:
        said.append(f"sent {ago(now_epoch - message.sent)}")
    if message.first_received is not None:
        said.append(f"first received {ago(now_epoch - message.first_received)}")
    if message.receive_count is not None:
        said.append("received once" if message.receive_count == 1 else f"received {message.receive_count:,} times")
    if message.source:
        said.append(f"from {printable(name_of(message.source))}")
    return " · ".join(said)


def ago(seconds: float) -> str:
    """Word how long ago something was; clocks that differ do not put it into the future."""
    if not math.isfinite(seconds):
        return "at a time that makes no sense"
    return "just now" if seconds < 1 else f"{age(seconds)} ago"


def moment(epoch: float) -> str:
    """Word a moment to the millisecond, in UTC; as it stands where no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"
    except (ValueError, OverflowError, OSError):
        return f"{epoch:g}"


def identity_pairs(message: Message, *, exact: bool = False) -> list[Pair]:
    """Give id, group, deduplication id, sequence, sender and trace header, those there are.

    ``exact`` adds the moments behind the words, and the names of what has no words at all.
    """
    named = [
        ("message id", message.id),
        ("group", message.group),
        ("deduplication", message.deduplication),
        ("sequence", message.sequence),
        ("sender", message.system.get("SenderId")),
        ("trace header", message.trace_header),
    ]
    if exact:
        named += [
            ("sent", moment(message.sent) if message.sent is not None else None),
            ("first received", moment(message.first_received) if message.first_received is not None else None),
            ("source", message.source),
        ]
    named += [(name, value) for name, value in sorted(message.system.items()) if name not in _WORDED]
    return [(printable(label), printable(value)) for label, value in named if value]


def attribute_rows(attributes: Mapping[str, Attribute]) -> list[AttributeRow]:
    """Give the message attributes by name, each as one printable line."""
    return [
        AttributeRow(printable(name), printable(each.type), value_in_words(each.value))
        for name, each in sorted(attributes.items())
    ]


def value_in_words(value: str | bytes) -> str:
    """Write the value of an attribute in one printable line: bytes as ``16 bytes  9f 02 …`` and as text."""
    if isinstance(value, str):
        return printable(value)
    shown = value[:_HEX_AT_ONCE].hex(" ") + (" …" if len(value) > _HEX_AT_ONCE else "")
    text = readable(value)
    return "  ".join(filter(None, (size(len(value)), shown, text and f'"{text}"')))


def readable(data: bytes) -> str | None:
    """Give bytes as text where they are some, printable and at most 200 characters; None where not."""
    try:
        text = data[:800].decode() if len(data) <= 800 else data[:800].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return None
    if not text or any(character < " " and character not in "\t\r\n" for character in text):
        return None
    return printable(text[:200] + ("…" if len(text) > 200 else ""))


def envelope_pairs(envelope: Envelope, now_epoch: float) -> list[Pair]:
    """Say what SNS wrote around the message: its topic, subject, when and as what it was published."""
    pairs = [
        ("topic", name_of(envelope.topic)),
        ("kind", envelope.kind if envelope.kind != "Notification" else None),
        ("subject", envelope.subject),
        ("published", _published(envelope.timestamp, now_epoch)),
        ("published as", envelope.id),
        ("sequence", envelope.sequence),
    ]
    return [(label, printable(value)) for label, value in pairs if value]


def _published(timestamp: str | None, now_epoch: float) -> str | None:
    if timestamp is None:
        return None
    try:
        then = datetime.fromisoformat(timestamp)
        return f"{ago(now_epoch - then.timestamp())} ({timestamp})"
    except (ValueError, OverflowError):
        return timestamp


def hex_dump(data: bytes, at_most: int = 65_536) -> list[str]:
    """Write bytes as lines of offset, 8 bytes and the ASCII among them; what is beyond ``at_most`` is counted."""
    lines = []
    for start in range(0, min(len(data), at_most), _DUMPED):
        piece = data[start : start + _DUMPED]
        lines.append(f"{start:08x}  {piece.hex(' '):<{3 * _DUMPED - 1}}  {_ascii(piece)}")
    if len(data) > at_most:
        lines.append(f"… and {size(len(data) - at_most)} more")
    return lines


def _ascii(data: bytes) -> str:
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else "·" for octet in data)
