"""Getting around: tabs, back, jumps, the palette, rebound keys, the mouse; each place is as it was left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.ui import actions
from sqsview.ui.actions import TABS, View
from sqsview.ui.screens.dashboard_screen import DashboardScreen
from sqsview.ui.widgets.filter_bar import FilterBar
from tests.support import shown
from tests.support.things import HERE
from tests.ui.company import company, snapshot
from tests.ui.stage import Stage, staged


@pytest.mark.parametrize(("number", "title"), [(str(place), title) for place, (_, title) in enumerate(TABS, 1)])
async def test_a_number_goes_to_its_tab_also_from_every_other_screen(number: str, title: str) -> None:
    async with staged(tab="2") as stage:
        await stage.press(number)
        assert f"[{number} {title}]" in stage.text
        await stage.press("2")
        await stage.press("enter")
        await stage.sees("› subscriptions")
        await stage.press(number)
        assert f"[{number} {title}]" in stage.text


async def test_a_tab_is_found_as_it_was_left() -> None:
    async with staged() as stage:
        await stage.filter("payments")
        await stage.press("s", "j", "space")
        names, cursor, status = stage.names, stage.cursor, stage.status
        await stage.press("2", "j", "3", "G", "1")
        assert (stage.names, stage.cursor, stage.status) == (names, cursor, status)
        await stage.press("2")
        assert stage.cursor == "nobody-listens"


async def test_a_tab_that_was_not_shown_catches_up_when_it_is() -> None:
    async with staged() as stage:
        await stage.press("2")
        await stage.put(snapshot())
        await stage.press("1")
        assert "no queues in eu-west-1 · :region NAME looks elsewhere" in stage.text
        assert stage.feed.watched[-1] == () and stage.feed.selected[-1] is None


async def test_a_click_on_a_tab_goes_there() -> None:
    async with staged() as stage:
        await stage.pilot.click(offset=(stage.lines[1].index("3 Fan-out") + 2, 1))
        await stage.sees("[3 Fan-out]")


async def test_a_click_in_the_key_bar_does_what_the_key_does() -> None:
    async with staged() as stage:
        await stage.pilot.click(offset=(stage.keys.index("details") + 1, len(stage.lines) - 1))
        await stage.sees("in words · r raw JSON")
        await stage.pilot.click(offset=(stage.keys.index("raw") + 1, len(stage.lines) - 1))
        await stage.sees("raw JSON · r words")


async def test_the_key_bar_shows_only_what_works_now() -> None:
    async with staged() as stage:
        assert "enter open" in stage.keys and "d details" in stage.keys and stage.keys.endswith("? all keys")
        await stage.put(snapshot())
        await stage.until(lambda: "enter open" not in stage.keys)
        assert "d details" not in stage.keys and "copy" not in stage.keys and "/ filter" in stage.keys


async def test_what_has_no_arn_offers_neither_copy_nor_console() -> None:
    async with staged(tab="2") as stage:
        await stage.move_to("orders")
        await stage.press("enter")
        await stage.sees("› subscriptions")
        await stage.move_to("orders-mail")
        assert "copy ARN" in stage.keys and "console" in stage.keys
        await stage.move_to("ops@example.com")
        assert "copy ARN" not in stage.keys and "console" not in stage.keys and "d details" in stage.keys


@pytest.mark.parametrize("view", [View.QUEUES, View.TOPICS, View.FANOUT, View.PUSH, View.ACTIVITY, View.SUBSCRIPTIONS])
async def test_help_lists_exactly_the_actions_of_its_screen(view: View) -> None:
    from sqsview.ui.screens.help import help_lines

    tab = {View.SUBSCRIPTIONS: "2"}.get(view) or str([each for each, _ in TABS].index(view) + 1)
    async with staged(tab=tab, size=(120, 60)) as stage:
        if view is View.SUBSCRIPTIONS:
            await stage.press("enter")
            await stage.sees("› subscriptions")
        await stage.press("question_mark")
        await stage.sees("esc closes")
        written = ["".join(cell.text for cell in line) for line in help_lines(view, {})]
        for action in actions.ACTIONS:
            says = any(action.says in line and actions.key_names(action.keys) in line for line in written)
            assert says is (view in action.views), action.id
        for line in written[:20]:
            assert line.strip()[:60] in stage.text
        await stage.press("escape")
        assert "esc closes" not in stage.text


async def test_help_from_the_details_is_about_the_details() -> None:
    async with staged() as stage:
        await stage.press("d")
        await stage.sees("in words")
        await stage.press("question_mark")
        await stage.sees("Switch between words and raw JSON.")
        await stage.press("question_mark")
        assert stage.text.count("esc closes") == 1, "help does not open over itself"
        await stage.press("escape", "escape")
        await stage.sees("15 of 15")


async def test_rebound_keys_work_and_are_shown_where_keys_are_shown() -> None:
    async with staged(
        size=(120, 80), keys={"filter": "f", "details": "ctrl+d", "tab-topics": "t", "down": "z"}
    ) as stage:
        assert "f filter" in stage.keys and "ctrl+d details" in stage.keys
        await stage.press("slash")
        assert not stage.app.screen.query_one(FilterBar).editing
        await stage.press("f")
        await stage.type("mail")
        await stage.press("enter")
        assert stage.names == ["orders-mail", "orders-mail-dlq"]
        await stage.press("z")
        assert stage.cursor == "orders-mail-dlq"
        await stage.press("question_mark")
        await stage.sees("esc closes")
        assert "  f  " in stage.line("Filter: words")
        await stage.press("escape")
        await stage.press("ctrl+d")
        await stage.sees("in words")
        await stage.press("t")
        await stage.sees("[2 Topics]")


async def test_letters_arrows_and_pages_move_the_cursor() -> None:
    async with staged(size=(120, 24)) as stage:
        for key, place in (("j", 1), ("down", 2), ("k", 1), ("up", 0), ("G", 14), ("g", 0), ("end", 14), ("home", 0)):
            await stage.press(key)
            assert stage.cursor == stage.names[place], key
        await stage.press("pagedown")
        assert stage.names.index(stage.cursor or "") > 5
        await stage.press("pageup")
        assert stage.cursor == stage.names[0]
        await stage.press("k")
        assert stage.cursor == stage.names[0], "the top is the top"


async def palette(stage: Stage, typed: str) -> None:
    await stage.press("ctrl+p")
    await stage.until(lambda: "CommandPalette" in type(stage.app.screen).__name__)
    await stage.type(typed)


async def test_the_palette_jumps_to_any_queue_or_topic() -> None:
    async with staged() as stage:
        await stage.filter("payments")
        await palette(stage, "shipping")
        await stage.sees("go to this queue")
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is stage.screen and stage.cursor == "orders-shipping.fifo")
        await palette(stage, "nobody")
        await stage.sees("go to this topic")
        await stage.press("enter")
        await stage.sees("[2 Topics]")
        await stage.until(lambda: stage.cursor == "nobody-listens")


async def test_the_palette_offers_the_actions_of_the_screen_and_runs_them() -> None:
    async with staged() as stage:
        await palette(stage, "")
        await stage.sees("Show attributes, policies and tags")
        assert "Switch between words and raw JSON" not in stage.text
        await stage.type("details")
        await stage.press("enter")
        await stage.sees("in words · r raw JSON")


async def test_the_palette_leaves_out_what_needs_a_row_where_there_is_none() -> None:
    async with staged(snapshot()) as stage:
        await palette(stage, "")
        await stage.sees("Filter: words")
        assert "Show attributes, policies and tags" not in stage.text


async def test_a_name_that_holds_what_was_typed_comes_before_what_only_has_its_letters() -> None:
    async with staged() as stage:
        await palette(stage, "mail")
        await stage.sees("go to this queue")
        offered = [line.strip() for line in stage.lines if "mail" in line]
        assert offered[0].endswith("mail"), "what is typed is on the screen"
        await stage.until(lambda: next(line for line in stage.lines[7:] if line.strip()).strip() == "orders-mail")
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is stage.app.screen_stack[0] and stage.cursor == "orders-mail")


async def test_the_palette_changes_the_theme() -> None:
    async with staged() as stage:
        before = stage.app.theme
        await palette(stage, "theme nord")
        await stage.sees("theme nord")
        await stage.press("enter")
        await stage.until(lambda: stage.app.theme == "nord" != before)


async def test_the_palette_stays_quick_and_bounded_with_many_queues() -> None:
    from tests.ui.company import read_queue, steady

    many = [read_queue(f"service-{number:04}", (0, 0, 0), steady(0)) for number in range(1_000)]
    async with staged(snapshot(many)) as stage:
        await palette(stage, "service-0777")
        await stage.sees("service-0777")
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is stage.app.screen_stack[0] and stage.cursor == "service-0777")


async def test_keys_before_the_first_tab_is_there_do_no_harm() -> None:
    from tests.ui.stage import dashboard
    from tests.ui.still_feed import StillFeed

    for key in ("j", "ctrl+r", "ctrl+p", "colon", "question_mark", "2", "d", "slash", "escape", "y"):
        app = dashboard(StillFeed(company()))
        async with app.run_test(size=(80, 24)) as pilot:
            app.simulate_key(key)
            await shown.until(pilot, lambda app=app: isinstance(app.screen_stack[0], DashboardScreen))  # type: ignore[misc]
            await pilot.pause()


@pytest.mark.parametrize("keys", ["dq", "2q", "3q", "q", "jq", "5q"])
async def test_q_leaves_without_a_fault_whatever_is_under_way(keys: str) -> None:
    async with staged() as stage:
        stage.type_ahead(*keys)
        await stage.until(lambda: stage.app._exit)
        stage.feed.put(company())
        stage.app._tick()
    assert stage.app.fault is None and stage.app.return_code in (0, None)


async def test_another_region_closes_what_was_open_about_the_old_one() -> None:
    """Details of one account under the header of another would be a lie."""
    async with staged() as stage:
        await stage.press("2", "enter")
        await stage.sees("subscriptions ·")
        await stage.press("1", "d")
        await stage.sees("in words")
        await stage.press(":")
        await stage.type("region us-west-2")
        await stage.press("enter")
        await stage.sees("by visible")
        await stage.press("2")
        await stage.sees("by topic")


async def test_refresh_reads_open_details_again() -> None:
    async with staged() as stage:
        await stage.press("d")
        await stage.sees("read 0 s ago")
        stage.clock.passed = 20
        await stage.sees("read 20 s ago")
        await stage.press("ctrl+r")
        await stage.sees("read 0 s ago")


async def test_escape_returns_to_the_map_from_which_somebody_jumped() -> None:
    async with staged(tab="3") as stage:
        await stage.move_to("orders-billing")
        await stage.press("enter")
        await stage.sees("[1 Queues]")
        await stage.press("escape")
        await stage.sees("[3 Fan-out]")


async def test_keys_behind_the_one_that_leaves_open_nothing() -> None:
    """Typed ahead for the shell, they were taken for the dashboard, which was being taken down."""
    async with staged() as stage:
        stage.app.exit()
        stage.app.action_help()
        stage.app.open_details(stage.app._uppermost().subject())  # type: ignore[union-attr,arg-type]
        assert len(stage.app.screen_stack) == 1


async def test_the_demo_has_no_other_profile_or_region() -> None:
    async with staged(company(context=replace(HERE, demo=True))) as stage:
        await stage.press(":")
        await stage.type("region us-west-2")
        await stage.press("enter")
        await stage.sees("one account and one region of its own")
        assert stage.feed.switched == []
