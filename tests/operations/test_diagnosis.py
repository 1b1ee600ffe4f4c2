"""Everything is read once and examined; what could not be read is said, and nothing of it is guessed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sqsview.domain.doctor import Code
from sqsview.errors import SessionError
from sqsview.gateway import READS, Gateway, Target, guarded
from sqsview.operations.diagnosis import diagnose
from tests.domain.doctor.test_findings import PLANTED
from tests.domain.doctor.world import DAY, healthy
from tests.operations.test_mending import account_of
from tests.support.double import Account, denied, session_error
from tests.support.things import queue_arn, topic_arn


@pytest.fixture
def account() -> Account:
    return account_of(healthy())


@pytest.fixture
async def gateway(account: Account) -> AsyncIterator[Gateway]:
    async with account.opener(Target()) as opened:
        yield opened


async def codes(gateway: Gateway, **options: object) -> set[Code]:
    return {each.code for each in (await diagnose(gateway, **options)).findings}  # type: ignore[arg-type]


async def test_a_healthy_account_has_no_findings_and_is_counted(gateway: Gateway) -> None:
    diagnosis = await diagnose(gateway)
    assert (diagnosis.findings, diagnosis.problems, diagnosis.complete) == ((), (), True)
    assert (diagnosis.queues, diagnosis.topics, diagnosis.errors) == (6, 2, 0)


async def test_nothing_but_reads_is_called(account: Account, gateway: Gateway) -> None:
    await diagnose(guarded(gateway, read_only=True), ages=True)
    assert {call.operation for call in account.calls} <= READS


async def test_errors_are_counted_apart() -> None:
    account = account_of(PLANTED[Code.TOPIC_NOT_ADMITTED][0](healthy()).seen_queue("billing-dlq", (3, 0, 0)))
    async with account.opener(Target()) as gateway:
        diagnosis = await diagnose(gateway)
    assert (len(diagnosis.findings), diagnosis.errors) == (2, 1)


async def test_a_queue_that_is_denied_is_one_finding_for_it_and_one_for_each_way_to_it(
    account: Account, gateway: Gateway
) -> None:
    account.fail("get_queue_attributes", denied(), "billing")
    diagnosis = await diagnose(gateway)
    assert {(each.code, each.thing) for each in diagnosis.findings} == {
        (Code.NOT_READ, "billing"),
        (Code.NOT_READ, "orders → billing"),
    }
    assert diagnosis.complete and diagnosis.problems


async def test_where_queues_cannot_be_listed_none_is_said_to_be_gone(account: Account, gateway: Gateway) -> None:
    account.fail("list_queues", denied("sqs:ListQueues"))
    diagnosis = await diagnose(gateway)
    assert {each.code for each in diagnosis.findings} == {Code.NOT_LISTED}
    assert not diagnosis.complete


async def test_where_subscriptions_cannot_be_listed_no_topic_is_said_to_be_unheard(
    account: Account, gateway: Gateway
) -> None:
    account.fail("list_subscriptions", denied("sns:ListSubscriptions"))
    assert await codes(gateway) == {Code.NOT_LISTED}


async def test_of_what_was_asked_for_by_name_or_prefix_nothing_is_said_to_be_missing(gateway: Gateway) -> None:
    assert await codes(gateway, queues=["billing"]) == {Code.NOT_LISTED}
    assert await codes(gateway, prefix="bill") == {Code.NOT_LISTED}


async def test_the_age_of_messages_is_only_asked_for_where_that_is_wanted(account: Account, gateway: Gateway) -> None:
    account.ages["billing"] = 3.9 * DAY
    assert await codes(gateway) == set()
    assert account.count("get_metric_data") == 0
    assert await codes(gateway, ages=True) == {Code.RETENTION_NEAR}


async def test_ages_of_many_queues_are_asked_for_five_hundred_at_once(account: Account, gateway: Gateway) -> None:
    for number in range(1_100):
        account.add_queue(f"queue-{number}")
    assert await codes(gateway, ages=True) == set()
    assert account.count("get_metric_data") == 3


async def test_ages_that_cannot_be_read_are_a_problem_and_the_rest_is_found_all_the_same(
    account: Account, gateway: Gateway
) -> None:
    account.fail("get_metric_data", denied("cloudwatch:GetMetricData"))
    account.subscribe(topic_arn("orders"), queue_arn("legacy"))
    diagnosis = await diagnose(gateway, ages=True)
    assert [each.code for each in diagnosis.findings] == [Code.QUEUE_GONE]
    assert "the ages of messages could not be read" in diagnosis.problems[-1].text


async def test_a_connection_that_does_not_work_is_no_diagnosis(account: Account, gateway: Gateway) -> None:
    account.down = session_error()
    with pytest.raises(SessionError):
        await diagnose(gateway)
