"""Who will get a message that is published to a topic, and what decides it, before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqsview.domain.access import Answer, Verdict
from sqsview.domain.filter_policy import BODY, CompiledPolicy, Judged, PolicyFault, compile_policy
from sqsview.domain.message import Outgoing
from sqsview.domain.policy import document
from sqsview.domain.snapshot import Context
from sqsview.domain.text import printable
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic
from sqsview.domain.topology import SQS_PROTOCOL, Topology
from sqsview.domain.wiring import arrives

MOST_RAW_ATTRIBUTES = 10
"""Attributes of a message that is delivered raw to a queue (SNS Developer Guide, "Raw message delivery")."""

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL

_NOT_READ = "its filter policy was not read yet"
_TOO_MANY = Verdict(NO, f"discarded: more than {MOST_RAW_ATTRIBUTES} attributes to a raw queue")
_WHICH_BODY = "AWS does not say which of the bodies by protocol it judges"
_WITHOUT_ATTRIBUTES = "AWS does not say whether attributes count beside bodies by protocol"
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One subscription of the topic, and whether it will get the message."""

    subscription: Subscription
    answer: Answer
    reason: str
    """One short printable line: the clause or the fact that decides."""


class Recipients:
    """The subscriptions of one topic, made ready to be asked at each key in an editor.

    All that does not depend on the message is done once, here.
    """

    def __init__(self, topic: Topic, topology: Topology, context: Context) -> None:
        self._ways = tuple(_Way.of(topic, each, topology, context) for each in topic.subscriptions)

    def judge(self, outgoing: Outgoing) -> tuple[Recipient, ...]:
        """Say of each subscription, in the topic's order, whether it will get ``outgoing``."""
        faces = _Faces(outgoing)
        return tuple(way.judge(outgoing, faces) for way in self._ways)


@dataclass(frozen=True, slots=True)
class _Way:
    """One subscription with all that is known before there is a message."""

    subscription: Subscription
    arrives: Verdict
    policy: CompiledPolicy | None
    """None where there is none that can be judged; ``unjudged`` says why."""
    unjudged: str = ""

    @classmethod
    def of(cls, topic: Topic, subscription: Subscription, topology: Topology, context: Context) -> _Way:
        verdict = arrives(topic, subscription, topology, context)
        if subscription.status is SubscriptionStatus.PENDING and verdict.answer is NO:
            # Whoever it is for may confirm it before the message is published.
            verdict = Verdict(CANNOT_TELL, verdict.reason)
        verdict = Verdict(verdict.answer, printable(verdict.reason))
        settings = subscription.settings
        if settings is None:
            problem = subscription.problem
            why = _NOT_READ if problem is None else f"its filter policy could not be read: {problem.text}"
            return cls(subscription, verdict, None, printable(why))
        policy = _compiled(settings.filter_policy, settings.filter_scope)
        if isinstance(policy, str):
            return cls(subscription, verdict, None, f"its filter policy cannot be judged: {policy}")
        return cls(subscription, verdict, policy)

    def judge(self, outgoing: Outgoing, faces: _Faces) -> Recipient:
        """Join what the wiring and the filter say: one no is enough, and what cannot be told comes before yes."""
        if self.arrives.answer is NO:
            return self._said(self.arrives)
        filtered = self._filtered(faces)
        if filtered.answer is NO:
            return self._said(filtered)
        if len(outgoing.attributes) > MOST_RAW_ATTRIBUTES and self._raw:
            return self._said(_TOO_MANY)
        return self._said(filtered if self.arrives.answer is YES else self.arrives)

    def _filtered(self, faces: _Faces) -> Verdict:
        if self.policy is None:
            return Verdict(CANNOT_TELL, self.unjudged)
        verdicts = [self.policy.judge(each) for each in faces.of(self.subscription.ref.protocol, self.policy.scope)]
        first = verdicts[0]
        if all(each.answer is first.answer for each in verdicts):
            return first
        why = _WHICH_BODY if self.policy.scope == BODY else _WITHOUT_ATTRIBUTES
        let_through = next(each for each in verdicts if each.answer is not NO)
        return Verdict(CANNOT_TELL, f"{let_through.reason}: {why}")

    @property
    def _raw(self) -> bool:
        settings = self.subscription.settings
        return settings is not None and settings.raw_delivery and self.subscription.ref.protocol == SQS_PROTOCOL

    def _said(self, verdict: Verdict) -> Recipient:
        return Recipient(self.subscription, verdict.answer, verdict.reason)


class _Faces:
    """What a filter policy may see of one message; more than one thing where AWS does not say which."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._attributes = outgoing.attributes
        self._whole = Judged(outgoing.body, outgoing.attributes)
        self._bare = Judged(outgoing.body)
        self._bodies = _bodies(outgoing.body) if outgoing.structure else None
        self._by_body: dict[str, Judged] = {}

    def of(self, protocol: str, scope: str) -> tuple[Judged, ...]:
        """Give what a policy of this scope may see, the likeliest first."""
        if self._bodies is None:
            return (self._whole,)
        if scope != BODY:
            # The guide says that attributes are only sent where the structure is not JSON.
            return (self._whole, self._bare) if self._attributes else (self._whole,)
        own = self._bodies.get(protocol, self._bodies.get(_DEFAULT))
        return (self._whole,) if own is None else (self._of_body(own), self._whole)

    def _of_body(self, body: str) -> Judged:
        if body not in self._by_body:
            self._by_body[body] = Judged(body)
        return self._by_body[body]


def _bodies(text: str) -> Mapping[str, str]:
    """Give the body of each protocol; none where they are not written as SNS wants them."""
    try:
        found = document(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {protocol: body for protocol, body in found.items() if isinstance(body, str)}


@lru_cache(maxsize=4096)
def _compiled(text: str | None, scope: str) -> CompiledPolicy | str:
    """Give the policy, or in words why it cannot be judged."""
    try:
        return compile_policy(text, scope)
    except PolicyFault as fault:
        return str(fault)
