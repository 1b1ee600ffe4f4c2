"""What is put around a body on its way: the envelope of SNS, and the extended client's pointer to S3."""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqsview.domain.decoding.layers import Envelope, Pointer
from sqsview.domain.message import BINARY, Attribute

KINDS = frozenset({"Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"})
POINTERS = frozenset(
    {
        "software.amazon.payloadoffloading.PayloadS3Pointer",
        "com.amazon.sqs.javamessaging.MessageS3Pointer",
    }
)
"""The Java classes that the extended client writes before a pointer: the present one and that of version 1."""


def opened(document: Any) -> tuple[Envelope, str] | None:
    """Take the message out of an SNS envelope; None where the document is none.

    It is known by type, topic and message alone: the envelopes of FIFO topics have no signature. Lambda is given
    them in a list of records, with other spellings of the links, which are not looked at anyway (SNS developer
    guide, message formats).
    """
    inner = _of_lambda(document)
    if not isinstance(inner, dict):
        return None
    kind, topic, message = inner.get("Type"), inner.get("TopicArn"), inner.get("Message")
    if not (isinstance(topic, str) and isinstance(message, str) and isinstance(kind, str) and kind in KINDS):
        return None
    envelope = Envelope(
        kind,
        topic,
        id=_text(inner.get("MessageId")),
        timestamp=_text(inner.get("Timestamp")),
        subject=_text(inner.get("Subject")),
        sequence=_text(inner.get("SequenceNumber")),
        attributes=_attributes(inner.get("MessageAttributes")),
    )
    return envelope, message


def _of_lambda(document: Any) -> Any:
    """Give the envelope that is the only record of an event for a Lambda function; else the document itself."""
    match document:
        case {"Records": [{"Sns": inner}]}:
            return inner
    return document


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _attributes(written: Any) -> Mapping[str, Attribute]:
    if not isinstance(written, dict):
        return MappingProxyType({})
    read = {name: _attribute(each) for name, each in written.items() if isinstance(each, dict)}
    return MappingProxyType({name: each for name, each in read.items() if each is not None})


def _attribute(written: Mapping[str, Any]) -> Attribute | None:
    kind, value = written.get("Type"), written.get("Value")
    if not (isinstance(kind, str) and isinstance(value, str)):
        return None
    if kind.partition(".")[0] == BINARY:
        try:
            return Attribute(kind, binascii.a2b_base64(value, strict_mode=True))
        except ValueError:
            pass
    return Attribute(kind, value)


def pointer_in(document: Any) -> Pointer | None:
    """Read the extended client's pointer to S3; None where the document is none."""
    match document:
        case [str(written_by), {"s3BucketName": str(bucket), "s3Key": str(key)}] if written_by in POINTERS:
            return Pointer(bucket, key)
    return None
