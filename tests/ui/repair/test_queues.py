"""Whole queues, topics and subscriptions are redriven, purged, deleted, exported and filled from a file, by keys."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from sqsview.domain.message import EntryFault
from sqsview.domain.move_task import MoveStatus
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import Unsupported
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.form_dialog import FormScreen
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.support.things import queue_arn
from tests.ui.repair.deeds import agree, dialog, fill, form
from tests.ui.seen import DEAD, LIVE, Server, orders, watching
from tests.ui.stage import Stage

UNSUPPORTED = Unsupported(Problem(ProblemKind.FAILED, "this server does not have that"))


def _flowing(stage: Stage) -> str:
    """Give what a dialog says as one line."""
    return re.sub(r"[│\s]+", " ", " ".join(line[10:110] for line in stage.lines))


async def test_a_redrive_names_who_moves_and_why_and_the_servers_task_is_followed(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        await dialog(stage, "R")
        assert "Redrive orders-billing-dlq" in stage.text
        assert f"to    {LIVE}" in stage.text and "the server's own task" in stage.text
        screen = form(stage)
        await stage.until(lambda: screen.ready)
        await stage.press("ctrl+s")
        await stage.until(lambda: bool(server.account.move_tasks.tasks))
        await stage.press("5")
        await stage.sees("▶ redrive")
        await stage.press("g", "c")
        await stage.until(lambda: server.account.move_tasks.tasks[0].status is MoveStatus.CANCELLED)


async def test_a_mover_that_would_take_last_tries_asks_before_it_receives(server: Server) -> None:
    """A dead-letter queue with a redrive policy of its own gives up what is received too often."""
    server.account.add_queue(DEAD, dead_letter_target=queue_arn("mail"), max_receive_count=1)
    server.put(DEAD, *orders(2))
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        await dialog(stage, "R")
        await stage.press("tab", "tab")
        await fill(stage, "order")
        await agree(stage)
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert server.receives == 0 and len(server.kept(DEAD)) == 2
        screen = cast(ConfirmScreen, stage.app.screen)
        await stage.until(lambda: screen.armed)
        await stage.press("right", "enter")
        await stage.until(lambda: len(server.kept(LIVE)) == 2)


@pytest.mark.parametrize("typed", ["~nobody-by-this-name", "x" * 300, "/nowhere/x"])
async def test_a_path_that_cannot_be_is_said_to_be_so(server: Server, typed: str) -> None:
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        await dialog(stage, "X")
        await stage.press("tab")
        await fill(stage, typed)
        await stage.sees("! ")
        assert any(word in stage.text for word in ("home", "too long", "there is no folder"))


async def test_where_the_server_has_no_task_the_mover_goes_and_a_dry_run_moves_nothing(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    server.account.fail("list_message_move_tasks", UNSUPPORTED)
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        screen = await dialog(stage, "R")
        assert "sqsview's mover: this server has no message-move tasks" in stage.text
        screen.query_one("#rehearse").focus()
        await stage.press("enter")
        await stage.sees("3 would go")
        assert len(server.kept(DEAD)) == 3 and not server.held(DEAD) and not server.kept(LIVE)
        await agree(stage)
        assert len(server.kept(LIVE)) == 3 and not server.kept(DEAD)


async def test_only_what_the_filter_finds_is_moved(server: Server) -> None:
    server.put(DEAD, *orders(5), receives=5)
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        await dialog(stage, "R")
        await stage.press("down", "down")
        await fill(stage, "=error.code == 'timeout'")
        assert "what a filter matches: the server's task moves the whole queue" in _flowing(stage)
        await agree(stage)
        assert [json.loads(kept.outgoing.body)["error"]["code"] for kept in server.kept(LIVE)] == ["timeout"]
        assert not server.held(DEAD) and len(server.kept(DEAD)) == 4


async def test_a_small_start_is_the_movers(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        await dialog(stage, "R")
        await stage.press("down")
        await fill(stage, "small")
        assert "sqsview's mover: it begins slowly and doubles" in _flowing(stage)
        await agree(stage)
        assert len(server.kept(LIVE)) == 3


async def test_what_stands_against_a_redrive_is_said_and_nothing_can_be_agreed_to(server: Server) -> None:
    server.put(LIVE, *orders(1))
    async with watching(server) as stage:
        await stage.move_to(LIVE)
        await dialog(stage, "R")
        assert "│  ! " in stage.text
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, FormScreen) and not stage.app.operations.all


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        (("m", "a", "i", "l"), "there is no queue mail here: did you mean orders-mail"),
        (("down", "q"), "the rate is a number of messages a second above 0, or small, not q"),
        (("down", "down", "equals_sign", "left_parenthesis"), "!"),
    ],
)
async def test_a_field_that_is_wrong_is_told_and_keeps_what_was_typed(
    server: Server, keys: tuple[str, ...], wrong: str
) -> None:
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        screen = await dialog(stage, "R")
        await stage.press(*keys)
        await stage.until(lambda: screen.judged)
        assert wrong in _flowing(stage) and not screen.ready


async def test_a_purge_wants_the_name_and_says_what_is_there(server: Server) -> None:
    server.put(DEAD, *orders(4), receives=5)
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        screen = await dialog(stage, "X")
        assert "type the name, orders-billing-dlq, to go on" in stage.text and "visible" in stage.text
        await fill(stage, "orders-billing")
        assert "that is not orders-billing-dlq" in stage.text
        await stage.press("ctrl+s")
        assert stage.app.screen is screen
        await fill(stage, "-dlq")
        await stage.until(lambda: screen.ready)
        await stage.press("ctrl+s")
        await stage.until(lambda: not server.kept(DEAD))
        assert server.account.count("purge_queue") == 1
        await stage.press("5")
        await stage.sees("the server may go on deleting for")


async def test_a_backup_is_written_before_a_purge(server: Server, tmp_path: Path) -> None:
    server.put(DEAD, *orders(4), receives=5)
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        screen = await dialog(stage, "X")
        await fill(stage, DEAD)
        await stage.press("down")
        screen.query_one("#ask-backup").value = str(tmp_path / "kept.jsonl")  # type: ignore[attr-defined]
        await stage.until(lambda: screen.ready)
        await stage.press("ctrl+s")
        await stage.until(lambda: not server.kept(DEAD))
        assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 4


@pytest.mark.parametrize(("tab", "name", "call"), [("1", DEAD, "delete_queue"), ("2", "orders", "delete_topic")])
async def test_a_thing_is_deleted_by_its_typed_name_after_what_hangs_on_it_is_said(
    server: Server, tab: str, name: str, call: str
) -> None:
    async with watching(server) as stage:
        await stage.press(tab)
        await stage.until(lambda: name in stage.names)
        await stage.move_to(name)
        await dialog(stage, "D")
        assert "It cannot be brought back." in stage.text
        await fill(stage, name)
        await agree(stage)
        assert server.account.count(call) == 1


async def test_a_queue_is_exported_and_the_file_fills_another(server: Server, tmp_path: Path) -> None:
    server.put(DEAD, *orders(3), receives=5)
    path = tmp_path / "all.jsonl"
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        screen = await dialog(stage, "e")
        screen.query_one("#ask-file").value = str(path)  # type: ignore[attr-defined]
        await agree(stage)
        assert len(path.read_text().splitlines()) == 3 and not server.held(DEAD)
        await stage.move_to(LIVE)
        screen = await dialog(stage, "I")
        assert "name the file" in stage.text
        screen.query_one("#ask-file").value = str(path)  # type: ignore[attr-defined]
        await agree(stage)
        assert len(server.kept(LIVE)) == 3 and len(server.kept(DEAD)) == 3


async def test_an_export_that_would_take_last_tries_asks_first(server: Server, tmp_path: Path) -> None:
    facts = server.account.queues[LIVE]
    facts.settings = replace(facts.settings, max_receive_count=1)
    server.put(LIVE, *orders(2))
    async with watching(server) as stage:
        await stage.move_to(LIVE)
        screen = await dialog(stage, "e")
        screen.query_one("#ask-file").value = str(tmp_path / "all.jsonl")  # type: ignore[attr-defined]
        await agree(stage)
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert "last try" in stage.text
        await stage.press("escape")
        assert all(kept.receive_count == 0 for kept in server.kept(LIVE))


async def test_tasks_that_were_started_elsewhere_are_shown_and_stopped(server: Server) -> None:
    server.put(DEAD, *orders(3), receives=5)
    handle = server.account.move_tasks.start(queue_arn(DEAD), None, 20)
    server.account.move_tasks.change(handle, moved=7, to_move=57)
    async with watching(server) as stage:
        await stage.press("5")
        await stage.sees("the server's task, running: 7 of about 57 moved · 20 a second at most")
        await stage.press("g")
        await dialog(stage, "c")
        assert "somebody else may have started that" in _flowing(stage)
        screen = form(stage)
        await stage.until(lambda: screen.ready)
        await stage.press("ctrl+s")
        await stage.until(lambda: server.account.move_tasks.tasks[0].status is MoveStatus.CANCELLED)
        assert [json.loads(line)["deed"] for line in stage.app.state.audit.lines][-1] == "cancel move task"
        await stage.sees("stopped: about 7 messages were moved")


async def test_hostile_reasons_are_text_in_dialogs_and_in_the_activity(server: Server) -> None:
    hostile = "".join(HOSTILE.values())
    server.put(DEAD, *orders(2), receives=5)
    server.account.fail("list_message_move_tasks", Unsupported(Problem(ProblemKind.FAILED, hostile)))
    fault = EntryFault("InvalidMessageContents", hostile, sender_fault=True)
    server.account.broker.refuse = lambda outgoing: fault
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        screen = await dialog(stage, "R")
        screen.query_one("#ask-to").value = hostile  # type: ignore[attr-defined]
        await stage.until(lambda: screen.judged)
        assert "there is no queue" in _flowing(stage)
        assert_harmless(strips(stage.app), 120)
        screen.query_one("#ask-to").value = ""  # type: ignore[attr-defined]
        await agree(stage)
        await stage.press("5", "g", "enter")
        await stage.sees("stayed behind")
        assert_harmless(strips(stage.app), 120)
