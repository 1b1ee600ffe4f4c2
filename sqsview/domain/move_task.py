"""The server's own task that moves messages out of a dead-letter queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MoveStatus(StrEnum):
    """Where a task is (Amazon SQS API, ListMessageMoveTasks)."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    """A word that is not in the API."""


@dataclass(frozen=True, slots=True)
class MoveTask:
    """One task of one dead-letter queue, as the server tells of it. None is what it does not tell."""

    source: str
    """ARN of the dead-letter queue."""
    status: MoveStatus
    handle: str | None = None
    """What cancels it; only told while it runs."""
    destination: str | None = None
    """ARN of the queue that gets the messages; None sends each to the queue it came from."""
    rate: int | None = None
    """Messages a second at most; None is the server's own pace."""
    moved: int | None = None
    """Messages moved so far, approximately."""
    to_move: int | None = None
    """Messages that were there at the start, approximately."""
    failure: str | None = None
    """Why it failed, in the server's words."""
    started: float | None = None
    """Epoch seconds."""

    @property
    def unfinished(self) -> bool:
        """Tell whether it still moves messages."""
        return self.status in (MoveStatus.RUNNING, MoveStatus.CANCELLING)
