"""The activity tab: problems newest first, calls by API, and in words how the program reads."""

from __future__ import annotations

from dataclasses import replace

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.snapshot import CallFigures, Connection, PollerState
from sqsview.operations.ledger import LedgerKey
from tests.ui.company import company, snapshot
from tests.ui.stage import staged
from tests.ui.still_feed import EPOCH, NOW


async def test_problems_come_newest_first_with_time_kind_thing_and_remedy() -> None:
    async with staged(tab="5") as stage:
        rows = stage.lines[4:7]
        assert "15:11:18" in rows[0] and "! denied" in rows[0] and "orders-audit" in rows[0]
        assert "denied: sqs:GetQueueAttributes · allow it on this queue" in rows[0]
        assert "! gone" in rows[1] and "legacy-import" in rows[1]
        assert "! throttled" in rows[2] and "connection" in rows[2]


async def test_without_problems_the_tab_says_so_and_only_while_live_without_a_reserve() -> None:
    async with staged(company(problems=()), tab="5") as stage:
        assert "no call failed" in stage.text and "so far" not in stage.text
        await stage.put(snapshot(connection=Connection.LOADING))
        await stage.sees("no call failed so far")


async def test_problems_are_filtered_by_word_and_kind_and_sorted() -> None:
    async with staged(tab="5") as stage:
        await stage.filter("is:gone")
        assert stage.names == ["legacy-import"]
        await stage.press("escape", "S")
        assert "by last seen ↑" in stage.status and stage.names[0] == "connection"
        await stage.press("s")
        assert "by kind ↑" in stage.status and stage.names[0] == "orders-audit"


async def test_enter_on_a_problem_goes_to_the_thing_and_a_problem_of_none_is_said_in_full() -> None:
    async with staged(tab="5") as stage:
        await stage.press("enter")
        await stage.sees("[1 Queues]")
        await stage.until(lambda: stage.cursor == "orders-audit")
        await stage.press("5", "G", "enter")
        assert stage.toasts[-1] == "throttled: sqs:GetQueueAttributes · the pace was halved"
        assert "[5 Activity]" in stage.text


async def test_a_problem_that_comes_back_keeps_the_cursor_where_it_is() -> None:
    async with staged(tab="5") as stage:
        await stage.press("j")
        assert stage.cursor == "legacy-import"
        again = tuple(replace(each, at=EPOCH) for each in stage.app.snapshot.problems[:1])
        fresh = Problem(ProblemKind.FAILED, "the server answered 500", "", "reports", EPOCH)
        await stage.put(company(problems=(fresh, *again, *stage.app.snapshot.problems[1:])))
        assert stage.cursor == "legacy-import" and len(stage.names) == 4


async def test_calls_are_told_by_api_with_errors_throttles_and_latencies() -> None:
    async with staged(tab="5") as stage:
        row = stage.line("sqs:GetQueueAttributes         18")
        assert row.split()[2:8] == ["18,204", "3", "12", "18", "ms", "41"]
        assert "–" in stage.line("sns:ListTopics"), "an unknown latency is no zero"
        await stage.put(company(calls=CallFigures()))
        await stage.sees("none yet")


async def test_how_the_program_reads_is_told_in_words() -> None:
    async with staged(tab="5", size=(160, 44)) as stage:
        for words in (
            "12 queues on screen: read every 4 s",
            "3 moving: every 15 s",
            "1 idle: ever less often, at the latest every 3 min",
            "last complete listing 20 s ago",
            "up to 50 calls a second; 312 in the last minute",
            "watching like this costs about $1.40 a month",
        ):
            assert words in stage.text
        throttled = PollerState(8.0, 30.0, 180.0, 12, 3, 1, False, 7, 60.0, NOW)
        await stage.put(company(calls=CallFigures(600, 25.0, 50.0), poller=throttled))
        await stage.sees("throttled: 25 of 50 calls a second, recovering step by step")
        assert "7 readings wait for the budget" in stage.text
        assert "the terminal is not in focus: everything is read less often" in stage.text


async def test_the_figures_move_while_the_tab_is_looked_at() -> None:
    async with staged(tab="5", size=(160, 44)) as stage:
        stage.clock.passed = 30
        await stage.sees("last complete listing 50 s ago")


async def test_it_says_how_many_receives_the_looks_have_caused() -> None:
    async with staged(tab="5", size=(160, 44)) as stage:
        assert "no look yet: nothing was received" in stage.text
        ledger, key = stage.app.state.ledger, LedgerKey("aws", "arn:aws:sqs:eu-west-1:123456789012:orders")
        look = ledger.open_look(key, 1.0, lambda known: None)
        ledger.record(key, look, [("one", 1), ("two", 3)], 1.0)
        await stage.press("1")
        await stage.press("5")
        await stage.sees("looks caused 2 receives now, 2 in all, in 1 queue")
