"""The ways in which a call can go wrong between a client and a server, in AWS's own words and forms."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any, Protocol

_HTML = "<html><title>503</title><body><h1>Service Unavailable</h1>\n<p>\x1b[2Jtry later</p></body></html>"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the proxy sees it."""

    api: str
    """Such as ``sqs:GetQueueAttributes``."""
    thing: str
    """The short name of the queue, topic or subscription it is about; empty where it is about none."""
    json: bool
    """Whether the answer must be JSON; else it is XML."""
    body: bytes = field(default=b"", repr=False, compare=False)
    """What was asked, as it was written."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class ConnectionCutError(Exception):
    """Raised by a fault in place of an answer: the connection is reset without one."""


class Forward(Protocol):
    """Asks the real server."""

    def __call__(self, body: bytes | None = None) -> Awaitable[Answer]:
        """Give its answer to the call as it came, or to one with another body."""


Fault = Callable[[Call, Forward], Awaitable[Answer]]
"""Answers a call, with or without asking the real server by means of ``Forward``."""


def latency(seconds: float) -> Fault:
    """Hold every answer back."""

    async def fault(_call: Call, forward: Forward) -> Answer:
        await asyncio.sleep(seconds)
        return await forward()

    return fault


def silence() -> Fault:
    """Never answer, until the client gives up."""

    async def fault(_call: Call, _forward: Forward) -> Answer:
        await asyncio.Event().wait()
        raise ConnectionCutError

    return fault


def reset() -> Fault:
    """Reset the connection once the request is in."""

    async def fault(_call: Call, _forward: Forward) -> Answer:
        raise ConnectionCutError

    return fault


def html(status: int = 503) -> Fault:
    """Answer with a load balancer's HTML page, with an escape sequence in it."""

    async def fault(_call: Call, _forward: Forward) -> Answer:
        return Answer(status, {"Content-Type": "text/html"}, _HTML.encode())

    return fault


def refusal(code: str, message: str, *, status: int = 400, shape: str | None = None) -> Fault:
    """Answer with an error of the service's own protocol.

    Args:
        code: the error code that botocore reports, for SQS that of the query protocol.
        message: what the error says.
        status: HTTP status.
        shape: the name in SQS's JSON body, where it is another one than ``code``.
    """

    async def fault(call: Call, _forward: Forward) -> Answer:
        date = {"Date": formatdate(usegmt=True)}
        if call.json:
            body = json.dumps({"__type": f"com.amazonaws.sqs#{shape or code}", "message": message})
            headers = {
                "Content-Type": "application/x-amz-json-1.0",
                "x-amzn-query-error": f"{code};Sender",
                **date,
            }
            return Answer(status, headers, body.encode())
        body = (
            '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>'
            f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>fault</RequestId></ErrorResponse>"
        )
        return Answer(status, {"Content-Type": "text/xml", **date}, body.encode())

    return fault


def throttled_sqs() -> Fault:
    """Throttle as SQS does; botocore's standard mode does not know this code."""
    return refusal("RequestThrottled", "Request is throttled.")


def throttled_sns() -> Fault:
    """Throttle as SNS does, with HTTP 429."""
    return refusal("Throttled", "Rate exceeded", status=429)


def throttling_exception() -> Fault:
    """Throttle with the code that most AWS services have in common."""
    return refusal("ThrottlingException", "Rate exceeded")


def denied() -> Fault:
    """Refuse for lack of a permission, as SQS and SNS each word it."""

    async def fault(call: Call, forward: Forward) -> Answer:
        action = call.api.lower() if call.json else call.api.replace("sns:", "SNS:")
        message = (
            f"User: arn:aws:iam::123456789012:user/ops is not authorized to perform: {action} on resource: "
            f"arn:aws:sqs:eu-west-1:123456789012:{call.thing} because no identity-based policy allows it"
        )
        code = "AuthorizationError" if call.api.startswith("sns:") else "AccessDenied"
        return await refusal(code, message, status=403, shape="AccessDeniedException")(call, forward)

    return fault


def gone() -> Fault:
    """Say that the queue does not exist."""
    return refusal(
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist.",
        shape="QueueDoesNotExist",
    )


def expired_token() -> Fault:
    """Refuse a session token whose time is over."""
    message = "The security token included in the request is expired"
    return refusal("ExpiredToken", message, status=403, shape="ExpiredTokenException")


def invalid_token() -> Fault:
    """Refuse an access key that is not known."""
    message = "The security token included in the request is invalid."
    return refusal("InvalidClientTokenId", message, status=403, shape="UnrecognizedClientException")


def clock_skew() -> Fault:
    """Refuse a signature because the two clocks are more than a quarter of an hour apart."""
    theirs = time.time() + 3600
    stamps = [time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at)) for at in (theirs - 3600, theirs - 900, theirs)]
    message = f"Signature expired: {stamps[0]} is now earlier than {stamps[1]} ({stamps[2]} - 15 min.)"
    return refusal("SignatureDoesNotMatch", message, status=403, shape="InvalidSignatureException")


def truncated(keep: float = 0.5) -> Fault:
    """Cut the real answer's body, status and length being in order, as a broken middlebox does."""

    async def fault(_call: Call, forward: Forward) -> Answer:
        answer = await forward()
        return replace(answer, body=answer.body[: int(len(answer.body) * keep)])

    return fault


def replaced(old: bytes, new: bytes) -> Fault:
    """Change the text of the real answer."""

    async def fault(_call: Call, forward: Forward) -> Answer:
        answer = await forward()
        return replace(answer, body=answer.body.replace(old, new))

    return fault


def fixed(body: bytes, *, content_type: str = "application/x-amz-json-1.0") -> Fault:
    """Give one and the same answer with status 200, whatever was asked."""

    async def fault(_call: Call, _forward: Forward) -> Answer:
        return Answer(200, {"Content-Type": content_type}, body)

    return fault


def failing_entries(ids: Collection[str], code: str, message: str, *, sender_fault: bool = False) -> Fault:
    """Let the entries with these ids fail in an SQS batch; the real server is asked for the others alone."""

    async def fault(call: Call, forward: Forward) -> Answer:
        asked: dict[str, Any] = json.loads(call.body)
        entries = asked["Entries"]
        failed = [
            {"Id": entry["Id"], "Code": code, "Message": message, "SenderFault": sender_fault}
            for entry in entries
            if entry["Id"] in ids
        ]
        left = [entry for entry in entries if entry["Id"] not in ids]
        answer = await forward(json.dumps({**asked, "Entries": left}).encode())
        told: dict[str, Any] = json.loads(answer.body)
        told["Failed"] = [*(told.get("Failed") or ()), *failed]
        return replace(answer, body=json.dumps(told).encode())

    return fault
