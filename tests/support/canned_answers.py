"""What the canned server says: whole SQS, SNS and STS answers for queues that are only numbers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

ACCOUNT = "123456789012"
REGION = "eu-west-1"
QUEUES_A_PAGE = 1000
"""The most that ListQueues gives at once, and all it gives without MaxResults."""
TOPICS_A_PAGE = 100
"""The size of a page of ListTopics and of ListSubscriptions; the caller cannot choose it."""

_XMLNS = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"'


@dataclass(frozen=True, slots=True)
class World:
    """How much there is, and what of it moves."""

    queues: int = 1000
    topics: int = 0
    subscriptions: int = 0
    """In all; subscription ``n`` leads from topic ``n % topics`` to queue ``n % queues``."""
    moving: int = 0
    """The first so many queues change their counts; the rest stand still."""
    moves_by: Literal["time", "calls"] = "time"
    """Whether a moving count is a function of the second or of how often that queue was read."""
    devices: int = 0
    """Devices of the one push application that there is where there are any."""


def queue_name(number: int) -> str:
    """Give the name of queue ``number``; names sort like numbers."""
    return f"queue-{number:05d}"


def queue_arn(number: int) -> str:
    """Give the ARN of queue ``number``."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue_name(number)}"


def topic_arn(number: int) -> str:
    """Give the ARN of topic ``number``."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:topic-{number:04d}"


def subscription_arn(number: int, topic: str) -> str:
    """Give the ARN of subscription ``number``, which belongs to ``topic``."""
    return f"{topic}:00000000-0000-4000-8000-{number:012d}"


def application_arn() -> str:
    """Give the ARN of the push application."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:app/GCM/canned"


def device_arn(number: int) -> str:
    """Give the ARN of device ``number``; they sort like numbers."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/GCM/canned/{number:08d}-0000-4000-8000-000000000000"


def visible(number: int, step: int) -> int:
    """Give the visible count of a moving queue at ``step``: seconds, or readings of that queue."""
    return 500 + (step * 7 + number * 13) % 400


class Answers:
    """Answers by action; all that can be is made once, so that an answer costs next to nothing."""

    def __init__(self, world: World, *, base_url: str) -> None:
        self._world = world
        self._started = time.monotonic()
        self._urls = [f"{base_url}/{ACCOUNT}/{queue_name(n)}" for n in range(world.queues)]
        self._numbers = {queue_name(n): n for n in range(world.queues)}
        self._reads: dict[int, int] = {}
        self._attributes = [self._queue_attributes(n) for n in range(world.queues)]
        self._topics = [topic_arn(n) for n in range(world.topics)]
        self._subscriptions = [
            (
                subscription_arn(n, self._topics[n % world.topics]),
                self._topics[n % world.topics],
                n % world.queues,
            )
            for n in range(world.subscriptions)
        ]

    def json(self, action: str, parameters: Mapping[str, Any]) -> bytes | None:
        """Answer one SQS call; None where there is no such action or queue."""
        if action == "GetQueueAttributes":
            return self._counts(self._numbers.get(parameters["QueueUrl"].rpartition("/")[2]))
        if action == "ListQueues":
            return self._list_queues(parameters)
        if action == "GetQueueUrl":
            number = self._numbers.get(parameters["QueueName"])
            return None if number is None else json.dumps({"QueueUrl": self._urls[number]}).encode()
        if action == "ListQueueTags":
            return b'{"Tags":{"team":"canned"}}'
        if action == "GetMetricData":
            return b'{"MetricDataResults":[]}'
        return None

    def xml(self, action: str, parameters: Mapping[str, str]) -> bytes | None:
        """Answer one SNS or STS call; None where there is no such action."""
        if action == "GetCallerIdentity":
            return _envelope(
                action,
                f"<Arn>arn:aws:iam::{ACCOUNT}:user/canned</Arn><UserId>CANNED</UserId><Account>{ACCOUNT}</Account>",
            )
        if action == "ListTopics":
            items = [f"<member><TopicArn>{arn}</TopicArn></member>" for arn in self._topics]
            return _envelope(action, _page("Topics", items, parameters.get("NextToken")))
        if action == "ListSubscriptions":
            items = [
                f"<member><SubscriptionArn>{arn}</SubscriptionArn><Owner>{ACCOUNT}</Owner><Protocol>sqs</Protocol>"
                f"<Endpoint>{queue_arn(queue)}</Endpoint><TopicArn>{topic}</TopicArn></member>"
                for arn, topic, queue in self._subscriptions
            ]
            return _envelope(action, _page("Subscriptions", items, parameters.get("NextToken")))
        if action == "GetTopicAttributes":
            return _envelope(action, _entries({"TopicArn": parameters["TopicArn"], "Owner": ACCOUNT}))
        if action == "GetSubscriptionAttributes":
            arn = parameters["SubscriptionArn"]
            fixed = {
                "PendingConfirmation": "false",
                "RawMessageDelivery": "true",
                "Protocol": "sqs",
                "Owner": ACCOUNT,
            }
            return _envelope(action, _entries({"SubscriptionArn": arn, "TopicArn": arn.rpartition(":")[0], **fixed}))
        if action == "ListTagsForResource":
            return _envelope(action, "<Tags/>")
        if action == "ListPlatformApplications":
            return _envelope(action, self._applications())
        if action == "ListEndpointsByPlatformApplication":
            return _envelope(action, self._devices(int(parameters.get("NextToken") or 0)))
        return None

    def _applications(self) -> str:
        if not self._world.devices:
            return "<PlatformApplications/>"
        arn = f"<PlatformApplicationArn>{application_arn()}</PlatformApplicationArn>"
        member = f"<member>{arn}{_entries({'Enabled': 'true'})}</member>"
        return f"<PlatformApplications>{member}</PlatformApplications>"

    def _devices(self, start: int) -> str:
        """Make a page of devices when it is asked for: a million of them is too many to keep."""
        end = min(start + TOPICS_A_PAGE, self._world.devices)
        members = (
            f"<member><EndpointArn>{device_arn(number)}</EndpointArn>"
            + _entries({"Enabled": "true", "Token": f"{number:0152d}", "CustomUserData": f"customer {number}"})
            + "</member>"
            for number in range(start, end)
        )
        following = f"<NextToken>{end}</NextToken>" if end < self._world.devices else ""
        return f"<Endpoints>{''.join(members)}</Endpoints>{following}"

    def _list_queues(self, parameters: Mapping[str, Any]) -> bytes:
        prefix = parameters.get("QueueNamePrefix", "")
        urls = [url for url in self._urls if url.rpartition("/")[2].startswith(prefix)] if prefix else self._urls
        start = int(parameters.get("NextToken") or 0)
        asked = parameters.get("MaxResults")
        end = start + min(int(asked or QUEUES_A_PAGE), QUEUES_A_PAGE)
        answer: dict[str, Any] = {"QueueUrls": urls[start:end]} if urls[start:end] else {}
        if asked and end < len(urls):  # AWS gives no token where no page size was asked for
            answer["NextToken"] = str(end)
        return json.dumps(answer).encode()

    def _queue_attributes(self, number: int) -> tuple[bytes, bytes]:
        attributes = {
            "QueueArn": queue_arn(number),
            "ApproximateNumberOfMessagesNotVisible": str(number % 7),
            "ApproximateNumberOfMessagesDelayed": "0",
            "CreatedTimestamp": "1700000000",
            "LastModifiedTimestamp": "1700000000",
            "VisibilityTimeout": "30",
            "MaximumMessageSize": "1048576",
            "MessageRetentionPeriod": "345600",
            "DelaySeconds": "0",
            "ReceiveMessageWaitTimeSeconds": "0",
            "SqsManagedSseEnabled": "true",
        }
        if number % 10 == 8 and number + 1 < self._world.queues:
            policy = {"deadLetterTargetArn": queue_arn(number + 1), "maxReceiveCount": 5}
            attributes["RedrivePolicy"] = json.dumps(policy)
        head, tail = json.dumps({"Attributes": {"ApproximateNumberOfMessages": "@", **attributes}}).split("@")
        return head.encode(), tail.encode()

    def _counts(self, number: int | None) -> bytes | None:
        if number is None:
            return None
        head, tail = self._attributes[number]
        if number >= self._world.moving:
            return b"%s%d%s" % (head, number % 50, tail)
        reads = self._reads[number] = self._reads.get(number, 0) + 1
        step = reads if self._world.moves_by == "calls" else int(time.monotonic() - self._started)
        return b"%s%d%s" % (head, visible(number, step), tail)


def _envelope(action: str, result: str) -> bytes:
    return (
        f"<{action}Response {_XMLNS}><{action}Result>{result}</{action}Result>"
        f"<ResponseMetadata><RequestId>canned</RequestId></ResponseMetadata></{action}Response>"
    ).encode()


def _page(tag: str, items: Sequence[str], token: str | None) -> str:
    start = int(token or 0)
    end = start + TOPICS_A_PAGE
    following = f"<NextToken>{end}</NextToken>" if end < len(items) else ""
    return f"<{tag}>{''.join(items[start:end])}</{tag}>{following}"


def _entries(attributes: Mapping[str, str]) -> str:
    entries = "".join(f"<entry><key>{key}</key><value>{value}</value></entry>" for key, value in attributes.items())
    return f"<Attributes>{entries}</Attributes>"
