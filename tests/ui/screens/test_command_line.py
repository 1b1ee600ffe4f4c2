"""The command line on the screen: what is typed is done, and what is wrong stays to be mended."""

from __future__ import annotations

import pytest

from sqsview.gateway import Target
from sqsview.ui.app import Dashboard
from tests.ui.company import snapshot
from tests.ui.stage import Stage, staged


async def command(stage: Stage, text: str) -> None:
    await stage.press("colon")
    await stage.type(text)
    await stage.press("enter")


async def test_tabs_are_commands() -> None:
    async with staged() as stage:
        for typed, tab in (("topics", "[2 Topics]"), ("fanout", "[3 Fan-out]"), ("push", "[4 Push]"),
                           ("activity", "[5 Activity]"), ("queues", "[1 Queues]")):  # fmt: skip
            await command(stage, typed)
            await stage.sees(tab)


async def test_the_line_shows_what_can_be_typed_and_esc_leaves_it() -> None:
    async with staged() as stage:
        await stage.press("colon")
        await stage.sees(":region NAME")
        await stage.type("topics")
        await stage.press("escape")
        assert ":region NAME" not in stage.text and "[1 Queues]" in stage.text
        await stage.press("j")
        assert stage.cursor == stage.names[1], "the keys are the table's again"


async def test_keys_typed_at_once_after_the_colon_are_the_commands() -> None:
    async with staged() as stage:
        stage.type_ahead("colon", "2", "q", "3")
        await stage.sees("2q3")
        assert "[1 Queues]" in stage.text


async def test_another_region_and_another_profile_are_gone_to_and_the_old_rows_with_them() -> None:
    async with staged() as stage:
        await command(stage, "region us-east-1")
        await stage.until(lambda: stage.feed.switched == [Target("shop-prod", "us-east-1")])
        await stage.until(lambda: stage.table_screen().shown == [])
        await stage.sees("connecting…")
        await command(stage, "profile shop-test")
        await stage.until(lambda: stage.feed.switched[-1] == Target("shop-test", None))


async def test_marks_and_open_screens_of_the_old_account_do_not_outlive_it() -> None:
    async with staged() as stage:
        await stage.press("asterisk")
        await command(stage, "region us-east-1")
        await stage.until(lambda: bool(stage.feed.switched))
        await stage.put(snapshot())
        assert stage.table_screen().subjects() == []
        await stage.press("y")
        assert stage.app.clipboard == ""


async def test_what_is_wrong_is_said_and_what_was_typed_stays() -> None:
    async with staged() as stage:
        await command(stage, "topcis")
        await stage.sees(":topcis is no command; did you mean :topics?")
        assert "topcis" in stage.lines[-1]
        await stage.press("backspace", "backspace", "backspace", "backspace")
        assert "is no command" not in stage.text
        await stage.type("pics")
        await stage.press("enter")
        await stage.sees("[2 Topics]")


async def test_a_theme_that_is_not_there_is_said() -> None:
    async with staged() as stage:
        await command(stage, "theme nrod")
        assert stage.toasts[-1] == "there is no theme nrod; did you mean nord?"
        await command(stage, "theme nord")
        await stage.until(lambda: stage.app.theme == "nord")


async def test_tab_completes_a_word_that_was_begun() -> None:
    async with staged() as stage:
        await stage.press("colon")
        await stage.type("reg")
        await stage.press("tab")
        await stage.until(lambda: "region " in stage.app.focused.value)  # type: ignore[union-attr]


async def test_help_refresh_and_q_are_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bool] = []
    monkeypatch.setattr(Dashboard, "exit", lambda self: left.append(True))
    async with staged() as stage:
        await command(stage, "help")
        await stage.sees("esc closes")
        await stage.press("escape")
        await command(stage, "refresh")
        await stage.until(lambda: stage.feed.refreshed == 1)
        stage.type_ahead("colon", "q", "enter")
        await stage.until(lambda: left == [True])
