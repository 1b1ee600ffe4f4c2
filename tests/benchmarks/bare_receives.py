"""A bare aiobotocore loop that receives and releases: the reference for a look."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session


async def receive(url: str, queue: str, wanted: int, concurrency: int) -> dict[str, float]:
    """Receive ``wanted`` messages, so many receives at once, then release them; give the seconds of both."""
    config = AioConfig(max_pool_connections=concurrency)
    async with get_session().create_client("sqs", endpoint_url=url, config=config) as sqs:
        queue_url = (await sqs.get_queue_url(QueueName=queue))["QueueUrl"]
        receipts: dict[str, str] = {}

        async def receives() -> None:
            while len(receipts) < wanted:
                answer = await sqs.receive_message(
                    QueueUrl=queue_url,
                    MaxNumberOfMessages=10,
                    WaitTimeSeconds=1,
                    VisibilityTimeout=600,  # longer than any run: what came back would be received for ever
                    MessageAttributeNames=["All"],
                    MessageSystemAttributeNames=["All"],
                )
                if not answer.get("Messages"):
                    return
                receipts.update((one["MessageId"], one["ReceiptHandle"]) for one in answer["Messages"])

        started, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(receives() for _ in range(concurrency)))
        received, cpu = time.perf_counter(), time.process_time() - cpu
        handles = list(receipts.values())
        batches = iter([handles[start : start + 10] for start in range(0, len(handles), 10)])

        async def releases() -> None:
            for batch in batches:
                entries: list[dict[str, Any]] = [
                    {"Id": str(place), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                    for place, handle in enumerate(batch)
                ]
                await sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)

        await asyncio.gather(*(releases() for _ in range(concurrency)))
        released = time.perf_counter()
    return {
        "messages": len(receipts),
        "receives": received - started,
        "cpu": cpu,
        "release": released - received,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(receive(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))))
