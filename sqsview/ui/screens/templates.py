"""Messages that were kept under a name: take one, keep the one that is being written, forget one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from sqsview.domain import words
from sqsview.domain.message import Outgoing
from sqsview.domain.publishing import Destination, FieldFault
from sqsview.operations.templates import LONGEST_NAME, Template, Templates, TemplatesError
from sqsview.ui.screens.dialogs import AskScreen, ConfirmScreen
from sqsview.ui.widgets.cells import Cell, Column, Tone
from sqsview.ui.widgets.fields import Note
from sqsview.ui.widgets.row_table import RowTable

_PREVIEW = 200
"""Characters of a body that may be seen in the list."""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One template as the table shows it."""

    template: Template

    @property
    def key(self) -> str:
        """The name, which no other template has."""
        return self.template.name


COLUMNS: tuple[Column[TemplateRow, None], ...] = (
    Column("name", "  NAME", 20, cell=lambda row, _: Cell(f"  {row.template.name}"), max_width=40, priority=80),
    Column("body", "BODY", 24, cell=lambda row, _: Cell(row.template.outgoing.body[:_PREVIEW], Tone.QUIET), grow=True),
    Column("size", "SIZE", 9, "right", cell=lambda row, _: Cell(words.size(row.template.outgoing.size)), priority=60),
)


class TemplatesScreen(ModalScreen[Outgoing | FieldFault | None]):
    """Gives the message that was chosen, or why the one that is written cannot be kept; None where neither is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+t", "cancel", show=False),
        Binding("n", "keep", show=False),
        Binding("D", "delete", show=False),
    ]

    def __init__(
        self, templates: Templates, destination: Destination, outgoing: Outgoing, unread: FieldFault | None = None
    ) -> None:
        """Prepare the list of templates for ``destination``.

        Args:
            templates: all there are.
            destination: where the message goes.
            outgoing: what can be kept.
            unread: a field that cannot be read; without it the message is not what is written, and not kept.
        """
        super().__init__()
        self._templates = templates
        self._destination = destination
        self._outgoing = outgoing
        self._unread = unread
        self._all: tuple[Template, ...] = ()
        self._note = Note()

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="templates") as box:
            box.border_title = "templates for queues" if self._destination.is_queue else "templates for topics"
            box.border_subtitle = "enter takes it · n keeps this message · D deletes · esc closes"
            table: RowTable[TemplateRow, None] = RowTable(COLUMNS)
            yield table
            yield self._note

    @property
    def table(self) -> RowTable[TemplateRow, None]:
        """The list."""
        return cast(RowTable[TemplateRow, None], self.query_one(RowTable))

    async def on_mount(self) -> None:
        """Show what there is."""
        self.set_focus(self.table)
        await self._show()

    async def _show(self) -> None:
        self._all = await asyncio.to_thread(self._templates.list)
        self.table.empty = "no template yet: n keeps this message under a name"
        self.table.show([TemplateRow(each) for each in self._all if each.kind is self._destination.kind], None)
        problem = self._templates.problem
        self._note.show(*([(problem, Tone.WARN)] if problem else []))

    def on_row_table_opened(self, event: RowTable.Opened) -> None:
        """Take the template under the cursor."""
        event.stop()
        for template in self._all:
            if template.name == event.key:
                self.dismiss(template.outgoing)
                return

    def action_keep(self) -> None:
        """Ask for a name, and keep the message under it."""
        if self._unread is not None:
            self.dismiss(self._unread)
            return
        says = f"a name for the message that is being written, of up to {LONGEST_NAME} characters"
        row = self.table.cursor_row
        self.app.push_screen(
            AskScreen("Keep as a template", says, row.key if row else "", self._keep, hint="name"), self._kept
        )

    async def _keep(self, name: str) -> str:
        """Keep the message, after a question where that takes the place of another; say what is wrong."""
        kind = self._destination.kind
        try:
            known = await asyncio.to_thread(self._templates.list)
            taken = next((each for each in known if each.name == name.strip()), None)
            if taken is not None and not await self._replaces(taken):
                return "there is one of this name, and it stays"
            await asyncio.to_thread(self._templates.save, name, kind, self._outgoing)
        except TemplatesError as fault:
            return str(fault)
        return ""

    async def _replaces(self, taken: Template) -> bool:
        says = ["The message that is kept under this name is forgotten; nothing brings it back."]
        if taken.kind is not self._destination.kind:
            says.append(f"It is one for {taken.kind}s, which would no longer have it.")
        agreed = await self.app.push_screen_wait(ConfirmScreen(f"Replace the template {taken.name}", says, "replace"))
        return bool(agreed)

    async def _kept(self, name: str | None) -> None:
        await self._show()
        if name is not None:
            self._note.show((f"kept as {name.strip()}", Tone.GOOD))

    def action_delete(self) -> None:
        """Ask, and forget the template under the cursor."""
        row = self.table.cursor_row
        if row is None:
            return
        name = row.key

        async def answered(agreed: bool | None) -> None:
            if not agreed:
                return
            try:
                await asyncio.to_thread(self._templates.delete, name)
            except TemplatesError as fault:
                self._note.show((str(fault), Tone.BAD))
            else:
                await self._show()

        self.app.push_screen(
            ConfirmScreen(
                f"Delete the template {name}", ["The message is forgotten; nothing brings it back."], "delete"
            ),
            answered,
        )

    def action_cancel(self) -> None:
        """Take none."""
        self.dismiss(None)
