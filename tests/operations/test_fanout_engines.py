"""A fan-out to 20 queues on two real servers: built by one plan, and every message is where the filters say."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.domain.fan_out import plan, read_description
from sqsview.domain.message import Attribute, Outgoing, Sent
from sqsview.gateway import Gateway, Target
from sqsview.operations.audit import AuditLog
from sqsview.operations.fanout import Build
from sqsview.operations.fanout_reading import read_existing
from sqsview.operations.fanout_trace import trace_fan_out
from sqsview.operations.ledger import Ledger
from tests.support.engines import REGION, Engine

Order = dict[str, Any]
Wants = Callable[[Order], bool]
FILTERS: list[tuple[str, Wants]] = [
    ('type = ["order"]', lambda it: it["type"] == "order"),
    ('type = ["refund", "invoice"]', lambda it: it["type"] in ("refund", "invoice")),
    ('type = [{ "anything-but" = ["login"] }]', lambda it: it["type"] != "login"),
    ("total = [{ numeric = ['>=', 500] }]", lambda it: it["total"] >= 500),
    ("total = [{ numeric = ['>', 0, '<', 100] }]", lambda it: 0 < it["total"] < 100),
    ('country = [{ prefix = "D" }]', lambda it: it["country"].startswith("D")),
    ('type = ["order"], total = [{ numeric = [">=", 100] }]', lambda it: it["type"] == "order" and it["total"] >= 100),
    ("vip = [{ exists = true }]", lambda it: "vip" in it),
    ("vip = [{ exists = false }]", lambda it: "vip" not in it),
    ('country = ["DE", "FR"], type = ["login"]', lambda it: it["country"] in ("DE", "FR") and it["type"] == "login"),
]
"""Filters, and what each of them means, written once more in Python."""


def everything(_: Order) -> bool:
    return True


QUEUES: dict[str, tuple[str, Wants]] = {
    **{f"by-attribute-{place}": (f"filter = {{ {rule} }}", wants) for place, (rule, wants) in enumerate(FILTERS)},
    **{
        f"by-body-{place}": (f'filter = {{ {rule} }}\nscope = "body"', wants)
        for place, (rule, wants) in enumerate(FILTERS[:9])
    },
    "all": ("", everything),
}
DESCRIPTION = '[topic]\nname = "shop"\n[defaults]\ndead_letter_queue = true\n' + "\n".join(
    f'[[queues]]\nname = "{name}"\n{rule}' for name, (rule, _) in QUEUES.items()
)
WRITES = ("Create", "Set", "Subscribe", "Tag")


@pytest.fixture
async def gateway(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    async with open_gateway(Target(region=REGION, endpoint_url=engine.url), budget=None) as opened:
        yield opened


async def build(gateway: Gateway, text: str) -> Build:
    description = read_description(text)
    work = Build(gateway, plan(description, await read_existing(gateway, description)), AuditLog(), SystemClock())
    await work.run()
    return work


def writes(gateway: Gateway) -> int:
    """Count the calls that were made and are no reads."""
    return sum(each.calls for each in gateway.meter.figures().apis if each.api.partition(":")[2].startswith(WRITES))


def corpus() -> list[Order]:
    dice = random.Random(7)
    made: list[Order] = []
    for number in range(40):
        order: Order = {
            "id": number,
            "type": dice.choice(["order", "refund", "invoice", "login"]),
            "total": dice.choice([0, 1, 99, 100, 250, 499, 500, 10_000]),
            "country": dice.choice(["DE", "DK", "FR", "US"]),
        }
        made.append(order | ({"vip": "yes"} if dice.random() < 0.4 else {}))
    return made


def outgoing(order: Order) -> Outgoing:
    attributes = {
        name: Attribute("String" if isinstance(value, str) else "Number", str(value)) for name, value in order.items()
    }
    return Outgoing(json.dumps(order), attributes)


def held(engine: Engine, name: str) -> list[int]:
    """Receive what is in a queue by another library, and give the numbers of the orders."""
    found: list[int] = []
    with engine.client("sqs") as sqs:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(json.loads(message["Body"])["Message"])["id"] for message in batch]
    return sorted(found)


async def test_every_message_is_in_exactly_the_queues_that_the_filters_name(engine: Engine, gateway: Gateway) -> None:
    work = await build(gateway, DESCRIPTION)
    assert work.progress.complete, work.progress.problem
    assert writes(gateway) == 61
    again = await build(gateway, DESCRIPTION)
    assert again.plan.steps == ()
    assert writes(gateway) == 61
    orders = corpus()
    for start in range(0, len(orders), 10):
        sent = await gateway.publish_batch(work.plan.topic_arn, [outgoing(each) for each in orders[start : start + 10]])
        assert all(isinstance(each, Sent) for each in sent)
    for name, (_, wants) in QUEUES.items():
        assert await asyncio.to_thread(held, engine, name) == [each["id"] for each in orders if wants(each)], name


SMALL = """
[topic]
name = "shop"
[[queues]]
name = "orders"
filter = { type = ["order"] }
dead_letter_queue = true
[[queues]]
name = "dear"
filter = { total = [{ numeric = [">=", 500] }] }
scope = "body"
raw = true
[[queues]]
name = "all"
"""


async def test_a_trace_proves_the_delivery_to_each_queue(gateway: Gateway) -> None:
    work = await build(gateway, SMALL)
    assert work.progress.complete
    proofs = await trace_fan_out(gateway, read_description(SMALL), work.plan.topic_arn, Ledger(None), SystemClock())
    assert [(proof.queue, proof.arrived) for proof in proofs] == [("orders", True), ("dear", True), ("all", True)]


async def test_what_was_changed_by_hand_is_mended_and_nothing_else_is_touched(gateway: Gateway) -> None:
    await build(gateway, SMALL)
    (ref,) = [ref async for page in gateway.list_subscriptions() for ref in page if ref.endpoint.endswith(":orders")]
    await gateway.set_subscription_attributes(ref.arn, "FilterPolicy", '{"type": ["refund"]}')
    queue = await gateway.get_queue_url("all")
    await gateway.set_queue_attributes(queue, {"Policy": "", "VisibilityTimeout": "77"})
    again = await build(gateway, SMALL)
    assert [step.words for step in again.plan.steps] == [
        "admit shop in the policy of all",
        "change the filter of orders",
    ]
    assert again.progress.complete
    assert (await gateway.get_queue_attributes(queue)).settings.visibility_timeout == 77
    assert (await build(gateway, SMALL)).plan.steps == ()


async def test_a_fifo_fan_out_is_built_and_traced(gateway: Gateway) -> None:
    text = '[topic]\nname = "shop.fifo"\n[[queues]]\nname = "orders.fifo"\ndead_letter_queue = true\n'
    work = await build(gateway, text)
    assert work.progress.complete, work.progress.problem
    assert (await build(gateway, text)).plan.steps == ()
    (proof,) = await trace_fan_out(gateway, read_description(text), work.plan.topic_arn, Ledger(None), SystemClock())
    assert proof.arrived, proof.text


async def test_what_was_made_is_taken_back_and_can_be_made_again(engine: Engine, gateway: Gateway) -> None:
    work = await build(gateway, SMALL)
    await work.take_back()
    assert [page async for page in gateway.list_topics() if page] == []
    assert [page async for page in gateway.list_queues() if page] == []
    assert [page async for page in gateway.list_subscriptions() if page] == []
    assert (await build(gateway, SMALL)).progress.complete
