"""boto3 on the demo's server: an independent reader, by HTTP alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from sqsview.demo.account import DEMO_CREDENTIALS, REGION


def eventually(condition: Callable[[], bool], *, within: float = 15.0) -> None:
    """Poll until ``condition`` holds; fail after ``within`` seconds."""
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, f"did not come true within {within} s"
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Clients:
    """One client for each service."""

    sqs: Any
    sns: Any
    sts: Any

    def attributes(self, name: str) -> dict[str, str]:
        """Read all attributes of a queue."""
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found: dict[str, str] = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return found

    def counts(self, name: str) -> tuple[int, int, int]:
        """Read the counts of a queue: visible, in flight, delayed."""
        found = self.attributes(name)
        names = ("Messages", "MessagesNotVisible", "MessagesDelayed")
        visible, in_flight, delayed = (int(found[f"ApproximateNumberOf{name}"]) for name in names)
        return visible, in_flight, delayed

    def queue_names(self) -> list[str]:
        """List all queues."""
        urls = self.sqs.list_queues(MaxResults=1000)["QueueUrls"]
        return [url.rpartition("/")[2] for url in urls]

    def all_counts(self) -> dict[str, tuple[int, int, int]]:
        """Read the counts of all queues."""
        return {name: self.counts(name) for name in self.queue_names()}

    def subscriptions(self) -> list[dict[str, str]]:
        """List the subscriptions of all topics."""
        pages = self.sns.get_paginator("list_subscriptions").paginate()
        return [one for page in pages for one in page["Subscriptions"]]

    def receive(self, name: str, count: int = 10, **options: Any) -> list[dict[str, Any]]:
        """Receive messages with all that is known of them."""
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        answer = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=count,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
            **options,
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found


@contextmanager
def connect(endpoint_url: str) -> Iterator[Clients]:
    """Open clients with the demo's own keys, and close them."""
    session = boto3.Session(
        aws_access_key_id=DEMO_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=DEMO_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    once = Config(retries={"total_max_attempts": 1})
    opened = [session.client(name, endpoint_url=endpoint_url, config=once) for name in ("sqs", "sns", "sts")]
    try:
        yield Clients(*opened)
    finally:
        for client in opened:
            client.close()
