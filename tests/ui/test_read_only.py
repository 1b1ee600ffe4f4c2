"""In read-only mode no key of any screen, and no entry of the palette, makes a call that is not a read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.gateway import READS, guarded
from sqsview.ui import actions
from sqsview.ui.actions import View
from sqsview.ui.palette import run_action
from tests.ui.company import company
from tests.ui.seen import DEAD, Server, orders, serve
from tests.ui.stage import Stage, staged

LEAVING = frozenset({"quit", "palette", "command", "filter"})
"""Actions that end the program, or open what takes letters."""
WHERE = {
    View.QUEUES: ("1", DEAD),
    View.TOPICS: ("2", "orders"),
    View.FANOUT: ("3", ""),
    View.PUSH: ("4", "shop-ios"),
    View.ACTIVITY: ("5", ""),
}


@pytest.fixture
def server() -> Server:
    found = serve()
    found.put(DEAD, *orders(3), receives=5)
    return found


def _read_only(stage: Stage, server: Server) -> None:
    stage.feed.connection = guarded(server.gateway, read_only=True)


def _called(server: Server) -> set[str]:
    return {call.operation for call in server.account.calls}


async def _at(stage: Stage, view: View) -> None:
    tab, name = WHERE[view]
    await stage.press(tab)
    if name:
        await stage.move_to(name)


@pytest.mark.parametrize("view", WHERE)
async def test_no_key_makes_a_call_that_is_not_a_read(server: Server, view: View) -> None:
    of = company()
    async with staged(replace(of, context=replace(of.context, read_only=True))) as stage:
        _read_only(stage, server)
        for action in actions.for_view(view):
            if action.id in LEAVING:
                continue
            await _at(stage, view)
            await stage.press(action.keys.split(",")[0])
            await stage.press("y", "enter", "ctrl+s")
            while len(stage.app.screen_stack) > 1:
                await stage.press("escape")
        assert _called(server) <= READS
        assert len(server.kept(DEAD)) == 3 and not stage.app.operations.all


@pytest.mark.parametrize("view", [View.QUEUES, View.ACTIVITY])
async def test_no_entry_of_the_palette_makes_a_call_that_is_not_a_read(server: Server, view: View) -> None:
    of = company()
    async with staged(replace(of, context=replace(of.context, read_only=True))) as stage:
        _read_only(stage, server)
        for action in actions.for_view(view):
            if action.id in LEAVING or not action.palette:
                continue
            await _at(stage, view)
            await run_action(stage.app.screen, action.call)
            await stage.pilot.pause()
            await stage.press("y", "enter", "ctrl+s")
            while len(stage.app.screen_stack) > 1:
                await stage.press("escape")
        assert _called(server) <= READS
        assert len(server.kept(DEAD)) == 3 and not stage.app.operations.all
