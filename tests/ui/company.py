"""A small company as facts: one of everything that the screens tell apart."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqsview.domain.history import History
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.domain.queue import Counts, Encryption, Queue, QueueSettings
from sqsview.domain.snapshot import (
    ApiFigures,
    CallFigures,
    Connection,
    Context,
    Health,
    PollerState,
    Snapshot,
)
from sqsview.domain.topic import (
    DELETED_LITERAL,
    PENDING_LITERAL,
    Subscription,
    SubscriptionRef,
    Topic,
    TopicSettings,
)
from tests.support.things import ACCOUNT, REGION, admitting, queue_arn, queue_ref, subscription, topic_arn
from tests.ui.still_feed import EPOCH, NOW

HOUR = 3_600.0
DAY = 86_400.0
LONG_NAME = "customer-notification-preferences-synchronisation-worker-for-europe-west-primary"
"""As long as SQS lets a name be: 80 characters."""
DENIED = Problem(
    ProblemKind.DENIED, "denied: sqs:GetQueueAttributes", "allow it on this queue", "orders-audit", EPOCH - 42
)
GONE = Problem(ProblemKind.GONE, "it no longer exists", "", "legacy-import", EPOCH - 310)
EXPIRED = Problem(
    ProblemKind.CREDENTIALS, "the SSO session expired", "run: aws sso login --profile shop-prod", at=EPOCH - 5
)


def history(visible: Iterable[float], in_flight: float = 0.0, *, step: float = 10.0) -> History:
    """Record readings every ``step`` seconds, the last of them just now."""
    made = History()
    values = [max(0, round(value)) for value in visible]
    for place, value in enumerate(values):
        flying = max(0, round(in_flight * (1 + 0.2 * math.sin(place / 3))))
        made.add(NOW - 1 - step * (len(values) - 1 - place), value, flying)
    return made


def moving(end: float, per_minute: float, *, minutes: int = 30, in_flight: float = 0.0) -> History:
    """Record a count that changed by ``per_minute`` on its way to ``end``."""
    return history((end - per_minute * (minutes * 6 - place) / 6 for place in range(minutes * 6 + 1)), in_flight)


def steady(count: float, *, noise: float = 0.0, in_flight: float = 0.0) -> History:
    """Record half an hour around ``count``."""
    return history((count + noise * math.sin(place / 2) for place in range(181)), in_flight)


def read_queue(
    name: str,
    counts: tuple[int, int, int],
    past: History,
    *,
    read_at: float = NOW - 1,
    problem: Problem | None = None,
    **settings: Any,
) -> Queue:
    """Make a queue as it is after a good reading."""
    usual: dict[str, Any] = {
        "arn": queue_arn(name),
        "visibility_timeout": 30,
        "retention": 345_600,
        "delay": 0,
        "maximum_message_size": 1_048_576,
        "encryption": Encryption.SSE_SQS,
    }
    return Queue(
        queue_ref(name),
        Counts(*counts),
        QueueSettings(**{**usual, **settings}),
        read_at=read_at,
        problem=problem,
        history=past,
    )


def redrive(name: str, receives: int) -> dict[str, Any]:
    """Give up to the queue of this name."""
    return {"dead_letter_target": queue_arn(name), "max_receive_count": receives}


def queues() -> list[Queue]:
    """Give all queues."""
    return [
        read_queue(
            "orders-billing",
            (12_418, 200, 0),
            moving(12_418, 340, in_flight=200),
            policy=admitting("orders-billing", "orders"),
            **redrive("orders-billing-dlq", 5),
        ),
        read_queue(
            "orders-shipping.fifo",
            (4_102, 90, 0),
            moving(4_102, -60, in_flight=90),
            policy=admitting("orders-shipping.fifo", "shipments.fifo"),
            content_based_deduplication=True,
            **redrive("orders-ship-dlq.fifo", 3),
        ),
        read_queue(
            "orders-mail",
            (980, 21, 14),
            steady(980, noise=25, in_flight=21),
            policy=admitting("orders-mail", "orders"),
            **redrive("orders-mail-dlq", 5),
        ),
        read_queue("orders-billing-dlq", (57, 0, 0), moving(57, 2, minutes=28), retention=1_209_600),
        read_queue("orders-ship-dlq.fifo", (0, 0, 0), steady(0), retention=1_209_600),
        read_queue("orders-mail-dlq", (0, 0, 0), steady(0), retention=1_209_600),
        Queue(queue_ref("orders-audit"), problem=DENIED),
        read_queue("orders-search", (0, 0, 0), steady(0)),
        read_queue("payments-eu", (3, 1, 0), steady(3, noise=2), policy=admitting("payments-eu", "payments"),
                   **redrive("payments-dlq", 10)),
        read_queue("payments-us", (0, 0, 0), steady(0), policy=admitting("payments-us", "payments"),
                   **redrive("payments-dlq", 10)),
        read_queue("payments-dlq", (12, 0, 0), steady(12)),
        read_queue("undelivered", (0, 0, 0), steady(0)),
        replace(
            read_queue("legacy-import", (44, 0, 0), steady(44), read_at=NOW - 310, problem=GONE),
        ),
        Queue(queue_ref("nightly-batch")),
        read_queue("reports", (6, 0, 2), steady(6), encryption=Encryption.SSE_KMS, kms_key="alias/reports",
                   **redrive("reports-dlq", 4)),
    ]  # fmt: skip


def literal(topic: str, endpoint: str, protocol: str, word: str, *, first_seen_at: float | None = None) -> Subscription:
    """Make a subscription that SNS lists with a word in place of its ARN."""
    ref = SubscriptionRef(word, topic_arn(topic), protocol, endpoint, ACCOUNT)
    return Subscription(ref, first_seen_at=first_seen_at)


def topics() -> list[Topic]:
    """Give all topics."""
    attributes = json.dumps({"type": ["order", "refund"]})
    body = json.dumps({"total": [{"numeric": [">=", 500]}]})
    device = f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/APNS/shop-ios/1fd0c1d2-9a66-3d3c-8b4e-1a2b3c4d5e6f"
    return [
        Topic(
            topic_arn("orders"),
            (
                subscription("orders", queue_arn("orders-billing"), filter_policy=attributes),
                subscription("orders", queue_arn("orders-mail"), filter_policy=body, filter_scope="MessageBody"),
                subscription("orders", queue_arn("orders-search")),
                literal("orders", "ops@example.com", "email", PENDING_LITERAL, first_seen_at=NOW - 7_500),
            ),
            TopicSettings(display_name="Shop orders", signature_version="2"),
        ),
        Topic(
            topic_arn("payments"),
            (
                subscription("payments", queue_arn("payments-eu"), dead_letter_target=queue_arn("undelivered")),
                subscription("payments", queue_arn("payments-us")),
                subscription("payments", "https://hooks.example.com/payments", "https"),
                literal("payments", "+1***5309", "sms", DELETED_LITERAL),
            ),
            TopicSettings(kms_key="alias/payments"),
        ),
        Topic(
            topic_arn("shipments.fifo"),
            (subscription("shipments.fifo", queue_arn("orders-shipping.fifo"), raw_delivery=True),),
            TopicSettings(content_based_deduplication=True),
        ),
        Topic(
            topic_arn("alerts"),
            (
                subscription("alerts", device, "application"),
                subscription("alerts", queue_arn("pager-of-another-team"), unread=True),
            ),
        ),
        Topic(topic_arn("nobody-listens"), (), TopicSettings()),
    ]


def application(
    platform: str, name: str, *, enabled: bool | None = True, expires: str | None = None
) -> PlatformApplication:
    """Make a push application."""
    return PlatformApplication(f"arn:aws:sns:{REGION}:{ACCOUNT}:app/{platform}/{name}", enabled, expires)


APPLICATIONS = (
    application("ADM", "shop-fire", enabled=False),
    application("APNS", "shop-ios", expires="2026-03-01T12:00:00Z"),
    application("GCM", "shop-android", enabled=None),
)


def device(number: int, *, enabled: bool = True, user_data: str = "") -> PlatformEndpoint:
    """Make a device of ``shop-ios``."""
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/APNS/shop-ios/{number:08d}-9a66-3d3c-8b4e-1a2b3c4d5e6f"
    return PlatformEndpoint(arn, enabled, f"secret-device-token-{number:04d}", user_data)


APIS = (
    ApiFigures("sqs:GetQueueAttributes", 18_204, 3, 12, 0.018, 0.041),
    ApiFigures("sqs:ListQueues", 14, 0, 0, 0.032, 0.06),
    ApiFigures("sns:ListSubscriptions", 9, 0, 0, 0.041, 0.09),
    ApiFigures("sns:GetSubscriptionAttributes", 11, 1, 0, 0.022, 0.05),
    ApiFigures("sns:ListTopics", 9, 0, 0, 0.029, None),
)

HERE = Context("shop-prod", ACCOUNT, REGION)


def snapshot(
    queues: Iterable[Queue] = (),
    topics: Iterable[Topic] = (),
    *,
    connection: Connection = Connection.LIVE,
    problem: Problem | None = None,
    **more: Any,
) -> Snapshot:
    """Make a live snapshot of these queues and topics; ``more`` are fields of `Snapshot`."""
    by_key: Mapping[str, Queue] = {queue.key: queue for queue in sorted(queues, key=lambda each: each.name)}
    loaded = sum(queue.read_at is not None for queue in by_key.values())
    more.setdefault("health", Health(connection, problem, NOW - 1, loaded, len(by_key)))
    more.setdefault("context", HERE)
    more.setdefault("all_queues", True)
    more.setdefault("all_subscriptions", True)
    more.setdefault("poller", PollerState(4.0, 15.0, 180.0, 12, 3, 1, True, 0, 60.0, NOW - 20))
    return Snapshot(
        queues=by_key,
        topics={topic.key: topic for topic in sorted(topics, key=lambda each: each.name)},
        taken_at=NOW,
        **more,
    )


def company(**more: Any) -> Snapshot:
    """Make the whole of it; ``more`` replaces fields of the snapshot."""
    usual: dict[str, Any] = {
        "applications": {each.key: each for each in APPLICATIONS},
        "applications_listed": True,
        "calls": CallFigures(312, 50.0, 50.0, 1.4, APIS, 18_247),
        "problems": (
            DENIED,
            GONE,
            Problem(ProblemKind.THROTTLED, "throttled: sqs:GetQueueAttributes", "the pace was halved", at=EPOCH - 900),
        ),
    }
    return snapshot(queues(), topics(), **{**usual, **more})


def without(whole: Snapshot, *names: str) -> Snapshot:
    """Leave out the queues and topics of these names."""
    return replace(
        whole,
        queues={key: each for key, each in whole.queues.items() if each.name not in names},
        topics={key: each for key, each in whole.topics.items() if each.name not in names},
    )


def with_queue(whole: Snapshot, queue: Queue) -> Snapshot:
    """Add a queue, or put another state of it in its place."""
    return replace(whole, queues=dict(sorted({**whole.queues, queue.key: queue}.items())))


def failing(whole: Snapshot, problem: Problem = EXPIRED, *, age: float = 95.0) -> Snapshot:
    """Let the connection fail: what is known is as old as ``age`` seconds."""
    health = replace(whole.health, connection=Connection.FAILING, problem=problem, fresh_at=NOW - age, retry_at=NOW + 8)
    return replace(whole, health=health, problems=(problem, *whole.problems))
