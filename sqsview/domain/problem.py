"""What can be wrong with one thing, or with the connection, in words a person can act upon."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """The cause, as far as it decides what the person can do."""

    CREDENTIALS = "credentials"
    """None found, a half pair, an unknown profile, an expired or rejected session."""
    REGION = "region"
    CLOCK = "clock"
    NETWORK = "network"
    """Refused, unresolvable, TLS, timed out, closed."""
    DENIED = "denied"
    GONE = "gone"
    THROTTLED = "throttled"
    FAILED = "failed"
    """The server answered with a fault of its own, or with something that cannot be read."""
    WIRING = "wiring"
    """A thing that exists but cannot work as it is connected."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with what to do about it."""

    kind: ProblemKind
    text: str
    """One line: what is wrong. It may quote the server, so it is untrusted text."""
    remedy: str = ""
    """One line: what to do, such as ``aws sso login --profile shop``."""
    thing: str = ""
    """The name of the queue, topic, subscription or call it concerns; empty for the connection."""
    at: float = 0.0
    """Epoch seconds at which it was last seen."""

    @property
    def line(self) -> str:
        """The whole of it in one line."""
        return f"{self.thing}: {self.advice}" if self.thing else self.advice

    @property
    def advice(self) -> str:
        """What is wrong and what to do, without the thing it concerns."""
        return f"{self.text} · {self.remedy}" if self.remedy else self.text
