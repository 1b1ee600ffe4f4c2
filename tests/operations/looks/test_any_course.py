"""Whatever happens between looks, one that needs no asking leaves the consumer a try of every message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
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
from tests.support.double_messages import Kept
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
    st.tuples(st.just("two looks at once"), st.integers(1, 40)),
    st.tuples(st.just("look, and go on"), st.integers(1, 40)),
    st.tuples(st.just("agreed look"), st.integers(1, 40)),
    st.tuples(st.just("send"), st.integers(1, 15)),
    st.tuples(st.just("delete"), st.integers(1, 5)),
    st.tuples(st.just("wait"), st.integers(1, 200)),
    st.tuples(st.just("give up after"), st.integers(1, 7)),
)


@settings(max_examples=150, deadline=None)
@example(maximum=3, events=[("send", 3), ("lost look", 3), ("lost look", 3), ("look", 3)])
@example(maximum=4, events=[("send", 3), ("look", 3), ("lost look", 3), ("lost look", 3), ("look", 3)])
@example(maximum=6, events=[("send", 9), ("look", 9), ("look", 9), ("give up after", 3), ("look", 9)])
@example(maximum=3, events=[("send", 9), ("look", 9), ("agreed look", 9), ("agreed look", 9), ("two looks at once", 9)])
@given(maximum=st.integers(1, 6), events=st.lists(EVENTS, min_size=3, max_size=14))
def test_no_look_that_was_not_asked_about_costs_a_message_its_last_try(
    maximum: int, events: list[tuple[str, int]]
) -> None:
    asyncio.run(_course(maximum, events))


class Course:
    """A queue that sqsview alone receives from, and what its looks do to the messages."""

    def __init__(self, maximum: int) -> None:
        self.clock = OwnedClock(auto=True)
        self.account, self.ledger = Account(self.clock), Ledger()
        self.account.add_queue("orders-dlq")
        self.account.add_queue("orders", dead_letter_target=queue_arn("orders-dlq"), max_receive_count=maximum)

    @property
    def maximum(self) -> int:
        return self.account.queues["orders"].settings.max_receive_count or 0

    def give_up_after(self, receives: int) -> None:
        facts = self.account.queues["orders"]
        facts.settings = replace(facts.settings, max_receive_count=receives)

    def queue(self, name: str = "orders") -> list[Kept]:
        return self.account.broker.queues.setdefault(name, [])

    async def prepared(self, gateway: Gateway, *, keep: bool = False) -> Look:
        appraisal = await appraise(gateway, queue_ref("orders"), self.ledger, self.clock)
        return Look(gateway, appraisal, self.ledger, self.clock, keep=keep)

    @asynccontextmanager
    async def unharmed(self) -> AsyncIterator[None]:
        """Require that nothing is moved meanwhile, and that no message loses its last try."""
        had_tries = {kept.id for kept in self.queue() if kept.receive_count < self.maximum}
        moved = len(self.queue("orders-dlq"))
        yield
        assert len(self.queue("orders-dlq")) == moved
        assert [kept.id for kept in self.queue() if kept.id in had_tries and kept.receive_count >= self.maximum] == []

    async def agreed_look(self, gateway: Gateway, amount: int) -> None:
        """Require that no more is moved than was said, where that was counted."""
        look = await self.prepared(gateway)
        moved = len(self.queue("orders-dlq"))
        await look.gather(amount, agreed := look.allowance)
        if not agreed.concerns_any:
            assert len(self.queue("orders-dlq")) - moved <= agreed.moving


async def _course(maximum: int, events: list[tuple[str, int]]) -> None:
    course = Course(maximum)
    async with course.account.opener(Target()) as inner:
        gateway = Lossy(inner)
        for event, amount in events:
            if event == "send":
                fill(course.account, amount)
            elif event == "delete":
                del course.queue()[:amount]
            elif event == "wait":
                await course.clock.sleep(amount)
            elif event == "give up after":
                course.give_up_after(amount)
            elif event == "agreed look":
                await course.agreed_look(gateway, amount)
            elif event == "two looks at once":
                looks = [await course.prepared(gateway) for _ in range(2)]
                async with course.unharmed():
                    ended = await asyncio.gather(*(look.gather(amount) for look in looks), return_exceptions=True)
                assert {type(one) for one in ended} <= {type(None), LookRefused}
            elif event == "look, and go on":
                look = await course.prepared(gateway, keep=True)
                for part in (amount // 2 + 1, amount):
                    async with course.unharmed():
                        with suppress(LookRefused):
                            await look.gather(part)
                    course.give_up_after(amount % 5 + 1)
                await look.release()
            else:
                gateway.losing = event == "lost look"
                look = await course.prepared(gateway)
                async with course.unharmed():
                    with suppress(LookRefused, GatewayError):
                        await look.gather(amount)
                if gateway.losing:
                    await course.clock.sleep(21)  # what nobody knows of comes back by itself
                gateway.losing = False
