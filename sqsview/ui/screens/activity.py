"""What the program does: its problems, its calls, and how it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from sqsview.domain import words
from sqsview.domain.arn import name_of
from sqsview.domain.problem import Problem
from sqsview.domain.snapshot import Connection, Snapshot
from sqsview.errors import LedgerError
from sqsview.operations.ledger import QueueFigures
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement, Matcher
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen, titled
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.columns import Column
from sqsview.ui.widgets.lines_view import LinesView

LEDGER_HOLDS = 5.0
"""Seconds for which what the ledger told is good."""
API = 29
"""Width of an operation's name: ``sns:GetSubscriptionAttributes``."""


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


def _clock(row: ProblemRow, _scene: Scene) -> Cell:
    return Cell(datetime.fromtimestamp(row.problem.at).strftime("%H:%M:%S") if row.problem.at else "", Tone.QUIET)


COLUMNS: tuple[Column[ProblemRow, Scene], ...] = (
    Column("at", "LAST SEEN", 9, "left", _clock, priority=70),
    Column("kind", "KIND", 11, "left", lambda row, _: Cell(f"! {row.problem.kind.value}", Tone.BAD), priority=60),
    Column("thing", "WHAT", 14, "left", lambda row, _: Cell(row.name), min_width=12, max_width=60, priority=80),
    Column("text", "PROBLEM", 30, "left", lambda row, _: Cell(row.problem.advice, Tone.WARN), grow=True,
           min_width=20, priority=75, cut="end"),
)  # fmt: skip

SORT_KEYS: Mapping[str, Callable[[ProblemRow, Scene], Any]] = {
    "at": lambda row, _: row.problem.at,
    "kind": lambda row, _: row.problem.kind.value,
    "thing": lambda row, _: row.name,
    "text": lambda row, _: row.problem.text,
}


class ActivityScreen(TableScreen[ProblemRow]):
    """The fifth tab."""

    VIEW = View.ACTIVITY
    TAB = View.ACTIVITY
    NOUN = "problems"
    ARRANGEMENT = Arrangement("at", descending=True)
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.ACTIVITY)

    columns = COLUMNS
    sort_keys = SORT_KEYS
    descending_first = frozenset({"at"})
    matcher: Matcher[ProblemRow] = Matcher(
        text=lambda row: f"{row.name} {row.problem.text}", kinds=lambda row: (row.problem.kind.value,)
    )

    def __init__(self) -> None:
        super().__init__()
        self._looked_at: float | None = None
        """Monotonic seconds at which the ledger was asked."""
        self._ledger_lines: list[Line] = []

    def compose_below(self) -> Iterable[Widget]:
        """Lay out the calls beside the words about how the program reads."""
        with Horizontal(id="activity"):
            for name, title in (("calls", "calls by API"), ("reading", "how it reads")):
                page = LinesView(id=name)
                page.can_focus = False
                page.border_title = titled(title)
                yield page

    def rows(self, scene: Scene) -> Iterable[ProblemRow]:
        """Give the problems, that of the connection first while it fails."""
        health = scene.snapshot.health
        if health.problem is not None and health.connection is Connection.FAILING:
            yield ProblemRow(health.problem)
        yield from (ProblemRow(problem) for problem in scene.snapshot.problems)

    def empty(self, scene: Scene) -> str:
        """Say that all is well, or not known yet."""
        so_far = "" if scene.snapshot.health.connection is Connection.LIVE else " so far"
        return f"no call failed{so_far} · what is wired wrong is in the fan-out map, tab 3"

    def subject_of(self, row: ProblemRow) -> Subject:
        """Name the thing that a problem is about."""
        snapshot = self.dashboard.snapshot
        for kind, things in (("queue", snapshot.queues), ("topic", snapshot.topics)):
            for thing in things.values():
                if thing.name == row.name:
                    return Subject(thing.key, thing.name, kind, thing.arn)
        return Subject(row.key, row.name, "problem", None)

    def open_row(self, row: ProblemRow) -> None:
        """Jump to what a problem is about, or say the problem in full."""
        subject = self.subject_of(row)
        if subject.kind == "problem":
            self.dashboard.say(row.problem.line, warning=True)
        else:
            self.dashboard.jump(subject.key)

    def show_about(self, row: ProblemRow | None, scene: Scene) -> None:
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
