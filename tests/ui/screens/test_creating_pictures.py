"""Pictures of the filter tester, of a form for something new, and of settings that are edited."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from sqsview.domain.details import Details
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.screens.filter import FilterScreen
from sqsview.ui.screens.form_dialog import FormScreen
from sqsview.ui.screens.settings import SettingsScreen
from tests.support import shown
from tests.support.things import admitting, queue_arn
from tests.ui.company import company
from tests.ui.screens.test_pictures import SIZES, Compare
from tests.ui.stage import Stage, dashboard
from tests.ui.still_feed import StillClock, StillFeed
from tests.ui.writing import company_account

each_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def looks(compare: Compare, play: Callable[[Stage], Awaitable[None]], size: tuple[int, int]) -> bool:
    feed, clock = StillFeed(company()), StillClock()
    app = dashboard(feed, clock=clock)

    async def prepared(pilot: Pilot[Any]) -> None:
        await shown.until(pilot, lambda: isinstance(app.screen, DashboardScreen) and app.screen.standing)
        stage = Stage(app, feed, clock, pilot)
        company_account(stage)
        await play(stage)
        for field in app.screen.query(Input):
            field.cursor_blink = False
        for area in app.screen.query(TextArea):
            area.cursor_blink = False
        await pilot.pause()

    return compare(app, terminal_size=size, run_before=prepared)


@each_size
def test_a_message_and_a_filter_policy_that_is_changed(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def play(stage: Stage) -> None:
        await stage.press("3")
        await stage.until(lambda: "orders-billing" in stage.names)
        await stage.move_to("orders-billing")
        await stage.press("t")
        await stage.until(lambda: isinstance(stage.app.screen, FilterScreen))
        await stage.type('{"total": 700}')
        await stage.press("ctrl+n")
        await stage.type("type")
        await stage.press("tab", "tab")
        await stage.type("gift")
        screen = stage.app.screen
        assert isinstance(screen, FilterScreen)
        screen.policy.replace(json.dumps({"type": ["order", {"prefix": "gi"}]}))
        await stage.sees("changed here and not set")

    assert looks(snap_compare, play, size)


@each_size
def test_a_new_queue(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def play(stage: Stage) -> None:
        await stage.press("n")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await stage.type("returns.fifo")
        await stage.press("down")
        await stage.type("13 h")
        await stage.sees("out of bounds")

    assert looks(snap_compare, play, size)


@each_size
def test_settings_that_are_edited(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def play(stage: Stage) -> None:
        redrive = json.dumps({"deadLetterTargetArn": queue_arn("orders-billing-dlq"), "maxReceiveCount": 5})
        raw = {"VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "RedrivePolicy": redrive}
        raw |= {"Policy": admitting("orders-billing", "orders"), "SqsManagedSseEnabled": "true"}
        key = queue_arn("orders-billing")
        stage.feed.details_given[key] = Details(key, raw, {"team": "shop"})
        await stage.move_to("orders-billing")
        await stage.press("E")
        await stage.until(lambda: isinstance(stage.app.screen, SettingsScreen))
        screen = stage.app.screen
        assert isinstance(screen, SettingsScreen)
        text = screen.editor.text
        screen.editor.load(text.replace("= 30\n", '= "1 min"\n').replace("count = 5", "count = 1"), (4, 0))
        await stage.sees("1 call")

    assert looks(snap_compare, play, size)
