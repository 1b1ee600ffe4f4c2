"""Errors as botocore raises them for a server's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError


def client_error(
    code: str,
    message: str = "",
    status: int = 400,
    *,
    query: str | None = None,
    headers: Mapping[str, str] | None = None,
    operation: str = "GetQueueAttributes",
) -> ClientError:
    """Make the error for an answer.

    Args:
        code: the error's code.
        message: what the server says.
        status: HTTP status.
        query: the other one of an SQS error's two codes.
        headers: of the answer.
        operation: that failed.
    """
    error: dict[str, Any] = {"Code": code, "Message": message}
    if query:
        error["QueryErrorCode"] = query
    response: Any = {
        "Error": error,
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": dict(headers or {})},
    }
    return ClientError(response, operation)
