"""The form in which a message is written: which fields there are depends on where it goes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from sqsview.domain.json_text import JsonCheck
from sqsview.domain.message import Outgoing
from sqsview.domain.publishing import Destination, FieldFault
from sqsview.domain.publishing import Field as MessageField
from sqsview.ui.draft import Draft, kinds_for, takes_delay
from sqsview.ui.widgets.attribute_rows import AttributeRow, AttributeRows
from sqsview.ui.widgets.body_editor import BodyEditor, hidden_controls
from sqsview.ui.widgets.cells import Tone
from sqsview.ui.widgets.fields import Field, Hint, Note, TextField, Tick

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDERS = "{{n}} {{uuid}} {{now}} are filled in"
"""The one line that explains what can stand in a message; it is there once the message has one, or is repeated."""


class PublishForm(VerticalScroll, can_focus=False):
    """All fields of a message for one destination."""

    class Changed(Message):
        """Something in the fields is another than before."""

    def __init__(self, destination: Destination, hints: Mapping[str, str], *, id: str | None = None) -> None:
        """Make the fields that ``destination`` has; ``hints`` gives the key of each action that is named."""
        super().__init__(id=id)
        self.destination = destination
        self.body = BodyEditor(id="body")
        self.body.head.limit, self.body.head.limit_told = destination.limit, destination.limit_told
        self.attributes = AttributeRows(
            kinds_for(destination),
            hint=f"{hints['attribute']} adds one · {hints['drop']} takes one away",
            id="attributes",
        )
        self._subject = TextField(id="subject", placeholder="optional; for e-mail")
        self._group = TextField(
            id="group", placeholder="" if destination.fifo else "optional: the unit of fairness between tenants"
        )
        self._deduplication = TextField(id="deduplication", placeholder=_deduplication_hint(destination))
        self._delay = TextField(id="delay", placeholder="seconds; empty: the queue's own")
        self._structure = Tick("a body for each protocol", id="structure")
        self._times = TextField(id="times", placeholder="1")
        self._rate = TextField(id="rate", placeholder="full speed")
        self._trace = Tick("ask where it arrives, and after how long", id="trace")
        self._fields = {
            MessageField.SUBJECT: Field("subject", self._subject),
            MessageField.GROUP: Field("group", self._group),
            MessageField.DEDUPLICATION: Field("deduplication", self._deduplication),
            MessageField.DELAY: Field("delay", self._delay),
            MessageField.STRUCTURE: Field("structure", self._structure),
        }
        self._repeat = Field("repeat", self._times, Hint("times at", width=10), self._rate, Hint("messages a second"))
        self._placeholders = Note(indent=15)
        self._trace_field = Field("trace", self._trace)
        self._trace_header: str | None = None
        self._server: FieldFault | None = None
        """What the server refused, until something is changed."""

    def compose(self) -> ComposeResult:
        """Lay out the body first: it is what most messages are."""
        yield self.body
        yield self.attributes
        with Vertical(id="few"):
            yield from self._wanted()
            yield self._repeat
            yield self._placeholders
            if self.destination.is_topic:
                yield self._trace_field

    def _wanted(self) -> Iterator[Widget]:
        destination = self.destination
        if destination.is_topic:
            yield self._fields[MessageField.SUBJECT]
        if destination.is_queue or destination.fifo:
            yield self._fields[MessageField.GROUP]
        if destination.fifo:
            yield self._fields[MessageField.DEDUPLICATION]
        if takes_delay(destination):
            yield self._fields[MessageField.DELAY]
        if destination.is_topic:
            yield self._fields[MessageField.STRUCTURE]

    # -- what stands in the fields ---------------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """What stands in the fields now."""
        return Draft(
            self.body.text,
            self.body.cursor,
            self.attributes.written,
            self._subject.value,
            self._group.value,
            self._deduplication.value,
            self._delay.value,
            self._structure.on,
            self._times.value,
            self._rate.value,
            self._trace.on,
            self._trace_header,
        )

    async def load(self, draft: Draft) -> None:
        """Put a draft into the fields."""
        with self.prevent(Input.Changed):
            self._subject.value = draft.subject
            self._group.value = draft.group
            self._deduplication.value = draft.deduplication
            self._delay.value = draft.delay
            self._times.value = draft.times
            self._rate.value = draft.rate
        self._structure.on = draft.structure
        self._trace.on = draft.trace
        self._trace_header = draft.trace_header
        await self.attributes.load(draft.attributes)
        self.body.load(draft.body, draft.cursor)
        self.post_message(self.Changed())

    # -- what is said about them -----------------------------------------------------------------------------

    def show_state(self, outgoing: Outgoing, check: JsonCheck | None) -> None:
        """Say what the body is, and how large the message."""
        head = self.body.head
        head.check = check
        head.bytes_sent, head.limit = outgoing.size, self.destination.limit
        head.limit_told = self.destination.limit_told
        head.redraw()

    def show_faults(self, faults: Sequence[FieldFault], warnings: Sequence[FieldFault] = ()) -> None:
        """Say at each field what is wrong with it, and what is worth knowing."""
        if self._server is not None:
            faults = [*faults, self._server]
        body = list(_told(MessageField.BODY, faults, warnings))
        hidden = 0 if self.body.held else hidden_controls(self.body.text)
        if hidden and not body:
            body.append((f"holds {hidden} control characters, which are not shown here", Tone.WARN))
        self.body.note.show(*body)
        self.attributes.show(faults, warnings)
        for field, widget in self._fields.items():
            widget.note.show(*_told(field, faults, warnings))

    def show_repeat_fault(self, text: str, *, filled: bool) -> None:
        """Say what is wrong with how often, or how fast; ``filled`` tells of placeholders."""
        self._repeat.note.show(*([(text, Tone.BAD)] if text else []))
        self._placeholders.show(*([(PLACEHOLDERS, Tone.QUIET)] if filled else []))

    def refuse(self, fault: FieldFault) -> Widget:
        """Say what the server refused, at its field, until something is changed; give what takes the keys there."""
        self._server = fault
        self.show_faults((), ())
        return self._widget_of(fault)

    def forget_refusal(self) -> None:
        """What the server refused is no longer what stands there."""
        self._server = None

    def focus_first(self, faults: Iterable[FieldFault]) -> None:
        """Give the keys to the field of the first fault."""
        for fault in faults:
            self.screen.set_focus(self._widget_of(fault))
            return

    def focus_repeat(self) -> None:
        """Give the keys to how often it is sent."""
        self.screen.set_focus(self._times)

    def _widget_of(self, fault: FieldFault) -> Widget:
        if fault.field is MessageField.ATTRIBUTES:
            rows = self.attributes.rows
            found = self.attributes.row_of(fault) or (rows[0] if rows else None)
            return self.body.field if found is None else found.name_field if not fault.attribute else found.value_field
        return {
            MessageField.SUBJECT: self._subject,
            MessageField.GROUP: self._group,
            MessageField.DEDUPLICATION: self._deduplication,
            MessageField.DELAY: self._delay,
            MessageField.STRUCTURE: self._structure,
        }.get(fault.field, self.body.field)

    def on_attribute_row_left(self, event: AttributeRow.Left) -> None:
        """Tell that there may be more to say of an attribute."""
        event.stop()
        self.post_message(self.Changed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell that something is another than before."""
        event.stop()
        self.post_message(self.Changed())

    def on_body_editor_changed(self, event: BodyEditor.Changed) -> None:
        """Tell that something is another than before."""
        event.stop()
        self.post_message(self.Changed())

    def on_tick_changed(self, event: Tick.Changed) -> None:
        """Turn the body into one for each protocol, or back into one."""
        event.stop()
        if event.tick is self._structure:
            text = self.body.text
            self.body.replace(structured(text, self._protocols) if event.on else unstructured(text))
        self.post_message(self.Changed())

    _protocols: Sequence[str] = ()

    def set_protocols(self, protocols: Iterable[str]) -> None:
        """Say by which protocols the topic delivers."""
        self._protocols = tuple(dict.fromkeys(protocols))


def structured(body: str, protocols: Iterable[str]) -> str:
    """Make a body for each protocol of one: ``default`` and every protocol of the topic get it as it stands."""
    if _by_protocol(body) is not None:
        return body
    return json.dumps(dict.fromkeys(("default", *protocols), body), ensure_ascii=False, indent=2)


def unstructured(body: str) -> str:
    """Give back the one body that ``default`` holds, where all are the same; else leave everything as it is."""
    found = _by_protocol(body)
    return found["default"] if found is not None and len(set(found.values())) == 1 else body


def _by_protocol(body: str) -> dict[str, str] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and "default" in found and all(isinstance(value, str) for value in found.values()):
        return found
    return None


def _told(
    field: MessageField, faults: Iterable[FieldFault], warnings: Iterable[FieldFault]
) -> Iterator[tuple[str, Tone]]:
    yield from ((each.text, Tone.BAD) for each in faults if each.field is field)
    yield from ((each.text, Tone.WARN) for each in warnings if each.field is field)


def _deduplication_hint(destination: Destination) -> str:
    if destination.content_based_deduplication:
        return "empty: made from the body"
    return "needed; {{uuid}} makes one"
