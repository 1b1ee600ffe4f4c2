"""What every kind of finding means: how bad it is, and why it matters."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sqsview.domain.fault_codes import Code


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    """Messages are lost, or do not get to where they are to."""
    WARNING = "warning"
    """It works, but a person should see to it before it does not."""
    INFO = "info"
    """To be known; most of all what cannot be told from here."""


class About(NamedTuple):
    """What is the same for every finding of one kind."""

    severity: Severity
    why: str
    """Why it matters, in one or two sentences."""


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_FAILED_LATER = "What SNS cannot deliver is lost, for it cannot be put there either."

ABOUT: Mapping[Code, About] = {
    Code.SUBSCRIPTION_DELETED: About(_WARNING, "Nothing arrives by it any more."),
    Code.SUBSCRIPTION_PENDING: About(
        _WARNING,
        "What is published meanwhile never arrives there. A confirmation is good for 2 days; then it takes another "
        "Subscribe.",
    ),
    Code.SUBSCRIPTION_DUPLICATE: About(_WARNING, "What both let through arrives twice, and is worked on twice."),
    Code.QUEUE_GONE: About(
        _ERROR, "SNS does not try again: what is published is lost for this subscription, without a trace in SQS."
    ),
    Code.FIFO_MIXED: About(_ERROR, "SNS does not deliver between these two, whatever the policies say."),
    Code.TOPIC_NOT_ADMITTED: About(
        _ERROR, "Subscribing succeeds and nothing arrives: without a permission SNS does not try again, it drops."
    ),
    Code.TOPIC_DENIED: About(_ERROR, "A statement that denies wins over all that allow, so that nothing arrives."),
    Code.AWS_MANAGED_KEY: About(
        _ERROR, "Nobody can edit the policy of that key, so that SNS can never encrypt for the queue: nothing arrives."
    ),
    Code.FILTER_NEVER_MATCHES: About(_ERROR, "No message gets through, and SNS tells nobody: it looks like silence."),
    Code.FILTER_TOO_COMPLEX: About(
        _WARNING, "AWS refuses such a policy: this server took it, another does not, and the next change of it fails."
    ),
    Code.RAW_ATTRIBUTES: About(
        _INFO,
        "A message with more than 10 attributes cannot be delivered raw to a queue: SNS drops it, and there is no "
        "dead-letter queue to find it in.",
    ),
    Code.SUBSCRIPTION_DLQ_GONE: About(_ERROR, _FAILED_LATER),
    Code.SUBSCRIPTION_DLQ_TYPE: About(_ERROR, _FAILED_LATER),
    Code.SUBSCRIPTION_DLQ_NOT_ADMITTED: About(_ERROR, _FAILED_LATER),
    Code.SUBSCRIPTION_DLQ_DENIED: About(_ERROR, _FAILED_LATER),
    Code.SUBSCRIPTION_DLQ_KEY: About(_ERROR, _FAILED_LATER),
    Code.DLQ_GONE: About(
        _ERROR, "What fails too often has nowhere to go: it is received again and again until its time is up."
    ),
    Code.DLQ_TYPE: About(_ERROR, "SQS moves messages only between queues of one type, so that none is ever given up."),
    Code.DLQ_REFUSES: About(_ERROR, "What fails too often cannot be moved there: it stays until its time is up."),
    Code.DLQ_ITSELF: About(_ERROR, "What fails too often comes back to where it failed, and is never set aside."),
    Code.DLQ_CIRCLE: About(_ERROR, "What fails goes round from queue to queue, and is never set aside."),
    Code.DLQ_RETENTION: About(
        _WARNING,
        "A dead letter of a standard queue keeps the time at which it was first sent, so that it lives only for what "
        "is left of it: it may be deleted soon after it was moved, before anybody looked.",
    ),
    Code.DLQ_NOT_EMPTY: About(
        _WARNING, "Each of them is work that was not done; they are deleted when their time is up."
    ),
    Code.DLQ_ORPHANED: About(_WARNING, "No queue or subscription gives up to it: whoever relies on it loses messages."),
    Code.MAX_RECEIVE_COUNT_ONE: About(
        _WARNING,
        "One receive that does not end in a delete is the last: a restart of the consumer, or one look, makes a dead "
        "letter of a good message.",
    ),
    Code.VISIBILITY_TIMEOUT_SHORT: About(
        _WARNING,
        "A message that is held longer than it is hidden goes to a second consumer, and each time counts towards the "
        "dead-letter queue. A consumer that dies on it shows the same.",
    ),
    Code.RETENTION_NEAR: About(_WARNING, "SQS deletes a message when its time is up, read or not, and tells nobody."),
    Code.TOPIC_UNHEARD: About(_INFO, "What is published is accepted, and goes nowhere."),
    Code.ELSEWHERE: About(_INFO, "Another account or region is read with other credentials or another region."),
    Code.NOT_LISTED: About(_INFO, "What was not listed cannot be said to be missing, or to be there."),
    Code.NOT_READ: About(_INFO, "What is set there decides whether messages arrive."),
    Code.NOT_READ_YET: About(_INFO, "It is still being read."),
    Code.POLICY_UNCLEAR: About(_INFO, "It depends on what only AWS knows when the message is delivered."),
    Code.KEY_UNCLEAR: About(
        _INFO, "Where the key's policy does not admit SNS nothing arrives, and sqsview does not read KMS."
    ),
    Code.FILTER_UNCLEAR: About(_INFO, "Nobody can tell here which messages it lets through."),
    Code.PROTOCOL_UNCLEAR: About(_INFO, "AWS may have learnt to deliver by it."),
    Code.NOT_AN_ARN: About(_INFO, "Without a proper ARN nobody can look whether the queue is there."),
}
"""By code. The rules come from the SQS and SNS Developer Guides, by the page that is named where each is checked."""

TO_TELL: Mapping[Code, str] = {
    Code.ELSEWHERE: "look at it with the profile or region that it belongs to",
    Code.NOT_LISTED: "list everything: without --prefix and --queue, with the permission to list queues",
    Code.NOT_READ: "allow sqs:GetQueueAttributes and sns:GetSubscriptionAttributes on it",
    Code.POLICY_UNCLEAR: "publish a message and trace it: p on the topic, then its trace",
    Code.PROTOCOL_UNCLEAR: "publish a message and look whether it arrives",
    Code.NOT_AN_ARN: "subscribe the queue by its ARN",
}
"""What would tell it, where it cannot be told and nothing more is known of why."""
