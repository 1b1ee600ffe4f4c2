"""A message is written, and judged while it is typed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from sqsview.domain.json_text import JsonState, formatted, json_check
from sqsview.domain.message import Outgoing
from sqsview.domain.publishing import (
    Destination,
    Judgement,
    destination_of,
    judged,
    queue_destination,
    topic_destination,
)
from sqsview.domain.queue import QueueRef
from sqsview.domain.recipients import Recipients
from sqsview.domain.topology import Topology
from sqsview.operations.editor import EditorError, handed_over
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.draft import Draft
from sqsview.ui.foreground import in_foreground
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import DashboardScreen, Subject
from sqsview.ui.screens.publish_form import PublishForm
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.sending import repeat_of
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.command_bar import CommandField
from sqsview.ui.widgets.fields import Lines, TextField
from sqsview.ui.widgets.recipients_view import RecipientsView, counted

FRAME = 1 / 60
"""Seconds between two judgements of who will get it: no more than are painted."""
PAUSE = 0.25
"""Seconds without a key after which it is said what is wrong: half a word is no mistake."""
OWN = tuple(
    replace(action, first=True)
    for action in actions.for_view(View.PUBLISH)
    if not action.of_app and action.group is not actions.Group.MOVE and action.id != "command"
)
"""What this screen binds itself. It comes before the fields, and in the order in which keys were pressed."""
_OF_THIS = frozenset(action for action in actions.for_view(View.PUBLISH) if View.MESSAGES not in action.views)
"""What does not work while something is being sent."""
_CHARACTERS = frozenset({"question_mark", "slash", "colon", "asterisk", "space"})
"""Keys with a name that are text."""
_CALLS = frozenset((*(action.call for action in OWN), "next_field", "previous_field"))


class Outcome(Lines, can_focus=True):
    """What became of the message. While one is being sent it has the focus, so that keys go nowhere."""

    def on_key(self, event: events.Key) -> None:
        """Let no letter be a key: it was meant for a field."""
        if event.is_printable:
            event.stop()
            event.prevent_default()


class WritingScreen(DashboardScreen):
    """The form at the left; for a topic, who will get it at the right."""

    VIEW = View.PUBLISH
    TAB = View.QUEUES
    BINDINGS: ClassVar[list[BindingType]] = [
        *actions.bindings(OWN),
        *actions.bindings([actions.BY_ID["command"]]),
        Binding("tab", "next_field", show=False, priority=True),
        Binding("shift+tab", "previous_field", show=False, priority=True),
        Binding("enter", "end_field", show=False, priority=True),
    ]

    def __init__(self, target: Subject, tab: View, outgoing: Outgoing | None) -> None:
        """Prepare a message to ``target``: ``outgoing``, else the draft that was left, else the last one sent."""
        self.TAB = tab
        super().__init__()
        self._target = target
        self._given = outgoing
        self._kept: Draft | None = None
        """The draft as it was opened, sent or put away: what differs from it would be lost."""
        self._topology: Topology | None = None
        self._recipients: Recipients | None = None
        self._ready = asyncio.Event()
        """Set once the fields are filled."""
        self._due = False
        self._pause: Timer | None = None
        self._gone = False
        """Whether this screen was left."""
        self._passing = True
        """Whether what is told of the outcome goes away with the next change."""
        self._busy = False
        """Whether something is being sent: nothing can be written meanwhile."""

    # -- what is on screen -----------------------------------------------------------------------------------

    def compose_body(self) -> Iterable[Widget]:
        """Lay out the form, who will get it, and what became of it."""
        keymap = self.dashboard.keymap
        hints = {
            "attribute": actions.key_name(keymap.get("attribute", actions.BY_ID["attribute"].keys)),
            "drop": actions.key_name(keymap.get("drop-attribute", actions.BY_ID["drop-attribute"].keys)),
        }
        form = PublishForm(self.destination(), hints, id="form")
        verb = "Publish" if form.destination.is_topic else "Send"
        form.border_title = titled(f"{verb} to {self._target.name}")
        beside: list[Widget] = [form]
        if form.destination.is_topic:
            recipients = RecipientsView(id="recipients")
            recipients.border_title = "who will get it"
            beside.append(recipients)
        yield Horizontal(*beside, id="publish")
        yield Outcome(id="outcome")

    @property
    def form(self) -> PublishForm:
        """The fields."""
        return self.query_one(PublishForm)

    def destination(self) -> Destination:
        """Give where the message goes, with what is known of it now."""
        snapshot = self.dashboard.scene.snapshot
        thing = snapshot.queues.get(self._target.key) or snapshot.topics.get(self._target.key)
        if thing is not None:
            return destination_of(thing)
        arn = self._target.arn or self._target.key
        if self._target.kind == "topic":
            return topic_destination(arn, None)
        return queue_destination(QueueRef(arn, self._target.url or "", self._target.name), None)

    @on(events.Mount)
    async def _put_in(self) -> None:
        """Put in what was written before; who opens this screen waits for it, so that keys find the fields."""
        draft, told = self._first()
        self._take_topology(self.dashboard.scene)
        await self.form.load(draft)
        self._kept = draft
        if told:
            self._tell((Cell(told, Tone.QUIET),), passing=False)
        self._ready.set()
        self._evaluate()

    def _first(self) -> tuple[Draft, str]:
        """Give what the form begins with, and a word about where that is from."""
        key = self.form.destination.key
        if self._given is not None:
            return Draft.of(self._given), "the message as it was seen; it is sent as a new one"
        if key in self.dashboard.drafts:
            return self.dashboard.drafts[key], "the draft that was left here"
        last = self.dashboard.state.templates.last(key)
        return (Draft(), "") if last is None else (Draft.of(last), "the last one that was sent here")

    def focus_body(self) -> None:
        """Give the keys to the body."""
        self.set_focus(self.form.body.field)

    def resumed(self) -> None:
        """Have the settings that decide kept current."""
        topic = self.dashboard.scene.snapshot.topics.get(self._target.key)
        ways = [each.key for each in topic.subscriptions] if topic is not None else []
        self.dashboard.feed.watch([self._target.key, *ways])

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Take in what is known by now of the queue or topic, and of whom it feeds."""
        if moved and scene.topology is not self._topology:
            self._take_topology(scene)
            self._evaluate()

    def _take_topology(self, scene: Scene) -> None:
        self._topology = scene.topology
        form = self.form
        form.destination = self.destination()
        topic = scene.snapshot.topics.get(self._target.key)
        self._recipients = None
        if topic is not None:
            self._recipients = Recipients(topic, scene.topology, scene.snapshot.context)
            form.set_protocols(each.ref.protocol for each in topic.subscriptions)

    def subject(self) -> Subject | None:
        """Give where the message goes."""
        return self._target

    def _usable(self, action: actions.Action) -> bool:
        return not (self._busy and action in _OF_THIS) and super()._usable(action)

    def key_of(self, action: actions.Action) -> str:
        """Give the key of an action that works while text is typed, where it has one."""
        keys = self.dashboard.keymap.get(action.id, action.keys).split(",")
        return next((key for key in keys if len(key) > 1 and key not in _CHARACTERS), keys[0])

    # -- keys ------------------------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Tell whether letters go into a field; while something is being sent they go nowhere."""
        return self._busy or isinstance(self.focused, Input | TextArea)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the keys of this screen through, but for those that are typed into the command line."""
        if action == "end_field":
            return isinstance(self.focused, TextField)
        if action in _CALLS:
            return not isinstance(self.focused, CommandField)
        return super().check_action(action, parameters)

    async def _settled(self) -> None:
        """Wait until the keys that were pressed before this one are typed."""
        await self._ready.wait()
        focused = self.focused
        if focused is not None and focused.is_attached:
            typed = asyncio.Event()
            if focused.call_later(typed.set):
                await typed.wait()

    async def action_next_field(self) -> None:
        """Go to the next field."""
        await self._settled()
        self.focus_next()

    async def action_end_field(self) -> None:
        """Go to the next field from one of a single line."""
        await self.action_next_field()

    async def action_previous_field(self) -> None:
        """Go to the field before."""
        await self._settled()
        self.focus_previous()

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
        text = formatted(self.form.body.text)
        if text is not None:
            self.form.body.replace(text)
            return
        check = json_check(self.form.body.text)
        broken = f": {check.line}" if check.state is JsonState.BROKEN else ""
        self._warn(f"the body is not JSON{broken}")

    async def action_editor(self) -> None:
        """Edit the body in the person's own editor."""
        await self._settled()
        if self._busy:
            return
        body = self.form.body
        try:
            with handed_over(body.text, os.environ) as handed:
                await in_foreground(self.app, handed.run)
                text = handed.read_back()
        except EditorError as fault:
            self._warn(str(fault))
        except SuspendNotSupported:
            self._warn("an editor needs a terminal of its own, and there is none here")
        else:
            if text != body.text:
                body.replace(text)

    async def action_templates(self) -> None:
        """Take a message that was kept, or keep this one."""
        from sqsview.ui.screens.templates import TemplatesScreen

        await self._settled()
        if self._busy:
            return
        destination = self.form.destination
        outgoing, _ = self.form.draft.read(destination)

        async def chosen(taken: Outgoing | None) -> None:
            if taken is not None:
                await self.form.load(Draft.of(taken))
                self.focus_body()

        self.app.push_screen(TemplatesScreen(self.dashboard.state.templates, destination, outgoing), chosen)

    async def action_back(self) -> None:
        """Leave, and keep what was written."""
        await self._settled()
        draft = self._keep()
        if draft is not None:
            self.dashboard.say(f"kept as a draft for {self._target.name}")
        self._gone = True
        await super().action_back()

    def on_unmount(self) -> None:
        """Note that nothing can be shown here any more."""
        self._gone = True

    def _keep(self) -> Draft | None:
        """Keep what is written for the next time; give it where it would have been lost otherwise."""
        draft = self.form.draft
        if replace(draft, cursor=(0, 0)) == replace(self._kept or Draft(), cursor=(0, 0)):
            return None
        self.dashboard.drafts[self.form.destination.key] = draft
        return draft

    # -- what is said while it is typed ----------------------------------------------------------------------

    def on_publish_form_changed(self, event: PublishForm.Changed) -> None:
        """Judge it anew."""
        event.stop()
        self._changed()

    def _changed(self) -> None:
        self.form.forget_refusal()
        if self._passing and not self._busy:
            self._tell()
        if not self._due:
            self._due = True
            # A body that is too large for the editor also takes longer than a frame to be judged.
            self.set_timer(PAUSE if self.form.body.held else FRAME, self._evaluate)

    def _evaluate(self) -> None:
        """Say who will get what is written now; what is wrong with it is said a moment later."""
        self._due = False
        if not self.standing:
            return
        self._keep()
        outgoing, _ = self.form.draft.read(self.form.destination)
        self.form.show_state(outgoing)
        if self._recipients is not None:
            found = self._recipients.judge(outgoing)
            self.query_one(RecipientsView).show_recipients(found)
            # Where there is no room for the pane, its count stands below the form.
            self.form.border_subtitle = titled("" if not self.has_class("-tiny") else counted(found))
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._complain)

    def _complain(self) -> None:
        """Say at each field what is wrong with it."""
        if not self.standing:
            return
        draft = self.form.draft
        _, judgement, repeat = self._judged(draft)
        # Nothing has been written yet where all is empty: that is no mistake.
        faults = judgement.faults if draft != Draft() else ()
        self.form.show_faults(faults, judgement.warnings)
        self.form.show_repeat_fault(repeat if isinstance(repeat, str) else "")

    def _judged(self, draft: Draft) -> tuple[Outgoing, Judgement, tuple[int, float | None] | str]:
        destination = self.form.destination
        outgoing, unread = draft.read(destination)
        repeat = repeat_of(draft)
        count = repeat[0] if isinstance(repeat, tuple) else 1
        judgement = judged(outgoing, destination, repeats=count if count > 1 else None)
        return outgoing, Judgement((*unread, *judgement.faults), judgement.warnings), repeat

    def _warn(self, text: str) -> None:
        """Say why a key did nothing, until something is changed."""
        self._tell((Cell("✗ ", Tone.BAD), Cell(text)))

    def _tell(self, *lines: Line, passing: bool = True) -> None:
        """Say what became of it; what is ``passing`` is only true until something is changed."""
        self._passing = passing
        if not self._gone:
            self.query_one(Outcome).show(*lines)
