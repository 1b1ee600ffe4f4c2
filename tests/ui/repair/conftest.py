"""Dialogs that take consent soon, and a server behind the dashboard."""

from __future__ import annotations

import pytest

from sqsview.ui.screens import dialogs, form_dialog
from tests.ui.seen import Server, serve


@pytest.fixture(autouse=True)
def _soon_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.01)
    monkeypatch.setattr(form_dialog, "PAUSE", 0.01)


@pytest.fixture
def server() -> Server:
    """An account with the queues of the company, all of them empty."""
    return serve()
