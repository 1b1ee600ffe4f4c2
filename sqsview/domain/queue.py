"""What a queue is: its identity, its settings, its approximate counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqsview.domain.arn import is_fifo

if TYPE_CHECKING:
    from sqsview.domain.history import History
    from sqsview.domain.problem import Problem


class Encryption(StrEnum):
    """How a queue's messages are encrypted at rest."""

    NONE = "none"
    SSE_SQS = "SSE-SQS"
    SSE_KMS = "SSE-KMS"


@dataclass(frozen=True, slots=True)
class QueueRef:
    """Where a queue is; known from a listing alone."""

    arn: str
    """The identity: account, region and name, from the listing: servers give equal URLs in all regions."""
    url: str
    """What every SQS call but the message-move ones takes."""
    name: str

    @property
    def fifo(self) -> bool:
        """Tell whether this is a FIFO queue."""
        return is_fifo(self.name)


@dataclass(frozen=True, slots=True)
class Counts:
    """The three approximate counts of one reading; None where the server did not give one."""

    visible: int | None
    in_flight: int | None
    delayed: int | None


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """What was configured on a queue; None where the server did not give a value."""

    arn: str
    """As the server reports it (``QueueArn``), which is what redrive policies name."""
    visibility_timeout: int | None = None
    """Seconds."""
    retention: int | None = None
    """Seconds (``MessageRetentionPeriod``)."""
    delay: int | None = None
    """Seconds (``DelaySeconds``)."""
    receive_wait: int | None = None
    """Seconds (``ReceiveMessageWaitTimeSeconds``)."""
    maximum_message_size: int | None = None
    """Bytes."""
    dead_letter_target: str | None = None
    """ARN of the dead-letter queue in the redrive policy."""
    max_receive_count: int | None = None
    redrive_policy: str | None = None
    """The redrive policy as it stands, raw JSON; the two fields above are None where it cannot be read."""
    redrive_permission: str | None = None
    """``allowAll``, ``denyAll`` or ``byQueue`` from the redrive allow policy; None where there is none."""
    redrive_sources: tuple[str, ...] = ()
    """ARNs that ``byQueue`` admits."""
    content_based_deduplication: bool = False
    deduplication_scope: str | None = None
    fifo_throughput_limit: str | None = None
    encryption: Encryption = Encryption.NONE
    kms_key: str | None = None
    policy: str | None = None
    """The queue policy as it stands, raw JSON."""
    created: float | None = None
    """Epoch seconds."""
    modified: float | None = None
    """Epoch seconds."""

    @property
    def limited(self) -> bool:
        """Tell whether receives are counted towards a dead-letter queue, also by a policy that cannot be read."""
        return (
            self.dead_letter_target is not None
            or self.max_receive_count is not None
            or (self.redrive_policy or "").strip() not in ("", "{}", "null")
        )


@dataclass(frozen=True, slots=True)
class QueueReading:
    """The answer of one GetQueueAttributes."""

    settings: QueueSettings
    counts: Counts
    raw: Mapping[str, str]
    """All attributes as the server gave them; for the details, not kept by the store."""


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """All that is known of one queue. A new object stands for every change; the same one means unchanged."""

    ref: QueueRef
    counts: Counts | None = None
    """None until the first reading; the last good one after a failure."""
    settings: QueueSettings | None = None
    read_at: float | None = None
    """Monotonic seconds of the last good reading."""
    problem: Problem | None = None
    """Why the last reading failed: denied, gone, failing. None while all is well."""
    history: History | None = field(default=None, repr=False)
    """Samples of the counts; shared and growing, never replaced while the queue lives."""
    oldest_age: float | None = None
    """Seconds, ApproximateAgeOfOldestMessage; only where CloudWatch is on."""
    oldest_age_at: float | None = None
    """Monotonic seconds at which ``oldest_age`` was read."""
    interval: float | None = None
    """Seconds until the poller means to read this queue again, from ``read_at``; tells what is late."""

    @property
    def key(self) -> str:
        """The identity that rows, marks and the cursor follow."""
        return self.ref.arn

    @property
    def name(self) -> str:
        """The queue's name."""
        return self.ref.name

    @property
    def arn(self) -> str:
        """The ARN as the server reports it, else as the listing implies it."""
        return self.settings.arn if self.settings else self.ref.arn
