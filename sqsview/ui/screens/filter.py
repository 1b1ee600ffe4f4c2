"""A message against the filter policy of one subscription, both of which can be edited; the verdict follows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from sqsview.domain.access import Answer
from sqsview.domain.filter_policy import ATTRIBUTES, BODY
from sqsview.domain.filter_policy.limits import MOST_BYTES
from sqsview.domain.filter_trial import NO_POLICY, filter_changes, policy_fault, with_policy
from sqsview.domain.filter_words import filter_in_words
from sqsview.domain.json_text import formatted, json_check
from sqsview.domain.message import byte_length
from sqsview.domain.publishing import Destination, topic_destination
from sqsview.domain.recipients import Recipient, Recipients
from sqsview.domain.topic import Subscription, Topic
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.draft import Draft, kinds_for
from sqsview.ui.judging import ASIDE, Judging, Seen
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.handing import HandingScreen
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.screens.typed import FIELD_BINDINGS, calls_of, own_actions
from sqsview.ui.widgets.attribute_rows import AttributeRow, AttributeRows
from sqsview.ui.widgets.body_editor import BodyEditor
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.fields import Lines, Tick
from sqsview.ui.widgets.recipients_view import MARKS, RecipientsView

FRAME = 1 / 60
"""Seconds between two judgements: no more than are painted."""
PAUSE = 0.25
"""Seconds without a key after which it is said what is wrong with an attribute: half a word is no mistake."""
OWN = own_actions(View.FILTER)
"""What this screen binds itself."""


class FilterScreen(HandingScreen):
    """Message and policy at the left; whether it gets through, and who else gets it, at the right."""

    VIEW = View.FILTER
    TAB = View.FANOUT
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(OWN), *FIELD_BINDINGS]
    CALLS = calls_of(OWN)

    def __init__(self, subject: Subject, tab: View) -> None:
        """Prepare to test the subscription ``subject``."""
        self.TAB = tab
        super().__init__()
        self._subject = subject
        self._before = ("", ATTRIBUTES)
        """Policy and scope as they are set."""
        self._judging = Judging(lambda: self.dashboard.clock.epoch())
        self._asked: tuple[Scene, str, str, Recipients] | None = None
        """The newest recipients, and what they are made of."""
        self._due = False
        self._pause: Timer | None = None
        self._warned = False
        """Whether it was said that leaving loses the policy."""

    # -- what is on screen -----------------------------------------------------------------------------------

    def compose_body(self) -> Iterable[Widget]:
        """Lay out the message above the policy, and the verdict beside them."""
        keys = {name: actions.key_name(self.key_of(actions.BY_ID[name])) for name in ("attribute", "drop-attribute")}
        body = BodyEditor(id="trial-body")
        body.border_title = titled(f"a message to {self._subject.name.partition(' → ')[0]}")
        policy = BodyEditor(called="policy", id="trial-policy")
        policy.head.limit = MOST_BYTES
        policy.border_title = titled(f"filter policy of {self._subject.name}")
        hint = f"{keys['attribute']} adds one · {keys['drop-attribute']} takes one away"
        attributes = AttributeRows(kinds_for(self._destination()), hint=hint, id="trial-attributes")
        recipients = RecipientsView(id="recipients")
        recipients.border_title = "the others of the topic"
        left = Vertical(
            body,
            VerticalScroll(attributes, id="trial-scroll", can_focus=False),
            policy,
            Tick("judge the body instead of the attributes", id="trial-scope"),
            id="trial",
        )
        yield Horizontal(left, Vertical(Lines(id="trial-verdict"), recipients, id="trial-right"), id="trial-all")

    @property
    def body(self) -> BodyEditor:
        """The body of the message."""
        return self.query_one("#trial-body", BodyEditor)

    @property
    def policy(self) -> BodyEditor:
        """The filter policy."""
        return self.query_one("#trial-policy", BodyEditor)

    @property
    def attributes(self) -> AttributeRows:
        """The attributes of the message."""
        return self.query_one(AttributeRows)

    @property
    def scope(self) -> str:
        """What the policy is about: ``MessageBody`` or ``MessageAttributes``."""
        return BODY if self.query_one("#trial-scope", Tick).on else ATTRIBUTES

    @property
    def draft(self) -> Draft:
        """The message as it stands in the fields."""
        return Draft(self.body.text, self.body.cursor, self.attributes.written)

    def subject(self) -> Subject | None:
        """Give the subscription."""
        return self._subject

    def focus_body(self) -> None:
        """Give the keys to the body of the message."""
        self.set_focus(self.body.field)

    @on(events.Mount)
    async def _fill(self) -> None:
        """Begin with what was last published to the topic, and the policy as it is."""
        topic, subscription = self._found()
        if topic is not None:
            last = await asyncio.to_thread(self.dashboard.state.templates.last, topic.arn)
            if last is not None:
                draft = Draft.of(last.outgoing)
                await self.attributes.load(draft.attributes)
                self.body.load(draft.body)
        settings = subscription.settings if subscription is not None else None
        if settings is not None:
            self._before = (settings.filter_policy or "", settings.filter_scope)
        policy, scope = self._before
        self.policy.load(formatted(policy) or policy)
        self.query_one("#trial-scope", Tick).on = scope == BODY
        self._ready.set()
        self._evaluate()

    def resumed(self) -> None:
        """Have the settings that decide kept current."""
        topic, _ = self._found()
        if topic is not None:
            self.dashboard.feed.watch([topic.key, *(each.key for each in topic.subscriptions)])

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Judge anew by what is known by now."""
        if moved and self._ready.is_set():
            self._evaluate()

    def _found(self) -> tuple[Topic | None, Subscription | None]:
        """Give the topic and the subscription as they are known now."""
        for topic in self.dashboard.scene.snapshot.topics.values():
            for subscription in topic.subscriptions:
                if subscription.key == self._subject.key:
                    return topic, subscription
        return None, None

    def _destination(self) -> Destination:
        topic, _ = self._found()
        if topic is None:
            return topic_destination(self._subject.arn or self._subject.key, None)
        return topic_destination(topic.arn, topic.settings)

    # -- what is said while it is typed ----------------------------------------------------------------------

    @on(BodyEditor.Changed)
    @on(Input.Changed)
    @on(Tick.Changed)
    @on(AttributeRow.Left)
    def _changed(self) -> None:
        self._warned = False
        if not self._due and self._ready.is_set():
            self._due = True
            self.set_timer(PAUSE if self.body.held or self.policy.held else FRAME, self._evaluate)

    def _evaluate(self) -> None:
        self._due = False
        if not self.standing or not self.query("#trial-verdict"):
            return
        if self._pause is not None:
            self._pause.stop()
        self._judge_policy()
        draft, recipients = self.draft, self._recipients()
        if recipients is None:
            self._say_gone()
        elif len(draft.body) > ASIDE:
            self.run_worker(self._aside(draft, recipients), exclusive=True, group="judging", description="judging")
        else:
            self._show(self._judging.seen(draft, self._destination(), recipients))
            self._pause = self.set_timer(PAUSE, self._complain)

    async def _aside(self, draft: Draft, recipients: Recipients) -> None:
        seen = await asyncio.to_thread(self._judging.seen, draft, self._destination(), recipients)
        if self.query("#trial-verdict"):
            self._show(seen)

    def _recipients(self) -> Recipients | None:
        """Give who would be asked with the policy as it stands here; made once for each policy."""
        scene, policy, scope = self.dashboard.scene, self.policy.text, self.scope
        asked = self._asked
        if asked is not None and asked[0].topology is scene.topology and asked[1:3] == (policy, scope):
            return asked[3]
        topic, _ = self._found()
        if topic is None:
            return None
        trial = with_policy(topic, self._subject.key, policy, scope)
        made = Recipients(trial, scene.topology, scene.snapshot.context)
        self._asked = scene, policy, scope, made
        return made

    def _judge_policy(self) -> None:
        text, head = self.policy.text, self.policy.head
        head.check = json_check(text) if text.strip() else None
        head.bytes_sent = byte_length(text)
        head.redraw()
        fault = policy_fault(text, self.scope)
        self.policy.note.show(*([(fault, Tone.BAD)] if fault else []))

    def _show(self, seen: Seen) -> None:
        head, destination = self.body.head, self._destination()
        head.check, head.bytes_sent = seen.check, seen.outgoing.size
        head.limit, head.limit_told = destination.limit, destination.limit_told
        head.redraw()
        told = seen.recipients or ()
        own = [each for each in told if each.subscription.key == self._subject.key]
        self.query_one("#trial-verdict", Lines).show(*self._verdict(own[0] if own else None))
        self.query_one(RecipientsView).show_recipients([each for each in told if each not in own])

    def _verdict(self, own: Recipient | None) -> list[Line]:
        if own is None:
            return []
        mark, tone = MARKS[own.answer]
        gets = {Answer.YES: "gets it", Answer.NO: "does not get it", Answer.CANNOT_TELL: "may get it"}[own.answer]
        emphasis = Tone.BAD if own.answer is Answer.NO else tone
        lines: list[Line] = [
            (Cell(f"{mark} ", emphasis), Cell(own.subscription.name, Tone.STRONG), Cell(f" {gets}", emphasis)),
            (Cell(own.reason),),
            (Cell("the policy: ", Tone.QUIET), Cell(filter_in_words(self.policy.text, self.scope), Tone.QUIET)),
        ]
        if self._changes():
            key = actions.key_name(self.key_of(actions.BY_ID["apply"]))
            lines.append((Cell(f"changed here and not set: {key} sets it", Tone.WARN),))
        return lines

    def _say_gone(self) -> None:
        line = (Cell("the subscription is not there any more", Tone.WARN),)
        self.query_one("#trial-verdict", Lines).show(line)

    def _complain(self) -> None:
        """Say at each attribute what is wrong with it."""
        if self.standing and self.query(AttributeRows):
            judgement = self._judging.verdict(self.draft, self._destination(), ()).judgement
            self.attributes.show(judgement.faults, judgement.warnings)

    # -- keys ------------------------------------------------------------------------------------------------

    def edited(self) -> BodyEditor:
        """Give the editor that the keys of the text are for: the policy where it has the focus, else the body."""
        return self.policy if self.focused is self.policy.field else self.body

    async def action_attribute(self) -> None:
        """Add an attribute, and let its name be typed."""
        await self._settled()
        await self.attributes.add()

    async def action_drop_attribute(self) -> None:
        """Take away the attribute that is being written."""
        await self._settled()
        if not await self.attributes.drop_focused():
            self.dashboard.say("go to the attribute that is to go", warning=True)
        elif self.focused is None:
            self.focus_body()
        self._changed()

    def _changes(self) -> bool:
        """Tell whether the policy says something else than the one that is set."""
        policy, scope = self._before
        return (_compact(self.policy.text), self.scope) != (_compact(policy), scope)

    async def action_apply(self) -> None:
        """Set the policy, after showing the difference."""
        from sqsview.ui.repair.changing import Applying
        from sqsview.ui.repair.marked import difference

        await self._settled()
        app, policy, scope = self.dashboard, self.policy.text, self.scope
        topic, subscription = self._found()
        if not self._changes():
            app.say("the policy is as it is set: there is nothing to apply", warning=True)
        elif fault := policy_fault(policy, scope):
            app.say(f"SNS would refuse the policy: {fault}", warning=True)
        elif topic is None or subscription is None:
            app.say("the subscription is not there any more", warning=True)
        elif not subscription.ref.readable:
            app.say("it waits to be confirmed, and has no ARN by which a policy could be set", warning=True)
        elif subscription.settings is None:
            app.say("the policy that is set is not known here: nothing is set over it", warning=True)
        elif app.desk.may("a change", subscription.key):
            now = (subscription.settings.filter_policy or "", subscription.settings.filter_scope)
            before, after = _lines_of(now[0]), _lines_of(policy)
            says = difference(before, after) if before != after else []
            if now[1] != scope:
                says.append(f"scope: {now[1]} → {scope}")
            if now != self._before:
                says.insert(0, "Somebody has changed it since this was opened; the difference is to what is set now:")
            old = _compact(now[0]), now[1]
            changes = filter_changes(subscription.ref.arn, old, (_compact(policy), scope))
            names = [topic.name, subscription.name]
            Applying(
                app.desk, f"the filter of {self._subject.name}", [subscription.key], changes,
                says=says, guarded=names, done=lambda: self._set(policy, scope),
            ).open()  # fmt: skip

    def _set(self, policy: str, scope: str) -> None:
        """Take what was set for what is set."""
        self._before = (policy, scope)
        if self.is_attached:
            self._changed()

    async def action_back(self) -> None:
        """Leave; where that would lose a changed policy, at the second time."""
        await self._settled()
        if self._handed:
            return
        if self._changes() and not self._warned:
            self._warned = True
            self.dashboard.say("the policy is changed and not set: once more to leave it as it was", warning=True)
            return
        await super().action_back()


def _lines_of(policy: str) -> str:
    """Give a policy line by line, so that a difference shows what differs and not all of it."""
    return formatted(policy) or policy


def _compact(policy: str) -> str:
    """Give a policy as it is sent: JSON without the blanks that were only for the eye; none as an empty object."""
    if not policy.strip():
        return NO_POLICY
    try:
        return json.dumps(json.loads(policy), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return policy.strip()
