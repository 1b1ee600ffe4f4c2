"""A bare aiobotocore loop that receives, sends on and deletes in batches: the reference for the mover."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session


async def move(url: str, source: str, destination: str, concurrency: int) -> dict[str, float]:
    """Move everything, so many batches at once; give the seconds from the first receive to the last deletion."""
    config = AioConfig(max_pool_connections=concurrency)
    async with get_session().create_client("sqs", endpoint_url=url, config=config) as sqs:
        here, there = [(await sqs.get_queue_url(QueueName=name))["QueueUrl"] for name in (source, destination)]
        moved = 0
        ended = started = time.perf_counter()
        cpu = time.process_time()

        async def work() -> None:
            nonlocal moved, ended
            while True:
                answer = await sqs.receive_message(
                    QueueUrl=here,
                    MaxNumberOfMessages=10,
                    WaitTimeSeconds=1,
                    VisibilityTimeout=600,
                    MessageAttributeNames=["All"],
                    MessageSystemAttributeNames=["All"],
                )
                messages: list[dict[str, Any]] = answer.get("Messages") or []
                if not messages:
                    return
                copies = [
                    {
                        "Id": str(place),
                        "MessageBody": message["Body"],
                        "MessageAttributes": message.get("MessageAttributes") or {},
                    }
                    for place, message in enumerate(messages)
                ]
                sent = await sqs.send_message_batch(QueueUrl=there, Entries=copies)
                taken = {int(entry["Id"]) for entry in sent.get("Successful") or ()}
                done = [
                    {"Id": str(place), "ReceiptHandle": messages[place]["ReceiptHandle"]} for place in sorted(taken)
                ]
                await sqs.delete_message_batch(QueueUrl=here, Entries=done)
                moved += len(done)
                ended = time.perf_counter()

        await asyncio.gather(*(work() for _ in range(concurrency)))
    return {"messages": moved, "seconds": ended - started, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(move(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))))
