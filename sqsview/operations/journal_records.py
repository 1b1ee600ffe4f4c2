"""What the journal is told, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

KINDS = ("move", "copy", "import", "purge", "delete", "redrive")
"""What an operation can be."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One message that is about to be sent or deleted."""

    id: str
    body: str | None = field(default=None, repr=False)
    """The edited body; None where it is sent as it is. Dropped once the message is settled."""
    deduplication: str | None = None
    """The deduplication id of the copy, so that a repeat after a crash is swallowed by the server."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may be there twice."""

    sure: tuple[str, ...] = ()
    """Ids whose copy is confirmed, and whose original is not known to be deleted."""
    unsure: tuple[str, ...] = ()
    """Ids that were being sent when the answer was lost, or the process killed: the copy may be there, or not."""
    repeatable: Mapping[str, tuple[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    """Of the unsure: the deduplication id they were sent with, and the epoch seconds of the intent."""

    def __len__(self) -> int:
        """Count the messages."""
        return len(self.sure) + len(self.unsure)


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An operation that was begun and not brought to its end."""

    op: int
    kind: str
    """One of `KINDS`."""
    context: str
    """The endpoint URL, or ``aws``."""
    source: str
    destination: str | None
    detail: str
    """What the operation wrote at its beginning to go by now."""
    started: float
    """Epoch seconds."""
    counts: Mapping[str, int]
    """``settled`` and ``failed`` messages so far."""
    doubt: Doubt
    edits: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Edited bodies that were not yet sent, by message id."""
    ended: bool = False
    """Whether it came to an end, and only originals of confirmed copies are left to be deleted."""

    @property
    def sure(self) -> tuple[str, ...]:
        """Ids whose copy is confirmed, and whose original is not known to be deleted."""
        return self.doubt.sure

    @property
    def unsure(self) -> tuple[str, ...]:
        """Ids that were being sent."""
        return self.doubt.unsure


@dataclass(frozen=True, slots=True)
class Past:
    """An operation that ended."""

    op: int
    kind: str
    context: str
    source: str
    destination: str | None
    detail: str
    started: float
    """Epoch seconds."""
    ended: float
    """Epoch seconds."""
    outcome: str
    """One line."""
    counts: Mapping[str, int]
    failures: tuple[tuple[str, str], ...] = ()
    """Message id and reason, of the first hundred."""
    doubt: Doubt = Doubt()
