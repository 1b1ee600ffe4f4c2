"""Messages that were kept under a name: take one, keep the one that is being written, forget one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from sqsview.domain import words
from sqsview.domain.message import Outgoing
from sqsview.domain.publishing import Destination
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


class TemplatesScreen(ModalScreen[Outgoing | None]):
    """Gives the message that was chosen; None where none was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+t", "cancel", show=False),
        Binding("n", "keep", show=False),
        Binding("D", "delete", show=False),
    ]

    def __init__(self, templates: Templates, destination: Destination, outgoing: Outgoing) -> None:
        """Prepare the list of templates for ``destination``; ``outgoing`` is what can be kept."""
        super().__init__()
        self._templates = templates
        self._destination = destination
        self._outgoing = outgoing
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

    def on_mount(self) -> None:
        """Show what there is."""
        self._show()
        self.set_focus(self.table)

    def _show(self) -> None:
        self.table.empty = "no template yet: n keeps this message under a name"
        self.table.show([TemplateRow(each) for each in self._templates.list(self._destination.kind)], None)
        problem = self._templates.problem
        self._note.show(*([(problem, Tone.WARN)] if problem else []))

    def on_row_table_opened(self, event: RowTable.Opened) -> None:
        """Take the template under the cursor."""
        event.stop()
        try:
            self.dismiss(self._templates.pick(event.key).outgoing)
        except TemplatesError as fault:
            self._note.show((str(fault), Tone.BAD))

    def action_keep(self) -> None:
        """Ask for a name, and keep the message under it."""

        async def attempt(name: str) -> str:
            taken = {row.template.name for row in self._rows()}
            if name.strip() in taken and name.strip() != self._asked:
                self._asked = name.strip()
                return "there is one of this name: enter once more puts this message in its place"
            try:
                self._templates.save(name, self._destination.kind, self._outgoing)
            except TemplatesError as fault:
                return str(fault)
            return ""

        self._asked = ""
        says = f"a name for the message that is being written, of up to {LONGEST_NAME} characters"
        row = self.table.cursor_row
        self.app.push_screen(
            AskScreen("Keep as a template", says, row.key if row else "", attempt, hint="name"), self._kept
        )

    _asked = ""
    """The name for which it was said that it is taken."""

    def _rows(self) -> list[TemplateRow]:
        return [TemplateRow(each) for each in self._templates.list()]

    def _kept(self, name: str | None) -> None:
        self._show()
        if name is not None:
            self._note.show((f"kept as {name.strip()}", Tone.GOOD))

    def action_delete(self) -> None:
        """Ask, and forget the template under the cursor."""
        row = self.table.cursor_row
        if row is None:
            return
        name = row.key

        def answered(agreed: bool | None) -> None:
            if not agreed:
                return
            try:
                self._templates.delete(name)
            except TemplatesError as fault:
                self._note.show((str(fault), Tone.BAD))
            else:
                self._show()

        self.app.push_screen(
            ConfirmScreen(
                f"Delete the template {name}", ["The message is forgotten; nothing brings it back."], "delete"
            ),
            answered,
        )

    def action_cancel(self) -> None:
        """Take none."""
        self.dismiss(None)
