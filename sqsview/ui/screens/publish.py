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
from sqsview.operations.publish import filled, send
from sqsview.operations.repeat import Progress, Repeat
from sqsview.operations.templates import TemplatesError
from sqsview.ui.actions import View
from sqsview.ui.draft import Draft
from sqsview.ui.drafts import Sending
from sqsview.ui.screens.composing import ComposingScreen
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.writing import Outcome
from sqsview.ui.sending import MOST_UNASKED, SENDING, repeat_lines, sent_lines, under_way
from sqsview.ui.widgets.cells import Cell, Line, Tone

PROGRESS = 0.1
"""Seconds between two looks at a repeat that is under way."""


AGAIN_AFTER = 0.7
"""Seconds without the key after which it sends the same again: a key that is held repeats after 0.25 to 0.66."""
_MOST_BEFORE = 50
"""Messages that are remembered to tell that one is a copy."""


class PublishScreen(ComposingScreen):
    """Writes a message to a queue or topic, and sends it."""

    def __init__(self, target: Subject, tab: View, outgoing: Outgoing | None) -> None:
        """Prepare a message to ``target``: ``outgoing``, else the draft that was left, else the last one sent."""
        super().__init__(target, tab, outgoing)
        self._repeat: Repeat | None = None
        self._returns_to: Widget | None = None
        self._answered: Draft | None = None
        """What was answered a moment ago; the same is not sent again at once."""
        self._again: Timer | None = None

    def _opened(self) -> None:
        """Wait for what is being sent to the same queue or topic from a form that was left."""
        sending = self.dashboard.sending.get(self.form.destination.key)
        if sending is not None:
            self._lock()
            self._tell(SENDING)
            self.run_worker(self._wait_for(sending), description="sending")

    async def _first(self) -> tuple[Draft, str]:
        sending = self.dashboard.sending.get(self.form.destination.key)
        return await super()._first() if sending is None or self._given is not None else (sending.draft, "")

    async def _wait_for(self, sending: Sending) -> None:
        await sending.ended.wait()
        if self._gone:
            return
        if self._given is None:
            self._unsent = not sending.taken
            self._tell(*sending.told, passing=False)
        else:
            self._tell()  # that was another message
        self._unlock()

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
        draft = form.draft
        if self._answered is not None and self._answered.same_as(draft):
            self._rest(draft)
            return
        form.forget_refusal()
        form.attributes.await_nothing()
        verdict = await self._verdict(draft)
        outgoing, judgement, repeat = verdict.outgoing, verdict.judgement, verdict.repeat
        form.show_faults(judgement.faults, judgement.warnings)
        form.show_repeat_fault(repeat if isinstance(repeat, str) else "", filled=verdict.filled)
        if judgement.faults or isinstance(repeat, str):
            form.focus_first(judgement.faults)
            if not judgement.faults:
                form.focus_repeat()
            first = judgement.faults[0].text if judgement.faults else str(repeat)
            self._tell((Cell("✗ not sent: ", Tone.BAD), Cell(first)))
            return
        count, rate = repeat
        traces = draft.trace and form.destination.is_topic
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
        from sqsview.ui.screens.dialogs import AskScreen, ConfirmScreen

        def answered(agreed: bool | str | None) -> None:
            if agreed:
                go()

        name = self._target.name
        if self.dashboard.snapshot.context.protects(name):

            async def attempt(typed: str) -> str:
                return "" if typed.strip() == name else f"type the name, {name}, to go on"

            says = " ".join([*reasons, "Type its name to send."])
            self.app.push_screen(AskScreen(f"Send to {name}", says, "", attempt, hint=name), answered)
            return
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
        sending, message = Sending(self.form.draft), filled(outgoing, app.clock.epoch())
        trace = Trace(gateway, destination, message, judge, queues, app.state.ledger, app.clock)

        def began() -> Callable[[], None] | None:
            if destination.key in app.sending:
                app.say(f"another message is still being sent to {destination.name}", warning=True)
                return None
            self._start(destination, sending)
            return partial(self._end, destination, sending)

        async def sent(told: Sent) -> None:
            await self._sent(outgoing, destination, sending.draft)
            sending.taken, sending.told = True, tuple(sent_lines(told, destination.name))
            self._tell(*sending.told, passing=False)

        refused = partial(self._not_sent, sending=sending)
        self.app.push_screen(TraceScreen(self._target, self.TAB, trace, began=began, sent=sent, refused=refused))

    def _begin(self, outgoing: Outgoing, count: int, rate: float | None) -> None:
        """Lock the form and send; the work goes on where this screen is closed."""
        app, destination = self.dashboard, self.form.destination
        if self._busy or destination.key in app.sending:
            return
        sending = Sending(self.form.draft)
        self._start(destination, sending)
        if count > 1:
            work = self._send_many(outgoing, count, rate, sending)
        else:
            # A task, for whoever leaves cancels all workers, and an answer is worth waiting for.
            work = _shielded(asyncio.create_task(self._send(outgoing, destination, sending)))
        self.app.run_worker(work, name="publish", group="publish", description="sending")

    def _start(self, destination: Destination, sending: Sending) -> None:
        """Note that something is being sent: until it is answered, this form and any other there waits."""
        self.dashboard.sending[destination.key] = sending
        self._lock()
        self._tell(SENDING)

    def _rest(self, draft: Draft) -> None:
        """Do not send the same again while the key that sent it is held down."""
        if self._gone:
            return
        self._answered = draft
        if self._again is not None:
            self._again.stop()
        self._again = self.set_timer(AGAIN_AFTER, self._rested)

    def _rested(self) -> None:
        self._answered = None

    @property
    def resting(self) -> bool:
        """Tell whether the same would not be sent again just now."""
        return self._answered is not None

    def _end(self, destination: Destination, sending: Sending) -> None:
        """Note that what was sent is answered, or never will be."""
        self.dashboard.sending.pop(destination.key, None)
        sending.ended.set()
        self._rest(sending.draft)
        self._unlock()
        if sending.taken and not self._gone:
            self._evaluate()  # what was right to be sent once may not be worth sending again

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

    async def _send(self, outgoing: Outgoing, destination: Destination, sending: Sending) -> None:
        app = self.dashboard

        async def answered() -> None:
            await sending.ended.wait()

        forget = app.feed.before_closing(answered)
        try:
            sent = await send(app.feed.gateway(), destination, filled(outgoing, app.clock.epoch()))
        except (Refused, LostAnswer, GatewayError) as fault:
            self._not_sent(fault, sending)
        else:
            await self._sent(outgoing, destination, sending.draft)
            sending.taken = True
            self._conclude(*sent_lines(sent, destination.name), sending=sending)
        finally:
            forget()
            self._end(destination, sending)

    def _not_sent(self, fault: Refused | LostAnswer | GatewayError, sending: Sending | None = None) -> None:
        """Say why, at the field that it concerns where it concerns one, and keep what was to be sent."""
        if sending is not None:
            self._unsent = True
            self.dashboard.drafts.keep(self._slot, sending.draft)
            self.dashboard.unsent.write_soon()
        if isinstance(fault, LostAnswer):
            self._failed(fault.problem.advice, "? it is not known whether it was sent: ", sending=sending)
            return
        self._failed(fault.problem.advice, sending=sending)
        if isinstance(fault, Refused) and fault.field is not None and not self._gone:
            refused = self.form.refuse(FieldFault(fault.field, fault.problem.text, fault.attribute))
            if self._busy:
                self._returns_to = refused
            else:
                self.set_focus(refused)

    def _failed(self, text: str, before: str = "✗ not sent: ", sending: Sending | None = None) -> None:
        self._conclude((Cell(before, Tone.BAD), Cell(text)), warning=True, sending=sending)

    def _conclude(self, *lines: Line, warning: bool = False, sending: Sending | None = None) -> None:
        """Say what became of it: here, or in passing where this screen is no longer seen."""
        if sending is not None:
            sending.told = lines
        self._tell(*lines, passing=warning)
        if not self.dashboard.leaving and self.app.screen is not self:
            self.dashboard.say("".join(cell.text for cell in lines[0]), warning=warning)

    async def _sent(self, outgoing: Outgoing, destination: Destination, draft: Draft) -> None:
        """Remember what was sent, and have the counts read that it changes."""
        app = self.dashboard
        pace = (draft.times.strip(), draft.rate.strip()) if draft.times.strip() not in ("", "1") else ("", "")
        self._kept, self._unsent = draft, False
        self._before = [*self._before[-_MOST_BEFORE:], outgoing]
        app.drafts.forget(self._slot, draft)
        app.unsent.write_soon()
        try:
            await asyncio.to_thread(app.state.templates.remember, destination.key, outgoing, *pace)
        except TemplatesError as fault:
            app.say(f"the message is sent, but not remembered: {fault}", warning=True)
        app.feed.nudge(self._fed(destination))

    def _fed(self, destination: Destination) -> list[str]:
        """Give the queues whose counts a message changes."""
        if destination.is_queue:
            return [self._target.key]
        topic: Topic | None = self.dashboard.snapshot.topics.get(self._target.key)
        ways = topic.subscriptions if topic is not None else ()
        return [each.ref.endpoint for each in ways if each.ref.protocol == SQS_PROTOCOL]

    async def _send_many(self, outgoing: Outgoing, count: int, rate: float | None, sending: Sending) -> None:
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
                sending.taken = True
                await self._sent(outgoing, destination, sending.draft)
            self._conclude(*repeat_lines(progress), warning=progress.sent < count, sending=sending)
        except (Refused, GatewayError) as fault:
            self._not_sent(fault, sending)
        finally:
            ended.set()
            forget()
            if timer is not None:
                timer.stop()
            self._repeat = None
            self._end(destination, sending)

    def _show_progress(self) -> None:
        if self._repeat is not None and not self._repeat.progress.ended:
            progress: Progress = self._repeat.progress
            self._tell(under_way(progress, "esc"))


async def _shielded(task: asyncio.Task[None]) -> None:
    await asyncio.shield(task)
