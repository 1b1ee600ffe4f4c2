"""Queues, topics and subscriptions are made and changed by key: nothing before it was shown and agreed to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from sqsview.domain.details import Details
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.topic import SubscriptionSettings
from sqsview.errors import Rejected
from sqsview.ui.screens.form_dialog import FormScreen
from sqsview.ui.screens.settings import SettingsScreen
from tests.support.double import Account
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.support.things import admitting, queue_arn, topic_arn
from tests.ui.company import HERE, company
from tests.ui.repair.deeds import agree, dialog, fill, form
from tests.ui.stage import Stage, staged
from tests.ui.writing import company_account


@asynccontextmanager
async def shop(
    tab: str = "1", size: tuple[int, int] = (120, 40), **context: Any
) -> AsyncIterator[tuple[Stage, Account]]:
    """Show the company over an account that has all of it."""
    async with staged(company(context=replace(HERE, **context)), tab=tab, size=size) as stage:
        account = company_account(stage)
        account.subscriptions.clear()
        for topic in stage.feed.snapshot().topics.values():
            for each in topic.subscriptions:
                account.subscriptions[each.ref.arn] = (each.ref, each.settings or SubscriptionSettings())
        await stage.until(lambda: bool(stage.names))
        yield stage, account


async def into(stage: Stage, field: str, text: str) -> None:
    """Type into a field of the dialog."""
    form(stage).query_one(f"#ask-{field}").focus()
    await fill(stage, text)


def deeds(stage: Stage) -> list[tuple[str, str]]:
    return [(line["deed"], line["outcome"]) for line in map(json.loads, stage.app.state.audit.lines)]


# -- new things


async def test_a_queue_is_made_of_what_was_typed_and_the_call_is_shown_before() -> None:
    async with shop() as (stage, account):
        await dialog(stage, "n")
        assert "! name the queue" in stage.text
        await fill(stage, "returns")
        await into(stage, "visibility_timeout", "2 min")
        await into(stage, "dead_letter_queue", "undelivered")
        await into(stage, "tags", "team=shop")
        await stage.sees("CreateQueue returns: VisibilityTimeout 120, RedrivePolicy")
        assert "returns" not in account.queues
        await agree(stage)
        made = account.queues["returns"]
        assert (made.settings.visibility_timeout, made.settings.dead_letter_target) == (120, queue_arn("undelivered"))
        assert made.settings.max_receive_count == 10 and made.tags == {"team": "shop"}
        assert deeds(stage) == [("create queue", "begins"), ("create queue", "done")]
        assert stage.feed.refreshed


async def test_the_fields_of_fifo_are_there_once_the_name_says_so() -> None:
    async with shop() as (stage, account):
        await dialog(stage, "n")
        await fill(stage, "returns")
        assert "by content" not in stage.text
        await fill(stage, ".fifo")
        await stage.sees("by content")
        await into(stage, "content_based_deduplication", "yes")
        await agree(stage)
        assert account.queues["returns.fifo"].settings.content_based_deduplication


async def test_what_sqs_would_refuse_is_said_in_the_form_and_cannot_be_agreed_to() -> None:
    async with shop() as (stage, account):
        await dialog(stage, "n")
        await fill(stage, "returns")
        await into(stage, "retention", "30 days")
        await stage.sees("! retention: ")
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, FormScreen) and "returns" not in account.queues


async def test_what_the_server_refuses_is_told_in_its_words() -> None:
    async with shop() as (stage, account):
        account.fail("create_queue", Rejected(Problem(ProblemKind.FAILED, "you must wait 60 seconds")))
        await dialog(stage, "n")
        await fill(stage, "returns")
        await agree(stage)
        await stage.until(lambda: any("you must wait 60 seconds" in each for each in stage.toasts))
        assert deeds(stage)[-1] == ("create queue", "refused")


async def test_a_topic_is_made_on_its_tab() -> None:
    async with shop("2") as (stage, account):
        await dialog(stage, "n")
        await fill(stage, "returns.fifo")
        await into(stage, "display_name", "Returns")
        await agree(stage)
        assert account.topics[topic_arn("returns.fifo")].display_name == "Returns"


async def subscriptions(stage: Stage, topic: str = "payments") -> None:
    await stage.move_to(topic)
    await stage.press("enter")
    await stage.until(lambda: stage.screen.VIEW == "subscriptions")


async def test_a_queue_is_subscribed_and_admits_the_topic_first() -> None:
    async with shop("2") as (stage, account):
        await subscriptions(stage)
        await dialog(stage, "n")
        await into(stage, "endpoint", "reports")
        await into(stage, "filter_policy", '{"type":["refund"]}')
        await stage.sees("2 calls:")
        await agree(stage)
        assert topic_arn("payments") in str(account.queues["reports"].settings.policy)
        made = [
            (ref, settings) for ref, settings in account.subscriptions.values() if ref.endpoint.endswith(":reports")
        ]
        assert [settings.filter_policy for _, settings in made] == ['{"type":["refund"]}']
        assert [deed for deed, outcome in deeds(stage) if outcome == "done"] == ["set attributes", "subscribe"]


async def test_an_address_is_subscribed_and_pending_until_its_owner_confirms() -> None:
    async with shop("2") as (stage, account):
        await subscriptions(stage)
        screen = await dialog(stage, "n")
        screen.query_one("#ask-protocol").focus()
        await stage.press("ctrl+u", "end", *["backspace"] * 3)
        await fill(stage, "email")
        await into(stage, "endpoint", "ann@example.com")
        assert "admit" not in stage.text and "raw" not in stage.text
        await stage.sees("pending until the recipient follows the link")
        await agree(stage)
        assert any(ref.endpoint == "ann@example.com" for ref, _ in account.subscriptions.values())
        assert "ann@" not in "".join(stage.app.state.audit.lines)


async def test_a_protected_queue_wants_the_topics_name_before_its_policy_is_changed() -> None:
    async with shop("2", protected=("reports",)) as (stage, account):
        await subscriptions(stage)
        await dialog(stage, "n")
        await into(stage, "endpoint", "reports")
        await stage.sees("! reports is protected: type the name, payments, to go on")
        await into(stage, "name", "payments")
        await agree(stage)
        assert topic_arn("payments") in str(account.queues["reports"].settings.policy)


@pytest.mark.parametrize("tab", ["1", "2"])
async def test_read_only_mode_makes_nothing(tab: str) -> None:
    async with shop(tab, read_only=True) as (stage, _):
        assert "new" not in stage.keys and "change" not in stage.keys
        await stage.press("n")
        await stage.press("E")
        await stage.pilot.pause()
        assert not isinstance(stage.app.screen, FormScreen | SettingsScreen)


# -- changes

RAW = {
    "VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
    "ReceiveMessageWaitTimeSeconds": "0", "Policy": admitting("orders-billing", "orders"),
    "RedrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn("orders-billing-dlq"), "maxReceiveCount": 5}),
}  # fmt: skip


async def change(stage: Stage, name: str, raw: dict[str, str], tags: dict[str, str] | None = None) -> SettingsScreen:
    """Open the settings of what has this name, which the server says are these."""
    await stage.move_to(name)
    subject = stage.screen.subject()
    assert subject is not None
    stage.feed.details_given[subject.key] = Details(subject.key, raw, tags)
    await stage.press("E")
    await stage.until(lambda: isinstance(stage.app.screen, SettingsScreen))
    screen = stage.app.screen
    assert isinstance(screen, SettingsScreen)
    return screen


async def put(stage: Stage, screen: SettingsScreen, before: str, after: str) -> None:
    assert screen.editor.text.count(before) == 1
    screen.editor.replace(screen.editor.text.replace(before, after))
    await stage.pilot.pause()


async def test_settings_are_set_after_their_difference_was_shown() -> None:
    async with shop() as (stage, account):
        screen = await change(stage, "orders-billing", RAW, {"team": "shop"})
        await stage.sees("nothing is different yet")
        await put(stage, screen, "visibility_timeout = 30", 'visibility_timeout = "1 min"')
        await put(stage, screen, '"team" = "shop"', '"owner" = "me"')
        await stage.sees("3 calls")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await stage.sees("-visibility_timeout = 30")
        assert '+"owner" = "me"' in stage.text and account.queues["orders-billing"].settings.visibility_timeout != 60
        await agree(stage)
        assert account.queues["orders-billing"].settings.visibility_timeout == 60
        assert account.queues["orders-billing"].tags["owner"] == "me"
        await stage.until(lambda: not isinstance(stage.app.screen, SettingsScreen))


async def test_what_was_typed_first_goes_into_the_value_under_the_cursor() -> None:
    async with shop() as (stage, _):
        await change(stage, "orders-billing", RAW)
        await stage.press("delete", "delete", "9", "0")
        await stage.sees("VisibilityTimeout 90")


async def test_what_cannot_be_set_is_said_beside_it_and_not_asked_for() -> None:
    async with shop() as (stage, _):
        screen = await change(stage, "orders-billing", RAW)
        await put(stage, screen, "delay = 0", "delay = 901")
        await stage.sees("✗ delay: ")
        await stage.press("ctrl+s")
        await stage.until(lambda: any(each.startswith("nothing is set: delay") for each in stage.toasts))
        assert isinstance(stage.app.screen, SettingsScreen)


async def test_what_somebody_else_has_changed_since_is_not_set_over() -> None:
    async with shop() as (stage, account):
        screen = await change(stage, "orders-billing", RAW)
        await put(stage, screen, "delay = 0", "delay = 9")
        stage.feed.details_given[queue_arn("orders-billing")] = Details("x", {**RAW, "DelaySeconds": "5"}, None)
        await stage.press("ctrl+s")
        await stage.until(lambda: any("somebody has changed DelaySeconds" in each for each in stage.toasts))
        assert account.queues["orders-billing"].settings.delay != 9 and not stage.app.state.audit.lines


async def test_what_is_typed_is_not_lost_by_one_key() -> None:
    async with shop() as (stage, _):
        screen = await change(stage, "orders-billing", RAW)
        await put(stage, screen, "delay = 0", "delay = 9")
        await stage.press("escape")
        await stage.until(lambda: any("is not set: once more" in each for each in stage.toasts))
        assert isinstance(stage.app.screen, SettingsScreen)
        await stage.press("escape")
        await stage.until(lambda: not isinstance(stage.app.screen, SettingsScreen))


async def test_a_topic_and_a_subscription_are_changed_by_the_same_key() -> None:
    async with shop("2") as (stage, account):
        screen = await change(stage, "payments", {"DisplayName": "", "TopicArn": topic_arn("payments")}, {})
        await put(stage, screen, 'display_name = ""', 'display_name = "Pay"')
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await agree(stage)
        assert account.topics[topic_arn("payments")].display_name == "Pay"
        await stage.until(lambda: not isinstance(stage.app.screen, SettingsScreen))
        await subscriptions(stage)
        await stage.press("g")
        screen = await change(stage, "payments-eu", {"SubscriptionArn": "x", "RawMessageDelivery": "false"})
        await put(stage, screen, "raw_delivery = false", "raw_delivery = true")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await agree(stage)
        (settings,) = (own for ref, own in account.subscriptions.values() if ref.endpoint == queue_arn("payments-eu"))
        assert settings.raw_delivery


async def test_settings_that_cannot_be_read_are_not_edited() -> None:
    async with shop() as (stage, _):
        await stage.move_to("orders-audit")
        denied = Problem(ProblemKind.DENIED, "denied: sqs:GetQueueAttributes")
        stage.feed.details_given[queue_arn("orders-audit")] = Details("x", {}, None, (denied,))
        await stage.press("E")
        await stage.until(lambda: any("the settings of orders-audit cannot be read" in each for each in stage.toasts))
        assert not isinstance(stage.app.screen, SettingsScreen)


async def test_a_protected_queue_wants_its_name_typed() -> None:
    async with shop(protected=("orders-*",)) as (stage, _):
        screen = await change(stage, "orders-billing", RAW)
        await put(stage, screen, "delay = 0", "delay = 9")
        await stage.press("ctrl+s")
        await stage.sees("type the name, orders-billing, to go on")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_others_wrote_does_nothing_in_forms_and_settings(size: tuple[int, int]) -> None:
    async with shop(size=size) as (stage, _):
        screen = await change(stage, "orders-billing", {**RAW, "KmsMasterKeyId": HOSTILE["clear screen"]}, {
            text: text for text in HOSTILE.values() if text
        })  # fmt: skip
        assert_harmless(strips(stage.app), size[0])
        await stage.press("pagedown", "pagedown", "pagedown")
        assert_harmless(strips(stage.app), size[0])
        await put(stage, screen, "delay = 0", "delay = 9")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await stage.pilot.pause()
        assert_harmless(strips(stage.app), size[0])
