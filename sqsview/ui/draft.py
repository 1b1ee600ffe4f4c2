"""A message as a person is writing it: what stands in the fields, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sqsview.domain.message import BINARY, STRING_ARRAY, Attribute, Outgoing
from sqsview.domain.publishing import (
    Destination,
    Field,
    FieldFault,
    attribute_fault,
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
    def of(cls, outgoing: Outgoing, times: str = "", rate: str = "") -> Draft:
        """Write a message into the fields."""
        return cls(
            outgoing.body,
            times=times,
            rate=rate,
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
        attributes, faults = _read_attributes(self.attributes, topic=destination.is_topic)
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

    def same_as(self, other: Draft) -> bool:
        """Tell whether it says the same, wherever the cursor stands."""
        return replace(self, cursor=other.cursor) == other

    def as_document(self) -> dict[str, Any]:
        """Give it as JSON has it; what is empty is left out."""
        document = {each.name: getattr(self, each.name) for each in fields(self)}
        document["cursor"] = list(self.cursor)
        document["attributes"] = [[each.name, each.type, each.value] for each in self.attributes]
        return {name: value for name, value in document.items() if value}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Draft | None:
        """Give the draft that `as_document` wrote; None where it is none."""
        known = {each.name: each.default for each in fields(cls)}
        found = {name: value for name, value in document.items() if name in known}
        try:
            found["cursor"] = _cursor(found.get("cursor", (0, 0)))
            found["attributes"] = tuple(_attribute(each) for each in found.get("attributes", ()))
        except (TypeError, ValueError):
            return None
        for name, value in found.items():
            wanted = str if known[name] is None else type(known[name])
            if not isinstance(value, wanted):
                return None
        return cls(**found)


def _cursor(found: Any) -> tuple[int, int]:
    row, column = found
    return int(row), int(column)


def _attribute(found: Any) -> AttributeDraft:
    if not all(isinstance(part, str) for part in found):
        raise ValueError("no text")
    name, kind, value = found
    return AttributeDraft(name, kind, value)


def _read_attributes(
    written: Sequence[AttributeDraft], *, topic: bool
) -> tuple[dict[str, Attribute], list[FieldFault]]:
    """Give the attributes, of those with one name the last, and what is wrong with those that are left out."""
    attributes: dict[str, Attribute] = {}
    rows: dict[str, int] = {}
    faults: list[FieldFault] = []
    for row, each in enumerate(written):
        if each.blank:
            continue
        if each.name in attributes:
            faults += _left_out(each.name, attributes.pop(each.name), rows[each.name], topic=topic)
        rows[each.name] = row
        try:
            attributes[each.name] = read_attribute(each.type, each.value)
        except ValueError as reason:
            faults.append(FieldFault(Field.ATTRIBUTES, str(reason), each.name, row))
    repeated = repeated_names(each.name for each in written)
    return attributes, [*(replace(each, row=rows[each.attribute or ""]) for each in repeated), *faults]


def _left_out(name: str, attribute: Attribute, row: int, *, topic: bool) -> Iterator[FieldFault]:
    """Judge an attribute that another of its name takes the place of: it is in no message that could be judged."""
    told = attribute_fault(name, attribute, topic=topic)
    if told:
        yield FieldFault(Field.ATTRIBUTES, told, name, row)


def takes_delay(destination: Destination) -> bool:
    """Tell whether a single message can be delayed: only in standard queues (SQS API, SendMessage)."""
    return destination.is_queue and not destination.fifo


def kinds_for(destination: Destination) -> tuple[str, ...]:
    """Give the types of attribute that a destination knows."""
    kinds = (STRING, NUMBER, BINARY)
    return (*kinds, STRING_ARRAY) if destination.is_topic else kinds
