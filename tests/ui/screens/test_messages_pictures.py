"""Pictures of a queue's messages at the sizes people have, and of the states that need a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sqsview.ui.screens import dialogs
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.screens.dialogs import ConfirmScreen
from tests.support import shown
from tests.ui.company import company
from tests.ui.seen import ATTRIBUTES, DEAD, LIVE, Server, look, orders, rested, serve
from tests.ui.stage import Stage, dashboard
from tests.ui.still_feed import StillClock, StillFeed

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 40), (200, 50)]
sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@pytest.fixture(autouse=True)
def _soon_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.02)


def looks(
    compare: Compare, server: Server, queue: str, keys: str = "", *, size: tuple[int, int], theme: str | None = None
) -> bool:
    """Compare the picture of a queue's messages after some keys with the one that was approved."""
    feed, clock = StillFeed(company()), StillClock()
    feed.connection = server.gateway
    app = dashboard(feed, theme=theme, clock=clock)

    async def play(pilot: Pilot[Any]) -> None:
        await shown.until(pilot, lambda: isinstance(app.screen, DashboardScreen) and app.screen.standing)
        stage = Stage(app, feed, clock, pilot)
        await look(stage, queue)
        for key in keys.split():
            await pilot.press(key)
            await pilot.pause()
        screen = app.screen
        if isinstance(screen, ConfirmScreen):
            await stage.until(lambda: screen.armed)
        else:
            await rested(stage)
        for typed in screen.query(Input):
            typed.cursor_blink = False
        app.clear_notifications()
        await pilot.pause(0.3)

    return compare(app, terminal_size=size, run_before=play)


def dead_letters() -> Server:
    server = serve()
    server.put(DEAD, *orders(57), receives=5, attributes=ATTRIBUTES)
    return server


@sizes
def test_dead_letters_held_and_grouped(snap_compare: Compare, size: tuple[int, int]) -> None:
    keys = "t e r r o r full_stop c o d e enter space space j"
    assert looks(snap_compare, dead_letters(), DEAD, keys, size=size)


@sizes
def test_a_live_queue_let_go(snap_compare: Compare, size: tuple[int, int]) -> None:
    server = serve()
    server.put(LIVE, *orders(10), receives=2, attributes=ATTRIBUTES)
    assert looks(snap_compare, server, LIVE, size=size)


@sizes
def test_a_look_that_asks_first(snap_compare: Compare, size: tuple[int, int]) -> None:
    server = serve()
    server.put(LIVE, *orders(10), receives=3)
    assert looks(snap_compare, server, LIVE, "v", size=size)


@sizes
def test_a_queue_that_gave_nothing(snap_compare: Compare, size: tuple[int, int]) -> None:
    server = serve()
    server.put(LIVE, *orders(3))
    server.account.broker.empty_receives = 50
    assert looks(snap_compare, server, LIVE, size=size)


def test_a_wrong_expression(snap_compare: Compare) -> None:
    keys = "slash equals_sign t o t a l greater_than_sign 1 0 0"
    assert looks(snap_compare, dead_letters(), DEAD, keys, size=(80, 24))


def test_the_message_alone(snap_compare: Compare) -> None:
    assert looks(snap_compare, dead_letters(), DEAD, "j enter", size=(80, 24))


def test_the_file_that_is_asked_for_in_a_light_theme(snap_compare: Compare) -> None:
    assert looks(snap_compare, dead_letters(), DEAD, "e", size=(80, 24), theme="textual-light")


def test_a_tiny_window_still_has_the_list(snap_compare: Compare) -> None:
    assert looks(snap_compare, dead_letters(), DEAD, size=(60, 14))
