"""The fan-out map: every way out of every topic with its counts, what is broken and why, what hangs loose."""

from __future__ import annotations

from dataclasses import replace

from sqsview.domain.queue import Counts
from tests.support.things import admitting, queue_arn, subscription
from tests.ui.company import company, moving, read_queue, snapshot, steady, with_queue, without
from tests.ui.stage import Stage, staged


def way(stage: Stage, part: str) -> str:
    """Give the line of the map with ``part`` in it, not the words below."""
    return next(line for line in stage.lines[4:-11] if part in line)


async def test_the_map_goes_from_topic_by_filter_to_queue_and_dead_letter_queue_with_counts() -> None:
    async with staged(tab="3", size=(150, 44)) as stage:
        billing = way(stage, "▶ orders-billing ")
        assert "├─ type is order or refund" in billing
        assert "12,418 ▲" in billing and "─5─▶ orders-billing-dlq" in billing and billing.endswith("57 ●")
        shipping = way(stage, "▶ orders-shipping.fifo")
        assert "everything, raw" in shipping and "4,102 ▼" in shipping and shipping.endswith(" 0")
        assert "980 ─" in way(stage, "▶ orders-mail ")


async def test_a_topic_says_how_many_of_its_ways_deliver() -> None:
    async with staged(tab="3") as stage:
        assert "✗ 2 of 4" in way(stage, " orders ")
        assert "1 of 1" in way(stage, "shipments.fifo") and "✗" not in way(stage, "shipments.fifo")
        assert "nobody listens" in way(stage, "nobody-listens ")


async def test_a_broken_way_is_flagged_with_its_reason_and_the_words_say_how_to_mend_it() -> None:
    async with staged(tab="3") as stage:
        broken = way(stage, "─✗ orders-search")
        assert "✗ broken" in broken and "the queue has no policy" in broken
        assert "… pending" in way(stage, "ops@example.com")
        assert "the subscription is deleted" in way(stage, "+1***5309")
        await stage.move_to("orders-search")
        assert "✗ the queue has no policy, so it admits no topic" in stage.text
        assert "policy" in stage.text.split("✗ the queue has no policy, so it admits no topic")[-1], "and the remedy"


async def test_a_queue_that_is_gone_breaks_the_way_to_it() -> None:
    async with staged(without(company(), "payments-us"), tab="3") as stage:
        assert "the queue does not exist" in way(stage, "─✗ payments-us")


async def test_counts_of_the_map_are_live() -> None:
    async with staged(tab="3", size=(150, 44)) as stage:
        risen = read_queue(
            "orders-mail", (5_000, 0, 0), moving(5_000, 100), policy=admitting("orders-mail", "orders"),
            dead_letter_target=queue_arn("orders-mail-dlq"), max_receive_count=5,
        )  # fmt: skip
        await stage.put(with_queue(stage.app.snapshot, risen), same_structure=True)
        await stage.until(lambda: "5,000 ▲" in way(stage, "▶ orders-mail "))


async def test_what_is_not_read_is_no_zero_on_the_map() -> None:
    whole = company()
    mail = next(queue for queue in whole.queues.values() if queue.name == "orders-mail")
    async with staged(with_queue(whole, replace(mail, counts=Counts(None, None, None))), tab="3") as stage:
        assert "–" in way(stage, "▶ orders-mail ")
        assert " 0 " not in way(stage, "▶ orders-mail ").partition("─5─")[0]


async def test_what_hangs_loose_is_listed_with_what_it_lacks() -> None:
    async with staged(tab="3") as stage:
        assert "dead-letter queue reports-dlq does not exist" in way(stage, "its dead-letter")
        assert any("legacy-import" in line and "no topic or queue feeds it" in line for line in stage.lines)
        await stage.press("G")
        assert "as far as metadata shows" in stage.text


async def test_the_map_follows_the_structure() -> None:
    async with staged(tab="3") as stage:
        await stage.put(without(stage.app.snapshot, "payments"))
        await stage.until(lambda: "payments" not in [row.name for row in stage.table_screen().shown if row.total])
        assert "payments-eu" not in "".join(line for line in stage.lines if "▶ payments-eu" in line)


async def test_a_filter_keeps_each_match_with_its_topic() -> None:
    async with staged(tab="3") as stage:
        await stage.filter("broken")
        assert "orders-billing" not in stage.names
        assert stage.names[0] == "alerts" and {"orders", "orders-search", "payments"} <= set(stage.names)
        await stage.press("escape")
        await stage.filter("is:pending")
        assert stage.names == ["orders", "ops@example.com"]
        await stage.press("escape")
        await stage.filter("is:orphan")
        assert "reports" in stage.names and "orders" not in stage.names


async def test_topics_sort_with_their_ways_below_them() -> None:
    async with staged(tab="3") as stage:
        await stage.press("s", "s")
        assert "by visible ↓" in stage.status
        assert stage.names[0] == "orders" and stage.names[1] == "orders-billing"
        await stage.press("S")
        assert stage.names.index("shipments.fifo") < stage.names.index("orders")


async def test_enter_jumps_to_the_queue_or_topic_and_a_broken_way_opens_its_details() -> None:
    async with staged(tab="3") as stage:
        await stage.move_to("orders-billing")
        await stage.press("enter")
        await stage.sees("[1 Queues]")
        await stage.until(lambda: stage.cursor == "orders-billing")
        await stage.press("3")
        assert stage.cursor == "orders-billing", "the map is as it was left"
        await stage.move_to("orders")
        await stage.press("enter")
        await stage.sees("[2 Topics]")
        await stage.until(lambda: stage.cursor == "orders")
        await stage.press("3")
        await stage.move_to("pager-of-another-team")
        await stage.press("enter")
        await stage.sees("subscription alerts → pager-of-another-team")


async def test_a_jump_clears_a_filter_that_would_hide_the_queue() -> None:
    async with staged() as stage:
        await stage.filter("payments")
        await stage.press("3")
        await stage.move_to("orders-mail")
        await stage.press("enter")
        await stage.until(lambda: stage.cursor == "orders-mail")
        assert len(stage.names) == 15


async def test_the_feed_keeps_topic_subscription_queue_and_dead_letter_queue_current() -> None:
    one = [
        read_queue("work", (1, 0, 0), steady(1), policy=admitting("work", "news"),
                   dead_letter_target=queue_arn("work-dlq"), max_receive_count=3),
        read_queue("work-dlq", (0, 0, 0), steady(0)),
    ]  # fmt: skip
    from tests.support.things import topic, topic_arn

    edge = subscription("news", queue_arn("work"))
    async with staged(snapshot(one, [topic("news", edge)]), tab="3") as stage:
        await stage.until(
            lambda: (
                set(stage.feed.watched[-1]) == {topic_arn("news"), edge.key, queue_arn("work"), queue_arn("work-dlq")}
            )
        )


async def test_an_empty_map_says_why() -> None:
    async with staged(snapshot(), tab="3") as stage:
        assert "no topics in eu-west-1" in stage.text
        assert "nothing under the cursor" in stage.text


async def test_a_map_of_many_subscriptions_is_drawn_without_holding_up_the_keys() -> None:
    from tests.support.things import topic

    many = [topic(f"t{number:03}", *(subscription(f"t{number:03}", queue_arn(f"q{way}")) for way in range(10)))
            for number in range(60)]  # fmt: skip
    async with staged(snapshot((), many), tab="3") as stage:
        await stage.until(lambda: len(stage.names) == 660)
        await stage.press("G")
        assert stage.cursor == "q9"
