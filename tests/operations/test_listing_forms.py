"""One JSON document of a fixed shape for programs, one table for people; neither can harm a terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Counts, Encryption, Queue, QueueRef, QueueSettings
from sqsview.domain.snapshot import Context
from sqsview.domain.text import CONTROL
from sqsview.domain.topic import PENDING_LITERAL, Subscription, SubscriptionRef, SubscriptionSettings, Topic
from sqsview.operations.listing import Listing
from sqsview.operations.listing_forms import as_json, as_text, json_text, problem_lines
from tests.support.double import queue_arn, queue_ref, topic_arn

DENIED = Problem(ProblemKind.DENIED, "denied: sqs:GetQueueAttributes", "ask for it", "secret")
ORDERS = Queue(
    queue_ref("orders"),
    Counts(12_418, 200, 0),
    QueueSettings(
        queue_arn("orders"),
        dead_letter_target=queue_arn("orders-dlq"),
        max_receive_count=5,
        encryption=Encryption.SSE_SQS,
        created=1_764_080_520.5,
    ),
)
LETTERS = Queue(queue_ref("orders-dlq"), Counts(57, 0, None), QueueSettings(queue_arn("orders-dlq")))
SECRET = Queue(queue_ref("secret"), problem=DENIED)
TOPIC = Topic(
    topic_arn("orders"),
    (
        Subscription(SubscriptionRef(PENDING_LITERAL, topic_arn("orders"), "email", "ops@example.com")),
        Subscription(
            SubscriptionRef(topic_arn("orders") + ":1", topic_arn("orders"), "sqs", queue_arn("orders")),
            SubscriptionSettings(
                filter_policy='{"type": ["order"]}',
                raw_delivery=True,
                dead_letter_target=queue_arn("orders-dlq"),
            ),
        ),
    ),
)
LISTING = Listing(
    Context(profile="shop", region="eu-west-1", account="123456789012"),
    (ORDERS, LETTERS, SECRET),
    (TOPIC,),
    (DENIED,),
)


def queues(*found: Queue) -> list[dict[str, Any]]:
    document: list[dict[str, Any]] = as_json(replace(LISTING, queues=found))["queues"]
    return document


def test_the_document_has_the_promised_shape() -> None:
    assert json.loads(json_text(as_json(LISTING))) == {
        "context": {"profile": "shop", "region": "eu-west-1", "account": "123456789012", "endpoint": None},
        "queues": [
            {
                "name": "orders",
                "arn": "arn:aws:sqs:eu-west-1:123456789012:orders",
                "url": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
                "fifo": False,
                "visible": 12_418,
                "in_flight": 200,
                "delayed": 0,
                "dead_letter_queue": "orders-dlq",
                "max_receive_count": 5,
                "dead_letter_sources": [],
                "encryption": "SSE-SQS",
                "created": "2025-11-25T14:22:00Z",
                "problem": None,
            },
            {
                "name": "orders-dlq",
                "arn": "arn:aws:sqs:eu-west-1:123456789012:orders-dlq",
                "url": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders-dlq",
                "fifo": False,
                "visible": 57,
                "in_flight": 0,
                "delayed": None,
                "dead_letter_queue": None,
                "max_receive_count": None,
                "dead_letter_sources": ["orders"],
                "encryption": "none",
                "created": None,
                "problem": None,
            },
            {
                "name": "secret",
                "arn": "arn:aws:sqs:eu-west-1:123456789012:secret",
                "url": "https://sqs.eu-west-1.amazonaws.com/123456789012/secret",
                "fifo": False,
                "visible": None,
                "in_flight": None,
                "delayed": None,
                "dead_letter_queue": None,
                "max_receive_count": None,
                "dead_letter_sources": [],
                "encryption": None,
                "created": None,
                "problem": "denied: sqs:GetQueueAttributes · ask for it",
            },
        ],
        "topics": [
            {
                "name": "orders",
                "arn": "arn:aws:sns:eu-west-1:123456789012:orders",
                "fifo": False,
                "subscriptions": [
                    {
                        "arn": None,
                        "protocol": "email",
                        "endpoint": "ops@example.com",
                        "status": "pending",
                        "raw": None,
                        "filter_policy": None,
                        "filter_scope": None,
                        "dead_letter_queue": None,
                    },
                    {
                        "arn": "arn:aws:sns:eu-west-1:123456789012:orders:1",
                        "protocol": "sqs",
                        "endpoint": "arn:aws:sqs:eu-west-1:123456789012:orders",
                        "status": "confirmed",
                        "raw": True,
                        "filter_policy": '{"type": ["order"]}',
                        "filter_scope": "MessageAttributes",
                        "dead_letter_queue": "orders-dlq",
                    },
                ],
                "problem": None,
            }
        ],
        "problems": ["secret: denied: sqs:GetQueueAttributes · ask for it"],
    }


def test_a_dead_letter_queue_elsewhere_keeps_its_whole_arn() -> None:
    assert ORDERS.settings is not None
    for elsewhere in (
        "arn:aws:sqs:us-east-1:123456789012:x",
        "arn:aws:sqs:eu-west-1:999999999999:x",
        "not an arn",
    ):
        moved = replace(ORDERS, settings=replace(ORDERS.settings, dead_letter_target=elsewhere))
        assert queues(moved)[0]["dead_letter_queue"] == elsewhere


def test_what_could_not_be_listed_is_null_and_not_empty() -> None:
    document = as_json(replace(LISTING, queues=None, topics=None))
    assert (document["queues"], document["topics"]) == (None, None)
    broken = as_json(replace(LISTING, topics=(replace(TOPIC, problem=DENIED),)))["topics"][0]
    assert broken["subscriptions"] is None
    assert broken["problem"] == "denied: sqs:GetQueueAttributes · ask for it"


@pytest.mark.parametrize("created", [-1.0, 1e300, float("inf"), float("nan")])
def test_a_moment_that_no_calendar_has_is_unknown(created: float) -> None:
    assert ORDERS.settings is not None
    assert queues(replace(ORDERS, settings=replace(ORDERS.settings, created=created)))[0]["created"] is None


HOSTILE = "a\x1b[2J\x9b31m\ud800\u202eb\n"


def hostile() -> Listing:
    ref = QueueRef(queue_arn(HOSTILE), "http://x/" + HOSTILE, HOSTILE)
    problem = Problem(ProblemKind.FAILED, HOSTILE, HOSTILE, HOSTILE)
    settings = QueueSettings(ref.arn, dead_letter_target=queue_arn(HOSTILE))
    subscription = Subscription(SubscriptionRef(topic_arn(HOSTILE), topic_arn(HOSTILE), HOSTILE, HOSTILE))
    return Listing(
        Context(profile=HOSTILE, region=HOSTILE, endpoint=HOSTILE),
        (Queue(ref, Counts(1, 2, 3), settings), Queue(ref, problem=problem)),
        (Topic(topic_arn(HOSTILE), (subscription,)), Topic(topic_arn(HOSTILE), problem=problem)),
        (problem,),
    )


def test_the_document_is_one_line_of_ascii_whatever_is_in_it() -> None:
    text = json_text(as_json(hostile()))
    assert text.isascii()
    assert text.endswith("\n")
    assert not CONTROL.search(text[:-1])
    assert json.loads(text)["queues"][0]["name"] == HOSTILE


def test_the_table_has_nothing_that_a_terminal_obeys() -> None:
    for line in as_text(hostile()).split("\n"):
        assert not CONTROL.search(line)
        assert "\u202e" not in line
        line.encode()


def test_the_table_shows_unknown_counts_as_such_and_aligns_figures_right() -> None:
    assert as_text(LISTING).splitlines() == [
        "profile shop · account 123456789012 · region eu-west-1",
        "",
        "QUEUE       KIND      VISIBLE  IN FLIGHT  DELAYED  DEAD LETTERS",
        "orders      std        12,418        200        0  orders-dlq after 5",
        "orders-dlq  DLQ of 1       57          0        –",
        "secret      std             –          –        –  denied",
        "",
        "TOPIC   KIND  CONFIRMED  PENDING  SUBSCRIPTIONS",
        "orders  std           1        1  1 email, 1 sqs",
        "",
        "3 queues, 1 topic; counts are approximate",
    ]


def test_nothing_to_list_is_said_in_words() -> None:
    assert as_text(replace(LISTING, queues=(), topics=None)).splitlines()[-1] == (
        "0 queues, topics unknown; counts are approximate"
    )


def test_each_problem_has_its_line_up_to_twenty_of_a_kind() -> None:
    twenty = [replace(DENIED, thing=f"q{number}") for number in range(20)]
    assert problem_lines(twenty, together=True) == [problem.line for problem in twenty]


def test_more_of_a_kind_share_a_line_that_counts_them_and_names_some() -> None:
    many = [replace(DENIED, thing=f"q{number}") for number in range(1_200)]
    other = Problem(ProblemKind.FAILED, "the topics could not be listed")
    assert problem_lines([other, *many], together=True) == [
        "the topics could not be listed",
        "1,200 things (q0, q1, q2, …): denied: sqs:GetQueueAttributes · ask for it",
    ]
    assert problem_lines([other, *many], together=False) == [problem.line for problem in [other, *many]]
