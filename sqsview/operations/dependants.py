"""What depends on a queue, topic or subscription, and what goes with it: lines for whoever is about to delete it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from sqsview.domain.queue import Queue
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic
from sqsview.domain.topology import Topology
from sqsview.domain.words.figures import count

_NAMED = 8
"""Things that are named in one line."""


def of_queue(queue: Queue, topology: Topology) -> tuple[str, ...]:
    """Say what is in a queue, who sends to it, and who gives up to it, a line each; names are untrusted text."""
    return tuple(_of_queue(queue, topology))


def of_topic(topic: Topic, topology: Topology) -> tuple[str, ...]:
    """Say who is subscribed to a topic, a line each; names are untrusted text."""
    return tuple(_of_topic(topic, topology))


def of_subscription(topic: Topic, subscription: Subscription) -> tuple[str, ...]:
    """Say what does not arrive any more without a subscription, a line each; names are untrusted text."""
    if subscription.status is SubscriptionStatus.DELETED:
        return (f"{subscription.name} is unsubscribed from {topic.name} already",)
    if subscription.status is SubscriptionStatus.PENDING:
        return (f"{subscription.name} has not confirmed it, so that nothing from {topic.name} arrives there now",)
    lines = [f"nothing that is published to {topic.name} gets to {subscription.name} any more"]
    if subscription.settings is not None and subscription.settings.filter_policy is not None:
        lines.append("its filter policy goes with it")
    return tuple(lines)


def _of_queue(queue: Queue, topology: Topology) -> Iterator[str]:
    yield _held_by(queue)
    if queue.counts is not None and queue.counts.in_flight:
        yield f"{count(queue.counts.in_flight)} in flight: consumers, or looks, have them in hand now"
    feeds = topology.feeds(queue)
    if feeds:
        yield f"subscribed to {_named(topic.name for topic, _ in feeds)}: what is published there is lost for it"
    elif not topology.all_subscriptions:
        yield "not all subscriptions could be listed: topics may feed it"
    sources = topology.dead_letter_sources(queue)
    if sources:
        yield (
            f"the dead-letter queue of {_named(source.name for source in sources)}: what fails there has no other place"
        )
    elif not topology.complete:
        yield "not all queues were listed: others may give up to it"
    failed = topology.failed_deliveries(queue)
    if failed:
        names = _named(f"{topic.name} to {subscription.name}" for topic, subscription in failed)
        yield f"gets what could not be delivered from {names}"
    target = topology.dead_letter_queue_of(queue)
    if target is not None:
        yield f"its dead letters stay in {target.name}, where nothing takes them back to it any more"


def _held_by(queue: Queue) -> str:
    counts = queue.counts
    if counts is None or counts.visible is None:
        return "how many messages it has is not known: they go with it"
    total = counts.visible + (counts.in_flight or 0) + (counts.delayed or 0)
    if not total:
        return "it is empty, by its counts, which may be a minute behind"
    return "about 1 message goes with it" if total == 1 else f"about {count(total)} messages go with it"


def _of_topic(topic: Topic, topology: Topology) -> Iterator[str]:
    confirmed = topic.count(SubscriptionStatus.CONFIRMED)
    pending = topic.count(SubscriptionStatus.PENDING)
    if not confirmed and not pending:
        known = topology.all_subscriptions
        yield "nothing is subscribed to it" if known else "not all subscriptions could be listed: there may be some"
        return
    waiting = f", {count(pending)} of them not confirmed" if pending else ""
    some = "1 subscription goes" if confirmed + pending == 1 else f"{count(confirmed + pending)} subscriptions go"
    yield f"{some} with it{waiting}"
    by_protocol: dict[str, list[str]] = {}
    for subscription in topic.subscriptions:
        if subscription.status is not SubscriptionStatus.DELETED:
            by_protocol.setdefault(subscription.ref.protocol, []).append(subscription.name)
    for protocol, names in sorted(by_protocol.items()):
        yield f"{protocol}: {_named(names)}"


def _named(names: Iterable[str]) -> str:
    """Name each once, the first few of them, in the order in which they come."""
    found = list(Counter(names))
    shown = found[:_NAMED]
    if len(found) > _NAMED:
        shown.append(f"{count(len(found) - _NAMED)} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
