"""Prove that a fan-out delivers: messages made to match its filters, published and looked for."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqsview.clock import Clock
from sqsview.domain.access import Answer
from sqsview.domain.fan_out import BranchPart, Description
from sqsview.domain.fan_out.sample import sample
from sqsview.domain.message import Outgoing
from sqsview.domain.publishing import destination_of
from sqsview.domain.recipients import Recipients
from sqsview.domain.topic import Subscription
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.errors import LostAnswer, Refused
from sqsview.gateway import Gateway
from sqsview.operations.ledger import Ledger
from sqsview.operations.topic_reading import read_topic
from sqsview.operations.trace import Outcome, Trace, Traced

GROUP = "sqsview-trace"
"""The message group of a trace on a FIFO topic, so that its look locks no other."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of the delivery to one queue of a fan-out."""

    queue: str
    """Its name."""
    arrived: bool
    text: str
    """How long it took, or why it is not known. Untrusted text."""
    seconds: float | None = None

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.queue}: {'arrived ' if self.arrived else ''}{self.text}"

    def as_json(self) -> Mapping[str, Any]:
        """Give it as it stands in the document of ``sqsview fanout --json``."""
        return {"queue": self.queue, "arrived": self.arrived, "seconds": self.seconds, "text": self.text}


def _nothing(_: Proof) -> None:
    pass


async def trace_fan_out(
    gateway: Gateway,
    description: Description,
    topic_arn: str,
    ledger: Ledger,
    clock: Clock,
    *,
    new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    on_proof: Callable[[Proof], None] = _nothing,
) -> tuple[Proof, ...]:
    """Publish messages until each queue of the description was to get one, and say of each whether it did.

    Queues are looked at by the rules of looking: where a look would take somebody's last try, it is not made. The
    messages stay in the queues, with an attribute that names the trace.

    Raises:
        GatewayError: the topic cannot be read.
    """
    topic, topology, context = await read_topic(gateway, topic_arn)
    recipients, destination = Recipients(topic, topology, context), destination_of(topic)
    queues = {queue.arn: queue.ref for queue in topology.queues.values()}
    by_name = {each.name: each for each in topic.subscriptions if each.ref.protocol == SQS_PROTOCOL}
    proofs: dict[str, Proof] = {}

    def know(proof: Proof) -> None:
        proofs[proof.queue] = proof
        on_proof(proof)

    for branch in description.branches:
        if branch.name in proofs:
            continue
        subscription = by_name.get(branch.name)
        if subscription is None:
            know(Proof(branch.name, False, "it is not subscribed"))
            continue
        outgoing = _message(branch, subscription)
        if outgoing is None:
            know(Proof(branch.name, False, "no message was found that its filter lets through"))
            continue
        if destination.fifo:
            outgoing = replace(outgoing, group=GROUP, deduplication=new_id())
        trace = Trace(gateway, destination, outgoing, recipients.judge, queues, ledger, clock, new_id=new_id)
        for proof in await _followed(trace, {each.name for each in description.branches} - set(proofs), branch.name):
            know(proof)
    return tuple(proofs[branch.name] for branch in description.branches)


def _message(branch: BranchPart, subscription: Subscription) -> Outgoing | None:
    """Give a message for one queue: by the filter that it has now, which the description may leave as it is."""
    settings = subscription.settings
    if settings is None:
        return sample(branch.filter_policy, branch.scope)
    return sample(settings.filter_policy, settings.filter_scope)


async def _followed(trace: Trace, unproven: set[str], meant_for: str) -> list[Proof]:
    """Publish one message, and look for it where it is to arrive and nothing is proven yet."""
    expected = {
        each.subscription.key: each.subscription.name
        for each in trace.recipients
        if each.subscription.name in unproven
        and each.subscription.ref.protocol == SQS_PROTOCOL
        and (each.answer is Answer.YES or each.subscription.name == meant_for)
    }
    prospects = {each.key: each for each in await trace.prepare()}
    refused = {key for key in expected if key in prospects and prospects[key].must_ask}
    try:
        results = await trace.run(set(expected) - refused)
    except (Refused, LostAnswer) as fault:
        return [Proof(meant_for, False, f"the message was not published: {fault}")]
    return [
        Proof(expected[key], False, f"not looked for: {prospects[key].line}") if key in refused else _proof(each)
        for each in results
        if (key := each.recipient.subscription.key) in expected
    ]


def _proof(traced: Traced) -> Proof:
    name, text = traced.recipient.subscription.name, traced.text
    if traced.outcome in (Outcome.ARRIVED, Outcome.WRONG_PREDICTION):
        return Proof(name, True, text, traced.seconds)
    if traced.recipient.answer is not Answer.YES:
        text = f"{traced.recipient.reason}; {text}"
    return Proof(name, False, text)
