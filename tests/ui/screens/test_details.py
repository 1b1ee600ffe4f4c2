"""The details of one thing: read anew when they are opened, in words and as raw JSON."""

from __future__ import annotations

import asyncio
import json

from sqsview.domain.details import Details
from sqsview.domain.problem import Problem, ProblemKind
from tests.support.things import admitting, queue_arn, topic_arn
from tests.ui.stage import Stage, staged
from tests.ui.still_feed import attributes

BILLING = queue_arn("orders-billing")
ANSWER = Details(
    BILLING,
    attributes(
        VisibilityTimeout="30",
        MessageRetentionPeriod="345600",
        ApproximateNumberOfMessages="12418",
        RedrivePolicy=json.dumps({"deadLetterTargetArn": queue_arn("orders-billing-dlq"), "maxReceiveCount": 5}),
        Policy=admitting("orders-billing", "orders"),
        SomethingNew="value of tomorrow",
    ),
    {"team": "billing", "cost-centre": "42"},
)


async def open_details(stage: Stage, answer: Details = ANSWER) -> None:
    stage.feed.details_given[BILLING] = answer
    await stage.move_to("orders-billing")
    await stage.press("d")
    await stage.sees("in words · r raw JSON")


async def test_details_say_attributes_policy_and_tags_in_words() -> None:
    async with staged() as stage:
        await open_details(stage)
        assert stage.feed.details_asked == [BILLING]
        assert "queue orders-billing" in stage.text
        assert "30 s" in stage.line("VisibilityTimeout") and "4 days" in stage.line("MessageRetentionPeriod")
        assert "12,418" in stage.line("ApproximateNumberOfMessages")
        assert "orders-billing-dlq" in stage.line("RedrivePolicy") and "5" in stage.line("RedrivePolicy")
        assert "value of tomorrow" in stage.line("SomethingNew"), "what is not known yet is shown as it is"
        assert "billing" in stage.line("  team") and "42" in stage.line("cost-centre")
        page = stage.text.partition("Policy\n")[2] or stage.text
        assert "sns" in page.lower() and "SendMessage" in page
        assert BILLING in stage.line("ARN") and "https://sqs.eu-west-1" in stage.line("URL")


async def test_r_switches_to_raw_json_with_the_policies_unfolded_and_back() -> None:
    async with staged(size=(120, 60)) as stage:
        await open_details(stage)
        await stage.press("r")
        assert "raw JSON · r words" in stage.text
        assert '"VisibilityTimeout": "30"' in stage.text
        assert '"maxReceiveCount": 5' in stage.text
        assert '"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"' in stage.text
        assert '"cost-centre": "42"' in stage.text
        await stage.press("r")
        assert "4 days" in stage.text


async def test_a_long_page_scrolls_with_the_keys_and_the_wheel() -> None:
    many = attributes(**{f"Attribute{number:03}": str(number) for number in range(200)})
    async with staged(size=(80, 24)) as stage:
        await open_details(stage, Details(BILLING, many, {}))
        assert "Attribute000" in stage.text
        await stage.press("G")
        await stage.sees("Attribute199")
        await stage.press("g")
        await stage.sees("Attribute000")
        await stage.press("j", "j", "pagedown")
        await stage.loses("Attribute000")


async def test_the_page_says_that_it_reads_until_the_answer_is_there() -> None:
    async with staged() as stage:
        stage.feed.details_held = asyncio.Event()
        stage.feed.details_given[BILLING] = ANSWER
        await stage.press("d")
        await stage.sees("reading…")
        stage.feed.details_held.set()
        await stage.sees("VisibilityTimeout")


async def test_leaving_before_the_answer_comes_is_harmless() -> None:
    async with staged() as stage:
        stage.feed.details_held = asyncio.Event()
        await stage.press("d")
        await stage.sees("reading…")
        await stage.press("escape")
        stage.feed.details_held.set()
        await stage.sees("15 of 15")


async def test_what_could_not_be_read_is_said_beside_what_could() -> None:
    denied = Problem(ProblemKind.DENIED, "denied: sqs:ListQueueTags", "allow it to see the tags")
    async with staged() as stage:
        await open_details(stage, Details(BILLING, attributes(VisibilityTimeout="30"), None, (denied,)))
        assert "denied: sqs:ListQueueTags · allow it to see the tags" in stage.text
        assert "30 s" in stage.line("VisibilityTimeout")
        assert "not available" in stage.text, "tags that are not known are not “none”"
        await stage.press("r")
        assert "denied: sqs:ListQueueTags" in stage.text


async def test_a_thing_without_tags_says_none() -> None:
    async with staged() as stage:
        await open_details(stage, Details(BILLING, attributes(VisibilityTimeout="30"), {}))
        assert "  none" in stage.text.partition("Tags")[2]


async def test_details_exist_for_topics_and_subscriptions_too() -> None:
    async with staged(tab="2") as stage:
        await stage.move_to("orders")
        await stage.press("d")
        await stage.sees("topic orders")
        assert stage.feed.details_asked == [topic_arn("orders")]
        await stage.press("escape", "enter")
        await stage.sees("orders › subscriptions")
        await stage.move_to("orders-mail")
        await stage.press("d")
        await stage.sees("subscription orders → orders-mail")
        assert "[2 Topics]" in stage.text, "the tab that was left stays marked"


async def test_y_and_b_work_in_the_details() -> None:
    async with staged() as stage:
        await open_details(stage)
        await stage.press("y")
        assert stage.app.clipboard == BILLING
        await stage.press("b")
        assert stage.app.clipboard.startswith("https://eu-west-1.console.aws.amazon.com/sqs/")


async def test_esc_goes_back_to_the_table_as_it_was_left_one_step_at_a_time() -> None:
    async with staged(tab="2") as stage:
        await stage.move_to("orders")
        await stage.press("enter")
        await stage.sees("orders › subscriptions")
        await stage.filter("orders-mail")
        await stage.press("d")
        await stage.sees("subscription orders → orders-mail")
        await stage.press("escape")
        assert stage.names == ["orders-mail"] and "/ orders-mail" in stage.status
        await stage.press("escape")
        assert len(stage.names) == 4
        await stage.press("escape")
        assert stage.cursor == "orders" and len(stage.names) == 5
        await stage.press("escape")
        assert len(stage.names) == 5, "the first screen of a tab stays"


async def test_details_do_not_change_under_the_eyes() -> None:
    async with staged() as stage:
        await open_details(stage)
        stage.feed.details_given[BILLING] = Details(BILLING, attributes(VisibilityTimeout="99"), {})
        await stage.put(stage.app.snapshot)
        assert "30 s" in stage.line("VisibilityTimeout")
        assert stage.feed.details_asked == [BILLING]
