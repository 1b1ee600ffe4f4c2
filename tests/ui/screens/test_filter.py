"""The filter tester: verdicts follow what is typed, and a changed policy is set only after its difference was read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from sqsview.domain.filter_policy import BODY
from sqsview.domain.topic import SubscriptionSettings
from sqsview.ui.screens import dialogs, form_dialog
from sqsview.ui.screens.filter import FilterScreen
from sqsview.ui.screens.form_dialog import FormScreen
from tests.support.double import Account
from tests.support.hostile import HOSTILE, assert_harmless
from tests.support.shown import strips
from tests.support.things import queue_arn, subscription, topic_arn
from tests.ui.company import HERE, company
from tests.ui.stage import Stage, staged
from tests.ui.writing import company_account

BILLING = subscription("orders", queue_arn("orders-billing"))
"""Its filter policy lets type order or refund through."""


@pytest.fixture(autouse=True)
def _soon_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.01)
    monkeypatch.setattr(form_dialog, "PAUSE", 0.01)


@asynccontextmanager
async def trying(
    name: str = "orders-billing", *, size: tuple[int, int] = (120, 40), protected: bool = False, read_only: bool = False
) -> AsyncIterator[tuple[Stage, Account]]:
    """Open the tester for a subscription of ``orders`` from the map."""
    context = replace(HERE, protected=("orders",) if protected else (), read_only=read_only)
    async with staged(company(context=context), size=size, tab="3") as stage:
        account = company_account(stage)
        account.subscriptions.clear()
        for topic in stage.feed.snapshot().topics.values():
            for each in topic.subscriptions:
                account.subscriptions[each.ref.arn] = (each.ref, each.settings or SubscriptionSettings())
        await stage.until(lambda: name in stage.names)
        await stage.move_to(name)
        await stage.press("t")
        await stage.until(lambda: isinstance(stage.app.screen, FilterScreen))
        yield stage, account


def screen(stage: Stage) -> FilterScreen:
    found = stage.app.screen
    assert isinstance(found, FilterScreen), found
    return found


async def attribute(stage: Stage, name: str, value: str) -> None:
    await stage.press("ctrl+n")
    await stage.type(name)
    await stage.press("tab", "tab")
    await stage.type(value)


async def policy(stage: Stage, document: object) -> None:
    """Put another policy into its editor."""
    screen(stage).policy.replace(document if isinstance(document, str) else json.dumps(document))
    await stage.pilot.pause()


async def test_the_verdict_and_its_clause_follow_what_is_typed() -> None:
    async with trying() as (stage, _):
        await stage.sees("✗ orders-billing does not get it")
        await stage.sees("attribute type is absent")
        await attribute(stage, "type", "order")
        await stage.sees("✓ orders-billing gets it")
        await stage.sees("type is order")


async def test_the_others_of_the_topic_are_judged_by_the_same_message() -> None:
    async with trying() as (stage, _):
        await stage.type('{"total": 700}')
        await stage.sees("✓ orders-mail")
        assert "✗ orders-search" in stage.text and "? ops@example.com" in stage.text
        assert "1 of 3 will get it · 1 uncertain" in stage.text


async def test_the_policy_that_is_edited_decides_and_not_the_one_that_is_set() -> None:
    async with trying() as (stage, _):
        await attribute(stage, "type", "gift")
        await stage.sees("type is order or refund: it is gift")
        await policy(stage, {"type": [{"prefix": "g"}]})
        await stage.sees("✓ orders-billing gets it")
        await stage.sees("the policy: type starts with g")
        await stage.sees("changed here and not set: ctrl+s sets it")


async def test_the_scope_is_turned_by_its_tick() -> None:
    async with trying() as (stage, _):
        await stage.type('{"type": "order"}')
        await stage.sees("attribute type is absent")
        screen(stage).set_focus(screen(stage).query_one("#trial-scope"))
        await stage.press("space")
        await stage.sees("✓ orders-billing gets it")
        assert screen(stage).scope == BODY


async def test_what_sns_would_refuse_stands_at_the_policy_and_cannot_be_applied() -> None:
    async with trying() as (stage, _):
        await policy(stage, '{"type": "order"}')
        await stage.sees('✗ "type" must be an object or an array')
        await stage.press("ctrl+s")
        await stage.until(lambda: any("SNS would refuse the policy" in each for each in stage.toasts))
        assert isinstance(stage.app.screen, FilterScreen)


async def test_a_changed_policy_is_set_after_its_difference_was_shown() -> None:
    async with trying() as (stage, account):
        await policy(stage, {"type": ["order", "gift"]})
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await stage.sees('-    "refund"')
        assert '+    "gift"' in stage.text and "1 call:" in stage.text
        form = stage.app.screen
        assert isinstance(form, FormScreen)
        await stage.until(lambda: form.ready)
        assert account.subscriptions[BILLING.ref.arn][1].filter_policy == '{"type": ["order", "refund"]}'
        await stage.press("ctrl+s")
        await stage.until(lambda: bool(stage.app.operations.all) and not stage.app.operations.running)
        assert account.subscriptions[BILLING.ref.arn][1].filter_policy == '{"type":["order","gift"]}'
        await stage.loses("changed here and not set")
        assert [json.loads(line)["deed"] for line in stage.app.state.audit.lines] == ["set attributes"] * 2


async def test_the_difference_is_to_what_is_set_by_now() -> None:
    async with trying() as (stage, _):
        snapshot = stage.feed.snapshot()
        orders = snapshot.topics[topic_arn("orders")]
        changed = subscription("orders", queue_arn("orders-billing"), filter_policy='{"type": ["return"]}')
        ways = (changed, *orders.subscriptions[1:])
        topics = {**snapshot.topics, orders.key: replace(orders, subscriptions=ways)}
        await policy(stage, {"type": ["gift"]})
        await stage.put(replace(snapshot, topics=topics))
        await stage.press("ctrl+s")
        await stage.sees("Somebody has changed it since this was opened")
        assert '-    "return"' in stage.text and "refund" not in stage.text


async def test_a_protected_topic_wants_its_name_typed() -> None:
    async with trying(protected=True) as (stage, _):
        await policy(stage, {"type": ["gift"]})
        await stage.press("ctrl+s")
        await stage.sees("type the name, orders, to go on")


async def test_without_a_change_there_is_nothing_to_apply() -> None:
    async with trying() as (stage, _):
        await stage.press("ctrl+s")
        await stage.until(lambda: any("nothing to apply" in each for each in stage.toasts))


async def test_a_changed_policy_is_not_lost_by_one_key() -> None:
    async with trying() as (stage, _):
        await policy(stage, {"type": ["gift"]})
        await stage.press("escape")
        await stage.until(lambda: any("changed and not set" in each for each in stage.toasts))
        assert isinstance(stage.app.screen, FilterScreen)
        await stage.press("escape")
        await stage.until(lambda: not isinstance(stage.app.screen, FilterScreen))


async def test_a_subscription_that_waits_can_be_tested_and_has_no_arn_to_set_anything_by() -> None:
    async with trying("ops@example.com") as (stage, _):
        await stage.sees("? ops@example.com may get it")
        await policy(stage, {"type": ["gift"]})
        await stage.press("ctrl+s")
        await stage.until(lambda: any("waits to be confirmed" in each for each in stage.toasts))


async def test_read_only_mode_tests_and_sets_nothing() -> None:
    async with trying(read_only=True) as (stage, account):
        assert "apply" not in stage.keys
        await policy(stage, {"type": ["gift"]})
        await stage.press("ctrl+s")
        await stage.pilot.pause()
        assert isinstance(stage.app.screen, FilterScreen)
        assert account.subscriptions[BILLING.ref.arn][1].filter_policy == '{"type": ["order", "refund"]}'


async def test_a_topic_under_the_cursor_has_no_policy_to_test() -> None:
    async with staged(tab="3") as stage:
        await stage.until(lambda: "orders" in stage.names)
        await stage.move_to("orders")
        await stage.press("t")
        await stage.until(lambda: any("no subscription under the cursor" in each for each in stage.toasts))


async def test_letters_are_text_wherever_the_keys_are() -> None:
    async with trying() as (stage, _):
        screen(stage).set_focus(screen(stage).query_one("#recipients"))
        await stage.press("q", "1", "t")
        assert isinstance(stage.app.screen, FilterScreen)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_the_verdict_is_on_screen_at_every_size(size: tuple[int, int]) -> None:
    async with trying(size=size) as (stage, _):
        await stage.sees("✗ orders-billing does not get it")


async def test_what_others_wrote_does_nothing_on_this_screen() -> None:
    whole = company()
    orders = whole.topics[topic_arn("orders")]
    hostile = json.dumps({text: [text] for text in HOSTILE.values()})
    ways = (subscription("orders", HOSTILE["clear screen"], "https", filter_policy=hostile), *orders.subscriptions)
    topics = {**whole.topics, orders.key: replace(orders, subscriptions=ways)}
    async with staged(replace(whole, topics=topics), tab="3") as stage:
        company_account(stage)
        await stage.until(lambda: "orders" in stage.names)
        await stage.move_to("orders")
        await stage.press("j", "t")
        await stage.until(lambda: isinstance(stage.app.screen, FilterScreen))
        await stage.pilot.pause()
        assert_harmless(strips(stage.app), 120)
