"""Pictures of the dialogs of what changes things, of the editor and of the activity, at the sizes people have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from sqsview.domain.message import EntryFault
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.screens.edit import EditScreen
from tests.support import shown
from tests.ui.company import company
from tests.ui.repair.deeds import agree, dialog, fill
from tests.ui.screens.test_pictures import SIZES, Compare
from tests.ui.seen import ATTRIBUTES, DEAD, Server, look, orders
from tests.ui.stage import Stage, dashboard
from tests.ui.still_feed import StillClock, StillFeed

each_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def looks(compare: Compare, server: Server, play: Callable[[Stage], Awaitable[Any]], size: tuple[int, int]) -> bool:
    feed, clock = StillFeed(company()), StillClock()
    feed.connection = server.gateway
    app = dashboard(feed, clock=clock)

    async def prepared(pilot: Pilot[Any]) -> None:
        await shown.until(pilot, lambda: isinstance(app.screen, DashboardScreen) and app.screen.standing)
        await play(Stage(app, feed, clock, pilot))
        app.clear_notifications()
        for field in app.screen.query(Input):
            field.cursor_blink = False
        for area in app.screen.query(TextArea):
            area.cursor_blink = False
        await shown.until(pilot, lambda: not app._notifications)
        await pilot.pause()

    return compare(app, terminal_size=size, run_before=prepared)


@each_size
def test_a_redrive(snap_compare: Compare, server: Server, size: tuple[int, int]) -> None:
    server.put(DEAD, *orders(57), receives=5)

    async def play(stage: Stage) -> None:
        await stage.move_to(DEAD)
        await dialog(stage, "R")

    assert looks(snap_compare, server, play, size)


@each_size
def test_a_purge_with_half_of_the_name(snap_compare: Compare, server: Server, size: tuple[int, int]) -> None:
    async def play(stage: Stage) -> None:
        await stage.move_to(DEAD)
        await dialog(stage, "X")
        await fill(stage, "orders-bil")

    assert looks(snap_compare, server, play, size)


@each_size
def test_a_body_that_is_edited(snap_compare: Compare, server: Server, size: tuple[int, int]) -> None:
    server.put(DEAD, *orders(3), receives=5, attributes=ATTRIBUTES)

    async def play(stage: Stage) -> None:
        await look(stage)
        await stage.press("E")
        await stage.until(lambda: isinstance(stage.app.screen, EditScreen))
        await stage.press("ctrl+f", "down", "end", "backspace")
        await dialog(stage, "ctrl+s")

    assert looks(snap_compare, server, play, size)


@each_size
def test_an_operation_that_left_messages_behind(snap_compare: Compare, server: Server, size: tuple[int, int]) -> None:
    server.put(DEAD, *orders(8), receives=5)
    fault = EntryFault("InvalidMessageContents", "the server is sorry", sender_fault=True)
    server.account.broker.refuse = lambda outgoing: fault if "10002" in outgoing.body else None

    async def play(stage: Stage) -> None:
        await look(stage)
        await stage.press("asterisk")
        await dialog(stage, "R")
        await agree(stage)
        await stage.press("5")
        await stage.sees("✗ move")

    assert looks(snap_compare, server, play, size)
