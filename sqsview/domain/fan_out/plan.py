"""What has to be called so that a fan-out is as it is described, and nothing for what is so already."""

from __future__ import annotations

from collections.abc import Iterator

from sqsview.domain.fan_out.calls import CreateTopic, SetTopicAttribute, TagTopic
from sqsview.domain.fan_out.description import Description, TopicPart
from sqsview.domain.fan_out.queue_steps import QueuePlanner
from sqsview.domain.fan_out.steps import Existing, Plan, Step
from sqsview.domain.fan_out.subscription_steps import subscription_steps


def plan(description: Description, existing: Existing) -> Plan:
    """Say what has to be called. Dead-letter queues come first, for a redrive policy can only name what exists."""
    topic_arn = existing.place.topic(description.topic.name)
    planner = QueuePlanner(description, existing)
    steps = [*_topic_steps(description.topic, topic_arn, existing), *planner.steps()]
    notes = list(planner.notes)
    refusals = list(planner.refusals)
    for branch in description.branches:
        steps += subscription_steps(branch, topic_arn, existing, notes, refusals)
    if description.topic.kms_key:
        notes.append(
            f"{description.topic.name} is encrypted with {description.topic.kms_key}: who publishes to it needs "
            "kms:GenerateDataKey and kms:Decrypt on that key"
        )
    there = (existing.topic is not None) + len(existing.queues)
    there += sum(bool(existing.subscriptions.get(existing.place.queue(each.name))) for each in description.branches)
    return Plan(topic_arn, tuple(steps), tuple(refusals), tuple(dict.fromkeys(notes)), there)


def _topic_steps(topic: TopicPart, arn: str, existing: Existing) -> Iterator[Step]:
    wanted = _topic_attributes(topic)
    if existing.topic is None:
        attributes = {"FifoTopic": "true"} if topic.fifo else {}
        kind = "FIFO topic" if topic.fifo else "topic"
        yield Step(CreateTopic(arn, {**attributes, **wanted}, topic.tags), f"create the {kind} {topic.name}")
        return
    now = {
        "DisplayName": existing.topic.display_name,
        "ContentBasedDeduplication": str(existing.topic.content_based_deduplication).lower(),
        "KmsMasterKeyId": existing.topic.kms_key or "",
    }
    for name, value in wanted.items():
        if now[name] != value:
            yield Step(
                SetTopicAttribute(arn, name, value), f"change {name} of the topic {topic.name}", (now[name], value)
            )
    missing = {key: value for key, value in topic.tags.items() if existing.topic_tags.get(key) != value}
    if missing:
        yield Step(TagTopic(arn, missing), f"tag the topic {topic.name}: {', '.join(missing)}")


def _topic_attributes(topic: TopicPart) -> dict[str, str]:
    attributes: dict[str, str] = {}
    if topic.display_name is not None:
        attributes["DisplayName"] = topic.display_name
    if topic.content_based_deduplication is not None:
        attributes["ContentBasedDeduplication"] = str(topic.content_based_deduplication).lower()
    if topic.kms_key is not None:
        attributes["KmsMasterKeyId"] = topic.kms_key
    return attributes
