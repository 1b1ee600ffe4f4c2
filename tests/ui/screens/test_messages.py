"""The messages of a queue: looks that are asked for and given back, and what they say of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from sqsview.clock import SystemClock
from sqsview.domain.message import Message
from sqsview.domain.queue import QueueRef
from sqsview.gateway import Target
from sqsview.live.feed import Feed
from sqsview.ui.app import Dashboard
from sqsview.ui.screens import dialogs
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.messages import MessagesScreen
from tests.support import shown
from tests.support.double import DoubleGateway, denied
from tests.ui.company import HERE, company
from tests.ui.seen import DEAD, LIVE, Server, look, messages, orders, rested, serve, watching
from tests.ui.stage import Stage


@pytest.fixture(autouse=True)
def _soon_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.02)


class HaltingGateway(DoubleGateway):
    """Answers the first receive, and keeps all others waiting until it is let go on."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.account, server.gateway.context)
        self.go_on = asyncio.Event()
        self.asked = 0

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        self.asked += 1
        if self.asked > 1:
            await self.go_on.wait()
        return await super().receive_message(queue, maximum=maximum, wait=wait, hold=hold)


@pytest.fixture
def server() -> Iterator[Server]:
    yield serve()


# -- one look at a time


async def test_opening_looks_once_at_25_messages_and_nothing_else_ever_receives(server: Server) -> None:
    server.put(LIVE, *orders(40))
    async with watching(server) as stage:
        await look(stage, LIVE, shows="25 of about 40")
        once = server.receives
        assert sum(kept.receive_count for kept in server.kept(LIVE)) == 25
        await stage.press("ctrl+r", "2", "1", "question_mark", "escape", "d", "escape")
        await rested(stage)
        await stage.press("escape")
        await stage.until(lambda: not isinstance(stage.app.screen, MessagesScreen))
        assert server.receives == once


async def test_a_live_queue_is_let_go_at_once_and_the_cost_is_said(server: Server) -> None:
    server.put(LIVE, *orders(10), receives=1)
    async with watching(server) as stage:
        await look(stage, LIVE, shows="10 of about 10 · released · looks left 2 · the look cost 10 receives")
        assert server.held(LIVE) == []
        assert stage.feed.give_back == []
        assert "orders-billing · 5 receives, then orders-billing-dlq" in stage.text
        assert "2 · 2 left" in stage.line("order 10001")
        assert stage.feed.nudged, "its counts are read again soon"


async def test_dead_letters_are_held_while_the_screen_is_open_and_released_on_leaving(server: Server) -> None:
    server.put(DEAD, *orders(30), receives=5)
    async with watching(server) as stage:
        await look(stage, shows="25 of about 30 · held, 20 s, renewing · no receive limit here")
        assert "orders-billing-dlq · dead letters of orders-billing" in stage.text
        assert len(server.held(DEAD)) == 25
        stage.clock.passed += 3
        await stage.sees("held, 17 s, renewing")
        await stage.press("question_mark", "escape")
        assert len(server.held(DEAD)) == 25
        await stage.press("escape")
        await stage.until(lambda: server.held(DEAD) == [])
        assert stage.feed.give_back == []


async def test_look_again_meets_the_other_dead_letters_for_what_is_held_stays_held(server: Server) -> None:
    server.put(DEAD, *orders(30), receives=5)
    async with watching(server) as stage:
        await look(stage, shows="25 of about 30")
        await stage.press("v")
        await stage.sees("30 of about 30 · held")
        assert {kept.receive_count for kept in server.kept(DEAD)} == {6}


async def test_look_again_at_a_live_queue_costs_another_receive_of_the_same_messages(server: Server) -> None:
    server.put(LIVE, *orders(8))
    async with watching(server) as stage:
        await look(stage, LIVE, shows="looks left 3")
        await stage.press("v")
        await stage.sees("8 of about 8 · released · looks left 2")
        assert {kept.receive_count for kept in server.kept(LIVE)} == {2}
        assert len(stage.names) == 8, "a message that came twice is one row"


async def test_messages_appear_while_the_look_goes_on_and_leaving_gives_back_what_came(server: Server) -> None:
    server.put(DEAD, *orders(30))
    async with watching(server) as stage:
        gateway = HaltingGateway(server)
        stage.feed.connection = gateway
        await stage.move_to(DEAD)
        await stage.press("v")
        await stage.sees("10 of about 30 · looking for 25…")
        await stage.sees("order 10010")
        await stage.press("v")
        assert stage.toasts[-1] == "a look is under way"
        await stage.press("escape")
        gateway.go_on.set()
        await stage.until(lambda: server.held(DEAD) == [])


async def test_how_many_to_look_at_is_asked_and_a_wrong_number_is_said_and_kept(server: Server) -> None:
    server.put(DEAD, *orders(40))
    async with watching(server) as stage:
        await look(stage, shows="25 of about 40")
        await stage.press("V")
        await stage.sees("How many messages more than are held, 10,000 at most?")
        await stage.type("10001")
        await stage.press("enter")
        await stage.sees("! a number from 1 to 10,000 is needed")
        assert "10001" in stage.text
        await stage.press(*["backspace"] * 5)
        await stage.type("3")
        await stage.press("enter")
        await stage.sees("28 of about 40 · held")


# -- the budget


async def test_a_look_that_would_take_last_tries_asks_and_enter_alone_leaves_all_as_it_is(server: Server) -> None:
    server.put(LIVE, *orders(8), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE, shows="looks left 0")
        assert "4 · 0 left ✗" in stage.line("order 10001")
        before = server.receives
        await stage.press("v")
        await stage.sees("8 messages would lose their last try, and go to orders-billing-dlq after it")
        assert "Look at orders-billing" in stage.text and "waiting for your answer" in stage.text
        await stage.press("enter")
        await rested(stage)
        assert "not looked: 8 messages would lose their last try" in stage.text
        assert server.receives == before


async def test_who_says_yes_gets_the_look_and_the_message_says_what_comes_next(server: Server) -> None:
    server.put(LIVE, *orders(8), receives=3)
    async with watching(server, size=(120, 50)) as stage:
        await look(stage, LIVE, shows="! the next receive is its last before orders-billing-dlq")
        await stage.press("v")
        await agree(stage)
        assert {kept.receive_count for kept in server.kept(LIVE)} == {5}
        assert "✗ the next receive moves it to orders-billing-dlq" in stage.text
        assert server.held(LIVE) == []


async def test_keys_that_were_typed_ahead_are_no_consent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 60.0)
    server.put(LIVE, *orders(8), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE)
        before = server.receives
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("y", "right", "enter")
        assert isinstance(stage.app.screen, ConfirmScreen)
        await stage.press("escape")
        await rested(stage)
        assert server.receives == before


@pytest.mark.parametrize("keys", [("escape",), ("n",), ("enter",), ("right", "left", "enter")])
async def test_every_way_out_of_the_question_but_consent_receives_nothing(
    server: Server, keys: tuple[str, ...]
) -> None:
    server.account.queues[LIVE].settings = replace(server.account.queues[LIVE].settings, max_receive_count=2)
    server.put(LIVE, *orders(3))
    async with watching(server) as stage:
        await stage.move_to(LIVE)
        await stage.press("v")
        await stage.sees("gives up after 2 receives")
        await armed(stage)
        await stage.press(*keys)
        await stage.sees("not looked · v asks again")
        assert server.receives == 0


async def armed(stage: Stage) -> None:
    screen = stage.app.screen
    assert isinstance(screen, ConfirmScreen)
    await stage.until(lambda: screen.armed)


async def agree(stage: Stage) -> None:
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await armed(stage)
    await stage.press("y")
    await rested(stage)


async def test_the_button_of_consent_works_as_its_key_does(server: Server) -> None:
    server.put(LIVE, *orders(3), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE)
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await armed(stage)
        await stage.press("right", "enter")
        await rested(stage)
        assert {kept.receive_count for kept in server.kept(LIVE)} == {5}


# -- letting go


async def test_another_tab_lets_go_of_what_is_held_and_says_so(server: Server) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        await look(stage, shows="held")
        await stage.press("2")
        await stage.until(lambda: server.held(DEAD) == [])
        assert stage.toasts[-1] == f"5 messages of {DEAD} are no longer held: another tab is shown"
        before = server.receives
        await stage.press("1")
        await stage.sees("5 of about 5 · released")
        assert server.receives == before
        await stage.press("v")
        await stage.sees("5 of about 5 · held")


async def test_the_command_line_and_another_account_let_go_too(server: Server) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        await look(stage, shows="held")
        await stage.press("colon")
        await stage.type("topics")
        await stage.press("enter")
        await stage.until(lambda: server.held(DEAD) == [])
        await stage.press("1", "v")
        await stage.sees("held")
        stage.app.change_target(profile="other")
        await stage.until(lambda: server.held(DEAD) == [])


async def test_another_tab_lets_go_also_from_the_details_over_the_messages(server: Server) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        await look(stage, shows="held")
        await stage.press("d", "2")
        await stage.until(lambda: server.held(DEAD) == [])
        await stage.until(lambda: any("no longer held" in toast for toast in stage.toasts))


@pytest.mark.parametrize("leaves", ["q", "escape q", "2 q"])
async def test_leaving_the_program_gives_back_what_is_held_before_the_connection_closes(leaves: str) -> None:
    server = serve(clock := SystemClock())
    server.put(DEAD, *orders(5))
    app = Dashboard(lambda: Feed(server.account.opener, Target(region="eu-west-1"), clock=clock), clock=clock)
    held: list[int] = []

    async def leave(pilot: Pilot[Any]) -> None:
        await shown.until(pilot, lambda: DEAD in shown.text(app))
        await pilot.press("slash", *"billing-dlq", "enter", "v")
        await shown.until(pilot, lambda: "renewing" in shown.text(app))
        held.append(len(server.held(DEAD)))
        await pilot.press(*leaves.split())

    await app.run_async(headless=True, size=(120, 40), auto_pilot=leave)
    assert held == [5]
    assert server.held(DEAD) == []


async def test_the_connection_can_have_all_given_back_before_it_closes(server: Server) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        await look(stage, shows="held")
        (give_back,) = stage.feed.give_back
        await give_back()
        assert server.held(DEAD) == []
        await stage.sees("released")


async def test_help_and_details_over_the_messages_do_not_let_go(server: Server) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        await look(stage, shows="held")
        await stage.press("question_mark")
        await stage.press("escape", "d")
        await stage.press("escape")
        assert len(server.held(DEAD)) == 5


# -- what it says of itself


async def test_an_empty_queue_is_explained_in_words(server: Server) -> None:
    async with watching(server) as stage:
        await look(stage, "orders-mail", shows="the queue gave nothing")
        assert "the queue is empty" in stage.text
        assert "no message" in stage.text
        assert "send again" not in stage.keys and "v look" in stage.keys


async def test_a_queue_that_gives_nothing_although_it_counts_messages_says_why(server: Server) -> None:
    server.put(LIVE, *orders(5))
    server.account.broker.empty_receives = 50
    async with watching(server) as stage:
        await look(stage, LIVE, shows="the queue gave nothing")
        assert "the queue counts about 5 and gave none" in stage.text


async def test_a_fifo_queue_says_that_its_groups_are_locked_and_shows_them(server: Server) -> None:
    server.put("orders-ship-dlq.fifo", *orders(3), group="customer-7")
    async with watching(server) as stage:
        await look(stage, "orders-ship-dlq.fifo", shows="a look locks the message groups that it touches")
        assert "GROUP" in stage.text and "customer-7" in stage.line("order 10001")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_no_note_is_lost_whatever_the_width(server: Server, size: tuple[int, int]) -> None:
    server.put(LIVE, *orders(2), receives=2)
    async with watching(server, size=size) as stage:
        await look(stage, LIVE, shows="this was the 3rd receive of 2 messages")
        assert " ".join(" ".join(stage.lines[2:9]).split()).find("age of the oldest message") > 0


async def test_what_is_refused_or_fails_is_said_with_what_to_do(server: Server) -> None:
    server.put(DEAD, *orders(3))
    server.account.fail("receive_message", denied("sqs:ReceiveMessage"))
    async with watching(server) as stage:
        await look(stage, shows="denied: sqs:ReceiveMessage")
        assert "v looks again" in stage.text
        server.account.mend()
        await stage.press("v")
        await stage.sees("3 of about 3 · held")
        assert "denied" not in "".join(stage.lines[2:8])


async def test_without_a_connection_nothing_is_looked_at_and_that_is_said(server: Server) -> None:
    async with watching(server) as stage:
        stage.feed.connection = None
        await look(stage, shows="not connected yet")


async def test_read_only_mode_refuses_with_words(server: Server) -> None:
    server.put(DEAD, *orders(3))
    async with watching(server, of=company(context=replace(HERE, read_only=True))) as stage:
        await stage.move_to(DEAD)
        await stage.press("v")
        assert stage.toasts[-1].startswith("read-only mode: a look is a receive")
        assert server.receives == 0


async def test_where_looks_are_allowed_in_read_only_mode_queues_with_a_redrive_are_not(server: Server) -> None:
    server.put(DEAD, *orders(3))
    server.put(LIVE, *orders(3))
    context = replace(HERE, read_only=True, read_only_looks=True)
    async with watching(server, of=company(context=context)) as stage:
        server.gateway.context = context
        await look(stage, LIVE, shows="looks are only allowed into queues without a redrive policy")
        assert server.receives == 0
        await stage.press("escape")
        await look(stage, DEAD, shows="3 of about 3 · held")
        assert "send again" not in stage.keys


async def test_the_keys_that_work_here_are_shown_and_are_in_the_help(server: Server) -> None:
    server.put(DEAD, *orders(3))
    async with watching(server, size=(140, 70)) as stage:
        await look(stage)
        for key in ("enter open", "v look", "p send again", "/ filter", "t group", "s sort", "u undo", "e export"):
            assert key in stage.keys
        await stage.press("question_mark")
        await stage.sees("Look at as many messages as you say")
        for said in ("Undo one step of decoding", "Copy the message's id", "JSON lines", "JMESPath"):
            assert said in stage.text


async def test_it_opens_and_closes_quickly_over_and_over(server: Server) -> None:
    server.put(DEAD, *orders(12))
    async with watching(server) as stage:
        await stage.move_to(DEAD)
        for _ in range(5):
            stage.type_ahead("v", "escape")
        await stage.until(lambda: not isinstance(stage.app.screen, MessagesScreen))
        await stage.until(lambda: server.held(DEAD) == [])
        await look(stage, shows="12 of about 12 · held")
        assert len(messages(stage).shown) == 12
