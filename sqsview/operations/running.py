"""The operations of this run of the program: they outlive the screens that began them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from sqsview.clock import Clock
from sqsview.errors import GatewayError, SqsviewError


class Work(Protocol):
    """What an operation does."""

    async def run(self) -> object:
        """Do it, to the end; raises `SqsviewError` where it cannot go on."""

    def stop(self) -> None:
        """Begin nothing more; `run` ends once what is under way is answered."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of an operation now. All of it may be untrusted text."""

    line: str
    """How far it is, or what came of it."""
    share: float | None = None
    """Part that is done, from 0 to 1; None where there is no telling."""
    failures: Sequence[tuple[str, str]] = ()
    """What stayed behind and why: a message's id, and the reason in the server's words."""
    notes: Sequence[str] = ()
    """What else a person has to know."""
    wrong: bool = False
    """Whether not all was done that was to be done."""
    unlisted: int = 0
    """How many more stayed behind than ``failures`` has."""


class State(StrEnum):
    """Where an operation is."""

    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True, eq=False)
class Operation:
    """One thing that a person had done, with what is told of it."""

    number: int
    kind: str
    """Such as ``redrive`` or ``purge``."""
    title: str
    """What it acts upon, such as ``orders-dlq → orders``."""
    things: frozenset[str]
    """ARNs that it changes; one thing has one operation at a time."""
    started: float
    """Epoch seconds."""
    work: Work
    tell: Callable[[], Telling]
    ended: float | None = None
    state: State = State.RUNNING
    cause: SqsviewError | None = None
    """What ended it before its time."""
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The identity."""
        return f"operation-{self.number}"

    @property
    def running(self) -> bool:
        """Tell whether it is not over."""
        return self.ended is None

    @property
    def told(self) -> Telling:
        """What is told of it now."""
        told = self.tell()
        if self.cause is None:
            return told
        fault = self.cause.problem.advice if isinstance(self.cause, GatewayError) else str(self.cause)
        line = f"{told.line} · {fault}" if told.line else fault
        return replace(told, line=line, wrong=True)


Ended = Callable[[Operation], None]


class Operations:
    """Starts operations, and keeps them and what came of them until the program ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: list[Operation] = []

    @property
    def all(self) -> Sequence[Operation]:
        """All of this run, the newest first."""
        return self._all[::-1]

    @property
    def running(self) -> Sequence[Operation]:
        """Those that are not over."""
        return [each for each in self._all if each.running]

    def on(self, things: frozenset[str]) -> Operation | None:
        """Give the operation that is changing one of these now."""
        return next((each for each in self.running if each.things & things), None)

    def begin(
        self, kind: str, title: str, things: frozenset[str], work: Work, tell: Callable[[], Telling], ended: Ended
    ) -> Operation:
        """Begin an operation; ``ended`` is called when it is over, however it ends."""
        operation = Operation(len(self._all) + 1, kind, title, things, self._clock.epoch(), work, tell)
        self._all.append(operation)
        operation._task = asyncio.ensure_future(self._see_through(operation, ended))
        return operation

    def stop(self, operation: Operation) -> None:
        """Stop an operation: it ends what is under way and begins nothing more."""
        if operation.state is State.RUNNING:
            operation.state = State.STOPPING
            operation.work.stop()

    async def stop_all(self) -> None:
        """Stop all, and wait until they are over."""
        for operation in self.running:
            self.stop(operation)
        await asyncio.gather(*(self.over(each) for each in self.running))

    async def over(self, operation: Operation) -> None:
        """Wait until one is over."""
        if operation._task is not None:
            await asyncio.shield(operation._task)

    async def _see_through(self, operation: Operation, ended: Ended) -> None:
        try:
            await operation.work.run()
        except SqsviewError as fault:
            operation.cause, operation.state = fault, State.FAILED
        else:
            stopped = operation.state is State.STOPPING
            operation.state = State.STOPPED if stopped else State.FAILED if operation.tell().wrong else State.DONE
        finally:
            if operation.state in (State.RUNNING, State.STOPPING):
                operation.state = State.FAILED  # a fault of our own, which goes on to whoever waits
            operation.ended = self._clock.epoch()
            ended(operation)
