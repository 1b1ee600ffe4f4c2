"""Everything is read once, side by side; what cannot be read is said, and takes nothing else with it."""

from __future__ import annotations

import pytest

from sqsview.domain.arn import name_of
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Counts
from sqsview.domain.topic import DELETED_LITERAL, PENDING_LITERAL, SubscriptionStatus
from sqsview.errors import GatewayError, SessionError, Unsupported
from sqsview.gateway import Target
from sqsview.operations.listing import Listing, list_everything
from tests.support.double import (
    ACCOUNT,
    Account,
    denied,
    gone,
    queue_arn,
    queue_url,
    server_fault,
    session_error,
    throttled,
)
from tests.support.time import OwnedClock


@pytest.fixture
def account() -> Account:
    return Account(OwnedClock(auto=True), latency=0.03)


async def listed(account: Account, **options: object) -> Listing:
    async with account.opener(Target()) as gateway:
        return await list_everything(gateway, **options)  # type: ignore[arg-type]


async def test_every_queue_is_read_beyond_the_first_page(account: Account) -> None:
    for number in range(1_203):
        account.add_queue(f"queue-{number:04d}", visible=number)
    found = await listed(account)
    assert found.queues is not None
    assert [(queue.name, queue.counts) for queue in found.queues] == [
        (f"queue-{number:04d}", Counts(number, 0, 0)) for number in range(1_203)
    ]
    assert account.count("get_queue_attributes") == 1_203
    assert found.problems == ()


async def test_queues_and_topics_are_sorted_by_name(account: Account) -> None:
    for name in ("b", "c", "a"):
        account.add_queue(name)
        account.add_topic(name)
    found = await listed(account)
    assert [queue.name for queue in found.queues or ()] == ["a", "b", "c"]
    assert [topic.name for topic in found.topics or ()] == ["a", "b", "c"]


async def test_so_many_calls_are_under_way_at_once_and_no_more(account: Account) -> None:
    """The calls overlap, or 1,200 queues at 30 ms would take 36 s; and they stay within the bound."""
    for number in range(80):
        account.add_queue(f"queue-{number}")
    started = account.clock.monotonic()
    await listed(account, concurrency=8)
    assert account.most_running <= 8 + 2, "the two SNS listings are beside the bound"
    assert account.clock.monotonic() - started == pytest.approx(0.03 * (1 + 80 / 8))


async def test_a_prefix_narrows_queues_at_the_server_and_topics_here(account: Account) -> None:
    for name in ("orders", "mail"):
        account.add_queue(name)
        account.subscribe(account.add_topic(name), queue_arn(name))
    found = await listed(account, prefix="ord")
    assert [queue.name for queue in found.queues or ()] == ["orders"]
    assert [topic.name for topic in found.topics or ()] == ["orders"]
    assert account.count("get_queue_attributes") == account.count("get_subscription_attributes") == 1


async def test_subscriptions_come_from_one_sweep_with_their_settings(account: Account) -> None:
    topic = account.add_topic("orders")
    account.subscribe(topic, queue_arn("mail"), filter_policy='{"type": ["order"]}', raw_delivery=True)
    account.subscribe(topic, "ops@example.com", protocol="email", literal=PENDING_LITERAL)
    account.subscribe(topic, "old@example.com", protocol="email", literal=DELETED_LITERAL)
    found = await listed(account)
    assert found.topics is not None
    old, pending, queue = found.topics[0].subscriptions
    assert (old.status, pending.status) == (SubscriptionStatus.DELETED, SubscriptionStatus.PENDING)
    assert queue.settings is not None
    assert (queue.settings.filter_policy, queue.settings.raw_delivery) == ('{"type": ["order"]}', True)
    assert account.count("list_subscriptions") == 1
    assert account.count("get_subscription_attributes") == 1, "a literal in place of the ARN is never asked about"


async def test_a_subscription_of_ours_on_a_foreign_topic_is_shown_under_it(account: Account) -> None:
    foreign = "arn:aws:sns:eu-west-1:999999999999:theirs"
    account.subscribe(foreign, queue_arn("mail"))
    found = await listed(account)
    assert [(topic.arn, len(topic.subscriptions)) for topic in found.topics or ()] == [(foreign, 1)]
    assert found.context.account == ACCOUNT, "the account of somebody else's topic is not ours"


# -- single faults


async def test_a_queue_that_cannot_be_read_is_only_itself_at_fault(account: Account) -> None:
    account.add_queue("mail", visible=2)
    account.add_queue("secret")
    account.fail("get_queue_attributes", denied(), "secret")
    found = await listed(account)
    assert found.queues is not None
    mail, secret = found.queues
    assert (mail.counts, mail.problem) == (Counts(2, 0, 0), None)
    assert secret.counts is None
    assert secret.problem is not None
    assert [problem.line for problem in found.problems] == ["secret: denied: sqs:GetQueueAttributes"]


async def test_a_subscription_that_cannot_be_read_is_named_by_both_of_its_ends(account: Account) -> None:
    account.subscribe(account.add_topic("orders"), queue_arn("mail"))
    account.fail("get_subscription_attributes", denied("sns:GetSubscriptionAttributes"))
    found = await listed(account)
    assert [problem.thing for problem in found.problems] == ["orders to sqs mail"]
    assert found.topics is not None
    assert found.topics[0].subscriptions[0].settings is None


async def test_one_call_lost_by_the_network_is_that_queues_bad_luck(account: Account) -> None:
    account.add_queue("mail")
    account.add_queue("orders")
    account.fail("get_queue_attributes", session_error(ProblemKind.NETWORK, "timed out"), "mail")
    found = await listed(account)
    assert [(queue.name, queue.problem is None) for queue in found.queues or ()] == [
        ("mail", False),
        ("orders", True),
    ]


async def test_a_network_that_loses_everything_is_not_waited_for_once_per_queue(account: Account) -> None:
    for number in range(100):
        account.add_queue(f"queue-{number}")
    account.fail("get_queue_attributes", session_error(ProblemKind.NETWORK, "timed out"))
    with pytest.raises(SessionError, match="timed out"):
        await listed(account, concurrency=4)
    assert account.count("get_queue_attributes") < 20


async def test_credentials_that_expire_half_way_end_the_listing(account: Account) -> None:
    for number in range(10):
        account.add_queue(f"queue-{number}")
    account.fail("get_queue_attributes", session_error(), "queue-7")
    with pytest.raises(SessionError, match="expired"):
        await listed(account, concurrency=1)


# -- listings that fail


async def test_a_connection_at_fault_is_raised(account: Account) -> None:
    account.fail("list_queues", session_error())
    account.fail("list_topics", session_error())
    with pytest.raises(SessionError, match="the session expired"):
        await listed(account)


async def test_queues_that_cannot_be_listed_are_unknown_and_topics_are_still_there(account: Account) -> None:
    account.add_topic("orders")
    account.fail("list_queues", denied("sqs:ListQueues"))
    found = await listed(account)
    assert found.queues is None
    assert [topic.name for topic in found.topics or ()] == ["orders"]
    assert [problem.line for problem in found.problems] == [
        "the queues could not be listed: denied: sqs:ListQueues · "
        "name them with --queue, which needs no permission to list"
    ]


async def test_a_listing_that_breaks_off_says_how_far_it_came(account: Account) -> None:
    for number in range(1_500):
        account.add_queue(f"queue-{number:04d}")

    def break_off(operation: str, thing: str) -> None:
        if operation == "list_queues" and account.count("list_queues") == 1:
            account.fail("list_queues", server_fault())

    account.on_call = break_off
    found = await listed(account)
    assert len(found.queues or ()) == 1_000
    assert [problem.text for problem in found.problems] == ["only 1,000 queues could be listed: the server failed"]


@pytest.mark.parametrize("fault", [denied("sns:ListTopics"), session_error(ProblemKind.NETWORK, "refused")])
async def test_topics_that_cannot_be_listed_leave_the_queues(account: Account, fault: SessionError) -> None:
    """A server without SNS, or an account that may only use SQS, is still worth a listing."""
    account.add_queue("orders")
    account.fail("list_topics", fault)
    found = await listed(account)
    assert [queue.name for queue in found.queues or ()] == ["orders"]
    assert found.topics is None
    assert found.problems[0].text == f"the topics could not be listed: {fault.problem.text}"


async def test_topics_whose_subscriptions_cannot_be_listed_say_so_themselves(account: Account) -> None:
    account.add_topic("orders")
    account.fail("list_subscriptions", denied("sns:ListSubscriptions"))
    found = await listed(account)
    assert found.topics is not None
    assert found.topics[0].problem is not None
    assert len(found.problems) == 1


UNSUPPORTED = Unsupported(Problem(ProblemKind.FAILED, "this server does not have it"))


@pytest.mark.parametrize("operation", ["list_queues", "list_topics", "list_subscriptions"])
@pytest.mark.parametrize("fault", [throttled(), denied(), server_fault()], ids=lambda fault: type(fault).__name__)
async def test_a_listing_is_not_complete_where_one_of_its_lists_could_not_be_had(
    account: Account, operation: str, fault: GatewayError
) -> None:
    account.subscribe(account.add_topic("orders"), queue_arn("orders"))
    account.fail(operation, fault)
    assert not (await listed(account)).complete


@pytest.mark.parametrize("operation", ["list_queues", "list_topics", "list_subscriptions"])
async def test_a_listing_is_not_complete_where_one_of_its_lists_broke_off(account: Account, operation: str) -> None:
    for number in range(1_500):
        account.add_queue(f"queue-{number:04d}")
        account.subscribe(account.add_topic(f"topic-{number:04d}"), queue_arn(f"queue-{number:04d}"))

    def break_off(called: str, thing: str) -> None:
        if called == operation and account.count(operation) == 1:
            account.fail(operation, gone())

    account.on_call = break_off
    assert not (await listed(account)).complete


async def test_single_things_that_cannot_be_read_leave_a_listing_complete(account: Account) -> None:
    account.add_queue("orders")
    account.fail("get_queue_attributes", denied(), "orders")
    found = await listed(account)
    assert found.problems
    assert found.complete
    assert (await listed(account, queues=("nothing",))).complete


@pytest.mark.parametrize("fault", [UNSUPPORTED, gone()], ids=["unknown-operation", "404"])
async def test_a_server_of_ones_own_without_sns_lacks_nothing(account: Account, fault: GatewayError) -> None:
    account.add_queue("orders")
    account.fail("list_topics", fault)
    account.fail("list_subscriptions", fault)
    async with account.opener(Target(endpoint_url="http://localhost:9324")) as gateway:
        assert (await list_everything(gateway)).complete
    assert not (await listed(account)).complete, "AWS has SNS"


async def test_a_queue_that_is_listed_twice_or_named_in_two_ways_is_one_queue(account: Account) -> None:
    account.add_queue("orders")
    found = await listed(account, queues=("orders", queue_arn("orders"), queue_url("orders")))
    assert [queue.name for queue in found.queues or ()] == ["orders"]
    assert account.count("get_queue_attributes") == 1


# -- named queues


@pytest.mark.parametrize(
    "wanted", ["orders", queue_arn("orders"), f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders"]
)
async def test_a_named_queue_needs_no_permission_to_list(account: Account, wanted: str) -> None:
    account.add_queue("orders", visible=3)
    account.add_queue("mail")
    account.fail("list_queues", denied("sqs:ListQueues"))
    found = await listed(account, queues=(wanted, wanted))
    assert [(queue.name, queue.counts) for queue in found.queues or ()] == [("orders", Counts(3, 0, 0))]
    assert found.problems == ()


async def test_a_named_queue_that_is_not_there_is_a_row_with_the_reason(account: Account) -> None:
    account.add_queue("orders")
    found = await listed(account, queues=("orders", "ordres"))
    assert [(queue.name, queue.problem is None) for queue in found.queues or ()] == [
        ("orders", True),
        ("ordres", False),
    ]
    assert found.problems[0].line == "ordres: there is no such queue in eu-west-1 · check the name, and --region"


async def test_an_arn_of_another_region_does_not_find_a_namesake_here(account: Account) -> None:
    account.add_queue("orders")
    found = await listed(account, queues=(queue_arn("orders", region="us-east-1"),))
    assert found.problems[0].remedy == "use --region us-east-1"
    assert account.count("get_queue_attributes") == 0


@pytest.mark.parametrize(
    "url",
    [
        queue_url("orders", region="us-east-1"),
        f"https://us-east-1.queue.amazonaws.com/{ACCOUNT}/orders",
        f"https://SQS.us-east-1.amazonaws.com.cn/{ACCOUNT}/orders",
    ],
)
async def test_a_url_of_another_region_does_not_find_a_namesake_here(account: Account, url: str) -> None:
    account.add_queue("orders")
    found = await listed(account, queues=(url, "orders"))
    assert [problem.remedy for problem in found.problems] == ["use --region us-east-1"]
    assert account.count("get_queue_attributes") == 1
    assert len({queue.arn for queue in found.queues or ()}) == 2, "the stand-in is no twin of the one here"


@pytest.mark.parametrize("host", ["localhost:4566", "sqs.us-east-1.example.com", "sqs.us-east-1.localhost:4566"])
async def test_the_host_of_another_server_says_nothing_of_a_region(account: Account, host: str) -> None:
    account.add_queue("orders")
    found = await listed(account, queues=(f"http://{host}/{ACCOUNT}/orders",))
    assert found.problems == ()


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        (f"arn:aws:sns:eu-west-1:{ACCOUNT}:orders", "this ARN is of sns and of no queue"),
        (f"arn:aws-cn:sqs:eu-west-1:{ACCOUNT}:orders", "it is in the partition aws-cn, and the connection is to aws"),
    ],
)
async def test_an_arn_that_cannot_be_of_a_queue_here_is_not_asked_for(account: Account, arn: str, text: str) -> None:
    account.add_queue("orders")
    found = await listed(account, queues=(arn,))
    assert [problem.text for problem in found.problems] == [text]
    assert account.calls == [call for call in account.calls if not call.operation.startswith("get_queue")]


# -- the account


async def test_what_was_listed_tells_the_account_without_a_call(account: Account) -> None:
    account.add_queue("orders")
    assert (await listed(account)).context.account == ACCOUNT
    assert account.count("get_caller_identity") == 0


async def test_an_empty_account_is_asked_for_its_number(account: Account) -> None:
    assert (await listed(account)).context.account == ACCOUNT
    account.fail("get_caller_identity", denied("sts:GetCallerIdentity"))
    assert (await listed(account)).context.account is None


async def test_only_reads_are_made(account: Account) -> None:
    account.add_queue("orders")
    account.subscribe(account.add_topic("orders"), queue_arn("orders"))
    await listed(account)
    assert {name_of(call.operation) for call in account.calls} == {
        "list_queues",
        "get_queue_attributes",
        "list_topics",
        "list_subscriptions",
        "get_subscription_attributes",
    }
