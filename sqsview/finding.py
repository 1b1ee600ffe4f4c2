"""One queue by its name, URL or ARN, without listing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sqsview.domain.arn import Arn, account_in_url, is_arn, name_of
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.snapshot import Context
from sqsview.errors import Denied, NotFound
from sqsview.gateway import Gateway

_AWS_HOST = re.compile(
    r"(?:sqs\.(?P<region>[a-z0-9-]+)|(?P<legacy>[a-z0-9-]+)\.queue)\.amazonaws\.com(?:\.cn)?", re.IGNORECASE
)
"""The hosts in AWS's queue URLs, today's and the one before it."""

_CHECK = "check the name, and --region"


async def find_queue(gateway: Gateway, wanted: str) -> QueueRef:
    """Find one queue by name, URL or ARN without listing.

    A URL that holds an account is used as it is where GetQueueUrl is not permitted: a call needs no more.

    Raises:
        NotFound: there is none, or what was given is of another region or partition than the connection, or is
            the ARN of something else than a queue.
        Denied: GetQueueUrl is not permitted, and what was given does not tell the URL.
    """
    context = gateway.context
    try:
        return await _found(gateway, wanted)
    except NotFound as fault:
        if fault.problem.remedy:
            raise
        where = context.region or "this region"
        raise NotFound(Problem(ProblemKind.GONE, f"there is no such queue in {where}", _CHECK, wanted)) from fault


async def _found(gateway: Gateway, wanted: str) -> QueueRef:
    context = gateway.context
    if is_arn(wanted):
        arn = Arn.parse(wanted)
        _refuse_foreign(arn, context)
        return await gateway.get_queue_url(arn.name, arn.account)
    if "://" not in wanted:
        return await gateway.get_queue_url(wanted)
    _refuse_elsewhere(_region_in_url(wanted), context)
    account = account_in_url(wanted)
    try:
        return await gateway.get_queue_url(name_of(wanted), account)
    except Denied:
        if account is None:
            raise
        return QueueRef(_arn(context, name_of(wanted), account), wanted, name_of(wanted))


def unfound(context: Context, wanted: str) -> QueueRef:
    """Give a stand-in for a queue that could not be found, so that it has a row to carry the reason."""
    if is_arn(wanted):
        return QueueRef(wanted, "", name_of(wanted))
    name, account = name_of(wanted), account_in_url(wanted) or context.account or ""
    return QueueRef(_arn(context, name, account, _region_in_url(wanted)), wanted if "://" in wanted else "", name)


def _refuse_foreign(arn: Arn, context: Context) -> None:
    if arn.service != "sqs":
        raise NotFound(Problem(ProblemKind.GONE, f"this ARN is of {arn.service} and of no queue", "give a queue's ARN"))
    if arn.partition != context.partition:
        text = f"it is in the partition {arn.partition}, and the connection is to {context.partition}"
        raise NotFound(Problem(ProblemKind.GONE, text, f"use --region {arn.region} and a profile of {arn.partition}"))
    _refuse_elsewhere(arn.region, context)


def _refuse_elsewhere(region: str | None, context: Context) -> None:
    # A queue of the same name in this region would be the wrong one.
    if region and context.region and region != context.region:
        text = f"it is in {region}, and the connection is to {context.region}"
        raise NotFound(Problem(ProblemKind.GONE, text, f"use --region {region}"))


def _region_in_url(url: str) -> str | None:
    """Give the region in the host of one of AWS's own URLs; other servers' hosts say nothing of it."""
    try:
        found = _AWS_HOST.fullmatch(urlsplit(url).hostname or "")
    except ValueError:
        return None
    return (found["region"] or found["legacy"]) if found else None


def _arn(context: Context, name: str, account: str, region: str | None = None) -> str:
    return f"arn:{context.partition}:sqs:{region or context.region or ''}:{account}:{name}"
