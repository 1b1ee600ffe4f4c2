"""The doctor's list: what is wrong, why it matters, where it is, and one key that shows the fix and applies it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.app import App

from sqsview.domain.snapshot import Snapshot
from sqsview.gateway import guarded
from sqsview.operations.state import State
from sqsview.ui.actions import View
from sqsview.ui.app import Dashboard
from sqsview.ui.screens import dialogs, doctor, form_dialog
from sqsview.ui.screens.doctor import DoctorScreen
from sqsview.ui.screens.form_dialog import FormScreen
from tests.support.double import Account, DoubleGateway
from tests.support.hostile import assert_harmless
from tests.support.shown import strips
from tests.support.things import HERE, admitting, queue_arn, topic_arn
from tests.support.time import OwnedClock
from tests.ui.company import company, read_queue, snapshot, steady, with_queue, without
from tests.ui.repair.deeds import agree, dialog, fill, form
from tests.ui.stage import Stage, staged
from tests.ui.test_hostile_text import world as hostile_world


@pytest.fixture(autouse=True)
def _soon_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.01)
    monkeypatch.setattr(form_dialog, "PAUSE", 0.01)


@asynccontextmanager
async def examined(of: Snapshot | None = None, *, size: tuple[int, int] = (150, 44)) -> AsyncIterator[Stage]:
    """Open the list and wait until everything was examined."""
    async with staged(of, tab="3", size=size, state=State(None)) as stage:
        await stage.press("w")
        await stage.until(lambda: isinstance(stage.app.screen, DoctorScreen))
        await stage.until(lambda: bool(stage.names) or "nothing is wrong" in stage.text)
        yield stage


def account_of(of: Snapshot) -> Account:
    """Give an account in which queues and subscriptions are as in a snapshot."""
    account = Account(OwnedClock())
    for queue in of.queues.values():
        made = account.add_queue(queue.name)
        if queue.settings is not None:
            made.settings = queue.settings
    for topic in of.topics.values():
        account.add_topic(topic.name)
        for each in topic.subscriptions:
            if each.settings is not None:
                account.subscriptions[each.key] = each.ref, each.settings
    return account


def connected(stage: Stage) -> Account:
    account = account_of(stage.app.snapshot)
    stage.feed.connection = DoubleGateway(account, HERE)
    return account


def line(stage: Stage, thing: str) -> str:
    """Give the line of the list about a thing."""
    return next(line for line in stage.lines[4:-10] if thing in line)


def audit(stage: Stage) -> list[tuple[str, str]]:
    return [(each["deed"], each["outcome"]) for each in map(json.loads, stage.app.state.audit.lines)]


async def test_the_worst_stands_first_with_sign_thing_and_evidence() -> None:
    async with examined() as stage:
        assert "doctor › 4 errors, 5 warnings, 3 notes" in stage.status
        assert "✗ error" in stage.lines[4] and "the queue does not exist" in stage.lines[4]
        search = line(stage, "orders → orders-search")
        assert "the queue has no policy, so it admits no topic" in search and search.rstrip().endswith("one call")
        assert "! warning" in line(stage, "orders-billing-dlq") and "57 dead letters" in line(
            stage, "orders-billing-dlq"
        )
        assert "· info" in line(stage, "nobody-listens") and "one call" not in line(stage, "nobody-listens")


async def test_below_the_cursor_stand_why_it_matters_the_fix_and_the_call_that_mends_it() -> None:
    async with examined() as stage:
        await stage.move_to("orders → orders-search")
        below = "\n".join(stage.lines[-10:])
        assert "why  Subscribing succeeds and nothing arrives" in below
        assert "fix  in the policy of orders-search, allow sns.amazonaws.com sqs:SendMessage" in below
        assert "F    sqs:SetQueueAttributes: adds one statement to the policy of orders-search" in below
        assert "topic-not-admitted" in below


async def test_where_nothing_is_wrong_it_says_so_as_far_as_that_can_be_seen() -> None:
    async with examined(snapshot([read_queue("jobs", (3, 0, 0), steady(3))], [])) as stage:
        assert "nothing is wrong with 1 queues and 0 topics, as far as what is set up shows" in stage.text


async def test_it_follows_what_changes() -> None:
    async with examined() as stage:
        mended = read_queue(
            "orders-search", (0, 0, 0), steady(0), policy=admitting("orders-search", "orders")
        )  # fmt: skip
        await stage.put(with_queue(stage.app.snapshot, mended))
        await stage.until(lambda: "orders → orders-search" not in stage.names)
        await stage.put(without(stage.app.snapshot, "orders-mail-dlq"))
        await stage.until(lambda: "orders-mail" in stage.names)


async def test_counts_are_examined_again_after_a_while_and_the_cursor_stays() -> None:
    async with examined() as stage:
        await stage.move_to("payments-dlq")
        emptied = next(each for each in stage.app.snapshot.queues.values() if each.name == "orders-billing-dlq")
        assert emptied.counts is not None
        stage.clock.passed += doctor.EVERY
        await stage.put(
            with_queue(stage.app.snapshot, replace(emptied, counts=replace(emptied.counts, visible=0))),
            same_structure=True,
        )
        await stage.until(lambda: "orders-billing-dlq" not in stage.names)
        assert stage.cursor == "payments-dlq"


async def test_the_filter_knows_severity_code_and_what_one_call_mends() -> None:
    async with examined() as stage:
        await stage.filter("is:error")
        assert len(stage.names) == 4
        await stage.press("escape")
        await stage.filter("is:fixable !error")
        assert stage.names == ["payments-dlq"]
        await stage.press("escape")
        await stage.filter("dlq-not-empty")
        assert stage.names == ["orders-billing-dlq", "payments-dlq"]


async def test_enter_goes_to_the_queue_or_topic_and_back() -> None:
    async with examined() as stage:
        await stage.move_to("orders-billing-dlq")
        await stage.press("enter")
        await stage.until(lambda: stage.screen.VIEW is View.QUEUES and stage.cursor == "orders-billing-dlq")
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, DoctorScreen))
        await stage.move_to("nobody-listens")
        await stage.press("enter")
        await stage.until(lambda: stage.screen.VIEW is View.TOPICS and stage.cursor == "nobody-listens")


async def test_enter_on_a_subscription_goes_to_its_way_on_the_map() -> None:
    async with examined() as stage:
        await stage.move_to("orders → ops@example.com")
        await stage.press("enter")
        await stage.until(lambda: stage.screen.VIEW is View.FANOUT and stage.cursor == "ops@example.com")


async def test_the_things_on_screen_are_kept_current() -> None:
    async with examined() as stage:
        await stage.until(lambda: queue_arn("orders-billing-dlq") in stage.feed.watched[-1])
        assert topic_arn("nobody-listens") in stage.feed.watched[-1]


async def test_the_fix_is_shown_and_nothing_is_done_before_it_is_agreed_to() -> None:
    async with examined() as stage:
        account = connected(stage)
        await stage.move_to("orders → orders-search")
        await dialog(stage, "F")
        assert "Fix orders → orders-search" in stage.text
        assert '+ Statement: {"Sid": "sqsview-orders"' in stage.text
        await stage.press("escape")
        assert account.count("set_queue_attributes") == 0
        assert audit(stage) == []


async def test_what_is_agreed_to_is_written_down_done_told_and_read_again() -> None:
    async with examined() as stage:
        account = connected(stage)
        await stage.move_to("orders → orders-search")
        await dialog(stage, "F")
        await agree(stage)
        settings = account.queues["orders-search"].settings
        assert json.loads(settings.policy or "")["Statement"][0]["Condition"] == {
            "ArnEquals": {"aws:SourceArn": topic_arn("orders")}
        }
        assert audit(stage) == [("set attributes", "begins"), ("set attributes", "done")]
        assert any("fix orders → orders-search: done" in each for each in stage.toasts)
        assert (queue_arn("orders-search"),) in stage.feed.nudged


async def test_what_deletes_wants_the_name_typed() -> None:
    async with examined() as stage:
        account = connected(stage)
        await stage.move_to("alerts → pager-of-another-team")
        await dialog(stage, "F")
        assert "type the name, pager-of-another-team, to go on" in stage.text
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, FormScreen)
        await fill(stage, "pager-of-another-team")
        await agree(stage)
        assert account.count("unsubscribe") == 1
        assert audit(stage)[-1] == ("unsubscribe", "done")
        assert stage.feed.refreshed, "what is listed has changed"


async def test_a_protected_name_has_to_be_typed() -> None:
    of = company()
    async with examined(replace(of, context=replace(of.context, protected=("orders-*",)))) as stage:
        account = connected(stage)
        await stage.move_to("orders → orders-search")
        await dialog(stage, "F")
        assert not form(stage).ready
        await fill(stage, "orders-search")
        await agree(stage)
        assert account.count("set_queue_attributes") == 1


async def test_what_was_changed_meanwhile_is_left_alone_and_said() -> None:
    async with examined() as stage:
        account = connected(stage)
        await stage.move_to("orders → orders-search")
        await dialog(stage, "F")
        facts = account.queues["orders-search"]
        facts.settings = replace(facts.settings, policy='{"Statement": []}')
        await agree(stage)
        assert account.count("set_queue_attributes") == 0
        assert any("its settings were changed by somebody since" in each for each in stage.toasts)


async def test_what_no_one_call_mends_says_what_to_do() -> None:
    async with examined() as stage:
        await stage.move_to("orders-billing-dlq")
        assert " F fix" not in stage.keys
        await stage.press("F")
        assert not isinstance(stage.app.screen, FormScreen)
        assert "there is no one call for it: look at them (v, " in stage.toasts[-1]


async def test_in_read_only_mode_the_list_is_there_and_the_fix_is_not() -> None:
    of = company()
    async with examined(replace(of, context=replace(of.context, read_only=True))) as stage:
        account = account_of(of)
        stage.feed.connection = guarded(DoubleGateway(account, HERE), read_only=True)
        await stage.move_to("orders → orders-search")
        assert " F fix" not in stage.keys
        await stage.press("F")
        assert "read-only mode: fix is refused" in stage.toasts[-1]
        assert not account.calls


async def test_a_dead_letter_queue_can_be_looked_into_and_redriven_from_here() -> None:
    async with examined() as stage:
        await stage.move_to("orders-billing-dlq")
        assert "v look" in stage.keys and "R redrive" in stage.keys
        await stage.move_to("orders → orders-search")
        assert "v look" in stage.keys, "the queue that is subscribed"
        await stage.move_to("nobody-listens")
        assert "v look" not in stage.keys


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_sign_and_thing_are_there_in_a_small_window_too(size: tuple[int, int]) -> None:
    async with examined(size=size) as stage:
        assert "✗ error" in stage.text and "orders-search" in stage.text


async def test_hostile_text_is_text_in_the_list_below_it_and_in_the_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the guard: what reaches it is clean already."""
    monkeypatch.setattr(Dashboard, "get_line_filters", App.get_line_filters)
    async with examined(hostile_world(), size=(120, 60)) as stage:
        stage.feed.connection = DoubleGateway(Account(OwnedClock()), HERE)
        for step in range(60):
            await stage.press("j")
            assert_harmless(strips(stage.app), 120)
            row = stage.table.cursor_row
            if row is not None and row.repair is not None and step % 7 == 0:
                await dialog(stage, "F")
                assert_harmless(strips(stage.app), 120)
                await stage.press("escape")
