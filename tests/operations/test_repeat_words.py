"""A repeat in words: every message is in one of the figures."""

from __future__ import annotations

import pytest

from sqsview.operations.repeat import Progress
from sqsview.operations.repeat_words import progress_line, summary


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress(1_000), "0 of 1,000 sent"),
        (Progress(1_000, 120, rate=45.2, eta=19.6), "120 of 1,000 sent · 45 a second · 20 s left"),
        (
            Progress(1_000, 120, 3, 10, rate=1.25, eta=754.0),
            "120 of 1,000 sent · 3 failed · 10 not known · 1.2 a second · 12 min 34 s left",
        ),
        (Progress(1_000, 1_000, rate=500.0, eta=0.0, ended=True), "1,000 of 1,000 sent · 500 a second"),
    ],
)
def test_how_far_it_is(progress: Progress, said: str) -> None:
    assert progress_line(progress) == said


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress(5, 5), "5 of 5 sent"),
        (
            Progress(1_000, 120, 3, 10),
            "120 of 1,000 sent · 3 failed · 10 may have been sent, that is not known · 867 not tried",
        ),
    ],
)
def test_how_it_ended(progress: Progress, said: str) -> None:
    assert summary(progress) == said
