"""What a look would cost is told from the server's word of now and the record of looks; nothing is received."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqsview.errors import Denied, RefusedReadOnly
from sqsview.gateway import Target
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.ledger import Ledger, LedgerKey
from tests.operations.looks.conftest import Prepare, fill
from tests.support.double import Account, denied, queue_arn, queue_ref
from tests.support.time import OwnedClock


async def appraised(account: Account, ledger: Ledger, queue: str = "orders", *, endpoint: str = "") -> Appraisal:
    async with account.opener(Target(endpoint_url=endpoint or None)) as gateway:
        return await appraise(gateway, queue_ref(queue), ledger, account.clock)


async def test_it_tells_the_total_and_what_a_look_would_cost(account: Account, ledger: Ledger) -> None:
    account.queues["orders"].hold(40, 3, 2)
    found = await appraised(account, ledger)
    assert (found.total, found.allowance.looks_left, found.allowance.target) == (45, 2, "orders-dlq")
    assert account.count("receive_message") == 0


async def test_a_total_that_the_server_does_not_tell_is_unknown(account: Account, ledger: Ledger) -> None:
    account.queues["orders"].hold(None, None, None)
    assert (await appraised(account, ledger)).total is None


async def test_what_is_known_is_kept_by_server_and_arn(account: Account, ledger: Ledger) -> None:
    assert (await appraised(account, ledger)).key == LedgerKey("aws", queue_arn("orders"))
    elsewhere = await appraised(account, ledger, endpoint="http://localhost:4566")
    assert elsewhere.key == LedgerKey("http://localhost:4566", queue_arn("orders"))


async def test_what_has_outlived_its_time_in_the_queue_is_forgotten(
    account: Account, clock: OwnedClock, ledger: Ledger, prepare: Prepare
) -> None:
    account.queues["orders"].settings = replace(account.queues["orders"].settings, retention=600)
    fill(account, 1)
    await (await prepare()).gather(1)
    assert (await appraised(account, ledger)).allowance.looks_left == 1
    await clock.sleep(601)
    assert (await appraised(account, ledger)).allowance.looks_left == 2


async def test_a_queue_that_was_seen_empty_starts_afresh(
    account: Account, clock: OwnedClock, ledger: Ledger, prepare: Prepare
) -> None:
    fill(account, 1)
    await (await prepare()).gather(1)
    account.broker.queues["orders"].clear()
    assert (await appraised(account, ledger)).allowance.looks_left == 1, "counts may be a minute behind"
    await clock.sleep(61)
    assert (await appraised(account, ledger)).allowance.looks_left == 2


async def test_a_queue_that_cannot_be_read_is_not_looked_at(account: Account, ledger: Ledger) -> None:
    account.fail("get_queue_attributes", denied(), "orders")
    with pytest.raises(Denied):
        await appraised(account, ledger)


# -- read-only mode


async def test_in_read_only_mode_a_look_is_refused_before_any_call(account: Account, ledger: Ledger) -> None:
    account.context = replace(account.context, read_only=True)
    for queue in ("orders", "orders-dlq"):
        with pytest.raises(RefusedReadOnly):
            await appraised(account, ledger, queue)
    assert account.calls == []


async def test_a_configuration_can_allow_looks_where_a_receive_moves_nothing(account: Account, ledger: Ledger) -> None:
    account.context = replace(account.context, read_only=True, read_only_looks=True)
    assert (await appraised(account, ledger, "orders-dlq")).allowance.looks_left is None
    with pytest.raises(RefusedReadOnly, match="only allowed into queues without a redrive policy"):
        await appraised(account, ledger)
