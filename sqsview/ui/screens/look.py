"""What the looks at one queue bring: a list, the message beside it, and above both what the looks say of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from sqsview.domain.message import Message
from sqsview.domain.queue import Queue, QueueRef
from sqsview.domain.receive_budget import Allowance
from sqsview.ui import message_columns
from sqsview.ui.actions import BY_ID, View, key_name
from sqsview.ui.arrangement import Arrangement
from sqsview.ui.message_columns import MessageColumn, MessageRow, Row
from sqsview.ui.message_looking import MOST, USUAL, Looking
from sqsview.ui.message_sifting import Sifting, summary
from sqsview.ui.message_status import note_lines, outlook, status_lines, title_of, what_a_look_does, why_empty
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.dialogs import AskScreen, ConfirmScreen
from sqsview.ui.screens.table_screen import TableScreen
from sqsview.ui.widgets.cells import Cell, Heading, Line, Tone
from sqsview.ui.widgets.filter_bar import FilterBar, FilterInput
from sqsview.ui.widgets.message_view import MessageView
from sqsview.ui.widgets.notes import Notes
from sqsview.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from textual.worker import Worker

    from sqsview.operations.look import Look

HIDDEN = 1.0
"""Seconds between two looks at whether the messages are on no screen any more."""
REDRAW, REDRAW_EACH = 0.2, 0.0001
"""Seconds between two paints while messages come in, and how many more for each that is there: 1.2 s for 10,000, which
take 15 ms to sort and lay out."""


class LookScreen(TableScreen[Row]):
    """Looks once when it is opened, and again when it is told to; whatever it holds it gives back."""

    VIEW = View.MESSAGES
    NOUN = "messages"
    ARRANGEMENT = Arrangement("age")
    columns: Sequence[MessageColumn] = message_columns.COLUMNS
    sort_keys = message_columns.SORT_KEYS
    descending_first = message_columns.DESCENDING_FIRST

    def __init__(self, queue: Subject, tab: View) -> None:
        self.TAB = tab
        super().__init__()
        self._queue = queue
        self._ref = QueueRef(queue.key, queue.url or "", queue.name)
        self._sifting = Sifting()
        self._lines: Sequence[Row | Heading] = ()
        self._seen: list[MessageRow] = []
        """All messages, in the order in which they came."""
        self._found: list[MessageRow] = []
        """Those that the search finds, sorted."""
        self._looking: Looking | None = None
        self._work: Worker[None] | None = None
        """Makes the look that was asked for last."""
        self._end: Worker[None] | None = None
        """Gives back what was held when the screen was left."""
        self._drawn: Look | None = None
        """The look whose messages are shown."""
        self._resting: Timer | None = None
        self._due = False
        self._reading = False
        self._stale = False
        """Whether the looks are further than what is drawn."""

    # -- layout

    def compose_body(self) -> Iterable[Widget]:
        """Lay out what the look says of itself, the search, the list and the message."""
        yield Notes(id="look-notes", can_focus=False)
        yield FilterBar()
        problem = Static(id="search-problem", markup=False)
        problem.display = False
        yield problem
        with Container(id="messages"):
            table: RowTable[Row, Scene] = RowTable(self.columns)
            table.settle(False)
            yield table
            yield MessageView(undo_key=key_name(self.dashboard.keymap.get("undo-step", BY_ID["undo-step"].keys)))

    def on_mount(self) -> None:
        """Look once: that is what the screen was opened for."""
        super().on_mount()
        self.query_one(FilterInput).placeholder = "words, or =EXPRESSION"
        self._looking = Looking(
            self.dashboard.feed,
            self._ref,
            self.dashboard.state.ledger,
            self.dashboard.clock,
            keeps=self._keeps,
            ask=self._ask,
            on_change=self._changed,
        )
        # Only the uppermost screen is told that another tab is shown, and this one may be below the details.
        self.set_interval(HIDDEN, self._let_go_if_hidden)
        if self in self.app.screen_stack:
            self._look(USUAL)
        # else keys that were typed ahead have led elsewhere meanwhile

    @property
    def looking(self) -> Looking:
        """The looks of this screen."""
        assert self._looking is not None  # made before anything can be pressed
        return self._looking

    @property
    def viewer(self) -> MessageView:
        """The message under the cursor."""
        return self.query_one(MessageView)

    def subject(self) -> Subject | None:
        """Give the queue: it is what details and looks are about."""
        return self._queue

    def subjects(self) -> list[Subject]:
        """Give the queue; the messages are no things with ARNs."""
        return [self._queue]

    def _known(self) -> Queue | None:
        return self.dashboard.scene.topology.queue_by_arn(self._queue.key)

    def _keeps(self) -> bool:
        """Tell whether nobody is expected to consume these messages, so that they may be held."""
        queue = self._known()
        return queue is not None and self.dashboard.scene.topology.is_dead_letter_queue(queue)

    # -- looking

    def _look(self, more: int) -> None:
        # The turn is taken here and not by the worker: a second key comes before its first step.
        if self.looking.claim():
            self._work = self.run_worker(partial(self._look_once, more), group="look", description="look")
        else:
            self.dashboard.say("a look is under way", warning=True)

    async def _look_once(self, more: int) -> None:
        await self.looking.look(more)
        self._settle()
        self.dashboard.feed.nudge([self._queue.key])

    def _settle(self) -> None:
        """Let the cursor follow its row from now on."""
        if self.standing:
            self.table.settle(True)

    async def _ask(self, allowance: Allowance) -> bool:
        """Put to the person what the look would cost; nobody there, or somebody who is at something else, means no."""
        if not self.is_active:
            return False
        answers: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def answered(agreed: bool | None) -> None:
            if not answers.done():
                answers.set_result(bool(agreed))

        says = [allowance.line, what_a_look_does(allowance)]
        dialog = ConfirmScreen(f"Look at {self._queue.name}", says, "look all the same", by_letter=False)
        self.app.push_screen(dialog, answered)
        try:
            return await answers
        finally:
            dialog.answer(False)  # where the look was given up meanwhile, nothing is left to be asked

    def action_look(self) -> None:
        """Look again, or for more than is held."""
        self._look(USUAL)

    def action_look_many(self) -> None:
        """Ask how many to look at."""
        held = " more than are held" if self.looking.holding else ""

        async def check(line: str) -> str:
            good = line.strip().isdecimal() and 1 <= int(line) <= MOST
            return "" if good else f"a number from 1 to {MOST:,} is needed"

        def look(line: str | None) -> None:
            if line is not None:
                self._look(int(line))

        says = f"How many messages{held}, {MOST:,} at most? Each message that is met counts one more receive."
        self.app.push_screen(AskScreen(f"Look at {self._queue.name}", says, str(USUAL), check), look)

    def on_screen_suspend(self) -> None:
        """End the look, and let go of what is held, where another tab is shown."""
        self._let_go_if_hidden()

    def _let_go_if_hidden(self) -> None:
        """End the look, and let go of what is held, where it is on no screen: nothing is received or held for nobody.

        What is opened over the messages, such as a dialog or the details, leads back to them and does not hide them so.
        """
        if self not in self.app.screen_stack:
            self._let_go()

    def resumed(self) -> None:
        """Draw also what has happened to the looks while another tab was shown."""
        super().resumed()
        self._changed()

    def on_unmount(self) -> None:
        """End the look, and let go of what is held: nobody sees it any more."""
        self._let_go()

    def _let_go(self) -> None:
        looking = self._looking
        if looking is None or not looking.unfinished or (self._end is not None and not self._end.is_finished):
            return
        another_tab = self.app.current_mode != self.TAB.value
        if another_tab and (held := looking.held):
            messages = "1 message is" if held == 1 else f"{held:,} messages are"
            self.dashboard.say(f"{self._queue.name}: {messages} no longer held, for another tab is shown")
        looking.ended = "another tab was shown" if another_tab else "the messages were left"
        if self._work is not None:
            self._work.cancel()
        # On the app, which outlives the screen; where the app ends, the connection sees to it as well.
        self._end = self.app.run_worker(partial(self._release, looking), group="release", description="release")

    async def _release(self, looking: Looking) -> None:
        await looking.release()
        self.dashboard.feed.nudge([self._queue.key])  # its counts were read while messages were held

    # -- drawing

    @property
    def drawing(self) -> bool:
        """Tell whether something that is known is not shown yet."""
        return self._due or self._reading or self._sifting.reading

    def _changed(self) -> None:
        """Draw soon: at once after a rest, else when the rest is over."""
        if not self.is_attached:
            return
        self._stale = True
        if self._resting is not None:
            self._due = True
        else:
            self._resting = self.set_timer(REDRAW + len(self._seen) * REDRAW_EACH, self._rested)
            self.call_later(self._redraw)

    def _rested(self) -> None:
        self._resting = None
        if self._due:
            self._due = False
            self._changed()

    def _redraw(self) -> None:
        """Take in what the look has brought, and show it."""
        if not self.standing or self._looking is None:
            return
        self._stale = False
        look = self._looking.now
        if look is not self._drawn:  # other messages come in: until they are there the cursor stays at the top
            self._drawn = look
            self.table.settle(not self._looking.busy)
        if look is not None:
            self._sifting.see(look.messages, look.appraisal.settings.max_receive_count)
        self._show_all()
        self._read_on()

    def _show_all(self) -> None:
        scene = self.dashboard.scene
        self._show_rows(scene)
        self._show_look(scene)
        self.show_about(self.table.cursor_row, scene)
        self.show_keys()

    def _read_on(self) -> None:
        if not self._reading and self._sifting.reading:
            self._reading = True
            self.run_worker(self._read(), group="reading", description="reading")

    async def _read(self) -> None:
        try:
            await self._sifting.read_on(self._changed)
        finally:
            self._reading = False
        self._changed()

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Draw what moves with the time: ages, and how long messages are held. Metadata changes no message."""
        if self._stale:  # what is said of the look, and the list, are of one moment
            self._redraw()
            return
        self.table.show(self._lines, scene)
        self._show_look(scene)
        self.show_about(self.table.cursor_row, scene)

    def _show_rows(self, scene: Scene) -> None:
        columns = self._columns(scene)
        if columns != self.columns:
            self.columns = self.table.columns = columns
        self._seen = self._sifting.rows
        if self.table.marks:  # what an operation took over is no longer here
            self.table.marks &= {row.key for row in self._seen}
        key, descending = self.sort_keys[self.arrangement.sort], self.arrangement.descending
        self._found = message_columns.ordered(
            self._sifting.found(self._seen), lambda row: key(row, scene), descending=descending
        )
        self.all, self.shown = [*self._seen], [*self._found]
        self._lines = self._sifting.lines(self._found)
        self.table.empty = self._why_empty(scene)
        self.table.show_sort(self.arrangement.sort, descending=self.arrangement.descending)
        self.table.show(self._lines, scene)
        self._show_filter()

    def _columns(self, scene: Scene) -> Sequence[MessageColumn]:
        """Choose the columns; where all are dead letters of one queue, the title says of which."""
        queue, sifting = self._known(), self._sifting
        said = {source.arn for source in scene.topology.dead_letter_sources(queue)} if queue is not None else set()
        sources = bool(sifting.sources) and not (len(said) == 1 and sifting.sources <= said)
        limited = sifting.maximum is not None
        return message_columns.columns_for(limited=limited, groups=sifting.has_groups, sources=sources)

    def lines(self) -> Sequence[Row | Heading]:
        """Give the rows below the headings of their groups."""
        return self._lines

    def empty(self, scene: Scene) -> str:
        """Say why no message is there."""
        key = key_name(self.dashboard.keymap.get("look", BY_ID["look"].keys))
        return "" if self._looking is None else why_empty(self._looking, key)

    def _why_empty(self, scene: Scene) -> str:
        if self.all:
            return f"no message matches “{self._sifting.search.text}” · esc clears"
        return self.empty(scene)

    def _show_filter(self) -> None:
        sifting, marks = self._sifting, self.table.marks
        order = "↓" if self.arrangement.descending else "↑"
        titles = {column.id: column.title.lower() for column in (*message_columns.COLUMNS, *self.columns)}
        said = [self.counted() if sifting.search.text or not self.shown else f"{len(self.shown):,} shown"]
        if marks:
            said.append(f"{len(marks):,} marked")
        if sifting.behind:
            said.append("searching…")
        said.append(f"by {titles.get(self.arrangement.sort, self.arrangement.sort).strip()} {order}")
        self.query_one(FilterBar).status = " · ".join(said) if self._seen else ""

    def _show_look(self, scene: Scene) -> None:
        if self._looking is None:
            return
        notes = self.query_one("#look-notes", Notes)
        title = title_of(self._queue.name, self._known(), scene.topology)
        lines: list[Line] = status_lines(title, self._looking, now=scene.now, width=max(1, notes.size.width))
        grouping = self._sifting.grouping
        if grouping is not None and self._sifting.counts:
            by = f"grouped by {grouping.name}: "
            lines.append((Cell(by, Tone.QUIET), Cell(summary(self._sifting.counts))))
        notes.show([*lines, *note_lines(self._looking)])

    def show_about(self, row: Row | None, scene: Scene) -> None:
        """Show the message under the cursor, or of a group the first."""
        found = self._message_of(row)
        extra: list[Line] = []
        if found is not None and self._looking is not None and self._looking.now is not None:
            extra = outlook(found, self._looking.now.appraisal.settings)
        self.viewer.show(found, now_epoch=scene.epoch, extra=extra)

    def _message_of(self, row: Row | None) -> Message | None:
        if isinstance(row, MessageRow):
            return row.message
        if row is None:
            return None
        return next((each.message for each in self._found if self._sifting.group_of(each.key) == row.label), None)
