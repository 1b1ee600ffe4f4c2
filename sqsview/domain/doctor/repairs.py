"""Which call mends what; none where only a person can decide."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqsview.domain.admission import AdmissionFault, admitting_policy
from sqsview.domain.arn import Arn, is_fifo
from sqsview.domain.changes import CreateQueue, SetQueueAttributes
from sqsview.domain.doctor.repair import MakeQueue, SetQueue, Unsubscribe, Value
from sqsview.domain.policy import document
from sqsview.domain.queue import Queue, QueueSettings
from sqsview.domain.topic import Subscription, Topic
from sqsview.domain.words.figures import duration

_DAY = 86_400
LONGEST_RETENTION = 14 * _DAY
"""Seconds (SQS API reference, SetQueueAttributes)."""
USUAL_RECEIVES = 10
"""``maxReceiveCount`` where none is given (SQS API reference, SetQueueAttributes)."""
MOST_ALLOWED = 10
"""Queues that a redrive allow policy can name (SQS API reference, SetQueueAttributes)."""

_PROPAGATES = "it takes up to 60 s to be in force"


def admit(queue: Queue, topic: Topic) -> SetQueue:
    """Let SNS deliver from ``topic`` to ``queue``.

    Raises:
        AdmissionFault: no statement more would do that, or there is no room for it.
    """
    settings = queue.settings
    if settings is None:
        raise AdmissionFault("its policy is not known")
    merged = admitting_policy(settings.policy, settings.arn, topic.arn)
    return _set(
        queue,
        [Value("Policy", settings.policy, merged)],
        settings,
        ("policy",),
        f"adds one statement to the policy of {queue.name}; what stands there stays",
        _PROPAGATES,
    )


def use_sse_sqs(queue: Queue) -> SetQueue | None:
    """Encrypt ``queue`` by SQS's own keys, which every sender may use."""
    if queue.settings is None:
        return None
    return _set(
        queue,
        [Value("KmsMasterKeyId", queue.settings.kms_key, ""), Value("SqsManagedSseEnabled", None, "true")],
        queue.settings,
        ("kms_key", "encryption"),
        f"encrypts {queue.name} with SSE-SQS in place of the AWS-managed key",
        "messages that are in it stay encrypted as they came",
    )


def accept(dead: Queue, source: Queue) -> SetQueue | None:
    """Let ``dead`` take what ``source`` gives up; None where its list is full."""
    settings = dead.settings
    if settings is None:
        return None
    listed = settings.redrive_sources if settings.redrive_permission == "byQueue" else ()
    if len(listed) >= MOST_ALLOWED:
        return None
    before = {"redrivePermission": settings.redrive_permission}
    after = {"redrivePermission": "byQueue", "sourceQueueArns": [*listed, source.arn]}
    if listed:
        before["sourceQueueArns"] = list(listed)  # type: ignore[assignment]
    return _set(
        dead,
        [Value("RedriveAllowPolicy", json.dumps(before), json.dumps(after))],
        settings,
        ("redrive_permission", "redrive_sources"),
        f"adds {source.name} to the queues that {dead.name} takes messages from",
        _PROPAGATES,
    )


def keep_longest(queue: Queue, dead: Queue | None = None) -> SetQueue | None:
    """Keep messages in ``queue`` for as long as is of use; None where that is so, or not known.

    Args:
        queue: which.
        dead: its own dead-letter queue, which has to keep them for longer; None where it has none.
    """
    settings = queue.settings
    if settings is None or settings.retention is None:
        return None
    longest = LONGEST_RETENTION
    if dead is not None and not dead.ref.fifo:
        kept = dead.settings.retention if dead.settings is not None else None
        longest = min(longest, kept - _DAY) if kept is not None else 0
    if settings.retention >= longest:
        return None
    return _set(
        queue,
        [Value("MessageRetentionPeriod", str(settings.retention), str(longest))],
        settings,
        ("retention",),
        f"keeps messages in {queue.name} for {duration(longest)} in place of {duration(settings.retention)}",
        "it takes up to 15 minutes to be in force",
    )


def give_more_tries(queue: Queue) -> SetQueue | None:
    """Let messages be received as often as SQS lets by default; None where the redrive policy cannot be read."""
    settings = queue.settings
    if settings is None:
        return None
    try:
        policy = document(settings.redrive_policy)
    except ValueError:
        return None
    if not isinstance(policy, dict):
        return None
    after = json.dumps({**policy, "maxReceiveCount": USUAL_RECEIVES})
    return _set(
        queue,
        [Value("RedrivePolicy", settings.redrive_policy, after)],
        settings,
        ("redrive_policy",),
        f"lets messages of {queue.name} be received {USUAL_RECEIVES} times before they are given up, as SQS does by "
        "default",
        _PROPAGATES,
    )


def make_dead_letter_queue(arn: str, *, fifo: bool, topic: Topic | None = None) -> MakeQueue | None:
    """Make the dead-letter queue of this ARN, empty; None where its name is of the other type, or is no name.

    Args:
        arn: as the redrive policy names it.
        fifo: of what type it has to be.
        topic: whose undeliverable messages SNS is to be let put there; None where SQS itself moves them.
    """
    name = Arn.parse(arn).name
    if is_fifo(name) is not fifo:
        return None
    attributes = {"MessageRetentionPeriod": str(LONGEST_RETENTION)}
    if fifo:
        attributes["FifoQueue"] = "true"
    if topic is not None:
        try:
            attributes["Policy"] = admitting_policy(None, arn, topic.arn)
        except AdmissionFault:
            return None
    return MakeQueue(
        CreateQueue(name, attributes, {}),
        arn,
        f"makes {name}, which keeps messages for {duration(LONGEST_RETENTION)}",
        "a queue of a name that was just deleted can be made after 60 s",
    )


def remove(topic: Topic, subscription: Subscription, *, twin: Subscription | None = None) -> Unsubscribe | None:
    """Delete a subscription whose queue is gone, or that has a twin; None where it has no ARN."""
    if not subscription.ref.readable:
        return None
    says = f"deletes the subscription of {subscription.name} to {topic.name}"
    return Unsubscribe(
        subscription,
        says if twin is None else f"{says}; the other one goes on delivering",
        twin,
        subscription.ref.endpoint if twin is None else None,
        "its filter policy goes with it" if subscription.settings and subscription.settings.filter_policy else "",
    )


def _set(
    queue: Queue, values: Sequence[Value], settings: QueueSettings, fields: tuple[str, ...], says: str, note: str
) -> SetQueue:
    return SetQueue(
        SetQueueAttributes(queue.ref, {each.attribute: each.after for each in values}),
        tuple((each.attribute, each.before) for each in values),
        settings,
        fields,
        says,
        note,
    )
