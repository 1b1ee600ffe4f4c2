"""What is wrong with how queues and topics are connected and set up, with evidence and a fix for each.

The wiring of subscriptions and dead-letter queues is judged in `sqsview.domain.wiring`; here is added what one way
out of a topic does not show, and which call mends it. What cannot be told is said so, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqsview.domain.doctor.about import ABOUT, About, Severity
from sqsview.domain.doctor.dead_letters import dead_letter_faults, redrive_faults
from sqsview.domain.doctor.deliveries import subscription_faults, topic_faults
from sqsview.domain.doctor.finding import LISTING, Finding, in_order
from sqsview.domain.doctor.queues import queue_faults
from sqsview.domain.doctor.repair import MakeQueue, Repair, SetQueue, Unsubscribe
from sqsview.domain.fault_codes import Code
from sqsview.domain.snapshot import Context
from sqsview.domain.topology import Topology

__all__ = [
    "ABOUT",
    "About",
    "Code",
    "Finding",
    "MakeQueue",
    "Repair",
    "SetQueue",
    "Severity",
    "Unsubscribe",
    "examine",
    "findings",
    "in_order",
]


def findings(topology: Topology, context: Context, now: float | None = None) -> tuple[Finding, ...]:
    """Examine everything and give what was found, the worst first.

    Args:
        topology: what exists and who feeds whom.
        context: whose account and region was read.
        now: monotonic seconds of what was watched; None where all was read once only.
    """
    return tuple(sorted((found for batch in examine(topology, context, now) for found in batch), key=in_order))


def examine(topology: Topology, context: Context, now: float | None = None) -> Iterator[list[Finding]]:
    """Examine one thing after the other and give what was found of each, unsorted; also where that is nothing."""
    yield _listings(topology)
    for topic in topology.topics.values():
        yield list(topic_faults(topic, topology))
        for subscription in topic.subscriptions:
            yield list(subscription_faults(topic, subscription, topology, context, now))
    for queue in topology.queues.values():
        found = list(queue_faults(queue, topology, now))
        found += redrive_faults(queue, topology, context)
        found += dead_letter_faults(queue, topology)
        yield found


def _listings(topology: Topology) -> list[Finding]:
    """Say what was not listed, for nothing of it can be found to be wrong or missing."""
    found = []
    if not topology.complete:
        found.append(_unlisted("queues", "not all queues were listed, so that none is said to be gone"))
    if not topology.all_subscriptions:
        found.append(_unlisted("topics", "not all topics and subscriptions were listed"))
    return found


def _unlisted(what: str, evidence: str) -> Finding:
    fix = "list everything: without --prefix and --queue, with the permission to list"
    return Finding(Code.NOT_LISTED, LISTING, what, "", evidence, fix, about=what)
