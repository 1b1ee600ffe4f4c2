"""The messages of a queue: looks that are asked for and given back, and what they say of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from sqsview.clock import SystemClock
from sqsview.domain.message import EntryFault, Message
from sqsview.domain.queue import QueueReading, QueueRef
from sqsview.gateway import Target
from sqsview.live.feed import Feed
from sqsview.operations.ledger import LedgerKey
from sqsview.ui.app import Dashboard
from sqsview.ui.screens import dialogs
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.messages import MessagesScreen
from tests.support import shown
from tests.support.double import DoubleGateway, denied
from tests.support.things import queue_arn
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


class SlowGateway(DoubleGateway):
    """Lets calls of one kind wait until it is let go on, and counts the receives that it makes itself."""

    def __init__(self, server: Server, call: str = "get_queue_attributes") -> None:
        super().__init__(server.account, server.gateway.context)
        self.call = call
        self.go_on = asyncio.Event()
        self.waiting = 0
        self.receives = 0

    async def get_queue_attributes(self, queue: QueueRef) -> QueueReading:
        await self._wait("get_queue_attributes")
        return await super().get_queue_attributes(queue)

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        self.receives += 1
        return await super().receive_message(queue, maximum=maximum, wait=wait, hold=hold)

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        await self._wait("change_message_visibility_batch")
        return await super().change_message_visibility_batch(queue, receipts, seconds)

    async def _wait(self, call: str) -> None:
        if call == self.call:
            self.waiting += 1
            try:
                await self.go_on.wait()
            finally:
                self.waiting -= 1


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


@pytest.mark.parametrize("queue", [DEAD, LIVE])
async def test_keys_in_one_go_make_one_look(server: Server, queue: str) -> None:
    server.put(queue, *orders(80), receives=0)
    async with watching(server) as stage:
        await look(stage, queue, shows="25 of about 80")
        stage.type_ahead("v", "v", "v")
        await stage.until(lambda: stage.toasts == ["a look is under way"] * 2)
        await rested(stage)
        assert sum(kept.receive_count for kept in server.kept(queue)) == 50
        assert len(server.held(queue)) == (50 if queue == DEAD else 0)
        assert len(stage.feed.give_back) == (1 if queue == DEAD else 0)
        await stage.press("escape")
        await stage.until(lambda: server.held(queue) == [] and stage.feed.give_back == [])


async def test_a_look_without_the_turn_is_refused(server: Server) -> None:
    server.put(DEAD, *orders(3))
    async with watching(server) as stage:
        looking = (await look(stage, shows="held")).looking
        with pytest.raises(RuntimeError):
            await looking.look()
        assert looking.claim()
        assert not looking.claim()


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


async def test_what_was_not_looked_at_is_forgotten_once_a_look_was_made(server: Server) -> None:
    server.put(LIVE, *orders(8), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE, shows="looks left 0")
        await stage.press("v")
        await stage.sees("8 messages would lose their last try")
        await stage.press("escape")
        await stage.sees("not looked: 8 messages would lose")
        await stage.press("v")
        await agree(stage)
        await stage.loses("not looked")
        assert {kept.receive_count for kept in server.kept(LIVE)} == {5}


async def test_what_is_said_of_the_look_and_the_list_are_of_one_moment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqsview.ui.screens.look.REDRAW", 60.0)
    server.put(LIVE, *orders(40))
    async with watching(server) as stage:
        await stage.move_to(LIVE)
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, MessagesScreen))
        await stage.until(lambda: not messages(stage).looking.busy)
        await stage.put(company(), same_structure=True)
        await stage.sees("25 of about 40 · released")
        assert "order 10001" in stage.text and "looking…" not in stage.text


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
        await stage.press("y", "right", "tab", "enter")
        await rested(stage)
        assert "not looked: 8 messages would lose their last try" in stage.text
        assert server.receives == before


@pytest.mark.parametrize("keys", [("escape",), ("n",), ("enter",), ("right", "left", "enter"), ("y", "enter")])
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


async def others_saw(server: Server, stage: Stage, queue: str, receives: int) -> None:
    """Write into the record what a look in another process would, of messages that are not held here."""
    facts, ledger = server.account.queues[queue], stage.app.state.ledger
    key, now = LedgerKey("aws", facts.ref.arn), stage.clock.epoch()
    free = [kept for kept in server.kept(queue) if kept.id not in server.held(queue)]
    for kept in free:
        kept.receive_count = receives
    number = ledger.open_look(key, now, lambda _known: None)
    ledger.record(key, number, [(kept.id, receives) for kept in free], now)
    ledger.close_look(number, now, answered=True)


async def armed(stage: Stage) -> None:
    screen = stage.app.screen
    assert isinstance(screen, ConfirmScreen)
    await stage.until(lambda: screen.armed)


async def agree(stage: Stage) -> None:
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await armed(stage)
    await stage.press("right", "enter")
    await rested(stage)


async def test_the_letter_that_copies_a_body_beneath_is_no_consent(server: Server) -> None:
    server.put(LIVE, *orders(3), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE)
        before = server.receives
        await stage.press("v")
        await stage.sees("→ enter: look all the same · esc cancels")
        await armed(stage)
        await stage.press("y", "Y")
        assert isinstance(stage.app.screen, ConfirmScreen)
        await stage.press("escape")
        await rested(stage)
        assert server.receives == before


@pytest.mark.parametrize("keys", ["right enter", "tab enter", "l enter"])
async def test_a_move_to_the_other_button_and_enter_is_consent(server: Server, keys: str) -> None:
    server.put(LIVE, *orders(3), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE)
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await armed(stage)
        await stage.press(*keys.split())
        await rested(stage)
        assert {kept.receive_count for kept in server.kept(LIVE)} == {5}


@pytest.mark.parametrize("keys", [("enter", "enter", "enter"), ("escape", "enter"), ("n", "n", "n")])
async def test_keys_in_one_go_answer_the_question_once_and_close_nothing_else(
    server: Server, keys: tuple[str, ...]
) -> None:
    server.put(LIVE, *orders(3), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE)
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await armed(stage)
        stage.type_ahead(*keys)
        await stage.sees("not looked: 3 messages would lose their last try")
        await rested(stage)
        assert isinstance(stage.app.screen, MessagesScreen)


async def test_what_is_held_stays_held_while_somebody_is_asked_whether_more_may_lose_their_last_try(
    server: Server,
) -> None:
    account = server.account
    account.add_queue("last-resort")
    settings = account.queues[DEAD].settings
    account.queues[DEAD].settings = replace(settings, dead_letter_target=queue_arn("last-resort"), max_receive_count=4)
    server.put(DEAD, *orders(25), receives=0)
    server.put(DEAD, *orders(5), receives=2)
    async with watching(server) as stage:
        await look(stage, shows="25 of about 30 · held")
        # Somebody else's look, in another window, met the others: one more receive is their last.
        await others_saw(server, stage, DEAD, receives=3)
        await stage.press("v")
        await stage.sees("would lose")
        assert len(server.held(DEAD)) == 25
        await stage.sees("s, renewing · waiting for your answer")
        await agree(stage)
        await stage.sees("30 of about 30 · held")
        counts = sorted(kept.receive_count for kept in server.kept(DEAD))
        assert counts == [1] * 25 + [4] * 5, "what was held was not received again"


async def test_after_the_question_it_is_the_new_connection_that_looks(server: Server) -> None:
    server.put(LIVE, *orders(8), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE)
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        stage.feed.connection = anew = SlowGateway(server)
        anew.go_on.set()
        await agree(stage)
        assert anew.receives


async def test_where_it_costs_more_by_the_time_of_the_answer_the_new_cost_is_asked_for(server: Server) -> None:
    server.put(LIVE, *orders(8), receives=3)
    async with watching(server) as stage:
        await look(stage, LIVE)
        before = server.receives
        await stage.press("v")
        await stage.sees("8 messages would lose their last try")
        question = stage.app.screen
        await others_saw(server, stage, LIVE, receives=5)
        await armed(stage)
        await stage.press("right", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen) and stage.app.screen is not question)
        await stage.sees("would move to orders-billing-dlq at once")
        assert server.receives == before
        await agree(stage)
        assert server.receives > before


# -- letting go


async def test_another_tab_lets_go_of_what_is_held_and_says_so_once(server: Server) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        screen = await look(stage, shows="held")
        stage.feed.connection = None
        await stage.press("2")
        await stage.until(lambda: server.held(DEAD) == [])
        for _ in range(3):
            screen._let_go_if_hidden()
        stage.feed.connection = server.gateway
        assert stage.toasts == [f"{DEAD}: 5 messages are no longer held, for another tab is shown"]
        before = server.receives
        await stage.press("1")
        await stage.sees("5 of about 5 · released when another tab was shown")
        assert server.receives == before
        await stage.press("v")
        await stage.sees("5 of about 5 · held")
        assert len(stage.toasts) == 1


async def test_a_release_that_takes_its_time_is_told_of_once(server: Server) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        stage.feed.connection = slow = SlowGateway(server, "change_message_visibility_batch")
        slow.go_on.set()
        screen = await look(stage, shows="held")
        slow.go_on.clear()
        await stage.press("2")
        await stage.until(lambda: slow.waiting > 0)
        for _ in range(3):
            screen._let_go_if_hidden()
        slow.go_on.set()
        await stage.until(lambda: server.held(DEAD) == [] and stage.feed.give_back == [])
        assert stage.toasts == [f"{DEAD}: 5 messages are no longer held, for another tab is shown"]


@pytest.mark.parametrize("leaves", ["escape", "account"])
async def test_who_leaves_the_messages_is_not_told_that_they_are_let_go_and_the_counts_are_read_again(
    server: Server, leaves: str
) -> None:
    server.put(DEAD, *orders(5))
    async with watching(server) as stage:
        await look(stage, shows="held")
        nudged = len(stage.feed.nudged)
        if leaves == "escape":
            await stage.press("escape")
        else:
            stage.app.change_target(profile="other")
        await stage.until(lambda: server.held(DEAD) == [] and stage.feed.give_back == [])
        await stage.until(lambda: stage.feed.nudged[nudged:] == [(queue_arn(DEAD),)])
        assert stage.toasts == []


@pytest.mark.parametrize("queue", [DEAD, LIVE])
@pytest.mark.parametrize("key", ["2", "escape"])
async def test_who_leaves_while_the_queue_is_being_read_receives_nothing(server: Server, key: str, queue: str) -> None:
    server.put(queue, *orders(30))
    async with watching(server) as stage:
        stage.feed.connection = slow = SlowGateway(server)
        await stage.move_to(queue)
        await stage.press("v")
        await stage.until(lambda: slow.waiting == 1)
        await stage.press(key)
        await stage.until(lambda: not isinstance(stage.app.screen, MessagesScreen))
        slow.go_on.set()
        await stage.until(lambda: slow.waiting == 0)
        await stage.pilot.pause(0.1)
        assert server.receives == 0
        assert stage.toasts == []
        if key == "2":
            await stage.press("1")
            await stage.sees("the look ended when another tab was shown")
            assert "v looks again" in stage.text
            await stage.press("v")
            await stage.sees("25 of about 30")


async def test_a_screen_that_is_hidden_before_it_stands_does_not_look(server: Server) -> None:
    server.put(LIVE, *orders(3))
    async with watching(server) as stage:
        await stage.move_to(LIVE)
        subject = stage.screen.subject()
        assert subject is not None
        stage.app.open_messages(subject)
        stage.app.action_tab("topics")
        await stage.until(lambda: stage.app.current_mode == "topics")
        await stage.pilot.pause(0.1)
        assert server.receives == 0
        await stage.press("1")
        await stage.sees("nothing was looked at yet · v looks")


async def test_the_question_goes_with_the_tab_and_nothing_is_received_for_nobody(server: Server) -> None:
    server.put(LIVE, *orders(3), receives=3)
    async with watching(server) as stage:
        screen = await look(stage, LIVE)
        before = server.receives
        await stage.press("v")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        stage.app.action_tab("topics")  # as the palette does, over any dialog
        await stage.until(lambda: not screen.looking.busy)
        await stage.press("1")
        await stage.until(lambda: stage.app.screen is screen)
        assert server.receives == before
        await stage.press("v")
        await agree(stage)
        assert server.receives > before


async def test_a_look_that_the_end_of_the_connection_ended_says_so(server: Server) -> None:
    server.put(DEAD, *orders(30))
    async with watching(server) as stage:
        stage.feed.connection = gateway = HaltingGateway(server)
        await stage.move_to(DEAD)
        await stage.press("v")
        await stage.sees("10 of about 30 · looking for 25…")
        (give_back,) = stage.feed.give_back
        closing = asyncio.ensure_future(give_back())
        gateway.go_on.set()
        await closing
        assert server.held(DEAD) == []
        await stage.sees("released when the connection was closed")


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
        assert server.held(DEAD) == [] and stage.feed.give_back == []
        await stage.sees("5 of about 5 · released when the connection was closed")


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
        for key in (
            "enter open",
            "v look",
            "p send again",
            "/ filter",
            "t group",
            "s sort",
            "u undo",
            "R redrive",
            "E edit, send on",
        ):
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
