"""What is wrong with how queues and topics are connected: the worst first, each with why it matters and a fix."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from sqsview.domain.doctor import Finding, examine, in_order
from sqsview.domain.doctor.finding import LISTING, QUEUE, SUBSCRIPTION
from sqsview.domain.snapshot import Connection
from sqsview.domain.topic import Subscription, Topic
from sqsview.domain.topology import Topology
from sqsview.operations.doctor_forms import in_numbers
from sqsview.ui import actions, doctor_rows
from sqsview.ui.actions import View, screen_bindings
from sqsview.ui.arrangement import Arrangement
from sqsview.ui.scene import Scene
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.table_screen import TableScreen, about_page, titled, why_nothing
from sqsview.ui.widgets.lines_view import LinesView

AT_ONCE = 50
"""Things that are examined before the loop gets its turn again: about 5 ms."""
EVERY = 5.0
"""Seconds between two examinations where only counts have changed."""
SOON, SELDOM = 3.0, 20.0
"""How many times as long as an examination takes it rests: where what is set up changed, and where only counts did.

An examination of 7,500 queues and 5,000 subscriptions takes 0.4 s."""


class DoctorScreen(TableScreen[Finding]):
    """The findings, in front of the Fan-out tab."""

    VIEW = View.DOCTOR
    TAB = View.FANOUT
    NOUN = "findings"
    ARRANGEMENT = Arrangement("severity")
    BINDINGS: ClassVar[list[BindingType]] = screen_bindings(View.DOCTOR)

    columns = doctor_rows.COLUMNS
    sort_keys = doctor_rows.SORT_KEYS
    matcher = doctor_rows.MATCHER

    def __init__(self) -> None:
        super().__init__()
        self._found: Sequence[Finding] = ()
        self._structure = -1
        """The structure that was examined last, or is being examined."""
        self._generation = -1
        self._examining = False
        self._examined_at = 0.0
        """Monotonic seconds."""
        self._took = 0.0
        """Seconds that it took last time, with what else was done meanwhile."""
        self._done = False
        """Whether everything was examined once."""

    def compose_below(self) -> Iterable[Widget]:
        """Lay out the words about the finding under the cursor."""
        yield about_page()

    @property
    def title_text(self) -> str:
        """What stands at the left of the filter line."""
        numbers = in_numbers(self._found)
        return f"doctor › {numbers}" if numbers else "doctor"

    def rows(self, scene: Scene) -> Iterable[Finding]:
        """Give what was found, and examine everything again where it has changed since."""
        if not self._examining and self._is_due(scene):
            self._examining = True
            self.run_worker(self._examine(scene), group="doctor", description="doctor")
        return self._found

    def _is_due(self, scene: Scene) -> bool:
        """Tell whether it is time: soon where what is set up has changed, and seldom where that takes long."""
        snapshot, since = scene.snapshot, scene.now - self._examined_at
        if snapshot.structure != self._structure:
            return since >= SOON * self._took
        return snapshot.generation != self._generation and since >= max(EVERY, SELDOM * self._took)

    async def _examine(self, scene: Scene) -> None:
        """Examine everything, a few things at a time."""
        snapshot, found, clock = scene.snapshot, list[Finding](), self.dashboard.clock
        self._structure, self._generation = snapshot.structure, snapshot.generation
        began = clock.monotonic()
        # The scene's own topology has the counts of when the structure last changed.
        topology = Topology.build(
            snapshot.queues, snapshot.topics, complete=snapshot.all_queues, all_subscriptions=snapshot.all_subscriptions
        )
        for place, batch in enumerate(examine(topology, snapshot.context, scene.now)):
            found += batch
            if place % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        self._found, self._done, self._examining = sorted(found, key=in_order), True, False
        self._examined_at = clock.monotonic()
        self._took = self._examined_at - began
        self._show_rows(self.dashboard.scene)
        self.show_about(self.table.cursor_row, self.dashboard.scene)
        self.show_keys()

    def empty(self, scene: Scene) -> str:
        """Say that nothing is wrong, or why that cannot be said."""
        snapshot = scene.snapshot
        if not snapshot.queues and not snapshot.topics:
            return why_nothing(scene, "queues")
        if not self._done or snapshot.health.connection in (Connection.CONNECTING, Connection.LOADING):
            return "examining…"
        things = f"{len(snapshot.queues):,} queues and {len(snapshot.topics):,} topics"
        return f"nothing is wrong with {things}, as far as what is set up shows"

    def watched(self, keys: Sequence[str]) -> Sequence[str]:
        """Keep the things on screen current."""
        wanted = frozenset(keys)
        return list(dict.fromkeys(row.thing_key for row in self.shown if row.key in wanted and row.thing_key))

    def subject(self) -> Subject | None:
        """Give the thing of the finding under the cursor; a listing is none."""
        row = self.table.cursor_row
        return None if row is None or row.kind == LISTING else self.subject_of(row)

    def subject_of(self, row: Finding) -> Subject:
        """Name the thing that a finding is about."""
        snapshot = self.dashboard.snapshot
        queue = snapshot.queues.get(row.thing_key)
        if queue is not None:
            return Subject(queue.key, queue.name, QUEUE, queue.arn, queue.ref.url)
        arn = row.thing_key if row.thing_key.startswith("arn:") and "|" not in row.thing_key else None
        return Subject(row.thing_key, row.thing, row.kind, arn)

    def subject_of_kind(self, kinds: frozenset[str]) -> Subject | None:
        """Give the thing itself, or the topic or the queue that a subscription connects."""
        row = self.table.cursor_row
        if row is None or row.kind != SUBSCRIPTION or not kinds or SUBSCRIPTION in kinds:
            return super().subject_of_kind(kinds)
        found = self._subscription(row.thing_key)
        if found is None:
            return None
        topic, subscription = found
        if "topic" in kinds:
            return Subject(topic.key, topic.name, "topic", topic.arn)
        queue = self.dashboard.scene.topology.queue_by_arn(subscription.ref.endpoint)
        return None if queue is None else Subject(queue.key, queue.name, QUEUE, queue.arn, queue.ref.url)

    def _subscription(self, key: str) -> tuple[Topic, Subscription] | None:
        every = self.dashboard.snapshot.topics.values()
        return next(((topic, each) for topic in every for each in topic.subscriptions if each.key == key), None)

    def open_row(self, row: Finding) -> None:
        """Jump to the queue or topic, or to the way on the map."""
        if row.kind == LISTING:
            self.dashboard.say(row.evidence)
        elif row.kind == SUBSCRIPTION:
            self.dashboard.show_way(row.thing_key)
        else:
            self.dashboard.jump(row.thing_key)

    def show_about(self, row: Finding | None, scene: Scene) -> None:
        """Say why the finding under the cursor matters, and what to do about it."""
        page = self.query_one("#about-page", LinesView)
        page.border_title = "" if row is None else titled(row.thing)
        key = actions.key_name(self.key_of(actions.BY_ID["fix"]))
        page.show(doctor_rows.about_finding(row, key))

    def _usable(self, action: actions.Action) -> bool:
        if action.id == "fix":
            row = self.table.cursor_row
            return row is not None and row.repair is not None and not self.dashboard.snapshot.context.read_only
        return super()._usable(action)

    def action_fix(self) -> None:
        """Mend what was found by one call, after showing it."""
        row = self.table.cursor_row
        if row is None:
            return
        if row.repair is None:
            self.dashboard.say(f"there is no one call for it: {row.fix}", warning=True)
        elif self.dashboard.desk.may("fix", row.repair.thing):
            from sqsview.ui.repair.mending import Fix

            Fix(self.dashboard.desk, row, row.repair).open()
