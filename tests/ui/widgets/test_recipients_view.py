"""Who will get a message: a mark, a name and what decides, in the order of the topic."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from sqsview.domain.access import Answer
from sqsview.domain.recipients import Recipient
from sqsview.domain.topic import Subscription, SubscriptionRef
from sqsview.ui.widgets.recipients_view import RecipientsView, counted, recipient_lines
from tests.support import shown
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.things import subscription
from tests.ui.writing import TOPIC, writing


def recipient(endpoint: str, answer: Answer, reason: str) -> Recipient:
    return Recipient(subscription("orders", endpoint, "email"), answer, reason)


SOME = (
    recipient("b@example.com", Answer.NO, "total ≥ 500: it is 129"),
    recipient("a@example.com", Answer.YES, "no filter"),
    recipient("c@example.com", Answer.CANNOT_TELL, "pending"),
)


class Pane(App[None]):
    def compose(self) -> ComposeResult:
        yield RecipientsView()


def test_the_count_tells_what_is_uncertain_only_where_something_is() -> None:
    assert counted(SOME) == "1 of 3 will get it · 1 uncertain"
    assert counted(SOME[:2]) == "1 of 2 will get it"
    assert counted(()) == "0 of 0 will get it"


def test_every_line_has_a_mark_a_name_and_a_reason_and_names_are_aligned() -> None:
    texts = ["".join(cell.text for cell in line) for line in recipient_lines(SOME, 20)]
    assert texts == [
        "✗ b@example.com  total ≥ 500: it is 129",
        "✓ a@example.com  no filter",
        "? c@example.com  pending",
    ]


async def test_a_long_reason_hangs_beside_the_name_in_a_narrow_pane() -> None:
    app = Pane()
    async with app.run_test(size=(40, 12)) as pilot:
        long = recipient(
            "a-very-long-name-of-a-queue@example.com", Answer.NO, "the queue has no policy, so it admits nobody"
        )
        app.query_one(RecipientsView).show_recipients([long])
        await pilot.pause()
        first, second = shown.lines(app)[:2]
        assert first.startswith("✗ ") and "…" in first
        assert second.startswith(" " * 20) and second.strip()


async def test_a_long_list_scrolls() -> None:
    app = Pane()
    async with app.run_test(size=(60, 10)) as pilot:
        many = [recipient(f"{number:03}@example.com", Answer.YES, "no filter") for number in range(200)]
        view = app.query_one(RecipientsView)
        view.show_recipients(many)
        view.focus()
        await pilot.press("G")
        await pilot.pause()
        assert "199@example.com" in shown.text(app)


async def test_a_topic_without_subscriptions_says_what_happens() -> None:
    app = Pane()
    async with app.run_test(size=(80, 5)) as pilot:
        app.query_one(RecipientsView).show_recipients([])
        await pilot.pause()
        assert "what is published is dropped" in shown.text(app)


@pytest.mark.parametrize("what", HOSTILE)
async def test_hostile_names_and_reasons_are_text(what: str) -> None:
    text = HOSTILE[what]
    hostile = Recipient(Subscription(SubscriptionRef(f"arn:{text}", "orders", "email", text)), Answer.NO, text)
    app = Pane()
    async with app.run_test(size=(50, 8)) as pilot:
        app.query_one(RecipientsView).show_recipients([hostile])
        await pilot.pause()
        assert_harmless(shown.strips(app), 50)


async def test_it_follows_the_body_as_it_is_typed() -> None:
    async with writing(TOPIC) as desk:
        await desk.paste('{"type": "order", "total": 129}')
        await desk.stage.sees("✗ orders-mail      total ≥ 500: it is 129")
        await desk.stage.press("backspace")
        await desk.stage.type("0")
        await desk.stage.press("right_curly_bracket")
        await desk.stage.sees("✓ orders-mail      total ≥ 500")
        assert "1 of 4 will get it · 1 uncertain" in desk.stage.text


async def test_it_tells_of_the_message_as_it_is_sent_with_its_placeholders_filled_in() -> None:
    async with writing(TOPIC) as desk:
        await desk.paste('{"type": "order", "total": {{n}}}')
        await desk.stage.sees("✗ orders-mail      total ≥ 500: it is 1")
        await desk.stage.press("backspace")
        await desk.stage.type("000")
        await desk.stage.press("right_curly_bracket")
        await desk.stage.sees("✓ orders-mail      total ≥ 500")


async def test_it_follows_the_attributes_as_they_are_typed() -> None:
    async with writing(TOPIC) as desk:
        await desk.stage.type("x")
        await desk.stage.sees("✗ orders-billing   attribute type is absent")
        await desk.stage.press("ctrl+n", *"type", "tab", "tab", *"order")
        await desk.stage.sees("✓ orders-billing   type is")
