"""The server's own task that moves a whole dead-letter queue: begun, followed, stopped; also those of others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from sqsview.clock import Clock
from sqsview.domain.arn import name_of
from sqsview.domain.move_task import MoveStatus, MoveTask
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.redrive import FASTEST, SLOWEST, task_in_words
from sqsview.errors import Denied, GatewayError, JournalError, Rejected, ServerFault, Unsupported
from sqsview.gateway import Gateway
from sqsview.operations.cancellation import see_through
from sqsview.operations.journal import Journal
from sqsview.operations.move import MoveProgress
from sqsview.operations.publish import may_have_been_taken

_OFTEN = 1.0
"""Seconds between two looks at a task at first."""
_SELDOM = 5.0
"""The same once it has run for a while: a task may take 36 hours (SQS Developer Guide)."""
_A_WHILE = 60.0
_GIVE_UP = 6
"""Looks in a row that did not find the task, after which it is left to itself."""
_CANCEL_SECONDS = 20.0
"""How long a cancelled task is followed until the server says that it has stopped."""

_REASONS = {
    "CouldNotDetermineMessageSource": (
        "a message does not tell which queue it came from, as those that SNS or a person put there: the server's task "
        "ends at it",
        "choose a destination",
    ),
    "NonExistentQueue": ("the queue that a message goes to does not exist any more", "choose a destination"),
    "AccessDenied": ("the server may not send to the destination, or delete from the queue", "have it allowed"),
}
"""What the failure reasons of a task mean (SQS Developer Guide, "dead-letter queue redrive"), by a part of them."""


class ServerMove:
    """One redrive by the server's own task; it may outlive the screen that began it."""

    def __init__(
        self,
        gateway: Gateway,
        queue: QueueRef,
        journal: Journal,
        clock: Clock,
        *,
        destination: QueueRef | None = None,
        rate: int | None = None,
        on_change: Callable[[MoveProgress], None] = lambda progress: None,
    ) -> None:
        """Prepare it; nothing is done before `run`.

        Args:
            gateway: where.
            queue: the dead-letter queue.
            journal: where it is written down before it is done.
            clock: the time.
            destination: where to; None sends each message to the queue that it came from.
            rate: messages a second at most, 1 to 500; None leaves it to the server.
            on_change: is told of every change, on the loop.

        Raises:
            ValueError: the server takes no such rate.
        """
        if rate is not None and not SLOWEST <= rate <= FASTEST:
            raise ValueError(f"the rate must be from {SLOWEST} to {FASTEST} a second")
        self.progress = MoveProgress()
        """How far it is; replaced by every change."""
        self.task: MoveTask | None = None
        """The task as the server told of it last."""
        self._gateway = gateway
        self._queue = queue
        self._journal = journal
        self._clock = clock
        self._destination = destination
        self._rate = rate
        self._on_change = on_change
        self._stopping = asyncio.Event()
        self._handle: str | None = None
        self._before: frozenset[float | None] = frozenset()
        """When the tasks began that were there before ours."""
        self._stop_asked: float | None = None
        """Monotonic seconds at which the server was asked to stop."""

    async def run(self) -> MoveProgress:
        """Begin the task and follow it to its end; cancelling it does what `stop` does, and raises after that.

        Raises:
            JournalError: it could not be written down that it begins; nothing was done.
            GatewayError: the server refused to begin it.
        """
        return await see_through(asyncio.ensure_future(self._run()), on_cancel=self.stop)

    def stop(self) -> None:
        """Have the server stop; what was moved stays moved."""
        self._stopping.set()

    async def _run(self) -> MoveProgress:
        self.progress = replace(self.progress, started=self._clock.monotonic())
        self._before = frozenset(task.started for task in await self._gateway.list_message_move_tasks(self._queue.arn))
        if self._stopping.is_set():
            self._finish(replace(self.progress, stopped=True))
            return self.progress
        context = self._gateway.context.endpoint or "aws"
        to = self._destination.arn if self._destination is not None else None
        op = self._journal.begin(
            "redrive", context=context, source=self._queue.arn, destination=to, at=self._clock.epoch()
        )
        try:
            begun = await self._start(to)
        except GatewayError as fault:
            self._close(op, f"not begun: {fault.problem.text}")
            raise
        if begun:
            await self._follow()
        task = self.task
        self._close(op, task_in_words(task) if task is not None else "not known")
        return self.progress

    async def _start(self, to: str | None) -> bool:
        """Begin the task, and tell whether there is one to follow."""
        arn = self._queue.arn
        try:
            self._handle = await self._gateway.start_message_move_task(arn, destination_arn=to, rate=self._rate)
        except GatewayError as fault:
            if not may_have_been_taken(fault):
                raise
            # The answer is lost: the server's list tells whether there is a task that was not there before.
            with suppress(GatewayError):
                self.task = self._ours(await self._gateway.list_message_move_tasks(arn))
            if self.task is None:
                self._leave(f"it is not known whether the server began its task: {fault.problem.text}")
                return False
            self._handle = self.task.handle
        return True

    async def _follow(self) -> None:
        failures = 0
        while True:
            if self._stopping.is_set() and self._stop_asked is None:
                await self._cancel()
            reason = "it is not listed any more"
            try:
                found = self._ours(await self._gateway.list_message_move_tasks(self._queue.arn))
            except GatewayError as fault:
                found, reason = None, fault.problem.text
            failures = failures + 1 if found is None else 0
            if failures >= _GIVE_UP:
                self._leave(f"the server's task goes on, but it cannot be followed: {reason}")
                return
            self._take(found)
            if found is not None and not found.unfinished:
                self._conclude(found)
                return
            if self._stop_asked is not None and self._clock.monotonic() - self._stop_asked > _CANCEL_SECONDS:
                self._leave("the server was asked to stop its task, and has not said that it did")
                return
            await self._pause()

    def _ours(self, tasks: Sequence[MoveTask]) -> MoveTask | None:
        """Find our task: by its handle while it runs, after that by its beginning, as the one that was not there."""
        for task in tasks:
            if task.handle is not None and task.handle == self._handle:
                return task
        if self.task is not None and self.task.started is not None:
            return next((task for task in tasks if task.started == self.task.started), None)
        begun_since = [task for task in tasks if task.started is not None and task.started not in self._before]
        if begun_since:
            return begun_since[-1]
        # Where no times are told: a queue has one active task at a time, so that the newest is ours.
        return tasks[0] if self._handle is not None and tasks and tasks[0].started is None else None

    def _take(self, found: MoveTask | None) -> None:
        if found is not None:
            self.task = found
            self._handle = found.handle or self._handle
        task = self.task
        elapsed = self._clock.monotonic() - self.progress.started
        moved = (task.moved if task is not None else None) or 0
        total = task.to_move if task is not None else None
        rate = moved / elapsed if elapsed > 0 else 0.0
        left = max(0, total - moved) if total is not None else None
        self.progress = replace(
            self.progress,
            total=total,
            moved=moved,
            elapsed=elapsed,
            rate=rate,
            eta=left / rate if rate and left is not None else None,
        )
        self._on_change(self.progress)

    async def _cancel(self) -> None:
        self._stop_asked = self._clock.monotonic()
        self.progress = replace(self.progress, stopped=True)
        if self._handle is None:
            return
        try:
            await self._gateway.cancel_message_move_task(self._handle)
        except Rejected:
            pass  # it has ended by itself, which the list tells
        except GatewayError as fault:
            self._tell(f"the server did not take the order to stop: {fault.problem.text}")

    def _conclude(self, task: MoveTask) -> None:
        notes, problem = self.progress.notes, None
        if task.status is MoveStatus.FAILED:
            problem = failure_of(task)
        elif task.status is MoveStatus.COMPLETED and not task.moved:
            notes = (*notes, "nothing was moved: a task takes what is visible when it begins, and nothing in flight")
        elif task.status is MoveStatus.UNKNOWN:
            notes = (*notes, "the server tells of its task in a word that is not known here")
        stopped = task.status in (MoveStatus.CANCELLED, MoveStatus.CANCELLING)
        self._finish(replace(self.progress, notes=notes, problem=problem, stopped=stopped))

    def _leave(self, text: str) -> None:
        problem = Problem(ProblemKind.FAILED, text, thing=self._queue.name)
        self._finish(replace(self.progress, problem=problem))

    def _finish(self, progress: MoveProgress) -> None:
        self.progress = replace(progress, eta=None, ended=True)
        self._on_change(self.progress)

    def _tell(self, note: str) -> None:
        self.progress = replace(self.progress, notes=(*self.progress.notes, note))

    def _close(self, op: int, outcome: str) -> None:
        try:
            self._journal.end(op, outcome, counts={"moved": self.progress.moved}, at=self._clock.epoch())
        except JournalError as fault:
            self._tell(f"how it ended is not in the journal: {fault}")

    async def _pause(self) -> None:
        """Wait for the next look; a wish to stop is not kept waiting."""
        seconds = _OFTEN if self._clock.monotonic() - self.progress.started < _A_WHILE else _SELDOM
        waits = [asyncio.ensure_future(self._clock.sleep(seconds))]
        if self._stop_asked is None:
            waits.append(asyncio.ensure_future(self._wait_for_stop()))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _wait_for_stop(self) -> None:
        await self._stopping.wait()


def failure_of(task: MoveTask) -> Problem:
    """Say why a task failed and what to do; what is not known is the server's own word."""
    reason = task.failure or "it does not say why"
    for part, (text, remedy) in _REASONS.items():
        if part in reason:
            return Problem(ProblemKind.FAILED, f"{text} ({reason})", remedy, name_of(task.source))
    return Problem(ProblemKind.FAILED, f"the server's task failed: {reason}", thing=name_of(task.source))


async def found(gateway: Gateway, arn: str) -> list[MoveTask]:
    """Give the tasks of a dead-letter queue, whoever began them, the newest first; none where there is no telling.

    Raises:
        GatewayError: the connection as a whole is at fault, or the server fails.
    """
    try:
        return await gateway.list_message_move_tasks(arn)
    except (Unsupported, Denied, Rejected):
        return []
    except ServerFault:
        if gateway.context.endpoint is None:
            raise
        return []  # servers beside AWS answer what they do not have in ways of their own


async def cancel(gateway: Gateway, task: MoveTask) -> int | None:
    """Stop a task, whoever began it, and give how many messages it had moved; they stay moved.

    Raises:
        GatewayError: the server did not stop it, or it does not run any more.
    """
    if task.handle is None:
        raise Rejected(Problem(ProblemKind.FAILED, "it does not run any more", thing=name_of(task.source)))
    return await gateway.cancel_message_move_task(task.handle)
