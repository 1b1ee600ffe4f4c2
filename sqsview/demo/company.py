"""The company of the demo, as facts: its queues, its topics, who gets what, and what is wrong there.

The faults are deliberate, one of each kind: a subscription whose queue is gone, a queue that does not admit
its topic, an e-mail that was never confirmed, a topic that nobody listens to, a dead-letter queue that nobody
uses any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqsview.demo import letters
from sqsview.demo.letters import Writer

DAY = 86_400

BUSIEST = "orders-billing"
GONE = "orders-legacy-export"
"""The queue that was deleted without its subscription."""
FORGOTTEN = "legacy-import"
"""The queue that was deleted without its dead-letter queue."""
NOT_ADMITTED = "orders-search"
UNUSED_DEAD_LETTERS = "legacy-import-dlq"
ORPHAN_TOPIC = "promotions-2024"
PENDING_ADDRESS = "ops@example.com"
LONG_NAME = "payments-settlement-nightly-reconciliation-with-the-acquiring-banks-eu-west-1-v2"


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """One queue and what is in it when the curtain rises."""

    name: str
    writer: Writer
    """Who writes the messages that are in it."""
    backlog: int = 0
    dead_letters: str | None = None
    receives: int = 5
    """``maxReceiveCount``, where there is a dead-letter queue."""
    sources: tuple[str, ...] = ()
    """Where the backlog of a dead-letter queue comes from; empty where it was sent here."""
    visibility: int = 30
    """Seconds."""
    retention: int = 4 * DAY
    """Seconds."""
    delay: int = 0
    """Seconds."""
    age: int = 200
    """Days since it was made."""
    key: str | None = None
    """KMS key; SSE-SQS where there is none."""
    plain: bool = False
    """Not encrypted at all."""
    allows: Mapping[str, Any] | None = None
    """Redrive allow policy."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further attributes."""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def fifo(self) -> bool:
        """Tell whether this is a FIFO queue."""
        return self.name.endswith(".fifo")


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """One subscription of a topic."""

    endpoint: str
    """A queue's name, an address, or a device's token for ``application``."""
    protocol: str = "sqs"
    filter: Mapping[str, Any] | None = None
    scope: str = "MessageAttributes"
    raw: bool = False
    dead_letters: str | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """One topic and its subscriptions."""

    name: str
    subscriptions: tuple[SubscriptionFacts, ...] = ()
    display_name: str = ""
    key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One device of a push application."""

    token: str
    user_data: str = ""
    enabled: bool = True


def _dlq(name: str, writer: Writer, *, backlog: int = 0, sources: tuple[str, ...] = (), **more: Any) -> QueueFacts:
    return QueueFacts(name, letters.faulty(writer), backlog, sources=sources, retention=14 * DAY, **more)


_SHOP = {"team": "shop", "env": "prod"}
_PAY = {"team": "payments", "env": "prod", "cost-center": "4711"}
_DATA = {"team": "data", "env": "prod"}
_THROUGHPUT = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
_BY_CONTENT = {"ContentBasedDeduplication": "true"}

QUEUES: tuple[QueueFacts, ...] = (
    # Dead-letter queues come first: a redrive policy can only name a queue that exists.
    _dlq("orders-billing-dlq", letters.order, backlog=57, sources=("orders-billing",), tags=_SHOP,
         allows={"redrivePermission": "byQueue", "sourceQueueArns": ["orders-billing"]}),
    _dlq("orders-ship-dlq.fifo", letters.shipment, tags=_SHOP),
    _dlq("orders-mail-dlq", letters.order, tags=_SHOP),
    QueueFacts("orders-fanout-undelivered", letters.order, 9, retention=14 * DAY, tags=_SHOP),
    _dlq("orders-ledger-dlq.fifo", letters.shipment, tags=_SHOP),
    _dlq("payments-dlq", letters.payment, backlog=12, tags=_PAY,
         sources=("payments-capture", "payments-webhooks", "payments-fraud-check")),
    _dlq("payments-refunds-dlq.fifo", letters.payment, backlog=3, sources=("payments-refunds.fifo",),
         tags=_PAY),
    _dlq("inventory-dlq", letters.stock, tags=_SHOP),
    _dlq("users-dlq", letters.user, backlog=4, sources=("users-crm-sync",), age=40),
    _dlq("mail-outbound-dlq", letters.notification, backlog=21, sources=("mail-outbound",)),
    _dlq("push-dispatch-dlq", letters.notification),
    _dlq("analytics-dlq", letters.audit, tags=_DATA),
    _dlq("audit-archive-dlq", letters.audit, key="alias/audit"),
    _dlq(UNUSED_DEAD_LETTERS, letters.stock, backlog=340, sources=(FORGOTTEN,), age=900, plain=True,
         allows={"redrivePermission": "denyAll"}),
    # The fan-out of the orders.
    QueueFacts(BUSIEST, letters.order, 12_418, "orders-billing-dlq", tags={**_SHOP, "tier": "1"}, age=620),
    QueueFacts("orders-shipping.fifo", letters.shipment, 4_102, "orders-ship-dlq.fifo", 3, visibility=60,
               tags=_SHOP, more=_BY_CONTENT),
    QueueFacts("orders-mail", letters.large_order, 980, "orders-mail-dlq", tags=_SHOP),
    QueueFacts("orders-audit", letters.order, tags=_SHOP, retention=14 * DAY),
    QueueFacts(NOT_ADMITTED, letters.order, tags=_SHOP, age=3),
    QueueFacts("orders-analytics", letters.order, 64, "analytics-dlq", tags=_DATA),
    QueueFacts("orders-ledger.fifo", letters.shipment, 12, "orders-ledger-dlq.fifo", 10, tags=_SHOP,
               more={**_BY_CONTENT, **_THROUGHPUT}),
    # Payments.
    QueueFacts("payments-capture", letters.payment, 6, "payments-dlq", 3, tags=_PAY, key="alias/payments"),
    QueueFacts("payments-fraud-check", letters.payment, 38, "payments-dlq", 3, tags=_PAY,
               key="alias/payments"),
    QueueFacts("payments-webhooks", letters.payment, 215, "payments-dlq", 4, tags=_PAY),
    QueueFacts("payments-refunds.fifo", letters.payment, 17, "payments-refunds-dlq.fifo", 5, tags=_PAY,
               more=_BY_CONTENT),
    QueueFacts(LONG_NAME, letters.statement, 1_440, tags=_PAY, retention=14 * DAY, visibility=900),
    # Stock, people, mail, push.
    QueueFacts("inventory-stock", letters.stock, 90, "inventory-dlq", tags=_SHOP),
    QueueFacts("inventory-replenish", letters.stock, 5, "inventory-dlq", 8, tags=_SHOP),
    QueueFacts("search-index", letters.stock, 130, tags=_DATA),
    QueueFacts("users-welcome", letters.user, 52, delay=300, dead_letters="users-dlq", age=40),
    QueueFacts("users-crm-sync", letters.user, 44, "users-dlq", 10, age=40),
    QueueFacts("mail-outbound", letters.notification, 310, "mail-outbound-dlq"),
    QueueFacts("mail-bounces", letters.notification, 2),
    QueueFacts("push-dispatch", letters.notification, 26, "push-dispatch-dlq"),
    QueueFacts("sms-outbound", letters.notification, plain=True),
    # Data, audit, chores.
    QueueFacts("analytics-ingest", letters.clicks, 620, "analytics-dlq", 20, tags=_DATA, retention=DAY),
    QueueFacts("audit-archive", letters.audit, 75, "audit-archive-dlq", key="alias/audit",
               retention=14 * DAY),
    QueueFacts("images-resize", letters.picture, 2_380, visibility=120, tags=_SHOP),
    QueueFacts("scheduler-reminders", letters.reminder, more={"ReceiveMessageWaitTimeSeconds": "20"}),
    QueueFacts("reports-export", letters.statement, age=1, plain=True),
)  # fmt: skip

TOPICS: tuple[TopicFacts, ...] = (
    TopicFacts(
        "orders",
        (
            SubscriptionFacts(BUSIEST, filter={"type": ["order", "refund"]}),
            SubscriptionFacts("orders-mail", scope="MessageBody",
                              filter={"total": [{"numeric": [">=", 300]}]}),
            SubscriptionFacts("orders-audit", raw=True),
            SubscriptionFacts("orders-analytics", raw=True, dead_letters="orders-fanout-undelivered",
                              filter={"tenant": [{"anything-but": ["initech"]}]}),
            SubscriptionFacts(NOT_ADMITTED),
            SubscriptionFacts(GONE, raw=True),
            SubscriptionFacts(PENDING_ADDRESS, "email", pending=True),
        ),
        display_name="Orders",
        tags=_SHOP,
    ),
    TopicFacts(
        "orders-events.fifo",
        (SubscriptionFacts("orders-shipping.fifo", raw=True), SubscriptionFacts("orders-ledger.fifo")),
        tags=_SHOP,
    ),
    TopicFacts(
        "payments",
        (
            SubscriptionFacts("payments-capture", filter={"type": ["payment"]}),
            SubscriptionFacts("payments-fraud-check", scope="MessageBody",
                              filter={"risk": {"score": [{"numeric": [">=", 70]}]},
                                      "method": ["card", "paypal"]}),
            SubscriptionFacts("payments-webhooks", raw=True),
            SubscriptionFacts("https://status.example.com/hooks/payments", "https"),
        ),
        key="alias/payments",
        tags=_PAY,
    ),
    TopicFacts(
        "inventory",
        (
            SubscriptionFacts("inventory-stock"),
            SubscriptionFacts("inventory-replenish", raw=True, filter={"left": [{"numeric": ["<", 10]}]}),
            SubscriptionFacts("search-index", raw=True),
        ),
        tags=_SHOP,
    ),
    TopicFacts(
        "users",
        (
            SubscriptionFacts("users-welcome", filter={"event": ["signed_up"]}),
            SubscriptionFacts("users-crm-sync"),
        ),
    ),
    TopicFacts(
        "notifications",
        (
            SubscriptionFacts("mail-outbound", filter={"channel": ["mail"]}),
            SubscriptionFacts("push-dispatch", filter={"channel": ["push"]}),
            SubscriptionFacts("sms-outbound", filter={"channel": ["sms"]}, raw=True),
            SubscriptionFacts("+353871234567", "sms", filter={"channel": ["pager"]}),
            SubscriptionFacts("apns-0001", "application", filter={"channel": ["push"]}),
        ),
        display_name="Shop",
    ),
    TopicFacts("analytics", (SubscriptionFacts("analytics-ingest", raw=True),), tags=_DATA),
    TopicFacts("audit", (SubscriptionFacts("audit-archive"),), key="alias/audit"),
    TopicFacts(ORPHAN_TOPIC, display_name="Black Friday"),
)  # fmt: skip

DEVICES: Mapping[tuple[str, str], tuple[DeviceFacts, ...]] = {
    ("APNS", "shop-ios"): (
        DeviceFacts("apns-0001", "Aoife's iPhone"),
        DeviceFacts("apns-0002", "Jürgen's iPad"),
        DeviceFacts("apns-0003", "a phone that was sold", enabled=False),
    ),
    ("GCM", "shop-android"): (
        DeviceFacts("gcm-0001", "Zoë's Pixel"),
        DeviceFacts("gcm-0002"),
    ),
}
"""By platform and application."""
