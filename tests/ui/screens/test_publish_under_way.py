"""While a message is being sent nothing of it can be lost, sent twice, or left without a word."""

from __future__ import annotations

import asyncio

from sqsview.domain.message import Outgoing
from sqsview.ui.screens.publish import PublishScreen
from sqsview.ui.screens.writing import Outcome
from tests.support.things import queue_arn
from tests.ui.writing import QUEUE, writing


async def test_while_it_is_sent_the_form_is_locked_and_letters_do_nothing() -> None:
    async with writing() as desk:
        gate = desk.hold()
        await desk.begin()
        await desk.stage.press(*"q2", "slash", "ctrl+s", "ctrl+n", "ctrl+f")
        assert isinstance(desk.stage.app.screen, PublishScreen)
        assert "send" not in desk.stage.keys
        gate.set()
        await desk.stage.sees("✓ sent to")
        assert "ctrl+s send" in desk.stage.keys
        assert desk.body == "x" and len(desk.sent()) == 1
        await desk.stage.type("y")
        assert desk.body == "xy"


async def test_leaving_while_it_is_sent_tells_the_outcome_in_passing() -> None:
    async with writing() as desk:
        gate = desk.hold()
        await desk.begin()
        await desk.stage.press("escape")
        await desk.stage.until(lambda: not isinstance(desk.stage.app.screen, PublishScreen))
        gate.set()
        await desk.stage.until(lambda: any("message id message-1" in toast for toast in desk.stage.toasts))
        assert desk.sent() == [Outgoing("x")]
        assert queue_arn(QUEUE) not in desk.stage.app.drafts


async def test_a_change_of_region_while_it_is_sent_ends_nothing_but_the_form() -> None:
    async with writing() as desk:
        gate = desk.hold()
        await desk.begin()
        form = desk.stage.app.screen
        desk.stage.app.change_target(region="us-east-1")
        while form.query(Outcome):  # noqa: ASYNC110 - the fields go first, and only then is the screen told
            await asyncio.sleep(0)
        gate.set()
        await desk.stage.until(lambda: any("message id message-1" in toast for toast in desk.stage.toasts))
        assert desk.sent() == [Outgoing("x")]


async def test_leaving_while_a_message_is_sent_asks_first() -> None:
    async with writing() as desk:
        gate = desk.hold()
        await desk.begin()
        await desk.stage.press("ctrl+q")
        await desk.stage.sees("whether it was taken is told in a moment")
        await desk.stage.press("escape")
        gate.set()
        await desk.stage.sees("✓ sent to")
