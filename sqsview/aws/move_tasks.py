"""The server's tasks that move messages, parsed at the border; all of it is untrusted until here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqsview.aws import parse
from sqsview.aws.errors import one_line, unreadable
from sqsview.domain.move_task import MoveStatus, MoveTask

_MILLISECONDS = 10**11
"""From here on a time is in milliseconds, which is what SQS sends; the API page says neither."""


def handle(answer: object) -> str:
    """Read the answer of StartMessageMoveTask."""
    found = answer.get("TaskHandle") if isinstance(answer, Mapping) else None
    if not isinstance(found, str) or not found:
        raise unreadable("a task without a handle")
    return found


def moved(answer: object) -> int | None:
    """Read the answer of CancelMessageMoveTask: how many messages were moved, approximately."""
    return parse.integer(answer.get("ApproximateNumberOfMessagesMoved")) if isinstance(answer, Mapping) else None


def listed(answer: object, source: str) -> list[MoveTask]:
    """Read the answer of ListMessageMoveTasks, the newest first."""
    found = answer.get("Results") if isinstance(answer, Mapping) else None
    if found is None:
        return []
    if not isinstance(found, list):
        raise unreadable("tasks that are no list")
    tasks = [_task(item, source) for item in found if isinstance(item, Mapping)]
    return sorted(tasks, key=lambda task: task.started or 0.0, reverse=True)


def _task(item: Mapping[str, Any], source: str) -> MoveTask:
    failure = _text(item.get("FailureReason"))
    return MoveTask(
        _text(item.get("SourceArn")) or source,
        _status(item.get("Status")),
        handle=_text(item.get("TaskHandle")),
        destination=_text(item.get("DestinationArn")),
        rate=parse.integer(item.get("MaxNumberOfMessagesPerSecond")),
        moved=parse.integer(item.get("ApproximateNumberOfMessagesMoved")),
        to_move=parse.integer(item.get("ApproximateNumberOfMessagesToMove")),
        failure=one_line(failure) if failure else None,
        started=_epoch(item.get("StartedTimestamp")),
    )


def _status(word: object) -> MoveStatus:
    try:
        return MoveStatus(str(word))
    except ValueError:
        return MoveStatus.UNKNOWN


def _epoch(given: object) -> float | None:
    moment = parse.seconds(given)
    return moment / 1000 if moment is not None and moment >= _MILLISECONDS else moment


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
