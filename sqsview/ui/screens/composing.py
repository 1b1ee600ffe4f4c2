"""What keys do to a message that is written: attributes, form of the body, an editor of one's own, templates."""

from __future__ import annotations

import asyncio
import os

from textual.app import SuspendNotSupported

from sqsview.domain.json_text import JsonState, formatted
from sqsview.domain.message import Outgoing
from sqsview.domain.placeholders import first
from sqsview.domain.publishing import FieldFault
from sqsview.operations.editor import EditorError, handed_over
from sqsview.ui.draft import Draft
from sqsview.ui.foreground import in_foreground
from sqsview.ui.judging import ASIDE, filled_check
from sqsview.ui.screens.writing import WritingScreen
from sqsview.ui.widgets.cells import Cell, Tone


class ComposingScreen(WritingScreen):
    """Changes what stands in the form by more than letters."""

    async def action_attribute(self) -> None:
        """Add an attribute, and let its name be typed."""
        await self._settled()
        if not self._busy:
            await self.form.attributes.add()

    async def action_drop_attribute(self) -> None:
        """Take away the attribute that is being written."""
        await self._settled()
        if self._busy:
            return
        if await self.form.attributes.drop_focused():
            if self.focused is None:
                self.focus_body()
            self._changed()
        else:
            self._warn("go to the attribute that is to go")

    async def action_format(self) -> None:
        """Indent the body."""
        await self._settled()
        if self._busy:
            return
        body = self.form.body.text
        aside = len(body) > ASIDE
        text = await asyncio.to_thread(formatted, body) if aside else formatted(body)
        if text is not None:
            self.form.body.replace(text)
            return
        sent = first(Outgoing(body), self.dashboard.clock.epoch()).body
        check = filled_check(body, sent)
        if check.state is JsonState.OK:
            self._warn("the body is JSON only once its placeholders are filled in, so it stays as it is")
            return
        broken = f": {check.line}" if check.state is JsonState.BROKEN else ""
        self._warn(f"the body is not JSON{broken}")

    async def action_editor(self) -> None:
        """Edit the body in the person's own editor."""
        await self._settled()
        if self._busy:
            return
        self._busy = self._editing = True
        self.show_keys()
        self.run_worker(self._edit(), name="editor", description="editor")

    async def _edit(self) -> None:
        body = self.form.body
        try:
            with handed_over(body.text, os.environ) as handed:
                await in_foreground(self.app, handed.run)
                text = handed.read_back()
            if text != body.text:
                body.replace(text)
        except EditorError as fault:
            self._warn(str(fault))
        except SuspendNotSupported:
            self._warn("an editor needs a terminal of its own, and there is none here")
        finally:
            self._busy = self._editing = False
            if not self._gone:
                self.show_keys()

    async def action_templates(self) -> None:
        """Take a message that was kept, or keep this one."""
        from sqsview.ui.screens.templates import TemplatesScreen

        await self._settled()
        if self._busy:
            return
        destination = self.form.destination
        outgoing, unread = self.form.draft.read(destination)

        async def chosen(taken: Outgoing | FieldFault | None) -> None:
            if isinstance(taken, FieldFault):
                self._refuse_template(taken)
            elif taken is not None:
                self._take(Draft.of(taken))

        templates = self.dashboard.state.templates
        self.app.push_screen(TemplatesScreen(templates, destination, outgoing, unread[0] if unread else None), chosen)

    def _refuse_template(self, fault: FieldFault) -> None:
        """Say why the message could not be kept, at the field that cannot be read."""
        self.form.attributes.await_nothing()
        self._complain()
        self.form.focus_first([fault])
        self._tell((Cell("✗ not kept: ", Tone.BAD), Cell(fault.text)))

    def _take(self, draft: Draft) -> None:
        """Put in a message that was kept; ask first where that would lose what is written."""
        from sqsview.ui.screens.dialogs import ConfirmScreen

        async def answered(agreed: bool | None) -> None:
            if agreed:
                await self.form.load(draft)
                self._kept, self._unsent = draft, False
                self.focus_body()

        if not self._differs() and not self._unsent:
            self.call_later(answered, True)
            return
        says = [f"What is written here for {self._target.name} was not sent, and is kept nowhere else."]
        self.app.push_screen(ConfirmScreen("Put the template in its place", says, "replace it"), answered)
