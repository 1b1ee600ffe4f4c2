"""What there is of a described fan-out as the dashboard knows it, for a plan that follows what is typed."""

from __future__ import annotations

from sqsview.domain.fan_out.description import Description, QueuePart
from sqsview.domain.fan_out.steps import Existing, Place, ThereQueue, ThereSubscription
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.topology import SQS_PROTOCOL


def existing_in(snapshot: Snapshot, description: Description) -> Existing | str:
    """Give what is known of the things of a description, or a line that says what is not known yet.

    Tags are not in a snapshot: they are taken to be as they are described.
    """
    context = snapshot.context
    if context.account is None or context.region is None:
        return "the account is not known yet"
    if not snapshot.all_queues or not snapshot.all_subscriptions:
        return "not everything was listed, so that what is missing is read when it is built"
    place = Place(context.partition, context.region, context.account)
    tags = {each.name: each.tags for each in _queue_parts(description)}
    queues: dict[str, ThereQueue] = {}
    for name in description.queue_names:
        queue = snapshot.queues.get(place.queue(name))
        if queue is not None:
            if queue.settings is None:
                return f"{name} was not read yet"
            queues[name] = ThereQueue(queue.settings, tags[name])
    topic = snapshot.topics.get(place.topic(description.topic.name))
    if topic is None:
        return Existing(place, queues=queues)
    if topic.settings is None:
        return f"{topic.name} was not read yet"
    wanted = {place.queue(branch.name) for branch in description.branches}
    found: dict[str, tuple[ThereSubscription, ...]] = {}
    for each in topic.subscriptions:
        if each.ref.protocol == SQS_PROTOCOL and each.ref.endpoint in wanted:
            if each.settings is None and each.ref.readable:
                return f"the subscription of {each.name} was not read yet"
            told = (*found.get(each.ref.endpoint, ()), ThereSubscription(each.ref, each.settings))
            found[each.ref.endpoint] = told
    return Existing(place, topic.settings, description.topic.tags, queues, found)


def _queue_parts(description: Description) -> list[QueuePart]:
    return [*description.dead_letter_queues, *(branch.queue for branch in description.branches)]
