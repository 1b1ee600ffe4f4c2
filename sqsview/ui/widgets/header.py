"""The head of every screen: whose queues these are, whether they can be believed, what watching costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.widget import Widget

from sqsview.domain import words
from sqsview.domain.snapshot import CallFigures, Connection, Context, Health, Snapshot
from sqsview.domain.text import printable
from sqsview.ui.actions import View
from sqsview.ui.scene import Totals
from sqsview.ui.widgets.cells import Cell, Cells, Tone, cells_width, fitted, folded
from sqsview.ui.widgets.pieces import Piece, laid_out
from sqsview.ui.widgets.strip_widget import StripWidget
from sqsview.ui.widgets.tab_bar import TabBar

LATE_AFTER = 5.0
"""Seconds by which the next reading is overdue before the data is called late; a slow answer takes 1 or 2."""

_CONTEXT_WIDTH = 24
"""Terminal cells that a name in the context may take while there is little room."""


class StatusLine(StripWidget):
    """The first line: the context to the left, state and cost to the right."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
    }
    """
    _snapshot = Snapshot()
    _now = 0.0

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show the context, the state and the cost; ``now`` is in monotonic seconds."""
        self._snapshot, self._now = snapshot, now
        self.redraw()

    def lines(self, width: int) -> Sequence[Cells]:
        """Write what fits: what protects from a mistake outlasts what is nice to know."""
        left = [Piece((Cell("sqsview", Tone.STRONG),), 30), *context_pieces(self._snapshot.context)]
        right = [
            Piece(state_cells(self._snapshot.health, self._now), 95),
            *size_pieces(self._snapshot),
            *cost_pieces(self._snapshot.calls),
        ]
        line, _ = laid_out(left, right, max(0, width - 2))
        return [(Cell(" "), *line)]


class ProblemLine(StripWidget):
    """Why the connection fails and what to do, in as many lines as it takes."""

    DEFAULT_CSS = """
    ProblemLine {
        height: auto;
        max-height: 3;
        display: none;
    }
    """
    _text = ""

    def show(self, health: Health) -> None:
        """Show the problem of the connection, or nothing where there is none."""
        text = health.problem.line if health.problem is not None else ""
        if text == self._text:
            return
        self._text = text
        self.display = bool(text)
        self.redraw()
        self.refresh(layout=True)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Give the lines that the problem takes."""
        return len(self.lines(width))

    def lines(self, width: int) -> Sequence[Cells]:
        """Break the problem at the width; the third line may be cut."""
        lines = folded(printable(self._text), max(1, width - 5))
        marks = (" ! ", *("   " for _ in lines[1:]))
        shown = [(Cell(mark, Tone.BAD), Cell(line, Tone.WARN)) for mark, line in zip(marks, lines, strict=True)]
        return shown[:3]


class StatusHeader(Widget):
    """Status, tabs with totals, and the connection's problem while it has one."""

    DEFAULT_CSS = """
    StatusHeader {
        height: auto;
        layout: vertical;
    }
    """

    def __init__(self, active: View, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._status = StatusLine()
        self._tabs = TabBar(active)
        self._problem = ProblemLine()

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        yield self._status
        yield self._tabs
        yield self._problem

    def show(self, snapshot: Snapshot, totals: Totals, now: float) -> None:
        """Show a snapshot with its sums, seen at ``now`` monotonic seconds."""
        self._status.show(snapshot, now)
        stale = snapshot.health.connection is Connection.FAILING
        self._tabs.show(total_pieces(totals, stale=stale))
        self._problem.show(snapshot.health)


def context_pieces(context: Context) -> Iterator[Piece]:
    """Give profile, account, region and endpoint, then the chips."""

    def part(text: str, priority: int, tone: Tone = Tone.NORMAL, *, dot: bool = True) -> Piece:
        mark = (Cell("· ", Tone.QUIET),) if dot else ()
        return Piece((*mark, *_named(text, tone)), priority, gap=1 if dot else 2)

    yield part(context.profile, 80, Tone.STRONG, dot=False)
    if context.account:
        yield part(context.account, 55)
    if context.region:
        yield part(context.region, 75)
    if context.endpoint:
        yield part(context.endpoint.removeprefix("http://"), 70, Tone.ACCENT)
    chips = (
        (context.demo, "DEMO", Tone.ACCENT),
        (context.read_only, "READ-ONLY", Tone.GOOD),
        (bool(context.protected), "PROTECTED", Tone.WARN),
    )
    for shown, text, tone in chips:
        if shown:
            yield Piece((Cell(f"[{text}]", tone),), 90)


def _named(text: str, tone: Tone) -> Cells:
    cell = Cell(text, tone)
    return (cell,) if cells_width(cell) <= _CONTEXT_WIDTH else fitted(cell, _CONTEXT_WIDTH)


def state_cells(health: Health, now: float) -> Cells:
    """Say in words whether what is shown is current."""
    age = None if health.fresh_at is None else max(0.0, now - health.fresh_at)
    match health.connection:
        case Connection.CONNECTING:
            return (Cell("connecting…", Tone.QUIET),)
        case Connection.LOADING:
            if health.total is None:
                return (Cell("listing…", Tone.ACCENT),)
            return Cell("loading ", Tone.QUIET), Cell(f"{health.loaded:,} of {health.total:,}", Tone.ACCENT)
        case Connection.LIVE:
            overdue = health.due_at is not None and now - health.due_at > LATE_AFTER
            if overdue and age is not None and age > LATE_AFTER:
                return Cell("late ", Tone.WARN), Cell(words.age(age), Tone.WARN)
            return Cell("live", Tone.GOOD), Cell(f" {words.age(age)}", Tone.QUIET)
        case Connection.FAILING:
            since = "no data" if age is None else f"stale {words.age(age)}"
            again = ""
            if health.retry_at is not None:
                wait = health.retry_at - now
                again = f" · again in {words.duration(wait)}" if wait >= 0.5 else " · trying again"
            return Cell(f"! {since}", Tone.BAD), Cell(again, Tone.QUIET)


def size_pieces(snapshot: Snapshot) -> Iterator[Piece]:
    """Give how many queues and topics there are, once they are known."""
    if snapshot.health.total is not None or snapshot.queues:
        yield _figure(words.count(len(snapshot.queues)), "queue", 45, plural=len(snapshot.queues) != 1)
    if snapshot.topics:
        yield _figure(words.count(len(snapshot.topics)), "topic", 40, plural=len(snapshot.topics) != 1)


def cost_pieces(calls: CallFigures) -> Iterator[Piece]:
    """Give the calls a minute against what is allowed, and the estimated cost of a month."""
    if calls.total or calls.per_minute:
        throttled = calls.budget is not None and calls.budget_full is not None and calls.budget < calls.budget_full
        yield Piece(
            (Cell(words.count(calls.per_minute)), Cell(" calls/min", Tone.QUIET)),
            60,
        )
        if calls.budget is not None:
            allowed = f"of {words.count(round(calls.budget * 60))}"
            yield Piece(
                (Cell(f"{allowed}, throttled", Tone.WARN) if throttled else Cell(allowed, Tone.QUIET),),
                58 if throttled else 20,
                gap=1,
            )
    if calls.dollars_per_month is not None:
        yield Piece((Cell(f"~{words.money(calls.dollars_per_month)}/mo", Tone.QUIET),), 50)
    elif calls.total:
        yield Piece((Cell("not AWS: free", Tone.QUIET),), 15)


def total_pieces(totals: Totals, *, stale: bool = False) -> tuple[Piece, ...]:
    """Give the sums over all queues; ``≥`` where some queue could not be read or was not yet."""
    plain = Tone.STALE if stale else Tone.NORMAL
    dead = Tone.BAD if totals.dead and not stale else plain
    name = "● in DLQs" if totals.dead else "in DLQs"
    return (
        _total("visible", totals.visible, plain, 60, partial=totals.partial),
        _total("in flight", totals.in_flight, plain, 50, partial=totals.partial),
        _total(name, totals.dead, dead, 70, partial=totals.dead_partial),
        Piece((Cell(" "),), 10, gap=0),
    )


def _total(name: str, number: int | None, tone: Tone, priority: int, *, partial: bool) -> Piece:
    least = "≥ " if partial and number is not None else ""
    return Piece((Cell(f"{name} ", Tone.QUIET), Cell(f"{least}{words.count(number)}", tone)), priority)


def _figure(number: str, unit: str, priority: int, *, plural: bool) -> Piece:
    return Piece((Cell(number), Cell(f" {unit}{'s' if plural else ''}", Tone.QUIET)), priority)
