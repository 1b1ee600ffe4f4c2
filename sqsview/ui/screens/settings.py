"""Attributes, policies and tags of one thing as a document: what would change is said as it is typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from sqsview.domain.creating.edits import Edited, QueueSheet, Sheet, SubscriptionSheet, TopicSheet
from sqsview.domain.creating.place import Place
from sqsview.domain.details import Details
from sqsview.domain.message import byte_length
from sqsview.domain.queue import Queue
from sqsview.domain.topic import Topic
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.handing import HandingScreen
from sqsview.ui.screens.table_screen import titled
from sqsview.ui.screens.typed import FIELD_BINDINGS, calls_of, own_actions
from sqsview.ui.widgets.body_editor import BodyEditor
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from sqsview.domain.snapshot import Snapshot

PAUSE = 0.1
"""Seconds without a key after which it is said what would change."""
OWN = own_actions(View.SETTINGS)
"""What this screen binds itself."""


def sheet_of(subject: Subject, details: Details, snapshot: Snapshot) -> Sheet | str:
    """Give the settings of a thing as they can be edited, or a line that says why they cannot."""
    if not details.attributes:
        why = details.problems[0].line if details.problems else "the server says nothing of it"
        return f"the settings of {subject.name} cannot be read: {why}"
    place = Place(snapshot)
    queue, topic = snapshot.queues.get(subject.key), snapshot.topics.get(subject.key)
    if isinstance(queue, Queue):
        return QueueSheet(queue.ref, details, place)
    if isinstance(topic, Topic):
        return TopicSheet(topic.arn, details)
    for each in snapshot.topics.values():
        for subscription in each.subscriptions:
            if subscription.key == subject.key:
                if not subscription.ref.readable:
                    return "it waits to be confirmed, and has no ARN by which anything could be set"
                return SubscriptionSheet(subscription, each, details, place)
    return f"{subject.name} is not there any more"


class SettingsScreen(HandingScreen):
    """The document at the left; what is wrong with it and which calls it comes to at the right."""

    VIEW = View.SETTINGS
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(OWN), *FIELD_BINDINGS]
    CALLS = calls_of(OWN)

    def __init__(self, subject: Subject, tab: View, sheet: Sheet) -> None:
        """Prepare to edit ``sheet``, the settings of ``subject``."""
        self.TAB = tab
        super().__init__()
        self._subject = subject
        self._sheet = sheet
        self._told: tuple[str, Edited] | None = None
        """What was last judged, and what it comes to."""
        self._pause: Timer | None = None
        self._warned = False
        """Whether it was said that leaving loses what is typed."""

    def compose_body(self) -> Iterable[Widget]:
        """Lay out the document, and what it comes to beside it."""
        editor = BodyEditor(called="settings", id="settings-text")
        editor.border_title = titled(f"{self._subject.kind} {self._subject.name}")
        changes = LinesView(id="settings-changes")
        changes.border_title = "what would change"
        yield Horizontal(editor, changes, id="settings")

    @property
    def editor(self) -> BodyEditor:
        """The document."""
        return self.query_one(BodyEditor)

    def edited(self) -> BodyEditor:
        """Give the document: there is no other text."""
        return self.editor

    def subject(self) -> Subject | None:
        """Give the thing that is changed."""
        return self._subject

    def focus_body(self) -> None:
        """Give the keys to the document."""
        self.set_focus(self.editor.field)

    @on(events.Mount)
    def _fill(self) -> None:
        """Put in the settings as they were read."""
        self.editor.load(self._sheet.text, self._sheet.begins_at)
        self._ready.set()
        self._judge()

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Draw nothing: what is edited does not change by itself."""

    @on(BodyEditor.Changed)
    def _changed(self) -> None:
        self._warned = False
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._judge)

    def _judge(self) -> Edited:
        """Say what the document comes to now."""
        text = self.editor.text
        if self._told is None or self._told[0] != text:
            self._told = text, self._sheet.edited(text)
        edited = self._told[1]
        head = self.editor.head
        head.bytes_sent, head.limit = byte_length(text), 0
        head.redraw()
        self.query_one("#settings-changes", LinesView).show(self._lines(edited))
        return edited

    def _lines(self, edited: Edited) -> list[Line]:
        lines: list[Line] = [(Cell("✗ ", Tone.BAD), Cell(each.line)) for each in edited.faults]
        lines += [(Cell("! ", Tone.WARN), Cell(note)) for note in edited.notes]
        if edited.faults:
            return lines
        if not edited.changes:
            return [*lines, (Cell("nothing is different yet", Tone.QUIET),)]
        count = len(edited.changes)
        lines.append((Cell("1 call" if count == 1 else f"{count} calls", Tone.QUIET),))
        lines += [(Cell("→ ", Tone.ACCENT), Cell(change.words)) for change in edited.changes]
        return lines

    async def action_apply(self) -> None:
        """Set what is different, after showing it."""
        await self._settled()
        app, edited = self.dashboard, self._judge()
        if edited.faults:
            app.say(f"nothing is set: {edited.faults[0].line}", warning=True)
        elif not edited.changes:
            app.say("nothing is different: there is nothing to apply", warning=True)
        elif app.desk.may("a change", self._subject.key):
            self.run_worker(self._ask(edited), group="apply", exclusive=True, description="settings")

    async def _ask(self, edited: Edited) -> None:
        """Show the difference, unless somebody has changed the same meanwhile."""
        from sqsview.ui.repair.changing import Applying
        from sqsview.ui.repair.marked import difference

        app, text = self.dashboard, self.editor.text
        now = await app.feed.details(self._subject.key)
        moved = self._sheet.moved(now, edited)
        if moved:
            what = ", ".join(moved)
            app.say(f"somebody has changed {what} since this was opened: leave it, and open it again", warning=True)
            return
        if not self.is_attached or self.app.screen is not self:
            return
        says = [*difference(_plain(self._sheet.text), _plain(text)), *edited.notes]
        names = self._subject.name.split(" → ")
        Applying(
            app.desk, self._subject.name, [self._subject.key], edited.changes,
            says=says, guarded=names, done=self._leave,
        ).open()  # fmt: skip

    def _leave(self) -> None:
        """Go back once all is set."""
        if self.is_attached and self.app.screen is self:
            self.app.pop_screen()

    async def action_back(self) -> None:
        """Leave; where that would lose what is typed, at the second time."""
        await self._settled()
        if self._handed:
            return
        if self.editor.text != self._sheet.text and not self._warned:
            self._warned = True
            self.dashboard.say("what is changed here is not set: once more to leave all as it was", warning=True)
            return
        await super().action_back()


def _plain(text: str) -> str:
    """Give a document without its comments, which are no difference worth reading."""
    return "\n".join(line for line in map(str.rstrip, text.split("\n")) if line and not line.startswith("#"))
