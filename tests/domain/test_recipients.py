"""Who will get a message that is published to a topic."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sqsview.domain.access import Answer
from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.recipients import MOST_RAW_ATTRIBUTES, Recipients
from sqsview.domain.topic import PENDING_LITERAL, Subscription
from tests.support.things import HERE, admitting, policy, queue, queue_arn, subscription, topic, topology

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL

ORDER = Outgoing('{"type": "order", "total": 129.0}', {"tenant": Attribute("String", "acme")})


def filtered(wanted: Any, scope: str = "MessageBody", **settings: Any) -> dict[str, Any]:
    return {"filter_policy": json.dumps(wanted), "filter_scope": scope, **settings}


def judged(outgoing: Outgoing, *subscriptions: Subscription, **policies: str) -> list[tuple[str, Answer, str]]:
    """Judge for a topic ``orders`` whose queues are there and admit it."""
    names = [each.name for each in subscriptions if each.ref.protocol == "sqs"]
    queues = [queue(name, policy=policies.get(name, admitting(name, "orders"))) for name in names]
    orders = topic("orders", *subscriptions)
    found = Recipients(orders, topology(queues, [orders]), HERE).judge(outgoing)
    return [(each.subscription.name, each.answer, each.reason) for each in found]


def to_queue(name: str = "billing", **settings: Any) -> Subscription:
    return subscription("orders", queue_arn(name), **settings)


def test_each_subscription_is_told_in_the_topics_order_with_what_decides() -> None:
    assert judged(
        ORDER,
        to_queue("billing", **filtered({"type": ["order"]})),
        to_queue("shipping"),
        to_queue("mail", **filtered({"total": [{"numeric": [">=", 500]}]})),
        to_queue("tenants", **filtered({"tenant": ["acme"]}, "MessageAttributes")),
        subscription("orders", "ops@example.com", "email", arn=PENDING_LITERAL, unread=True),
    ) == [
        ("billing", YES, "type is order"),
        ("shipping", YES, "no filter"),
        ("mail", NO, "total ≥ 500: it is 129"),
        ("tenants", YES, "tenant is acme"),
        ("ops@example.com", CANNOT_TELL, "pending: nothing arrives until it is confirmed"),
    ]


def test_one_that_is_pending_may_be_confirmed_before() -> None:
    pending = subscription("orders", "ops@example.com", "email", pending=True)
    assert judged(ORDER, pending)[0][1:] == (CANNOT_TELL, "pending: nothing arrives until it is confirmed")
    filtering = subscription("orders", "a@b.c", "email", pending=True, **filtered({"type": ["refund"]}))
    assert judged(ORDER, filtering)[0][1:] == (NO, "type is refund: it is order")


def test_what_the_wiring_stops_is_no_use_filtering() -> None:
    let_through = to_queue(**filtered({"type": ["order"]}))
    assert judged(ORDER, let_through, billing=policy())[0][1] is NO
    orders = topic("orders", let_through)
    gone = Recipients(orders, topology([], [orders]), HERE).judge(ORDER)
    assert [(each.answer, each.reason) for each in gone] == [(NO, "the queue does not exist")]


def test_a_wiring_that_cannot_be_seen_leaves_a_yes_open_and_a_no_closed() -> None:
    elsewhere = queue_arn("far", account="999999999999")
    for wanted, answer in (("order", CANNOT_TELL), ("refund", NO)):
        found = judged(ORDER, subscription("orders", elsewhere, "sqs", **filtered({"type": [wanted]})))
        assert found[0][1] is answer


def test_a_dead_letter_queue_that_cannot_be_seen_plays_no_part() -> None:
    orders = topic("orders", to_queue())
    billing = queue("billing", policy=admitting("billing", "orders"), dead_letter_target=queue_arn("lost"))
    found = Recipients(orders, topology([billing], [orders], complete=False), HERE).judge(ORDER)
    assert found[0].answer is YES


def test_settings_that_were_not_read_say_so_or_why() -> None:
    assert judged(ORDER, to_queue(unread=True))[0][1:] == (CANNOT_TELL, "its filter policy was not read yet")
    denied = to_queue(unread=True, problem=Problem(ProblemKind.DENIED, "denied \x1b[2J"))
    assert judged(ORDER, denied)[0][1:] == (CANNOT_TELL, "its filter policy could not be read: denied ␛[2J")


def test_a_policy_that_cannot_be_judged_says_why() -> None:
    assert judged(ORDER, to_queue(**filtered({"type": [{"like": "x"}]})))[0][1:] == (
        CANNOT_TELL,
        "its filter policy cannot be judged: Unrecognized match type like",
    )


def test_a_policy_beyond_the_limits_that_a_server_took_is_judged() -> None:
    wanted = {f"k{number}": [{"exists": False}] for number in range(9)}
    assert judged(ORDER, to_queue(**filtered(wanted)))[0][1] is YES


def test_a_body_that_is_no_json_object_reaches_no_body_filter() -> None:
    found = judged(Outgoing("hello"), to_queue("a", **filtered({"type": ["order"]})), to_queue("b"))
    assert [each[1:] for each in found] == [(NO, "the body is no JSON object"), (YES, "no filter")]


def test_more_than_ten_attributes_are_discarded_before_a_raw_queue_only() -> None:
    many = {f"a{number}": Attribute("String", "x") for number in range(MOST_RAW_ATTRIBUTES + 1)}
    outgoing = Outgoing("x", many)
    found = judged(
        outgoing,
        to_queue("raw", raw_delivery=True),
        to_queue("wrapped"),
        to_queue("strict", raw_delivery=True, **filtered({"b": ["x"]}, "MessageAttributes")),
        subscription("orders", "https://example.com", "https", raw_delivery=True),
    )
    assert [each[1:] for each in found] == [
        (NO, "discarded: more than 10 attributes to a raw queue"),
        (YES, "no filter"),
        (NO, "attribute b is absent"),
        (YES, "no filter"),
    ]
    ten = Outgoing("x", dict(list(many.items())[:MOST_RAW_ATTRIBUTES]))
    assert judged(ten, to_queue(raw_delivery=True))[0][1] is YES


def by_protocol(**bodies: Any) -> Outgoing:
    return Outgoing(json.dumps(bodies), {"tenant": Attribute("String", "acme")}, structure=True)


@pytest.mark.parametrize(("outgoing", "wanted", "answer"), [
    (by_protocol(default="x", sqs='{"type": "order"}'), {"type": ["order"]}, CANNOT_TELL),
    (by_protocol(default='{"type": "order"}'), {"type": ["order"]}, CANNOT_TELL),
    (by_protocol(default='{"type": "order"}'), {"type": ["refund"]}, NO),
    (by_protocol(default='{"type": "order"}'), {"other": [{"exists": False}]}, YES),
    (Outgoing("no JSON", structure=True), {"type": ["order"]}, NO),
    (Outgoing("[1]", structure=True), {"type": ["order"]}, NO),
])  # fmt: skip
def test_of_bodies_by_protocol_a_body_filter_is_told_where_all_of_them_agree(
    outgoing: Outgoing, wanted: Any, answer: Answer
) -> None:
    found = judged(outgoing, to_queue(**filtered(wanted)))
    assert found[0][1] is answer
    if answer is CANNOT_TELL:
        assert found[0][2] == "type is order: AWS does not say which of the bodies by protocol it judges"


def test_of_bodies_by_protocol_an_attribute_filter_is_told_where_attributes_do_not_matter() -> None:
    outgoing = by_protocol(default="x")
    found = judged(
        outgoing,
        to_queue("a", **filtered({"tenant": ["acme"]}, "MessageAttributes")),
        to_queue("b", **filtered({"tenant": ["other"]}, "MessageAttributes")),
        to_queue("c"),
    )
    assert [each[1:] for each in found] == [
        (CANNOT_TELL, "tenant is acme: AWS does not say whether attributes count beside bodies by protocol"),
        (NO, "tenant is other: it is acme"),
        (YES, "no filter"),
    ]


def test_a_hostile_name_or_value_is_printable() -> None:
    outgoing = Outgoing(json.dumps({"k": "\x1b]0;evil\x07"}))
    (found,) = judged(outgoing, to_queue(**filtered({"k": ["\u202ex"]})))
    assert "\x1b" not in found[2]
    assert "\u202e" not in found[2]


def test_the_same_recipients_are_asked_again_for_each_change() -> None:
    orders = topic("orders", to_queue(**filtered({"type": ["order"]})))
    billing = queue("billing", policy=admitting("billing", "orders"))
    recipients = Recipients(orders, topology([billing], [orders]), HERE)
    answers = [recipients.judge(Outgoing(body))[0].answer for body in ('{"type": "orde"}', '{"type": "order"}', "{")]
    assert answers == [NO, YES, NO]
