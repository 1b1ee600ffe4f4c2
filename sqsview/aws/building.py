"""The calls that create queues, topics and subscriptions, and change how they are set up.

Creating and setting are repeated after a fault: the same call again has the same effect (SQS and SNS API references,
CreateQueue, CreateTopic, Subscribe). Confirming is not, for a token may be good for one call only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqsview.aws.errors import unreadable
from sqsview.aws.service import Service
from sqsview.domain.arn import is_arn, name_of
from sqsview.domain.queue import QueueRef


class Building(Service):
    """Creates and configures what the other modules read."""

    async def create_queue(self, name: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> QueueRef:
        """Create a queue, or give the one that has this name and these attributes."""
        client = await self.client("sqs")
        parameters: dict[str, object] = {"QueueName": name, "Attributes": dict(attributes)}
        if tags:
            parameters["tags"] = dict(tags)
        answer = await self._calls.call("sqs:CreateQueue", client.create_queue, parameters, thing=name, asked=True)
        return self._queue_ref(_given(answer, "QueueUrl"))

    async def set_queue_attributes(self, queue: QueueRef, attributes: Mapping[str, str]) -> None:
        """Set some attributes of a queue, which takes effect within 60 s, the retention within 15 minutes."""
        client = await self.client("sqs")
        parameters = {"QueueUrl": queue.url, "Attributes": dict(attributes)}
        await self._calls.call(
            "sqs:SetQueueAttributes", client.set_queue_attributes, parameters, thing=queue.name, asked=True
        )

    async def tag_queue(self, queue: QueueRef, tags: Mapping[str, str]) -> None:
        """Set some tags of a queue."""
        client = await self.client("sqs")
        parameters = {"QueueUrl": queue.url, "Tags": dict(tags)}
        await self._calls.call("sqs:TagQueue", client.tag_queue, parameters, thing=queue.name, asked=True)

    async def untag_queue(self, queue: QueueRef, keys: Sequence[str]) -> None:
        """Take tags off a queue."""
        client = await self.client("sqs")
        parameters = {"QueueUrl": queue.url, "TagKeys": list(keys)}
        await self._calls.call("sqs:UntagQueue", client.untag_queue, parameters, thing=queue.name, asked=True)

    async def create_topic(self, name: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """Create a topic, or find the one that has this name and these attributes; give its ARN."""
        client = await self.client("sns")
        parameters: dict[str, object] = {"Name": name, "Attributes": dict(attributes)}
        if tags:
            parameters["Tags"] = _pairs(tags)
        answer = await self._calls.call("sns:CreateTopic", client.create_topic, parameters, thing=name, asked=True)
        return _given(answer, "TopicArn")

    async def set_topic_attributes(self, arn: str, name: str, value: str) -> None:
        """Set one attribute of a topic."""
        client = await self.client("sns")
        parameters = {"TopicArn": arn, "AttributeName": name, "AttributeValue": value}
        await self._calls.call(
            "sns:SetTopicAttributes", client.set_topic_attributes, parameters, thing=name_of(arn), asked=True
        )

    async def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        """Set some tags of a topic."""
        client = await self.client("sns")
        parameters = {"ResourceArn": arn, "Tags": _pairs(tags)}
        await self._calls.call("sns:TagResource", client.tag_resource, parameters, thing=name_of(arn), asked=True)

    async def untag_resource(self, arn: str, keys: Sequence[str]) -> None:
        """Take tags off a topic."""
        client = await self.client("sns")
        parameters = {"ResourceArn": arn, "TagKeys": list(keys)}
        await self._calls.call("sns:UntagResource", client.untag_resource, parameters, thing=name_of(arn), asked=True)

    async def subscribe(
        self, topic_arn: str, protocol: str, endpoint: str, attributes: Mapping[str, str]
    ) -> str | None:
        """Subscribe an endpoint to a topic; give the ARN, also while it waits to be confirmed, unless none is told."""
        client = await self.client("sns")
        parameters = {
            "TopicArn": topic_arn,
            "Protocol": protocol,
            "Endpoint": endpoint,
            "Attributes": dict(attributes),
            "ReturnSubscriptionArn": True,
        }
        answer = await self._calls.call(
            "sns:Subscribe", client.subscribe, parameters, thing=name_of(topic_arn), asked=True
        )
        told = _given(answer, "SubscriptionArn")
        return told if is_arn(told) else None

    async def set_subscription_attributes(self, arn: str, name: str, value: str) -> None:
        """Set one attribute of a subscription; a filter policy takes effect within 15 minutes."""
        client = await self.client("sns")
        parameters = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}
        await self._calls.call(
            "sns:SetSubscriptionAttributes", client.set_subscription_attributes, parameters, thing=arn, asked=True
        )

    async def confirm_subscription(self, topic_arn: str, token: str) -> str:
        """Confirm a subscription by the token that its endpoint was sent; give its ARN."""
        client = await self.client("sns")
        answer = await self._calls.call(
            "sns:ConfirmSubscription",
            client.confirm_subscription,
            {"TopicArn": topic_arn, "Token": token},
            thing=name_of(topic_arn),
            asked=True,
            repeatable=False,
        )
        return _given(answer, "SubscriptionArn")


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags as SNS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _given(answer: Any, name: str) -> str:
    """Give the text that an answer is about."""
    told = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(told, str) or not told:
        raise unreadable(f"an answer without {name}")
    return told
