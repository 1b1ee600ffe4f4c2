"""Dialogs that take consent soon, and an account with the company's push applications behind the dashboard."""

from __future__ import annotations

import pytest

from sqsview.ui.screens import dialogs, form_dialog
from tests.ui.company import APPLICATIONS, device, topics
from tests.ui.seen import Server, serve

IOS = APPLICATIONS[1]


@pytest.fixture(autouse=True)
def _soon_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ARMED_AFTER", 0.01)
    monkeypatch.setattr(form_dialog, "PAUSE", 0.01)


@pytest.fixture
def server() -> Server:
    """The company's topics and applications, and three devices of ``shop-ios``, of which one is disabled."""
    found = serve()
    found.account.applications = list(APPLICATIONS)
    devices = [device(1, user_data="customer 7"), device(2, enabled=False), device(3)]
    found.account.endpoints[IOS.arn] = devices
    for topic in topics():
        found.account.add_topic(topic.name)
    return found
