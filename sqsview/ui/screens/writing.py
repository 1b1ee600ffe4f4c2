"""A message is written, and judged while it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from sqsview.domain.message import Outgoing
from sqsview.domain.publishing import (
    Destination,
    destination_of,
    queue_destination,
    topic_destination,
)
from sqsview.domain.queue import QueueRef
from sqsview.domain.recipients import Recipients
from sqsview.domain.topology import Topology
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.draft import Draft
from sqsview.ui.drafts import slot_of
from sqsview.ui.judging import ASIDE, Judging, Seen, Verdict
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.publish_form import PublishForm
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.screens.typed import FIELD_BINDINGS, TypedScreen, calls_of, own_actions
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.fields import Lines
from sqsview.ui.widgets.recipients_view import RecipientsView, counted

FRAME = 1 / 60
"""Seconds between two judgements of who will get it: no more than are painted."""
PAUSE = 0.25
"""Seconds without a key after which it is said what is wrong: half a word is no mistake."""
OWN = own_actions(View.PUBLISH)
"""What this screen binds itself."""
_OF_THIS = frozenset(action for action in actions.for_view(View.PUBLISH) if View.MESSAGES not in action.views)
"""What does not work while something is being sent."""


class Outcome(Lines, can_focus=True):
    """What became of the message. While one is being sent it has the focus, so that keys go nowhere."""


class WritingScreen(TypedScreen):
    """The form at the left; for a topic, who will get it at the right."""

    VIEW = View.PUBLISH
    TAB = View.QUEUES
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(OWN), *FIELD_BINDINGS]
    CALLS = calls_of(OWN)

    def __init__(self, target: Subject, tab: View, outgoing: Outgoing | None) -> None:
        """Prepare a message to ``target``: ``outgoing``, else the draft that was left, else the last one sent."""
        self.TAB = tab
        super().__init__()
        self._target = target
        self._given = outgoing
        self._slot = slot_of(target.arn or target.key, outgoing)
        """Where what is written is kept."""
        self._kept = Draft()
        """The draft as it was opened, sent or taken from a template: what differs from it would be lost."""
        self._unsent = False
        """Whether that one is a draft itself, which nothing else has."""
        self._before: list[Outgoing] = [outgoing] if outgoing is not None else []
        """What was sent here before, with its placeholders."""
        self._judging = Judging(lambda: self.dashboard.clock.epoch())
        self._judged: Draft | None = None
        self._let_go: Callable[[], object] = lambda: None
        """Has the drafts no longer ask what is written here."""
        self._topology: Topology | None = None
        self._recipients: Recipients | None = None
        self._due = False
        self._pause: Timer | None = None
        self._left = False
        """Whether this screen was left."""
        self._passing = True
        """Whether what is told of the outcome goes away with the next change."""
        self._busy = False
        """Whether something is being sent, or edited elsewhere: nothing can be written meanwhile."""
        self._editing = False
        """Whether the body is in the person's own editor."""

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
    def _gone(self) -> bool:
        """Tell whether nothing can be shown here any more; the fields are gone a while before the screen is told."""
        return self._left or not self.query(Outcome)

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
        self._take_topology(self.dashboard.scene)
        draft, told = await self._first()
        await self.form.load(draft)
        self._kept = draft
        self._let_go = self.dashboard.drafts.before_writing(self.keep)
        if told:
            self._tell((Cell(told, Tone.QUIET),), passing=False)
        if len(draft.body) <= ASIDE:
            self._show_seen(self._judging.seen(draft, self.form.destination, self._recipients))
        self._opened()
        self._ready.set()
        self._evaluate()

    def _opened(self) -> None:
        """Do what else is due once the fields are filled."""

    async def _first(self) -> tuple[Draft, str]:
        """Give what the form begins with, and a word about where that is from."""
        app, key = self.dashboard, self.form.destination.key
        left = await app.drafts.find(self._slot)
        if left is not None:
            self._unsent = True
            return left, "the draft that was left here" if self._given is None else "as it was left, not yet sent"
        if self._given is not None:
            return Draft.of(self._given), "the message as it was seen; it is sent as a new one"
        last = await asyncio.to_thread(app.state.templates.last, key)
        if last is None:
            return Draft(), ""
        self._before.append(last.outgoing)
        often = f", {last.times} times" if last.times else ""
        return Draft.of(last.outgoing, last.times, last.rate), f"the last one that was sent here{often}"

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

    # -- keys ------------------------------------------------------------------------------------------------

    def on_paste(self, event: events.Paste) -> None:
        """Say why what is pasted went nowhere."""
        event.stop()
        self._refuse_typing()

    def _refuse_typing(self) -> None:
        body = self.form.body
        if body.held and self.focused is body.field:
            self._warn("this body is only shown here: ctrl+o edits it")

    async def action_back(self) -> None:
        """Leave, and keep what was written."""
        await self._settled()
        if self._editing:
            return
        self.keep()
        if self._busy:
            self.dashboard.say(f"still being sent to {self._target.name}; how it ends is told here")
        elif self._differs():
            self.dashboard.say(f"kept as a draft for {self._target.name}")
        self._left = True
        await super().action_back()

    def on_unmount(self) -> None:
        """Note that nothing can be shown here any more."""
        self._left = True
        self._let_go()

    def _differs(self) -> bool:
        """Tell whether what is written is another than the form began with."""
        return not self.form.draft.same_as(self._kept)

    def keep(self) -> None:
        """Keep what is written for the next time, where it would have been lost otherwise."""
        if self._busy or self._gone or not self._ready.is_set():
            return
        app, draft = self.dashboard, self.form.draft
        if self._unsent or not draft.same_as(self._kept):
            app.drafts.keep(self._slot, draft)
        else:
            app.drafts.forget(self._slot)
        app.unsent.write_soon()

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

    @property
    def judged(self) -> bool:
        """Tell whether what is said of the message is said of what stands there now."""
        return self._judged == self.form.draft

    def _evaluate(self) -> None:
        """Say who will get what is written now; what is wrong with it is said a moment later."""
        self._due = False
        if not self.standing:
            return
        self.keep()
        if self._pause is not None:
            self._pause.stop()
        draft = self.form.draft
        if len(draft.body) > ASIDE:
            self.run_worker(self._evaluate_aside(draft), exclusive=True, group="judging", description="judging")
            return
        self._show_seen(self._judging.seen(draft, self.form.destination, self._recipients))
        self._pause = self.set_timer(PAUSE, self._complain)

    async def _evaluate_aside(self, draft: Draft) -> None:
        destination = self.form.destination
        self._show_seen(await asyncio.to_thread(self._judging.seen, draft, destination, self._recipients))
        self._show_verdict(draft, await self._verdict(draft))

    def _show_seen(self, seen: Seen) -> None:
        if self._gone:
            return
        self.form.show_state(seen.outgoing, seen.check)
        if seen.recipients is not None:
            self.query_one(RecipientsView).show_recipients(seen.recipients)
            # Where there is no room for the pane, its count stands below the form.
            self.form.border_subtitle = titled("" if not self.has_class("-tiny") else counted(seen.recipients))

    def _complain(self) -> None:
        """Say at each field what is wrong with it."""
        if self.standing:
            draft = self.form.draft
            self._show_verdict(draft, self._judging.verdict(draft, self.form.destination, self._before))

    def _show_verdict(self, draft: Draft, verdict: Verdict) -> None:
        if self._gone:
            return
        # Nothing has been written yet where all is empty: that is no mistake.
        faults = verdict.judgement.faults if draft != Draft() else ()
        self.form.show_faults(faults, verdict.judgement.warnings)
        repeat, self._judged = verdict.repeat, draft
        self.form.show_repeat_fault(repeat if isinstance(repeat, str) else "", filled=verdict.filled)

    async def _verdict(self, draft: Draft) -> Verdict:
        """Judge a message, a large one in a thread."""
        asked = draft, self.form.destination, tuple(self._before)
        if len(draft.body) > ASIDE:
            return await asyncio.to_thread(self._judging.verdict, *asked)
        return self._judging.verdict(*asked)

    def _warn(self, text: str) -> None:
        """Say why a key did nothing, until something is changed."""
        self._tell((Cell("✗ ", Tone.BAD), Cell(text)))

    def _tell(self, *lines: Line, passing: bool = True) -> None:
        """Say what became of it; what is ``passing`` is only true until something is changed."""
        self._passing = passing
        if not self._gone:
            self.query_one(Outcome).show(*lines)
