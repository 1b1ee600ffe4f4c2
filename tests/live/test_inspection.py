from __future__ import annotations

import pytest

from sqsview.domain.problem import ProblemKind
from sqsview.domain.push import PlatformApplication, PlatformEndpoint
from sqsview.domain.topic import PENDING_LITERAL
from sqsview.errors import GatewayError
from sqsview.gateway import Target
from sqsview.live.feed import Feed
from tests.live.conftest import Running
from tests.support.double import ACCOUNT, REGION, Account, denied, queue_arn, session_error
from tests.support.time import OwnedClock

APPLICATION = f"arn:aws:sns:{REGION}:{ACCOUNT}:app/GCM/shop"


async def test_details_of_a_queue_are_fresh_attributes_and_tags(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    facts = account.add_queue("a")
    facts.tags = {"team": "shop"}
    account.latency = 0
    async with running() as feed:
        facts.hold(42)
        details = await feed.details(queue_arn("a"))
        assert details.attributes["ApproximateNumberOfMessages"] == "42"
        assert (details.tags, details.problems) == ({"team": "shop"}, ())
        counts = feed.snapshot().queues[queue_arn("a")].counts
        assert counts is not None and counts.visible == 42


async def test_details_that_are_denied_in_part_show_the_other_part(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.add_queue("a")
    account.latency = 0
    async with running() as feed:
        account.fail("list_queue_tags", denied("sqs:ListQueueTags"))
        details = await feed.details(queue_arn("a"))
        assert details.attributes and details.tags is None
        (problem,) = details.problems
        assert (problem.thing, problem.text) == ("a", "denied: sqs:ListQueueTags")


async def test_details_of_a_topic_a_subscription_and_an_application(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.latency = 0
    account.add_queue("a")
    arn = account.add_topic("orders")
    ref = account.subscribe(arn, queue_arn("a"))
    pending = account.subscribe(arn, "ops@example.com", protocol="email", literal=PENDING_LITERAL)
    account.applications = [PlatformApplication(APPLICATION, raw={"Enabled": "true"})]
    async with running() as feed:
        feed.want_applications()
        await clock.advance(1)
        topic = await feed.details(arn)
        assert (topic.attributes, topic.tags) == ({"TopicArn": arn}, {"team": "orders"})
        subscription = await feed.details(ref.key)
        assert (subscription.attributes, subscription.tags) == ({"SubscriptionArn": ref.arn}, None)
        literal = await feed.details(pending.key)
        assert literal.attributes["Endpoint"] == "ops@example.com"
        assert len(literal.problems) == 1
        application = await feed.details(APPLICATION)
        assert (application.attributes, application.tags) == ({"Enabled": "true"}, None)


async def test_details_never_raise(account: Account, clock: OwnedClock, running: Running) -> None:
    account.latency = 0
    account.add_queue("a")
    async with running() as feed:
        assert [problem.kind for problem in (await feed.details("nothing")).problems] == [ProblemKind.GONE]
        account.fail("get_queue_attributes", session_error())
        account.fail("list_queue_tags", session_error())
        details = await feed.details(queue_arn("a"))
        assert (dict(details.attributes), details.tags, len(details.problems)) == ({}, None, 2)
    feed = Feed(account.opener, Target(), clock=clock)
    assert (await feed.details(queue_arn("a"))).problems


async def test_devices_come_page_by_page_and_only_when_asked_for(
    account: Account, clock: OwnedClock, running: Running
) -> None:
    account.latency = 0
    account.add_queue("a")
    account.endpoints[APPLICATION] = [PlatformEndpoint(f"{APPLICATION}/{index}", True, "token") for index in range(250)]
    async with running() as feed:
        pages = feed.endpoints(APPLICATION)
        assert len(await anext(pages)) == 100
        assert account.count("list_endpoints_by_platform_application") == 1
        assert [len(page) async for page in pages] == [100, 50]
        account.fail("list_endpoints_by_platform_application", denied())
        with pytest.raises(GatewayError):
            await anext(feed.endpoints(APPLICATION))


async def test_the_details_of_a_device_hide_its_token(account: Account, running: Running) -> None:
    """Whoever has the token and the application's key can push to the phone."""
    account.latency = 0
    device = "arn:aws:sns:eu-west-1:123456789012:endpoint/APNS/shop/5e3e9847"
    account.endpoints[APPLICATION] = [PlatformEndpoint(device, False, "0123456789abcdef", "Zoë's phone")]
    async with running() as feed:
        details = await feed.details(device)
        assert details.attributes == {"Enabled": "false", "Token": "…cdef", "CustomUserData": "Zoë's phone"}
        gone = await feed.details(device + "0")
        assert [problem.kind for problem in gone.problems] == [ProblemKind.GONE]
