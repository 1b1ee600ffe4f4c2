"""Calls that create things or change how they are set, made one after the other, each in the audit log first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from sqsview.clock import Clock
from sqsview.domain.admission import AdmissionFault, admitting_policy
from sqsview.domain.changes import (
    AdmitTopic,
    Change,
    CreateQueue,
    CreateTopic,
    SetQueueAttributes,
    SetSubscriptionAttribute,
    SetTopicAttribute,
    Subscribe,
    TagQueue,
    TagTopic,
    UntagQueue,
    UntagTopic,
)
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.snapshot import Context
from sqsview.errors import GatewayError, RefusedReadOnly, Rejected
from sqsview.gateway import Gateway
from sqsview.operations.audit import Act, AuditLog, Deed, Outcome, context_with_account
from sqsview.operations.cancellation import see_through
from sqsview.operations.publish import may_have_been_taken
from sqsview.operations.running import Telling

_DEEDS: dict[type, Deed] = {
    CreateQueue: Deed.CREATE_QUEUE,
    CreateTopic: Deed.CREATE_TOPIC,
    Subscribe: Deed.SUBSCRIBE,
    TagQueue: Deed.TAG,
    UntagQueue: Deed.TAG,
    TagTopic: Deed.TAG,
    UntagTopic: Deed.TAG,
}
"""What each is in the audit log; the others set attributes."""


class Changing:
    """Makes some calls in their order and ends at the first that fails; what was done stays done, and is told."""

    def __init__(self, gateway: Gateway, changes: Sequence[Change], audit: AuditLog, clock: Clock) -> None:
        """Prepare it; that a person meant it has been made sure of before."""
        self._gateway = gateway
        self._changes = tuple(changes)
        self._audit = audit
        self._clock = clock
        self._stopped = False
        self._notes: list[str] = []
        self._failed: tuple[Change, Problem] | None = None
        self._unsure = False
        """Whether the answer of the one that failed is lost."""
        self.done: list[Change] = []
        """What the server has confirmed."""

    def stop(self) -> None:
        """Begin no other call."""
        self._stopped = True

    async def run(self) -> None:
        """Make the calls; the one that is under way is seen through also where who waits is cancelled.

        Raises:
            JournalError: it could not be written down that the next begins; it was not made.
        """
        await see_through(asyncio.ensure_future(self._run()))

    @property
    def told(self) -> Telling:
        """Say how far it is, or what came of it."""
        total, done = len(self._changes), len(self.done)
        share = done / total if total else 1.0
        if self._failed is not None:
            change, problem = self._failed
            how = "it is not known whether this was done" if self._unsure else "this was refused"
            line = f"{done} of {total} done · {how}: {change.words} · {problem.advice}"
            return Telling(line, share, (), self._notes, wrong=True)
        if done < total:
            return Telling(f"{done} of {total} done", share, (), self._notes, wrong=self._stopped)
        return Telling(" · ".join(("done", *self._notes)), 1.0)

    async def _run(self) -> None:
        context = await context_with_account(self._gateway)
        for change in self._changes:
            if self._stopped or not await self._make(change, context):
                return

    async def _make(self, change: Change, context: Context) -> bool:
        """Make one call, and tell whether the next may follow."""
        deed = _DEEDS.get(type(change), Deed.SET_ATTRIBUTES)
        if context.read_only:
            raise RefusedReadOnly(deed.value.replace(" ", "_"))
        act = Act(self._audit, self._clock, context, deed, _thing(change, context))
        await act.begin(detail=_detail(change))
        try:
            note = await self._call(change)
        except GatewayError as fault:
            self._failed = change, replace(fault.problem, thing="")
            self._unsure = may_have_been_taken(fault)
            outcome = Outcome.UNKNOWN if self._unsure else Outcome.REFUSED
            self._note(await act.end(outcome, detail=fault.problem.text))
            return False
        self.done.append(change)
        self._note(note)
        self._note(await act.end(Outcome.DONE))
        return True

    def _note(self, text: str) -> None:
        if text:
            self._notes.append(text)

    async def _call(self, change: Change) -> str:
        """Make the call, and give what else a person has to know."""
        gateway = self._gateway
        match change:
            case CreateQueue(name, attributes, tags):
                await gateway.create_queue(name, attributes, tags)
            case SetQueueAttributes(queue, attributes):
                await gateway.set_queue_attributes(queue, attributes)
                return "it takes up to 60 s, of the retention 15 minutes, until it holds everywhere"
            case AdmitTopic(queue, topic_arn):
                await _admit(gateway, queue, topic_arn)
            case TagQueue(queue, tags):
                await gateway.tag_queue(queue, tags)
            case UntagQueue(queue, keys):
                await gateway.untag_queue(queue, keys)
            case CreateTopic(name, attributes, tags):
                await gateway.create_topic(name, attributes, tags)
            case SetTopicAttribute(arn, name, value):
                await gateway.set_topic_attributes(arn, name, value)
            case TagTopic(arn, tags):
                await gateway.tag_resource(arn, tags)
            case UntagTopic(arn, keys):
                await gateway.untag_resource(arn, keys)
            case Subscribe(topic_arn, protocol, endpoint, attributes):
                await gateway.subscribe(topic_arn, protocol, endpoint, attributes)
                return _confirmation(protocol)
            case SetSubscriptionAttribute(arn, name, value):
                await gateway.set_subscription_attributes(arn, name, value)
                if name.startswith("FilterPolicy"):
                    return "SNS takes up to 15 minutes until a filter policy holds everywhere"
        return ""


async def _admit(gateway: Gateway, queue: QueueRef, topic_arn: str) -> None:
    """Merge the statement that admits the topic into the policy as it is now.

    Raises:
        Rejected: the policy cannot be made to admit it; nothing was done.
    """
    settings = (await gateway.get_queue_attributes(queue)).settings
    try:
        policy = admitting_policy(settings.policy, settings.arn, topic_arn)
    except AdmissionFault as fault:
        raise Rejected(Problem(ProblemKind.FAILED, str(fault), thing=queue.name)) from fault
    if policy != settings.policy:
        await gateway.set_queue_attributes(queue, {"Policy": policy})


def _confirmation(protocol: str) -> str:
    if protocol in ("email", "email-json"):
        return "it is pending until the recipient follows the link in the mail, which is valid for 2 days"
    if protocol in ("http", "https"):
        return "it is pending until the endpoint confirms with the token that it was sent, within 2 days"
    return ""


def _thing(change: Change, context: Context) -> str:
    """Give the ARN of what is changed or made."""
    match change:
        case CreateQueue(name=name):
            return f"arn:{context.partition}:sqs:{context.region}:{context.account or ''}:{name}"
        case CreateTopic(name=name):
            return f"arn:{context.partition}:sns:{context.region}:{context.account or ''}:{name}"
        case Subscribe(topic_arn=arn):
            return arn
        case (
            SetQueueAttributes(queue=queue) | AdmitTopic(queue=queue) | TagQueue(queue=queue) | UntagQueue(queue=queue)
        ):
            return queue.arn
    return change.arn


def _detail(change: Change) -> str:
    """Give the call without what may be secret: an HTTP endpoint can hold a password, a mail address is personal."""
    if isinstance(change, Subscribe) and change.protocol != "sqs":
        return f"Subscribe {change.protocol}"
    return change.words
