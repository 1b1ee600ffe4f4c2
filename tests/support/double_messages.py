"""The messages of the account in memory: hidden and shown, counted, given up, with scripted refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqsview.clock import Clock
from sqsview.domain.arn import name_of
from sqsview.domain.message import EntryFault, Message, Outgoing, Sent
from sqsview.domain.queue import Counts, QueueSettings

if TYPE_CHECKING:
    from tests.support.double import QueueFacts


@dataclass(slots=True)
class Kept:
    """A message in a queue."""

    id: str
    outgoing: Outgoing
    sent: float
    """Epoch seconds."""
    visible_at: float
    """Monotonic seconds from which anybody may receive it."""
    receive_count: int = 0
    first_received: float | None = None
    source: str | None = None
    """ARN of the queue that gave it up."""
    receipt: str = ""
    """Of the last receive; an older one is no longer good."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a receive asked for."""

    maximum: int
    wait: int
    hold: int


@dataclass(slots=True)
class Broker:
    """Keeps the messages of every queue, by the queue's name."""

    clock: Clock
    queues: dict[str, list[Kept]] = field(default_factory=dict)
    published: list[tuple[str, Outgoing]] = field(default_factory=list)
    """Topic ARN and message, in order."""
    refuse: Callable[[Outgoing], EntryFault | None] = lambda message: None
    """Says which entries of a batch are refused."""
    release_faults: dict[str, EntryFault] = field(default_factory=dict)
    """What ``change_visibility`` answers for the messages of these ids."""
    delete_faults: dict[str, EntryFault] = field(default_factory=dict)
    """What ``delete`` answers for the messages of these ids."""
    shortest: int | None = None
    """Messages that a receive gives at most, as where few of the server's machines are asked."""
    most_in_flight: int | None = None
    """Messages that may be in flight at once; beyond it a receive gives nothing."""
    empty_receives: int = 0
    """Receives that are to give nothing although there is something."""
    asked: list[Asked] = field(default_factory=list)
    """Every receive, in order."""
    _made: int = 0

    def put(self, queue: str, message: Outgoing) -> Sent:
        """Put a message into a queue and give its id."""
        self._made += 1
        now = self.clock.monotonic()
        kept = Kept(f"message-{self._made}", message, self.clock.epoch(), now + (message.delay or 0))
        self.queues.setdefault(queue, []).append(kept)
        return Sent(kept.id)

    def put_or_refuse(self, queue: str, message: Outgoing) -> Sent | EntryFault:
        """Put a message into a queue unless it is to be refused."""
        return self.refused(message) or self.put(queue, message)

    def refused(self, message: Outgoing) -> EntryFault | None:
        """Say why a message is refused; None where it is not."""
        return self.refuse(message)

    def deliver(self, queue: str, topic_arn: str, identity: str, message: Outgoing, *, raw: bool) -> None:
        """Put what a topic delivers into a queue: as it is, or in the envelope of SNS."""
        if raw:
            self.put(queue, Outgoing(message.body, message.attributes))
            return
        envelope: dict[str, object] = {
            "Type": "Notification",
            "MessageId": identity,
            "TopicArn": topic_arn,
            "Message": message.body,
            "Timestamp": "2025-06-15T15:12:00.000Z",
        }
        if message.attributes:
            envelope["MessageAttributes"] = {
                name: {"Type": value.type, "Value": value.value if isinstance(value.value, str) else value.value.hex()}
                for name, value in message.attributes.items()
            }
        self.put(queue, Outgoing(json.dumps(envelope)))

    async def receive(
        self, queue: str, settings: QueueSettings, *, maximum: int, wait: int, hold: int
    ) -> list[Message]:
        """Receive as SQS does: count, hide, and give up what was received too often; wait where there is nothing."""
        self.asked.append(Asked(maximum, wait, hold))
        found = self._take(queue, settings, maximum, hold)
        if not found and wait:
            await self.clock.sleep(wait)
            found = self._take(queue, settings, maximum, hold)
        return found

    def _take(self, queue: str, settings: QueueSettings, maximum: int, hold: int) -> list[Message]:
        now = self.clock.monotonic()
        if self.empty_receives > 0:
            self.empty_receives -= 1
            return []
        taken: list[Message] = []
        locked = {kept.outgoing.group for kept in self._kept(queue) if kept.visible_at > now and kept.receive_count}
        for kept in list(self._kept(queue)):
            if len(taken) >= min(maximum, self.shortest or maximum):
                break
            if kept.visible_at > now or (queue.endswith(".fifo") and kept.outgoing.group in locked):
                continue
            if self.most_in_flight is not None and self._in_flight(queue, now) >= self.most_in_flight:
                break
            most, target = settings.max_receive_count, settings.dead_letter_target
            if most is not None and target is not None and kept.receive_count >= most:
                self._kept(queue).remove(kept)
                kept.source, kept.visible_at = settings.arn, now
                self.queues.setdefault(name_of(target), []).append(kept)
                continue
            kept.receive_count += 1
            kept.first_received = kept.first_received or self.clock.epoch()
            kept.visible_at = now + hold
            kept.receipt = f"receipt-{kept.id}-{kept.receive_count}"
            taken.append(_as_message(kept))
        return taken

    def change_visibility(self, queue: str, receipts: Sequence[str], seconds: int) -> Mapping[str, EntryFault]:
        """Hide or release the messages of these receipts."""
        by_receipt = {kept.receipt: kept for kept in self._kept(queue) if kept.receipt}
        faults: dict[str, EntryFault] = {}
        for receipt in receipts:
            kept = by_receipt.get(receipt)
            if kept is None or kept.visible_at <= self.clock.monotonic():
                faults[receipt] = EntryFault("MessageNotInflight", "it is not in flight", sender_fault=True)
            elif kept.id in self.release_faults:
                faults[receipt] = self.release_faults[kept.id]
            else:
                kept.visible_at = self.clock.monotonic() + seconds
        return faults

    def delete(self, queue: str, receipts: Sequence[str]) -> Mapping[str, EntryFault]:
        """Delete the messages of these receipts; of one that was received again, or is gone, nothing."""
        by_receipt = {kept.receipt: kept for kept in self._kept(queue) if kept.receipt}
        faults: dict[str, EntryFault] = {}
        for receipt in receipts:
            kept = by_receipt.get(receipt)
            if kept is None:
                faults[receipt] = EntryFault("ReceiptHandleIsInvalid", "the receipt has expired", sender_fault=True)
            elif kept.id in self.delete_faults:
                faults[receipt] = self.delete_faults[kept.id]
            else:
                self._kept(queue).remove(kept)
        return faults

    def held(self, queue: str) -> list[str]:
        """Give the ids of what is in flight."""
        now = self.clock.monotonic()
        return [kept.id for kept in self._kept(queue) if kept.receive_count and kept.visible_at > now]

    def tell_counts(self, facts: QueueFacts) -> None:
        """Set the counts of a queue that ever had a message."""
        if facts.ref.name in self.queues:
            now = self.clock.monotonic()
            kept = self._kept(facts.ref.name)
            flying = self._in_flight(facts.ref.name, now)
            delayed = sum(one.visible_at > now and not one.receive_count for one in kept)
            facts.counts = Counts(len(kept) - flying - delayed, flying, delayed)

    def _in_flight(self, queue: str, now: float) -> int:
        return sum(kept.receive_count > 0 and kept.visible_at > now for kept in self._kept(queue))

    def _kept(self, queue: str) -> list[Kept]:
        return self.queues.setdefault(queue, [])


def _as_message(kept: Kept) -> Message:
    outgoing = kept.outgoing
    system = {
        "SenderId": "AIDAEXAMPLE",
        "SentTimestamp": str(int(kept.sent * 1000)),
        "ApproximateReceiveCount": str(kept.receive_count),
        "ApproximateFirstReceiveTimestamp": str(int((kept.first_received or 0) * 1000)),
        "MessageGroupId": outgoing.group,
        "MessageDeduplicationId": outgoing.deduplication,
        "AWSTraceHeader": outgoing.trace_header,
        "DeadLetterQueueSourceArn": kept.source,
    }
    told = {name: value for name, value in system.items() if value is not None}
    return Message(kept.id, outgoing.body, kept.receipt, outgoing.attributes, told)
