"""A gateway whose queue has any number of messages, each made when it is received and forgotten once it is deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqsview.domain.message import Attribute, EntryFault, Message, Outgoing, Sent
from sqsview.domain.queue import Counts, QueueReading, QueueRef, QueueSettings
from sqsview.domain.snapshot import Context

_BODY = '{"type": "order", "items": ["tea", "milk"], "total": 12.5, "note": "' + "x" * 400 + '"}'


class EndlessGateway:
    """Implements what the mover calls of `sqsview.gateway.Gateway`."""

    def __init__(self, count: int) -> None:
        """Have so many messages."""
        self.context = Context(region="eu-west-1")
        self._count = count
        self._given = 0
        self.sent = 0
        self.deleted = 0

    async def get_queue_attributes(self, queue: QueueRef) -> QueueReading:
        """Tell how many are left."""
        return QueueReading(QueueSettings(queue.arn, 30, 345_600), Counts(self._count - self._given, 0, 0), {})

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        """Make ten more."""
        first = self._given
        self._given = min(self._count, first + maximum)
        return [
            Message(
                f"{number:036d}",
                f"{_BODY}{number}",
                f"receipt-{number}-{'r' * 300}",
                {"kind": Attribute("String", "order")},
                {"SentTimestamp": "1000", "ApproximateReceiveCount": "1"},
            )
            for number in range(first, self._given)
        ]

    async def send_message_batch(self, queue: QueueRef, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        """Take them."""
        first = self.sent
        self.sent += len(outgoing)
        return [Sent(f"copy-{number:036d}") for number in range(first, self.sent)]

    async def delete_message_batch(self, queue: QueueRef, receipts: Sequence[str]) -> Mapping[str, EntryFault]:
        """Forget them."""
        self.deleted += len(receipts)
        return {}

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        """Hold them."""
        return {}
