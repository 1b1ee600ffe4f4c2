"""What a message for a queue or topic may be, and what AWS would refuse of it before it is sent."""

from sqsview.domain.publishing.attributes import MOST_ATTRIBUTES, repeated_names
from sqsview.domain.publishing.destination import (
    Destination,
    DestinationKind,
    destination_of,
    queue_destination,
    topic_destination,
)
from sqsview.domain.publishing.fields import Field, FieldFault
from sqsview.domain.publishing.refusals import field_in, field_of
from sqsview.domain.publishing.rules import Judgement, faults, judged, warnings
from sqsview.domain.publishing.typed import ReadFile, parse_attribute, read_attribute, typed_value

__all__ = [
    "MOST_ATTRIBUTES",
    "Destination",
    "DestinationKind",
    "Field",
    "FieldFault",
    "Judgement",
    "ReadFile",
    "destination_of",
    "faults",
    "field_in",
    "field_of",
    "judged",
    "parse_attribute",
    "queue_destination",
    "read_attribute",
    "repeated_names",
    "topic_destination",
    "typed_value",
    "warnings",
]
