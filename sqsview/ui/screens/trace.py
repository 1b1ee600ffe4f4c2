"""A published message is followed: first what that costs, then where it arrived and after how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar, cast

from textual.binding import BindingType
from textual.css.query import NoMatches
from textual.widget import Widget
from textual.worker import Worker

from sqsview.domain.access import Answer
from sqsview.domain.message import Sent
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import LostAnswer, Refused
from sqsview.operations.prospects import Prospect
from sqsview.operations.trace import Trace
from sqsview.ui.actions import Action, View, screen_bindings
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import DashboardScreen, Subject
from sqsview.ui.screens.dialogs import ArmedScreen, ConfirmScreen
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.trace_rows import COLUMNS, DONE, TraceRow, about_lines, cost_lines, summed_up
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.fields import Lines
from sqsview.ui.widgets.lines_view import LinesView
from sqsview.ui.widgets.row_table import RowTable


class TraceScreen(ArmedScreen[None], DashboardScreen):
    """One line a subscription: what a look there would cost, then what became of the message."""

    VIEW = View.TRACE
    TAB = View.TOPICS
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.TRACE)

    def __init__(
        self,
        topic: Subject,
        tab: View,
        trace: Trace,
        *,
        began: Callable[[], Callable[[], None] | None],
        sent: Callable[[Sent], Awaitable[None]],
        refused: Callable[[Refused | LostAnswer], None],
    ) -> None:
        """Prepare to follow a message.

        Args:
            topic: where it is published.
            tab: the tab that this belongs to.
            trace: what publishes and follows; nothing of that is done before a person has agreed.
            began: is told just before it is published, and gives what to call once it is known what became of it; None
                where it may not be published now.
            sent: is told once it is published.
            refused: is told where it was not.
        """
        self.TAB = tab
        super().__init__()
        self._topic = topic
        self._trace = trace
        self._began = began
        self._over: Callable[[], None] = lambda: None
        self._sent = sent
        self._refused = refused
        self._rows: list[TraceRow] = []
        self._work: Worker[None] | None = None
        self._ended = asyncio.Event()
        self._stopped = False
        self._told = False
        """Whether the form knows what became of the message."""
        self._leaving = False
        """Whether this screen goes as soon as that is known."""
        self._gone = False

    # -- what is on screen -----------------------------------------------------------------------------------

    def compose_body(self) -> Iterable[Widget]:
        """Lay out what is said of all, the subscriptions, and what is said of the one under the cursor."""
        yield Lines(id="trace-says")
        table: RowTable[TraceRow, None] = RowTable(COLUMNS, id="trace-table")
        table.empty = "asking the queues what a look at each would cost…"
        yield table
        page = LinesView(id="about-page", can_focus=False)
        yield page

    @property
    def table(self) -> RowTable[TraceRow, None]:
        """The subscriptions."""
        return cast("RowTable[TraceRow, None]", self.query_one("#trace-table", RowTable))

    def on_mount(self) -> None:
        """Ask what it would cost; that receives nothing."""
        self.run_worker(self._prepare(), description="trace")

    def focus_body(self) -> None:
        """Give the keys to the table."""
        self.set_focus(self.table)

    def _usable(self, action: Action) -> bool:
        asks = action.call not in ("go", "tick") or self._work is None
        return asks and super()._usable(action)

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Leave all as it is: this is about one message, not about what the queues hold."""

    def subject(self) -> Subject | None:
        """Give the topic."""
        return self._topic

    async def _prepare(self) -> None:
        self._rows = [_proposed(prospect) for prospect in await self._trace.prepare()]
        self.table.empty = "nothing is subscribed to this topic: what is published is dropped"
        self._draw()
        self.arm_soon()

    def _draw(self) -> None:
        if self._gone or not self.query("#trace-table"):  # the widgets are gone a while before the screen is told
            return
        results = {each.recipient.subscription.key: each for each in self._trace.results}
        self._rows = [replace(row, traced=results.get(row.key, row.traced)) for row in self._rows]
        self.table.show(self._rows, None)
        self.query_one("#trace-says", Lines).show(*self._says())
        self._about()

    def _about(self) -> None:
        row = self.table.cursor_row
        page = self.query_one("#about-page", LinesView)
        page.border_title = titled(row.name if row is not None else "")
        page.show(about_lines(row) if row is not None else ())

    def _says(self) -> list[Line]:
        where = Cell(f" {self._topic.name}", Tone.STRONG)
        lines: list[Line] = []
        if self._work is None:
            lines.append((Cell(" trace to"), where, Cell(" · nothing is sent yet", Tone.QUIET)))
            lines += cost_lines(self._rows)
        elif self._trace.fault is not None:
            lines.append((Cell(" ✗ not published to", Tone.BAD), where, Cell(f": {self._trace.fault.problem.advice}")))
        elif self._trace.sent is None:
            lines.append((Cell(" publishing to"), where, Cell("…")))
            if self._leaving:
                waits = " waits until it is known whether it was sent; esc again leaves now, and it is told later"
                lines.append((Cell(waits, Tone.WARN),))
        else:
            lines.append((Cell(" ✓ published to", Tone.GOOD), where, Cell(f" · message id {self._trace.sent.id}")))
            still = "" if self._ended.is_set() else " · what is met is given back at the end"
            lines.append((Cell(" "), *summed_up(self._trace.results), Cell(still, Tone.QUIET)))
        if self._trace.marked.note:
            lines.append((Cell(f" ! {self._trace.marked.note}", Tone.WARN),))
        return lines

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Tell of the subscription under the cursor."""
        event.stop()
        self._about()

    # -- keys ------------------------------------------------------------------------------------------------

    def action_tick(self) -> None:
        """Allow the look into the queue under the cursor, or no longer."""
        row = self.table.cursor_row
        if row is None or self._work is not None:
            return
        if not row.can_be_looked_at:
            self.dashboard.say(row.prospect.line, warning=True)
            return
        self._rows = [replace(each, allowed=not each.allowed) if each is row else each for each in self._rows]
        self._draw()

    def action_go(self) -> None:
        """Publish and look; where that takes a message's last try, ask once more."""
        if self._work is not None or not self.may_consent():
            return
        spent = [row for row in self._rows if row.allowed and row.prospect.must_ask]
        if not spent:
            self._go()
            return
        says = [row.prospect.appraisal.allowance.line for row in spent if row.prospect.appraisal is not None]

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._go()

        dialog = ConfirmScreen(f"Look into {spent[0].name}", says, "publish and look", by_letter=False)
        self.app.push_screen(dialog, answered)

    def _go(self) -> None:
        if self._work is not None:
            return
        over = self._began()
        if over is None:
            return
        self._over = over
        allowed = [row.key for row in self._rows if row.allowed]
        spend = [row.key for row in self._rows if row.allowed and row.prospect.must_ask]
        # On the app, for it has to give everything back also where this screen is gone.
        self._work = self.app.run_worker(self._follow(allowed, spend), name="trace", group="trace", description="trace")
        self.table.columns = DONE
        self._draw()
        self.show_keys()

    async def action_back(self) -> None:
        """Leave, while a message is under way once it is known what became of it; a second time leaves at once.

        What is held is given back by whoever holds it.
        """
        self._stop()
        if self._trace.publishing:
            if not self._leaving:
                self._leaving = True
                self._draw()
                return
            self.dashboard.say(f"it is not known yet whether it was sent to {self._topic.name}", warning=True)
        self._gone = True
        await super().action_back()

    def on_unmount(self) -> None:
        """Stop, also where the screen is taken away with its account or region."""
        self._gone = True
        self._stop()

    def _stop(self) -> None:
        """End the looks, once; the answer to a message that is under way is still waited for."""
        if self._work is not None and not self._stopped:
            self._stopped = True
            self._work.cancel()

    # -- the work --------------------------------------------------------------------------------------------

    async def _follow(self, allowed: list[str], spend: list[str]) -> None:
        forget = self.dashboard.feed.before_closing(self._end)
        timer = self.set_interval(0.2, self._step)
        try:
            await self._trace.run(allowed, spend=spend)
        except (Refused, LostAnswer):
            pass  # it is told below, as it is where somebody has left meanwhile
        finally:
            timer.stop()
            try:
                await self._tell()
            finally:
                if not self._told:  # nothing was given away
                    self._over()
                self._ended.set()
                forget()
            self._draw()
            if (self._leaving or self._trace.fault is not None) and self.app.screen_stack[-1:] == [self]:
                self.app.pop_screen()

    async def _end(self) -> None:
        """Come to an end before the connection does."""
        self._stop()
        await self._ended.wait()

    async def _step(self) -> None:
        if self._trace.sent is not None:
            await self._tell()
        self._draw()

    async def _tell(self) -> None:
        """Tell the form once what became of the message, and say it in passing where this screen is gone."""
        if self._told or not self._trace.began:
            return
        self._told = True
        try:
            await self._tell_form(self._trace.sent, self._trace.fault)
        finally:
            self._over()

    async def _tell_form(self, sent: Sent | None, fault: Refused | LostAnswer | None) -> None:
        if sent is not None:
            if self._gone or self not in self.app.screen_stack:
                self.dashboard.say(f"✓ sent to {self._topic.name}, message id {sent.id}")
            with suppress(NoMatches):  # the form may be on its way out, too
                await self._sent(sent)
            return
        fault = fault or LostAnswer(Problem(ProblemKind.NETWORK, "no answer came before the end"))
        try:
            self._refused(fault)
        except NoMatches:
            self.dashboard.say(str(fault), warning=True)


def _proposed(prospect: Prospect) -> TraceRow:
    """Propose a look where it takes nothing from anybody, can find the message, and is to find it."""
    worth_it = prospect.recipient.answer is not Answer.NO and not prospect.is_deep
    return TraceRow(prospect, allowed=prospect.appraisal is not None and not prospect.must_ask and worth_it)
