"""The frame around every screen: whose data it is, whether it is current, what watching costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.snapshot import CallFigures, Connection, Health, Snapshot
from tests.support import shown
from tests.ui.company import EXPIRED, HERE, company, failing, snapshot
from tests.ui.stage import staged
from tests.ui.still_feed import NOW


async def test_the_header_names_profile_account_region_totals_and_costs() -> None:
    async with staged() as stage:
        for part in ("shop-prod · 123456789012 · eu-west-1", "live 1 s", "15 queues", "5 topics",
                     "312 calls/min of 3,000", "~$1.40/mo"):  # fmt: skip
            assert part in stage.lines[0]
        for part in ("visible ≥ 17,622", "in flight ≥ 312", "● in DLQs ≥ 69"):
            assert part in stage.lines[1]


@pytest.mark.parametrize("tab", ["1", "2", "3", "4", "5"])
async def test_chips_say_what_kind_of_session_this_is_on_every_tab(tab: str) -> None:
    context = replace(HERE, demo=True, read_only=True, protected=("*-prod",), endpoint="http://127.0.0.1:5000")
    async with staged(company(context=context), tab=tab, size=(140, 30)) as stage:
        for part in ("[DEMO]", "[READ-ONLY]", "[PROTECTED]", "127.0.0.1:5000"):
            assert part in stage.lines[0]


async def test_before_anything_was_read_nothing_looks_like_a_zero() -> None:
    async with staged(Snapshot()) as stage:
        assert "connecting…" in stage.lines[0] and "connecting…" in "\n".join(stage.lines[3:])
        assert "visible –" in stage.lines[1] and " 0" not in stage.lines[0] + stage.lines[1]


async def test_loading_says_how_far_it_is() -> None:
    async with staged(company(health=Health(Connection.LOADING, None, NOW, 812, 5_000))) as stage:
        assert "loading 812 of 5,000" in stage.lines[0]
        await stage.put(snapshot(health=Health(Connection.LOADING)))
        await stage.sees("listing…")
        assert "reading the queues…" in stage.text


async def test_throttling_is_in_the_header() -> None:
    async with staged(company(calls=CallFigures(700, 25.0, 50.0, 1.4, (), 9))) as stage:
        assert "of 1,500, throttled" in stage.lines[0]


@pytest.mark.parametrize("tab", ["1", "2", "3", "4", "5"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_failing_connection_says_why_and_what_to_do_on_every_tab_and_goes_when_mended(
    tab: str, size: tuple[int, int]
) -> None:
    async with staged(tab=tab, size=size) as stage:
        await stage.put(failing(company()))
        await stage.sees("the SSO session expired · run: aws sso login --profile shop-prod")
        assert "! stale 1 min" in stage.lines[0]
        await stage.put(company())
        await stage.loses("SSO session")
        assert "live 1 s" in stage.lines[0]


async def test_old_values_stay_while_failing_and_look_old() -> None:
    async with staged() as stage:
        fresh = shown.style_of(stage.app, "12,418")
        await stage.put(failing(company()))
        await stage.until(lambda: shown.style_of(stage.app, "12,418") != fresh)
        assert shown.style_of(stage.app, "12,418").italic, "not told by colour alone"
        assert "again in 8 s" in stage.lines[0]
        stage.clock.passed = 5
        await stage.sees("again in 3 s")


async def test_a_connection_that_never_was_says_why_in_place_of_the_rows() -> None:
    for problem in (
        Problem(ProblemKind.CREDENTIALS, "no credentials were found", "aws configure, or AWS_PROFILE"),
        Problem(ProblemKind.REGION, "no region is set", "--region NAME, or AWS_REGION"),
    ):
        health = Health(Connection.FAILING, problem)
        async with staged(snapshot(health=health)) as stage:
            assert "! no data" in stage.lines[0]
            assert stage.text.count(problem.text) >= 2
            assert problem.remedy in stage.text


async def test_a_listing_that_is_not_complete_says_what_is_missing_while_live() -> None:
    partly = Problem(ProblemKind.DENIED, "denied: sqs:ListQueues", "name queues with --queue")
    whole = company()
    async with staged(replace(whole, health=replace(whole.health, problem=partly))) as stage:
        assert "denied: sqs:ListQueues · name queues with --queue" in stage.text
        assert "live 1 s" in stage.lines[0] and len(stage.names) == 15


async def test_ctrl_r_reads_again_and_says_so() -> None:
    async with staged() as stage:
        await stage.press("ctrl+r")
        assert stage.feed.refreshed == 1 and "reading again" in stage.toasts


async def test_the_feed_is_told_when_the_terminal_loses_and_gets_the_focus() -> None:
    from textual import events

    async with staged() as stage:
        stage.app.post_message(events.AppBlur())
        await stage.until(lambda: stage.feed.focused == [False])
        stage.app.post_message(events.AppFocus())
        await stage.until(lambda: stage.feed.focused == [False, True])


async def test_the_feed_runs_once_however_many_tabs_are_opened() -> None:
    async with staged() as stage:
        await stage.press("2", "3", "4", "5", "1")
        assert stage.feed.running == 1


@pytest.mark.parametrize("theme", ["textual-light", "nord", "ansi-dark", "textual-ansi"])
async def test_themes_change_the_look_and_nothing_else(theme: str) -> None:
    async with staged() as stage:
        before = stage.text
        if theme not in stage.app.available_themes:
            pytest.skip("this Textual has no such theme")
        stage.app.change_theme(theme)
        await stage.until(lambda: stage.app.theme == theme)
        await stage.pilot.pause()
        assert stage.text == before


async def test_a_window_of_any_size_shows_something() -> None:
    async with staged() as stage:
        for size in ((80, 24), (40, 10), (20, 5), (1, 1), (300, 80), (120, 40)):
            await stage.pilot.resize_terminal(*size)
            await stage.pilot.pause()
        assert "orders-billing" in stage.text


@pytest.mark.parametrize("tab", ["1", "2", "3", "4", "5"])
async def test_no_pane_is_blank_without_a_word_when_there_is_nothing(tab: str) -> None:
    for empty in (Snapshot(), snapshot(applications_listed=True), failing(snapshot(), EXPIRED)):
        async with staged(empty, tab=tab) as stage:
            body = stage.lines[3:-1]
            assert any(character.isalpha() for line in body for character in line), stage.text
            for pane in stage.app.screen.query("LinesView, DepthChart, RowTable"):
                region = pane.region
                inside = [line[region.x : region.right] for line in stage.lines[region.y : region.bottom]]
                assert any(character.isalpha() for line in inside for character in line), (pane, stage.text)
