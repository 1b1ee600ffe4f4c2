"""The topics tab and the subscriptions of one topic: counts, states, filters in words and as they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.topic import Topic, TopicSettings
from sqsview.ui import topic_columns
from sqsview.ui.widgets.lines_view import LinesView
from tests.support.things import queue_arn, subscription, topic_arn
from tests.ui.company import company, snapshot
from tests.ui.stage import Stage, staged


async def open_subscriptions(stage: Stage, topic: str) -> None:
    await stage.move_to(topic)
    await stage.press("enter")
    await stage.sees(f"{topic} › subscriptions")


async def test_a_topic_counts_its_subscriptions_by_state_also_where_the_server_does_not() -> None:
    async with staged(tab="2") as stage:
        assert stage.line("orders  ").split()[2:6] == ["std", "3", "1", "0"]
        assert stage.line("payments  ").split()[1:5] == ["std", "3", "0", "1"]
        assert stage.line("shipments.fifo").split()[1:5] == ["fifo", "1", "0", "0"]


async def test_a_topic_says_what_it_delivers_to_how_it_is_encrypted_and_whether_anybody_listens() -> None:
    async with staged(tab="2") as stage:
        assert "sqs 3 · email 1" in stage.line("orders  ")
        assert "SSE-KMS alias/payments" in stage.line("payments  ")
        assert "nobody listens" in stage.line("nobody-listens")
        assert stage.line("alerts  ").endswith("…"), "what was not read yet is not said to be unencrypted"


async def test_before_the_first_listing_ended_a_topic_counts_nothing() -> None:
    fresh = company()
    bare = {topic_arn("new"): Topic(topic_arn("new"))}
    async with staged(replace(fresh, topics=bare, all_subscriptions=False), tab="2") as stage:
        assert stage.line("new").split()[1:] == ["new", "std", "…", "…", "…", "…", "…"]
        assert "its subscriptions are not listed yet" in stage.text
        await stage.press("enter")
        await stage.sees("reading the subscriptions…")
        await stage.press("3")
        await stage.sees("[3 Fan-out]")
        assert "nobody listens" not in stage.text and "published is dropped" not in stage.text


async def test_the_words_below_are_about_the_topic_under_the_cursor() -> None:
    async with staged(tab="2") as stage:
        await stage.move_to("orders")
        for words in (
            "→ orders-billing  type is order or refund",
            "✗ orders-search  the queue has no policy",
            "✗ ops@example.com  pending",
            "shown as “Shop orders”",
        ):
            assert words in stage.text
        await stage.move_to("nobody-listens")
        assert "nothing is subscribed to it: what is published is dropped" in stage.text


async def test_a_denied_topic_is_a_mark_and_a_reason_in_its_row() -> None:
    denied = Problem(ProblemKind.DENIED, "denied: sns:GetTopicAttributes", "allow it", "secret")
    topics = [Topic(topic_arn("secret"), problem=denied), Topic(topic_arn("open"), settings=TopicSettings())]
    async with staged(snapshot((), topics), tab="2") as stage:
        row = stage.line("! secret")
        assert "denied: sns:" in row
        await stage.move_to("secret")
        assert "denied: sns:GetTopicAttributes  allow it" in stage.text
        assert "!" not in stage.line("   open")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("fifo", {"shipments.fifo"}),
        ("pending", {"orders"}),
        ("encrypted", {"payments"}),
        ("email", {"orders"}),
        ("!non-empty", {"nobody-listens"}),
        ("ship", {"shipments.fifo"}),
    ],
)
async def test_topics_are_filtered_by_name_protocol_and_kind(typed: str, names: set[str]) -> None:
    async with staged(tab="2") as stage:
        await stage.filter(typed)
        assert set(stage.names) == names


async def test_topics_and_subscriptions_sort_by_every_column() -> None:
    async with staged(size=(160, 40), tab="2") as stage:
        for columns in (topic_columns.TOPIC_COLUMNS, topic_columns.SUBSCRIPTION_COLUMNS):
            titles = [column.title.strip().lower() for column in columns]
            for title in [*titles[1:], titles[0]]:
                await stage.press("s")
                assert f"by {title} " in stage.status
            before = stage.names
            await stage.press("S")
            assert stage.names != before
            if columns is topic_columns.TOPIC_COLUMNS:
                await open_subscriptions(stage, "payments")


async def test_enter_opens_the_subscriptions_and_esc_goes_back_to_the_topic() -> None:
    async with staged(tab="2") as stage:
        await open_subscriptions(stage, "payments")
        assert set(stage.names) == {"payments-eu", "payments-us", "https://hooks.example.com/payments", "+1***5309"}
        assert "[2 Topics]" in stage.text
        await stage.press("escape")
        assert stage.cursor == "payments"


async def test_a_subscription_shows_state_filter_scope_delivery_and_dead_letters() -> None:
    async with staged(size=(150, 40), tab="2") as stage:
        await open_subscriptions(stage, "orders")
        billing, mail = stage.line("orders-billing  "), stage.line("orders-mail  ")
        assert "confirmed" in billing and "type is order or refund" in billing and "attributes" in billing
        assert "body: total ≥ 500" in mail and "envelope" in mail
        pending = stage.line("ops@example.com  ")
        assert "email" in pending and "pending" in pending and "not told until confirmed" in pending


async def test_the_literals_of_sns_are_states_and_never_arns() -> None:
    async with staged(tab="2") as stage:
        await open_subscriptions(stage, "payments")
        assert "deleted" in stage.line("+1***5309  ")
        await stage.move_to("+1***5309")
        assert "SNS lists it as Deleted" in stage.text
        await stage.press("y")
        assert stage.app.clipboard == "" and "nothing here has an ARN to copy" in stage.toasts
        await stage.press("b")
        assert stage.app.clipboard == ""


async def test_the_words_below_a_subscription_end_with_the_filter_policy_as_it_stands() -> None:
    async with staged(size=(120, 50), tab="2") as stage:
        await open_subscriptions(stage, "orders")
        await stage.move_to("orders-billing")
        for words in (
            "to       sqs arn:aws:sqs:eu-west-1:123456789012:orders-billing",
            "gets     type is order or refund",
            "matches  on message attributes (MessageAttributes)",
            "arrives  wrapped in the SNS envelope",
            "is lost: this subscription has no dead-letter queue",
        ):
            assert words in stage.text
        page = stage.app.screen.query_one("#about-page", LinesView).lines
        written = "\n".join("".join(cell.text for cell in line) for line in page)
        assert '"type": [' in written and '"refund"' in written


async def test_a_pending_subscription_says_for_how_long_it_has_been_seen_so() -> None:
    async with staged(tab="2") as stage:
        await open_subscriptions(stage, "orders")
        await stage.move_to("ops@example.com")
        assert "pending for at least 2 h 5 min" in stage.text


async def test_enter_on_a_subscription_goes_to_its_queue_and_elsewhere_to_its_details() -> None:
    async with staged(tab="2") as stage:
        await open_subscriptions(stage, "payments")
        await stage.move_to("https://hooks.example.com/payments")
        await stage.press("enter")
        await stage.sees("in words · r raw JSON")
        await stage.press("escape")
        await stage.move_to("payments-us")
        await stage.press("enter")
        await stage.sees("[1 Queues]")
        await stage.until(lambda: stage.cursor == "payments-us")
        await stage.press("2")
        await stage.until(lambda: "payments › subscriptions" in stage.text or "5 of 5" in stage.status)


async def test_a_topic_that_goes_while_its_subscriptions_are_open_is_told() -> None:
    async with staged(tab="2") as stage:
        await open_subscriptions(stage, "orders")
        await stage.put(replace(stage.app.snapshot, topics={}))
        await stage.sees("orders no longer exists · esc goes back")
        await stage.press("escape")
        assert stage.names == []


async def test_a_topic_without_subscriptions_opens_to_a_sentence() -> None:
    async with staged(tab="2") as stage:
        await open_subscriptions(stage, "nobody-listens")
        assert "nothing is subscribed to this topic: what is published is dropped" in stage.text
        assert "no subscription under the cursor" in stage.text
        await stage.press("enter", "d", "space", "asterisk", "y", "b", "s", "S")
        assert "nothing is subscribed" in stage.text


async def test_topics_that_could_not_be_listed_say_why_on_the_tab_and_leave_the_queues_alone() -> None:
    problem = Problem(ProblemKind.DENIED, "denied: sns:ListTopics", "queues are not affected")
    whole = company()
    async with staged(replace(whole, topics={}, topics_problem=problem), tab="2") as stage:
        assert "denied: sns:ListTopics · queues are not affected" in stage.text
        await stage.press("1")
        assert len(stage.names) == 15


async def test_the_feed_is_told_which_topics_and_subscriptions_are_on_screen() -> None:
    async with staged(tab="2") as stage:
        assert stage.feed.watched[-1] == tuple(row.key for row in stage.table_screen().shown)
        await open_subscriptions(stage, "shipments.fifo")
        expected = subscription("shipments.fifo", queue_arn("orders-shipping.fifo")).key
        await stage.until(lambda: stage.feed.watched[-1] == (expected,))
        await stage.until(lambda: stage.feed.selected[-1] == expected)


async def test_a_topic_and_a_subscription_that_cannot_deliver_carry_a_mark() -> None:
    async with staged(tab="2") as stage:
        assert "✗ orders" in stage.line("orders  ")
        assert "✗" not in stage.line("payments  ")
        await stage.move_to("orders")
        await stage.press("enter")
        await stage.sees("subscriptions ·")
        assert "✗ " in stage.line("orders-search")
        assert "✗ " not in stage.line("orders-billing")
