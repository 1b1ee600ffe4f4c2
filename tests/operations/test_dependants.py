"""Whoever is about to delete a thing is told what goes with it and what breaks."""

from __future__ import annotations

from typing import Any

from sqsview.domain.queue import Queue
from sqsview.domain.topic import Topic
from sqsview.domain.topology import Topology
from sqsview.operations.dependants import of_queue, of_subscription, of_topic
from tests.support.things import queue, queue_arn, subscription, topic


def joined(*queues: Queue, topics: tuple[Topic, ...] = (), **options: Any) -> Topology:
    return Topology.build({each.key: each for each in queues}, {each.key: each for each in topics}, **options)


def test_a_queue_that_others_lean_on_names_them_all() -> None:
    letters = queue("letters", 12, in_flight=3)
    orders = queue("orders", 0, dead_letter_target=queue_arn("letters"), max_receive_count=3)
    bills = queue("bills", 0, dead_letter_target=queue_arn("letters"), max_receive_count=3)
    failing = subscription("sales", queue_arn("orders"), dead_letter_target=queue_arn("letters"))
    feeding = subscription("news", queue_arn("letters"))
    topics = (topic("sales", failing), topic("news", feeding))
    assert of_queue(letters, joined(letters, orders, bills, topics=topics)) == (
        "about 15 messages go with it",
        "3 in flight: consumers, or looks, have them in hand now",
        "subscribed to news: what is published there is lost for it",
        "the dead-letter queue of orders and bills: what fails there has no other place",
        "gets what could not be delivered from sales to orders",
    )


def test_a_queue_on_its_own_is_said_to_be_empty_and_nothing_else() -> None:
    alone = queue("alone", 0)
    assert of_queue(alone, joined(alone)) == ("it is empty, by its counts, which may be a minute behind",)


def test_what_is_not_known_is_not_said_to_be_nothing() -> None:
    unread = queue("unread", unread=True)
    assert of_queue(unread, joined(unread, complete=False, all_subscriptions=False)) == (
        "how many messages it has is not known: they go with it",
        "not all subscriptions could be listed: topics may feed it",
        "not all queues were listed: others may give up to it",
    )


def test_dead_letters_of_a_deleted_queue_have_nowhere_to_go_back_to() -> None:
    letters = queue("letters", 1)
    orders = queue("orders", 1, dead_letter_target=queue_arn("letters"), max_receive_count=3)
    lines = of_queue(orders, joined(letters, orders))
    assert lines == (
        "about 1 message goes with it",
        "its dead letters stay in letters, where nothing takes them back to it any more",
    )


def test_of_many_topics_a_few_are_named_and_the_rest_counted() -> None:
    orders = queue("orders", 0)
    topics = tuple(topic(f"t{number}", subscription(f"t{number}", queue_arn("orders"))) for number in range(30))
    assert "t6, t7 and 22 more: what is published" in of_queue(orders, joined(orders, topics=topics))[1]


def test_a_topic_lists_its_subscribers_by_protocol() -> None:
    sales = topic(
        "sales",
        subscription("sales", queue_arn("orders")),
        subscription("sales", queue_arn("bills")),
        subscription("sales", "https://a/b", "https", arn="PendingConfirmation"),
    )
    assert of_topic(sales, joined(topics=(sales,))) == (
        "3 subscriptions go with it, 1 of them not confirmed",
        "https: https://a/b",
        "sqs: orders and bills",
    )


def test_a_topic_without_subscriptions_is_only_said_to_be_so_where_all_were_listed() -> None:
    sales = topic("sales")
    assert of_topic(sales, joined(topics=(sales,))) == ("nothing is subscribed to it",)
    unsure = of_topic(sales, joined(topics=(sales,), all_subscriptions=False))
    assert unsure == ("not all subscriptions could be listed: there may be some",)


def test_a_subscription_says_what_stops_arriving() -> None:
    sales = topic("sales")
    filtered = subscription("sales", queue_arn("orders"), filter_policy='{"a": ["b"]}')
    assert of_subscription(sales, filtered) == (
        "nothing that is published to sales gets to orders any more",
        "its filter policy goes with it",
    )
    pending = subscription("sales", "https://a", "https", arn="PendingConfirmation")
    assert of_subscription(sales, pending) == (
        "https://a has not confirmed it, so that nothing from sales arrives there now",
    )
