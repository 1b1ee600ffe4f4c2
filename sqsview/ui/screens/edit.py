"""The body of one message, edited before it is sent on."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.app import SuspendNotSupported
from textual.binding import BindingType
from textual.widget import Widget

from sqsview.domain.json_text import formatted, json_check
from sqsview.domain.message import attributes_size, byte_length
from sqsview.domain.publishing.destination import MIB
from sqsview.operations.editor import EditorError, handed_over
from sqsview.operations.move import MoveProgress
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.draft import Draft
from sqsview.ui.drafts import slot_of_edit
from sqsview.ui.foreground import in_foreground
from sqsview.ui.repair.marked import Marked, Sending
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.widgets.body_editor import BodyEditor


class EditScreen(DashboardScreen):
    """One body in an editor; the message stays where it is until its edited copy is confirmed."""

    VIEW = View.EDIT
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.EDIT)

    def __init__(self, marked: Marked, tab: View) -> None:
        """Edit the only message of ``marked``."""
        super().__init__()
        self.TAB = tab
        self._marked = marked
        (self._message,) = marked.messages
        self._slot = slot_of_edit(marked.queue.arn, self._message.id)
        self._busy = False

    def compose_body(self) -> Iterable[Widget]:
        """Lay out the editor alone."""
        yield BodyEditor(id="edit-body")

    @on(events.Mount)
    async def _put_in(self) -> None:
        """Begin with what was typed before and not sent, in an earlier run too, or else with the body as it is."""
        editor = self.editor
        editor.border_title = titled(f"edit {self._message.id} of {self._marked.queue.name}, and send it on")
        left = await self.dashboard.drafts.find(self._slot)
        editor.load(self._message.body if left is None else left.body)
        if left is not None:
            self.dashboard.say("this is how it was left, not yet sent on")
        self.focus_body()

    @property
    def editor(self) -> BodyEditor:
        """The editor."""
        return self.query_one(BodyEditor)

    @property
    def typing(self) -> bool:
        """Tell that letters are text here."""
        return True

    def focus_body(self) -> None:
        """Give the keys to the editor."""
        self.set_focus(self.editor.field)

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Draw nothing: what is edited does not change by itself."""

    def on_body_editor_changed(self, event: BodyEditor.Changed) -> None:
        """Keep what is typed, and say what it is and how large."""
        event.stop()
        editor, text = self.editor, self.editor.text
        if text == self._message.body:
            self.dashboard.drafts.forget(self._slot)
        else:
            self.dashboard.drafts.keep(self._slot, Draft(text))
        self.dashboard.unsent.write_soon()
        editor.head.check = json_check(text)
        editor.head.bytes_sent = byte_length(text) + attributes_size(self._message.attributes)
        editor.head.limit = MIB
        editor.head.limit_told = False
        editor.head.refresh()

    def action_send(self) -> None:
        """Ask where to, with the difference, and send it on."""
        text = self.editor.text
        if not text:
            self.dashboard.say("an empty body cannot be sent", warning=True)
            return
        desk = self.dashboard.desk
        if desk.is_free(self._marked.queue.arn):
            sending = Sending(desk, self._marked, edits={self._message.id: text}, ended=self._ended)
            sending.open()

    def _ended(self, progress: MoveProgress) -> None:
        """Go back to the messages once the copy is confirmed; where it is not, what was typed stays in sight."""
        if progress.doubtful:
            self.dashboard.say("it may be sent: look there before you send it again; the edit is kept", warning=True)
            return
        if progress.failed or not progress.moved:
            self.dashboard.say("not sent on: what was typed is kept, here and for the next time", warning=True)
            return
        self.dashboard.drafts.forget(self._slot)
        self.dashboard.unsent.write_soon()
        if self.is_attached and self.app.screen is self:
            self.app.pop_screen()

    def action_format(self) -> None:
        """Indent the body."""
        text = formatted(self.editor.text)
        if text is None:
            self.dashboard.say("the body is not JSON", warning=True)
        else:
            self.editor.replace(text)

    def action_editor(self) -> None:
        """Edit the body in the person's own editor; the messages below stay held meanwhile."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._edit(), name="editor", description="editor")

    async def _edit(self) -> None:
        try:
            with handed_over(self.editor.text, os.environ) as handed:
                await in_foreground(self.app, handed.run)
                text = handed.read_back()
            if text != self.editor.text:
                self.editor.replace(text)
        except EditorError as fault:
            self.dashboard.say(str(fault), warning=True)
        except SuspendNotSupported:
            self.dashboard.say("an editor needs a terminal of its own, and there is none here", warning=True)
        finally:
            self._busy = False
