"""The rows of the activity: what was done and is being done, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqsview.domain import words
from sqsview.domain.arn import name_of
from sqsview.domain.move_task import MoveStatus, MoveTask
from sqsview.domain.problem import Problem
from sqsview.operations.journal import Interrupted, Past
from sqsview.operations.move_words import interrupted_lines
from sqsview.operations.running import Operation, State
from sqsview.ui.arrangement import Matcher
from sqsview.ui.scene import Scene
from sqsview.ui.widgets.cells import Cell, Tone
from sqsview.ui.widgets.columns import Column


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem as a row."""

    problem: Problem

    @property
    def key(self) -> str:
        """The identity: what is wrong with what."""
        return f"{self.problem.kind}|{self.problem.thing}|{self.problem.text}"

    @property
    def name(self) -> str:
        """What it is about."""
        return name_of(self.problem.thing) or "connection"

    @property
    def at(self) -> float | None:
        """Epoch seconds at which it was seen last."""
        return self.problem.at

    @property
    def kind(self) -> str:
        """What kind of problem it is."""
        return self.problem.kind.value

    @property
    def text(self) -> str:
        """What is wrong, and what to do."""
        return self.problem.advice

    @property
    def cells(self) -> tuple[Cell, Cell]:
        """The kind and the text as they are shown."""
        return Cell(f"! {self.kind}", Tone.BAD), Cell(self.text, Tone.WARN)


_SIGNS = {
    State.RUNNING: ("▶", Tone.STRONG),
    State.STOPPING: ("▶", Tone.WARN),
    State.DONE: ("✓", Tone.GOOD),
    State.STOPPED: ("■", Tone.WARN),
    State.FAILED: ("✗", Tone.BAD),
}


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation of this run as a row."""

    operation: Operation

    @property
    def key(self) -> str:
        """The identity."""
        return self.operation.key

    @property
    def name(self) -> str:
        """What it acts upon."""
        return self.operation.title

    @property
    def at(self) -> float | None:
        """Epoch seconds at which it began."""
        return self.operation.started

    @property
    def kind(self) -> str:
        """What is done."""
        return self.operation.kind

    @property
    def text(self) -> str:
        """How far it is, or what came of it."""
        return self.operation.told.line

    @property
    def cells(self) -> tuple[Cell, Cell]:
        """The kind and the text as they are shown."""
        sign, tone = _SIGNS[self.operation.state]
        return Cell(f"{sign} {self.kind}", tone), Cell(self.text, Tone.NORMAL if tone is Tone.GOOD else tone)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One of the server's own move tasks as a row, whoever started it."""

    task: MoveTask

    @property
    def key(self) -> str:
        """The identity: the queue, and when it began."""
        return f"task|{self.task.source}|{self.task.started}"

    @property
    def name(self) -> str:
        """Where it moves messages from and to."""
        to = name_of(self.task.destination) if self.task.destination else "where each came from"
        return f"{name_of(self.task.source)} → {to}"

    @property
    def at(self) -> float | None:
        """Epoch seconds at which it began."""
        return self.task.started

    @property
    def kind(self) -> str:
        """What it is."""
        return "task"

    @property
    def text(self) -> str:
        """How far it is, or what came of it."""
        task = self.task
        of = f" of about {words.count(task.to_move)}" if task.to_move is not None else ""
        rate = f" · {task.rate} a second at most" if task.rate is not None else ""
        failure = f" · {task.failure}" if task.failure else ""
        moved = words.UNKNOWN if task.moved is None else words.count(task.moved)
        return f"the server's task, {task.status.value.lower()}: {moved}{of} moved{rate}{failure}"

    @property
    def cells(self) -> tuple[Cell, Cell]:
        """The kind and the text as they are shown."""
        failed = self.task.status is MoveStatus.FAILED
        tone = Tone.BAD if failed else Tone.STRONG if self.task.unfinished else Tone.QUIET
        return Cell(f"{'▶' if self.task.unfinished else '✗' if failed else '·'} task", tone), Cell(self.text, tone)


@dataclass(frozen=True, slots=True)
class InterruptedRow:
    """One operation that an earlier run did not bring to its end, as a row."""

    left: Interrupted

    @property
    def key(self) -> str:
        """The identity: its number in the journal."""
        return f"interrupted-{self.left.op}"

    @property
    def name(self) -> str:
        """Where it moved messages from and to."""
        to = f" → {name_of(self.left.destination)}" if self.left.destination else ""
        return f"{name_of(self.left.source)}{to}"

    @property
    def at(self) -> float | None:
        """Epoch seconds at which it began."""
        return self.left.started

    @property
    def kind(self) -> str:
        """What was being done."""
        return self.left.kind

    @property
    def text(self) -> str:
        """What is known of its messages, and what to do."""
        return " · ".join((*interrupted_lines(self.left), "enter goes on"))

    @property
    def cells(self) -> tuple[Cell, Cell]:
        """The kind and the text as they are shown."""
        return Cell(f"! {self.kind}", Tone.WARN), Cell(self.text, Tone.WARN)


@dataclass(frozen=True, slots=True)
class PastRow:
    """One operation that an earlier run brought to its end, as a row."""

    past: Past

    @property
    def key(self) -> str:
        """The identity: its number in the journal."""
        return f"past-{self.past.op}"

    @property
    def name(self) -> str:
        """Where it moved messages from and to."""
        to = f" → {name_of(self.past.destination)}" if self.past.destination else ""
        return f"{name_of(self.past.source)}{to}"

    @property
    def at(self) -> float | None:
        """Epoch seconds at which it began."""
        return self.past.started

    @property
    def kind(self) -> str:
        """What was done."""
        return self.past.kind

    @property
    def text(self) -> str:
        """What came of it, and when."""
        day = datetime.fromtimestamp(self.past.started).strftime("%d %b")
        return f"{day}, an earlier run: {self.past.outcome}"

    @property
    def cells(self) -> tuple[Cell, Cell]:
        """The kind and the text as they are shown."""
        return Cell(f"· {self.kind}", Tone.QUIET), Cell(self.text, Tone.QUIET)


ActivityRow = ProblemRow | OperationRow | InterruptedRow | TaskRow | PastRow


def _clock(row: ActivityRow, _scene: Scene) -> Cell:
    return Cell(datetime.fromtimestamp(row.at).strftime("%H:%M:%S") if row.at else "", Tone.QUIET)


COLUMNS: tuple[Column[ActivityRow, Scene], ...] = (
    Column("at", "LAST SEEN", 9, "left", _clock, priority=60),
    Column("kind", "KIND", 11, "left", lambda row, _: row.cells[0], priority=72),
    Column("thing", "WHAT", 14, "left", lambda row, _: Cell(row.name), min_width=12, max_width=60, priority=80),
    Column("text", "WHAT CAME OF IT", 30, "left", lambda row, _: row.cells[1], grow=True,
           min_width=20, priority=75, cut="end"),
)  # fmt: skip

SORT_KEYS: Mapping[str, Callable[[ActivityRow, Scene], Any]] = {
    "at": lambda row, _: row.at,
    "kind": lambda row, _: row.kind,
    "thing": lambda row, _: row.name,
    "text": lambda row, _: row.text,
}

MATCHER: Matcher[ActivityRow] = Matcher(text=lambda row: f"{row.name} {row.text}", kinds=lambda row: (row.kind,))
