"""What is wrong between topics and where their subscriptions point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqsview.domain.admission import AdmissionFault, key_statement
from sqsview.domain.arn import is_arn
from sqsview.domain.doctor import repairs
from sqsview.domain.doctor.about import TO_TELL
from sqsview.domain.doctor.filters import filter_faults
from sqsview.domain.doctor.finding import Finding, of_subscription, of_topic
from sqsview.domain.doctor.repair import Repair
from sqsview.domain.fault_codes import Code
from sqsview.domain.publishing.attributes import MOST_ATTRIBUTES
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import Subscription, SubscriptionSettings, SubscriptionStatus, Topic
from sqsview.domain.topology import SQS_PROTOCOL, Topology
from sqsview.domain.wiring import WiringFinding, delivery_findings
from sqsview.domain.words.figures import duration

CONFIRMABLE = 2 * 86_400.0
"""Seconds for which a confirmation can be answered (SNS API reference, ConfirmSubscription)."""

_DENIED: Mapping[Code, Code] = {
    Code.TOPIC_NOT_ADMITTED: Code.TOPIC_DENIED,
    Code.SUBSCRIPTION_DLQ_NOT_ADMITTED: Code.SUBSCRIPTION_DLQ_DENIED,
}


def topic_faults(topic: Topic, topology: Topology) -> Iterator[Finding]:
    """Examine a topic by itself: whether anybody listens, and whether somebody does so twice."""
    if topology.all_subscriptions and not topic.subscriptions and not topic.count(SubscriptionStatus.CONFIRMED):
        evidence = "no subscription is listed"
        yield of_topic(Code.TOPIC_UNHEARD, topic, evidence, "subscribe something to it, or delete it")
    yield from _duplicates(topic)


def subscription_faults(
    topic: Topic, subscription: Subscription, topology: Topology, context: Context, now: float | None
) -> Iterator[Finding]:
    """Examine one subscription of a topic.

    Args:
        topic: which.
        subscription: one of its.
        topology: what it is connected to.
        context: whose account and region was read.
        now: monotonic seconds; None where nothing was watched for any length of time.
    """
    stopped = False
    for found in delivery_findings(topic, subscription, topology, context):
        stopped = stopped or (found.certain and found.stops)
        if found.code is not Code.NOT_READ_YET:
            yield _wired(found, topic, subscription, topology, now)
    if subscription.settings is not None and subscription.status is not SubscriptionStatus.DELETED:
        yield from _filtered(topic, subscription, subscription.settings)
        if not stopped:  # else nothing arrives, with however many attributes
            yield from _raw(topic, subscription, subscription.settings)


def _wired(
    found: WiringFinding, topic: Topic, subscription: Subscription, topology: Topology, now: float | None
) -> Finding:
    """Make a finding of what the wiring shows, with the call that mends it."""
    code, fix, evidence = found.code, found.remedy, found.text
    repair: Repair | None = None
    notes: tuple[str, ...] = ()
    details = subscription.settings
    queue = topology.queue_by_arn(subscription.ref.endpoint)
    target = details.dead_letter_target if details is not None else None
    dead = topology.queue_by_arn(target) if target is not None else None
    match code:
        case Code.SUBSCRIPTION_PENDING:
            evidence, fix = _pending(subscription, found, now)
        case Code.QUEUE_GONE:
            repair = repairs.remove(topic, subscription)
        case Code.TOPIC_NOT_ADMITTED | Code.SUBSCRIPTION_DLQ_NOT_ADMITTED:
            code, fix, repair = _admission(found, queue if code is Code.TOPIC_NOT_ADMITTED else dead, topic)
        case Code.AWS_MANAGED_KEY | Code.SUBSCRIPTION_DLQ_KEY:
            owner = queue if code is Code.AWS_MANAGED_KEY else dead
            repair = repairs.use_sse_sqs(owner) if owner is not None else None
        case Code.SUBSCRIPTION_DLQ_GONE if target is not None and is_arn(target):
            repair = repairs.make_dead_letter_queue(target, fifo=topic.fifo, topic=topic)
        case Code.KEY_UNCLEAR:
            fix = "look into the key's policy: it has to let SNS use the key"
            notes = (f"the statement that the key's policy needs: {key_statement()}",)
    if not found.certain and not fix:
        fix = TO_TELL[code]
    about = "" if found.certain else found.text
    return of_subscription(code, topic, subscription, evidence, fix, repair, about, notes)


def _pending(subscription: Subscription, found: WiringFinding, now: float | None) -> tuple[str, str]:
    """Say since when a subscription waits, as far as that was seen, and what is left of its two days."""
    seen = subscription.first_seen_at
    if seen is None or now is None:
        return "it waits to be confirmed; SNS does not say since when", found.remedy
    age = max(0.0, now - seen)
    if age >= CONFIRMABLE:
        return f"it waits to be confirmed for {duration(age)} at least: its time is up", "subscribe it again"
    left = duration(CONFIRMABLE - age)
    return f"it waits to be confirmed for {duration(age)} at least: {left} are left at the most", found.remedy


def _admission(found: WiringFinding, queue: Queue | None, topic: Topic) -> tuple[Code, str, Repair | None]:
    """Give the statement that would admit the topic; where none would, it is denied, or there is no room."""
    if queue is None:
        return found.code, found.remedy, None
    try:
        return found.code, found.remedy, repairs.admit(queue, topic)
    except AdmissionFault as fault:
        if fault.denied:
            return _DENIED[found.code], f"take away, or narrow, the statement of {queue.name} that denies it", None
        return found.code, f"{found.remedy}; not by one call: {fault}", None


def _filtered(topic: Topic, subscription: Subscription, settings: SubscriptionSettings) -> Iterator[Finding]:
    """Examine the filter policy."""
    faults = filter_faults(settings.filter_policy, settings.filter_scope)
    if faults.unclear:
        evidence = f"its filter policy cannot be judged: {faults.unclear}"
        yield of_subscription(Code.FILTER_UNCLEAR, topic, subscription, evidence, "write it anew, by AWS's grammar")
    if faults.limits:
        evidence = f"its filter policy is beyond what AWS allows: {' · '.join(faults.limits)}"
        fix = "ask for fewer keys or values, or subscribe twice with a part of it each"
        yield of_subscription(Code.FILTER_TOO_COMPLEX, topic, subscription, evidence, fix)
    if faults.never:
        evidence = f"its filter policy lets nothing through: {faults.never}"
        fix = "change the filter policy; it takes up to 15 minutes to be in force"
        yield of_subscription(Code.FILTER_NEVER_MATCHES, topic, subscription, evidence, fix)


def _raw(topic: Topic, subscription: Subscription, settings: SubscriptionSettings) -> Iterator[Finding]:
    """Say where a message with many attributes would be lost (SNS Developer Guide, "Raw message delivery")."""
    to_queue = subscription.ref.protocol == SQS_PROTOCOL
    if to_queue and settings.raw_delivery and settings.dead_letter_target is None:
        evidence = (
            f"delivered raw, without a dead-letter queue: what has more than {MOST_ATTRIBUTES} attributes is dropped"
        )
        fix = f"publish at most {MOST_ATTRIBUTES} attributes, or give the subscription a dead-letter queue"
        yield of_subscription(Code.RAW_ATTRIBUTES, topic, subscription, evidence, fix)


def _duplicates(topic: Topic) -> Iterator[Finding]:
    """Find endpoints that are confirmed more than once."""
    first: dict[tuple[str, str], Subscription] = {}
    for subscription in topic.subscriptions:
        if subscription.status is not SubscriptionStatus.CONFIRMED:
            continue
        known = first.setdefault(_destination(subscription), subscription)
        if known is subscription or known.ref.arn == subscription.ref.arn:
            continue
        same = known.settings == subscription.settings and known.settings is not None
        evidence = f"the same endpoint is subscribed as {known.ref.arn.rpartition(':')[2]} already"
        evidence += ", set up alike" if same else ", set up differently"
        fix = "delete one of the two" if same else "decide which of the two is meant, and delete the other"
        repair = repairs.remove(topic, subscription, twin=known) if same and known.ref.readable else None
        yield of_subscription(Code.SUBSCRIPTION_DUPLICATE, topic, subscription, evidence, fix, repair)


def _destination(subscription: Subscription) -> tuple[str, str]:
    protocol, endpoint = subscription.ref.protocol, subscription.ref.endpoint
    return protocol, endpoint.lower() if protocol.startswith("email") else endpoint
