"""A trace through real topics and queues: what was predicted, what arrived, and what it leaves behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from sqsview.clock import SystemClock
from sqsview.domain.arn import name_of
from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.publishing import destination_of
from sqsview.domain.queue import Queue
from sqsview.domain.recipients import Recipients
from sqsview.domain.topic import Topic
from sqsview.domain.topology import Topology
from sqsview.operations.ledger import Ledger
from sqsview.operations.listing import list_everything
from sqsview.operations.trace import Outcome, Trace, Traced
from tests.operations.publish_world import World, world_on
from tests.support.engines import Engine


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def build(engine: Engine) -> None:
    """A topic with four queues: in an envelope, raw, filtered out, and with a dead-letter queue."""
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        topic = sns.create_topic(Name="events")["TopicArn"]
        arns: dict[str, str] = {}
        for name in ("letters", "enveloped", "raw", "filtered", "limited"):
            attributes: dict[str, str] = {"Policy": _admitting(topic)}
            if name == "limited":
                attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": arns["letters"], "maxReceiveCount": 5})
            url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="before")
            arns[name] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        more: dict[str, dict[str, str]] = {
            "raw": {"RawMessageDelivery": "true"},
            "filtered": {"FilterPolicy": '{"type": ["refund"]}'},
        }
        for name in ("enveloped", "raw", "filtered", "limited"):
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arns[name], Attributes=more.get(name, {}))


def _admitting(topic: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


async def prepared(world: World, outgoing: Outgoing) -> Trace:
    """Read the server as the dashboard does, and prepare a trace."""
    listing = await list_everything(world.gateway)
    assert listing.queues is not None
    assert listing.topics is not None
    (topic,) = listing.topics
    recipients = Recipients(topic, topology_of(listing.queues, topic), listing.context)
    queues = {queue.arn: queue.ref for queue in listing.queues}
    return Trace(
        world.gateway,
        destination_of(topic),
        outgoing,
        recipients.judge,
        queues,
        Ledger(None),
        SystemClock(),
    )


def topology_of(queues: tuple[Queue, ...], topic: Topic) -> Topology:
    return Topology.build({queue.key: queue for queue in queues}, {topic.key: topic}, complete=True)


def by_name(results: tuple[Traced, ...]) -> Mapping[str, Traced]:
    return {name_of(result.recipient.subscription.ref.endpoint): result for result in results}


def receive_counts(engine: Engine, name: str) -> list[int]:
    """Receive all with boto3, which must come at once, and give how often each was received before."""

    def receive(sqs: Any) -> list[int]:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
        return [int(message["Attributes"]["ApproximateReceiveCount"]) - 1 for message in messages]

    with engine.client("sqs") as sqs:
        return receive(sqs)


async def test_a_trace_says_of_every_subscription_what_became_of_the_message(engine: Engine) -> None:
    await asyncio.to_thread(build, engine)
    async with world_on(engine) as world:
        trace = await prepared(world, Outgoing("x", {"type": Attribute("String", "order")}))
        prospects = await trace.prepare()
        assert not any(prospect.must_ask for prospect in prospects)
        results = by_name(await trace.run([prospect.key for prospect in prospects]))
    assert {name: result.outcome for name, result in results.items()} == {
        "enveloped": Outcome.ARRIVED,
        "raw": Outcome.ARRIVED,
        "limited": Outcome.ARRIVED,
        "filtered": Outcome.FILTERED,
    }
    assert all(result.seconds is None or 0 <= result.seconds < 5 for result in results.values())
    for name, count in (("enveloped", 2), ("raw", 2), ("limited", 2), ("filtered", 1)):
        assert await asyncio.to_thread(receive_counts, engine, name) == [1] * count, "once by the trace, and given back"


async def test_a_body_for_each_protocol_is_found_by_the_id_that_the_server_gave(engine: Engine) -> None:
    await asyncio.to_thread(build, engine)
    async with world_on(engine) as world:
        trace = await prepared(world, Outgoing('{"default": "x", "sqs": "y"}', structure=True))
        keys = [prospect.key for prospect in await trace.prepare()]
        results = by_name(await trace.run(keys))
    assert results["enveloped"].arrival is not None
    assert results["enveloped"].arrival.by == "id"
    assert results["raw"].arrival is not None
    assert results["raw"].arrival.by == "body"
    assert results["filtered"].outcome is Outcome.FILTERED


async def test_the_trace_attribute_is_delivered_and_no_filter_is_misled(engine: Engine) -> None:
    await asyncio.to_thread(build, engine)
    async with world_on(engine) as world:
        trace = await prepared(world, Outgoing("x", {"type": Attribute("String", "refund")}))
        keys = {name: prospect.key for prospect in await trace.prepare() for name in [_name(prospect.key, trace)]}
        results = by_name(await trace.run([keys["filtered"]]))
    assert results["filtered"].outcome is Outcome.ARRIVED
    assert results["raw"].outcome is Outcome.CANNOT_KNOW
    assert await asyncio.to_thread(receive_counts, engine, "raw") == [0, 0], "what was not allowed was not looked at"


def _name(key: str, trace: Trace) -> str:
    return next(
        name_of(recipient.subscription.ref.endpoint)
        for recipient in trace.recipients
        if recipient.subscription.key == key
    )
