"""Pictures of the form and the trace at the sizes people have."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from sqsview.domain.message import EntryFault, Outgoing, Sent
from sqsview.domain.queue import QueueRef
from sqsview.ui.app import Dashboard
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.screens.publish import PublishScreen
from sqsview.ui.screens.trace import TraceScreen
from tests.support import shown
from tests.ui.company import company
from tests.ui.screens.test_pictures import SIZES, Compare
from tests.ui.screens.test_trace import PassingClock, world
from tests.ui.stage import Stage, dashboard
from tests.ui.still_feed import StillClock, StillFeed
from tests.ui.writing import FIFO, QUEUE, TOPIC, Desk, company_account

Play = Callable[[Desk], Any]
each_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def looks(
    compare: Compare, play: Play, *, name: str, size: tuple[int, int], feed: StillFeed, clock: StillClock | None = None
) -> bool:
    clock = clock or StillClock()
    app = dashboard(feed, clock=clock)

    async def prepared(pilot: Pilot[Any]) -> None:
        await shown.until(pilot, lambda: isinstance(app.screen, DashboardScreen) and app.screen.standing)
        stage = Stage(app, feed, clock, pilot)
        desk = Desk(stage, company_account(stage))
        await desk.open(name)
        await play(desk)
        _still(app)
        await shown.until(pilot, lambda: not isinstance(app.screen, PublishScreen) or app.screen.judged)
        clock.passed = 0.0  # what is told of a trace stays; the age of what is listed is that of every picture
        await shown.until(pilot, lambda: "live 1 s" in shown.text(app))
        await pilot.pause()

    return compare(app, terminal_size=size, run_before=prepared)


def _still(app: Dashboard) -> None:
    for field in app.screen.query(Input):
        field.cursor_blink = False
    for area in app.screen.query(TextArea):
        area.cursor_blink = False


async def _order(desk: Desk) -> None:
    await desk.paste('{"type": "order", "id": 10442, "total": 129.0}')
    await desk.stage.press("ctrl+f", "ctrl+n", *"type", "tab", "tab", *"order")
    await desk.stage.sees("✓ orders-billing")


async def _without_group(desk: Desk) -> None:
    await desk.paste('{"parcel": 7')
    await desk.stage.press("ctrl+n", *"weight", "tab", "down", "tab", *"heavy", "ctrl+s")
    await desk.stage.sees("not sent")


async def _repeat(desk: Desk) -> None:
    fault = EntryFault("InternalError", "we are sorry", sender_fault=False)

    def refuse(message: Outgoing) -> EntryFault | None:
        return fault if message.body.startswith("1 ") else None

    gateway, batches = desk.stage.feed.gateway(), itertools.count()
    send = gateway.send_message_batch

    async def only_the_first(queue: QueueRef, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        if next(batches):
            await asyncio.Event().wait()
        return await send(queue, outgoing)

    gateway.send_message_batch = only_the_first  # type: ignore[method-assign]
    desk.broker.refuse = refuse
    await desk.paste("{{n}} of a test, {{uuid}}")
    await desk.fill("times", "100")
    await desk.fill("rate", "20")
    await desk.stage.press("ctrl+s")
    await desk.stage.sees("1 of 100 sent")


async def _ask(desk: Desk) -> None:
    await desk.paste("hello")
    await desk.go_to("trace")
    await desk.stage.press("space", "ctrl+s")
    await desk.stage.sees("nothing is sent yet")


async def _follow(desk: Desk) -> None:
    account = desk.account
    kept = {key: found for key, found in account.subscriptions.items() if "filtered" not in found[0].endpoint}
    account.subscriptions = kept
    await _ask(desk)
    await desk.stage.until(lambda: cast(TraceScreen, desk.stage.app.screen).armed)
    await desk.stage.press("ctrl+s")
    await desk.stage.sees("✓ 1 arrived · ? 2 cannot be known")
    await desk.stage.loses("is given back at the end")


async def _large(desk: Desk) -> None:
    desk.stage.app.post_message(events.Paste('{"a": "' + "x" * 1_048_000 + '"}'))
    await desk.stage.sees("ctrl+o edits it")


async def _templates(desk: Desk) -> None:
    templates = desk.stage.app.state.templates
    kind = desk.form.destination.kind
    templates.save("order of one line", kind, Outgoing('{"type": "order", "lines": 1}'))
    templates.save("refund", kind, Outgoing('{"type": "refund", "total": 18.5}', group="tenant-7"))
    await desk.stage.press("ctrl+t")
    await desk.stage.sees("order of one line")


@each_size
def test_a_topic_with_who_will_get_it(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert looks(snap_compare, _order, name=TOPIC, size=size, feed=StillFeed(company()))


@each_size
def test_a_fifo_queue_with_faults_at_its_fields(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert looks(snap_compare, _without_group, name=FIFO, size=size, feed=StillFeed(company()))


@each_size
def test_a_repeat_that_is_under_way(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert looks(snap_compare, _repeat, name=QUEUE, size=size, feed=StillFeed(company()))


@each_size
def test_a_trace_before_it_is_agreed_to(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert looks(snap_compare, _ask, name=TOPIC, size=size, feed=StillFeed(world()))


@each_size
def test_a_trace_at_its_end(snap_compare: Compare, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqsview.operations.trace.uuid.uuid4", partial(str, "0b6e"))
    play = looks(snap_compare, _follow, name=TOPIC, size=size, feed=StillFeed(world()), clock=PassingClock())
    assert play


def test_a_body_that_is_too_large_to_be_edited_here(snap_compare: Compare) -> None:
    assert looks(snap_compare, _large, name=QUEUE, size=(80, 24), feed=StillFeed(company()))


def test_templates(snap_compare: Compare) -> None:
    assert looks(snap_compare, _templates, name=QUEUE, size=(80, 24), feed=StillFeed(company()))
