"""Dead-letter queues on a real server, with letters that say where they come from, for tests of redrives."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.support.engines import REGION, Engine


def arn(engine: Engine, name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{engine.account}:{name}"


def make_pair(engine: Engine, *sources: str, letters: str = "orders-dlq", receives: int = 1) -> None:
    """Make a dead-letter queue and the queues that give up to it."""
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if letters.endswith(".fifo") else {}
    with engine.client("sqs") as sqs:
        sqs.create_queue(QueueName=letters, Attributes=fifo)
        policy = json.dumps({"deadLetterTargetArn": arn(engine, letters), "maxReceiveCount": receives})
        for source in sources:
            sqs.create_queue(QueueName=source, Attributes={**fifo, "RedrivePolicy": policy})


def kill(engine: Engine, source: str, *bodies: str, **more: Any) -> None:
    """Send messages to a queue and receive each once more than it allows, so that they become dead letters."""
    with engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName=source)["QueueUrl"]
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body, **more)
        for _ in range(3 * len(bodies)):
            found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=10)
            for message in found.get("Messages", []):
                sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)


def put(engine: Engine, queue: str, *bodies: str, **more: Any) -> None:
    """Send messages."""
    with engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body, **more)


def counts(engine: Engine, queue: str) -> tuple[int, int]:
    """Give the messages of a queue: visible and in flight."""
    with engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(told["ApproximateNumberOfMessages"]), int(told["ApproximateNumberOfMessagesNotVisible"])


def bodies_in(engine: Engine, queue: str) -> Counter[str]:
    """Take out everything that a queue gives, and count it by body."""
    found: Counter[str] = Counter()
    with engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found[message["Body"]] += 1
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found
