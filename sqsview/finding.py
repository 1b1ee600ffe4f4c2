"""One queue by its name, URL or ARN, without listing."""

from __future__ import annotations

from sqsview.domain.arn import Arn, account_in_url, is_arn, name_of
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.snapshot import Context
from sqsview.errors import Denied, NotFound
from sqsview.gateway import Gateway


async def find_queue(gateway: Gateway, wanted: str) -> QueueRef:
    """Find one queue by name, URL or ARN without listing.

    A URL that holds an account is used as it is where GetQueueUrl is not permitted: a call needs no more.

    Raises:
        NotFound: there is none, or the ARN is of another region than the connection.
        Denied: GetQueueUrl is not permitted, and what was given does not tell the URL.
    """
    context = gateway.context
    if is_arn(wanted):
        arn = Arn.parse(wanted)
        if context.region and arn.region != context.region:
            # A queue of the same name in this region would be the wrong one.
            text = f"it is in {arn.region}, and the connection is to {context.region}"
            raise NotFound(Problem(ProblemKind.GONE, text, f"use --region {arn.region}"))
        return await gateway.get_queue_url(arn.name, arn.account)
    if "://" not in wanted:
        return await gateway.get_queue_url(wanted)
    account = account_in_url(wanted)
    try:
        return await gateway.get_queue_url(name_of(wanted), account)
    except Denied:
        if account is None:
            raise
        return QueueRef(_arn(context, name_of(wanted), account), wanted, name_of(wanted))


def unfound(context: Context, wanted: str) -> QueueRef:
    """Give a stand-in for a queue that could not be found, so that it has a row to carry the reason."""
    name = name_of(wanted)
    arn = wanted if is_arn(wanted) else _arn(context, name, account_in_url(wanted) or context.account or "")
    return QueueRef(arn, wanted if "://" in wanted else "", name)


def _arn(context: Context, name: str, account: str) -> str:
    return f"arn:{context.partition}:sqs:{context.region or ''}:{account}:{name}"
