"""What a look at a queue would cost, from the server's own word of now and the record of looks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqsview.clock import Clock
from sqsview.domain.arn import name_of
from sqsview.domain.queue import Counts, QueueRef, QueueSettings
from sqsview.domain.receive_budget import Allowance, allowance
from sqsview.errors import RefusedReadOnly
from sqsview.gateway import Gateway
from sqsview.operations.ledger import LONGEST_RETENTION, Knowledge, Ledger, LedgerKey


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A queue as it is just before a look."""

    queue: QueueRef
    settings: QueueSettings
    counts: Counts
    key: LedgerKey
    allowance: Allowance
    is_unknown: bool = False
    """Whether receives are counted towards a dead-letter queue, and nothing is known of any message."""

    @property
    def total(self) -> int | None:
        """About how many messages the queue holds: visible, in flight and delayed; None where it is not told."""
        counts = self.counts
        if counts.visible is None:
            return None
        return counts.visible + (counts.in_flight or 0) + (counts.delayed or 0)

    def allow(self, known: Knowledge, now: float) -> Allowance:
        """Work out what a look costs by what is known at another moment, epoch seconds."""
        settings = self.settings
        return allowance(
            self.queue.name,
            name_of(settings.dead_letter_target or "") or "its dead-letter queue",
            settings.max_receive_count,
            known.receives,
            known.unanswered,
            forgotten=known.forgotten,
            seen_ago={receives: now - at for receives, at in known.last_seen.items()},
            limited=settings.limited,
        )


async def appraise(gateway: Gateway, queue: QueueRef, ledger: Ledger, clock: Clock) -> Appraisal:
    """Read the queue's settings and counts, and work out what a look would cost. Nothing is received.

    Raises:
        RefusedReadOnly: in read-only mode, unless looks are allowed there and the queue has no redrive policy.
        LedgerError: the record of looks cannot be used.
        GatewayError: the attributes cannot be read.
    """
    context = gateway.context
    if context.read_only and not context.read_only_looks:
        raise RefusedReadOnly("receive_message", "a look is a receive, which counts and hides messages")
    reading = await gateway.get_queue_attributes(queue)
    settings, counts = reading.settings, reading.counts
    if context.read_only and settings.limited:
        raise RefusedReadOnly("receive_message", "looks are only allowed into queues without a redrive policy")
    key = LedgerKey(context.endpoint or "aws", settings.arn or queue.arn)
    now = clock.epoch()

    def remember() -> Knowledge:
        ledger.forget_old(key, now - (settings.retention or LONGEST_RETENTION))
        if (counts.visible, counts.in_flight, counts.delayed) == (0, 0, 0):
            ledger.seen_empty(key, now)
        return ledger.knowledge(key) if settings.limited else Knowledge()

    known = await ledger.apart(remember)
    is_unknown = settings.limited and not known.receives
    bare = Appraisal(queue, settings, counts, key, allowance(queue.name, "", None), is_unknown)
    return replace(bare, allowance=bare.allow(known, now))
