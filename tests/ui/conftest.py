"""What the tests of the screens share: the same time zone everywhere, and a quick look at the feed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Show every clock time in UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the feed often, so that no test waits half a second for what it put there."""
    monkeypatch.setattr("sqsview.ui.app.TICK", 0.2)
    # How long Textual's pilot watches the processor before it calls the app idle; it does so twice a key.
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.006)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 0.002)
