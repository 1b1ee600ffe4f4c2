"""What a real server does with a corpus of filter policies and messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.domain.filter_policy.corpus import Case, Sample
from tests.support.engines import Engine
from tests.support.things import REGION

REFUSED = "refused"
"""The server did not take the policy."""
CRASHED = "crashed"
"""The server did not take the message for this policy."""
DELIVERED = "delivered"
FILTERED = "filtered"

_BATCH = 10
_SHARING = 6
"""Topics that deliver to the same queue: moto takes long to receive from one that holds much."""


def answers(engine: Engine, cases: Sequence[Case], samples: Sequence[Sample]) -> dict[tuple[int, int], str]:
    """Publish each sample for each case of its scope; give what became of it by the numbers of both.

    Each case has a topic of its own; some share a queue, where the envelope says which topic and, as the subject,
    which sample it was.
    """
    outcome: dict[tuple[int, int], str] = {}
    urls: list[str] = []
    endpoint = ""
    with engine.client("sns") as sns, engine.client("sqs") as sqs:
        for number, case in enumerate(cases):
            mine = [index for index, sample in enumerate(samples) if sample.scope == case.scope]
            if number % _SHARING == 0:
                name = f"queue-{number}"
                urls.append(sqs.create_queue(QueueName=name)["QueueUrl"])
                endpoint = f"arn:aws:sqs:{REGION}:{engine.account}:{name}"
            arn = sns.create_topic(Name=f"case-{number}")["TopicArn"]
            attributes = {"FilterPolicyScope": case.scope, "FilterPolicy": case.text}
            try:
                sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint, Attributes=attributes)
            except (ClientError, BotoCoreError):
                outcome |= {(number, index): REFUSED for index in mine}
                continue
            crashed = _published(sns, arn, mine, samples)
            outcome |= {(number, index): CRASHED if index in crashed else FILTERED for index in mine}
        for topic, subject in (each for url in urls for each in _received(sqs, url)):
            outcome[int(topic.rpartition("-")[2]), int(subject)] = DELIVERED
    return outcome


def _published(sns: Any, arn: str, indices: Sequence[int], samples: Sequence[Sample]) -> set[int]:
    """Publish in batches, or one by one where a batch fails; give what could not be published."""
    crashed = set()
    for start in range(0, len(indices), _BATCH):
        batch = indices[start : start + _BATCH]
        if _taken(sns, arn, batch, samples):
            continue
        crashed |= {index for index in batch if not _taken(sns, arn, [index], samples)}
    return crashed


def _taken(sns: Any, arn: str, indices: Iterable[int], samples: Sequence[Sample]) -> bool:
    try:
        answer = sns.publish_batch(
            TopicArn=arn, PublishBatchRequestEntries=[_entry(index, samples[index]) for index in indices]
        )
    except (ClientError, BotoCoreError):
        return False
    return not answer.get("Failed")


def _entry(index: int, sample: Sample) -> dict[str, Any]:
    attributes = {
        name: {
            "DataType": attribute.type,
            ("BinaryValue" if isinstance(attribute.value, bytes) else "StringValue"): attribute.value,
        }
        for name, attribute in sample.attributes.items()
    }
    return {"Id": str(index), "Message": sample.body, "Subject": str(index), "MessageAttributes": attributes}


def _received(sqs: Any, url: str) -> Iterable[tuple[str, str]]:
    """Give topic and subject of all that arrived."""
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600).get("Messages"):
        for message in messages:
            envelope = json.loads(message["Body"])
            yield envelope["TopicArn"], envelope["Subject"]
