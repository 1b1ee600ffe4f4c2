"""What a person does on the push tab, and in its dialogs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.widgets import Input

from sqsview.domain.snapshot import Snapshot
from tests.ui.pushing.conftest import IOS
from tests.ui.repair.deeds import dialog, form
from tests.ui.seen import Server, watching
from tests.ui.stage import Stage

__all__ = ["dialog", "fields", "flowing", "on_applications", "on_devices", "said", "type_into"]


@asynccontextmanager
async def on_applications(server: Server, at: str = "shop-ios", *, of: Snapshot | None = None) -> AsyncIterator[Stage]:
    """Open the push tab, with the cursor on an application."""
    async with watching(server, of=of) as stage:
        await stage.press("4")
        await stage.move_to(at)
        yield stage


@asynccontextmanager
async def on_devices(server: Server, at: int = 0, *, of: Snapshot | None = None) -> AsyncIterator[Stage]:
    """Open the devices of ``shop-ios``, with the cursor on one of them."""
    async with on_applications(server, of=of) as stage:
        devices = list(server.account.endpoints[IOS.arn])
        stage.feed.pages = [devices]
        await stage.press("enter")
        await stage.until(lambda: len(stage.names) == len(devices))
        await stage.move_to(devices[at].name)
        yield stage


async def type_into(stage: Stage, **texts: str) -> None:
    """Write into fields of the dialog, as one that pastes, and wait until what would come of it is said."""
    screen = form(stage)
    for name, text in texts.items():
        screen.query_one(f"#ask-{name}", Input).value = text
        await stage.pilot.pause()
        await stage.until(lambda: screen.judged)
    await stage.pilot.pause()


def fields(stage: Stage) -> list[str]:
    """Give the names of the fields that are there."""
    return [str(each.id)[4:] for each in form(stage).query(".field") if each.display]


def flowing(stage: Stage) -> str:
    """Give what a dialog says as one line."""
    lines = (line[line.find("│") + 1 : line.rfind("│")] for line in stage.lines if line.count("│") > 1)
    return " ".join(" ".join(lines).split())


def said(stage: Stage) -> str:
    """Give what was said in passing last."""
    return stage.toasts[-1]
