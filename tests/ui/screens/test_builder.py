"""The builder: the plan follows what is typed, nothing is done before it was read, and what stops can be taken back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from sqsview.operations.state import State
from sqsview.ui.screens import dialogs, form_dialog
from sqsview.ui.screens.builder import BuilderScreen
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.form_dialog import FormScreen
from tests.support.double import Account, DoubleGateway, denied
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.support.things import admitting, topic_arn
from tests.support.time import OwnedClock
from tests.ui.company import HERE, company
from tests.ui.repair.deeds import agree, form
from tests.ui.stage import Stage, staged
from tests.ui.writing import company_account

TEXT = """
[topic]
name = "parcels"
[[queues]]
name = "parcels-track"
filter = { type = ["parcel"] }
dead_letter_queue = true
"""
WRITES = ("create_topic", "create_queue", "subscribe", "delete_queue", "delete_topic", "unsubscribe")


@pytest.fixture(autouse=True)
def _soon_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.01)
    monkeypatch.setattr(form_dialog, "PAUSE", 0.01)


@asynccontextmanager
async def building(
    *, size: tuple[int, int] = (120, 40), protected: tuple[str, ...] = (), state: State | None = None
) -> AsyncIterator[tuple[Stage, Account]]:
    """Open the builder from the map, with a server behind it that has what the map shows."""
    async with staged(company(context=replace(HERE, protected=protected)), size=size, tab="3", state=state) as stage:
        account = company_account(stage)
        # Not AWS, where a queue cannot be used in its first second: the clock of the stage stands still.
        stage.feed.connection = DoubleGateway(account, replace(HERE, endpoint="http://localhost:4566"))
        await stage.press("n")
        await stage.until(lambda: isinstance(stage.app.screen, BuilderScreen))
        yield stage, account


async def write(stage: Stage, text: str) -> None:
    """Put another description into the editor."""
    screen = stage.app.screen
    assert isinstance(screen, BuilderScreen), screen
    screen.editor.replace(text)
    await stage.pilot.pause()


async def planned(stage: Stage) -> FormScreen:
    """Ask for the plan, and wait for the dialog that shows it."""
    await stage.press("ctrl+s")
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
    screen = form(stage)
    await stage.until(lambda: screen.judged)
    await stage.pilot.pause()
    return screen


def beside(stage: Stage) -> str:
    """Give what stands in the pane of the plan as one line."""
    return " ".join(line.rpartition("││")[2].strip(" │") for line in stage.lines if "││" in line)


def written(account: Account) -> list[str]:
    return [call.operation for call in account.calls if call.operation in WRITES]


async def test_it_begins_with_an_example_and_says_what_is_missing() -> None:
    async with building() as (stage, _):
        await stage.sees('✗ topic: name = "": must not be empty')
        await stage.type("parcels")
        await stage.sees("✗ defaults: there is no key") if False else await stage.sees("✗ queue 1: name")
        assert 'name = "parcels"' in stage.text


async def test_the_plan_follows_what_is_typed_without_a_call() -> None:
    async with building() as (stage, account):
        await write(stage, TEXT)
        await stage.until(lambda: "parcels: 4 calls to make, 0 things are there already" in beside(stage))
        await stage.sees("→ create the topic parcels")
        await write(stage, TEXT.replace('parcel"]', 'parcel", "letter"]'))
        await stage.until(lambda: "type is parcel or letter" in beside(stage))
        await write(stage, TEXT + "colour = 1")
        await stage.until(lambda: 'there is no key "colour"' in beside(stage))
        assert account.calls == []


async def test_what_is_there_already_is_reused_and_said() -> None:
    async with building() as (stage, _):
        await write(stage, '[topic]\nname = "orders"\n[[queues]]\nname = "orders-billing"\nfilter = { type = ["x"] }')
        await stage.sees("change the filter of orders-billing")
        await stage.sees("+ type is x")
        assert "create" not in beside(stage)


async def test_it_is_built_after_the_plan_was_read_and_agreed_to() -> None:
    async with building() as (stage, account):
        await write(stage, TEXT)
        await planned(stage)
        assert "Build parcels" in stage.text
        assert "create the queue parcels-track, gives up to parcels-track-dlq after 10 receives" in " ".join(
            line.strip(" │") for line in stage.lines
        )
        assert written(account) == []
        await agree(stage)
        assert written(account) == ["create_topic", "create_queue", "create_queue", "subscribe"]
        await stage.until(lambda: not isinstance(stage.app.screen, BuilderScreen))
        assert any("parcels: built, 4 calls made" in toast for toast in stage.toasts)


async def test_what_is_as_described_needs_nothing() -> None:
    async with building() as (stage, account):
        await write(stage, '[topic]\nname = "orders"\n[[queues]]\nname = "orders-billing"\nvisibility_timeout = 30')
        facts = account.queues["orders-billing"]
        facts.settings = replace(facts.settings, visibility_timeout=30, policy=admitting("orders-billing", "orders"))
        await stage.press("ctrl+s")
        await stage.until(lambda: any("nothing to do" in toast for toast in stage.toasts) or written(account) != [])
        assert written(account) == []


async def test_a_protected_name_has_to_be_typed() -> None:
    async with building(protected=("parcels*",)) as (stage, account):
        await write(stage, TEXT)
        screen = await planned(stage)
        await stage.sees("parcels is protected")
        await stage.press("ctrl+s")
        assert stage.app.screen is screen
        await stage.press("down")
        await stage.type("parcels")
        await stage.until(lambda: screen.judged)
        await agree(stage)
        assert "create_topic" in written(account)


async def test_where_it_stops_it_says_what_exists_and_takes_it_back_when_asked() -> None:
    async with building() as (stage, account):
        account.fail("subscribe", denied("sns:Subscribe"))
        await write(stage, TEXT)
        await planned(stage)
        await agree(stage)
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.sees("parcels is built in part")
        await stage.sees("done        create the topic parcels")
        await stage.sees("failed      subscribe parcels-track")
        screen = stage.app.screen
        assert isinstance(screen, ConfirmScreen)
        await stage.until(lambda: screen.armed)
        await stage.press("right", "enter")
        await stage.until(lambda: "delete_topic" in written(account))
        assert topic_arn("parcels") not in account.topics
        assert "parcels-track" not in account.queues
        await stage.until(lambda: any("3 of what was made are taken back" in toast for toast in stage.toasts))


async def test_cancelled_there_it_goes_on_the_next_time() -> None:
    async with building() as (stage, account):
        account.fail("subscribe", denied("sns:Subscribe"))
        await write(stage, TEXT)
        await planned(stage)
        await agree(stage)
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, BuilderScreen))
        account.mend()
        await planned(stage)
        await stage.sees("parcels: 1 call to make, 3 things are there already")
        await agree(stage)
        assert written(account)[-1] == "subscribe"


async def test_what_changed_while_the_plan_was_read_is_not_overrun() -> None:
    async with building() as (stage, account):
        await write(stage, TEXT)
        screen = await planned(stage)
        account.add_queue("parcels-track")
        await stage.until(lambda: screen.ready)
        await stage.press("ctrl+s")
        await stage.until(lambda: any("has changed since the plan was made" in toast for toast in stage.toasts))
        assert written(account) == []


async def test_on_request_the_delivery_is_traced() -> None:
    async with building() as (stage, account):
        account.broker.clock = OwnedClock(auto=True)
        await write(stage, TEXT)
        screen = await planned(stage)
        await stage.type("yes")
        await stage.until(lambda: screen.judged)
        await agree(stage)
        assert any("traced to 1 of 1 queues" in toast for toast in stage.toasts), stage.toasts
        assert len(account.broker.published) == 1


async def test_in_read_only_mode_there_is_no_builder() -> None:
    async with staged(company(context=replace(HERE, read_only=True)), tab="3") as stage:
        await stage.press("n")
        assert not isinstance(stage.app.screen, BuilderScreen)
        assert any("read-only mode" in toast for toast in stage.toasts)


async def test_what_was_written_is_there_the_next_time() -> None:
    async with building() as (stage, _):
        await write(stage, TEXT)
        await stage.press("escape")
        await stage.until(lambda: not isinstance(stage.app.screen, BuilderScreen))
        await stage.press("n")
        await stage.sees('name = "parcels-track"')


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_hostile_text_is_harmless_at_any_size(size: tuple[int, int]) -> None:
    async with building(size=size) as (stage, _):
        for text in HOSTILE.values():
            await write(stage, json.dumps({"topic": {"name": "a"}, "queues": [{"name": text, text: text}]}))
            assert_harmless(strips(stage.app), size[0])
