"""What a move does about faults: nothing is lost, nothing is doubled in silence, and the reason is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from sqsview.domain.message import EntryFault, Message, Outgoing, Sent
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.errors import JournalError, LedgerError, Rejected, ServerFault
from sqsview.gateway import Gateway, Target
from sqsview.operations.journal import Intent, Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.mover import Move, Mover
from tests.operations.moves.conftest import (
    FIFO_LETTERS,
    FIFO_WORK,
    LETTERS,
    WORK,
    Prepare,
    bodies,
    filled,
    kept,
)
from tests.support.double import Account, denied, gone, server_fault, session_error, throttled
from tests.support.double_messages import Broker
from tests.support.time import OwnedClock

UNREACHABLE = session_error(ProblemKind.NETWORK, "no route")


def counted(account: Account) -> int:
    """Check that every message is somewhere, and give how many are there twice."""
    here, there = bodies(account, LETTERS.name), bodies(account, WORK.name)
    assert {*here, *there} == {f"message {number}" for number in range(len({*here, *there}))}
    return len(here) + len(there) - len({*here, *there})


# -- sending


async def test_an_answer_that_is_lost_leaves_the_message_and_says_that_it_may_be_there_twice(
    account: Account, prepare: Prepare, journal: Journal
) -> None:
    await filled(account, 10)
    account.fail_once("send_message_batch", server_fault())
    done = await prepare().run()
    assert (done.moved, done.failed, done.doubtful) == (0, 0, 10)
    assert len(bodies(account, LETTERS.name)) == 10
    assert account.count("delete_message_batch") == 0
    assert done.failures[0].twice
    assert "may be in the destination as well" in done.failures[0].reason
    (past,) = journal.finished()
    assert len(past.doubt.unsure) == 10
    assert "10 may be there twice" in past.outcome


async def test_to_a_fifo_queue_it_is_sent_again_for_the_queue_swallows_the_second(
    account: Account, prepare: Prepare
) -> None:
    await filled(account, 3, FIFO_LETTERS.name, group="g", deduplication="d")
    account.fail_once("send_message_batch", server_fault())
    done = await prepare(Move(FIFO_LETTERS, FIFO_WORK)).run()
    assert (done.moved, done.doubtful) == (3, 0)
    assert bodies(account, FIFO_WORK.name) == ["message 0", "message 1", "message 2"]


async def test_what_is_never_answered_in_a_fifo_queue_keeps_its_group_back(account: Account, prepare: Prepare) -> None:
    await filled(account, 3, FIFO_LETTERS.name, group="g", deduplication="d")
    account.fail("send_message_batch", server_fault())
    done = await prepare(Move(FIFO_LETTERS, FIFO_WORK)).run()
    assert (done.doubtful, done.failed, done.moved) == (1, 2, 0)
    assert bodies(account, FIFO_LETTERS.name) == ["message 0", "message 1", "message 2"]


@pytest.mark.parametrize("fault", [throttled(), UNREACHABLE], ids=["throttled", "unreachable"])
async def test_what_did_nothing_is_sent_again(account: Account, prepare: Prepare, fault: ServerFault) -> None:
    await filled(account, 10)
    account.fail_once("send_message_batch", fault, fault)
    done = await prepare().run()
    assert (done.moved, done.failed, done.doubtful) == (10, 0, 0)


@pytest.mark.parametrize("fault", [denied("sqs:SendMessage"), gone(), session_error()], ids=["denied", "gone", "keys"])
async def test_what_no_repeat_can_mend_ends_the_move_at_once(
    account: Account, prepare: Prepare, fault: ServerFault
) -> None:
    await filled(account, 200)
    account.fail("send_message_batch", fault)
    done = await prepare().run()
    assert done.problem == fault.problem
    assert account.count("send_message_batch") == 1, "a surprise in the first is not met eight times"
    assert (done.moved, len(bodies(account, LETTERS.name))) == (0, 200)
    assert account.broker.held(LETTERS.name) == []


async def test_sends_that_fail_again_and_again_end_it_before_everything_is_in_doubt(
    account: Account, prepare: Prepare
) -> None:
    await filled(account, 500)
    account.fail("send_message_batch", server_fault())
    done = await prepare().run()
    assert done.problem is not None
    assert 0 < done.doubtful <= 120
    assert counted(account) == 0


async def test_an_entry_that_is_in_no_list_of_the_answer_is_in_doubt(
    account: Account, gateway: Gateway, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(account, 3)
    send = gateway.send_message_batch

    async def untold(*arguments: object) -> list[Sent | EntryFault]:
        outcomes = await send(*arguments)  # type: ignore[arg-type]
        return [outcomes[0], EntryFault("", "the server did not say", sender_fault=False), outcomes[2]]

    monkeypatch.setattr(gateway, "send_message_batch", untold)
    done = await prepare().run()
    assert (done.moved, done.doubtful, done.failed) == (2, 1, 0)
    assert counted(account) == 1


async def test_a_call_that_is_refused_for_one_message_is_made_one_by_one(
    account: Account, gateway: Gateway, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some servers refuse the whole batch for one message that is too large."""
    await filled(account, 30)
    send = gateway.send_message_batch

    async def refuse(queue: QueueRef, outgoing: Sequence[Outgoing]) -> list[Sent | EntryFault]:
        if any(one.body == "message 4" for one in outgoing):
            await account.call("send_message_batch", "refused")
            raise Rejected(Problem(ProblemKind.FAILED, "too long"))
        return await send(queue, outgoing)

    monkeypatch.setattr(gateway, "send_message_batch", refuse)
    done = await prepare().run()
    assert (done.moved, done.failed, done.problem) == (29, 1, None)
    assert done.failures[0].reason == "too long"
    assert bodies(account, LETTERS.name) == ["message 4"]


async def test_refusals_of_everything_end_it(account: Account, prepare: Prepare) -> None:
    await filled(account, 300)
    account.fail("send_message_batch", Rejected(Problem(ProblemKind.FAILED, "the key is disabled")))
    done = await prepare().run()
    assert done.problem is not None
    assert (done.moved, done.doubtful) == (0, 0)
    assert account.count("send_message_batch") < 150


async def test_a_message_with_a_trace_header_goes_alone_to_a_server_that_loses_it_in_a_batch(
    account: Account, prepare: Prepare
) -> None:
    """AWS keeps it; others do only for SendMessage."""
    await filled(account, 10, trace_header="Root=1")
    assert (await prepare().run()).moved == 10
    assert (account.count("send_message_batch"), account.count("send_message")) == (1, 0)
    await filled(account, 10, trace_header="Root=1")
    async with account.opener(Target(endpoint_url="http://localhost:4566")) as elsewhere:
        done = await Mover(elsewhere, Move(LETTERS, WORK), Journal(), Ledger(), account.clock).run()
    assert (done.moved, account.count("send_message")) == (10, 10)


# -- receiving


@pytest.mark.parametrize("way", [0.0, 0.4, 0.97, 1.4], ids="{} s on the way".format)
async def test_a_receive_whose_answer_is_lost_is_waited_for(
    account: Account, prepare: Prepare, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, way: float
) -> None:
    """What it hid comes back when its hold lapses, which began when it arrived; the record reckons with it."""
    await filled(account, 25)
    lost: list[Message] = []
    receive = Broker.receive

    async def lose(*arguments: Any, **named: Any) -> list[Message]:
        if not lost:
            await account.clock.sleep(way)
        found = await receive(*arguments, **named)
        if not lost:
            lost.extend(found)
            raise server_fault()
        return found

    monkeypatch.setattr(Broker, "receive", lose)
    done = await prepare(hold=10).run()
    assert (done.moved, len(lost)) == (25, 10)
    assert 9 <= done.elapsed < 20
    (figures,) = ledger.figures()
    assert ledger.knowledge(figures.key).unanswered == 1, "the next look has to reckon with it"


async def test_receives_that_fail_again_and_again_end_it(account: Account, prepare: Prepare) -> None:
    await filled(account, 10)
    account.fail("receive_message", server_fault())
    done = await asyncio.wait_for(prepare().run(), 10)
    assert done.problem is not None
    assert (done.moved, account.count("receive_message")) == (0, 5)


async def test_too_many_messages_in_flight_end_it_with_what_it_has(account: Account, prepare: Prepare) -> None:
    await filled(account, 30)
    over = ServerFault(Problem(ProblemKind.FAILED, "too many (OverLimit)"))
    calls = 0

    def note(operation: str, _thing: str) -> None:
        nonlocal calls
        calls += operation == "receive_message"
        if calls == 2:
            account.fail("receive_message", over)

    account.on_call = note
    done = await prepare().run()
    assert done.problem is None
    assert any("120,000" in note for note in done.notes)
    assert done.moved + len(bodies(account, LETTERS.name)) == 30


# -- deleting


async def test_a_deletion_that_fails_now_and_then_is_made_good(account: Account, prepare: Prepare) -> None:
    await filled(account, 25)
    account.fail_once("delete_message_batch", server_fault(), throttled(), server_fault())
    done = await prepare().run()
    assert (done.moved, done.doubtful, counted(account)) == (25, 0, 0)


async def test_what_can_never_be_deleted_is_said_to_be_there_twice(
    account: Account, prepare: Prepare, journal: Journal
) -> None:
    await filled(account, 25)
    account.broker.delete_faults["message-3"] = EntryFault("InternalError", "sorry", sender_fault=False)
    done = await prepare().run()
    assert (done.moved, done.doubtful, done.failed) == (24, 1, 0)
    assert (
        done.failures[0].reason == "its copy is in the destination, and it could not be deleted: sorry (InternalError)"
    )
    assert bodies(account, LETTERS.name) == ["message 2"]
    (left,) = journal.interrupted()
    assert (left.ended, left.sure) == (True, ("message-3",))


async def test_a_receipt_that_expired_is_replaced_and_nothing_is_sent_twice(
    account: Account, prepare: Prepare, clock: OwnedClock
) -> None:
    """The hold ends while the deletion hangs; the message is received once more, and only deleted."""
    await filled(account, 10)
    account.fail("change_message_visibility_batch", server_fault())
    hung: list[float] = []

    async def hang(operation: str, thing: str = "") -> None:
        await call(operation, thing)
        if operation == "delete_message_batch" and not hung:
            hung.append(clock.monotonic())
            await clock.sleep(15)

    call = account.call
    account.call = hang  # type: ignore[method-assign]
    done = await prepare(hold=10).run()
    assert (done.moved, done.failed, done.doubtful) == (10, 0, 0)
    assert counted(account) == 0


async def test_a_deletion_that_is_not_permitted_ends_it_before_everything_is_there_twice(
    account: Account, prepare: Prepare
) -> None:
    await filled(account, 200)
    account.fail("delete_message_batch", denied("sqs:DeleteMessage"))
    done = await prepare().run()
    assert (done.moved, done.doubtful, counted(account)) == (0, 10, 10)
    assert done.problem is not None


# -- the journal and the record


class Broken(Journal):
    """A journal that breaks at one of its methods."""

    def __init__(self, at: str, after: int = 0) -> None:
        super().__init__(None)
        self._at = at
        self._after = after

    async def intend(self, op: int, entries: Sequence[Intent]) -> None:
        self._break("intend")
        await super().intend(op, entries)

    async def confirmed(self, op: int, sent: Sequence[tuple[str, str]]) -> None:
        self._break("confirmed")
        await super().confirmed(op, sent)

    async def settled(self, op: int, ids: Sequence[str]) -> None:
        self._break("settled")
        await super().settled(op, ids)

    def begin(self, *arguments: Any, **named: Any) -> int:
        self._break("begin")
        return super().begin(*arguments, **named)

    def end(self, *arguments: Any, **named: Any) -> None:
        self._break("end")
        super().end(*arguments, **named)

    def _break(self, at: str) -> None:
        if at == self._at:
            if self._after <= 0:
                raise JournalError("the disk is full")
            self._after -= 1


async def test_nothing_is_done_where_the_beginning_cannot_be_written_down(
    account: Account, gateway: Gateway, ledger: Ledger, clock: OwnedClock
) -> None:
    await filled(account, 10)
    with pytest.raises(JournalError):
        await Mover(gateway, Move(LETTERS, WORK), Broken("begin"), ledger, clock).run()
    assert (account.count("receive_message"), account.count("send_message_batch")) == (0, 0)


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_nothing_is_sent_that_cannot_be_written_down(
    account: Account, gateway: Gateway, ledger: Ledger, clock: OwnedClock, after: int
) -> None:
    await filled(account, 100)
    done = await Mover(gateway, Move(LETTERS, WORK), Broken("intend", after), ledger, clock).run()
    assert done.problem is not None
    assert done.problem.text == "the disk is full"
    assert account.count("send_message_batch") == after
    assert (done.moved, done.doubtful, counted(account)) == (after * 10, 0, 0)
    assert account.broker.held(LETTERS.name) == []


@pytest.mark.parametrize("at", ["confirmed", "settled"])
async def test_what_is_confirmed_is_deleted_though_that_cannot_be_written_down(
    account: Account, gateway: Gateway, ledger: Ledger, clock: OwnedClock, at: str
) -> None:
    """The intent is on disk and the copy is sure: to leave the original would only double it."""
    await filled(account, 100)
    done = await Mover(gateway, Move(LETTERS, WORK), Broken(at), ledger, clock).run()
    assert done.problem is not None
    assert done.moved < 100
    assert (len(bodies(account, WORK.name)), counted(account)) == (done.moved, 0)


async def test_an_end_that_cannot_be_written_down_is_told(
    account: Account, gateway: Gateway, ledger: Ledger, clock: OwnedClock
) -> None:
    await filled(account, 10)
    done = await Mover(gateway, Move(LETTERS, WORK), Broken("end"), ledger, clock).run()
    assert done.moved == 10
    assert done.problem is not None


async def test_a_record_of_receives_that_breaks_ends_it_and_releases_everything(
    account: Account, gateway: Gateway, journal: Journal, clock: OwnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(account, 100)

    def broken(*_arguments: object, **_named: object) -> None:
        raise LedgerError("the record cannot be written")

    monkeypatch.setattr(Ledger, "record", broken)
    done = await Mover(gateway, Move(LETTERS, WORK, matches=lambda _: False), journal, Ledger(), clock).run()
    assert done.problem is not None
    assert account.broker.held(LETTERS.name) == []
    assert len(kept(account, LETTERS.name)) == 100
