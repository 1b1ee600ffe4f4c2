"""What can be done with the messages that were seen: searched, grouped, marked, copied, saved, sent again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from sqsview.domain import words
from sqsview.domain.message import Message, byte_length, sendable_again
from sqsview.domain.message_json import as_line
from sqsview.domain.query import QueryError
from sqsview.domain.text import printable, shortened
from sqsview.operations.saving import NotSaved
from sqsview.ui.actions import BY_ID, Action, View, bindings, screen_bindings
from sqsview.ui.message_columns import GroupRow, Row
from sqsview.ui.message_saving import chosen, default_path, told, write
from sqsview.ui.message_search import BY_SHAPE, Grouping, parse_grouping, parse_search
from sqsview.ui.message_sifting import label_under, members
from sqsview.ui.screens.dialogs import AskScreen
from sqsview.ui.screens.look import LookScreen
from sqsview.ui.widgets.filter_bar import FilterBar
from sqsview.ui.widgets.notes import Notes

if TYPE_CHECKING:
    from sqsview.ui.repair.marked import Marked

_SHOWN = 32
"""Characters of a search that holds while another one is typed."""
_OF_MANY = frozenset({"filter", "sort", "triage", "save"})
"""What is not offered where nothing was seen."""


class MessagesScreen(LookScreen):
    """The messages of a queue."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_bindings(View.MESSAGES), *bindings([BY_ID["open"]])]

    _grouped_by = ""
    """What was typed for the last grouping."""
    _wrong = ""
    """What is wrong with the search that is being typed."""

    # -- list and message

    @property
    def full(self) -> bool:
        """Tell whether the message has all the room."""
        return self.query_one("#messages", Container).has_class("-full")

    def action_open(self) -> None:
        """Give the message all the room; of a group, fold or unfold it."""
        row = self.table.cursor_row
        if self.full:
            self._resize_viewer(full=False)
        elif isinstance(row, GroupRow):
            self._fold(row.label, folded=row.open)
        elif row is not None:
            self._resize_viewer(full=True)

    def open_row(self, row: Row) -> None:
        """Open what enter or a double click was on."""
        self.action_open()

    def _resize_viewer(self, *, full: bool) -> None:
        self.query_one("#messages", Container).set_class(full, "-full")
        self.set_focus(self.viewer if full else self.table)
        self.show_keys()

    def action_switch_pane(self) -> None:
        """Give the keys to the next of list, message and, where they are long, the notes."""
        panes = [self.table, self.viewer, self.query_one("#look-notes", Notes)]
        usable = [pane for pane in panes if pane.can_focus and pane.display and pane.size.height]
        at = next((place for place, pane in enumerate(usable) if pane.has_focus), -1)
        self.set_focus(usable[(at + 1) % len(usable)])

    def focus_body(self) -> None:
        """Give the keys to the list, or to the message where it has all the room."""
        self.set_focus(self.viewer if self.full else self.table)

    def action_undo_step(self) -> None:
        """Undo one step of decoding."""
        self.viewer.step_back()

    def action_raw(self) -> None:
        """Switch between the raw body and all steps."""
        self.viewer.toggle_raw()

    def action_next_hit(self) -> None:
        """Go to the next place of what was searched."""
        self.viewer.find_next()

    def action_previous_hit(self) -> None:
        """Go to the place before."""
        self.viewer.find_previous()

    async def action_back(self) -> None:
        """Go back one step: full size, search, groups, marks; then let go of all and leave."""
        if self.full:
            self._resize_viewer(full=False)
        elif self.query_one(FilterBar).text:
            self.query_one(FilterBar).close()
            self._search("")
        elif self._sifting.grouping is not None:
            self._group(None)
        elif self.table.marks:
            self.table.marks = frozenset()
            self._show_filter()
        else:
            await super().action_back()

    def _usable(self, action: Action) -> bool:
        if action.id in _OF_MANY and not self._seen:
            return False
        of_queue = action.kinds or action.id == "details"
        if action.needs_row and not of_queue:
            return self._message_of(self.table.cursor_row) is not None and super()._usable(action)
        return super()._usable(action)

    # -- search

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Search while it is typed."""
        event.stop()
        self._search(event.text)

    def on_filter_bar_closed(self, event: FilterBar.Closed) -> None:
        """Go back to the list."""
        event.stop()
        self._search(self.query_one(FilterBar).text)
        self.focus_body()

    def _search(self, text: str) -> None:
        try:
            search = parse_search(text)
        except QueryError as error:
            # While an expression is typed it is wrong most of the time: the list keeps what it showed.
            self._wrong = str(error)
            self._complain()
            return
        self._wrong = ""
        self._sifting.look_for(search)
        self.viewer.find(search.needle)
        self._changed()
        self._complain()

    def _show_filter(self) -> None:
        super()._show_filter()
        self._complain()

    def _complain(self) -> None:
        """Say below the search what is wrong with it; while it is, what is listed was found by the one before."""
        query, shown = self._sifting.search.query, self._sifting.search.text
        still = f"listed is still what matches “{shortened(shown, _SHOWN)}”" if shown else "nothing is left out yet"
        wrong = f"{self._wrong} · {still}" if self._wrong else ""
        said = wrong or (query.hint if query is not None else "") or self._sifting.fault
        problem = self.query_one("#search-problem", Static)
        problem.update(Content(printable(f"! {said}" if said else "")))
        problem.display = bool(said)

    # -- groups

    def action_triage(self) -> None:
        """Ask what to group by."""

        async def check(line: str) -> str:
            try:
                parse_grouping(line)
            except QueryError as error:
                return str(error)
            return ""

        def group(line: str | None) -> None:
            if line is None:
                return
            self._grouped_by = line
            self._group(parse_grouping(line))

        says = (
            "By what? A JMESPath expression on the decoded body, such as error.code, or one with attribute('NAME'), "
            "group(), source(). Empty groups by the shape of the body; esc in the list ends it."
        )
        self.app.push_screen(AskScreen("Group", says, self._grouped_by, check, hint=BY_SHAPE), group)

    def _group(self, grouping: Grouping | None) -> None:
        self._sifting.group_by(grouping)
        self._changed()

    def action_fold(self) -> None:
        """Hide the messages of the group under the cursor."""
        label = label_under(self.table.cursor_row, self._sifting)
        if label is not None:
            self._fold(label, folded=True)

    def action_unfold(self) -> None:
        """Show the messages of the group under the cursor."""
        label = label_under(self.table.cursor_row, self._sifting)
        if label is not None:
            self._fold(label, folded=False)

    def _fold(self, label: str, *, folded: bool) -> None:
        if self._sifting.fold(label, folded=folded):
            self._show_all()
            self.table.move_to(GroupRow(label, 0, False, 0).key)

    # -- marks

    def action_mark(self) -> None:
        """Mark or unmark the message under the cursor and go on; of a group, all its messages."""
        row = self.table.cursor_row
        if isinstance(row, GroupRow) and self._is_protected():
            return
        if isinstance(row, GroupRow):
            self._mark(members(self._found, row.label, self._sifting))
        else:
            self.table.toggle_mark()
        self._show_filter()

    def action_mark_all(self) -> None:
        """Mark all that are shown, or all of the group under the cursor; when they all are, none of them."""
        if self._is_protected():
            return
        label = label_under(self.table.cursor_row, self._sifting)
        found = self._found
        self._mark(frozenset(row.key for row in found) if label is None else members(found, label, self._sifting))
        self._show_filter()

    def _is_protected(self) -> bool:
        """Tell whether the messages of this queue may only be marked one by one, and say so."""
        protected = self.dashboard.snapshot.context.protects(self._queue.name)
        if protected:
            self.dashboard.say(f"{self._queue.name} is protected: mark its messages one by one", warning=True)
        return protected

    def _mark(self, keys: frozenset[str]) -> None:
        marks = self.table.marks
        self.table.marks = marks - keys if keys <= marks else marks | keys

    # -- copies and files

    def _here(self) -> Message | None:
        return self._message_of(self.table.cursor_row)

    @property
    def _maximum(self) -> int | None:
        return self._sifting.maximum

    def action_copy_body(self) -> None:
        """Copy the body as it came."""
        message = self._here()
        if message is not None:
            self.app.copy_to_clipboard(message.body)
            self.dashboard.say(f"copied the raw body: {words.size(byte_length(message.body))}")

    def action_copy_message(self) -> None:
        """Copy the message as a line of JSON."""
        message = self._here()
        if message is not None:
            self.app.copy_to_clipboard(as_line(message, self._maximum))
            self.dashboard.say(f"copied {message.id} as JSON, with attributes and all that sends it again")

    def action_copy_id(self) -> None:
        """Copy the message's id."""
        message = self._here()
        if message is not None:
            self.app.copy_to_clipboard(message.id)
            self.dashboard.say(f"copied {message.id}")

    def action_save(self) -> None:
        """Ask for a file and save what is marked, or else all that is shown."""
        messages, which = chosen(self._seen, self._found, self.table.marks)
        if not messages:
            self.dashboard.say("there is no message to save", warning=True)
            return
        maximum = self._maximum
        plural = "" if len(messages) == 1 else "s"

        async def save(line: str) -> str:
            try:
                path = await asyncio.to_thread(write, line, messages, maximum)
            except NotSaved as fault:
                return str(fault)
            self.dashboard.say(f"saved {len(messages):,} message{plural} to {told(path)}")
            return ""

        says = f"Save {which}, as lines of JSON from which they can be sent again, to a new file:"
        path = default_path(self._queue.name, self.dashboard.clock.epoch())
        self.app.push_screen(AskScreen(f"Save messages of {self._queue.name}", says, path, save))

    def action_publish_again(self) -> None:
        """Write a message that begins as the one under the cursor."""
        message = self._here()
        if message is not None:
            self.dashboard.open_publish(self._queue, sendable_again(message, self._queue.name))

    # -- what changes the queue

    def _marked(self, verb: str) -> Marked | None:
        """Capture what is marked, or under the cursor, where ``verb`` may be done to it now."""
        here = self._here()
        marks = self.table.marks
        messages = [row.message for row in self._seen if row.key in marks] or ([here] if here is not None else [])
        if not messages:
            self.dashboard.say(f"there is no message under the cursor to {verb}", warning=True)
            return None
        if self.looking.busy:
            self.dashboard.say("a look is under way: wait until it has ended", warning=True)
            return None
        if not self.dashboard.desk.may(verb, self._queue.key):
            return None
        from sqsview.ui.repair.marked import marked_in

        return marked_in(self._queue, messages, self.looking)

    def action_redrive(self) -> None:
        """Move what is marked, or under the cursor, back to where it came from or to another queue."""
        self._send(keep=False)

    def action_copy_to(self) -> None:
        """Copy what is marked, or under the cursor, to another queue."""
        self._send(keep=True)

    def _send(self, *, keep: bool) -> None:
        marked = self._marked("copy" if keep else "move")
        if marked is not None:
            from sqsview.ui.repair.marked import Sending

            Sending(self.dashboard.desk, marked, keep=keep).open()

    def action_delete(self) -> None:
        """Delete what is marked, or under the cursor."""
        marked = self._marked("delete")
        if marked is not None:
            from sqsview.ui.repair.marked import Deleting

            Deleting(self.dashboard.desk, marked).open()

    def action_edit(self) -> None:
        """Edit the body of the message under the cursor, and send it on."""
        here = self._here()
        marked = self._marked("edit") if here is not None else None
        if marked is not None and here is not None:
            from sqsview.ui.screens.edit import EditScreen

            self.app.push_screen(EditScreen(replace(marked, messages=(here,)), self.TAB))
