"""Carry out the plan of a fan-out, call by call, and take back what was made where it stops half-way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from sqsview.clock import Clock
from sqsview.domain.admission import AdmissionFault, admitting_policy
from sqsview.domain.arn import name_of
from sqsview.domain.fan_out import Plan, Step
from sqsview.domain.fan_out.calls import (
    AcceptDeadLetters,
    AdmitTopic,
    Call,
    CreateQueue,
    CreateTopic,
    SetQueueAttributes,
    SetSubscriptionAttribute,
    SetTopicAttribute,
    Subscribe,
    TagQueue,
    TagTopic,
    used_queues,
)
from sqsview.domain.fan_out.queue_steps import accepting_policy
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.errors import GatewayError, JournalError, RefusedReadOnly, Rejected
from sqsview.gateway import Gateway
from sqsview.operations.audit import Act, AuditLog, Deed, Outcome, context_with_account
from sqsview.operations.cancellation import see_through
from sqsview.operations.publish import may_have_been_taken

USABLE_AFTER = 1.0
"""Seconds after which a new queue can be used (SQS API reference, CreateQueue)."""

_DEEDS: dict[type[Call], Deed] = {
    CreateTopic: Deed.CREATE_TOPIC,
    CreateQueue: Deed.CREATE_QUEUE,
    Subscribe: Deed.SUBSCRIBE,
    TagQueue: Deed.TAG,
    TagTopic: Deed.TAG,
}
"""What the audit log calls a step; whatever is not here sets attributes."""


class StepState(StrEnum):
    """What became of one step."""

    WAITING = "not begun"
    DONE = "done"
    FAILED = "failed"
    """It was refused: nothing was done."""
    UNKNOWN = "not known"
    """It was asked for, and the answer is lost."""
    TAKEN_BACK = "taken back"
    KEPT = "kept"
    """It was to be taken back, and is still there; the reason says why."""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step, and what became of it."""

    step: Step
    state: StepState = StepState.WAITING
    made: str | None = None
    """The ARN of what was made by this very run; None where nothing was, or it is not known."""
    reason: str = ""
    """Why it failed, is not known or is kept. Untrusted text."""


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far it is."""

    steps: tuple[StepProgress, ...]
    stopped: bool = False
    """Whether somebody stopped it before its end."""
    ended: bool = False
    notes: tuple[str, ...] = ()
    """What else a person has to know, such as that the audit log could not be written at the end."""

    def count(self, *states: StepState) -> int:
        """Count the steps in these states."""
        return sum(each.state in states for each in self.steps)

    @property
    def done(self) -> int:
        """Steps that are done."""
        return self.count(StepState.DONE)

    @property
    def complete(self) -> bool:
        """Tell whether all is done."""
        return self.done == len(self.steps)

    @property
    def problem(self) -> str:
        """Why it stopped by itself; empty where it did not."""
        return next((each.reason for each in self.steps if each.state in (StepState.FAILED, StepState.UNKNOWN)), "")

    @property
    def made(self) -> tuple[StepProgress, ...]:
        """What this run made and did not take back, in the order in which it was made."""
        return tuple(each for each in self.steps if each.made is not None and each.state is not StepState.TAKEN_BACK)


def _nothing() -> None:
    pass


class Build:
    """One plan that is carried out; running another one later goes on where this one stopped."""

    def __init__(
        self, gateway: Gateway, plan: Plan, audit: AuditLog, clock: Clock, *, on_change: Callable[[], None] = _nothing
    ) -> None:
        """Prepare it; nothing is called before `run`."""
        self.plan = plan
        self.progress = BuildProgress(tuple(StepProgress(step) for step in plan.steps))
        self._gateway = gateway
        self._audit = audit
        self._clock = clock
        self._on_change = on_change
        self._refs: dict[str, QueueRef] = {}
        """By ARN."""
        self._made_at: dict[str, float] = {}
        """Monotonic seconds at which a queue was made, by ARN."""
        self._stopping = False
        self._keeping = False

    def stop(self) -> None:
        """Begin no further step; `run` then returns."""
        self._stopping = True

    def stop_taking_back(self) -> None:
        """Delete nothing more; `take_back` then returns."""
        self._keeping = True

    async def run(self) -> BuildProgress:
        """Carry out the steps, in order, until one fails; what was begun is seen through although it is cancelled.

        Raises:
            Rejected: the plan says why it cannot be built; nothing was done.
            RefusedReadOnly: nothing was done.
        """
        if self.plan.refusals:
            raise Rejected(Problem(ProblemKind.FAILED, self.plan.refusals[0]))
        if self._gateway.context.read_only and self.plan.steps:
            raise RefusedReadOnly("fanout")
        return await see_through(asyncio.ensure_future(self._run()), self.stop)

    async def take_back(self) -> BuildProgress:
        """Delete what this run made, the newest first; what was there before stays, as do queues that are not empty.

        What was changed in things that were there before is not changed back.
        """
        self._keeping = False
        return await see_through(asyncio.ensure_future(self._take_back()), self.stop_taking_back)

    async def _run(self) -> BuildProgress:
        for place, each in enumerate(self.progress.steps):
            if self._stopping:
                break
            await self._usable(each.step.call)
            after = await self._step(each)
            self._set(place, after)
            if after.state is not StepState.DONE:
                break
        stopped = self._stopping and not self.progress.complete
        self.progress = replace(self.progress, stopped=stopped, ended=True)
        self._on_change()
        return self.progress

    async def _usable(self, call: Call) -> None:
        """Wait until the queues that a call needs, and that were just made, can be used; AWS asks for it."""
        if self._gateway.context.endpoint is not None:
            return
        made = [self._made_at[arn] for arn in used_queues(call) if arn in self._made_at]
        wait = max(made, default=0.0) + USABLE_AFTER - self._clock.monotonic() if made else 0.0
        if wait > 0:
            await self._clock.sleep(wait)

    async def _step(self, each: StepProgress) -> StepProgress:
        call = each.step.call
        context = await context_with_account(self._gateway)
        destination = call.queue_arn if isinstance(call, Subscribe) else None
        deed = _DEEDS.get(type(call), Deed.SET_ATTRIBUTES)
        act = Act(self._audit, self._clock, context, deed, call.thing, destination)
        try:
            await act.begin(detail=_detail(call))
            made = await self._call(call)
        except JournalError as fault:
            return replace(each, state=StepState.FAILED, reason=str(fault))
        except AdmissionFault as fault:
            self._note(await act.end(Outcome.REFUSED, detail=str(fault)))
            return replace(each, state=StepState.FAILED, reason=str(fault))
        except GatewayError as fault:
            unknown = may_have_been_taken(fault)
            outcome = Outcome.UNKNOWN if unknown else Outcome.REFUSED
            self._note(await act.end(outcome, detail=fault.problem.text))
            state = StepState.UNKNOWN if unknown else StepState.FAILED
            return replace(each, state=state, reason=fault.problem.advice)
        self._note(await act.end(Outcome.DONE))
        return replace(each, state=StepState.DONE, made=made)

    async def _call(self, call: Call) -> str | None:
        """Make one call, and give the ARN of what was made.

        Raises:
            GatewayError: it failed.
            AdmissionFault: what stands there by now does not let it be done.
        """
        gateway = self._gateway
        match call:
            case CreateTopic(arn=arn, attributes=attributes, tags=tags):
                made = await gateway.create_topic(name_of(arn), attributes, tags)
                self._expect(arn, made)
                return made
            case CreateQueue(arn=arn, attributes=attributes, tags=tags):
                ref = await gateway.create_queue(name_of(arn), attributes, tags)
                self._refs[ref.arn], self._made_at[ref.arn] = ref, self._clock.monotonic()
                self._expect(arn, ref.arn)
                return ref.arn
            case Subscribe(topic_arn=topic_arn, queue_arn=queue_arn, attributes=attributes):
                subscribed = await gateway.subscribe(topic_arn, SQS_PROTOCOL, queue_arn, attributes)
                if subscribed is None:
                    self._note(f"{name_of(queue_arn)} waits to be confirmed: the confirmation lies in the queue")
                return subscribed
            case SetQueueAttributes(arn=arn, attributes=attributes):
                await gateway.set_queue_attributes(await self._ref(arn), attributes)
            case AdmitTopic() | AcceptDeadLetters():
                await self._merge(call)
            case TagQueue(arn=arn, tags=tags):
                await gateway.tag_queue(await self._ref(arn), tags)
            case SetTopicAttribute(arn=arn, name=name, value=value):
                await gateway.set_topic_attributes(arn, name, value)
            case TagTopic(arn=arn, tags=tags):
                await gateway.tag_resource(arn, tags)
            case SetSubscriptionAttribute(arn=arn, name=name, value=value):
                await gateway.set_subscription_attributes(arn, name, value)
        return None

    async def _merge(self, call: AdmitTopic | AcceptDeadLetters) -> None:
        """Add to a policy as it stands now, for the server replaces it as a whole and compares nothing."""
        ref = await self._ref(call.arn)
        settings = (await self._gateway.get_queue_attributes(ref)).settings
        if isinstance(call, AdmitTopic):
            merged = admitting_policy(settings.policy, call.arn, call.topic_arn)
            if merged != settings.policy:
                await self._gateway.set_queue_attributes(ref, {"Policy": merged})
            return
        if settings.redrive_permission != "byQueue" or call.source_arn in settings.redrive_sources:
            return
        try:
            merged = accepting_policy(settings.redrive_sources, call.source_arn)
        except ValueError as fault:
            raise AdmissionFault(f"{ref.name} {fault}") from None
        await self._gateway.set_queue_attributes(ref, {"RedriveAllowPolicy": merged})

    def _expect(self, wanted: str, made: str) -> None:
        """Note where the server gave something another ARN than everything here is set up for."""
        if made != wanted:
            self._note(f"the server gave {made} where {wanted} was expected: what names it will not find it")

    async def _ref(self, arn: str) -> QueueRef:
        if arn not in self._refs:
            self._refs[arn] = await self._gateway.get_queue_url(name_of(arn))
        return self._refs[arn]

    async def _take_back(self) -> BuildProgress:
        for place, each in reversed(list(enumerate(self.progress.steps))):
            if self._keeping:
                break
            if each.made is not None and each.state is StepState.DONE:
                self._set(place, await self._undo(each, each.made))
        return self.progress

    async def _undo(self, each: StepProgress, made: str) -> StepProgress:
        deeds = {CreateTopic: Deed.DELETE_TOPIC, CreateQueue: Deed.DELETE_QUEUE, Subscribe: Deed.UNSUBSCRIBE}
        act = Act(
            self._audit, self._clock, await context_with_account(self._gateway), deeds[type(each.step.call)], made
        )
        try:
            if isinstance(each.step.call, CreateQueue) and (held := await self._held(made)):
                return replace(each, state=StepState.KEPT, reason=held)
            await act.begin(detail="taken back")
            if isinstance(each.step.call, CreateQueue):
                await self._gateway.delete_queue(await self._ref(made))
            elif isinstance(each.step.call, CreateTopic):
                await self._gateway.delete_topic(made)
            else:
                await self._gateway.unsubscribe(made)
        except JournalError as fault:
            return replace(each, state=StepState.KEPT, reason=str(fault))
        except GatewayError as fault:
            unknown = may_have_been_taken(fault)
            self._note(await act.end(Outcome.UNKNOWN if unknown else Outcome.REFUSED, detail=fault.problem.text))
            return replace(each, state=StepState.KEPT, reason=fault.problem.advice)
        self._note(await act.end(Outcome.DONE))
        return replace(each, state=StepState.TAKEN_BACK)

    async def _held(self, arn: str) -> str:
        """Say what is in a queue that is to be deleted; empty where it is."""
        counts = (await self._gateway.get_queue_attributes(await self._ref(arn))).counts
        told = [count for count in (counts.visible, counts.in_flight, counts.delayed) if count is not None]
        if held := sum(told):
            return f"about {held:,} message{'' if held == 1 else 's'} came into it meanwhile"
        return "" if len(told) == 3 else "whether messages came into it meanwhile is not told"

    def _note(self, line: str) -> None:
        if line:
            self.progress = replace(self.progress, notes=tuple(dict.fromkeys((*self.progress.notes, line))))

    def _set(self, place: int, after: StepProgress) -> None:
        steps = list(self.progress.steps)
        steps[place] = after
        self.progress = replace(self.progress, steps=tuple(steps))
        self._on_change()


def _detail(call: Call) -> str:
    """Give what a step sets in one line, by the names of the attributes; values may be long."""
    match call:
        case CreateQueue(attributes=attributes) | CreateTopic(attributes=attributes) | Subscribe(attributes=attributes):
            return f"with {', '.join(attributes)}" if attributes else ""
        case SetQueueAttributes(attributes=attributes):
            return ", ".join(f"{name}={value}" for name, value in attributes.items())
        case SetTopicAttribute(name=name, value=value) | SetSubscriptionAttribute(name=name, value=value):
            return f"{name}={value}"
        case AdmitTopic(topic_arn=arn):
            return f"Policy: admits {arn}"
        case AcceptDeadLetters(source_arn=arn):
            return f"RedriveAllowPolicy: takes dead letters of {arn}"
        case TagQueue(tags=tags) | TagTopic(tags=tags):
            return f"tags {', '.join(tags)}"
