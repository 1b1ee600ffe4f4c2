"""What metadata shows to be wrong between a topic and where its messages should go."""

from typing import Any

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Context
from sqsview.domain.topic import DELETED_LITERAL, PENDING_LITERAL, Topic
from sqsview.domain.topology import Topology
from sqsview.domain.wiring import Edge, edge, edges
from tests.support.things import (
    HERE,
    admitting,
    policy,
    queue,
    queue_arn,
    subscription,
    topic,
    topic_arn,
    topology,
)


def billing(name: str = "billing", topic_name: str = "orders", **settings: Any) -> Queue:
    settings.setdefault("policy", admitting(name, topic_name))
    return queue(name, 0, **settings)


def everyone() -> str:
    return policy({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


def only(source: Topic, *queues: Queue, complete: bool = True, context: Context = HERE) -> Edge:
    (one,) = edges(source, topology(queues, [source], complete=complete), context)
    return one


def to(name: str, topic_name: str = "orders", **changes: Any) -> Topic:
    return topic(topic_name, subscription(topic_name, queue_arn(name), **changes))


def fault_of(one: Edge) -> str:
    assert one.fault is not None
    assert one.fault.kind is ProblemKind.WIRING
    assert one.uncertain is None, "a fault is certain"
    return one.fault.text


def test_a_sound_edge_has_nothing_to_say() -> None:
    dead = queue("billing-dlq", 3)
    target = billing(dead_letter_target=dead.arn, max_receive_count=5)
    one = only(to("billing"), target, dead)
    assert (one.fault, one.uncertain, one.delivers) == (None, None, True)
    assert (one.queue, one.dead_letter_queue, one.max_receive_count) == (target, dead, 5)
    assert one.dead_letter_arn == dead.arn


def test_edges_come_in_the_order_of_the_subscriptions() -> None:
    source = topic("orders", *(subscription("orders", f"{name}@example.com", "email") for name in "bca"))
    assert [each.subscription for each in edges(source, topology(), HERE)] == list(source.subscriptions)


def test_a_queue_that_is_gone() -> None:
    one = only(to("billing"))
    assert fault_of(one) == "the queue does not exist"
    assert not one.delivers
    assert one.fault is not None
    assert one.fault.thing == "billing"
    assert one.fault.remedy


def test_a_queue_that_was_found_to_be_gone_when_it_was_read() -> None:
    gone = queue("billing", unread=True, problem=Problem(ProblemKind.GONE, "no such queue"))
    assert fault_of(only(to("billing"), gone)) == "the queue no longer exists"


def test_a_queue_that_was_not_listed_is_not_gone_while_the_list_is_not_complete() -> None:
    one = only(to("billing"), complete=False)
    assert one.fault is None
    assert one.uncertain == "the queue is not among the queues that were listed; not all were"


@pytest.mark.parametrize(
    ("arn", "where"),
    [
        (queue_arn("billing", account="210987654321"), "account 210987654321"),
        (queue_arn("billing", region="us-east-1"), "region us-east-1"),
    ],
)
def test_a_queue_elsewhere_cannot_be_checked(arn: str, where: str) -> None:
    one = only(topic("orders", subscription("orders", arn)))
    assert one.fault is None
    assert one.uncertain == f"the queue is in {where}: it cannot be checked from here"


def test_nothing_is_gone_before_the_account_is_known() -> None:
    one = only(to("billing"), context=Context(region="eu-west-1"))
    assert one.fault is None
    assert one.uncertain is not None


def test_an_endpoint_that_is_no_arn_cannot_be_looked_for() -> None:
    one = only(topic("orders", subscription("orders", "\x1b[31m")))
    assert one.fault is None
    assert one.uncertain == "the queue has no proper ARN, so it cannot be looked for"


def test_a_policy_that_does_not_admit_the_topic() -> None:
    one = only(to("billing"), billing(topic_name="refunds"))
    assert fault_of(one) == "the queue policy does not admit this topic: it admits other topics"
    assert not one.delivers
    assert one.fault is not None
    assert topic_arn("orders") in one.fault.remedy
    assert "billing" in one.fault.remedy


def test_a_policy_that_nobody_can_judge_from_here() -> None:
    conditional = policy(
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"X": {"aws:Y": "1"}},
        }
    )
    one = only(to("billing"), billing(policy=conditional))
    assert one.fault is None
    assert one.delivers
    assert one.uncertain == "the queue policy may admit it: it depends on aws:Y"


def test_settings_that_were_not_read_are_uncertain_and_no_fault() -> None:
    one = only(to("billing"), queue("billing", unread=True))
    assert one.fault is None
    assert one.uncertain == "the settings of the queue are not known yet"
    denied = queue("billing", unread=True, problem=Problem(ProblemKind.DENIED, "denied: sqs:GetQueueAttributes"))
    assert only(to("billing"), denied).uncertain == (
        "the settings of the queue are not known: denied: sqs:GetQueueAttributes"
    )
    assert only(to("billing", unread=True), billing()).uncertain == (
        "the settings of the subscription are not known yet"
    )


@pytest.mark.parametrize(
    ("protocol", "endpoint", "hint"),
    [
        ("email", "ops@example.com", "mail"),
        ("https", "https://example.com", "token"),
        ("sqs", queue_arn("q"), "SubscribeURL"),
    ],
)
def test_a_pending_subscription_says_how_it_is_confirmed(protocol: str, endpoint: str, hint: str) -> None:
    source = topic("orders", subscription("orders", endpoint, protocol, arn=PENDING_LITERAL, unread=True))
    one = only(source)
    assert fault_of(one) == "pending: nothing arrives until it is confirmed"
    assert not one.delivers
    assert one.fault is not None
    assert hint in one.fault.remedy


def test_a_deleted_subscription() -> None:
    source = topic("orders", subscription("orders", "ops@example.com", "email", arn=DELETED_LITERAL, unread=True))
    assert fault_of(only(source)) == "the subscription is deleted"


def test_other_protocols_are_taken_as_they_are() -> None:
    for protocol, endpoint in (
        ("email", "ops@example.com"),
        ("lambda", "arn:aws:lambda:eu-west-1:1:function:f"),
    ):
        one = only(topic("orders", subscription("orders", endpoint, protocol)))
        assert (one.fault, one.uncertain, one.delivers, one.queue) == (None, None, True, None)


def test_a_fifo_topic_delivers_to_queues() -> None:
    one = only(topic("orders.fifo", subscription("orders.fifo", "ops@example.com", "email")))
    assert fault_of(one) == "a FIFO topic does not deliver by email"
    unsure = only(topic("orders.fifo", subscription("orders.fifo", "arn:aws:lambda:::f", "lambda")))
    assert unsure.fault is None
    assert unsure.uncertain is not None
    for name in ("billing", "billing.fifo"):
        sound = only(to(name, "orders.fifo"), billing(name, "orders.fifo"))
        assert (sound.fault, sound.uncertain) == (None, None)


def test_a_standard_topic_does_not_deliver_to_a_fifo_queue() -> None:
    one = only(to("billing.fifo"), billing("billing.fifo"))
    assert fault_of(one) == "a standard topic does not deliver to a FIFO queue"


def test_the_key_that_sns_cannot_use() -> None:
    one = only(to("billing"), billing(kms_key="alias/aws/sqs"))
    assert fault_of(one) == "the queue is encrypted with alias/aws/sqs, which SNS cannot use"
    own = only(to("billing"), billing(kms_key="alias/shop"))
    assert own.fault is None
    assert own.uncertain == "whether the KMS key of the queue admits SNS cannot be seen here"


def test_a_fault_behind_the_queue_does_not_stop_the_delivery() -> None:
    one = only(to("billing"), billing(dead_letter_target=queue_arn("gone-dlq"), max_receive_count=5))
    assert fault_of(one) == "its dead-letter queue gone-dlq does not exist"
    assert one.delivers
    assert one.dead_letter_arn == queue_arn("gone-dlq")
    assert one.dead_letter_queue is None


def test_a_dead_letter_queue_of_the_wrong_type() -> None:
    dead = queue("billing-dlq.fifo", 0)
    one = only(to("billing"), billing(dead_letter_target=dead.arn), dead)
    assert fault_of(one) == "its dead-letter queue billing-dlq.fifo is FIFO, the queue is standard"
    assert one.dead_letter_queue is dead


@pytest.mark.parametrize(
    ("settings", "sound"),
    [
        ({}, True),
        ({"redrive_permission": "allowAll"}, True),
        ({"redrive_permission": "denyAll"}, False),
        ({"redrive_permission": "byQueue", "redrive_sources": (queue_arn("billing"),)}, True),
        ({"redrive_permission": "byQueue", "redrive_sources": (queue_arn("other"),)}, False),
    ],
)
def test_a_dead_letter_queue_may_refuse_the_queue(settings: dict[str, Any], sound: bool) -> None:
    dead = queue("billing-dlq", 0, **settings)
    one = only(to("billing"), billing(dead_letter_target=dead.arn), dead)
    if sound:
        assert one.fault is None
    else:
        assert fault_of(one) == "its dead-letter queue billing-dlq does not accept messages from this queue"
        assert one.delivers


def test_a_dead_letter_queue_may_name_its_source_as_the_server_or_as_the_listing_does() -> None:
    reported = "arn:aws:sqs:elasticmq:000000000000:billing"
    for named in (reported, queue_arn("billing")):
        dead = queue("billing-dlq", 0, redrive_permission="byQueue", redrive_sources=(named,))
        target = billing(arn=reported, dead_letter_target=dead.arn, policy=everyone())
        one = only(to("billing"), target, dead)
        assert one.fault is None


def test_an_unread_dead_letter_queue_is_uncertain() -> None:
    one = only(to("billing"), billing(dead_letter_target=queue_arn("d")), queue("d", unread=True))
    assert one.uncertain == "the settings of its dead-letter queue d are not known yet"


def test_the_dead_letter_queue_of_a_subscription_needs_a_policy_like_any_queue() -> None:
    source = to("billing", dead_letter_target=queue_arn("lost"))
    sound = only(source, billing(), queue("lost", 0, policy=admitting("lost", "orders")))
    assert (sound.fault, sound.uncertain) == (None, None)
    assert sound.subscription_dead_letter_queue is not None
    closed = only(source, billing(), queue("lost", 0))
    assert fault_of(closed).startswith("the subscription's dead-letter queue lost: the queue has no policy")
    assert closed.delivers
    gone = only(source, billing())
    assert fault_of(gone) == "the subscription's dead-letter queue lost does not exist"
    assert gone.subscription_dead_letter_arn == queue_arn("lost")


def test_the_dead_letter_queue_of_a_subscription_is_of_the_topics_type() -> None:
    source = to("billing", dead_letter_target=queue_arn("lost.fifo"))
    assert "is FIFO, the topic is standard" in fault_of(only(source, billing(), queue("lost.fifo", 0)))


def test_what_stops_the_delivery_is_named_before_what_comes_after() -> None:
    one = only(to("billing", dead_letter_target=queue_arn("lost")), billing(policy=None))
    assert fault_of(one) == "the queue has no policy, so it admits no topic"


def test_one_subscription_can_be_described_alone() -> None:
    source = to("billing")
    assert edge(source, source.subscriptions[0], Topology(), HERE).fault is not None
