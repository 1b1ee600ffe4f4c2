"""Nothing that a message holds is obeyed: in the list, beside it, in groups, dialogs, notes and files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.app import App

from sqsview.domain.message import Attribute, Message
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.snapshot import Context
from sqsview.errors import Denied
from sqsview.ui.app import Dashboard
from sqsview.ui.screens.dialogs import AskScreen, ConfirmScreen
from tests.support import shown
from tests.support.double import Account, DoubleGateway
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.things import REGION
from tests.ui.seen import DEAD, Server, look, rested, serve, watching
from tests.ui.stage import Stage

SIZES = [(80, 24), (120, 60)]


def nasty() -> Server:
    """Make a queue in which every text that a message can hold is hostile, in every way at once."""
    server = serve()
    for text in HOSTILE.values():
        attributes = {
            text or "empty": Attribute(text or "String", text),
            "b": Attribute("Binary", text.encode("utf-8", "replace")),
        }
        for body in (text, json.dumps({text: text, "error": {"code": text}, "id": [text]})):
            server.put(DEAD, body, attributes=attributes, group=text, deduplication=text, trace_header=text)
            kept = server.kept(DEAD)[-1]
            kept.id = f"{text}{len(server.kept(DEAD))}"
            kept.source = f"arn:aws:sqs:{REGION}:1:{text}"
    return server


class Misdated(DoubleGateway):
    """Gives messages with dates of its own."""

    def __init__(self, account: Account, context: Context, date: str) -> None:
        super().__init__(account, context)
        self.date = date

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        found = await super().receive_message(queue, maximum=maximum, wait=wait, hold=hold)
        dates = dict.fromkeys(("SentTimestamp", "ApproximateFirstReceiveTimestamp"), self.date)
        return [replace(message, system={**message.system, **dates}) for message in found]


def assert_clean(stage: Stage) -> None:
    assert_harmless(shown.strips(stage.app), stage.app.size.width)


async def look_at_all(stage: Stage) -> None:
    await look(stage)
    await stage.press("v")
    await rested(stage)
    assert_clean(stage)


@pytest.fixture(params=[True, False], ids=["guarded", "without the guard"])
def _guard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not request.param:
        monkeypatch.setattr(Dashboard, "get_line_filters", App.get_line_filters)
    yield


@pytest.mark.usefixtures("_guard")
@pytest.mark.parametrize("size", SIZES)
async def test_list_and_message_show_it_as_text(size: tuple[int, int]) -> None:
    server = nasty()
    async with watching(server, size=size) as stage:
        await look_at_all(stage)
        for key in ("G", "pageup", "g", "s", "s", "s", "s", "S", "asterisk", "asterisk"):
            await stage.press(key)
            assert_clean(stage)
        for _ in server.kept(DEAD):
            await stage.press("j")
            assert_clean(stage)
        await stage.press("enter")
        for key in ("u", "u", "r", "G", "g", "pagedown", "escape"):
            await stage.press(key)
            assert_clean(stage)


@pytest.mark.parametrize("date", ["-inf", "inf", "nan", "-1e400", "1e300", "-1e300", "0x10", "١٢", "9" * 400, ""])
async def test_a_date_that_is_none_is_shown_as_unknown_and_ends_nothing(date: str) -> None:
    server = serve()
    server.put(DEAD, {"a": 1}, {"b": 2})
    async with watching(server) as stage:
        stage.feed.connection = Misdated(server.account, server.gateway.context, date)
        await look(stage, shows="2 of about 2 · held")
        for key in ("s", "S", "s", "s", "t", "enter", "j", "enter", "escape", "y"):
            await stage.press(key)
            assert_clean(stage)
        assert stage.app.fault is None


async def test_groups_and_their_summary_show_it_as_text() -> None:
    async with watching(nasty(), size=(100, 30)) as stage:
        await look_at_all(stage)
        for expression in ("error.code", "group()", "source()", "keys(@)[0]", "@"):
            await stage.press("t")
            await stage.pilot.pause()
            await stage.type(expression)
            await stage.press("enter")
            await rested(stage)
            assert_clean(stage)
            for key in ("G", "right", "j", "G", "left"):
                await stage.press(key)
                assert_clean(stage)


async def test_what_is_pasted_into_search_and_dialogs_is_text_and_never_ends_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server = serve()
    server.put(DEAD, {"a": 1}, {"b": 2})
    async with watching(server, size=(80, 24)) as stage:
        await look(stage)
        for what in ("closing tag", "clipboard", "lone surrogate"):
            for opens, before in (("slash", ""), ("slash", "="), ("t", "="), ("V", ""), ("e", "no/folder")):
                await stage.press(opens)
                await stage.pilot.pause()
                await stage.type(before)
                assert stage.app.focused is not None
                stage.app.focused.post_message(events.Paste(HOSTILE[what]))
                await stage.press("enter")
                await stage.pilot.pause()
                assert_clean(stage)
                if isinstance(stage.app.screen, AskScreen):
                    await stage.press("escape")
                await rested(stage)
                assert_clean(stage)


async def test_dialogs_notes_and_problems_show_it_as_text() -> None:
    server = nasty()
    async with watching(server, size=(100, 30)) as stage:
        await look_at_all(stage)
        for text in (HOSTILE[what] for what in ("closing tag", "click markup", "clipboard", "long and wide", "empty")):
            stage.app.push_screen(ConfirmScreen(text, [text, text], text or "go on"))
            await stage.pilot.pause()
            assert_clean(stage)
            await stage.press("escape")
        server.account.fail(
            "get_queue_attributes",
            Denied(Problem(ProblemKind.DENIED, "".join(HOSTILE.values()), HOSTILE["closing tag"])),
        )
        await stage.press("escape")
        await look(stage)
        assert_clean(stage)


async def test_copies_are_the_text_as_it_is() -> None:
    server = serve()
    body = HOSTILE["clear screen"] + HOSTILE["clipboard"]
    server.put(DEAD, body)
    async with watching(server) as stage:
        await look(stage)
        await stage.press("y")
        assert stage.app.clipboard == body
        await stage.press("Y")
        assert json.loads(stage.app.clipboard)["body"] == body
        assert stage.app.clipboard.isascii() and "\x1b" not in stage.app.clipboard
