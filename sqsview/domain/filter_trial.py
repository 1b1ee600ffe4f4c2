"""A filter policy that is being changed: what is wrong with it, what it would let through, how it is set."""

from __future__ import annotations

from dataclasses import replace

from sqsview.domain.changes import SetSubscriptionAttribute
from sqsview.domain.filter_policy import BODY, PolicyFault, compile_policy
from sqsview.domain.topic import Subscription, SubscriptionSettings, Topic

NO_POLICY = "{}"
"""What takes a filter policy away (SNS Developer Guide, "Removing a filter policy")."""


def with_policy(topic: Topic, key: str, policy: str, scope: str) -> Topic:
    """Give the topic as it would be if its subscription ``key`` had this filter policy, and nothing else changed."""
    return replace(topic, subscriptions=tuple(
        _changed(each, policy, scope) if each.key == key else each for each in topic.subscriptions
    ))  # fmt: skip


def _changed(subscription: Subscription, policy: str, scope: str) -> Subscription:
    settings = subscription.settings or SubscriptionSettings()
    return replace(subscription, settings=replace(settings, filter_policy=policy, filter_scope=scope), problem=None)


def policy_fault(policy: str, scope: str) -> str:
    """Say why SNS would refuse a filter policy, in one printable line; empty where it would not."""
    try:
        compile_policy(policy, scope, as_new=True)
    except PolicyFault as fault:
        return str(fault)
    return ""


def filter_changes(arn: str, before: tuple[str, str], after: tuple[str, str]) -> tuple[SetSubscriptionAttribute, ...]:
    """Give the calls that make one filter of another, each a policy with its scope; none where they are alike.

    SNS checks a policy against the scope at each call. So a policy that may be nested waits for the scope that allows
    it, and goes before the scope that does not.
    """
    (old_policy, old_scope), (policy, scope) = before, after
    calls = []
    if policy.strip() != old_policy.strip():
        calls.append(SetSubscriptionAttribute(arn, "FilterPolicy", policy.strip() or NO_POLICY))
    if scope != old_scope:
        change = SetSubscriptionAttribute(arn, "FilterPolicyScope", scope)
        calls.insert(0 if scope == BODY else len(calls), change)
    return tuple(calls)
