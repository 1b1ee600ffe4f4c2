"""Bodies as services, SNS and client libraries write them."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"

ORDER: dict[str, Any] = {
    "type": "order",
    "id": 10442,
    "error": {"code": "card_declined", "try": 5},
    "total": 129.0,
}


def envelope(message: str, **more: object) -> str:
    """Wrap a message as SNS does for a queue that is not subscribed raw."""
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": message,
            "Timestamp": "2026-01-11T13:46:40.000Z",
            "SignatureVersion": "1",
            "Signature": "EXAMPLEpH+",
            **more,
        }
    )


def fifo_envelope(message: str) -> str:
    """Wrap a message as a FIFO topic does: with a sequence number, without a signature."""
    written: Mapping[str, Any] = json.loads(envelope(message, SequenceNumber="10000000000000003000"))
    return json.dumps({name: value for name, value in written.items() if not name.startswith("Signature")})


def lambda_event(message: str) -> str:
    """Wrap a message as Lambda gets it."""
    inner = json.loads(envelope(message, SigningCertUrl="https://x", UnsubscribeUrl="https://x"))
    return json.dumps({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": inner}]})


def base64_of(data: str | bytes) -> str:
    """Write standard base64."""
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def url_safe(data: str | bytes) -> str:
    """Write URL-safe base64."""
    return base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data).decode()


def gzipped(text: str | bytes) -> str:
    """Write the base64 of gzip."""
    return base64_of(gzip.compress(text.encode() if isinstance(text, str) else text, mtime=0))


def zlibbed(text: str) -> str:
    """Write the base64 of zlib."""
    return base64_of(zlib.compress(text.encode()))


WRAPPINGS: Mapping[str, Callable[[str], str]] = {
    "sns": envelope,
    "fifo": fifo_envelope,
    "lambda": lambda_event,
    "string": json.dumps,
    "base64": base64_of,
    "url-safe": url_safe,
    "gzip": gzipped,
    "zlib": zlibbed,
}
"""All that may be around a body, from the inside out in any order."""

POINTER = json.dumps(
    ["software.amazon.payloadoffloading.PayloadS3Pointer", {"s3BucketName": "large-bodies", "s3Key": "5f2c"}]
)
