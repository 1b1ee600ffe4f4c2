"""One thing that is wrong, or cannot be told, with its evidence and its fix."""

from __future__ import annotations

from dataclasses import dataclass

from sqsview.domain.doctor.about import ABOUT, Severity
from sqsview.domain.doctor.repair import Repair
from sqsview.domain.fault_codes import Code
from sqsview.domain.queue import Queue
from sqsview.domain.topic import Subscription, Topic

QUEUE, TOPIC, SUBSCRIPTION, LISTING = "queue", "topic", "subscription", "listing"
"""The kinds of thing that a finding is about."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor says of one thing. All texts are one line and may hold names, so they are untrusted."""

    code: Code
    kind: str
    """``queue``, ``topic``, ``subscription`` or ``listing``."""
    thing: str
    """Its name; a subscription is written ``topic → endpoint``."""
    thing_key: str
    """The thing's key in the snapshot; empty for a listing."""
    evidence: str
    """What was read that shows it."""
    fix: str
    """What to do about it."""
    repair: Repair | None = None
    """The one call that would mend it; None where it takes more, or a decision that only a person can make."""
    notes: tuple[str, ...] = ()
    """What else helps, a line each."""
    about: str = ""
    """Tells two findings of one kind on one thing apart."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return ABOUT[self.code].severity

    @property
    def why(self) -> str:
        """Why it matters."""
        return ABOUT[self.code].why

    @property
    def key(self) -> str:
        """The identity that rows and the cursor follow; it stays while the evidence changes."""
        return f"{self.code.value}|{self.kind}|{self.thing_key}|{self.about}"

    @property
    def name(self) -> str:
        """What rows that are equal otherwise are sorted by."""
        return self.thing


_ORDER = {severity: place for place, severity in enumerate(Severity)}
_CODES = {code: place for place, code in enumerate(Code)}


def in_order(finding: Finding) -> tuple[int, int, str, str, str]:
    """Give what findings are sorted by: the worst first, then those of one kind together, then by name."""
    code = finding.code
    return _ORDER[finding.severity], _CODES[code], finding.thing, finding.thing_key, finding.about


def of_queue(code: Code, queue: Queue, evidence: str, fix: str, repair: Repair | None = None, about: str = "",
             notes: tuple[str, ...] = ()) -> Finding:  # fmt: skip
    """Make a finding about a queue."""
    return Finding(code, QUEUE, queue.name, queue.key, evidence, fix, repair, notes, about)


def of_topic(code: Code, topic: Topic, evidence: str, fix: str) -> Finding:
    """Make a finding about a topic."""
    return Finding(code, TOPIC, topic.name, topic.key, evidence, fix)


def of_subscription(
    code: Code,
    topic: Topic,
    subscription: Subscription,
    evidence: str,
    fix: str,
    repair: Repair | None = None,
    about: str = "",
    notes: tuple[str, ...] = (),
) -> Finding:
    """Make a finding about a subscription."""
    thing = f"{topic.name} → {subscription.name}"
    return Finding(code, SUBSCRIPTION, thing, subscription.key, evidence, fix, repair, notes, about)
