"""On real servers the one call of a finding is taken as it is made, and the finding is gone after it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from sqsview.aws.session import open_gateway
from sqsview.clock import SystemClock
from sqsview.domain.doctor import Code
from sqsview.gateway import Gateway, Target
from sqsview.operations.audit import AuditLog
from sqsview.operations.diagnosis import diagnose
from sqsview.operations.mending import Mending
from tests.support.engines import REGION, Engine

DAY = 86_400


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", REGION)


@asynccontextmanager
async def connected(engine: Engine) -> AsyncIterator[Gateway]:
    async with open_gateway(Target(endpoint_url=engine.url), budget=None) as gateway:
        yield gateway


def plant(engine: Engine) -> Iterator[Code]:
    """Make one of each that one call mends and that both servers can have."""
    with engine.client("sqs") as sqs, engine.client("sns") as sns:

        def make(name: str, **attributes: str) -> str:
            sqs.create_queue(QueueName=name, Attributes={"MessageRetentionPeriod": str(4 * DAY), **attributes})
            return f"arn:aws:sqs:{REGION}:{engine.account}:{name}"

        def redrive(target: str, receives: int = 5) -> str:
            return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": receives})

        def remove(arn: str) -> None:
            sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])

        def subscribe(arn: str, **attributes: str) -> None:
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)

        topic = sns.create_topic(Name="orders")["TopicArn"]
        reads = {
            "Sid": "Reads",
            "Effect": "Allow",
            "Principal": {"AWS": engine.account},
            "Action": "sqs:ReceiveMessage",
            "Resource": "*",
        }
        subscribe(make("closed", Policy=json.dumps({"Version": "2012-10-17", "Statement": [reads]})))
        yield Code.TOPIC_NOT_ADMITTED
        everybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
        is_open = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
        subscribe(make("secret", KmsMasterKeyId="alias/aws/sqs", Policy=is_open))
        yield Code.AWS_MANAGED_KEY
        gone = make("legacy")
        subscribe(gone)
        remove(gone)
        yield Code.QUEUE_GONE
        lost = make("lost-dlq.fifo", FifoQueue="true")
        make("careless.fifo", FifoQueue="true", RedrivePolicy=redrive(lost))
        remove(lost)
        yield Code.DLQ_GONE
        make("short", RedrivePolicy=redrive(make("short-dlq", MessageRetentionPeriod=str(DAY))))
        yield Code.DLQ_RETENTION
        make("hasty", RedrivePolicy=redrive(make("hasty-dlq", MessageRetentionPeriod=str(14 * DAY)), receives=1))
        yield Code.MAX_RECEIVE_COUNT_ONE
        undelivered = make("undelivered", MessageRetentionPeriod=str(14 * DAY))
        subscribe(make("fed", Policy=is_open), RedrivePolicy=json.dumps({"deadLetterTargetArn": undelivered}))
        yield Code.SUBSCRIPTION_DLQ_NOT_ADMITTED


async def test_each_is_found_mended_by_one_call_and_gone(engine: Engine) -> None:
    planted = set(plant(engine))
    audit = AuditLog()
    async with connected(engine) as gateway:
        found = (await diagnose(gateway)).findings
        assert {each.code for each in found} == planted
        assert len(found) == len(planted)
        for each in found:
            assert each.repair is not None
            work = Mending(gateway, each.repair, audit, SystemClock())
            await work.run()
            assert not work.told.wrong, work.told.line
        left = {each.thing for each in (await diagnose(gateway)).findings}
    # Moto forgets a queue's policy whenever another attribute is set.
    assert left == ({"orders → secret"} if engine.name == "moto" else set())
    assert len(audit.lines) == 2 * len(planted)


async def test_what_stood_in_the_policy_stands_there_still(engine: Engine) -> None:
    next(plant(engine))
    async with connected(engine) as gateway:
        (found,) = (await diagnose(gateway)).findings
        assert found.repair is not None
        await Mending(gateway, found.repair, AuditLog(), SystemClock()).run()
        policy = (await gateway.get_queue_attributes(await gateway.get_queue_url("closed"))).settings.policy
    assert [each.get("Sid") for each in json.loads(policy or "")["Statement"]] == ["Reads", "sqsview-orders"]
