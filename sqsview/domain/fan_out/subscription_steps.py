"""The steps that subscribe the queues of a fan-out, and set up their subscriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqsview.domain.fan_out.calls import SetSubscriptionAttribute, Subscribe
from sqsview.domain.fan_out.description import BranchPart
from sqsview.domain.fan_out.steps import Existing, Step, ThereSubscription
from sqsview.domain.filter_policy import BODY
from sqsview.domain.filter_words import filter_in_words
from sqsview.domain.policy import document
from sqsview.domain.topic import Subscription, SubscriptionSettings, SubscriptionStatus

EMPTY = "{}"
"""The filter policy that lets everything through."""
SETTLES = "a changed filter takes up to 15 minutes to be in force (SNS)"


def subscription_steps(
    branch: BranchPart, topic_arn: str, existing: Existing, notes: list[str], refusals: list[str]
) -> Iterator[Step]:
    """Give the steps of one queue's subscription."""
    found = existing.subscriptions.get(existing.place.queue(branch.name), ())
    if not found:
        yield _subscribed(branch, topic_arn, existing)
        return
    if len(found) > 1:
        refusals.append(
            f"{branch.name} is subscribed {len(found)} times to the topic, and which is meant cannot be told: "
            "unsubscribe all but one"
        )
        return
    (there,) = found
    status = Subscription(there.ref, there.settings).status
    if there.settings is None or status is not SubscriptionStatus.CONFIRMED:
        refusals.append(f"{branch.name} is subscribed, but {status}: it has to be confirmed, or to be gone, first")
        return
    steps = list(_changed(branch, there, there.settings, existing))
    if any(step.call.parameters.get("AttributeName") in ("FilterPolicy", "FilterPolicyScope") for step in steps):
        notes.append(SETTLES)
    yield from steps


def _subscribed(branch: BranchPart, topic_arn: str, existing: Existing) -> Step:
    attributes: dict[str, str] = {}
    if branch.filter_policy is not None and branch.filter_policy != EMPTY:
        if branch.scope == BODY:
            attributes["FilterPolicyScope"] = branch.scope
        attributes["FilterPolicy"] = branch.filter_policy
    if branch.raw:
        attributes["RawMessageDelivery"] = "true"
    words = f"subscribe {branch.name}: {filter_in_words(branch.filter_policy, branch.scope)}"
    if branch.raw:
        words += ", raw"
    if branch.undelivered is not None:
        attributes["RedrivePolicy"] = _redrive(branch.undelivered, existing)
        words += f", what cannot be delivered goes to {branch.undelivered}"
    return Step(Subscribe(topic_arn, existing.place.queue(branch.name), attributes), words)


def _changed(
    branch: BranchPart, there: ThereSubscription, settings: SubscriptionSettings, existing: Existing
) -> Iterator[Step]:
    arn = there.ref.arn
    if branch.filter_policy is not None:
        yield from _filter_steps(branch, arn, settings)
    if branch.raw is not None and branch.raw is not settings.raw_delivery:
        yield Step(
            SetSubscriptionAttribute(arn, "RawMessageDelivery", str(branch.raw).lower()),
            f"change how {branch.name} gets messages",
            _raw(settings.raw_delivery, branch.raw),
        )
    if branch.undelivered is not None:
        target = existing.place.queue(branch.undelivered)
        if settings.dead_letter_target != target:
            before = settings.dead_letter_target
            yield Step(
                SetSubscriptionAttribute(arn, "RedrivePolicy", _redrive(branch.undelivered, existing)),
                f"change where goes what cannot be delivered to {branch.name}",
                ("nowhere" if before is None else before.rpartition(":")[2], branch.undelivered),
            )


def _filter_steps(branch: BranchPart, arn: str, settings: SubscriptionSettings) -> Iterator[Step]:
    """Change policy and scope in the order in which SNS takes both: what is nested needs the scope of the body."""
    wanted = branch.filter_policy or EMPTY
    now = settings.filter_policy or EMPTY
    before, after = filter_in_words(now, settings.filter_scope), filter_in_words(wanted, branch.scope)
    steps = []
    if canonical(now) != canonical(wanted):
        steps.append(
            Step(
                SetSubscriptionAttribute(arn, "FilterPolicy", wanted),
                f"change the filter of {branch.name}",
                (before, after),
            )
        )
    if canonical(wanted) != EMPTY and settings.filter_scope != branch.scope:
        scope = Step(
            SetSubscriptionAttribute(arn, "FilterPolicyScope", branch.scope),
            f"change what the filter of {branch.name} is about",
            (settings.filter_scope, branch.scope),
        )
        steps.insert(0 if branch.scope == BODY else len(steps), scope)
    yield from steps


def canonical(policy: str) -> str:
    """Write a filter policy so that two that say the same are the same text; one that is no JSON stays as it is."""
    try:
        return json.dumps(_plain(document(policy)), sort_keys=True)
    except (ValueError, RecursionError):
        return policy


def _plain(value: Any) -> Any:
    """Give whole numbers as such: a server may write 5.0 for 5."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _redrive(name: str, existing: Existing) -> str:
    return json.dumps({"deadLetterTargetArn": existing.place.queue(name)})


def _raw(before: bool, after: bool) -> tuple[str, str]:
    words = {True: "raw", False: "in the envelope of SNS"}
    return words[before], words[after]
