"""Pictures of the screens at the sizes people have, and of the states that need a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sqsview.domain.snapshot import CallFigures, Connection, Health, Snapshot
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from tests.support import shown
from tests.support.things import queue_arn
from tests.ui.company import HERE, company, device, failing, snapshot
from tests.ui.screens.test_details import ANSWER
from tests.ui.stage import dashboard
from tests.ui.still_feed import NOW, StillFeed

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 40), (200, 50)]


def looks(
    compare: Compare,
    keys: str = "",
    *,
    size: tuple[int, int] = (120, 40),
    of: Snapshot | None = None,
    theme: str | None = None,
) -> bool:
    """Compare the picture of the dashboard after some keys with the one that was approved."""
    feed = StillFeed(company() if of is None else of)
    feed.details_given[queue_arn("orders-billing")] = ANSWER
    feed.pages = [[device(number, enabled=number % 4 > 0, user_data=f"customer {number}") for number in range(7)]]
    app = dashboard(feed, theme=theme)

    async def play(pilot: Pilot[Any]) -> None:
        await shown.until(pilot, lambda: isinstance(app.screen, DashboardScreen) and app.screen.standing)
        for key in keys.split():
            await pilot.press(key)
        for typed in app.screen.query(Input):
            typed.cursor_blink = False
        await pilot.pause(0.3)

    return compare(app, terminal_size=size, run_before=play)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("tab", ["queues", "topics", "fanout", "push", "activity"])
def test_a_tab(snap_compare: Compare, tab: str, size: tuple[int, int]) -> None:
    number = ["queues", "topics", "fanout", "push", "activity"].index(tab) + 1
    assert looks(snap_compare, str(number), size=size)


def test_the_subscriptions_of_a_topic(snap_compare: Compare) -> None:
    assert looks(snap_compare, "2 j j enter j j")


def test_a_broken_way_of_the_map(snap_compare: Compare) -> None:
    assert looks(snap_compare, "3 j j j j j j j")


def test_the_devices_of_an_application(snap_compare: Compare) -> None:
    assert looks(snap_compare, "4 j j enter", size=(80, 24))


def test_the_details_in_words(snap_compare: Compare) -> None:
    assert looks(snap_compare, "d")


def test_the_details_in_raw_json(snap_compare: Compare) -> None:
    assert looks(snap_compare, "d r", size=(80, 24))


def test_the_help(snap_compare: Compare) -> None:
    assert looks(snap_compare, "question_mark")


def test_the_help_in_a_small_window(snap_compare: Compare) -> None:
    assert looks(snap_compare, "question_mark", size=(80, 24))


def test_the_palette(snap_compare: Compare) -> None:
    assert looks(snap_compare, "ctrl+p m a i l")


def test_a_filter_while_it_is_typed_and_marks(snap_compare: Compare) -> None:
    assert looks(snap_compare, "space space slash o r d e r s", size=(80, 24))


def test_a_wrong_command(snap_compare: Compare) -> None:
    assert looks(snap_compare, "colon t o p c i s enter", size=(80, 24))


def test_a_failing_connection(snap_compare: Compare) -> None:
    assert looks(snap_compare, of=failing(company()))


def test_a_failing_connection_in_a_small_window(snap_compare: Compare) -> None:
    assert looks(snap_compare, "3", of=failing(company()), size=(80, 24))


def test_loading_and_throttled(snap_compare: Compare) -> None:
    whole = company(calls=CallFigures(1_400, 25.0, 50.0, 21.5, (), 900))
    assert looks(snap_compare, of=replace(whole, health=Health(Connection.LOADING, None, NOW - 1, 812, 5_000)))


def test_nothing_there(snap_compare: Compare) -> None:
    assert looks(snap_compare, of=snapshot(), size=(80, 24))


def test_the_demo_in_a_light_theme(snap_compare: Compare) -> None:
    context = replace(
        HERE, profile="demo", demo=True, read_only=True, protected=("*-prod",), endpoint="http://127.0.0.1:41751"
    )
    calls = CallFigures(312, 50.0, 50.0, None, (), 900)
    assert looks(snap_compare, "j j j", of=company(context=context, calls=calls), theme="textual-light")


def test_a_tiny_window_still_has_the_table(snap_compare: Compare) -> None:
    assert looks(snap_compare, size=(60, 14))


def test_details_that_could_not_be_read(snap_compare: Compare) -> None:
    assert looks(snap_compare, "G d", size=(80, 24))
