"""A fan-out as a document: what is wrong with it, or the plan that it comes to, is said as it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from sqsview.domain.fan_out import DescriptionFault, Plan, existing_in, plan, read_description
from sqsview.domain.message import byte_length
from sqsview.operations.fanout_forms import headline, step_lines
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.draft import Draft
from sqsview.ui.scene import Scene
from sqsview.ui.screens.handing import HandingScreen
from sqsview.ui.screens.typed import FIELD_BINDINGS, calls_of, own_actions
from sqsview.ui.widgets.body_editor import BodyEditor
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from sqsview.domain.snapshot import Snapshot

PAUSE = 0.1
"""Seconds without a key after which it is said what it comes to."""
ASIDE = 2_000
"""Characters of a description from which it is planned beside the loop: 20 queues take 10 ms, 200 take 140 ms."""
SLOT = "fan-out"
"""Where what is written and not built is kept."""
OWN = own_actions(View.BUILDER)
"""What this screen binds itself."""

TEMPLATE = """\
# A topic and the queues that it delivers to. What is there is
# reused, and the plan is shown before anything is done.

[topic]
name = ""

[defaults]                 # for every queue below
dead_letter_queue = true   # named NAME-dlq
max_receive_count = 5

[[queues]]
name = ""
filter = { type = ["order", "refund"] }
# scope = "body"           # without it, by attributes
# raw = true               # without the envelope of SNS
# visibility_timeout = 30  # seconds

[[queues]]                 # without a filter: everything
name = ""
"""
_FIRST = (4, 8)
"""Where the first name is typed."""


class BuilderScreen(HandingScreen):
    """The description at the left, and what it comes to at the right."""

    VIEW = View.BUILDER
    TAB = View.FANOUT
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(OWN), *FIELD_BINDINGS]
    CALLS = calls_of(OWN)

    def __init__(self) -> None:
        super().__init__()
        self._pause: Timer | None = None
        self._structure = -1
        """Of the snapshot that the plan was made from."""

    def compose_body(self) -> Iterable[Widget]:
        """Lay out the description, and the plan beside it."""
        editor = BodyEditor(called="description", id="settings-text")
        editor.border_title = "a fan-out, in TOML or JSON"
        planned = LinesView(id="settings-changes")
        planned.border_title = "the plan"
        yield Horizontal(editor, planned, id="settings")

    @property
    def editor(self) -> BodyEditor:
        """The description."""
        return self.query_one(BodyEditor)

    def edited(self) -> BodyEditor:
        """Give the description: there is no other text."""
        return self.editor

    def focus_body(self) -> None:
        """Give the keys to the description."""
        self.set_focus(self.editor.field)

    @on(events.Mount)
    async def _fill(self) -> None:
        """Begin with what was written before and not built, in an earlier run too."""
        left = await self.dashboard.drafts.find(SLOT)
        if left is None:
            self.editor.load(TEMPLATE, _FIRST)
        else:
            self.editor.load(left.body, left.cursor)
            self.dashboard.say("this is how it was left, not yet built")
        self._ready.set()
        self.focus_body()
        self._judge()

    def show_body(self, scene: Scene, *, moved: bool) -> None:
        """Plan anew by what is known by now, where that has changed what there is."""
        if moved and self._ready.is_set() and scene.snapshot.structure != self._structure:
            self._judge()

    @on(BodyEditor.Changed)
    def _changed(self) -> None:
        text = self.editor.text
        if text == TEMPLATE:
            self.dashboard.drafts.forget(SLOT)
        else:
            self.dashboard.drafts.keep(SLOT, Draft(text, self.editor.cursor))
        self.dashboard.unsent.write_soon()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._judge)

    def _judge(self) -> None:
        """Say what the description comes to now."""
        if not self.standing or not self.query("#settings-changes"):
            return
        text, snapshot = self.editor.text, self.dashboard.snapshot
        self._structure = snapshot.structure
        self.editor.head.bytes_sent = byte_length(text)
        self.editor.head.redraw()
        if len(text) > ASIDE:
            self.run_worker(self._judge_aside(text, snapshot), group="plan", exclusive=True, description="plan")
        else:
            self._show(judged(text, snapshot))

    async def _judge_aside(self, text: str, snapshot: Snapshot) -> None:
        lines = await asyncio.to_thread(judged, text, snapshot)
        if self.query("#settings-changes"):
            self._show(lines)

    def _show(self, lines: list[Line]) -> None:
        self.query_one("#settings-changes", LinesView).show(lines)

    async def action_build(self) -> None:
        """Read what there is, show the plan, and build it once that is agreed to."""
        await self._settled()
        self._judge()
        app = self.dashboard
        try:
            description = await asyncio.to_thread(read_description, self.editor.text)
        except DescriptionFault as fault:
            app.say(f"nothing is built: {fault}", warning=True)
            return
        if app.desk.may("a fan-out"):
            from sqsview.ui.repair.building import Building

            work = Building(app.desk, description, self._built)
            self.run_worker(work.open(), group="build", exclusive=True, description="plan")

    def _built(self) -> None:
        """Forget the description: it is so."""
        self.app.call_later(self._forget)

    def _forget(self) -> None:
        self.dashboard.drafts.forget(SLOT)
        self.dashboard.unsent.write_soon()
        if self.is_attached and self.app.screen is self:
            self.app.pop_screen()


def judged(text: str, snapshot: Snapshot) -> list[Line]:
    """Say what is wrong with a description, or what it comes to by what is known."""
    try:
        description = read_description(text)
    except DescriptionFault as fault:
        return [(Cell("✗ ", Tone.BAD), Cell(str(fault)))]
    known = existing_in(snapshot, description)
    if isinstance(known, str):
        return [(Cell("? ", Tone.WARN), Cell(known))]
    return _lines(plan(description, known))


def _lines(found: Plan) -> list[Line]:
    """Give the plan as lines: what stands in the way first, then the calls, then what there is to know."""
    lines: list[Line] = [(Cell("✗ ", Tone.BAD), Cell(each)) for each in found.refusals]
    if not lines:
        lines.append((Cell(headline(found), Tone.STRONG),))
    for step in found.steps:
        lines.append((Cell("→ ", Tone.ACCENT), Cell(step.words)))
        lines += [(Cell(f"    {line}", Tone.WARN if step.loses else Tone.QUIET),) for line in step_lines(step)]
    lines += [(Cell("! ", Tone.WARN), Cell(note)) for note in found.notes]
    return lines
