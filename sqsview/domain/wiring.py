"""Whether what is published to a topic can get to where its subscriptions point, as far as metadata shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqsview.domain.access import Answer, Verdict, admits
from sqsview.domain.arn import Arn, is_arn, is_fifo, name_of
from sqsview.domain.fault_codes import Code
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic
from sqsview.domain.topology import SQS_PROTOCOL, Topology

AWS_MANAGED_KEY = "alias/aws/sqs"
"""The key whose policy nobody can edit, so it never admits SNS (SNS Developer Guide, "Encrypted topics")."""

CLOSED_TO_FIFO = frozenset({"http", "https", "email", "email-json", "sms", "application"})
"""Protocols that a FIFO topic does not deliver to (SNS Developer Guide, "FIFO topics")."""


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One way out of a topic: subscription, queue and where failures go."""

    topic: Topic
    subscription: Subscription
    queue: Queue | None = None
    """The subscribed queue; None for other protocols and where it is not known."""
    dead_letter_queue: Queue | None = None
    """Where the queue gives messages up to; None where there is none or it is not known."""
    dead_letter_arn: str | None = None
    """The queue's redrive target, also where that queue is not known."""
    max_receive_count: int | None = None
    subscription_dead_letter_queue: Queue | None = None
    """Where SNS puts what it could not deliver; None where there is none or it is not known."""
    subscription_dead_letter_arn: str | None = None
    delivers: bool = True
    """False where something that metadata shows keeps messages from arriving."""
    fault: Problem | None = None
    """The first thing that is wrong: with the delivery, else with a dead-letter queue."""
    uncertain: str | None = None
    """What could not be checked and why, in one line; None where there is a fault or all was checked."""


@dataclass(frozen=True, slots=True)
class WiringFinding:
    """One fault, or one thing that cannot be told."""

    code: Code
    text: str
    """One line; it may hold names and quote policies, so it is untrusted text."""
    remedy: str = ""
    certain: bool = True
    """False where it cannot be told; the text says why."""
    stops: bool = True
    """Whether nothing is delivered because of it."""


def edges(topic: Topic, topology: Topology, context: Context) -> tuple[Edge, ...]:
    """Describe every subscription of ``topic``, in the topic's order."""
    return tuple(edge(topic, subscription, topology, context) for subscription in topic.subscriptions)


def edge(topic: Topic, subscription: Subscription, topology: Topology, context: Context) -> Edge:
    """Describe one subscription of ``topic``."""
    ref, details = subscription.ref, subscription.settings
    queue = topology.queue_by_arn(ref.endpoint) if ref.protocol == SQS_PROTOCOL else None
    settings = queue.settings if queue is not None else None
    fault: WiringFinding | None = None
    uncertain: str | None = None
    for finding in _findings(topic, subscription, queue, topology, context):
        if finding.certain:
            fault = finding
            break
        uncertain = uncertain or finding.text
    failed_to = details.dead_letter_target if details is not None else None
    return Edge(
        topic=topic,
        subscription=subscription,
        queue=queue,
        dead_letter_queue=topology.dead_letter_queue_of(queue) if queue is not None else None,
        dead_letter_arn=settings.dead_letter_target if settings is not None else None,
        max_receive_count=settings.max_receive_count if settings is not None else None,
        subscription_dead_letter_queue=topology.queue_by_arn(failed_to) if failed_to is not None else None,
        subscription_dead_letter_arn=failed_to,
        delivers=fault is None or not fault.stops,
        fault=None if fault is None else _problem(fault, subscription),
        uncertain=uncertain if fault is None else None,
    )


def arrives(topic: Topic, subscription: Subscription, topology: Topology, context: Context) -> Verdict:
    """Say whether a message that the filter policy lets through gets to where the subscription points.

    The reason is empty where the answer is yes. Dead-letter queues play no part.
    """
    queue = topology.queue_by_arn(subscription.ref.endpoint) if subscription.ref.protocol == SQS_PROTOCOL else None
    unsure: Verdict | None = None
    for finding in _arriving(topic, subscription, queue, topology, context):
        if finding.certain:
            return Verdict(Answer.NO, finding.text)
        unsure = unsure or Verdict(Answer.CANNOT_TELL, finding.text)
    return unsure or Verdict(Answer.YES, "")


def delivery_findings(
    topic: Topic, subscription: Subscription, topology: Topology, context: Context
) -> Iterator[WiringFinding]:
    """Give all that is wrong, or cannot be told, of one subscription and of its own dead-letter queue."""
    queue = topology.queue_by_arn(subscription.ref.endpoint) if subscription.ref.protocol == SQS_PROTOCOL else None
    yield from _arriving(topic, subscription, queue, topology, context)
    yield from _undelivered(topic, subscription, topology, context)


def redrive_findings(queue: Queue, topology: Topology, context: Context) -> Iterator[WiringFinding]:
    """Give all that is wrong, or cannot be told, of the dead-letter queue that ``queue`` names."""
    return _given_up(queue, topology, context)


def _problem(fault: WiringFinding, subscription: Subscription) -> Problem:
    endpoint = subscription.ref.endpoint
    return Problem(ProblemKind.WIRING, fault.text, fault.remedy, name_of(endpoint) if is_arn(endpoint) else endpoint)


def _findings(
    topic: Topic, subscription: Subscription, queue: Queue | None, topology: Topology, context: Context
) -> Iterator[WiringFinding]:
    """Give what is wrong or cannot be told: what stops the delivery first."""
    yield from _arriving(topic, subscription, queue, topology, context)
    if queue is not None:
        yield from _given_up(queue, topology, context)
    yield from _undelivered(topic, subscription, topology, context)


def _arriving(
    topic: Topic, subscription: Subscription, queue: Queue | None, topology: Topology, context: Context
) -> Iterator[WiringFinding]:
    """Give what keeps messages from arriving, or may."""
    yield from _status(subscription)
    if subscription.ref.protocol == SQS_PROTOCOL:
        yield from _delivery(topic, subscription.ref.endpoint, queue, topology, context)
    elif topic.fifo:
        yield from _fifo_elsewhere(subscription.ref.protocol)


def _status(subscription: Subscription) -> Iterator[WiringFinding]:
    if subscription.status is SubscriptionStatus.DELETED:
        yield WiringFinding(Code.SUBSCRIPTION_DELETED, "the subscription is deleted", "subscribe it again")
    elif subscription.status is SubscriptionStatus.PENDING:
        text, remedy = "pending: nothing arrives until it is confirmed", _confirmation(subscription.ref.protocol)
        yield WiringFinding(Code.SUBSCRIPTION_PENDING, text, remedy)


def _confirmation(protocol: str) -> str:
    if protocol in ("email", "email-json"):
        return "the recipient follows the link in the mail, which is valid for 2 days; else subscribe again"
    if protocol == SQS_PROTOCOL:
        return "the confirmation lies in the queue as a message with a SubscribeURL"
    return "the endpoint confirms with the token that it was sent, within 2 days; else subscribe again"


def _fifo_elsewhere(protocol: str) -> Iterator[WiringFinding]:
    if protocol in CLOSED_TO_FIFO:
        yield WiringFinding(Code.FIFO_MIXED, f"a FIFO topic does not deliver by {protocol}", "subscribe a queue")
    else:
        text = f"whether a FIFO topic delivers by {protocol} is not known here"
        yield WiringFinding(Code.PROTOCOL_UNCLEAR, text, certain=False)


def _delivery(
    topic: Topic, endpoint: str, queue: Queue | None, topology: Topology, context: Context
) -> Iterator[WiringFinding]:
    """Check that the subscribed queue is there, of the right type, and lets the topic in."""
    if not topic.fifo and is_fifo(endpoint):
        text = "a standard topic does not deliver to a FIFO queue"
        yield WiringFinding(Code.FIFO_MIXED, text, "use a FIFO topic or a standard queue")
    remedy = "remove the subscription, or create the queue"
    if queue is None:
        yield from _absent(endpoint, "the queue", Code.QUEUE_GONE, remedy, topology, context)
        return
    if _gone(queue):
        yield WiringFinding(Code.QUEUE_GONE, "the queue no longer exists", remedy)
    yield from _let_in(topic, queue, "the queue", stops=True)


def _let_in(topic: Topic, queue: Queue, called: str, *, stops: bool) -> Iterator[WiringFinding]:
    """Check that SNS may send to ``queue``: its policy, and the key it is encrypted with."""
    settings = queue.settings
    if settings is None:
        yield _unread(called, queue.problem)
        return
    verdict = admits(settings.policy, settings.arn, topic.arn)
    reason = verdict.reason if stops else f"{called}: {verdict.reason}"
    if verdict.answer is Answer.NO:
        yield WiringFinding(
            Code.TOPIC_NOT_ADMITTED if stops else Code.SUBSCRIPTION_DLQ_NOT_ADMITTED,
            reason,
            f"in the policy of {queue.name}, allow sns.amazonaws.com sqs:SendMessage where aws:SourceArn is "
            f"{topic.arn}",
            stops=stops,
        )
    elif verdict.answer is Answer.CANNOT_TELL:
        yield WiringFinding(Code.POLICY_UNCLEAR, reason, certain=False)
    if settings.kms_key is not None:
        if settings.kms_key.endswith(AWS_MANAGED_KEY):
            yield WiringFinding(
                Code.AWS_MANAGED_KEY if stops else Code.SUBSCRIPTION_DLQ_KEY,
                f"{called} is encrypted with {AWS_MANAGED_KEY}, which SNS cannot use",
                "encrypt it with SSE-SQS, or with a KMS key of your own that admits SNS",
                stops=stops,
            )
        else:
            text = f"whether the KMS key of {called} admits SNS cannot be seen here"
            yield WiringFinding(Code.KEY_UNCLEAR, text, certain=False)


def _given_up(queue: Queue, topology: Topology, context: Context) -> Iterator[WiringFinding]:
    """Check the dead-letter queue that the subscribed queue names in its redrive policy."""
    settings = queue.settings
    if settings is None or settings.dead_letter_target is None:
        return
    target = settings.dead_letter_target
    called = f"its dead-letter queue {name_of(target)}"
    dead = topology.queue_by_arn(target)
    remedy = "create it, or name another in the redrive policy"
    if dead is None:
        yield from _absent(target, called, Code.DLQ_GONE, remedy, topology, context, stops=False)
    elif _gone(dead):
        yield WiringFinding(Code.DLQ_GONE, f"{called} no longer exists", remedy, stops=False)
    if is_fifo(target) is not queue.ref.fifo:
        kinds = "standard, the queue is FIFO" if queue.ref.fifo else "FIFO, the queue is standard"
        yield WiringFinding(Code.DLQ_TYPE, f"{called} is {kinds}", "name one of the same type", stops=False)
    if dead is not None:
        yield from _accepts(dead, queue, called)


def _accepts(dead: Queue, queue: Queue, called: str) -> Iterator[WiringFinding]:
    """Check that the redrive allow policy of ``dead`` takes what ``queue`` gives up."""
    settings = dead.settings
    if settings is None:
        yield _unread(called, dead.problem)
    elif settings.redrive_permission == "denyAll" or (
        settings.redrive_permission == "byQueue"
        and queue.arn not in settings.redrive_sources
        and queue.key not in settings.redrive_sources
    ):
        yield WiringFinding(
            Code.DLQ_REFUSES,
            f"{called} does not accept messages from this queue",
            f"add the queue to the redrive allow policy of {dead.name}",
            stops=False,
        )


def _undelivered(
    topic: Topic, subscription: Subscription, topology: Topology, context: Context
) -> Iterator[WiringFinding]:
    """Check the dead-letter queue of the subscription itself, which SNS sends to as to any queue."""
    if subscription.settings is None:
        if subscription.ref.readable:
            yield _unread("the subscription", subscription.problem)
        return
    target = subscription.settings.dead_letter_target
    if target is None:
        return
    called = f"the subscription's dead-letter queue {name_of(target)}"
    remedy = "create it, or name another for the subscription"
    if is_fifo(target) is not topic.fifo:
        kinds = "standard, the topic is FIFO" if topic.fifo else "FIFO, the topic is standard"
        text = f"{called} is {kinds}"
        yield WiringFinding(Code.SUBSCRIPTION_DLQ_TYPE, text, "name one of the topic's type", stops=False)
    dead = topology.queue_by_arn(target)
    if dead is None:
        yield from _absent(target, called, Code.SUBSCRIPTION_DLQ_GONE, remedy, topology, context, stops=False)
    elif _gone(dead):
        yield WiringFinding(Code.SUBSCRIPTION_DLQ_GONE, f"{called} no longer exists", remedy, stops=False)
    else:
        yield from _let_in(topic, dead, called, stops=False)


def _absent(
    arn: str, called: str, code: Code, remedy: str, topology: Topology, context: Context, *, stops: bool = True
) -> Iterator[WiringFinding]:
    """Say what it means that a queue is not among those that were listed; ``code`` is for one that does not exist."""
    try:
        place = Arn.parse(arn)
    except ValueError:
        text = f"{called} has no proper ARN, so it cannot be looked for"
        yield WiringFinding(Code.NOT_AN_ARN, text, certain=False)
        return
    if context.account is None or context.region is None:
        text = f"{called} was not found, and the account is not known yet"
        yield WiringFinding(Code.NOT_LISTED, text, certain=False)
    elif (place.account, place.region) != (context.account, context.region):
        same_account = place.account == context.account
        elsewhere = f"region {place.region}" if same_account else f"account {place.account}"
        text = f"{called} is in {elsewhere}: it cannot be checked from here"
        yield WiringFinding(Code.ELSEWHERE, text, certain=False)
    elif not topology.complete:
        text = f"{called} is not among the queues that were listed; not all were"
        yield WiringFinding(Code.NOT_LISTED, text, certain=False)
    else:
        yield WiringFinding(code, f"{called} does not exist", remedy, stops=stops)


def _unread(called: str, problem: Problem | None) -> WiringFinding:
    """Say that settings are not known: for the reason of the server, or because nobody has asked for them yet."""
    code = Code.NOT_READ_YET if problem is None else Code.NOT_READ
    return WiringFinding(code, f"the settings of {called} are not known{_because(problem)}", certain=False)


def _gone(queue: Queue) -> bool:
    return queue.problem is not None and queue.problem.kind is ProblemKind.GONE


def _because(problem: Problem | None) -> str:
    return f": {problem.text}" if problem is not None else " yet"
