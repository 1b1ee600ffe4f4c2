"""What topics and subscriptions are known by, and how subscriptions are counted."""

import pytest

from sqsview.domain.topic import (
    DELETED_LITERAL,
    PENDING_LITERAL,
    SubscriptionStatus,
    TopicSettings,
)
from tests.support.things import queue_arn, subscription, topic


@pytest.mark.parametrize("literal", [PENDING_LITERAL, DELETED_LITERAL])
def test_a_subscription_without_an_arn_has_an_identity_but_cannot_be_asked_about(literal: str) -> None:
    one = subscription("orders", "ops@example.com", "email", arn=literal, unread=True)
    other = subscription("orders", "dev@example.com", "email", arn=literal, unread=True)
    assert not one.ref.readable
    assert one.key != other.key


def test_status_comes_from_the_literal_or_from_the_attributes() -> None:
    """Some servers list a pending subscription with an ARN."""
    assert subscription("t", "q").status is SubscriptionStatus.CONFIRMED
    assert subscription("t", "q", unread=True).status is SubscriptionStatus.CONFIRMED
    assert subscription("t", "q", pending=True).status is SubscriptionStatus.PENDING
    assert subscription("t", "q", arn=PENDING_LITERAL, unread=True).status is SubscriptionStatus.PENDING
    assert subscription("t", "q", arn=DELETED_LITERAL, unread=True).status is SubscriptionStatus.DELETED


def test_listed_subscriptions_are_the_floor_of_the_servers_counters() -> None:
    subscriptions = [subscription("orders", queue_arn(name)) for name in "abc"]
    zero, more = TopicSettings(confirmed=0, pending=0, deleted=0), TopicSettings(confirmed=7, deleted=2)
    assert topic("orders", *subscriptions, settings=zero).count(SubscriptionStatus.CONFIRMED) == 3
    assert topic("orders", *subscriptions, settings=more).count(SubscriptionStatus.CONFIRMED) == 7
    assert topic("orders", settings=more).count(SubscriptionStatus.DELETED) == 2
    assert topic("orders", *subscriptions).count(SubscriptionStatus.CONFIRMED) == 3


def test_a_topic_is_named_and_typed_by_its_arn() -> None:
    assert topic("orders.fifo").name == "orders.fifo"
    assert topic("orders.fifo").fifo
    assert not topic("orders").fifo
