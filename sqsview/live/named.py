"""Queues that the user named, for accounts in which listing is not permitted."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.domain.problem import Problem
from sqsview.domain.queue import QueueRef
from sqsview.errors import GatewayError, SessionError
from sqsview.finding import find_queue, unfound
from sqsview.gateway import Gateway


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
