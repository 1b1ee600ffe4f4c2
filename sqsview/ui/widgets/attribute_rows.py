"""The attributes of a message that is being written, one line each."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from sqsview.domain.message import BINARY, STRING_ARRAY
from sqsview.domain.publishing import Field as MessageField
from sqsview.domain.publishing import FieldFault
from sqsview.domain.publishing.attributes import EMPTY_VALUE
from sqsview.ui.draft import AttributeDraft
from sqsview.ui.widgets.cells import Tone
from sqsview.ui.widgets.fields import CAPTION, Caption, Hint, Note, TextField, TypeField

_HOW = {BINARY: "base64, or 0x…", STRING_ARRAY: '["a", 1]'}
"""How the value of a type is written."""


class AttributeRow(Vertical):
    """Name, type and value, with what is wrong below."""

    DEFAULT_CSS = """
    AttributeRow { height: auto; }
    AttributeRow > Horizontal { height: 1; }
    AttributeRow .name { width: 2fr; margin-right: 1; }
    AttributeRow .type { width: 16; margin-right: 1; }
    AttributeRow .value { width: 3fr; }
    """

    class Left(Message):
        """The keys have left a line that can be judged in whole from now on."""

    def __init__(self, written: AttributeDraft, kinds: Sequence[str], *, awaited: bool = False) -> None:
        """Show an attribute; where its value is ``awaited``, it is no mistake yet that there is none."""
        super().__init__()
        self._awaited = awaited
        self.name_field = TextField(written.name, placeholder="name", classes="name")
        self.type_field = TypeField(written.type, kinds)
        self.value_field = TextField(written.value, placeholder=_how(written.type), classes="value")
        self.note = Note(indent=2)

    def compose(self) -> ComposeResult:
        """Lay out the fields and the note."""
        with Horizontal():
            yield self.name_field
            yield self.type_field
            yield self.value_field
        yield self.note

    @property
    def written(self) -> AttributeDraft:
        """What stands in the fields."""
        return AttributeDraft(self.name_field.value, self.type_field.value, self.value_field.value)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Await no value any more once its field was left, or the whole line."""
        focused = self.screen.focused
        inside = focused is not None and self in focused.ancestors
        if self._awaited and (event.widget is self.value_field or not inside):
            self._awaited = False
            if not self.written.blank:
                self.post_message(self.Left())

    def await_no_value(self) -> None:
        """Take a value that is missing for a mistake from now on."""
        self._awaited = False

    def is_untimely(self, fault: FieldFault) -> bool:
        """Tell whether a fault is only that the value was not written yet."""
        return self._awaited and fault.text.endswith(EMPTY_VALUE)

    def on_input_changed(self) -> None:
        """Say how a value of this type is written."""
        self.value_field.placeholder = _how(self.type_field.value)


class AttributeRows(Vertical):
    """All attributes. The last one that is taken away leaves an empty list."""

    DEFAULT_CSS = """
    AttributeRows { height: auto; }
    AttributeRows > Horizontal { height: 1; }
    """

    def __init__(self, kinds: Sequence[str], *, hint: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._kinds = tuple(kinds)
        self._rows: list[AttributeRow] = []
        self._hint = hint
        self.note = Note(indent=CAPTION)
        """What is wrong with all of them together."""

    def compose(self) -> ComposeResult:
        """Lay out the heading."""
        with Horizontal():
            yield Caption("attributes")
            yield Hint(self._hint)
        yield self.note

    @property
    def rows(self) -> Sequence[AttributeRow]:
        """The lines, in their order."""
        return self._rows

    @property
    def written(self) -> tuple[AttributeDraft, ...]:
        """What stands in all of them."""
        return tuple(row.written for row in self._rows)

    async def load(self, attributes: Sequence[AttributeDraft]) -> None:
        """Show these and no others."""
        for row in self._rows:
            await row.remove()
        self._rows = [AttributeRow(each, self._kinds) for each in attributes]
        await self.mount_all(self._rows)

    async def add(self) -> None:
        """Add an empty line; the keys that follow are typed into its name."""
        row = AttributeRow(AttributeDraft(), self._kinds, awaited=True)
        self._rows.append(row)
        await self.mount(row)
        self.screen.set_focus(row.name_field)

    def await_nothing(self) -> None:
        """Take all for written: a value that is missing is a mistake from now on."""
        for row in self._rows:
            row.await_no_value()

    async def drop_focused(self) -> bool:
        """Take away the line that has the keys; tell whether there was one."""
        focused = self.screen.focused
        row = next((each for each in self._rows if focused is not None and each in focused.ancestors), None)
        if row is None:
            return False
        place = self._rows.index(row)
        self._rows.remove(row)
        near = self._rows[min(place, len(self._rows) - 1)].name_field if self._rows else None
        self.screen.set_focus(near)
        await row.remove()
        return True

    def show(self, faults: Sequence[FieldFault], warnings: Sequence[FieldFault]) -> None:
        """Say what is wrong below the line that it concerns, or below the heading."""
        told = [(each, Tone.BAD) for each in faults] + [(each, Tone.WARN) for each in warnings]
        told = [(each, tone) for each, tone in told if each.field is MessageField.ATTRIBUTES]
        places = [self.row_of(each) for each, _ in told]
        for row in self._rows:
            of_row = [fault for fault, place in zip(told, places, strict=True) if place is row]
            own = [(each.text, tone) for each, tone in of_row if not row.is_untimely(each)]
            hidden = _hidden(row.value_field.value)
            row.note.show(*own, *([(hidden, Tone.QUIET)] if hidden else []))
        self.note.show(*((each.text, tone) for (each, tone), place in zip(told, places, strict=True) if place is None))

    def row_of(self, fault: FieldFault) -> AttributeRow | None:
        """Give the line that a fault concerns; of several with its name the last, which is the one in the message."""
        if fault.row is not None and fault.row < len(self._rows):
            return self._rows[fault.row]
        if fault.attribute is None:
            return None
        of_name = (row for row in reversed(self._rows) if row.name_field.value == fault.attribute)
        return next((row for row in of_name if not row.written.blank), None)


_UNSEEN = {"\n": "line end", "\r": "carriage return", "\t": "tab"}


def _hidden(value: str) -> str:
    """Say what stands in a value that a field of one line does not show."""
    counts = [(value.count(character), name) for character, name in _UNSEEN.items()]
    told = [f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in counts if count]
    return f"holds {' and '.join(told)}, not shown here" if told else ""


def _how(kind: str) -> str:
    return _HOW.get(kind, _HOW.get(kind.partition(".")[0], "value"))
