"""A described fan-out: read what there is, show the plan, build it, and offer to take back what was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqsview.domain.arn import name_of
from sqsview.domain.fan_out import Description, Plan, plan
from sqsview.errors import GatewayError
from sqsview.operations.fanout import Build
from sqsview.operations.fanout_forms import outcome_lines, plan_lines
from sqsview.operations.fanout_reading import read_existing
from sqsview.operations.fanout_work import FanOutWork, TakingBack
from sqsview.operations.running import Operation
from sqsview.ui.repair.desk import NAME, Desk, wrong_name
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

if TYPE_CHECKING:
    from sqsview.gateway import Gateway

TRACE = "trace"
"""The field for whether the delivery is to be proven."""
_YES = frozenset({"yes", "y"})
_NO = frozenset({"", "no", "n"})
_MOST_TOLD = 30
"""Lines of what became of the calls in a dialog; all of them are in the activity."""


class Building:
    """Builds one description, from the plan to the end."""

    def __init__(self, desk: Desk, description: Description, built: Callable[[], None]) -> None:
        """Prepare it; ``built`` is called once all is as described."""
        self._desk = desk
        self._description = description
        self._built = built
        self._plan: Plan | None = None
        self._guarded = ""

    async def open(self) -> None:
        """Read what there is, and open the dialog with the plan, or say why there is none."""
        app, gateway = self._desk.app, self._desk.gateway()
        if gateway is None:
            return
        screen = app.screen
        found = await self._planned(gateway)
        if found is None or app.screen is not screen or app.leaving:
            return
        if found.refusals:
            more = f" (and {len(found.refusals) - 1} more)" if len(found.refusals) > 1 else ""
            app.say(f"it cannot be built: {found.refusals[0]}{more}", warning=True)
            return
        if not found.steps:
            app.say(plan_lines(found, calls=False)[0])
            self._built()
            return
        self._plan = found
        topic = self._description.topic.name
        self._guarded = self._why_typed(found)
        asked = [Asked(TRACE, "trace", hint="no · yes: publish a message for each filter, and look for it")]
        if self._guarded:
            asked.append(Asked(NAME, "name", hint=f"type {topic}"))
        self._desk.ask(f"Build {topic}", asked, self._judge, "build", self._begin, grave=bool(found.losing))

    async def _planned(self, gateway: Gateway) -> Plan | None:
        try:
            return plan(self._description, await read_existing(gateway, self._description))
        except GatewayError as fault:
            self._desk.app.say(f"what there is cannot be read: {fault.problem.line}", warning=True)
            return None

    def _why_typed(self, found: Plan) -> str:
        """Say why the topic's name has to be typed; empty where it has not."""
        if found.losing:
            return found.losing[0].loses
        protected = self._desk.protects(names_in(found, self._description))
        return f"{protected} is protected" if protected else ""

    async def _judge(self, values: Values) -> Outlook:
        assert self._plan is not None  # the dialog is opened with one
        lines = [*plan_lines(self._plan, calls=False), *(f"note: {note}" for note in self._plan.notes)]
        answer = values[TRACE].strip().lower()
        if answer not in _YES | _NO:
            return Outlook(lines, "trace: type yes, or nothing")
        if answer in _YES:
            lines.append("then messages that match the filters are published, and looked for; they stay in the queues")
        if self._guarded and (wrong := wrong_name(values, self._description.topic.name)):
            return Outlook(lines, f"{self._guarded}: {wrong}")
        return Outlook(lines)

    def _begin(self, values: Values) -> None:
        self._desk.app.run_worker(self._start(values[TRACE].strip().lower() in _YES), description="fan-out")

    async def _start(self, trace: bool) -> None:
        """Plan once more, for things may have changed while the plan was read, and begin if it is the same."""
        desk, before = self._desk, self._plan
        assert before is not None
        things = frozenset((before.topic_arn, *(step.call.thing for step in before.steps)))
        with desk.claimed(things) as free:
            gateway = desk.gateway()
            if not free or gateway is None:
                return
            now = await self._planned(gateway)
            if now is None:
                return
            if now != before:
                desk.app.say("what there is has changed since the plan was made: look at it again", warning=True)
                return
            self._carry_out(gateway, now, things, trace=trace)

    def _carry_out(self, gateway: Gateway, found: Plan, things: frozenset[str], *, trace: bool) -> None:
        desk = self._desk
        build = Build(gateway, found, desk.app.state.audit, desk.app.clock)
        ledger, clock = desk.app.state.ledger, desk.app.clock
        work = FanOutWork(gateway, self._description, build, ledger, clock, trace=trace)
        topic = self._description.topic.name
        desk.begin("fan-out", topic, things, work, lambda: work.told, lambda operation: self._over(operation, build))

    def _over(self, operation: Operation, build: Build) -> None:
        """Look at what there is by now, and where it stopped half-way, offer to take back what was made."""
        app, progress = self._desk.app, build.progress
        app.feed.refresh()
        if progress.complete:
            self._built()
        elif progress.made and not app.leaving:
            self._offer(build)

    def _offer(self, build: Build) -> None:
        lines = outcome_lines(build.progress)
        told = [*lines[:_MOST_TOLD], *([f"… and {len(lines) - _MOST_TOLD:,} more"] if len(lines) > _MOST_TOLD else [])]
        why = build.progress.problem or "it was stopped"
        says = [
            f"{why}. To go on from there, cancel this and build it again: what exists is reused. To take back is to "
            "delete what this run made, the newest first.",
            *told,
        ]

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._take_back(build)

        topic = self._description.topic.name
        dialog = ConfirmScreen(f"{topic} is built in part", says, "take back", by_letter=False)
        self._desk.app.push_screen(dialog, answered)

    def _take_back(self, build: Build) -> None:
        desk, work = self._desk, TakingBack(build)
        things = frozenset(each.made for each in build.progress.made if each.made is not None)
        if desk.is_free(*things):
            refresh = desk.app.feed.refresh
            topic = self._description.topic.name
            desk.begin("take back", topic, things, work, lambda: work.told, lambda operation: refresh())


def names_in(found: Plan, description: Description) -> list[str]:
    """Give the names of all that a plan changes."""
    names = [description.topic.name]
    for step in found.steps:
        names += [name_of(step.call.thing), name_of(getattr(step.call, "queue_arn", ""))]
    return [name for name in dict.fromkeys(names) if name]
