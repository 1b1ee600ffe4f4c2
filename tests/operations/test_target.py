"""A queue or topic is found by what a person calls it, and a name that means two things is not guessed at."""

from __future__ import annotations

import pytest

from sqsview.domain.publishing import Destination
from sqsview.errors import Denied, NotFound, SessionError, UsageError
from sqsview.operations.target import find_target
from tests.support.double import (
    Account,
    DoubleGateway,
    denied,
    queue_arn,
    queue_url,
    server_fault,
    session_error,
    topic_arn,
)
from tests.support.time import OwnedClock


@pytest.fixture
def account() -> Account:
    account = Account(OwnedClock())
    account.add_queue("orders", maximum_message_size=1024)
    account.add_queue("both")
    account.add_topic("events", maximum_message_size=2048)
    account.add_topic("both")
    return account


async def find(account: Account, wanted: str) -> Destination:
    return await find_target(DoubleGateway(account, account.context), wanted)


@pytest.mark.parametrize("wanted", ["orders", queue_arn("orders"), queue_url("orders")])
async def test_a_queue_is_found_with_its_limit(account: Account, wanted: str) -> None:
    found = await find(account, wanted)
    assert (found.is_queue, found.name, found.arn, found.limit) == (True, "orders", queue_arn("orders"), 1024)


@pytest.mark.parametrize("wanted", ["events", topic_arn("events")])
async def test_a_topic_is_found_with_its_limit(account: Account, wanted: str) -> None:
    found = await find(account, wanted)
    assert (found.is_topic, found.name, found.arn, found.limit) == (True, "events", topic_arn("events"), 2048)


async def test_a_name_of_both_is_an_error_with_the_candidates(account: Account) -> None:
    with pytest.raises(UsageError) as caught:
        await find(account, "both")
    assert str(caught.value) == f"both is a queue and a topic: give {queue_arn('both')} or {topic_arn('both')}"
    assert (await find(account, queue_arn("both"))).is_queue
    assert (await find(account, topic_arn("both"))).is_topic


async def test_a_name_of_neither_says_so(account: Account) -> None:
    with pytest.raises(NotFound, match="nothing: there is no queue and no topic of this name"):
        await find(account, "nothing")


async def test_settings_that_may_not_be_read_are_left_open(account: Account) -> None:
    account.fail("get_queue_attributes", denied())
    found = await find(account, "orders")
    assert (found.limit_told, found.content_based_deduplication) == (False, None)


async def test_topics_that_may_not_be_read_do_not_hide_a_queue(account: Account) -> None:
    account.fail("get_topic_attributes", denied("sns:GetTopicAttributes"))
    assert (await find(account, "both")).is_queue


async def test_a_topic_that_may_be_published_to_but_not_read_is_found(account: Account) -> None:
    account.fail("get_topic_attributes", denied("sns:GetTopicAttributes"))
    found = await find(account, "events")
    assert (found.is_topic, found.limit_told) == (True, False)


async def test_where_neither_may_be_read_that_is_the_answer(account: Account) -> None:
    account.fail("get_queue_url", denied("sqs:GetQueueUrl"))
    account.fail("get_topic_attributes", denied("sns:GetTopicAttributes"))
    with pytest.raises(Denied):
        await find(account, "orders")


async def test_without_sts_topics_are_found_by_listing(account: Account) -> None:
    account.fail("get_caller_identity", server_fault())
    assert (await find(account, "events")).is_topic
    assert (await find(account, "orders")).is_queue


async def test_a_session_at_fault_is_no_missing_queue(account: Account) -> None:
    account.down = session_error()
    with pytest.raises(SessionError):
        await find(account, "orders")


async def test_what_is_in_another_region_is_not_looked_for_here(account: Account) -> None:
    with pytest.raises(NotFound, match="it is in us-east-1, and the connection is to eu-west-1"):
        await find(account, topic_arn("events", region="us-east-1"))
    with pytest.raises(NotFound, match="partition aws-cn"):
        await find(account, topic_arn("events").replace("arn:aws:", "arn:aws-cn:"))
