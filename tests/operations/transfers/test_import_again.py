"""A file that was sent, or a part of it, is not sent a second time by mistake; and what was done is written down."""

from __future__ import annotations

import pytest

from sqsview.operations.audit import AuditLog
from sqsview.operations.importing import ImportRefused
from tests.operations.transfers.conftest import Importing, Write, accept_all, bodies_in, refuse
from tests.support.double import Account

pytestmark = pytest.mark.usefixtures("at_once")


async def test_what_is_all_there_is_not_sent_a_second_time_unless_it_is_said(
    importing: Importing, account: Account, write: Write
) -> None:
    path = write(range(12), group="g", deduplication="d", sent="2020-01-01T00:00:00.000Z")
    await (await importing(path, "orders.fifo")).run()
    with pytest.raises(ImportRefused, match=r"nothing is sent: all 12 messages of it were sent to orders\.fifo .* ago"):
        await (await importing(path, "orders.fifo")).run()
    assert len(bodies_in(account, "orders.fifo")) == 12
    assert (await (await importing(path, "orders.fifo", again=True)).run()).is_done
    ids = [kept.outgoing.deduplication for kept in account.broker.queues["orders.fifo"]]
    assert len(set(ids)) == 24, "the queue would swallow the second ones by their ids"


async def test_another_queue_gets_all_of_it(importing: Importing, account: Account, write: Write) -> None:
    path = write(range(12))
    await (await importing(path)).run()
    assert (await (await importing(path, "orders")).run()).is_done
    assert len(bodies_in(account, "orders")) == 12


async def test_a_file_that_was_changed_since_a_part_was_sent_asks_where_to_go_on(
    importing: Importing, account: Account, write: Write
) -> None:
    refuse(account, "7")
    assert (await (await importing(write(range(20), group="g"), "orders.fifo")).run()).sent == 7
    accept_all(account)
    changed = write([*range(7), "seven", *range(8, 20)], group="g")
    with pytest.raises(ImportRefused, match="sent its first 8 messages, but for line 8") as refused:
        await (await importing(changed, "orders.fifo")).run()
    assert refused.value.remedy == "go on with --from-line 9, or begin anew with --from-line 1"
    done = await (await importing(changed, "orders.fifo", first=8)).run()
    assert (done.before, done.sent, done.is_done) == (7, 13, True)
    assert bodies_in(account, "orders.fifo")[7:9] == ["seven", "8"]


async def test_what_is_done_is_in_the_audit_log_and_no_body_is(importing: Importing, write: Write) -> None:
    audit = AuditLog()
    await (await importing(write(["secret"]), audit=audit)).run()
    before, after = audit.lines
    assert '"deed": "import"' in before
    assert '"outcome": "begins"' in before
    assert '"outcome": "done"' in after
    assert '"counts": {"sent": 1}' in after
    assert "secret" not in before + after
