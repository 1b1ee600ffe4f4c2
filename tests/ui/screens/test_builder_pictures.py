"""Pictures of the fan-out builder: as it begins, and with a plan beside what is typed."""

from __future__ import annotations

import pytest

from sqsview.ui.screens.builder import BuilderScreen
from tests.ui.screens.test_creating_pictures import looks
from tests.ui.screens.test_pictures import SIZES, Compare
from tests.ui.stage import Stage

TEXT = """\
[topic]
name = "orders"

[defaults]
dead_letter_queue = true
max_receive_count = 5

[[queues]]
name = "orders-billing"
filter = { type = ["order", "refund", "credit"] }

[[queues]]
name = "orders-fraud"
filter = { total = [{ numeric = [">=", 500] }] }
scope = "body"
"""
each_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


async def opened(stage: Stage) -> BuilderScreen:
    await stage.press("3", "n")
    await stage.until(lambda: isinstance(stage.app.screen, BuilderScreen))
    screen = stage.app.screen
    assert isinstance(screen, BuilderScreen)
    await stage.sees("must not be empty")
    return screen


@each_size
def test_it_begins_with_an_example(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def play(stage: Stage) -> None:
        await opened(stage)

    assert looks(snap_compare, play, size)


@each_size
def test_the_plan_stands_beside_what_is_typed(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def play(stage: Stage) -> None:
        screen = await opened(stage)
        screen.editor.load(TEXT)
        await stage.sees("create the queue orders-fraud")

    assert looks(snap_compare, play, size)
