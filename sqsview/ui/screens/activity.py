"""What the program does: its problems, its calls, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from sqsview.domain import words
from sqsview.domain.move_task import MoveTask
from sqsview.domain.snapshot import Connection, Snapshot
from sqsview.errors import GatewayError, LedgerError
from sqsview.operations.ledger import QueueFigures
from sqsview.operations.move_task import found
from sqsview.ui.actions import Action, View, screen_bindings
from sqsview.ui.activity_rows import (
    COLUMNS,
    MATCHER,
    SORT_KEYS,
    ActivityRow,
    InterruptedRow,
    OperationRow,
    PastRow,
    ProblemRow,
    TaskRow,
)
from sqsview.ui.arrangement import Arrangement
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen, titled
from sqsview.ui.widgets.cells import Cell, Heading, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView

LEDGER_HOLDS = 5.0
"""Seconds for which what the ledger told is good."""
API = 29
"""Width of an operation's name: ``sns:GetSubscriptionAttributes``."""
TASKS_EVERY = 30.0
"""Seconds between two questions for the server's own move tasks, while the tab is shown."""
MOST_ASKED = 50
"""Dead-letter queues that are asked for their tasks, those with messages first."""


class ActivityScreen(TableScreen[ActivityRow]):
    """The fifth tab."""

    VIEW = View.ACTIVITY
    TAB = View.ACTIVITY
    NOUN = "lines"
    ARRANGEMENT = Arrangement("at", descending=True)
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.ACTIVITY)

    columns = COLUMNS
    sort_keys = SORT_KEYS
    descending_first = frozenset({"at"})
    matcher = MATCHER

    def __init__(self) -> None:
        super().__init__()
        self._looked_at: float | None = None
        """Monotonic seconds at which the ledger was asked."""
        self._ledger_lines: list[Line] = []
        self._tasks: tuple[MoveTask, ...] = ()
        """The server's own tasks, as they were told last."""
        self._tasks_at: float | None = None
        """Monotonic seconds at which they were asked for."""
        self._drawn = 0
        """Operations and tasks that are in the table."""

    def compose_below(self) -> Iterable[Widget]:
        """Lay out the calls beside the words about how the program reads."""
        with Horizontal(id="activity"):
            for name, title in (("calls", "calls by API"), ("reading", "how it reads")):
                page = LinesView(id=name)
                page.can_focus = False
                page.border_title = titled(title)
                yield page

    def rows(self, scene: Scene) -> Iterable[ActivityRow]:
        """Give what was done here and by the server, and the problems, that of the connection first while it fails."""
        operations, earlier = self.dashboard.operations.all, self.dashboard.desk.interruptions
        left = earlier.found
        self._drawn = self._count()
        yield from (InterruptedRow(each) for each in left)
        yield from (OperationRow(operation) for operation in operations)
        yield from (TaskRow(task) for task in self._tasks)
        yield from (PastRow(each) for each in earlier.past)
        health = scene.snapshot.health
        if health.problem is not None and health.connection is Connection.FAILING:
            yield ProblemRow(health.problem)
        yield from (ProblemRow(problem) for problem in scene.snapshot.problems)

    def in_order(self, rows: list[ActivityRow], scene: Scene) -> list[ActivityRow]:
        """Put what is done above what went wrong."""
        return sorted(super().in_order(rows, scene), key=lambda row: isinstance(row, ProblemRow))

    def lines(self) -> Sequence[ActivityRow | Heading]:
        """Part the problems from what is done, where there are both."""
        done = sum(not isinstance(row, ProblemRow) for row in self.shown)
        if not 0 < done < len(self.shown):
            return self.shown
        return [*self.shown[:done], Heading("problems", (Cell("  problems", Tone.QUIET),)), *self.shown[done:]]

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Draw the rows; what is done moves without a snapshot."""
        if self._tasks_at is None or scene.now - self._tasks_at >= TASKS_EVERY:
            self._tasks_at = scene.now
            self.run_worker(self._ask_for_tasks(), group="tasks", exclusive=True, description="tasks")
        super().show_body(scene, moved=moved or self._count() != self._drawn)
        self.show_keys()

    def _count(self) -> int:
        """Count what is done or was, for the table knows of snapshots only."""
        earlier = self.dashboard.desk.interruptions
        return len(self.dashboard.operations.all) + len(earlier.found) + len(earlier.past) + len(self._tasks)

    async def _ask_for_tasks(self) -> None:
        """Ask the server what it is moving, also what was started elsewhere."""
        topology = self.dashboard.scene.topology
        try:
            gateway = self.dashboard.feed.gateway()
        except GatewayError:
            return  # the header says why there is none
        queues = [queue for queue in self.dashboard.snapshot.queues.values() if topology.is_dead_letter_queue(queue)]
        queues.sort(key=lambda queue: not (queue.counts and queue.counts.visible))
        told: list[MoveTask] = []
        for queue in queues[:MOST_ASKED]:
            try:
                told += await found(gateway, queue.arn)
            except GatewayError:
                break  # a fault of one is that of all; the header, or the table of problems, tells of it
        self._tasks = tuple(told)

    def empty(self, scene: Scene) -> str:
        """Say that all is well, or not known yet."""
        so_far = "" if scene.snapshot.health.connection is Connection.LIVE else " so far"
        return f"no call failed{so_far} · what is wired wrong is in the fan-out map, tab 3"

    def subject_of(self, row: ActivityRow) -> Subject:
        """Name the thing that a problem is about."""
        if not isinstance(row, ProblemRow):
            return Subject(row.key, row.name, "operation", None)
        snapshot = self.dashboard.snapshot
        for kind, things in (("queue", snapshot.queues), ("topic", snapshot.topics)):
            for thing in things.values():
                if thing.name == row.name:
                    return Subject(thing.key, thing.name, kind, thing.arn)
        return Subject(row.key, row.name, "problem", None)

    def open_row(self, row: ActivityRow) -> None:
        """Show what became of each message, jump to what a problem is about, or say it in full."""
        if isinstance(row, OperationRow):
            self.dashboard.open_operation(row.operation)
            return
        if isinstance(row, InterruptedRow):
            self.dashboard.desk.interruptions.open(row.left)
            return
        if isinstance(row, PastRow):
            from sqsview.ui.screens.operation import PastScreen

            self.app.push_screen(PastScreen(row.past, f"{row.kind} {row.name}"))
            return
        if isinstance(row, TaskRow):
            self.dashboard.say(f"{row.name}: {row.text}")
            return
        subject = self.subject_of(row)
        if subject.kind == "problem":
            self.dashboard.say(row.problem.line, warning=True)
        else:
            self.dashboard.jump(subject.key)

    def _usable(self, action: Action) -> bool:
        row = self.table.cursor_row
        if action.id == "stop":
            running = isinstance(row, OperationRow) and row.operation.running
            return running or (isinstance(row, TaskRow) and row.task.handle is not None and super()._usable(action))
        return super()._usable(action)

    def action_stop(self) -> None:
        """Stop the operation under the cursor, or the server's task."""
        row = self.table.cursor_row
        if isinstance(row, OperationRow) and row.operation.running:
            self.dashboard.operations.stop(row.operation)
            self.dashboard.say(f"stopping {row.kind} {row.name}")
        elif isinstance(row, TaskRow) and row.task.handle is not None:
            if self.dashboard.desk.may("stop"):
                from sqsview.ui.repair.stopping import StoppingTask

                StoppingTask(self.dashboard.desk, row.task, row.name).open()
        else:
            self.dashboard.say("nothing under the cursor is under way", warning=True)

    def show_about(self, row: ActivityRow | None, scene: Scene) -> None:
        """Write the calls and the poller's state; both move by themselves."""
        self.query_one("#calls", LinesView).show(call_lines(scene.snapshot))
        self.query_one("#reading", LinesView).show(reading_lines(scene) + self._looked(scene.now))

    def _looked(self, now: float) -> list[Line]:
        """Say what looking cost so far; asked anew every few seconds, for it is read from a file."""
        if self._looked_at is None or now - self._looked_at >= LEDGER_HOLDS:
            self._looked_at = now
            try:
                self._ledger_lines = ledger_lines(self.dashboard.state.ledger.figures())
            except LedgerError as fault:
                self._ledger_lines = [(Cell(str(fault), Tone.WARN),)]
        return self._ledger_lines

    def resumed(self) -> None:
        """Tell at once what was looked at meanwhile."""
        self._looked_at = None
        super().resumed()


def ledger_lines(queues: Sequence[QueueFigures]) -> list[Line]:
    """Say how many receives sqsview caused, for each counts towards a dead-letter queue."""
    if not queues:
        return [(Cell("no look yet: nothing was received"),)]
    total, session = sum(queue.receives for queue in queues), sum(queue.session for queue in queues)
    of = "1 queue" if len(queues) == 1 else f"{words.count(len(queues))} queues"
    return [(Cell(f"looks caused {words.count(session)} receives now, {words.count(total)} in all, in {of}"),)]


def call_lines(snapshot: Snapshot) -> list[Line]:
    """Write one line for each API operation that was called."""
    figures = snapshot.calls
    title = f"{'':<{API}}{'calls':>8}{'errors':>7}{'throttled':>10}{'p50':>8}{'p95':>8}"
    lines: list[Line] = [(Cell(title, Tone.QUIET),)]
    for api in figures.apis:
        lines.append(
            (
                Cell(f"{api.api[:API]:<{API}}"),
                Cell(f"{words.count(api.calls):>8}"),
                Cell(f"{words.count(api.errors):>7}", Tone.BAD if api.errors else Tone.QUIET),
                Cell(f"{words.count(api.throttles):>10}", Tone.WARN if api.throttles else Tone.QUIET),
                Cell(f"{_latency(api.p50):>8}{_latency(api.p95):>8}"),
            )
        )
    if not figures.apis:
        lines.append((Cell("none yet", Tone.QUIET),))
    return lines


def _latency(seconds: float | None) -> str:
    return words.UNKNOWN if seconds is None else f"{seconds * 1000:,.0f} ms"


def reading_lines(scene: Scene) -> list[Line]:
    """Say how the poller works now."""
    snapshot = scene.snapshot
    poller, calls = snapshot.poller, snapshot.calls
    lines = [
        f"{words.count(poller.visible)} queues on screen: read every {words.duration(poller.visible_interval)}",
        f"{words.count(poller.moving)} moving: every {words.duration(poller.moving_interval)}",
        f"{words.count(poller.idle)} idle: ever less often, at the latest every {words.duration(poller.idle_bound)}",
        f"names of queues, topics and subscriptions: every {words.duration(poller.sweep_interval)}",
    ]
    if poller.sweep_at is not None:
        lines.append(f"last complete listing {words.duration(max(0.0, scene.now - poller.sweep_at))} ago")
    if not calls.total and not calls.per_minute:
        lines.append("no call yet")
    elif calls.budget is None:
        lines.append("no limit of calls a second")
    elif calls.budget_full is not None and calls.budget < calls.budget_full:
        lines.append(
            f"throttled: {calls.budget:.0f} of {calls.budget_full:.0f} calls a second, recovering step by step"
        )
    else:
        lines.append(f"up to {calls.budget:.0f} calls a second; {words.count(calls.per_minute)} in the last minute")
    if poller.behind:
        waits = "reading waits" if poller.behind == 1 else "readings wait"
        lines.append(f"{words.count(poller.behind)} {waits} for the budget")
    if calls.dollars_per_month is not None:
        lines.append(f"watching like this costs about {words.money(calls.dollars_per_month)} a month")
    if not poller.focused:
        lines.append("the terminal is not in focus: everything is read less often")
    if snapshot.context.read_only:
        lines.append("read-only: nothing but reads can pass")
    return [(Cell(line),) for line in lines]
