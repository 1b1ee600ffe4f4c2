"""A message is sent: once, many times, or to be followed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from textual.timer import Timer
from textual.widget import Widget

from sqsview.domain.message import Outgoing, Sent
from sqsview.domain.publishing import (
    Destination,
    FieldFault,
)
from sqsview.domain.topic import Topic
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.errors import GatewayError, LostAnswer, Refused
from sqsview.operations.publish import send
from sqsview.operations.repeat import Progress, Repeat
from sqsview.operations.templates import TemplatesError
from sqsview.ui.actions import View
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.writing import Outcome, WritingScreen
from sqsview.ui.sending import MOST_UNASKED, SENDING, repeat_lines, sent_lines, under_way
from sqsview.ui.widgets.cells import Cell, Line, Tone

PROGRESS = 0.1
"""Seconds between two looks at a repeat that is under way."""


class PublishScreen(WritingScreen):
    """Writes a message to a queue or topic, and sends it."""

    def __init__(self, target: Subject, tab: View, outgoing: Outgoing | None) -> None:
        """Prepare a message to ``target``: ``outgoing``, else the draft that was left, else the last one sent."""
        super().__init__(target, tab, outgoing)
        self._repeat: Repeat | None = None
        self._returns_to: Widget | None = None

    async def action_back(self) -> None:
        """End what is being repeated; else leave, and keep what was written."""
        if self._repeat is None:
            await super().action_back()
            return
        self._repeat.stop()
        self._show_progress()

    async def action_send(self) -> None:
        """Send what is written, once everything about it is right."""
        await self._settled()
        if self._busy:
            return
        form = self.form
        form.forget_refusal()
        outgoing, judgement, repeat = self._judged(form.draft)
        form.show_faults(judgement.faults, judgement.warnings)
        form.show_repeat_fault(repeat if isinstance(repeat, str) else "")
        if judgement.faults or isinstance(repeat, str):
            form.focus_first(judgement.faults)
            if not judgement.faults:
                form.focus_repeat()
            first = judgement.faults[0].text if judgement.faults else str(repeat)
            self._tell((Cell("✗ not sent: ", Tone.BAD), Cell(first)))
            return
        count, rate = repeat
        traces = form.draft.trace and form.destination.is_topic
        go = partial(self._trace, outgoing) if traces else partial(self._begin, outgoing, count, rate)
        reasons = self._reasons_to_ask(count, rate)
        if reasons:
            self._ask(reasons, count, go)
        else:
            go()

    def _reasons_to_ask(self, count: int, rate: float | None) -> list[str]:
        reasons = []
        if count > MOST_UNASKED:
            pace = "as fast as it goes" if rate is None else f"{rate:g} a second"
            reasons.append(f"{count:,} messages would be sent to {self._target.name}, {pace}.")
        if self.dashboard.snapshot.context.protects(self._target.name):
            reasons.append(f"{self._target.name} is protected: what is sent cannot be taken back.")
        return reasons

    def _ask(self, reasons: list[str], count: int, go: Callable[[], None]) -> None:
        from sqsview.ui.screens.dialogs import ConfirmScreen

        def answered(agreed: bool | None) -> None:
            if agreed:
                go()

        what = "the message" if count == 1 else f"{count:,} messages"
        self.app.push_screen(ConfirmScreen(f"Send to {self._target.name}", reasons, f"send {what}"), answered)

    def _trace(self, outgoing: Outgoing) -> None:
        """Open the screen that follows the message; it asks before anything is sent."""
        from sqsview.operations.trace import Trace
        from sqsview.ui.screens.trace import TraceScreen

        app, destination = self.dashboard, self.form.destination
        try:
            gateway = app.feed.gateway()
        except GatewayError as fault:
            self._failed(fault.problem.advice)
            return
        queues = {arn: queue.ref for queue in app.snapshot.queues.values() for arn in (queue.key, queue.arn)}
        judge = self._recipients.judge if self._recipients is not None else lambda _: ()
        trace = Trace(gateway, destination, outgoing, judge, queues, app.state.ledger, app.clock)

        async def sent(told: Sent) -> None:
            await self._sent(outgoing, destination)
            self._tell(*sent_lines(told, destination.name), passing=False)

        self.app.push_screen(TraceScreen(self._target, self.TAB, trace, sent=sent, refused=self._not_sent))

    def _begin(self, outgoing: Outgoing, count: int, rate: float | None) -> None:
        """Lock the form and send; the work goes on where this screen is closed."""
        if self._busy:
            return
        self._lock()
        self._tell(SENDING)
        work = self._send(outgoing) if count == 1 else self._send_many(outgoing, count, rate)
        self.app.run_worker(work, name="publish", group="publish", description="sending")

    def _lock(self) -> None:
        self._busy = True
        self._returns_to = self.focused
        self.query_one(Outcome).display = True
        self.set_focus(self.query_one(Outcome))
        self.form.disabled = True
        self.show_keys()

    def _unlock(self) -> None:
        self._busy = False
        if self._gone:
            return
        self.form.disabled = False
        self.show_keys()
        came_from = self._returns_to
        if self.focused is None or self.focused is self.query_one(Outcome):
            self.set_focus(came_from if came_from is not None and came_from.is_attached else self.form.body.field)

    async def _send(self, outgoing: Outgoing) -> None:
        destination = self.form.destination
        try:
            sent = await send(self.dashboard.feed.gateway(), destination, outgoing)
        except (Refused, LostAnswer, GatewayError) as fault:
            self._not_sent(fault)
        else:
            await self._sent(outgoing, destination)
            self._conclude(*sent_lines(sent, destination.name))
        finally:
            self._unlock()

    def _not_sent(self, fault: Refused | LostAnswer | GatewayError) -> None:
        """Say why, at the field that it concerns where it concerns one."""
        if isinstance(fault, LostAnswer):
            self._failed(fault.problem.advice, "? it is not known whether it was sent: ")
            return
        self._failed(fault.problem.advice)
        if isinstance(fault, Refused) and fault.field is not None and not self._gone:
            self.form.refuse(FieldFault(fault.field, fault.problem.text, fault.attribute))

    def _failed(self, text: str, before: str = "✗ not sent: ") -> None:
        self._conclude((Cell(before, Tone.BAD), Cell(text)), warning=True)

    def _conclude(self, *lines: Line, warning: bool = False) -> None:
        """Say what became of it: here, or in passing where this screen is no longer seen."""
        self._tell(*lines, passing=warning)
        if self.app.screen is not self:
            self.dashboard.say("".join(cell.text for cell in lines[0]), warning=warning)

    async def _sent(self, outgoing: Outgoing, destination: Destination) -> None:
        """Remember what was sent, and have the counts read that it changes."""
        app = self.dashboard
        try:
            await asyncio.to_thread(app.state.templates.remember, destination.key, outgoing)
        except TemplatesError as fault:
            app.say(f"the message is sent, but not remembered: {fault}", warning=True)
        if not self._gone:
            self._kept = self.form.draft
        app.drafts.pop(destination.key, None)
        app.feed.nudge(self._fed(destination))

    def _fed(self, destination: Destination) -> list[str]:
        """Give the queues whose counts a message changes."""
        if destination.is_queue:
            return [self._target.key]
        topic: Topic | None = self.dashboard.snapshot.topics.get(self._target.key)
        ways = topic.subscriptions if topic is not None else ()
        return [each.ref.endpoint for each in ways if each.ref.protocol == SQS_PROTOCOL]

    async def _send_many(self, outgoing: Outgoing, count: int, rate: float | None) -> None:
        destination = self.form.destination
        timer: Timer | None = None
        ended = asyncio.Event()
        forget: Callable[[], object] = lambda: None  # noqa: E731 - nothing to forget yet
        try:
            repeat = Repeat(
                self.dashboard.feed.gateway(), destination, outgoing, count, rate=rate, clock=self.dashboard.clock
            )
            self._repeat = repeat

            async def end() -> None:
                repeat.stop()
                await ended.wait()

            forget = self.dashboard.feed.before_closing(end)
            timer = self.set_interval(PROGRESS, self._show_progress)
            progress = await repeat.run()
            if progress.sent:
                await self._sent(outgoing, destination)
            self._conclude(*repeat_lines(progress), warning=progress.sent < count)
        except (Refused, GatewayError) as fault:
            self._not_sent(fault)
        finally:
            ended.set()
            forget()
            if timer is not None:
                timer.stop()
            self._repeat = None
            self._unlock()

    def _show_progress(self) -> None:
        if self._repeat is not None and not self._repeat.progress.ended:
            progress: Progress = self._repeat.progress
            self._tell(under_way(progress, "esc"))
