"""The calls of SQS that empty, delete and redrive whole queues."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqsview.aws import move_tasks
from sqsview.aws.service import Service
from sqsview.domain.arn import name_of
from sqsview.domain.move_task import MoveTask
from sqsview.domain.queue import QueueRef

_PAGE = 1000
_TASKS = 10
"""Tasks that are listed at most; the API has no pages for more."""


class Repair(Service):
    """Purges and deletes queues, and has the server move dead letters."""

    async def purge_queue(self, queue: QueueRef) -> None:
        """Delete everything in a queue for good; not repeated after a fault, for it may have been done."""
        client = await self.client("sqs")
        await self._calls.call(
            "sqs:PurgeQueue", client.purge_queue, {"QueueUrl": queue.url}, thing=queue.name, asked=True,
            repeatable=False,
        )  # fmt: skip

    async def delete_queue(self, queue: QueueRef) -> None:
        """Delete a queue with everything in it; not repeated after a fault, for it may have been done."""
        client = await self.client("sqs")
        await self._calls.call(
            "sqs:DeleteQueue", client.delete_queue, {"QueueUrl": queue.url}, thing=queue.name, asked=True,
            repeatable=False,
        )  # fmt: skip

    async def list_dead_letter_source_queues(self, queue: QueueRef) -> AsyncIterator[list[QueueRef]]:
        """Give the queues that name ``queue`` as their dead-letter queue, in pages of up to 1,000."""
        client = await self.client("sqs")
        pages = self._calls.pages(
            "sqs:ListDeadLetterSourceQueues",
            client.list_dead_letter_source_queues,
            {"QueueUrl": queue.url, "MaxResults": _PAGE},
            thing=queue.name,
            urgent=True,
        )
        async for page in pages:
            yield [self._queue_ref(url) for url in page.get("queueUrls") or ()]

    async def start_message_move_task(
        self, source_arn: str, *, destination_arn: str | None = None, rate: int | None = None
    ) -> str:
        """Let the server move everything out of a dead-letter queue; not repeated, for it may have begun."""
        client = await self.client("sqs")
        parameters: dict[str, object] = {"SourceArn": source_arn}
        if destination_arn is not None:
            parameters["DestinationArn"] = destination_arn
        if rate is not None:
            parameters["MaxNumberOfMessagesPerSecond"] = rate
        answer = await self._calls.call(
            "sqs:StartMessageMoveTask",
            client.start_message_move_task,
            parameters,
            thing=name_of(source_arn),
            asked=True,
            repeatable=False,
        )
        return move_tasks.handle(answer)

    async def list_message_move_tasks(self, source_arn: str) -> list[MoveTask]:
        """Give the tasks of a dead-letter queue, the newest first, 10 at most."""
        client = await self.client("sqs")
        answer = await self._calls.call(
            "sqs:ListMessageMoveTasks",
            client.list_message_move_tasks,
            {"SourceArn": source_arn, "MaxResults": _TASKS},
            thing=name_of(source_arn),
            urgent=True,
        )
        return move_tasks.listed(answer, source_arn)

    async def cancel_message_move_task(self, handle: str) -> int | None:
        """Stop a task and give how many messages it had moved; they stay moved."""
        client = await self.client("sqs")
        answer = await self._calls.call(
            "sqs:CancelMessageMoveTask", client.cancel_message_move_task, {"TaskHandle": handle}, asked=True,
            repeatable=False,
        )  # fmt: skip
        return move_tasks.moved(answer)
