"""The calls of SNS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from sqsview.aws import messages, parse
from sqsview.aws.service import Service
from sqsview.domain.arn import name_of
from sqsview.domain.message import EntryFault, Outgoing, Sent
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.domain.topic import SubscriptionReading, SubscriptionRef, TopicReading


class Sns(Service):
    """Reads topics, subscriptions and push applications, and publishes."""

    async def list_topics(self) -> AsyncIterator[list[str]]:
        """Give the ARNs of all topics, in pages of 100."""
        client = await self.client("sns")
        async for page in self._calls.pages("sns:ListTopics", client.list_topics):
            yield parse.topic_arns(page)

    async def get_topic_attributes(self, arn: str) -> TopicReading:
        """Read the settings of one topic."""
        client = await self.client("sns")
        answer = await self._calls.call(
            "sns:GetTopicAttributes", client.get_topic_attributes, {"TopicArn": arn}, thing=name_of(arn)
        )
        return parse.topic_reading(answer, arn)

    async def list_subscriptions(self) -> AsyncIterator[list[SubscriptionRef]]:
        """Give all subscriptions of all topics, in pages of 100."""
        client = await self.client("sns")
        async for page in self._calls.pages("sns:ListSubscriptions", client.list_subscriptions):
            yield parse.subscription_refs(page)

    async def get_subscription_attributes(self, arn: str) -> SubscriptionReading:
        """Read the settings of one subscription; never called with a literal in place of the ARN."""
        client = await self.client("sns")
        answer = await self._calls.call(
            "sns:GetSubscriptionAttributes",
            client.get_subscription_attributes,
            {"SubscriptionArn": arn},
            thing=arn,
        )
        return parse.subscription_reading(answer, arn)

    async def list_tags_for_resource(self, arn: str) -> Mapping[str, str]:
        """Read the tags of one topic."""
        client = await self.client("sns")
        answer = await self._calls.call(
            "sns:ListTagsForResource",
            client.list_tags_for_resource,
            {"ResourceArn": arn},
            thing=name_of(arn),
            urgent=True,
        )
        return parse.tags(answer)

    async def list_platform_applications(self) -> AsyncIterator[list[PlatformApplication]]:
        """Give all push applications, in pages of 100."""
        client = await self.client("sns")
        async for page in self._calls.pages("sns:ListPlatformApplications", client.list_platform_applications):
            yield parse.platform_applications(page)

    async def list_endpoints_by_platform_application(self, arn: str) -> AsyncIterator[list[PlatformEndpoint]]:
        """Give the devices of one push application, in pages of 100 that are asked for one by one."""
        client = await self.client("sns")
        async for page in self._calls.pages(
            "sns:ListEndpointsByPlatformApplication",
            client.list_endpoints_by_platform_application,
            {"PlatformApplicationArn": arn},
            thing=name_of(arn),
        ):
            yield parse.platform_endpoints(page)

    async def get_endpoint_attributes(self, arn: str) -> Mapping[str, str]:
        """Read the attributes of one device."""
        client = await self.client("sns")
        answer = await self._calls.call(
            "sns:GetEndpointAttributes",
            client.get_endpoint_attributes,
            {"EndpointArn": arn},
            thing=name_of(arn),
            urgent=True,
        )
        return parse.endpoint_attributes(answer)

    async def publish(self, topic_arn: str, message: Outgoing) -> Sent:
        """Publish one message to a topic; not repeated after a fault, for it may have been taken."""
        client = await self.client("sns")
        answer = await self._calls.call(
            "sns:Publish",
            client.publish,
            {"TopicArn": topic_arn, **messages.to_topic(message)},
            thing=name_of(topic_arn),
            asked=True,
            repeatable=False,
            units=messages.chunks([message]),
        )
        return messages.sent(answer)

    async def publish_batch(self, topic_arn: str, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        """Publish up to 10 messages to a topic; give what became of each, in order."""
        client = await self.client("sns")
        entries = [{"Id": str(place), **messages.to_topic(message)} for place, message in enumerate(outgoing)]
        answer = await self._calls.call(
            "sns:PublishBatch",
            client.publish_batch,
            {"TopicArn": topic_arn, "PublishBatchRequestEntries": entries},
            thing=name_of(topic_arn),
            asked=True,
            repeatable=False,
            units=messages.chunks(outgoing),
        )
        return messages.outcomes(answer, len(outgoing))

    async def delete_topic(self, arn: str) -> None:
        """Delete a topic with its subscriptions; not repeated after a fault, for it may have been done."""
        client = await self.client("sns")
        await self._calls.call(
            "sns:DeleteTopic", client.delete_topic, {"TopicArn": arn}, thing=name_of(arn), asked=True, repeatable=False
        )

    async def unsubscribe(self, arn: str) -> None:
        """Delete one subscription; not repeated after a fault, for it may have been done."""
        client = await self.client("sns")
        await self._calls.call(
            "sns:Unsubscribe", client.unsubscribe, {"SubscriptionArn": arn}, thing=arn, asked=True, repeatable=False
        )
