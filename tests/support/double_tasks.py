"""The move tasks of the account in memory: a test says how they go on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqsview.clock import Clock
from sqsview.domain.move_task import MoveStatus, MoveTask
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import Rejected


@dataclass(slots=True)
class MoveTasks:
    """The tasks of all dead-letter queues, the newest first."""

    clock: Clock
    tasks: list[MoveTask] = field(default_factory=list)

    def start(self, source: str, destination: str | None, rate: int | None) -> str:
        """Begin a task, unless one runs."""
        if any(task.unfinished for task in self.of(source)):
            raise Rejected(Problem(ProblemKind.FAILED, "There is already a task running."))
        handle = f"task-{len(self.tasks) + 1}"
        began = self.clock.epoch()
        task = MoveTask(source, MoveStatus.RUNNING, handle, destination, rate, moved=0, to_move=None, started=began)
        self.tasks.insert(0, task)
        return handle

    def of(self, source: str) -> list[MoveTask]:
        """List the tasks of one dead-letter queue; like SQS, with the handle only while they run."""
        found = [task for task in self.tasks if task.source == source]
        return [task if task.status is MoveStatus.RUNNING else replace(task, handle=None) for task in found]

    def cancel(self, handle: str) -> int | None:
        """Stop a task."""
        self.change(handle, status=MoveStatus.CANCELLED)
        return next(task.moved for task in self.tasks if task.handle == handle)

    def change(self, handle: str, **changes: object) -> None:
        """Let a task go on: ``moved=12``, ``status=MoveStatus.COMPLETED``."""
        self.tasks = [
            replace(task, **changes) if task.handle == handle else task  # type: ignore[arg-type]
            for task in self.tasks
        ]
