"""How the widgets look together: pictures that are compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.snapshot import Connection, Context, Health
from tests.ui.widgets.gallery import LIVE, Gallery

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


async def step(pilot: Pilot[None]) -> None:
    await pilot.press("j")
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_the_first_tab(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(Gallery(), terminal_size=size, run_before=step)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_other_themes(snap_compare: Compare, theme: str) -> None:
    async def change(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await step(pilot)

    assert snap_compare(Gallery(), terminal_size=(100, 30), run_before=change)


def test_a_failing_connection_without_rows_in_80_columns(snap_compare: Compare) -> None:
    problem = Problem(ProblemKind.CREDENTIALS, "the SSO session has expired", "aws sso login --profile shop-prod")
    snapshot = replace(
        LIVE,
        context=Context("shop-prod", "123456789012", "eu-west-1", protected=("*-prod",)),
        health=Health(Connection.FAILING, problem, fresh_at=60.0, retry_at=112.0),
    )
    assert snap_compare(Gallery(snapshot, ()), terminal_size=(80, 24), run_before=step)
