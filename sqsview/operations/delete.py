"""Delete a queue, a topic or a subscription, with a line in the audit log before and after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqsview.clock import Clock
from sqsview.domain.arn import is_arn
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Queue
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic
from sqsview.errors import GatewayError, NotFound, RefusedReadOnly, Rejected
from sqsview.gateway import Gateway
from sqsview.operations.audit import Act, AuditLog, Deed, Outcome, context_with_account, figures
from sqsview.operations.cancellation import see_through
from sqsview.operations.publish import may_have_been_taken

SETTLES = 60.0
"""Seconds that a deletion may take, and for which no queue of the same name can be made (SQS API reference,
DeleteQueue and CreateQueue)."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What came of a deletion."""

    problem: Problem | None = None
    """Why it is not known whether it was done; None where it was done."""
    notes: tuple[str, ...] = ()
    """What a person has to know, a line each. Untrusted text."""


async def delete_queue(gateway: Gateway, queue: Queue, audit: AuditLog, clock: Clock) -> Deleted:
    """Delete a queue with everything in it; that a person meant it has been made sure of before.

    Raises:
        JournalError: it could not be written down that it begins; nothing was done.
        GatewayError: the server refused, or is not there; nothing was done.
    """
    counts = figures(queue.counts) if queue.counts is not None else {}
    work = _Deletion(gateway, audit, clock, Deed.DELETE_QUEUE, queue.ref.arn, queue.name, counts)
    done = await work.run(lambda: gateway.delete_queue(queue.ref))
    note = f"it may take {SETTLES:.0f} s; until then no queue of this name can be made"
    return Deleted(done.problem, (*done.notes, note))


async def delete_topic(gateway: Gateway, topic: Topic, audit: AuditLog, clock: Clock) -> Deleted:
    """Delete a topic with its subscriptions; that a person meant it has been made sure of before.

    Raises:
        JournalError: it could not be written down that it begins; nothing was done.
        GatewayError: the server refused, or is not there; nothing was done.
    """
    counts = {"subscriptions": len(topic.subscriptions)}
    work = _Deletion(gateway, audit, clock, Deed.DELETE_TOPIC, topic.arn, topic.name, counts)
    return await work.run(lambda: gateway.delete_topic(topic.arn))


async def unsubscribe(gateway: Gateway, subscription: Subscription, audit: AuditLog, clock: Clock) -> Deleted:
    """Delete a subscription; that a person meant it has been made sure of before.

    Raises:
        Rejected: it has no ARN, as one that waits to be confirmed; nothing was done.
        JournalError: it could not be written down that it begins; nothing was done.
        GatewayError: the server refused, or is not there; nothing was done.
    """
    arn = subscription.ref.arn
    if not is_arn(arn):
        pending = subscription.status is SubscriptionStatus.PENDING
        why = "it waits to be confirmed, and SNS removes it by itself" if pending else "it is deleted already"
        raise Rejected(Problem(ProblemKind.FAILED, f"it has no ARN to be deleted by: {why}", thing=subscription.name))
    work = _Deletion(gateway, audit, clock, Deed.UNSUBSCRIBE, arn, subscription.name, {})
    return await work.run(lambda: gateway.unsubscribe(arn))


class _Deletion:
    """One call that cannot be taken back, written down before and after."""

    def __init__(
        self,
        gateway: Gateway,
        audit: AuditLog,
        clock: Clock,
        deed: Deed,
        arn: str,
        name: str,
        counts: Mapping[str, int],
    ) -> None:
        self._gateway = gateway
        self._audit = audit
        self._clock = clock
        self._deed = deed
        self._arn = arn
        self._name = name
        self._counts = counts

    async def run(self, call: Callable[[], Awaitable[None]]) -> Deleted:
        """Do it, to the end also where who waits is cancelled."""
        return await see_through(asyncio.ensure_future(self._run(call)))

    async def _run(self, call: Callable[[], Awaitable[None]]) -> Deleted:
        if self._gateway.context.read_only:
            raise RefusedReadOnly(self._deed.value.replace(" ", "_"))
        context = await context_with_account(self._gateway)
        act = Act(self._audit, self._clock, context, self._deed, self._arn)
        await act.begin(self._counts)
        try:
            await call()
        except GatewayError as fault:
            if not may_have_been_taken(fault):
                await act.end(Outcome.REFUSED, detail=fault.problem.text)
                raise self._in_words(fault) from fault
            note = await act.end(Outcome.UNKNOWN, detail=fault.problem.text)
            text = f"it is not known whether {self._name} was deleted: {fault.problem.text}"
            return Deleted(Problem(ProblemKind.FAILED, text, "look whether it is still listed"), _lines(note))
        return Deleted(None, _lines(await act.end(Outcome.DONE, self._counts)))

    def _in_words(self, fault: GatewayError) -> GatewayError:
        if not isinstance(fault, NotFound):
            return fault
        return NotFound(Problem(ProblemKind.GONE, "it does not exist any more", thing=self._name))


def _lines(note: str) -> tuple[str, ...]:
    return (note,) if note else ()
