"""A published message is followed: first what that costs, then where it arrived and after how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import ClassVar, cast

from textual.binding import BindingType
from textual.widget import Widget
from textual.worker import Worker

from sqsview.domain.message import Sent
from sqsview.errors import LostAnswer, Refused
from sqsview.operations.trace import DEADLINE, Prospect, Trace
from sqsview.ui.actions import Action, View, screen_bindings
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import DashboardScreen, Subject
from sqsview.ui.screens.dialogs import ARMED_AFTER, ConfirmScreen
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.trace_rows import COLUMNS, DONE, TraceRow, about_lines, summed_up
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.fields import Lines
from sqsview.ui.widgets.lines_view import LinesView
from sqsview.ui.widgets.row_table import RowTable


class TraceScreen(DashboardScreen):
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
        sent: Callable[[Sent], Awaitable[None]],
        refused: Callable[[Refused | LostAnswer], None],
    ) -> None:
        """Prepare to follow a message.

        Args:
            topic: where it is published.
            tab: the tab that this belongs to.
            trace: what publishes and follows; nothing of that is done before a person has agreed.
            sent: is told once it is published.
            refused: is told where it was not.
        """
        self.TAB = tab
        super().__init__()
        self._topic = topic
        self._trace = trace
        self._sent = sent
        self._refused = refused
        self._rows: list[TraceRow] = []
        self._prepared = False
        self._armed = False
        self._work: Worker[None] | None = None
        self._ended = asyncio.Event()
        self._told_sent = False
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
        self._prepared = True
        self.table.empty = "nothing is subscribed to this topic: what is published is dropped"
        self._draw()
        self.set_timer(ARMED_AFTER, self._arm)

    def _arm(self) -> None:
        self._armed = True

    @property
    def armed(self) -> bool:
        """Tell whether what is proposed has been there long enough to be agreed to."""
        return self._armed

    def _draw(self) -> None:
        if self._gone:
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
            asked = sum(row.allowed for row in self._rows)
            queues = "1 queue" if asked == 1 else f"{asked:,} queues"
            lines.append(
                (
                    Cell(" ctrl+s", Tone.ACCENT),
                    Cell(f" publishes it and looks into {queues} for up to {DEADLINE:g} s;"),
                    Cell(" each message met there counts one receive", Tone.QUIET),
                )
            )
        elif self._trace.sent is None:
            lines.append((Cell(" publishing to"), where, Cell("…")))
        else:
            lines.append((Cell(" ✓ published to", Tone.GOOD), where, Cell(f" · message id {self._trace.sent.id}")))
            still = "" if self._ended.is_set() else " · everything that is met is given back at the end"
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
        if not self._armed or self._work is not None:
            return
        spent = [row for row in self._rows if row.allowed and row.prospect.must_ask]
        if not spent:
            self._go()
            return
        says = [row.prospect.appraisal.allowance.line for row in spent if row.prospect.appraisal is not None]

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._go()

        self.app.push_screen(ConfirmScreen(f"Look into {spent[0].name}", says, "publish and look"), answered)

    def _go(self) -> None:
        if self._work is not None:
            return
        allowed = [row.key for row in self._rows if row.allowed]
        spend = [row.key for row in self._rows if row.allowed and row.prospect.must_ask]
        # On the app, for it has to give everything back also where this screen is gone.
        self._work = self.app.run_worker(self._follow(allowed, spend), name="trace", group="trace", description="trace")
        self.table.columns = DONE
        self._draw()
        self.show_keys()

    async def action_back(self) -> None:
        """Leave; what is held is given back by whoever holds it."""
        if self._work is not None:
            self._work.cancel()
        self._gone = True
        await super().action_back()

    def on_unmount(self) -> None:
        """Stop, also where the screen is taken away with its account or region."""
        self._gone = True
        if self._work is not None:
            self._work.cancel()

    # -- the work --------------------------------------------------------------------------------------------

    async def _follow(self, allowed: list[str], spend: list[str]) -> None:
        async def end() -> None:
            if self._work is not None:
                self._work.cancel()
            await self._ended.wait()

        forget = self.dashboard.feed.before_closing(end)
        timer = self.set_interval(0.2, self._step)
        try:
            await self._trace.run(allowed, spend=spend)
        except (Refused, LostAnswer) as fault:
            self._refused(fault)
            if self.app.screen is self:
                self.app.pop_screen()
        finally:
            timer.stop()
            self._ended.set()
            forget()
            await self._tell_sent()
            self._draw()

    async def _step(self) -> None:
        await self._tell_sent()
        self._draw()

    async def _tell_sent(self) -> None:
        if self._trace.sent is not None and not self._told_sent:
            self._told_sent = True
            await self._sent(self._trace.sent)


def _proposed(prospect: Prospect) -> TraceRow:
    """Propose a look where it takes nothing from anybody."""
    return TraceRow(prospect, allowed=prospect.appraisal is not None and not prospect.must_ask)
