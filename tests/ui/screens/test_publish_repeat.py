"""A message is sent many times: progress, cancel, and the reasons of what failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from sqsview.domain.message import EntryFault, Outgoing
from sqsview.ui.sending import MOST_UNASKED
from tests.support.things import queue_arn
from tests.ui.writing import FIFO, QUEUE, TOPIC, Desk, writing


async def repeat(desk: Desk, times: str, rate: str = "", body: str = "{{n}}") -> None:
    await desk.paste(body)
    await desk.fill("times", times)
    if rate:
        await desk.fill("rate", rate)
    await desk.stage.press("ctrl+s")


async def agree(desk: Desk) -> None:
    await desk.stage.until(lambda: bool(getattr(desk.stage.app.screen, "armed", False)))
    await desk.stage.press("y")


async def test_it_is_sent_as_often_as_it_says_with_its_placeholders_filled_in() -> None:
    async with writing() as desk:
        await repeat(desk, "25")
        await desk.stage.sees("✓ 25 of 25 sent")
        assert [sent.body for sent in desk.sent()] == [str(number) for number in range(1, 26)]
        assert desk.account.count("send_message_batch") == 3
        assert desk.stage.feed.nudged[-1] == (queue_arn(QUEUE),)


async def test_a_topic_is_published_to_in_batches() -> None:
    async with writing(TOPIC) as desk:
        await repeat(desk, "12")
        await desk.stage.sees("✓ 12 of 12 sent")
        assert desk.account.count("publish_batch") == 2


async def test_it_shows_how_far_it_is_and_esc_stops_it() -> None:
    async with writing() as desk:
        # Its clock stands still, so that after the first batch it waits for the next moment of its rate.
        await repeat(desk, "100", "20")
        await desk.stage.sees("2 of 100 sent")
        assert "esc stops it" in desk.stage.text
        assert desk.stage.app.focused is not None and desk.form.disabled
        await desk.stage.press("escape")
        await desk.stage.sees("stopped: 2 of 100 sent")
        assert desk.body == "{{n}}" and not desk.form.disabled
        await desk.stage.press("escape")
        assert desk.stage.app.screen is not None and len(desk.stage.app.screen_stack) == 1


async def test_what_failed_is_told_by_reason_with_the_numbers() -> None:
    def refuse(message: Outgoing) -> EntryFault | None:
        if message.body in ("4", "7"):
            return EntryFault("InternalError", "try later", sender_fault=False)
        return EntryFault("InvalidMessageContents", "no nines", sender_fault=True) if message.body == "9" else None

    async with writing() as desk:
        desk.broker.refuse = refuse
        await repeat(desk, "10")
        await desk.stage.sees("✗ 7 of 10 sent · 3 failed")
        assert "✗ 2 ×  try later (InternalError)  numbers 4, 7" in desk.stage.text
        assert "✗ 1 ×  no nines (InvalidMessageContents)  number 9" in desk.stage.text


async def test_more_than_a_hundred_are_asked_about_first() -> None:
    async with writing() as desk:
        await repeat(desk, str(MOST_UNASKED + 1))
        await desk.stage.sees("101 messages would be sent to orders-billing")
        await desk.stage.press("escape")
        assert not desk.sent()
        await desk.stage.press("ctrl+s")
        await desk.stage.sees("101 messages would be sent")
        await agree(desk)
        await desk.stage.sees("✓ 101 of 101 sent")


async def test_thousands_may_be_parted_by_commas() -> None:
    async with writing() as desk:
        await repeat(desk, "1,000")
        await desk.stage.sees("1,000 messages would be sent to orders-billing")


async def test_what_was_repeated_is_there_again_with_how_often_and_how_fast() -> None:
    async with writing() as desk:
        await repeat(desk, "3")
        await desk.stage.sees("✓ 3 of 3 sent")
        await desk.stage.press("escape")
        await desk.open(QUEUE)
        await desk.stage.sees("the last one that was sent here, 3 times")
        assert (desk.body, desk.form.draft.times) == ("{{n}}", "3")


async def test_a_hundred_are_not() -> None:
    async with writing() as desk:
        await repeat(desk, str(MOST_UNASKED))
        await desk.stage.sees("✓ 100 of 100 sent")


@pytest.mark.parametrize(
    ("times", "rate", "said"),
    [
        ("many", "", "how often is a whole number"),
        ("1,5", "", "how often is a whole number"),
        ("1_0", "", "how often is a whole number"),
        ("9" * 5_000, "", "a message is sent from 1 to 1,000,000 times"),
        ("0", "", "a message is sent from 1 to 1,000,000 times"),
        ("2", "fast", "how fast is a number of messages a second"),
        ("2", "0", "how fast is a number above 0"),
        ("2", "nan", "how fast is a number above 0"),
    ],
)
async def test_what_makes_no_sense_is_said_and_nothing_is_sent(times: str, rate: str, said: str) -> None:
    async with writing() as desk:
        await repeat(desk, times, rate)
        await desk.stage.sees(f"✗ not sent: {said}")
        assert not desk.sent()
        assert desk.form.draft.times == times
        assert desk.focused == "times"


async def test_what_aws_would_refuse_of_any_of_them_is_said_before_the_first() -> None:
    async with writing(FIFO) as desk:
        await repeat(desk, "5")
        await desk.stage.sees("a FIFO queue needs a message group")
        assert not desk.sent(FIFO)


async def test_a_fifo_queue_that_would_drop_all_but_the_first_is_warned_about() -> None:
    async with writing(FIFO) as desk:
        await desk.stage.type("same")
        await desk.fill("group", "g")
        await desk.fill("times", "5")
        await desk.stage.sees("only the first of 5 is delivered")


async def test_the_end_of_the_connection_stops_it() -> None:
    async with writing() as desk:
        await repeat(desk, "100", "20")
        await desk.stage.sees("2 of 100 sent")
        (end,) = desk.stage.feed.give_back
        await asyncio.wait_for(_awaited(end()), 5)
        await desk.stage.sees("stopped: 2 of 100 sent")
        assert desk.stage.feed.give_back == []


async def _awaited(awaitable: Awaitable[None]) -> None:
    await awaitable
