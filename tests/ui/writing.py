"""A dashboard on which a message is written, with an account in memory to send it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual import events

from sqsview.domain.message import Outgoing
from sqsview.domain.snapshot import Snapshot
from sqsview.ui.screens.publish import PublishScreen
from sqsview.ui.screens.publish_form import PublishForm
from sqsview.ui.widgets.body_editor import BodyArea
from tests.support.double import Account, DoubleGateway
from tests.support.double_messages import Broker
from tests.ui.company import HERE, company
from tests.ui.stage import Stage, staged

QUEUE, FIFO, TOPIC = "orders-billing", "orders-shipping.fifo", "orders"
"""What messages are written to: a standard queue, a FIFO queue, a topic."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The screen on which a message is written, and what arrives."""

    stage: Stage
    account: Account

    @property
    def screen(self) -> PublishScreen:
        """The screen."""
        screen = self.stage.app.screen
        assert isinstance(screen, PublishScreen), screen
        return screen

    @property
    def form(self) -> PublishForm:
        """The fields."""
        return self.screen.query_one(PublishForm)

    @property
    def body(self) -> str:
        """What stands in the body."""
        return self.form.body.text

    @property
    def broker(self) -> Broker:
        """The messages of the account."""
        return self.account.broker

    def sent(self, queue: str = QUEUE) -> list[Outgoing]:
        """Give what was sent to a queue."""
        return [kept.outgoing for kept in self.broker.queues.get(queue, [])]

    @property
    def published(self) -> list[Outgoing]:
        """What was published to any topic."""
        return [outgoing for _, outgoing in self.broker.published]

    def hold(self) -> asyncio.Event:
        """Keep back what is sent to queues until the event is set."""
        gate, gateway = asyncio.Event(), self.stage.feed.gateway()
        send = gateway.send_message

        async def held(*arguments: object, **named: object) -> object:
            await gate.wait()
            return await send(*arguments, **named)  # type: ignore[arg-type]

        gateway.send_message = held  # type: ignore[method-assign, assignment]
        return gate

    async def begin(self) -> None:
        """Send ``x`` and wait until it is on its way."""
        await self.stage.type("x")
        await self.stage.press("ctrl+s")
        await self.stage.sees("sending…")

    async def paste(self, text: str) -> None:
        """Paste into whatever has the focus."""
        self.stage.app.post_message(events.Paste(text))
        await self.stage.pilot.pause()

    async def go_to(self, field: str) -> None:
        """Give the keys to the field of this id."""
        self.screen.set_focus(self.screen.query_one(f"#{field}"))
        await self.stage.pilot.pause()

    async def fill(self, field: str, text: str) -> None:
        """Paste a text into a field."""
        await self.go_to(field)
        await self.paste(text)

    async def rested(self) -> None:
        """Wait until what was just sent would be sent again."""
        await self.stage.until(lambda: not self.screen.resting)

    @property
    def focused(self) -> str:
        """What has the keys: the id of a field, or ``body`` for the editor."""
        focused = self.stage.app.focused
        return "body" if isinstance(focused, BodyArea) else "" if focused is None else focused.id or ""

    async def open(self, name: str) -> None:
        """Open the form for a queue or topic from its tab."""
        await self.stage.press("2" if name == TOPIC else "1")
        await self.stage.move_to(name)
        await self.stage.press("p")
        await self.stage.until(lambda: isinstance(self.stage.app.screen, PublishScreen))


def company_account(stage: Stage, *, without: Sequence[str] = ()) -> Account:
    """Make an account that has what the company has, and connect the feed with it."""
    account = Account(stage.clock)
    snapshot = stage.feed.snapshot()
    for queue in snapshot.queues.values():
        if queue.name not in without:
            account.add_queue(queue.name)
    for topic in snapshot.topics.values():
        account.add_topic(topic.name)
        for subscription in topic.subscriptions:
            account.subscribe(topic.arn, subscription.ref.endpoint, protocol=subscription.ref.protocol)
    stage.feed.connection = DoubleGateway(account, HERE)
    return account


@asynccontextmanager
async def writing(
    name: str = QUEUE,
    *,
    size: tuple[int, int] = (120, 40),
    of: Snapshot | None = None,
) -> AsyncIterator[Desk]:
    """Open the form for a queue or topic."""
    async with staged(company() if of is None else of, size=size) as stage:
        desk = Desk(stage, company_account(stage))
        await desk.open(name)
        yield desk
