"""What the forms and documents come to is what two real servers then have, read by boto3 as an independent eye."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import pytest

from sqsview.domain.changes import Change, CreateQueue, CreateTopic
from sqsview.domain.creating.edits import QueueSheet, Sheet, SubscriptionSheet, TopicSheet
from sqsview.domain.creating.place import Place
from sqsview.domain.creating.queues import queue_plan
from sqsview.domain.creating.subscriptions import subscription_plan
from sqsview.domain.creating.topics import topic_plan
from sqsview.domain.details import Details
from sqsview.domain.filter_trial import filter_changes
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.topic import Topic
from sqsview.gateway import Gateway
from sqsview.operations.audit import AuditLog
from sqsview.operations.changing import Changing
from sqsview.operations.listing import list_everything
from tests.operations.publish_world import world_on
from tests.support.engines import Engine
from tests.support.time import OwnedClock


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
async def gateway(engine: Engine) -> AsyncIterator[Gateway]:
    async with world_on(engine) as opened:
        yield opened.gateway


async def place(gateway: Gateway) -> Place:
    """Read all there is."""
    listing = await list_everything(gateway)
    return Place(
        Snapshot(
            context=listing.context,
            queues={each.key: each for each in listing.queues or ()},
            topics={each.key: each for each in listing.topics or ()},
            all_queues=True,
        )
    )


async def make(gateway: Gateway, *changes: Change) -> None:
    work = Changing(gateway, changes, AuditLog(), OwnedClock())
    await work.run()
    assert not work.told.wrong, work.told.line


async def new_queue(gateway: Gateway, name: str, **values: str) -> None:
    plan = queue_plan(values, await place(gateway), name=name)
    assert not plan.faults, plan.faults
    await make(gateway, CreateQueue(name, plan.attributes, plan.tags))


async def queue_sheet(gateway: Gateway, name: str) -> QueueSheet:
    ref = await gateway.get_queue_url(name)
    raw, tags = (await gateway.get_queue_attributes(ref)).raw, await gateway.list_queue_tags(ref)
    return QueueSheet(ref, Details(ref.arn, raw, tags), await place(gateway))


async def edit(gateway: Gateway, sheet: Sheet, *changes: tuple[str, str]) -> Sequence[Change]:
    """Put one text in place of another in the document, and make the calls it comes to."""
    assert sheet.edited(sheet.text).changes == ()
    text = sheet.text
    for before, after in changes:
        assert text.count(before) == 1, text
        text = text.replace(before, after)
    edited = sheet.edited(text)
    assert not edited.faults, edited.faults
    await make(gateway, *edited.changes)
    return edited.changes


def told(engine: Engine, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Give attributes and tags of a queue."""
    with engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return attributes, sqs.list_queue_tags(QueueUrl=url).get("Tags", {})


async def test_a_queue_is_made_as_typed_and_changed_as_edited(engine: Engine, gateway: Gateway) -> None:
    await new_queue(gateway, "dead", retention="14 days")
    await new_queue(
        gateway, "orders", visibility_timeout="2 min", delay="5", dead_letter_queue="dead", max_receive_count="3",
        tags="team=shop, stage=test",
    )  # fmt: skip
    attributes, tags = told(engine, "orders")
    assert (attributes["VisibilityTimeout"], attributes["DelaySeconds"]) == ("120", "5")
    redrive = json.loads(attributes["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith(":dead") and int(redrive["maxReceiveCount"]) == 3
    assert tags == {"team": "shop", "stage": "test"}
    await edit(
        gateway, await queue_sheet(gateway, "orders"), ("visibility_timeout = 120", 'visibility_timeout = "1 h"'),
        ("max_receive_count = 3", "max_receive_count = 7"), ('"stage" = "test"\n', ""), ('"shop"', '"mail"'),
    )  # fmt: skip
    attributes, tags = told(engine, "orders")
    assert (attributes["VisibilityTimeout"], attributes["DelaySeconds"], tags) == ("3600", "5", {"team": "mail"})
    assert int(json.loads(attributes["RedrivePolicy"])["maxReceiveCount"]) == 7


async def test_a_redrive_policy_is_taken_away(engine: Engine, gateway: Gateway) -> None:
    await new_queue(gateway, "dead")
    await new_queue(gateway, "orders", dead_letter_queue="dead")
    emptied = (
        ('dead_letter_queue = "dead"', 'dead_letter_queue = ""'),
        ("max_receive_count = 10", 'max_receive_count = ""'),
    )
    await edit(gateway, await queue_sheet(gateway, "orders"), *emptied)
    assert not (await gateway.get_queue_attributes(await gateway.get_queue_url("orders"))).settings.limited


async def test_a_fifo_queue_is_made_with_what_only_fifo_has(engine: Engine, gateway: Gateway) -> None:
    await new_queue(gateway, "orders.fifo", content_based_deduplication="yes")
    attributes, _ = told(engine, "orders.fifo")
    assert (attributes["FifoQueue"], attributes["ContentBasedDeduplication"]) == ("true", "true")


async def topic(gateway: Gateway, arn: str) -> Topic:
    return next(each for each in (await list_everything(gateway)).topics or () if each.arn == arn)


async def test_a_topic_is_made_and_a_queue_subscribed_that_gets_what_its_filter_lets_through(
    engine: Engine, gateway: Gateway
) -> None:
    plan = topic_plan({"display_name": "Orders", "tags": "team=shop"}, name="orders")
    await make(gateway, CreateTopic("orders", plan.attributes, plan.tags))
    await new_queue(gateway, "billing")
    here = await place(gateway)
    (found,) = here.snapshot.topics.values()
    values = {"protocol": "sqs", "endpoint": "billing", "filter_policy": '{"type": ["order"]}', "raw_delivery": "yes"}
    subscribing = subscription_plan(values, found, here)
    assert not subscribing.plan.faults, subscribing.plan.faults
    await make(gateway, *subscribing.changes)
    assert bodies(engine, found.arn) == ["order"]

    way = (await topic(gateway, found.arn)).subscriptions[0]
    raw = (await gateway.get_subscription_attributes(way.ref.arn)).raw
    sheet = SubscriptionSheet(way, found, Details(way.key, raw, None), await place(gateway))
    await edit(gateway, sheet, ('    "order"', '    "refund"'))
    assert bodies(engine, found.arn) == ["refund"]

    tags = await gateway.list_tags_for_resource(found.arn)
    attributes = (await gateway.get_topic_attributes(found.arn)).raw
    sheet_of_topic = TopicSheet(found.arn, Details(found.arn, attributes, tags))
    calls = await edit(gateway, sheet_of_topic, ('"Orders"', '"Shop"'), ('"team" = "shop"', '"owner" = "me"'))
    assert len(calls) == 3
    assert (await topic_settings(gateway, found.arn), await gateway.list_tags_for_resource(found.arn)) == (
        "Shop", {"owner": "me"},
    )  # fmt: skip


async def topic_settings(gateway: Gateway, arn: str) -> str:
    return (await gateway.get_topic_attributes(arn)).settings.display_name


def bodies(engine: Engine, topic_arn: str) -> list[str]:
    """Publish an order and a refund, and give what arrives in the queue."""
    found: list[str] = []
    with engine.client("sqs") as sqs, engine.client("sns") as sns:
        for kind in ("order", "refund"):
            attributes: Any = {"type": {"DataType": "String", "StringValue": kind}}
            sns.publish(TopicArn=topic_arn, Message=kind, MessageAttributes=attributes)
        url = sqs.get_queue_url(QueueName="billing")["QueueUrl"]
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                found.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


async def test_a_filter_is_taken_away_and_turned_to_the_body(engine: Engine, gateway: Gateway) -> None:
    with engine.client("sns") as sns, engine.client("sqs") as sqs:
        arn = sns.create_topic(Name="orders")["TopicArn"]
        sqs.create_queue(QueueName="billing")
        queue = arn.replace(":sns:", ":sqs:").replace(":orders", ":billing")
        flat = '{"type": ["order"]}'
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue, Attributes={"FilterPolicy": flat})
    (way,) = (await topic(gateway, arn)).subscriptions
    nested = '{"order":{"type":["gift"]}}'
    await make(gateway, *filter_changes(way.ref.arn, (flat, "MessageAttributes"), (nested, "MessageBody")))
    settings = (await gateway.get_subscription_attributes(way.ref.arn)).settings
    assert (json.loads(str(settings.filter_policy)), settings.filter_scope) == (json.loads(nested), "MessageBody")
    await make(gateway, *filter_changes(way.ref.arn, (nested, "MessageBody"), ("", "MessageAttributes")))
    settings = (await gateway.get_subscription_attributes(way.ref.arn)).settings
    assert (settings.filter_policy or "{}", settings.filter_scope) == ("{}", "MessageAttributes")


async def test_an_address_is_subscribed(engine: Engine, gateway: Gateway) -> None:
    await make(gateway, CreateTopic("orders", {}, {}))
    here = await place(gateway)
    (found,) = here.snapshot.topics.values()
    await make(gateway, *subscription_plan({"protocol": "email", "endpoint": "a@example.com"}, found, here).changes)
    async with aclosing(gateway.list_subscriptions()) as pages:  # type: ignore[type-var]
        assert [ref.endpoint async for page in pages for ref in page] == ["a@example.com"]
