"""The header: what must not be missed stays whatever the width, and old data never looks current."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.snapshot import CallFigures, Connection, Context, Health, Snapshot
from sqsview.ui.actions import View
from sqsview.ui.scene import Totals
from sqsview.ui.widgets.header import StatusHeader, state_cells
from tests.support import shown
from tests.ui.widgets.gallery import LIVE, WidgetApp

TOTALS = Totals(18_204, 311, 57)
EXPIRED = Problem(ProblemKind.CREDENTIALS, "the SSO session has expired", "aws sso login --profile shop")


async def header_lines(snapshot: Snapshot, width: int, totals: Totals = TOTALS, now: float = 100.0) -> list[str]:
    header = StatusHeader(View.QUEUES)
    app = WidgetApp(header)
    async with app.run_test(size=(width, 6)) as pilot:
        header.show(snapshot, totals, now)
        await pilot.pause()
        await pilot.pause()
        assert all(strip.cell_length == width for strip in shown.strips(app))
        return shown.lines(app)[: header.size.height]


async def test_wide_it_says_everything() -> None:
    first, second = await header_lines(LIVE, 140)
    for part in (
        "sqsview", "shop-prod · 123456789012 · eu-west-1", "[READ-ONLY]", "live 1 s", "6 queues",
        "312 calls/min of 3,000", "~$1.40/mo",
    ):  # fmt: skip
        assert part in first
    assert second.endswith("visible 18,204  in flight 311  ● in DLQs 57")


async def test_at_80_columns_what_protects_is_still_there() -> None:
    first, second = await header_lines(LIVE, 80)
    for part in ("shop-prod", "eu-west-1", "[READ-ONLY]", "live 1 s", "312 calls/min"):
        assert part in first
    assert "in DLQs 57" in second


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
async def test_the_mode_and_the_state_outlast_everything(width: int) -> None:
    context = Context("a-profile-with-a-long-name-of-its-own", "123456789012", "ap-southeast-3", read_only=True)
    first, _ = await header_lines(replace(LIVE, context=context), width)
    assert "[READ-ONLY]" in first
    assert "live 1 s" in first


async def test_the_chips_say_what_is_special() -> None:
    context = Context("demo", None, "eu-west-1", "http://127.0.0.1:4566", demo=True, protected=("*-prod",))
    first, _ = await header_lines(replace(LIVE, context=context), 140)
    assert "127.0.0.1:4566  [DEMO]  [PROTECTED]" in first
    assert "READ-ONLY" not in first


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (Health(), "connecting…"),
        (Health(Connection.LOADING), "listing…"),
        (Health(Connection.LOADING, loaded=312, total=1_204), "loading 312 of 1,204"),
        (Health(Connection.LIVE, fresh_at=98.6), "live 1 s"),
        (Health(Connection.LIVE, fresh_at=60.0, due_at=64.0), "late 40 s"),
        (Health(Connection.LIVE, fresh_at=60.0, due_at=150.0), "live 40 s"),
        (Health(Connection.FAILING), "! no data"),
        (Health(Connection.FAILING, fresh_at=60.0), "! stale 40 s"),
        (Health(Connection.FAILING, fresh_at=60.0, retry_at=112.0), "! stale 40 s · again in 12 s"),
    ],
)
def test_the_state_is_said_in_words(health: Health, said: str) -> None:
    assert "".join(cell.text for cell in state_cells(health, 100.0)) == said


async def test_a_failing_connection_says_why_and_what_to_do_on_a_line_of_its_own() -> None:
    failing = replace(LIVE, health=Health(Connection.FAILING, EXPIRED, fresh_at=60.0))
    lines = await header_lines(failing, 100)
    assert lines[2] == " ! the SSO session has expired · aws sso login --profile shop"
    assert len(lines) == 3


async def test_a_long_problem_takes_more_lines_rather_than_lose_the_remedy() -> None:
    long = replace(EXPIRED, text="could not connect to the endpoint because " + "it did not answer " * 3)
    lines = await header_lines(replace(LIVE, health=Health(Connection.FAILING, long)), 80)
    assert len(lines) == 4
    assert "aws sso login --profile shop" in " ".join(line.strip() for line in lines[2:])


async def test_the_problem_goes_when_it_is_over() -> None:
    header = StatusHeader(View.QUEUES)
    app = WidgetApp(header)
    async with app.run_test(size=(100, 6)) as pilot:
        header.show(replace(LIVE, health=Health(Connection.FAILING, EXPIRED)), TOTALS, 100.0)
        await shown.until(pilot, lambda: header.size.height == 3)
        header.show(LIVE, TOTALS, 100.0)
        await shown.until(pilot, lambda: header.size.height == 2)
        assert "expired" not in shown.text(app)


async def test_throttling_is_seen() -> None:
    calls = CallFigures(per_minute=900, budget=25.0, budget_full=50.0, total=9_000)
    first, _ = await header_lines(replace(LIVE, calls=calls), 120)
    assert "900 calls/min of 1,500, throttled" in first
    assert "/mo" not in first


async def test_what_was_not_read_is_no_zero() -> None:
    _, second = await header_lines(LIVE, 120, Totals(None, None, None))
    assert second.endswith("visible –  in flight –  in DLQs –")


async def test_nothing_is_painted_while_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    from textual.widget import Widget

    header = StatusHeader(View.QUEUES)
    app = WidgetApp(header)
    async with app.run_test(size=(100, 6)) as pilot:
        header.show(LIVE, TOTALS, 100.0)
        await pilot.pause()
        refreshed: list[object] = []
        with monkeypatch.context() as patch:
            patch.setattr(Widget, "refresh", lambda self, *regions, **_: refreshed.append((self, regions)))
            header.show(replace(LIVE, generation=5), TOTALS, 100.4)
        assert refreshed == []
