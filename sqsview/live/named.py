"""Queues that the user named, for accounts in which listing is not permitted."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.domain.arn import Arn, account_in_url, is_arn, name_of
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.snapshot import Context
from sqsview.errors import Denied, GatewayError, NotFound, SessionError
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


class NamedQueues:
    """The queues of ``--queue``; each is looked up until it is found."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._unfound: dict[str, QueueRef | None] = dict.fromkeys(wanted)
        """By what the user wrote, with the stand-in that is shown."""

    async def look_up(self, gateway: Gateway) -> tuple[list[QueueRef], list[QueueRef], list[tuple[QueueRef, Problem]]]:
        """Look for those that were not found yet.

        Gives the queues that were found, the stand-ins that they replace, and new stand-ins with the reason.

        Raises:
            SessionError: the whole connection is at fault.
        """
        found, replaced, missing = [], [], []
        for wanted, stand_in in list(self._unfound.items()):
            try:
                found.append(await find_queue(gateway, wanted))
            except SessionError:
                raise
            except GatewayError as error:
                stand_in = stand_in or unfound(gateway.context, wanted)
                self._unfound[wanted] = stand_in
                missing.append((stand_in, error.problem))
            else:
                del self._unfound[wanted]
                if stand_in is not None:
                    replaced.append(stand_in)
        return found, replaced, missing


def _arn(context: Context, name: str, account: str) -> str:
    return f"arn:{context.partition}:sqs:{context.region or ''}:{account}:{name}"
