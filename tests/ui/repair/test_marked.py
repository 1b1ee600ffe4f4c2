"""Messages that were looked at are moved, copied, deleted and sent on edited, by keys and through a dialog."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sqsview.domain.message import EntryFault
from sqsview.operations.running import Telling
from sqsview.operations.state import State
from sqsview.ui.screens import dialogs
from sqsview.ui.screens.edit import EditScreen
from sqsview.ui.screens.form_dialog import FormScreen
from tests.support.double import server_fault
from tests.support.things import queue_arn
from tests.ui.company import company
from tests.ui.repair.deeds import agree, dialog, fill, form
from tests.ui.seen import ATTRIBUTES, DEAD, LIVE, Server, look, messages, orders, watching


class Endless:
    """Goes on until it is stopped."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def run(self) -> None:
        await self._over.wait()

    def stop(self) -> None:
        self._over.set()


async def test_what_is_marked_goes_back_to_the_queue_it_came_from_and_the_rest_stays(server: Server) -> None:
    server.put(DEAD, *orders(5), receives=5, attributes=ATTRIBUTES)
    async with watching(server) as stage:
        await look(stage)
        await stage.press("space", "space")
        await dialog(stage, "R")
        assert "Move 2 messages of orders-billing-dlq" in stage.text
        assert f"to    {LIVE}" in stage.text and "sqsview's mover" in stage.text
        await agree(stage)
        assert len(server.kept(LIVE)) == 2 and len(server.kept(DEAD)) == 3
        assert server.kept(LIVE)[0].outgoing.attributes.items() >= ATTRIBUTES.items()
        assert f"move {DEAD} → {LIVE}: 2 moved" in stage.toasts[-1]
        await stage.until(lambda: len(messages(stage).shown) == 3)
        assert len(server.held(DEAD)) == 3, "the others are held as before"


async def test_what_the_server_refuses_stays_and_its_words_are_in_the_activity(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    fault = EntryFault("InvalidMessageContents", "we are sorry", sender_fault=True)
    server.account.broker.refuse = lambda outgoing: fault if "10002" in outgoing.body else None
    async with watching(server) as stage:
        await look(stage)
        await stage.press("asterisk")
        await dialog(stage, "R")
        await agree(stage)
        assert [json.loads(kept.outgoing.body)["id"] for kept in server.kept(DEAD)] == [10_002]
        await stage.press("5")
        await stage.sees("✗ move")
        await stage.press("enter")
        await stage.sees("we are sorry")
        assert "stayed behind" in stage.text


async def test_a_copy_leaves_the_originals_and_asks_where_to(server: Server) -> None:
    server.put(DEAD, *orders(2), receives=5)
    async with watching(server) as stage:
        await look(stage)
        await dialog(stage, "C")
        assert "! say where to" in stage.text
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, FormScreen), "nothing is agreed to while something is wrong"
        await fill(stage, "no-such")
        assert "there is no queue no-such here" in stage.text
        await stage.press("ctrl+u")
        await fill(stage, LIVE)
        await agree(stage)
        assert len(server.kept(LIVE)) == 1 and len(server.kept(DEAD)) == 2


async def test_deleting_says_that_it_is_for_good_and_enter_in_front_of_it_cancels(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    async with watching(server) as stage:
        await look(stage)
        await dialog(stage, "D")
        assert "Delete 1 message of" in stage.text and "gone for good" in stage.text
        assert "message-…  3 min old  order 10001 card_declined" in stage.text, "it names what is deleted"
        await stage.press("enter")
        await stage.until(lambda: not isinstance(stage.app.screen, FormScreen))
        assert len(server.kept(DEAD)) == 3 and not stage.app.operations.all
        await dialog(stage, "D")
        await agree(stage)
        assert len(server.kept(DEAD)) == 2


async def test_a_key_that_is_held_down_agrees_to_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes again and again; each time the dialog begins anew to wait."""
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.3)
    server.put(DEAD, "wrong", receives=5)
    async with watching(server) as stage:
        await look(stage)
        await stage.press("E")
        await stage.until(lambda: isinstance(stage.app.screen, EditScreen))
        await stage.press("x")
        screen = await dialog(stage, "ctrl+s")
        held_until = time.monotonic() + 1.0
        while time.monotonic() < held_until:
            await stage.press("ctrl+s")
            assert stage.app.screen is screen and not screen.armed
        await stage.until(lambda: screen.ready)
        assert len(server.kept(DEAD)) == 1 and not server.kept(LIVE)


async def test_keys_typed_ahead_agree_to_nothing(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    async with watching(server) as stage:
        await look(stage)
        stage.type_ahead("D", "enter", "enter", "ctrl+s")
        await stage.pilot.pause()
        await stage.until(lambda: not isinstance(stage.app.screen, FormScreen) or form(stage).judged)
        assert len(server.kept(DEAD)) == 3 and not stage.app.operations.all


async def test_a_body_is_edited_and_sent_on_with_the_difference_shown_first(server: Server) -> None:
    server.put(DEAD, '{"total": 1}', receives=5, attributes=ATTRIBUTES)
    async with watching(server) as stage:
        await look(stage)
        await stage.press("E")
        await stage.until(lambda: isinstance(stage.app.screen, EditScreen))
        await stage.press("end", "backspace", "9", "right_curly_bracket")
        await dialog(stage, "ctrl+s")
        assert '-{"total": 1}' in stage.text and '+{"total": 19}' in stage.text
        assert "Send on, edited," in stage.text
        await agree(stage)
        (kept,) = server.kept(LIVE)
        assert kept.outgoing.body == '{"total": 19}'
        assert kept.outgoing.attributes.items() >= ATTRIBUTES.items()
        assert server.kept(DEAD) == [] and not stage.app.drafts


async def test_an_edit_is_kept_when_somebody_else_took_the_message_meanwhile(server: Server) -> None:
    server.put(DEAD, "wrong", receives=5)
    async with watching(server) as stage:
        await look(stage)
        await stage.press("E")
        await stage.until(lambda: isinstance(stage.app.screen, EditScreen))
        await stage.press("exclamation_mark")
        server.kept(DEAD)[0].receipt = "another's"
        server.account.broker.queues[DEAD] = []
        await dialog(stage, "ctrl+s")
        await agree(stage)
        assert server.kept(LIVE) == [], "nothing is sent of what is not held any more"
        assert [draft.body for draft in stage.app.drafts.values()] == ["!wrong"]
        await stage.sees("!wrong")
        assert "what was typed is kept" in stage.toasts[-1], "and stays in sight"


async def test_an_edit_whose_answer_was_lost_is_not_sent_again_without_a_word(server: Server, tmp_path: Path) -> None:
    server.put(DEAD, "wrong", receives=5)
    server.account.fail("send_message_batch", server_fault())
    async with watching(server, state=State(tmp_path)) as stage:
        await look(stage)
        await stage.press("E")
        await stage.until(lambda: isinstance(stage.app.screen, EditScreen))
        await stage.press("x")
        await dialog(stage, "ctrl+s")
        await agree(stage)
        await stage.until(lambda: "it may be sent" in stage.toasts[-1])
        await dialog(stage, "ctrl+s")
        assert "! 1 message may be sent already" in stage.text


async def test_leaving_the_editor_keeps_what_was_typed(server: Server) -> None:
    server.put(DEAD, "wrong", receives=5)
    async with watching(server) as stage:
        await look(stage)
        for _ in range(2):
            await stage.press("E")
            await stage.until(lambda: isinstance(stage.app.screen, EditScreen))
            await stage.press("x", "escape")
        await stage.press("E")
        await stage.sees("xxwrong")


async def test_what_was_typed_is_there_in_the_next_run_and_leaving_asks_nothing(server: Server, tmp_path: Path) -> None:
    server.put(DEAD, "wrong", receives=5)
    async with watching(server) as stage:
        stage.app.state = State(tmp_path)
        await look(stage)
        await stage.press("E")
        await stage.until(lambda: isinstance(stage.app.screen, EditScreen))
        await stage.press("x", "escape", "q")
        await stage.until(lambda: not stage.app.is_running)
    async with watching(server) as stage:
        stage.app.state = State(tmp_path)
        await look(stage)
        await stage.press("E")
        await stage.sees("xwrong")
        assert "not yet sent on" in stage.toasts[-1]


async def test_to_a_fifo_queue_messages_without_a_group_go_under_the_one_that_is_given(server: Server) -> None:
    server.account.add_queue("orders-shipping.fifo")
    server.put(DEAD, *orders(2), receives=5)
    async with watching(server) as stage:
        await look(stage)
        await dialog(stage, "C")
        assert not stage.app.screen.query_one("#row-group").display
        await fill(stage, "orders-shipping.fifo")
        await stage.until(lambda: bool(stage.app.screen.query_one("#row-group").display))
        await stage.press("tab", "tab")
        await fill(stage, "late")
        await agree(stage)
        (kept,) = server.kept("orders-shipping.fifo")
        assert kept.outgoing.group == "late"
        assert len(server.kept(DEAD)) == 2


async def test_a_protected_queue_wants_its_name_and_no_marks_of_all(server: Server) -> None:
    server.put(DEAD, *orders(2), receives=5)
    of = company()
    of = replace(of, context=replace(of.context, protected=("orders-*",)))
    async with watching(server, of=of) as stage:
        await look(stage)
        await stage.press("asterisk")
        assert "is protected: mark its messages one by one" in stage.toasts[-1]
        await dialog(stage, "D")
        assert f"type the name, {DEAD}, to go on" in stage.text
        await fill(stage, DEAD)
        await agree(stage)
        assert len(server.kept(DEAD)) == 1


async def test_in_read_only_mode_no_key_opens_a_dialog(server: Server) -> None:
    of = company()
    of = replace(of, context=replace(of.context, read_only=True))
    async with watching(server, of=of) as stage:
        await stage.move_to(DEAD)
        for key in ("R", "X", "D", "e", "I"):
            await stage.press(key)
            assert not isinstance(stage.app.screen, FormScreen)
            assert "read-only mode" in stage.toasts[-1]
            stage.app.clear_notifications()
        assert "redrive" not in stage.keys and "purge" not in stage.keys


async def test_a_dialog_keeps_its_target_whatever_the_table_does(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    async with watching(server) as stage:
        await look(stage)
        first = messages(stage).shown[0]
        await dialog(stage, "D")
        messages(stage).table.action_last()
        await agree(stage)
        assert first.key not in {kept.id for kept in server.kept(DEAD)}
        assert len(server.kept(DEAD)) == 2


async def test_one_operation_changes_a_queue_at_a_time(server: Server) -> None:
    server.put(DEAD, *orders(2), receives=5)
    async with watching(server) as stage:
        await look(stage)
        desk = stage.app.desk
        operation = desk.begin("move", "elsewhere", {queue_arn(DEAD)}, Endless(), lambda: Telling("3 of 9 moved"))
        await stage.press("D")
        assert "is under way: tab 5 shows it" in stage.toasts[-1]
        await stage.press("q")
        await stage.sees("Leaving stops what can be stopped")
        await stage.press("escape", "5")
        await stage.sees("▶ move")
        await stage.press("g", "c")
        await stage.until(lambda: not operation.running)
        await stage.sees("■ move")


async def test_what_is_not_held_is_received_again_to_be_deleted_and_that_is_said(server: Server) -> None:
    (gone, *_) = server.put(LIVE, *orders(3))
    async with watching(server) as stage:
        await look(stage, LIVE, shows="released")
        await stage.until(lambda: messages(stage).shown[0].key == gone)
        await dialog(stage, "D")
        assert "They are not held: each is received again" in stage.text
        await agree(stage)
        assert gone not in {kept.id for kept in server.kept(LIVE)} and len(server.kept(LIVE)) == 2
        assert not server.held(LIVE), "what was met on the way is given back"
