"""Messages on the wire: what is received parsed at the border, what is sent written as the APIs spell it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqsview.aws.errors import one_line, unreadable
from sqsview.domain.message import BINARY, Attribute, EntryFault, Message, Outgoing, Sent

_CHUNK = 64 * 1024
"""Bytes that are paid as one request (Amazon SQS and SNS pricing)."""

_log = logging.getLogger(__name__)

_UNTOLD = EntryFault("", "the server did not say what became of it", sender_fault=False)


def received(answer: object) -> list[Message]:
    """Read the answer of ReceiveMessage, which has no list at all where there is nothing."""
    listed = answer.get("Messages") if isinstance(answer, Mapping) else None
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise unreadable("messages that are no list")
    messages = [message for item in listed if (message := _message(item)) is not None]
    if listed and not messages:
        raise unreadable("messages without id and receipt")
    return messages


def _message(item: Any) -> Message | None:
    """Read one message; None where it has no name to go by, so that the others can still be given back."""
    if not isinstance(item, Mapping):
        return None
    identity, receipt, body = (item.get(name) for name in ("MessageId", "ReceiptHandle", "Body"))
    if not (isinstance(identity, str) and identity and isinstance(receipt, str) and receipt):
        _log.warning("a message without id or receipt is left out")
        return None
    body = body if isinstance(body, str) else ""
    system = item.get("Attributes")
    return Message(
        identity,
        body,
        receipt,
        attributes=_attributes(item.get("MessageAttributes")),
        system=MappingProxyType(
            {str(name): str(value) for name, value in system.items()} if isinstance(system, Mapping) else {}
        ),
    )


def _attributes(given: object) -> Mapping[str, Attribute]:
    if not isinstance(given, Mapping):
        return MappingProxyType({})
    return MappingProxyType({str(name): _attribute(value) for name, value in given.items()})


def _attribute(given: Any) -> Attribute:
    if not isinstance(given, Mapping):
        return Attribute("?", "")
    kind = str(given.get("DataType") or "String")
    binary, text = given.get("BinaryValue"), given.get("StringValue")
    if kind.partition(".")[0] == BINARY:
        return Attribute(kind, bytes(binary) if isinstance(binary, bytes | bytearray) else b"")
    return Attribute(kind, text if isinstance(text, str) else "")


def sent(answer: object) -> Sent:
    """Read the answer of SendMessage or Publish."""
    given = answer if isinstance(answer, Mapping) else {}
    identity, sequence = given.get("MessageId"), given.get("SequenceNumber")
    if not isinstance(identity, str) or not identity:
        raise unreadable("an answer without a message id")
    return Sent(identity, sequence if isinstance(sequence, str) else None)


def outcomes(answer: object, count: int) -> list[Sent | EntryFault]:
    """Read the answer of a batch whose entries were numbered from 0; what is in neither list is said to be so."""
    found: list[Sent | EntryFault] = [_UNTOLD] * count
    for item in _entries(answer, "Successful"):
        place = _place(item, count)
        if place is not None:
            sequence = item.get("SequenceNumber")
            found[place] = Sent(str(item.get("MessageId") or ""), sequence if isinstance(sequence, str) else None)
    for item in _entries(answer, "Failed"):
        place = _place(item, count)
        if place is not None:
            text = one_line(str(item.get("Message") or ""))
            found[place] = EntryFault(str(item.get("Code") or ""), text, sender_fault=item.get("SenderFault") is True)
    return found


def faults_by(receipts: Sequence[str], answer: object) -> Mapping[str, EntryFault]:
    """Read the answer of a batch of receipts; give those that failed."""
    found = zip(receipts, outcomes(answer, len(receipts)), strict=True)
    return {receipt: outcome for receipt, outcome in found if isinstance(outcome, EntryFault)}


def _entries(answer: object, name: str) -> Sequence[Mapping[str, Any]]:
    listed = answer.get(name) if isinstance(answer, Mapping) else None
    return [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else ()


def _place(item: Mapping[str, Any], count: int) -> int | None:
    identity = item.get("Id")
    if isinstance(identity, str) and identity.isascii() and identity.isdecimal() and int(identity) < count:
        return int(identity)
    return None


def to_queue(message: Outgoing) -> dict[str, object]:
    """Write a message as SendMessage, or an entry of its batch, takes it."""
    written: dict[str, object] = {"MessageBody": message.body, **_written(message)}
    if message.delay is not None:
        written["DelaySeconds"] = message.delay
    if message.trace_header is not None:
        header = {"DataType": "String", "StringValue": message.trace_header}
        written["MessageSystemAttributes"] = {"AWSTraceHeader": header}
    return written


def to_topic(message: Outgoing) -> dict[str, object]:
    """Write a message as Publish, or an entry of its batch, takes it."""
    written: dict[str, object] = {"Message": message.body, **_written(message)}
    if message.subject is not None:
        written["Subject"] = message.subject
    if message.structure:
        written["MessageStructure"] = "json"
    return written


def _written(message: Outgoing) -> dict[str, object]:
    written: dict[str, object] = {}
    if message.attributes:
        written["MessageAttributes"] = {name: _value(value) for name, value in message.attributes.items()}
    if message.group is not None:
        written["MessageGroupId"] = message.group
    if message.deduplication is not None:
        written["MessageDeduplicationId"] = message.deduplication
    return written


def _value(attribute: Attribute) -> dict[str, object]:
    field = "BinaryValue" if isinstance(attribute.value, bytes) else "StringValue"
    return {"DataType": attribute.type, field: attribute.value}


def chunks(messages: Iterable[Outgoing]) -> int:
    """Count the requests that are paid for sending ``messages`` in one call: one for every 64 KiB."""
    return _paid(sum(message.size for message in messages))


def chunks_received(answer: object) -> int:
    """Count the requests that are paid for one receive, by the bodies: attributes seldom make a chunk more."""
    listed = answer.get("Messages") if isinstance(answer, Mapping) else None
    return _paid(sum(len(item["Body"]) for item in listed or () if isinstance(item.get("Body"), str)))


def _paid(size: int) -> int:
    return max(1, -(-size // _CHUNK))
