"""What the doctor finds in the demo's company: the faults that were put there on purpose, and all that follows."""

from __future__ import annotations

import pytest

from sqsview.aws.session import open_gateway
from sqsview.demo import company
from sqsview.demo.account import DEMO_CREDENTIALS
from sqsview.demo.process import Demo
from sqsview.domain.doctor import Code, Severity
from sqsview.gateway import Target
from sqsview.operations.diagnosis import diagnose


async def test_the_deliberate_faults_are_found_and_the_rest_is_no_error(
    still_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in DEMO_CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    async with open_gateway(Target(endpoint_url=still_demo.endpoint_url), budget=None) as gateway:
        found = {(each.code, each.thing): each for each in (await diagnose(gateway)).findings}
    assert {key for key, each in found.items() if each.severity is Severity.ERROR} == {
        (Code.QUEUE_GONE, f"orders → {company.GONE}"),
        (Code.TOPIC_NOT_ADMITTED, f"orders → {company.NOT_ADMITTED}"),
    }
    for code, thing in (
        (Code.SUBSCRIPTION_PENDING, f"orders → {company.PENDING_ADDRESS}"),
        (Code.DLQ_NOT_EMPTY, "orders-billing-dlq"),
        (Code.DLQ_ORPHANED, company.UNUSED_DEAD_LETTERS),
        (Code.DLQ_RETENTION, "audit-archive-dlq"),
        (Code.TOPIC_UNHEARD, company.ORPHAN_TOPIC),
        (Code.RAW_ATTRIBUTES, "orders → orders-audit"),
        (Code.KEY_UNCLEAR, "payments → payments-capture"),
    ):
        assert (code, thing) in found
    assert found[Code.TOPIC_NOT_ADMITTED, f"orders → {company.NOT_ADMITTED}"].repair is not None
