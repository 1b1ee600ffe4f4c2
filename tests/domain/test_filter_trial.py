"""A filter policy that is being changed: its faults, what it lets through, and the calls that set it."""

from __future__ import annotations

from sqsview.domain.access import Answer
from sqsview.domain.filter_policy import ATTRIBUTES, BODY
from sqsview.domain.filter_trial import filter_changes, policy_fault, with_policy
from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.recipients import Recipients
from tests.support.things import HERE, admitting, queue, queue_arn, subscription, topic, topology

ORDER = Outgoing("{}", {"type": Attribute("String", "order")})
ARN = "arn:aws:sns:eu-west-1:123456789012:orders:1"


def test_the_trial_changes_one_subscription_and_leaves_the_others_as_they_are() -> None:
    queues = [queue(name, policy=admitting(name, "orders")) for name in ("billing", "mail")]
    ways = [subscription("orders", queue_arn(each.name), filter_policy='{"type": ["order"]}') for each in queues]
    before = topic("orders", *ways)
    after = with_policy(before, ways[0].key, '{"type": ["refund"]}', ATTRIBUTES)
    answers = [each.answer for each in Recipients(after, topology(queues, [after]), HERE).judge(ORDER)]
    assert answers == [Answer.NO, Answer.YES]
    assert before.subscriptions[0].settings == ways[0].settings


def test_a_subscription_whose_settings_are_not_known_can_be_tried_with_a_policy() -> None:
    billing = queue("billing", policy=admitting("billing", "orders"))
    way = subscription("orders", queue_arn("billing"), unread=True)
    after = with_policy(topic("orders", way), way.key, '{"type": ["order"]}', ATTRIBUTES)
    (told,) = Recipients(after, topology([billing], [after]), HERE).judge(ORDER)
    assert (told.answer, told.reason) == (Answer.YES, "type is order")


def test_what_sns_would_refuse_as_new_is_a_fault() -> None:
    assert policy_fault("", ATTRIBUTES) == policy_fault('{"type": ["order"]}', ATTRIBUTES) == ""
    assert policy_fault('{"a": {"b": ["c"]}}', BODY) == ""
    assert "nested" in policy_fault('{"a": {"b": ["c"]}}', ATTRIBUTES)
    assert "5 keys" in policy_fault("{" + ",".join(f'"k{n}": ["v"]' for n in range(6)) + "}", ATTRIBUTES)
    assert policy_fault("{", ATTRIBUTES).startswith("failed to parse JSON")


def names(before: tuple[str, str], after: tuple[str, str]) -> list[tuple[str, str]]:
    return [(each.name, each.value) for each in filter_changes(ARN, before, after)]


def test_only_what_differs_is_set() -> None:
    assert names(("{}", BODY), ("{}", BODY)) == []
    assert names(("", ATTRIBUTES), ('{"a": ["b"]}', ATTRIBUTES)) == [("FilterPolicy", '{"a": ["b"]}')]
    assert names(('{"a": ["b"]}', BODY), ('{"a": ["b"]}', ATTRIBUTES)) == [("FilterPolicyScope", ATTRIBUTES)]


def test_a_policy_that_is_emptied_is_taken_away() -> None:
    assert names(('{"a": ["b"]}', BODY), ("  ", BODY)) == [("FilterPolicy", "{}")]


def test_at_no_moment_stands_a_nested_policy_under_the_scope_that_refuses_it() -> None:
    nested, flat = '{"a": {"b": ["c"]}}', '{"a": ["b"]}'
    to_body = [name for name, _ in names((flat, ATTRIBUTES), (nested, BODY))]
    to_attributes = [name for name, _ in names((nested, BODY), (flat, ATTRIBUTES))]
    assert to_body == ["FilterPolicyScope", "FilterPolicy"]
    assert to_attributes == ["FilterPolicy", "FilterPolicyScope"]
