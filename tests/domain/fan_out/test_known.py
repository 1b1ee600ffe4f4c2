"""A plan can be made from what the dashboard knows, and where it does not know enough it says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.fan_out import Existing, existing_in, plan, read_description
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.topic import PENDING_LITERAL, TopicSettings
from tests.domain.fan_out.worlds import calls, text
from tests.support import things
from tests.support.things import HERE, admitting, queue_arn, topic_arn

DESCRIPTION = read_description(text('filter = { type = ["order"] }', 'tags = { team = "shop" }'))


def snapshot(**parts: bool) -> Snapshot:
    """Give a snapshot in which everything is there; what is named in ``parts`` was not read yet, or is pending."""
    pending = parts.get("pending", False)
    policy = admitting("billing", "orders")
    queue = things.queue("billing", 0, unread=parts.get("queue", False), policy=policy)
    subscription = things.subscription(
        "orders",
        queue_arn("billing"),
        unread=pending or parts.get("subscription", False),
        arn=PENDING_LITERAL if pending else None,
        filter_policy='{"type": ["order"]}',
    )
    topic = things.topic("orders", subscription, settings=None if parts.get("topic") else TopicSettings())
    return Snapshot(
        context=HERE,
        queues={queue.key: queue},
        topics={topic.key: topic},
        all_queues=True,
        all_subscriptions=True,
    )


def test_what_is_there_as_described_needs_no_call() -> None:
    known = existing_in(snapshot(), DESCRIPTION)
    assert isinstance(known, Existing)
    assert plan(DESCRIPTION, known).steps == ()


def test_what_is_not_in_a_complete_listing_is_not_there() -> None:
    known = existing_in(replace(snapshot(), queues={}, topics={}), DESCRIPTION)
    assert isinstance(known, Existing)
    assert calls(plan(DESCRIPTION, known)) == ["sns:CreateTopic", "sqs:CreateQueue", "sns:Subscribe"]


@pytest.mark.parametrize("unread", ["queue", "topic", "subscription"])
def test_what_was_not_read_yet_is_said(unread: str) -> None:
    assert "was not read yet" in str(existing_in(snapshot(**{unread: True}), DESCRIPTION))


def test_a_subscription_that_waits_has_nothing_to_be_read() -> None:
    known = existing_in(snapshot(pending=True), DESCRIPTION)
    assert isinstance(known, Existing)
    assert "it has to be confirmed" in plan(DESCRIPTION, known).refusals[0]


def test_an_incomplete_listing_and_an_unknown_account_are_said() -> None:
    assert "not everything was listed" in str(existing_in(replace(snapshot(), all_queues=False), DESCRIPTION))
    unknown = replace(snapshot(), context=replace(HERE, account=None))
    assert existing_in(unknown, DESCRIPTION) == "the account is not known yet"
    assert topic_arn("orders") in snapshot().topics
