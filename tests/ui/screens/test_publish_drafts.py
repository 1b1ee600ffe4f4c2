"""Nothing that was typed is lost: not by a letter, not by leaving, not by what else is sent, not by the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sqsview.domain.message import Outgoing
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import ServerFault
from sqsview.operations.state import State
from sqsview.ui.screens.dashboard_screen import Subject
from sqsview.ui.screens.publish import PublishScreen
from tests.support.things import queue_arn
from tests.ui.company import company
from tests.ui.stage import Stage, dashboard
from tests.ui.still_feed import StillClock, StillFeed
from tests.ui.writing import FIFO, QUEUE, TOPIC, Desk, company_account, writing


async def run(directory: Path, play: Callable[[Desk], Awaitable[None]]) -> None:
    """Run sqsview from its start to its end with a state directory, with the form open."""
    feed, clock = StillFeed(company()), StillClock()
    app = dashboard(feed, clock=clock)
    app.state = State(directory)

    async def pilot_it(pilot: Pilot[Any]) -> None:
        stage = Stage(app, feed, clock, pilot)
        await stage.until(lambda: bool(getattr(app.screen, "standing", False)))
        desk = Desk(stage, company_account(stage))
        await desk.open(QUEUE)
        await play(desk)
        app.exit()

    # A task of its own: an app leaves itself behind in the context.
    await asyncio.create_task(app.run_async(headless=True, size=(120, 40), auto_pilot=pilot_it))
    if app.fault is not None:
        raise app.fault


def send_again(desk: Desk, message: Outgoing, queue: str = QUEUE) -> None:
    desk.stage.app.open_publish(
        Subject(queue_arn(queue), queue, "queue", queue_arn(queue), f"https://sqs.example/{queue}"), message
    )


# -- letters are no keys ---------------------------------------------------------------------------------------


async def test_on_a_tick_letters_are_no_keys_either() -> None:
    async with writing(TOPIC) as desk:
        await desk.stage.type("precious")
        await desk.go_to("structure")
        await desk.stage.press("q", "2", "colon", "question_mark", "slash")
        assert isinstance(desk.stage.app.screen, PublishScreen) and not desk.stage.app.leaving
        assert desk.body == "precious" and desk.focused == "structure"


async def test_nor_are_they_on_a_body_that_is_only_shown() -> None:
    async with writing() as desk:
        await desk.paste("x" * 200_000)
        await desk.stage.sees("ctrl+o edits it")
        await desk.stage.press("q", "2", "colon")
        await desk.paste("more")
        await desk.stage.sees("this body is only shown here: ctrl+o edits it")
        assert isinstance(desk.stage.app.screen, PublishScreen) and not desk.stage.app.leaving
        assert len(desk.body) == 200_000


# -- leaving sqsview -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leave", ["quit", "command", "signal"])
async def test_the_next_start_has_what_was_not_sent(tmp_path: Path, leave: str) -> None:
    async def write(desk: Desk) -> None:
        await desk.stage.type("precious")
        await desk.fill("times", "soon")
        if leave == "quit":
            await desk.stage.press("ctrl+q")
        elif leave == "signal":
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            await desk.stage.press("escape", "colon", "q", "enter")
        await desk.stage.until(lambda: desk.stage.app.leaving)

    async def find(desk: Desk) -> None:
        await desk.stage.sees("the draft that was left here")
        assert (desk.body, desk.form.draft.times) == ("precious", "soon")

    await run(tmp_path, write)
    await run(tmp_path, find)


async def test_what_was_sent_is_no_draft_of_the_next_start(tmp_path: Path) -> None:
    async def send(desk: Desk) -> None:
        await desk.stage.type("precious")
        await desk.stage.until(lambda: State(tmp_path).drafts.read(queue_arn(QUEUE)) is not None)
        assert not desk.stage.app.drafts.would_be_lost, "it is in its file without anybody leaving"
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")

    async def find(desk: Desk) -> None:
        await desk.stage.sees("the last one that was sent here")

    await run(tmp_path, send)
    await run(tmp_path, find)


async def test_where_nothing_is_kept_it_asks_before_it_leaves() -> None:
    async with writing() as desk:
        await desk.stage.type("precious")
        await desk.stage.press("ctrl+q")
        await desk.stage.sees("This loses one message that was written and not sent.")
        await desk.stage.press("escape")
        await desk.stage.until(lambda: isinstance(desk.stage.app.screen, PublishScreen))
        assert desk.body == "precious" and not desk.stage.app.leaving
        await desk.stage.press("ctrl+q")
        await desk.stage.until(lambda: bool(getattr(desk.stage.app.screen, "armed", False)))
        await desk.stage.press("y")
        await desk.stage.until(lambda: desk.stage.app.leaving)


async def test_where_all_was_sent_or_taken_back_it_leaves_at_once() -> None:
    async with writing() as desk:
        await desk.stage.type("ab")
        await desk.stage.until(lambda: bool(desk.stage.app.drafts))
        await desk.stage.press("backspace", "backspace")
        await desk.stage.until(lambda: not desk.stage.app.drafts)
        await desk.stage.type("sent")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        await desk.stage.press("ctrl+q")
        await desk.stage.until(lambda: desk.stage.app.leaving)


# -- a message that was seen -----------------------------------------------------------------------------------


async def test_sending_another_one_again_leaves_the_draft_of_the_queue_alone() -> None:
    async with writing() as desk:
        await desk.stage.type("precious")
        await desk.stage.press("escape")
        send_again(desk, Outgoing("seen"))
        await desk.stage.sees("the message as it was seen")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        await desk.stage.press("escape")
        await desk.open(QUEUE)
        await desk.stage.sees("the draft that was left here")
        assert desk.body == "precious"


async def test_a_seen_message_that_was_changed_and_left_is_there_as_it_was_left() -> None:
    async with writing() as desk:
        send_again(desk, Outgoing("seen"))
        await desk.stage.sees("the message as it was seen")
        await desk.stage.type("not ")
        await desk.stage.press("escape")
        send_again(desk, Outgoing("seen"))
        await desk.stage.sees("as it was left, not yet sent")
        assert desk.body == "not seen"


async def test_a_fifo_queue_that_would_swallow_the_copy_is_warned_about_with_a_way_out() -> None:
    async with writing(FIFO) as desk:
        send_again(desk, Outgoing("seen", group="g", deduplication="d-1"), FIFO)
        await desk.stage.sees("within five minutes another")
        await desk.go_to("deduplication")
        await desk.stage.press("ctrl+u")
        await desk.paste("{{uuid}}")
        await desk.stage.loses("within five minutes another")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        assert len(desk.sent(FIFO)[0].deduplication or "") == 36


async def test_so_is_the_second_of_two_that_are_sent_from_here() -> None:
    async with writing(FIFO) as desk:
        await desk.stage.type("x")
        await desk.fill("group", "g")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        await desk.stage.sees("! sent before: within five minutes another with the same body is taken")


# -- what is on its way ----------------------------------------------------------------------------------------


async def test_what_is_being_sent_is_not_offered_to_be_sent_twice() -> None:
    async with writing() as desk:
        gate = desk.hold()
        await desk.stage.type("pay 100")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("sending…")
        await desk.stage.press("escape")
        await desk.stage.until(lambda: "still being sent to orders-billing" in desk.stage.toasts[-1])
        await desk.open(QUEUE)
        await desk.stage.sees("sending…")
        await desk.stage.press("ctrl+s", "x")
        gate.set()
        await desk.stage.sees("✓ sent to orders-billing  message id message-1")
        assert [sent.body for sent in desk.sent()] == ["pay 100"] and desk.body == "pay 100"
        assert not desk.stage.app.drafts


async def test_what_failed_after_its_form_was_left_is_a_draft() -> None:
    async with writing() as desk:
        gate = desk.hold()
        lost = ServerFault(Problem(ProblemKind.NETWORK, "the connection broke"))
        desk.account.fail_once("send_message", lost)
        await desk.stage.type("pay 100")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("sending…")
        await desk.stage.press("escape")
        gate.set()
        await desk.stage.until(lambda: any("it is not known" in toast for toast in desk.stage.toasts))
        await desk.open(QUEUE)
        await desk.stage.sees("the draft that was left here")
        assert desk.body == "pay 100"


async def test_the_connection_is_not_closed_before_the_answer_is_there() -> None:
    async with writing() as desk:
        gate = desk.hold()
        await desk.stage.type("x")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("sending…")
        (answered,) = desk.stage.feed.give_back
        waiting = asyncio.ensure_future(answered())
        gate.set()
        await asyncio.wait_for(waiting, 5)
        assert len(desk.sent()) == 1 and desk.stage.feed.give_back == []


async def test_a_key_that_is_held_down_sends_once() -> None:
    async with writing() as desk:
        await desk.stage.type("hello")
        for _ in range(10):
            await desk.stage.press("ctrl+s")
        await desk.stage.sees("✓ sent to")
        desk.stage.type_ahead(*["ctrl+s"] * 10)
        await desk.rested()
        assert len(desk.sent()) == 1
        await desk.stage.type("!")
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("message-2")
