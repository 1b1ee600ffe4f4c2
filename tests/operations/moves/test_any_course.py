"""Whatever goes wrong, in whatever order: every message is somewhere, and the journal knows those that are twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqsview.domain.message import EntryFault, Message, Outgoing, Sent
from sqsview.domain.problem import ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.gateway import Gateway
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.mover import Move, Mover
from tests.operations.moves.conftest import FIFO_LETTERS, FIFO_WORK, LETTERS, WORK, kept
from tests.support.double import Account, DoubleGateway, denied, server_fault, session_error, throttled
from tests.support.time import OwnedClock


class Spoiled:
    """A gateway whose calls go wrong before or after the server has done what was asked, by chance."""

    def __init__(self, inner: DoubleGateway, chance: random.Random, share: float) -> None:
        self._inner = inner
        self._chance = chance
        self._share = share
        self._known: dict[str, Sent] = {}
        """Deduplication ids that the FIFO queue knows, with what it answered."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def receive_message(self, queue: QueueRef, *, maximum: int, wait: int, hold: int) -> list[Message]:
        self._before()
        found = await self._inner.receive_message(queue, maximum=maximum, wait=wait, hold=hold)
        self._after()
        return found

    async def send_message_batch(self, queue: QueueRef, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        self._before()
        outcomes = [await self._sent(queue, one) for one in outgoing]
        self._after()
        return outcomes

    async def _sent(self, queue: QueueRef, outgoing: Outgoing) -> Sent | EntryFault:
        if self._happens():
            return EntryFault("InternalError", "sorry", sender_fault=self._chance.random() < 0.5)
        known = self._known.get(outgoing.deduplication or "") if queue.fifo else None
        if known is None:
            (known,) = cast(list[Sent], await self._inner.send_message_batch(queue, [outgoing]))
            self._known[outgoing.deduplication or ""] = known
        return EntryFault("", "untold", sender_fault=False) if self._happens() else known

    async def delete_message_batch(self, queue: QueueRef, receipts: Sequence[str]) -> Mapping[str, EntryFault]:
        self._before()
        spared = [receipt for receipt in receipts if self._happens()]
        faults = await self._inner.delete_message_batch(queue, [one for one in receipts if one not in spared])
        self._after()
        return {**faults, **{one: EntryFault("InternalError", "sorry", sender_fault=False) for one in spared}}

    async def change_message_visibility_batch(
        self, queue: QueueRef, receipts: Sequence[str], seconds: int
    ) -> Mapping[str, EntryFault]:
        self._before()
        return await self._inner.change_message_visibility_batch(queue, receipts, seconds)

    def _happens(self) -> bool:
        return self._chance.random() < self._share / 2

    def _before(self) -> None:
        if self._happens():
            unreachable = session_error(ProblemKind.NETWORK, "no route")
            raise self._chance.choice([throttled(), unreachable, server_fault(), *([denied()] * (self._share > 0.3))])

    def _after(self) -> None:
        if self._happens():
            raise server_fault()


@pytest.mark.parametrize(("here", "there"), [(LETTERS, WORK), (FIFO_LETTERS, FIFO_WORK)], ids=["standard", "fifo"])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.05, 0.2, 0.5]), stops=st.booleans())
def test_nothing_is_lost_and_nothing_is_doubled_in_silence(
    here: QueueRef, there: QueueRef, seed: int, share: float, stops: bool
) -> None:
    asyncio.run(_course(here, there, random.Random(seed), share, stops=stops))


async def _course(here: QueueRef, there: QueueRef, chance: random.Random, share: float, *, stops: bool) -> None:
    clock = OwnedClock(auto=True)
    account = Account(clock)
    account.add_queue(here.name)
    account.add_queue(there.name)
    for number in range(45):
        group, deduplication = (f"g{number % 4}", f"d{number % 40}") if here.fifo else (None, None)
        account.broker.put(here.name, Outgoing(f"{number}", group=group, deduplication=deduplication))
    await clock.sleep(3_600)
    journal = Journal(None, clock)
    gateway = cast(Gateway, Spoiled(DoubleGateway(account, account.context), chance, share))
    mover = Mover(gateway, Move(here, there), journal, Ledger(), clock, hold=chance.choice([2, 20]))

    def stop(_operation: str, _thing: str) -> None:
        if stops and mover.progress.moved > 10 and chance.random() < 0.2:
            mover.stop()

    account.on_call = stop
    done = await mover.run()
    source, destination = kept(account, here.name), kept(account, there.name)
    found = Counter(one.outgoing.body for one in (*source, *destination))
    assert set(found) == {f"{number}" for number in range(45)}, "some are lost"
    (past,) = journal.finished()
    doubted = {*past.doubt.sure, *past.doubt.unsure}
    twice = {one.outgoing.body for one in source} & {one.outgoing.body for one in destination}
    assert twice <= {one.outgoing.body for one in source if one.id in doubted}, "some are doubled in silence"
    assert max(Counter(one.outgoing.body for one in destination).values(), default=1) == 1
    assert done.doubtful >= len(twice)
    assert done.moved + done.doubtful + len(source) >= 45
    if here.fifo:
        for name in {one.outgoing.group for one in destination}:
            arrived = [int(one.outgoing.body) for one in destination if one.outgoing.group == name]
            assert arrived == sorted(arrived), "the order within a group is broken"
