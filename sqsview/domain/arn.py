"""Amazon Resource Names, and the names inside queue URLs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

FIFO_SUFFIX = ".fifo"
"""Ends the name of every FIFO queue and topic (SQS and SNS API references, CreateQueue and CreateTopic)."""

_ACCOUNT = re.compile("[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Arn:
    """The six parts of an ARN."""

    partition: str
    """``aws``, ``aws-cn``, ``aws-us-gov`` or another partition."""
    service: str
    region: str
    account: str
    resource: str
    """Everything after the fifth colon; for SQS and SNS topics it is the name."""

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Split ``arn:partition:service:region:account:resource``.

        Raises:
            ValueError: ``text`` is not an ARN.
        """
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            raise ValueError(f"not an ARN: {text!r}")
        return cls(*parts[1:])

    @property
    def name(self) -> str:
        """The last part of the resource: the queue's, topic's, application's or endpoint's own name."""
        return re.split(r"[:/]", self.resource)[-1]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def is_arn(text: str) -> bool:
    """Tell whether ``text`` is an ARN; the literals of a pending subscription are not."""
    try:
        Arn.parse(text)
    except ValueError:
        return False
    return True


def is_fifo(name: str) -> bool:
    """Tell whether a queue or topic of this name (or ARN, or URL) is FIFO: the suffix is the rule."""
    return name.endswith(FIFO_SUFFIX)


def name_of(arn_or_url: str) -> str:
    """Give the short name inside an ARN or a queue URL; anything else is a name already."""
    if arn_or_url.startswith("arn:"):
        try:
            return Arn.parse(arn_or_url).name
        except ValueError:
            return arn_or_url
    if "://" in arn_or_url:
        return unquote(_path(arn_or_url).rstrip("/").rpartition("/")[2]) or arn_or_url
    return arn_or_url


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # such as a bracket that is never closed; anybody can subscribe one
        return ""


def account_in_url(url: str) -> str | None:
    """Give the account in a queue URL's path, ``/ACCOUNT/NAME``, or None where it has none.

    The host is never looked at: AWS has had several, and other servers use their own.
    """
    segments = [segment for segment in _path(url).split("/") if segment]
    if len(segments) >= 2 and _ACCOUNT.fullmatch(segments[-2]):
        return segments[-2]
    return None
