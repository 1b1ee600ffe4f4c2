"""A message as a person is writing it: what stands in the fields, right or wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqsview.domain.message import BINARY, STRING_ARRAY, Attribute, Outgoing
from sqsview.domain.publishing import (
    Destination,
    Field,
    FieldFault,
    read_attribute,
    repeated_names,
    typed_value,
)
from sqsview.domain.publishing.attributes import NUMBER, STRING
from sqsview.domain.publishing.characters import quoted


@dataclass(frozen=True, slots=True)
class AttributeDraft:
    """One attribute as it stands in its three fields."""

    name: str = ""
    type: str = STRING
    value: str = field(default="", repr=False)
    """In base64 where the type is binary."""

    @property
    def blank(self) -> bool:
        """Tell whether nothing was written: such a line is no attribute."""
        return not self.name and not self.value


@dataclass(frozen=True, slots=True)
class Draft:
    """All fields of the form. Texts stand as they were typed."""

    body: str = field(default="", repr=False)
    cursor: tuple[int, int] = (0, 0)
    """Line and column in the body, from 0."""
    attributes: tuple[AttributeDraft, ...] = field(default=(), repr=False)
    subject: str = field(default="", repr=False)
    group: str = ""
    deduplication: str = ""
    delay: str = ""
    """Seconds."""
    structure: bool = False
    """Whether the body holds a body for each protocol."""
    times: str = ""
    """How often to send it; empty for once."""
    rate: str = ""
    """Messages a second; empty for as fast as it goes."""
    trace: bool = False
    """Whether to ask where it arrived."""
    trace_header: str | None = field(default=None, repr=False)
    """Cannot be typed; it goes with a message that is sent again."""

    @classmethod
    def of(cls, outgoing: Outgoing) -> Draft:
        """Write a message into the fields."""
        return cls(
            outgoing.body,
            attributes=tuple(
                AttributeDraft(name, attribute.type, typed_value(attribute))
                for name, attribute in outgoing.attributes.items()
            ),
            subject=outgoing.subject or "",
            group=outgoing.group or "",
            deduplication=outgoing.deduplication or "",
            delay="" if outgoing.delay is None else str(outgoing.delay),
            structure=outgoing.structure,
            trace_header=outgoing.trace_header,
        )

    def read(self, destination: Destination) -> tuple[Outgoing, list[FieldFault]]:
        """Give the message that the fields mean, and what of them cannot be read; that is left out of it.

        A field that the destination does not have is passed over, so that what was typed for a queue can become a
        message to a topic.
        """
        attributes: dict[str, Attribute] = {}
        faults = repeated_names(each.name for each in self.attributes)
        for each in self.attributes:
            if each.blank:
                continue
            try:
                attributes[each.name] = read_attribute(each.type, each.value)
            except ValueError as reason:
                faults.append(FieldFault(Field.ATTRIBUTES, str(reason), each.name))
        delay = None
        if self.delay.strip() and takes_delay(destination):
            try:
                delay = int(self.delay.strip())
            except ValueError:
                faults.append(FieldFault(Field.DELAY, f"{quoted(self.delay)} is no number of seconds, such as 90"))
        outgoing = Outgoing(
            self.body,
            attributes,
            group=self.group or None if destination.is_queue or destination.fifo else None,
            deduplication=self.deduplication or None if destination.fifo else None,
            delay=delay,
            subject=self.subject or None if destination.is_topic else None,
            structure=self.structure and destination.is_topic,
            trace_header=self.trace_header if destination.is_queue else None,
        )
        return outgoing, faults


def takes_delay(destination: Destination) -> bool:
    """Tell whether a single message can be delayed: only in standard queues (SQS API, SendMessage)."""
    return destination.is_queue and not destination.fifo


def kinds_for(destination: Destination) -> tuple[str, ...]:
    """Give the types of attribute that a destination knows."""
    kinds = (STRING, NUMBER, BINARY)
    return (*kinds, STRING_ARRAY) if destination.is_topic else kinds
