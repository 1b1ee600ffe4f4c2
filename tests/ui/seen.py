"""A queue with messages in memory, and a dashboard that looks into it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqsview.clock import Clock
from sqsview.domain.message import Attribute, Outgoing
from sqsview.domain.snapshot import Snapshot
from sqsview.operations.state import State
from sqsview.ui.screens.messages import MessagesScreen
from tests.support.double import Account, DoubleGateway
from tests.support.double_messages import Kept
from tests.support.things import queue_arn
from tests.ui.company import company
from tests.ui.stage import Stage, staged
from tests.ui.still_feed import StillClock

DEAD = "orders-billing-dlq"
LIVE = "orders-billing"
CODES = ("card_declined", "card_declined", "schema", "card_declined", "timeout")


class ServerClock(StillClock):
    """The server's clock: stands as still as the dashboard's, but a long poll is over at once."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Server:
    """The account behind the dashboard."""

    account: Account
    gateway: DoubleGateway

    def put(self, queue: str, *bodies: Any, receives: int = 0, age: float = 180.0, **more: Any) -> list[str]:
        """Put messages into a queue, each a minute older than the one before; give their ids."""
        ids = []
        for place, body in enumerate(bodies):
            text = body if isinstance(body, str) else json.dumps(body)
            ids.append(self.account.broker.put(queue, Outgoing(text, **more)).id)
            kept = self.account.broker.queues[queue][-1]
            kept.sent -= age + 60 * place
            kept.receive_count = receives
            if queue == DEAD:
                kept.source = queue_arn(LIVE)
        return ids

    def kept(self, queue: str) -> list[Kept]:
        """Give what is in a queue."""
        return self.account.broker.queues.get(queue, [])

    def held(self, queue: str) -> list[str]:
        """Give the ids of what is in flight."""
        return self.account.broker.held(queue)

    @property
    def receives(self) -> int:
        """Count the calls that receive."""
        return self.account.count("receive_message")


def order(number: int, code: str = "card_declined") -> dict[str, Any]:
    """Make the body of an order that failed."""
    return {"type": "order", "id": 10_000 + number, "total": 12.5 * number, "error": {"code": code, "try": 5}}


def orders(count: int) -> list[dict[str, Any]]:
    """Make orders that failed for several reasons, most of them for the first."""
    return [order(number, CODES[number % len(CODES)]) for number in range(1, count + 1)]


ATTRIBUTES: Mapping[str, Attribute] = {
    "tenant": Attribute("String", "acme"),
    "trace": Attribute("Binary", bytes(range(0x9F, 0xAF))),
}


def serve(clock: Clock | None = None) -> Server:
    """Make an account with the queues of the company, all of them empty."""
    account = Account(clock or ServerClock())
    for queue in company().queues.values():
        if queue.settings is not None:
            settings = queue.settings
            account.add_queue(
                queue.name,
                dead_letter_target=settings.dead_letter_target,
                max_receive_count=settings.max_receive_count,
            )
    return Server(account, DoubleGateway(account, replace(account.context, region="eu-west-1")))


@asynccontextmanager
async def watching(
    server: Server,
    *,
    size: tuple[int, int] = (120, 40),
    of: Snapshot | None = None,
    keys: Mapping[str, str] | None = None,
    state: State | None = None,
) -> AsyncIterator[Stage]:
    """Run the dashboard over the company, with this account behind it."""
    async with staged(of, size=size, keys=keys, state=state) as stage:
        stage.feed.connection = server.gateway
        yield stage


async def look(stage: Stage, queue: str = DEAD, shows: str = "") -> MessagesScreen:
    """Look into a queue and wait until the look has ended."""
    await stage.move_to(queue)
    await stage.press("v")
    await stage.until(lambda: isinstance(stage.app.screen, MessagesScreen))
    screen = messages(stage)
    await rested(stage)
    if shows:
        await stage.sees(shows)
    return screen


async def rested(stage: Stage) -> None:
    """Wait until the look has ended, and until all of it is read and drawn."""
    screen = messages(stage)
    await stage.until(lambda: not screen.looking.busy and not screen.drawing)
    await stage.pilot.pause()


def messages(stage: Stage) -> MessagesScreen:
    """Give the screen of the messages, also behind a dialog."""
    found = [screen for screen in stage.app.screen_stack if isinstance(screen, MessagesScreen)]
    assert found, stage.app.screen_stack
    return found[-1]
