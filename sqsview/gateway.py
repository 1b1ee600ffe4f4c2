"""The port to SQS, SNS and CloudWatch: what the poller, the store and the operations may call.

Every method is one API operation and has that operation's name in snake case, so that the gate below can tell
a read from everything else. Every method is paced by whoever implements it and raises only `GatewayError`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqsview.errors import RefusedReadOnly

if TYPE_CHECKING:  # the command line needs the budgets before the first paint, and none of these
    from sqsview.domain.message import EntryFault, Message, Outgoing, Sent
    from sqsview.domain.move_task import MoveTask
    from sqsview.domain.push import PlatformApplication, PlatformEndpoint
    from sqsview.domain.queue import QueueReading, QueueRef
    from sqsview.domain.secret import Secret
    from sqsview.domain.snapshot import CallFigures, Context
    from sqsview.domain.topic import SubscriptionReading, SubscriptionRef, TopicReading

LOADING_BUDGET = 400.0
"""Calls a second while first loading: above it, keys begin to feel the client's own work (1 ms of CPU a call)."""
DEFAULT_BUDGET = 50.0
"""Calls a second once loaded, unless the user says otherwise."""
LISTING_BUDGET = 1000.0
"""Calls a second of ``ls``, which has no keys to keep alive."""
ASKED_BUDGET = 1000.0
"""Calls a second of what a person asked for by name, such as a look: it does not wait behind the poller's budget."""

MOST_AT_ONCE = 10
"""Entries of a batch, and messages of a receive, at most (SQS and SNS API references)."""

URGENT: ContextVar[bool] = ContextVar("urgent", default=False)
"""Set in the context of calls that a person waits for, such as details: they overtake those of the poller."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which account, region and server to connect to, as the user asked for it; None leaves it to the AWS chain."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None


class Meter(Protocol):
    """Counts calls and holds the budget."""

    def figures(self) -> CallFigures:
        """Sum up the calls so far."""

    def allow(self, calls_per_second: float | None) -> None:
        """Set the full budget; None lifts it. A budget that is halved by throttling recovers towards the new one."""


class Gateway(Protocol):
    """One open connection to SQS, SNS and CloudWatch in one account and region."""

    context: Context
    """Complete but for the account, which ``get_caller_identity`` tells."""
    meter: Meter

    async def get_caller_identity(self) -> str:
        """Give the 12-digit account."""

    def list_queues(self, prefix: str = "") -> AsyncIterator[list[QueueRef]]:
        """Give all queues whose names start with ``prefix``, in pages of up to 1,000."""

    async def get_queue_url(self, name: str, account: str | None = None) -> QueueRef:
        """Find one queue by name, where listing is not permitted."""

    async def get_queue_attributes(self, queue: QueueRef) -> QueueReading:
        """Read settings and counts of one queue."""

    async def list_queue_tags(self, queue: QueueRef) -> Mapping[str, str]:
        """Read the tags of one queue."""

    def list_topics(self) -> AsyncIterator[list[str]]:
        """Give the ARNs of all topics, in pages of 100."""

    async def get_topic_attributes(self, arn: str) -> TopicReading:
        """Read the settings of one topic."""

    def list_subscriptions(self) -> AsyncIterator[list[SubscriptionRef]]:
        """Give all subscriptions of all topics, in pages of 100."""

    async def get_subscription_attributes(self, arn: str) -> SubscriptionReading:
        """Read the settings of one subscription; never called with a literal in place of the ARN."""

    async def list_tags_for_resource(self, arn: str) -> Mapping[str, str]:
        """Read the tags of one topic."""

    def list_platform_applications(self) -> AsyncIterator[list[PlatformApplication]]:
        """Give all push applications, in pages of 100."""

    def list_endpoints_by_platform_application(self, arn: str) -> AsyncIterator[list[PlatformEndpoint]]:
        """Give the devices of one push application, in pages of 100; ask for the next page only when needed."""

    async def get_endpoint_attributes(self, arn: str) -> Mapping[str, str]:
        """Read the attributes of one device: whether it is enabled, its token, its user data."""

    async def get_metric_data(self, queue_names: Sequence[str]) -> Mapping[str, float]:
        """Read ApproximateAgeOfOldestMessage, in seconds, of up to 500 queues; absent where there is no figure.

        Costs money: $0.01 per 1,000 queues. Only called where CloudWatch was switched on.
        """

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        """Receive up to ``maximum`` (10 at most) messages; each receive counts towards the dead-letter queue.

        Args:
            queue: where from.
            maximum: messages wanted.
            wait: seconds that the server may wait for one; from 1 on it asks all of its machines.
            hold: seconds for which nobody else gets them (``VisibilityTimeout``), unless they are released before.
        """

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        """Hide up to 10 messages for ``seconds`` from now; 0 gives them back. Give the receipts that failed."""

    async def delete_message_batch(self, queue: QueueRef, receipts: Sequence[str]) -> Mapping[str, EntryFault]:
        """Delete up to 10 messages for good; give the receipts that failed."""

    async def purge_queue(self, queue: QueueRef) -> None:
        """Delete everything in a queue for good, in the course of up to 60 s; at most once in 60 s."""

    async def delete_queue(self, queue: QueueRef) -> None:
        """Delete a queue with everything in it."""

    async def delete_topic(self, arn: str) -> None:
        """Delete a topic with its subscriptions."""

    async def unsubscribe(self, arn: str) -> None:
        """Delete one subscription."""

    def list_dead_letter_source_queues(self, queue: QueueRef) -> AsyncIterator[list[QueueRef]]:
        """Give the queues that name ``queue`` as their dead-letter queue, in pages of up to 1,000."""

    async def start_message_move_task(
        self, source_arn: str, *, destination_arn: str | None = None, rate: int | None = None
    ) -> str:
        """Let the server move everything out of a dead-letter queue, and give the task's handle.

        Args:
            source_arn: the dead-letter queue.
            destination_arn: where to; None is to the queue that each message came from.
            rate: messages a second, 1 to 500; None leaves it to the server.
        """

    async def list_message_move_tasks(self, source_arn: str) -> list[MoveTask]:
        """Give the tasks of a dead-letter queue, the newest first, 10 at most."""

    async def cancel_message_move_task(self, handle: str) -> int | None:
        """Stop a task and give how many messages it had moved; they stay moved."""

    async def send_message(self, queue: QueueRef, message: Outgoing) -> Sent:
        """Send one message to a queue."""

    async def send_message_batch(self, queue: QueueRef, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        """Send up to 10 messages of at most 1 MiB together; give what became of each, in order."""

    async def publish(self, topic_arn: str, message: Outgoing) -> Sent:
        """Publish one message to a topic."""

    async def publish_batch(self, topic_arn: str, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        """Publish up to 10 messages to a topic; give what became of each, in order."""

    async def create_queue(self, name: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> QueueRef:
        """Create a queue, or give the one that has this name and these attributes already.

        Args:
            name: of a FIFO queue it ends in ``.fifo``, and ``FifoQueue`` is among the attributes.
            attributes: as SQS names them; what is left out has the default of SQS.
            tags: set where the queue is new.

        Raises:
            ServerFault: a queue of this name has other attributes (``QueueNameExists``), with the server's words.
        """

    async def set_queue_attributes(self, queue: QueueRef, attributes: Mapping[str, str]) -> None:
        """Set some attributes of a queue, which takes effect within 60 s; a policy is replaced as a whole."""

    async def tag_queue(self, queue: QueueRef, tags: Mapping[str, str]) -> None:
        """Set some tags of a queue; the others stay."""

    async def untag_queue(self, queue: QueueRef, keys: Sequence[str]) -> None:
        """Take tags off a queue."""

    async def create_topic(self, name: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """Create a topic, or find the one that has this name and these attributes already; give its ARN."""

    async def set_topic_attributes(self, arn: str, name: str, value: str) -> None:
        """Set one attribute of a topic, as SNS names it."""

    async def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set some tags of a topic; the others stay."""

    async def untag_resource(self, arn: str, keys: Sequence[str]) -> None:
        """Take tags off a topic."""

    async def subscribe(
        self, topic_arn: str, protocol: str, endpoint: str, attributes: Mapping[str, str]
    ) -> str | None:
        """Subscribe an endpoint to a topic, or find the subscription that is the same already.

        Give its ARN, also while it waits to be confirmed; None where the server tells none until then.

        Raises:
            ServerFault: the endpoint is subscribed with other attributes, with the server's words.
        """

    async def set_subscription_attributes(self, arn: str, name: str, value: str) -> None:
        """Set one attribute of a subscription; a filter policy takes effect within 15 minutes."""

    async def confirm_subscription(self, topic_arn: str, token: str) -> str:
        """Confirm a subscription by the token that its endpoint was sent; give its ARN."""

    async def create_platform_application(
        self, name: str, platform: str, credentials: Mapping[str, Secret], attributes: Mapping[str, str]
    ) -> str:
        """Create a push application and give its ARN.

        Args:
            name: of letters, digits, underscores, hyphens and periods.
            platform: such as ``APNS`` or ``GCM``.
            credentials: what is secret, as SNS names it: ``PlatformPrincipal`` and ``PlatformCredential``.
            attributes: the others, as SNS names them.
        """

    async def set_platform_application_attributes(
        self, arn: str, attributes: Mapping[str, str], credentials: Mapping[str, Secret]
    ) -> None:
        """Set some attributes of a push application; the others stay."""

    async def delete_platform_application(self, arn: str) -> None:
        """Delete a push application with all of its devices."""

    async def create_platform_endpoint(
        self, application_arn: str, token: Secret, user_data: str, attributes: Mapping[str, str]
    ) -> str:
        """Register a device, or find the one that is the same already; give its ARN.

        Raises:
            Rejected: the token is registered with other attributes; the server's words name the device.
        """

    async def set_endpoint_attributes(
        self, arn: str, attributes: Mapping[str, str], token: Secret | None = None
    ) -> None:
        """Set some attributes of a device, ``Enabled`` and ``CustomUserData``, and its token where one is given."""

    async def delete_endpoint(self, arn: str) -> None:
        """Delete a device; subscriptions of it stay, and lead nowhere."""

    async def publish_to_endpoint(self, arn: str, message: Outgoing) -> Sent:
        """Publish one message to a device (``TargetArn``); that it was taken says nothing about its arrival."""


class Opener(Protocol):
    """Connects; the adapter's way in."""

    def __call__(self, target: Target) -> AbstractAsyncContextManager[Gateway]:
        """Open a gateway; entering raises `SessionError` where the configuration makes a call impossible."""


READS = frozenset(
    {
        "get_caller_identity",
        "list_queues",
        "get_queue_url",
        "get_queue_attributes",
        "list_queue_tags",
        "list_dead_letter_source_queues",
        "list_message_move_tasks",
        "list_topics",
        "get_topic_attributes",
        "list_subscriptions",
        "get_subscription_attributes",
        "list_tags_for_resource",
        "list_platform_applications",
        "list_endpoints_by_platform_application",
        "get_endpoint_attributes",
        "get_metric_data",
    }
)
"""The calls that change nothing. ReceiveMessage is not among them: it raises the receive count and hides messages."""

_PLAIN = frozenset({"context", "meter"})


class _ReadOnly:
    """Passes what is on the list of reads and refuses all else, also what nobody thought of yet."""

    def __init__(self, inner: Gateway) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        if name in READS or name in _PLAIN:
            return getattr(self._inner, name)
        if name.startswith("_"):
            raise AttributeError(name)

        def refuse(*_arguments: object, **_named: object) -> Callable[..., Any]:
            raise RefusedReadOnly(name)

        return refuse


class _ReadOnlyWithLooks(_ReadOnly):
    """Also passes looks into queues without a redrive policy, where a receive moves nothing."""

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        """Receive, after the server itself has said that the queue has no redrive policy now."""
        if (await self._inner.get_queue_attributes(queue)).settings.limited:
            raise RefusedReadOnly("receive_message", "looks are only allowed into queues without a redrive policy")
        return await self._inner.receive_message(queue, maximum=maximum, wait=wait, hold=hold)

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        """Hold or release what a look received."""
        return await self._inner.change_message_visibility_batch(queue, receipts, seconds)


def guarded(gateway: Gateway, *, read_only: bool, looks: bool = False) -> Gateway:
    """Put the write gate around ``gateway``: in read-only mode only the calls in `READS` pass.

    Every gateway that the program uses goes through here, so keys, palette and sub-commands share one gate.

    Args:
        gateway: what to guard.
        read_only: whether to.
        looks: whether looks into queues without a redrive policy pass in read-only mode, too.
    """
    if not read_only:
        return gateway
    return cast(Gateway, _ReadOnlyWithLooks(gateway) if looks else _ReadOnly(gateway))
