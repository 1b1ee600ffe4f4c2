"""The statement of a queue policy that lets SNS deliver from a topic, merged into what stands there already."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from sqsview.domain.access import ACTION, DEFAULT_REGIONS, YES, admits
from sqsview.domain.arn import Arn
from sqsview.domain.message import byte_length
from sqsview.domain.policy import as_list, document

MOST_POLICY_BYTES = 8_192
MOST_STATEMENTS = 20
"""What a queue policy may have (SQS Developer Guide, "Quotas related to policies")."""

_VERSION = "2012-10-17"
_SID = "sqsview-"
"""Begins the names of the statements that are written here, so that a person knows them from the others."""
_NOT_SID = re.compile("[^A-Za-z0-9_-]")
_LONGEST_SID = 60


class AdmissionFault(ValueError):
    """Why a policy cannot be made to admit a topic, in one line; it may quote the policy, so it is untrusted text."""

    def __init__(self, text: str, *, denied: bool = False) -> None:
        super().__init__(text)
        self.denied = denied
        """Whether another statement denies it, or may, whatever is added."""


def principal(queue_arn: str, topic_arn: str) -> str:
    """Give the name under which SNS delivers from the topic to the queue.

    Across the border of an opt-in region it is that region's own (SNS Developer Guide, "Fanout to SQS queues in
    a different Region"); the name is one and the same in the partitions of China and GovCloud.

    Raises:
        ValueError: one of them is no ARN.
    """
    topic, queue = Arn.parse(topic_arn), Arn.parse(queue_arn)
    if topic.region == queue.region or topic.partition != "aws":
        return "sns.amazonaws.com"
    opt_in = next((each.region for each in (topic, queue) if each.region not in DEFAULT_REGIONS), None)
    return "sns.amazonaws.com" if opt_in is None else f"sns.{opt_in}.amazonaws.com"


def statement(queue_arn: str, topic_arn: str, taken: Iterable[str] = ()) -> dict[str, Any]:
    """Give the statement that AWS documents for a subscription, under a name that is not ``taken``.

    Raises:
        ValueError: one of them is no ARN.
    """
    return {
        "Sid": _free_sid(Arn.parse(topic_arn).name, frozenset(taken)),
        "Effect": "Allow",
        "Principal": {"Service": principal(queue_arn, topic_arn)},
        "Action": ACTION,
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }


def admitting_policy(policy: str | None, queue_arn: str, topic_arn: str) -> str:
    """Give ``policy`` with the statement that admits the topic added; as it is where it admits it already.

    What stands in it is kept, in its order.

    Raises:
        AdmissionFault: it cannot be read, is full, or has a statement that denies the topic all the same.
    """
    if policy and admits(policy, queue_arn, topic_arn).answer is YES:
        return policy
    whole = _readable(policy)
    found = as_list(whole.get("Statement"))
    taken = [each["Sid"] for each in found if isinstance(each, dict) and isinstance(each.get("Sid"), str)]
    try:
        added = statement(queue_arn, topic_arn, taken)
    except ValueError:
        raise AdmissionFault("the queue or the topic has no proper ARN") from None
    merged = json.dumps({**whole, "Statement": [*found, added]})
    if len(found) >= MOST_STATEMENTS:
        raise AdmissionFault(f"the queue policy has {len(found)} statements, and {MOST_STATEMENTS} are allowed")
    if byte_length(merged) > MOST_POLICY_BYTES:
        raise AdmissionFault(f"the queue policy would be larger than the {MOST_POLICY_BYTES:,} bytes that are allowed")
    verdict = admits(merged, queue_arn, topic_arn)
    if verdict.answer is not YES:
        alone = json.dumps({"Version": _VERSION, "Statement": [added]})
        raise AdmissionFault(verdict.reason, denied=admits(alone, queue_arn, topic_arn).answer is YES)
    return merged


def key_statement() -> str:
    """Give the statement that a customer-managed key needs in its policy before SNS can use it.

    From the SNS Developer Guide, "Enabling compatibility between event sources from AWS services and encrypted
    topics".
    """
    return json.dumps(
        {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
            "Resource": "*",
        }
    )


def _readable(policy: str | None) -> dict[str, Any]:
    if not policy or not policy.strip():
        return {"Version": _VERSION}
    try:
        whole = document(policy)
    except ValueError:
        raise AdmissionFault("the queue policy cannot be read") from None
    if not isinstance(whole, dict) or not all(isinstance(each, dict) for each in as_list(whole.get("Statement"))):
        raise AdmissionFault("the queue policy cannot be read")
    return whole


def _free_sid(name: str, taken: frozenset[str]) -> str:
    wanted = _SID + _NOT_SID.sub("-", name)[:_LONGEST_SID]
    if wanted not in taken:
        return wanted
    return next(each for number in range(2, len(taken) + 3) if (each := f"{wanted}-{number}") not in taken)
