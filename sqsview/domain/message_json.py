"""A received message as one JSON object with everything that is needed to send it again, and back.

The shape is that of ``peek --json`` and of an exported line: binary values are base64, times are ISO 8601 in UTC, and
null stands for what the server did not tell.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqsview.domain.arn import name_of
from sqsview.domain.message import BINARY, Attribute, Message, Outgoing
from sqsview.domain.receive_budget import looks_left

_LAST_YEAR = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def as_json(message: Message, maximum: int | None) -> dict[str, Any]:
    """Give a message as JSON knows it.

    Args:
        message: the message.
        maximum: ``maxReceiveCount`` of its queue, for the looks that are left; None without a redrive policy.
    """
    document: dict[str, Any] = {
        "id": message.id,
        "body": message.body,
        "attributes": attributes_as_json(message.attributes),
        "group": message.group,
        "deduplication": message.deduplication,
        "sent": moment(message.sent),
        "receive_count": message.receive_count,
        "looks_left": looks_left(maximum, message.receive_count),
        "source": name_of(message.source) if message.source else None,
    }
    if message.trace_header is not None:
        document["trace_header"] = message.trace_header
    return document


def as_line(message: Message, maximum: int | None) -> str:
    """Give a message as a line of a JSON-lines file, without the line end; all of it is ASCII."""
    return json.dumps(as_json(message, maximum), ensure_ascii=True, allow_nan=False)


def from_json(document: object) -> Outgoing:
    """Give what sends the message of such an object again, with group, deduplication id and trace header.

    Raises:
        ValueError: it is no such object; the text says in one line what is wrong.
    """
    if not isinstance(document, Mapping):
        raise ValueError("a message must be a JSON object")
    body = document.get("body")
    if not isinstance(body, str):
        raise ValueError('a message needs a "body", which is text')
    return Outgoing(
        body,
        attributes_from_json(document.get("attributes")),
        group=_text(document, "group"),
        deduplication=_text(document, "deduplication"),
        trace_header=_text(document, "trace_header"),
    )


def from_line(line: str) -> Outgoing:
    """Give what sends the message of a line of a JSON-lines file again.

    Raises:
        ValueError: it holds none.
    """
    try:
        document = json.loads(line)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except ValueError as fault:
        raise ValueError(f"is not JSON: {fault}") from None
    return from_json(document)


def attributes_as_json(attributes: Mapping[str, Attribute]) -> dict[str, dict[str, str]]:
    """Give message attributes by name as ``{"type", "value"}``, bytes in base64."""
    return {name: {"type": one.type, "value": _written(one.value)} for name, one in attributes.items()}


def attributes_from_json(given: object) -> Mapping[str, Attribute]:
    """Give the message attributes of such an object; null is none.

    Raises:
        ValueError: it is no such object.
    """
    if given is None:
        return MappingProxyType({})
    if not isinstance(given, Mapping):
        raise ValueError('"attributes" must be an object')
    return MappingProxyType({str(name): _attribute(str(name), one) for name, one in given.items()})


def moment(epoch: float | None) -> str | None:
    """Give epoch seconds as ISO 8601 in UTC, to the millisecond; None for what no calendar has."""
    if epoch is None or not 0 <= epoch < _LAST_YEAR:
        return None
    seconds, milliseconds = divmod(round(epoch * 1000), 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"


def _written(value: str | bytes) -> str:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _text(document: Mapping[str, object], name: str) -> str | None:
    text = document.get(name)
    if text is not None and not isinstance(text, str):
        raise ValueError(f'"{name}" must be text or null')
    return text


def _attribute(name: str, given: object) -> Attribute:
    kind, value = (given.get("type"), given.get("value")) if isinstance(given, Mapping) else (None, None)
    if not isinstance(kind, str) or not isinstance(value, str):
        raise ValueError(f'the attribute "{name}" needs a "type" and a "value", which are text')
    if kind.partition(".")[0] != BINARY:
        return Attribute(kind, value)
    try:
        return Attribute(kind, base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError(f'the attribute "{name}" is binary, and its value is not base64') from None
