"""What SQS and SNS refuse in message attributes, and what they take but do not deliver as it was meant.

The rules are those of "Amazon SQS message metadata" and "Amazon SNS message attributes" in the developer guides.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from sqsview.domain.message import BINARY, STRING_ARRAY, Attribute, Outgoing
from sqsview.domain.publishing.characters import character_name, quoted, refused_character
from sqsview.domain.publishing.destination import Destination
from sqsview.domain.publishing.fields import Field, FieldFault
from sqsview.domain.text import printable

MOST_ATTRIBUTES = 10
"""Attributes of a message in a queue."""
LONGEST_NAME = 256
"""Characters of a name, and of a type with its label."""
MOBILE_PREFIX = "AWS.SNS."
"""Begins the names that SNS itself reads, such as ``AWS.SNS.MOBILE.APNS.PUSH_TYPE``; topics only."""

STRING, NUMBER = "String", "Number"
BASES = (STRING, NUMBER, BINARY)

EMPTY_VALUE = "its value is empty, which is refused: give one, or leave the attribute out"
"""What is said of an attribute whose value is still to be written."""
_NOT_NAME = re.compile(r"[^A-Za-z0-9_.-]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_MOST_DIGITS = 38
_LOWEST_EXPONENT, _HIGHEST_EXPONENT = -128, 126
_FILTER_LIMIT = Decimal("1e9")
"""Numbers beyond it, or with more than five decimals, match no filter policy."""
_FILTER_DECIMALS = 5


def attribute_faults(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    """Give what would be refused of the attributes."""
    count = len(outgoing.attributes)
    if destination.is_queue and count > MOST_ATTRIBUTES:
        yield FieldFault(
            Field.ATTRIBUTES, f"{count} attributes, and a queue takes {MOST_ATTRIBUTES}: leave {count - 10} out"
        )
    for name, attribute in outgoing.attributes.items():
        fault = attribute_fault(name, attribute, topic=destination.is_topic)
        if fault:
            yield FieldFault(Field.ATTRIBUTES, fault, name)


def attribute_fault(name: str, attribute: Attribute, *, topic: bool) -> str | None:
    """Say what is wrong with one attribute, with its name; None where nothing is."""
    fault = name_fault(name, topic=topic) or value_fault(attribute, topic=topic)
    return f"attribute {quoted(name)}: {fault}" if fault and name else fault


def repeated_names(names: Iterable[str]) -> list[FieldFault]:
    """Give a fault for every name that stands there twice; names that differ in case are two."""
    return [
        FieldFault(Field.ATTRIBUTES, f"attribute {quoted(name)} is there {count} times: keep one", name)
        for name, count in Counter(names).items()
        if count > 1 and name
    ]


def name_fault(name: str, *, topic: bool) -> str | None:
    """Say what is wrong with the name of an attribute; None where nothing is."""
    if not name:
        return "an attribute needs a name"
    if len(name) > LONGEST_NAME:
        return f"its name has {len(name)} characters, and {LONGEST_NAME} are allowed"
    found = _NOT_NAME.search(name)
    if found:
        told = "a blank" if found.group() == " " else character_name(found.group())
        return f"its name holds {told}; letters, digits, - _ and . are allowed"
    if name.startswith(".") or name.endswith(".") or ".." in name:
        return "its name may not begin or end with a period or have two in a row"
    reserved = re.match(r"aws\.|amazon\.", name, re.IGNORECASE)
    if reserved and not (topic and name.startswith(MOBILE_PREFIX)):
        return f"names that begin with {reserved.group()} are AWS's own; take another"
    return None


def value_fault(attribute: Attribute, *, topic: bool) -> str | None:
    """Say what is wrong with type or value of an attribute; None where nothing is."""
    fault = type_fault(attribute.type)
    if fault:
        return fault
    value = attribute.value
    if isinstance(value, bytes) != (attribute.base == BINARY):
        return f"the value does not fit the type {attribute.type}"
    if not value:
        return EMPTY_VALUE
    if isinstance(value, bytes):
        return None
    refused = refused_character(value)
    if refused:
        return f"its value holds {refused}, which is refused"
    if attribute.base == NUMBER:
        return number_fault(value)
    if attribute.type == STRING_ARRAY and topic:
        return _array_fault(value)
    return None


def type_fault(kind: str) -> str | None:
    """Say what is wrong with the type of an attribute, such as ``Number.int``; None where nothing is."""
    base, dot, label = kind.partition(".")
    if base not in BASES:
        near = next((known for known in BASES if known.lower() == base.lower()), "")
        return f"there is no type {quoted(kind)}" + (f"; write {near}" if near else f"; there are {', '.join(BASES)}")
    if dot and not label:
        return f"the type {quoted(kind)} ends in a period"
    if len(kind) > LONGEST_NAME:
        return f"its type has {len(kind)} characters, and {LONGEST_NAME} are allowed"
    found = _NOT_NAME.search(label)
    return f"its type holds {character_name(found.group())}" if found else None


def number_fault(text: str) -> str | None:
    """Say what is wrong with the value of a Number; None where nothing is."""
    if not _NUMBER.fullmatch(text):
        return f"{quoted(text)} is not a number such as -12.5 or 3e8"
    value = Decimal(text)
    digits = len("".join(map(str, value.as_tuple().digits)).strip("0"))
    if digits > _MOST_DIGITS:
        return f"the number has {digits} digits, and {_MOST_DIGITS} are allowed"
    if value and not _LOWEST_EXPONENT <= value.adjusted() <= _HIGHEST_EXPONENT:
        return "the number must lie between 1e-128 and 1e+126"
    return None


def attribute_warnings(outgoing: Outgoing, destination: Destination) -> Iterator[FieldFault]:
    """Give what is taken, and yet not delivered or not filtered as it was meant."""
    if destination.is_queue or not outgoing.attributes:
        return
    sent = [name for name in outgoing.attributes if not name.startswith(MOBILE_PREFIX)]
    if outgoing.structure and sent:
        yield FieldFault(
            Field.ATTRIBUTES, "attributes are not delivered with a body for each protocol, and filters see none"
        )
    elif len(sent) > MOST_ATTRIBUTES and destination.raw_queues:
        queues = printable(", ".join(destination.raw_queues))
        yield FieldFault(
            Field.ATTRIBUTES,
            f"with more than {MOST_ATTRIBUTES} attributes it is lost on the way to queues with raw delivery: {queues}",
        )
    for name, attribute in outgoing.attributes.items():
        told = _topic_warning(attribute)
        if told:
            yield FieldFault(Field.ATTRIBUTES, f"attribute {quoted(name)}: {told}", name)


def _topic_warning(attribute: Attribute) -> str | None:
    if attribute.type not in (*BASES, STRING_ARRAY):
        return f"SNS documents no labels; filters may not read {quoted(attribute.type)}"
    if attribute.type == NUMBER and isinstance(attribute.value, str) and number_fault(attribute.value) is None:
        value = Decimal(attribute.value)
        exponent = value.normalize().as_tuple().exponent
        if abs(value) > _FILTER_LIMIT or (isinstance(exponent, int) and -exponent > _FILTER_DECIMALS):
            return "filters read numbers from -1e9 to 1e9 with five decimals"
    return None


def _array_fault(value: str) -> str | None:
    told = 'a String.Array is a JSON list of texts, numbers, true, false and null, such as ["a", 1]'
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return told
    if not isinstance(found, list) or any(isinstance(item, list | dict) for item in found):
        return told
    return None
