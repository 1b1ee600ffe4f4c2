"""The parts of a message that a person fills in, and what can be wrong with one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """A part of a message that is filled in on its own."""

    BODY = "body"
    ATTRIBUTES = "attributes"
    SUBJECT = "subject"
    GROUP = "group"
    DEDUPLICATION = "deduplication"
    DELAY = "delay"
    STRUCTURE = "structure"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field, or worth knowing of it."""

    field: Field
    text: str
    """One line: what is wrong and what to do. It may quote what was typed, but only what is printable."""
    attribute: str | None = None
    """The name of the attribute it concerns, as it was typed; None where it concerns all of them."""
    row: int | None = None
    """The place of the attribute in the list as it was typed, from 0, where several have its name."""
