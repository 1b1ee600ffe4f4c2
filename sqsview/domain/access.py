"""Whether a queue's policy lets SNS deliver from a topic.

A model of the part of IAM's policy evaluation that this question needs (IAM User Guide, "Policy evaluation
logic" and "JSON policy elements"): SNS calls ``sqs:SendMessage`` as a service, so only the queue's policy can
admit it. What depends on facts that only AWS has is answered with `Answer.CANNOT_TELL`, never with a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqsview.domain.arn import Arn
from sqsview.domain.policy import as_list, matches, statements

ACTION = "sqs:SendMessage"
SNS_PRINCIPALS = frozenset({"sns.amazonaws.com", "sns.amazonaws.com.cn"})

DEFAULT_REGIONS = frozenset(
    (
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
        *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
        *(
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
        ),
    )
)
"""Regions that are on by default; every one since March 2019 is opt-in (AWS Account Management guide)."""


class Answer(StrEnum):
    """What can be said about a permission."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer with its reason."""

    answer: Answer
    reason: str
    """One line; it may quote the policy, so it is untrusted text."""


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What SNS does and for whom, as conditions see it."""

    queue_arn: str
    topic: Arn
    queue_region: str

    def known(self, key: str) -> str | None:
        """Give the value of a condition key in lower case for this delivery; None where only AWS knows."""
        return {
            "aws:sourcearn": str(self.topic),
            "aws:sourceaccount": self.topic.account,
            "aws:sourceowner": self.topic.account,
            # SNS delivers to SQS over TLS (SNS Developer Guide, "Infrastructure security").
            "aws:securetransport": "true",
            "aws:principalisawsservice": "true",
            "aws:principalservicename": "sns.amazonaws.com",
        }.get(key)


@lru_cache(maxsize=1 << 14)
def admits(policy: str | None, queue_arn: str, topic_arn: str) -> Verdict:
    """Say whether the queue policy ``policy`` lets SNS send to the queue what is published to the topic.

    Never raises; a policy that cannot be read cannot be told about.
    """
    if not policy:
        return Verdict(NO, "the queue has no policy, so it admits no topic")
    try:
        found = statements(policy)
    except ValueError:
        return Verdict(CANNOT_TELL, "the queue policy cannot be read")
    try:
        topic, region = Arn.parse(topic_arn), Arn.parse(queue_arn).region
    except ValueError:
        return Verdict(CANNOT_TELL, "the queue or the topic has no proper ARN")
    delivery = _Delivery(queue_arn, topic, region)
    allowed = Verdict(NO, "the queue policy does not admit this topic")
    denied: Verdict | None = None
    furthest = -1
    for statement in found:
        effect = statement.get("Effect")
        applies, stage, why = _applies(statement, delivery)
        if effect == "Deny":
            if applies is YES:
                return Verdict(NO, f"the queue policy denies it{_named(statement)}")
            if applies is CANNOT_TELL and denied is None:
                denied = Verdict(CANNOT_TELL, f"the queue policy may deny it{_named(statement)}: {why}")
        elif effect == "Allow" and allowed.answer is not YES:
            if applies is YES:
                allowed = Verdict(YES, f"the queue policy admits it{_named(statement)}")
            elif applies is CANNOT_TELL:
                allowed = Verdict(CANNOT_TELL, f"the queue policy may admit it{_named(statement)}: {why}")
            elif allowed.answer is NO and stage > furthest:
                furthest = stage
                allowed = Verdict(NO, f"the queue policy does not admit this topic: {why}")
    return denied if denied is not None and allowed.answer is not NO else allowed


def _named(statement: Mapping[str, Any]) -> str:
    sid = statement.get("Sid")
    return f" (statement {sid})" if isinstance(sid, str) and sid else ""


def _applies(statement: Mapping[str, Any], delivery: _Delivery) -> tuple[Answer, int, str]:
    """Say whether a statement is about this delivery; if not, how far it got (0 to 3) and what decided."""
    unsure: tuple[Answer, int, str] | None = None
    for stage, (answer, why) in enumerate(
        (
            _principal(statement, delivery),
            _action(statement),
            _resource(statement, delivery),
            _conditions(statement, delivery),
        )
    ):
        if answer is NO:
            return NO, stage, why
        if answer is CANNOT_TELL and unsure is None:
            unsure = (CANNOT_TELL, stage, why)
    return unsure or (YES, 4, "")


def _not(answer: Answer) -> Answer:
    return {YES: NO, NO: YES, CANNOT_TELL: CANNOT_TELL}[answer]


def _any(answers: list[Answer]) -> Answer:
    if YES in answers:
        return YES
    return CANNOT_TELL if CANNOT_TELL in answers else NO


def _principal(statement: Mapping[str, Any], delivery: _Delivery) -> tuple[Answer, str]:
    if "NotPrincipal" in statement:
        answer, why = _names_sns(statement["NotPrincipal"], delivery)
        return _not(answer), why or "it leaves SNS out"
    return _names_sns(statement.get("Principal"), delivery)


def _names_sns(principal: Any, delivery: _Delivery) -> tuple[Answer, str]:
    """Say whether a principal element stands for SNS delivering from this topic."""
    if principal == "*":
        return YES, ""
    missing = "it does not name sns.amazonaws.com"
    if not isinstance(principal, dict):
        return NO, missing
    # "AWS": "*" is everybody, as "*" is; any other account, user or role is not the service.
    if "*" in as_list(principal.get("AWS")):
        return YES, ""
    regional = {f"sns.{region}.{host}" for region in (delivery.topic.region, delivery.queue_region)
                for host in ("amazonaws.com", "amazonaws.com.cn")}  # fmt: skip
    unsure = False
    for service in as_list(principal.get("Service")):
        name = service.lower() if isinstance(service, str) else ""
        if name == "*" or name in regional:
            return YES, ""
        if name in SNS_PRINCIPALS:
            if _one_name_is_enough(delivery):
                return YES, ""
            unsure = True
    if unsure:
        return CANNOT_TELL, "between opt-in regions the policy may have to name sns.REGION.amazonaws.com"
    return NO, missing


def _one_name_is_enough(delivery: _Delivery) -> bool:
    """Tell whether ``sns.amazonaws.com`` stands for SNS; where an opt-in region is crossed, it may not."""
    regions = {delivery.topic.region, delivery.queue_region}
    return len(regions) == 1 or delivery.topic.partition != "aws" or regions <= DEFAULT_REGIONS


def _action(statement: Mapping[str, Any]) -> tuple[Answer, str]:
    negated = "NotAction" in statement
    patterns = as_list(statement.get("NotAction" if negated else "Action"))
    hit = any(isinstance(pattern, str) and matches(pattern.lower(), ACTION.lower()) for pattern in patterns)
    return (YES if hit is not negated else NO), f"it is not about {ACTION}"


def _resource(statement: Mapping[str, Any], delivery: _Delivery) -> tuple[Answer, str]:
    negated = "NotResource" in statement
    if not negated and "Resource" not in statement:
        return CANNOT_TELL, "it names no resource"
    answers = [
        _like(pattern, delivery.queue_arn)
        for pattern in as_list(statement.get("NotResource" if negated else "Resource"))
    ]
    answer = _any(answers)
    why = "its resource depends on a variable" if answer is CANNOT_TELL else "its resource is not this queue"
    return (_not(answer) if negated else answer), why


def _like(pattern: Any, text: str) -> Answer:
    if not isinstance(pattern, str):
        return NO
    if "${" in pattern:
        return CANNOT_TELL
    return YES if matches(pattern, text) else NO


def _conditions(statement: Mapping[str, Any], delivery: _Delivery) -> tuple[Answer, str]:
    """Evaluate the condition block: every operator and every key in it must hold."""
    block = statement.get("Condition")
    if block is None:
        return YES, ""
    if not isinstance(block, dict) or not all(isinstance(keys, dict) for keys in block.values()):
        return CANNOT_TELL, "its conditions cannot be read"
    unsure = ""
    for operator, keys in block.items():
        for key, wanted in keys.items():
            answer = _holds(operator, delivery.known(key.lower()), as_list(wanted))
            if answer is NO:
                return NO, _why_not(operator, key)
            if answer is CANNOT_TELL:
                unsure = unsure or f"it depends on {key}"
    return (CANNOT_TELL, unsure) if unsure else (YES, "")


def _why_not(operator: str, key: str) -> str:
    if key.lower() != "aws:sourcearn" or "Not" in operator:
        return f"its condition on {key} does not hold"
    return "it admits other topics"


def _holds(operator: str, value: str | None, wanted: list[Any]) -> Answer:
    """Evaluate one condition on a single-valued key (IAM User Guide, "Condition operators")."""
    if value is None:
        return CANNOT_TELL
    base = operator.lower().rpartition(":")[2]  # ForAnyValue: and ForAllValues: make no difference to one value
    base = base.removesuffix("ifexists")
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in wanted if _plain(item)]
    if base == "null":
        return YES if texts == ["false"] else NO
    negated = "not" in base
    base = base.replace("not", "")
    if base in ("arnequals", "arnlike"):
        answer = _any([_arn_like(text, value) for text in texts])
    elif base == "stringlike":
        answer = _any([_like(text, value) for text in texts])
    elif base == "stringequals":
        answer = _any([CANNOT_TELL if "${" in text else (YES if text == value else NO) for text in texts])
    elif base in ("stringequalsignorecase", "bool"):
        answer = YES if value.lower() in (text.lower() for text in texts) else NO
    else:
        return CANNOT_TELL
    return _not(answer) if negated else answer


def _plain(item: Any) -> bool:
    return isinstance(item, str | int | float)


def _arn_like(pattern: str, arn: str) -> Answer:
    """Match an ARN part by part: each of the six may have wildcards, none reaches over a colon."""
    if "${" in pattern:
        return CANNOT_TELL
    wanted, parts = pattern.split(":", 5), arn.split(":", 5)
    if len(wanted) != len(parts):
        # How AWS reads an ARN pattern with fewer parts is not documented.
        return CANNOT_TELL if matches(pattern, arn) else NO
    return YES if all(matches(one, other) for one, other in zip(wanted, parts, strict=True)) else NO
