"""What a message is, as SQS gives it and as a person wants it sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqsview.domain.arn import is_fifo

_LATEST = 253_402_300_800.0
"""Epoch seconds of the year 10000, which no calendar here has."""

BINARY = "Binary"
STRING_ARRAY = "String.Array"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One message attribute."""

    type: str
    """``String``, ``Number`` or ``Binary``, with a label of the sender's own as in ``Number.int``; of topics also
    ``String.Array``, whose value is JSON."""
    value: str | bytes
    """Bytes where the type is binary."""

    @property
    def base(self) -> str:
        """The type without the sender's label."""
        return self.type.partition(".")[0]

    @property
    def size(self) -> int:
        """Bytes that count towards the size of the message, without the name (SQS API, SendMessage)."""
        return byte_length(self.type) + (len(self.value) if isinstance(self.value, bytes) else byte_length(self.value))


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message that was received. Body, attributes and ids are untrusted text."""

    id: str
    """The identity: a message that is received twice is one."""
    body: str = field(repr=False)
    receipt: str = field(repr=False)
    """The handle of the receive that this is from; what releases or deletes it."""
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    system: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """The system attributes as the server gave them, such as ``SentTimestamp`` in milliseconds."""

    @property
    def key(self) -> str:
        """The identity that rows, marks and the cursor follow."""
        return self.id

    @property
    def receive_count(self) -> int | None:
        """How often it was received in all queues it was in, this time included (``ApproximateReceiveCount``)."""
        return _whole(self.system.get("ApproximateReceiveCount"))

    @property
    def sent(self) -> float | None:
        """Epoch seconds at which it was put into the queue, or into the first one for a dead letter of a standard
        queue."""
        return _seconds(self.system.get("SentTimestamp"))

    @property
    def first_received(self) -> float | None:
        """Epoch seconds of the first receive."""
        return _seconds(self.system.get("ApproximateFirstReceiveTimestamp"))

    @property
    def group(self) -> str | None:
        """``MessageGroupId``; of a FIFO queue the unit of order, of a standard queue that of fairness."""
        return self.system.get("MessageGroupId")

    @property
    def deduplication(self) -> str | None:
        """``MessageDeduplicationId``."""
        return self.system.get("MessageDeduplicationId")

    @property
    def sequence(self) -> str | None:
        """``SequenceNumber``, of FIFO queues."""
        return self.system.get("SequenceNumber")

    @property
    def trace_header(self) -> str | None:
        """``AWSTraceHeader``, the only system attribute that a sender may set."""
        return self.system.get("AWSTraceHeader")

    @property
    def source(self) -> str | None:
        """ARN of the queue that gave this message up (``DeadLetterQueueSourceArn``)."""
        return self.system.get("DeadLetterQueueSourceArn")

    @property
    def size(self) -> int:
        """Bytes of body and attributes, as SQS counts them."""
        return byte_length(self.body) + attributes_size(self.attributes)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be sent to a queue, or published to a topic. None leaves a parameter out."""

    body: str = field(repr=False)
    """For a topic with ``structure``, the JSON object of bodies by protocol."""
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    group: str | None = None
    """``MessageGroupId``."""
    deduplication: str | None = None
    """``MessageDeduplicationId``."""
    delay: int | None = None
    """Seconds (``DelaySeconds``); queues only."""
    subject: str | None = None
    """Topics only."""
    structure: bool = False
    """Topics only: whether the body holds a body for each protocol (``MessageStructure=json``)."""
    trace_header: str | None = None
    """``AWSTraceHeader``; queues only."""
    size: int = field(init=False, repr=False, compare=False)
    """Bytes of body and attributes, which is what a queue or topic limits."""

    def __post_init__(self) -> None:
        """Count the bytes, once: limits, batches and what is paid all go by them."""
        object.__setattr__(self, "size", byte_length(self.body) + attributes_size(self.attributes))


@dataclass(frozen=True, slots=True)
class Sent:
    """The server's word that a message was taken."""

    id: str
    sequence: str | None = None
    """FIFO only."""


@dataclass(frozen=True, slots=True)
class EntryFault:
    """Why one entry of a batch was refused, in the server's words."""

    code: str
    text: str
    sender_fault: bool
    """Whether sending the same again cannot help."""

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.text} ({self.code})" if self.text and self.code else self.text or self.code


def attributes_size(attributes: Mapping[str, Attribute]) -> int:
    """Count the bytes of names, types and values, all of which count towards the size of a message."""
    return sum(byte_length(name) + attribute.size for name, attribute in attributes.items())


def byte_length(text: str) -> int:
    """Count the bytes of ``text`` in UTF-8; a lone surrogate, which JSON can carry, is three."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def sendable_again(message: Message, queue_name: str) -> Outgoing:
    """Give what would send a received message once more to a queue of this name: the same in all but its ids.

    A FIFO queue keeps the deduplication id, so the same message within five minutes would be taken and not
    delivered; whoever wants it delivered gives it another one.
    """
    return Outgoing(
        message.body,
        message.attributes,
        group=message.group,
        deduplication=message.deduplication if is_fifo(queue_name) else None,
        trace_header=message.trace_header,
    )


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _seconds(text: str | None) -> float | None:
    """Read epoch milliseconds, which is what SQS gives of messages, as seconds; None for what is no date."""
    try:
        seconds = float(text) / 1000.0 if text else math.nan
    except ValueError:
        return None
    return seconds if 0 <= seconds < _LATEST else None
