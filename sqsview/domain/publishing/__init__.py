"""What a message for a queue or topic may be, and what AWS would refuse of it before it is sent."""

from sqsview.domain.publishing.attributes import MOST_ATTRIBUTES, attribute_fault, repeated_names
from sqsview.domain.publishing.destination import (
    Destination,
    DestinationKind,
    destination_of,
    queue_destination,
    topic_destination,
)
from sqsview.domain.publishing.fields import Field, FieldFault
from sqsview.domain.publishing.refusals import attribute_in, field_in, field_of
from sqsview.domain.publishing.rules import Judgement, faults, judged, one_delivery, warnings
from sqsview.domain.publishing.typed import ReadFile, parse_attribute, read_attribute, typed_value

__all__ = [
    "MOST_ATTRIBUTES",
    "Destination",
    "DestinationKind",
    "Field",
    "FieldFault",
    "Judgement",
    "ReadFile",
    "attribute_fault",
    "attribute_in",
    "destination_of",
    "faults",
    "field_in",
    "field_of",
    "judged",
    "one_delivery",
    "parse_attribute",
    "queue_destination",
    "read_attribute",
    "repeated_names",
    "topic_destination",
    "typed_value",
    "warnings",
]
