"""StartMessageMoveTask, ListMessageMoveTasks and CancelMessageMoveTask, which moto does not have.

The rules and texts are AWS's as far as they are known: SQS API reference of the three operations, the
developer guide on dead-letter queue redrive, and answers of the real service that other projects recorded.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field

from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.sqs.exceptions import InvalidParameterValue, MissingParameter, SQSException
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from sqsview.demo.clock import ServerClock
from sqsview.demo.moto_extensions.graft import graft
from sqsview.demo.moto_extensions.queues import STATE, enqueue, make_message
from sqsview.demo.moto_extensions.redrive import queue_by_arn, source_of

_PAUSE = 0.05
"""Seconds between two steps of a running task."""
_SYSTEM_RATE = 100
"""Messages a second where no rate is asked for; AWS says only that it is optimised and may vary."""
_FASTEST = 500
_TASKS_KEPT = 10
"""Tasks that are remembered for a source: as many as one ListMessageMoveTasks can give."""

_ARN = re.compile(r"arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+")


@dataclass(slots=True)
class _Task:
    """One message-move task; changed by its own thread, and by a cancel."""

    source: Queue
    destination_arn: str | None
    rate: int | None
    """Messages a second that were asked for."""
    started: int
    """Epoch milliseconds."""
    to_move: int
    """Visible messages in the source at the start."""
    moved: int = 0
    status: str = "RUNNING"
    failure: str | None = None
    id: str = field(default_factory=lambda: str(mock_random.uuid4()))
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def handle(self) -> str:
        """What StartMessageMoveTask gives and CancelMessageMoveTask takes."""
        text = json.dumps({"taskId": self.id, "sourceArn": self.source.queue_arn}, separators=(",", ":"))
        return base64.b64encode(text.encode()).decode()

    def entry(self) -> dict[str, object]:
        """Put it as ListMessageMoveTasks does: the handle only while running, a reason only when failed."""
        entry: dict[str, object] = {
            "Status": self.status,
            "SourceArn": self.source.queue_arn,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": self.started,
        }
        if self.status == "RUNNING":
            entry["TaskHandle"] = self.handle
        if self.destination_arn:
            entry["DestinationArn"] = self.destination_arn
        if self.rate:
            entry["MaxNumberOfMessagesPerSecond"] = self.rate
        if self.failure:
            entry["FailureReason"] = self.failure
        return entry


_tasks: dict[str, list[_Task]] = defaultdict(list)
"""By the ARN of the source, oldest first."""


def _move_one(task: _Task, clock: ServerClock) -> bool:
    """Move the oldest visible message; False where there is none, or the task has failed."""
    message = next(iter(task.source.messages), None)
    if message is None:
        return False
    arn = task.destination_arn or source_of(message)
    destination = queue_by_arn(arn) if arn else None
    if destination is None:
        task.status = "FAILED"
        task.failure = "AWS.SimpleQueueService.NonExistentQueue" if arn else "CouldNotDetermineMessageSource"
        return False
    _send_on(message, destination, clock)
    task.source._messages.remove(message)
    task.source.pending_messages.discard(message)
    task.moved += 1
    return True


def _send_on(message: Message, destination: Queue, clock: ServerClock) -> None:
    """Send a copy: redriven messages are new ones, with an id, a time and receives of their own."""
    copy = make_message(
        message.body,
        attributes=message.message_attributes,
        group=message.group_id,
        deduplication=f"{message.deduplication_id}-{message.id}" if message.deduplication_id else None,
        sent=clock.epoch(),
    )
    copy.system_attributes = dict(message.system_attributes)
    enqueue(destination, copy, delay=0)


def _run(task: _Task, clock: ServerClock) -> None:
    allowance = 0.0
    while not task.stopping.wait(_PAUSE):
        allowance += (task.rate or _SYSTEM_RATE) * _PAUSE
        while allowance >= 1 and task.status == "RUNNING":
            allowance -= 1
            with STATE:
                if task.moved >= task.to_move or not _move_one(task, clock):
                    task.status = "FAILED" if task.failure else "COMPLETED"
        # One that is being cancelled just now goes round once more, and ends below.
        if task.status not in ("RUNNING", "CANCELLING"):
            return
    with STATE:
        task.status = "CANCELLED"


def _existing(arn: str | None, parameter: str) -> Queue:
    if arn is None:
        raise MissingParameter(parameter)
    if not _ARN.fullmatch(arn):
        raise InvalidParameterValue(
            f"You must use this format to specify the {parameter}: "
            "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
    queue = queue_by_arn(arn)
    if queue is None:
        raise SQSException(
            "ResourceNotFoundException",
            f"The resource that you specified for the {parameter} parameter doesn't exist.",
        )
    return queue


def _check_destination(source: Queue, arn: str | None) -> None:
    if arn is None:
        return
    if arn == source.queue_arn:
        raise InvalidParameterValue("Source queue arn and destination queue arn cannot be the same.")
    if _existing(arn, "DestinationArn").fifo_queue != source.fifo_queue:
        raise InvalidParameterValue("The source queue and destination queue must be of the same queue type.")


def _start(response: SQSResponse, clock: ServerClock) -> ActionResult:
    source = _existing(response._get_param("SourceArn"), "SourceArn")
    backend: SQSBackend = response.sqs_backend
    if not backend.list_dead_letter_source_queues(source.name):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    destination_arn = response._get_param("DestinationArn")
    _check_destination(source, destination_arn)
    rate = response._get_param("MaxNumberOfMessagesPerSecond")
    if rate is not None and not 1 <= rate <= _FASTEST:
        raise InvalidParameterValue(
            f"Value {rate} for parameter MaxNumberOfMessagesPerSecond is invalid. "
            "Reason: You must enter a number that's between 1 and 500."
        )
    with STATE:
        tasks = _tasks[source.queue_arn]
        if any(task.status in ("RUNNING", "CANCELLING") for task in tasks):
            raise InvalidParameterValue(
                "There is already a task running. Only one active task is allowed for a source queue "
                "arn at a given time."
            )
        task = _Task(source, destination_arn, rate, int(clock.epoch() * 1000), len(source.messages))
        tasks.append(task)
        del tasks[:-_TASKS_KEPT]
    threading.Thread(target=_run, args=(task, clock), daemon=True, name=f"move {source.name}").start()
    return ActionResult({"TaskHandle": task.handle})


def _list(response: SQSResponse) -> ActionResult:
    source = _existing(response._get_param("SourceArn"), "SourceArn")
    wanted = response._get_param("MaxResults", 1)
    if not 1 <= wanted <= _TASKS_KEPT:
        raise InvalidParameterValue(
            f"Value {wanted} for parameter MaxResults is invalid. "
            "Reason: You must enter a number that's between 1 and 10."
        )
    with STATE:
        newest = _tasks[source.queue_arn][::-1][:wanted]
        return ActionResult({"Results": [task.entry() for task in newest]})


def _cancel(response: SQSResponse) -> ActionResult:
    handle = response._get_param("TaskHandle")
    with STATE:
        known = [task for tasks in _tasks.values() for task in tasks if task.handle == handle]
        if not known:
            raise SQSException("ResourceNotFoundException", "Task does not exist.")
        task = known[0]
        if task.status != "RUNNING":
            raise InvalidParameterValue("Only active tasks can be cancelled.")
        task.status = "CANCELLING"
        task.stopping.set()
        return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})


def install(clock: ServerClock) -> None:
    """Put the three operations into moto."""

    def start_message_move_task(response: SQSResponse) -> ActionResult:
        return _start(response, clock)

    graft(
        SQSResponse,
        start_message_move_task=start_message_move_task,
        list_message_move_tasks=_list,
        cancel_message_move_task=_cancel,
    )
