"""Whatever happens between looks, one that needs no asking leaves the consumer a try of every message."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sqsview.domain.message import EntryFault, Message
from sqsview.domain.problem import ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.errors import GatewayError, LookRefused
from sqsview.gateway import Gateway, Target
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, appraise
from tests.operations.looks.conftest import fill
from tests.support.double import Account, queue_arn, queue_ref, session_error
from tests.support.time import OwnedClock


class Lossy:
    """A gateway that loses the answers of receives while it is told to: the server has hidden and counted then."""

    def __init__(self, inner: Gateway) -> None:
        self._inner = inner
        self.losing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        found = await self._inner.receive_message(queue, maximum=maximum, wait=wait, hold=hold)
        if self.losing:
            raise session_error(ProblemKind.NETWORK, "the connection broke off")
        return found

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        return await self._inner.change_message_visibility_batch(queue, receipts, seconds)


EVENTS = st.one_of(
    st.tuples(st.just("look"), st.integers(1, 40)),
    st.tuples(st.just("lost look"), st.integers(1, 40)),
    st.tuples(st.just("send"), st.integers(1, 15)),
    st.tuples(st.just("delete"), st.integers(1, 5)),
    st.tuples(st.just("wait"), st.integers(1, 200)),
)


@settings(max_examples=60, deadline=None)
@example(maximum=3, events=[("send", 3), ("lost look", 3), ("lost look", 3), ("look", 3)])
@example(maximum=4, events=[("send", 3), ("look", 3), ("lost look", 3), ("lost look", 3), ("look", 3)])
@given(maximum=st.integers(1, 6), events=st.lists(EVENTS, min_size=3, max_size=14))
def test_no_look_that_was_not_asked_about_costs_a_message_its_last_try(
    maximum: int, events: list[tuple[str, int]]
) -> None:
    asyncio.run(_course(maximum, events))


async def _course(maximum: int, events: list[tuple[str, int]]) -> None:
    clock = OwnedClock(auto=True)
    account, ledger = Account(clock), Ledger()
    account.add_queue("orders-dlq")
    account.add_queue("orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=maximum)
    async with account.opener(Target()) as inner:
        gateway = Lossy(inner)
        for event, amount in events:
            if event == "send":
                fill(account, amount)
            elif event == "delete":
                del account.broker.queues.setdefault("orders", [])[:amount]
            elif event == "wait":
                await clock.sleep(amount)
            else:
                gateway.losing = event == "lost look"
                appraisal = await appraise(gateway, queue_ref("orders"), ledger, clock)
                with suppress(LookRefused, GatewayError):
                    await Look(gateway, appraisal, ledger, clock).gather(amount)
                if gateway.losing:
                    await clock.sleep(21)  # what nobody knows of comes back by itself
    ledger.close()
    left = account.broker.queues.get("orders", [])
    assert account.broker.queues.get("orders-dlq", []) == []
    assert all(kept.receive_count < maximum for kept in left)
