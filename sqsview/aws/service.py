"""What the calls of all services share: the clients, the way to the server, and where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqsview.aws import parse
from sqsview.aws.calls import Calls
from sqsview.clock import Clock
from sqsview.domain.queue import QueueRef
from sqsview.domain.snapshot import Context
from sqsview.gateway import Meter

NO_ACCOUNT = "000000000000"
"""Stands in ARNs for the account of a server whose URLs name none and whose caller is not known."""

Connect = Callable[[str], Awaitable[Any]]
"""Opens the aiobotocore client of a service, to be closed with the connection."""


class Service:
    """One open connection; the modules of the services add their calls."""

    def __init__(self, *, connect: Connect, calls: Calls, meter: Meter, context: Context, clock: Clock) -> None:
        self.context = context
        self.meter: Meter = meter
        self._connect = connect
        self._calls = calls
        self._clock = clock
        self._clients: dict[str, Any] = {}
        self._connecting = asyncio.Lock()
        self._account: str | None = None

    def keep(self, **clients: Any) -> None:
        """Take clients that are open already, by the name of their service."""
        self._clients.update(clients)

    async def client(self, service: str) -> Any:
        """Give the client of ``sqs``, ``sns``, ``cloudwatch`` or ``sts``, made on first use."""
        found = self._clients.get(service)
        if found is not None:
            return found
        async with self._connecting:
            if service not in self._clients:
                self._clients[service] = await self._connect(service)
        return self._clients[service]

    def _queue_ref(self, url: object) -> QueueRef:
        """Make the identity of a queue from its URL."""
        context = self.context
        return parse.queue_ref(
            url,
            partition=context.partition,
            region=context.region or "",
            account=self._account_of_urls_without(),
        )

    def _account_of_urls_without(self) -> str:
        """Give the account for URLs that name none; it never changes, for it is part of an identity."""
        if self._account is None:
            self._account = self.context.account or NO_ACCOUNT
        return self._account
