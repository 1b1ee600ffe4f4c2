"""The calls of SQS."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from botocore.parsers import ResponseParserError

from sqsview.aws import messages, parse
from sqsview.aws.service import Service
from sqsview.domain.message import EntryFault, Message, Outgoing, Sent
from sqsview.domain.queue import QueueReading, QueueRef

_PAGE = 1000
"""Queues a page: the most there is, and without a figure SQS ends after the first 1,000 and says nothing."""

_ALL = ("All",)


class Sqs(Service):
    """Reads queues, receives and sends."""

    async def list_queues(self, prefix: str = "") -> AsyncIterator[list[QueueRef]]:
        """Give all queues whose names start with ``prefix``, in pages of up to 1,000."""
        client = await self.client("sqs")
        parameters: dict[str, object] = {"MaxResults": _PAGE}
        if prefix:
            parameters["QueueNamePrefix"] = prefix
        async for page in self._calls.pages("sqs:ListQueues", client.list_queues, parameters):
            yield [self._queue_ref(url) for url in page.get("QueueUrls") or ()]

    async def get_queue_url(self, name: str, account: str | None = None) -> QueueRef:
        """Find one queue by name, where listing is not permitted."""
        client = await self.client("sqs")
        parameters = {"QueueName": name} | ({"QueueOwnerAWSAccountId": account} if account else {})
        answer = await self._calls.call("sqs:GetQueueUrl", client.get_queue_url, parameters, thing=name, urgent=True)
        return self._queue_ref(answer.get("QueueUrl"))

    async def get_queue_attributes(self, queue: QueueRef) -> QueueReading:
        """Read settings and counts of one queue."""
        client = self._clients.get("sqs") or await self.client("sqs")
        answer = await self._calls.call(
            "sqs:GetQueueAttributes",
            client.get_queue_attributes,
            {"QueueUrl": queue.url, "AttributeNames": _ALL},
            thing=queue.name,
        )
        return parse.queue_reading(answer, queue)

    async def list_queue_tags(self, queue: QueueRef) -> Mapping[str, str]:
        """Read the tags of one queue."""
        client = await self.client("sqs")
        answer = await self._calls.call(
            "sqs:ListQueueTags",
            client.list_queue_tags,
            {"QueueUrl": queue.url},
            thing=queue.name,
            urgent=True,
        )
        return parse.tags(answer)

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        """Receive up to ``maximum`` (10 at most) messages; each receive counts towards the dead-letter queue.

        Not repeated after a fault: an answer that was lost may have hidden messages and counted.
        """
        client = await self.client("sqs")
        answer = await self._calls.call(
            "sqs:ReceiveMessage",
            client.receive_message,
            {
                "QueueUrl": queue.url,
                "MaxNumberOfMessages": maximum,
                "WaitTimeSeconds": wait,
                "VisibilityTimeout": hold,
                "MessageAttributeNames": _ALL,
                "MessageSystemAttributeNames": _ALL,
                "AttributeNames": _ALL,  # what servers that do not know the name above go by
            },
            thing=queue.name,
            asked=True,
            repeatable=False,
            units=messages.chunks_received,
        )
        return messages.received(answer)

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        """Hide up to 10 messages for ``seconds`` from now; 0 gives them back. Give the receipts that failed."""
        client = await self.client("sqs")
        entries = [
            {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
            for place, receipt in enumerate(receipts)
        ]
        answer = await self._calls.call(
            "sqs:ChangeMessageVisibilityBatch",
            client.change_message_visibility_batch,
            {"QueueUrl": queue.url, "Entries": entries},
            thing=queue.name,
            asked=True,
            paced=seconds > 0,
        )
        return messages.faults_by(receipts, answer)

    async def delete_message_batch(self, queue: QueueRef, receipts: Sequence[str]) -> Mapping[str, EntryFault]:
        """Delete up to 10 messages for good; give the receipts that failed."""
        client = await self.client("sqs")
        entries = [{"Id": str(place), "ReceiptHandle": receipt} for place, receipt in enumerate(receipts)]
        answer = await self._calls.call(
            "sqs:DeleteMessageBatch",
            client.delete_message_batch,
            {"QueueUrl": queue.url, "Entries": entries},
            thing=queue.name,
            asked=True,
        )
        return messages.faults_by(receipts, answer)

    async def send_message(self, queue: QueueRef, message: Outgoing) -> Sent:
        """Send one message to a queue; not repeated after a fault, for it may have been taken."""
        client = await self.client("sqs")
        answer = await self._calls.call(
            "sqs:SendMessage",
            client.send_message,
            {"QueueUrl": queue.url, **messages.to_queue(message)},
            thing=queue.name,
            asked=True,
            repeatable=False,
            units=messages.chunks([message]),
        )
        return messages.sent(answer)

    async def send_message_batch(self, queue: QueueRef, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        """Send up to 10 messages of at most 1 MiB together; give what became of each, in order."""
        client = await self.client("sqs")
        entries = [{"Id": str(place), **messages.to_queue(message)} for place, message in enumerate(outgoing)]
        answer = await self._calls.call(
            "sqs:SendMessageBatch",
            client.send_message_batch,
            {"QueueUrl": queue.url, "Entries": entries},
            thing=queue.name,
            asked=True,
            repeatable=False,
            units=messages.chunks(outgoing),
        )
        return messages.outcomes(answer, len(outgoing))


def refuse_truncated(client: Any) -> None:
    """Make ``client`` raise on an answer whose JSON is cut off.

    botocore reads such an answer, with status 200, as an empty one, and a list of no queues or messages can be true.
    Attributes need no such check, for every queue has some.
    """
    for operation in ("ListQueues", "ListQueueTags", "ReceiveMessage"):
        client.meta.events.register(f"before-parse.sqs.{operation}", _check_json)


def _check_json(response_dict: Mapping[str, Any], **_: object) -> None:
    if response_dict["status_code"] >= 300:
        return
    try:
        json.loads(response_dict["body"])
    except ValueError as fault:
        raise ResponseParserError(f"the answer is cut off: {fault}") from fault
