"""A move in memory: what goes, what stays, in which order it is done, and how it is told."""

from __future__ import annotations

import asyncio

import pytest

from sqsview.domain.copying import COUNTER
from sqsview.domain.message import EntryFault, Message, Outgoing
from sqsview.errors import LookRefused, NotFound
from sqsview.gateway import Gateway
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import ANYTHING
from sqsview.operations.mover import Move, MoveProgress, Mover
from tests.operations.moves.conftest import (
    FIFO_LETTERS,
    FIFO_WORK,
    LETTERS,
    WORK,
    Prepare,
    bodies,
    filled,
    kept,
    received,
)
from tests.support.double import Account, queue_arn
from tests.support.time import OwnedClock


async def test_everything_is_moved_as_it_was_and_nothing_stays_held(account: Account, prepare: Prepare) -> None:
    await filled(account, 25, trace_header="Root=1")
    done = await prepare().run()
    assert (done.total, done.moved, done.failed, done.doubtful, done.ended) == (25, 25, 0, 0, True)
    assert kept(account, LETTERS.name) == []
    arrived = [each.outgoing for each in kept(account, WORK.name)]
    assert sorted(one.body for one in arrived) == sorted(f"message {number}" for number in range(25))
    for one in arrived:
        number = int(one.body.split()[1])
        assert one.attributes["number"].value == str(number)
        assert one.attributes["raw"].value == bytes([number])
        assert one.attributes[COUNTER].value == "1"
        assert one.trace_header == "Root=1"
    assert account.broker.held(WORK.name) == []


async def test_what_is_sent_is_in_the_journal_before_and_what_is_deleted_was_confirmed(
    account: Account, prepare: Prepare, journal: Journal
) -> None:
    """Whenever the program is killed, the journal knows of every message that may be there twice."""
    await filled(account, 40)
    ids_by_body = {each.outgoing.body: each.id for each in kept(account, LETTERS.name)}
    mover = prepare()
    there: list[int] = []

    def check(operation: str, _thing: str) -> None:
        if mover.op is None:
            return
        doubt = journal.doubt(mover.op)
        copied = {ids_by_body[body] for body in bodies(account, WORK.name)}
        left = {each.id for each in kept(account, LETTERS.name)}
        assert copied & left <= {*doubt.sure, *doubt.unsure}, operation
        assert copied | left == set(ids_by_body.values())
        there.append(len(copied & left))

    account.on_call = check
    await mover.run()
    assert max(there) > 0, "or the check saw nothing"
    assert len(journal.doubt(mover.op or 0)) == 0


async def test_the_outcome_is_in_the_journal(account: Account, prepare: Prepare, journal: Journal) -> None:
    await filled(account, 3)
    await prepare().run()
    (past,) = journal.finished()
    assert (past.kind, past.context, past.source, past.destination) == ("move", "aws", LETTERS.arn, WORK.arn)
    assert past.counts == {"moved": 3, "failed": 0, "doubtful": 0, "skipped": 0}
    assert past.outcome.startswith("3 moved · took ")


# -- what goes


async def test_only_messages_that_are_meant_go_and_the_others_are_free_again(
    account: Account, prepare: Prepare, ledger: Ledger
) -> None:
    await filled(account, 25)

    def even(message: Message) -> bool:
        return int(message.body.split()[1]) % 2 == 0

    done = await prepare(Move(LETTERS, WORK, matches=even, filter="even")).run()
    assert (done.total, done.moved, done.skipped) == (None, 13, 12)
    assert all(int(body.split()[1]) % 2 == 1 for body in bodies(account, LETTERS.name))
    assert account.broker.held(LETTERS.name) == []
    (figures,) = ledger.figures()
    assert figures.receives == 12, "what stays was received, and that is in the record"


async def test_marked_messages_go_and_it_ends_once_all_of_them_were_met(account: Account, prepare: Prepare) -> None:
    await filled(account, 30)
    marked = frozenset(each.id for each in kept(account, LETTERS.name)[:3])
    done = await prepare(Move(LETTERS, WORK, ids=marked)).run()
    assert (done.total, done.moved) == (3, 3)
    assert sorted(bodies(account, WORK.name)) == ["message 0", "message 1", "message 2"]
    assert len(bodies(account, LETTERS.name)) == 27
    assert account.count("receive_message") < 4


async def test_a_marked_message_that_is_never_met_is_a_failure(account: Account, prepare: Prepare) -> None:
    await filled(account, 2)
    done = await prepare(Move(LETTERS, WORK, ids=frozenset({"message-1", "gone"}))).run()
    assert (done.moved, done.failed) == (1, 1)
    assert done.failures[0].id == "gone"
    assert "not met" in done.failures[0].reason


async def test_what_is_in_hand_goes_without_another_receive(
    account: Account, prepare: Prepare, gateway: Gateway, clock: OwnedClock
) -> None:
    await filled(account, 20)
    in_hand = await received(gateway, 20)
    until = clock.monotonic() + 60
    marked = frozenset(message.id for message in in_hand[:12])
    before = account.count("receive_message")
    done = await prepare(Move(LETTERS, WORK, ids=marked, in_hand=in_hand, in_hand_until=until)).run()
    assert (done.moved, account.count("receive_message")) == (12, before)
    assert len(bodies(account, LETTERS.name)) == 8
    assert account.broker.held(LETTERS.name) == [], "the others are released"


async def test_what_was_lost_to_another_consumer_meanwhile_is_not_sent(
    account: Account, prepare: Prepare, gateway: Gateway, clock: OwnedClock
) -> None:
    await filled(account, 1)
    in_hand = await received(gateway, 1, hold=10)
    await clock.sleep(11)
    await received(gateway, 1)
    ids = frozenset({in_hand[0].id})
    done = await prepare(Move(LETTERS, WORK, ids=ids, in_hand=in_hand, in_hand_until=clock.monotonic() - 1)).run()
    assert (done.moved, done.failed) == (0, 1)
    assert "another may have received it" in done.failures[0].reason
    assert bodies(account, WORK.name) == []


async def test_an_edited_body_goes_in_place_of_the_own_one(account: Account, prepare: Prepare) -> None:
    await filled(account, 3)
    done = await prepare(Move(LETTERS, WORK, ids=frozenset({"message-2"}), edits={"message-2": "mended"})).run()
    assert done.moved == 1
    assert bodies(account, WORK.name) == ["mended"]


async def test_every_message_goes_back_to_the_queue_that_it_came_from(account: Account, prepare: Prepare) -> None:
    await filled(account, 6)
    account.add_queue("other")
    other = account.queues["other"].ref
    letters = kept(account, LETTERS.name)
    for number, each in enumerate(letters):
        each.source = [WORK.arn, other.arn, None][number % 3]
    done = await prepare(Move(LETTERS, None, sources={WORK.arn: WORK, other.arn: other})).run()
    assert (done.moved, done.failed) == (4, 2)
    assert sorted(bodies(account, WORK.name)) == ["message 0", "message 3"]
    assert sorted(bodies(account, "other")) == ["message 1", "message 4"]
    assert "not told" in done.failures[0].reason


async def test_a_copy_leaves_the_originals_and_frees_them(account: Account, prepare: Prepare) -> None:
    await filled(account, 25)
    done = await prepare(Move(LETTERS, WORK, keep=True)).run()
    assert done.moved == 25
    assert sorted(bodies(account, WORK.name)) == sorted(bodies(account, LETTERS.name))
    assert account.broker.held(LETTERS.name) == []
    assert account.count("delete_message_batch") == 0


async def test_a_deletion_sends_nothing(account: Account, prepare: Prepare, journal: Journal) -> None:
    await filled(account, 12)
    done = await prepare(Move(LETTERS, delete_only=True, ids=frozenset({"message-1", "message-9"}))).run()
    assert (done.moved, account.count("send_message_batch")) == (2, 0)
    assert len(bodies(account, LETTERS.name)) == 10
    assert journal.finished()[0].kind == "delete"


async def test_marked_messages_that_a_screen_holds_are_deleted_by_their_own_receipts(
    account: Account, prepare: Prepare, gateway: Gateway, clock: OwnedClock
) -> None:
    """Its hold is renewed first: of an unknown rest nobody knows whether another has it by then."""
    await filled(account, 12)
    in_hand = await received(gateway, 12)
    marked = frozenset(message.id for message in in_hand[:5])
    before = account.count("receive_message")
    move = Move(LETTERS, delete_only=True, ids=marked, in_hand=in_hand, in_hand_until=clock.monotonic())
    done = await prepare(move).run()
    assert (done.moved, done.notes, account.count("receive_message")) == (5, (), before)
    assert len(kept(account, LETTERS.name)) == 7


async def test_a_filter_that_cannot_be_applied_to_a_message_leaves_it(account: Account, prepare: Prepare) -> None:
    def odd(message: Message) -> bool:
        if message.body == "message 1":
            raise ValueError("length() takes no number")
        return True

    await filled(account, 3)
    done = await prepare(Move(LETTERS, WORK, matches=odd)).run()
    assert (done.moved, done.skipped) == (2, 1)
    assert done.notes == ("1 message: stays, the filter cannot be applied: length() takes no number",)


async def test_what_comes_back_while_it_is_moved_does_not_go_round_for_ever(account: Account, prepare: Prepare) -> None:
    """A consumer that fails again gives every copy back to the dead-letter queue."""
    await filled(account, 20)

    def give_back(operation: str, _thing: str) -> None:
        if operation == "receive_message":
            letters = account.broker.queues[LETTERS.name]
            letters.extend(account.broker.queues.pop(WORK.name, []))

    account.on_call = give_back
    done = await asyncio.wait_for(prepare().run(), 20)
    assert (done.moved, done.skipped) == (20, 20)
    assert done.notes == ("20 messages: stays, it was sent after the move began",)


def test_a_queue_is_not_moved_into_itself(prepare: Prepare) -> None:
    with pytest.raises(ValueError, match="into itself"):
        prepare(Move(LETTERS, LETTERS))


# -- what stays


async def test_what_the_server_refuses_stays_with_its_words(account: Account, prepare: Prepare) -> None:
    await filled(account, 25)
    account.broker.refuse = lambda message: (
        EntryFault("InvalidMessageContents", "no such characters", sender_fault=True)
        if message.body.endswith("7")
        else None
    )
    done = await prepare().run()
    assert (done.moved, done.failed) == (23, 2)
    assert {failure.reason for failure in done.failures} == {"no such characters (InvalidMessageContents)"}
    assert done.reasons == {"no such characters (InvalidMessageContents)": 2}
    assert sorted(bodies(account, LETTERS.name)) == ["message 17", "message 7"]
    assert account.broker.held(LETTERS.name) == []


async def test_a_refusal_that_is_the_servers_own_fault_is_tried_again(account: Account, prepare: Prepare) -> None:
    await filled(account, 10)
    refusals = iter([EntryFault("InternalError", "sorry", sender_fault=False)] * 12)
    account.broker.refuse = lambda message: next(refusals, None)
    done = await prepare().run()
    assert (done.moved, done.failed) == (10, 0)
    assert len(bodies(account, WORK.name)) == 10


async def test_failures_are_kept_up_to_a_hundred_and_counted_by_reason(account: Account, prepare: Prepare) -> None:
    await filled(account, 130)
    account.broker.refuse = lambda message: EntryFault("TooLarge", "too large", sender_fault=True)
    done = await prepare().run()
    assert (done.failed, len(done.failures), done.reasons) == (130, 100, {"too large (TooLarge)": 130})


# -- the source


async def test_a_source_that_gives_up_itself_is_received_from_only_with_consent(
    account: Account, prepare: Prepare, ledger: Ledger
) -> None:
    account.add_queue("live", dead_letter_target=queue_arn(LETTERS.name), max_receive_count=2)
    live = account.queues["live"].ref
    await filled(account, 5, "live")
    with pytest.raises(LookRefused):
        await prepare(Move(live, WORK)).run()
    assert account.count("receive_message") == 0
    done = await prepare(Move(live, WORK), agreed=ANYTHING).run()
    assert done.moved == 5


async def test_a_destination_that_does_not_exist_is_told_before_anything_is_done(
    account: Account, prepare: Prepare, journal: Journal
) -> None:
    await filled(account, 5)
    del account.queues[WORK.name]
    with pytest.raises(NotFound):
        await prepare().run()
    assert (account.count("receive_message"), journal.finished()) == (0, [])


async def test_it_waits_for_what_is_in_nobodys_sight_only_once(account: Account, prepare: Prepare) -> None:
    """An empty answer may be a sample of the servers; the second in a row is believed."""
    await filled(account, 25)
    account.broker.empty_receives = 1
    assert (await prepare().run()).moved == 25


async def test_long_moves_renew_their_holds(account: Account, prepare: Prepare) -> None:
    await filled(account, 40)
    done = await prepare(Move(LETTERS, WORK, rate=0.5), hold=6).run()
    assert (done.moved, done.failed) == (40, 0)
    assert 70 <= done.elapsed <= 90
    assert account.count("change_message_visibility_batch") > 0


# -- the pace


async def test_a_rate_is_kept(account: Account, prepare: Prepare) -> None:
    await filled(account, 100)
    done = await prepare(Move(LETTERS, WORK, rate=20)).run()
    assert done.moved == 100
    assert 4.5 <= done.elapsed <= 7


async def test_a_start_that_begins_small_doubles(account: Account, prepare: Prepare, clock: OwnedClock) -> None:
    await filled(account, 200)
    moved: list[tuple[float, int]] = []

    def note(progress: MoveProgress) -> None:
        moved.append((progress.elapsed, progress.moved))

    done = await prepare(Move(LETTERS, WORK, start_small=True), on_change=note).run()
    assert done.moved == 200

    def by(seconds: float) -> int:
        return max(count for elapsed, count in moved if elapsed <= seconds)

    assert by(0.9) <= 20
    assert by(1.9) <= 50
    assert done.elapsed >= 3


# -- ends


async def test_stopping_finishes_what_is_under_way_and_releases_the_rest(account: Account, prepare: Prepare) -> None:
    await filled(account, 200)
    mover = prepare()

    def stop(_operation: str, _thing: str) -> None:
        if mover.progress.moved >= 30:
            mover.stop()

    account.on_call = stop
    done = await mover.run()
    assert (done.stopped, done.ended, done.under_way) == (True, True, 0)
    assert 30 <= done.moved < 200
    assert done.moved + len(bodies(account, LETTERS.name)) == 200
    assert len(bodies(account, WORK.name)) == done.moved
    assert account.broker.held(LETTERS.name) == []


async def test_a_cancellation_ends_it_as_cleanly(
    account: Account, prepare: Prepare, clock: OwnedClock, journal: Journal
) -> None:
    await filled(account, 200)
    cancelled: list[float] = []

    def cancel(progress: MoveProgress) -> None:
        if progress.moved >= 3 and not cancelled:
            cancelled.append(clock.monotonic())
            running.cancel()

    mover = prepare(Move(LETTERS, WORK, rate=1), on_change=cancel)
    running = asyncio.ensure_future(mover.run())
    with pytest.raises(asyncio.CancelledError):
        await running
    assert clock.monotonic() - cancelled[0] < 2, "it does not wait for its next turn"
    assert mover.progress.ended
    assert mover.progress.moved + len(bodies(account, LETTERS.name)) == 200
    assert account.broker.held(LETTERS.name) == []
    assert "stopped" in journal.finished()[0].outcome


async def test_what_hangs_at_a_cancellation_is_broken_off_and_in_doubt(
    account: Account, prepare: Prepare, clock: OwnedClock, journal: Journal
) -> None:
    await filled(account, 10)
    call = account.call

    async def hang(operation: str, thing: str = "") -> None:
        await call(operation, thing)
        if operation == "send_message_batch":
            running.cancel()
            await clock.sleep(100)

    account.call = hang  # type: ignore[method-assign]
    mover = prepare(hold=30)
    running = asyncio.ensure_future(mover.run())
    began = clock.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert clock.monotonic() - began < 15
    assert mover.progress.doubtful == 10
    assert len(bodies(account, LETTERS.name)) == 10
    assert len(journal.finished()[0].doubt.unsure) == 10


async def test_its_progress_adds_up_at_every_moment(account: Account, prepare: Prepare) -> None:
    await filled(account, 60)
    account.broker.refuse = lambda message: (
        EntryFault("X", "no", sender_fault=True) if message.body.endswith("3") else None
    )
    seen: list[MoveProgress] = []
    done = await prepare(on_change=seen.append).run()
    assert seen[-1] is done
    assert done.ended
    for progress in seen:
        assert progress.total == 60
        assert progress.moved + progress.failed + progress.under_way <= 60
    assert any(progress.eta is not None for progress in seen)


# -- FIFO


async def test_a_fifo_queue_is_moved_in_the_order_of_its_groups(account: Account, prepare: Prepare) -> None:
    for number in range(30):
        account.broker.put(
            FIFO_LETTERS.name, Outgoing(str(number), group="abc"[number % 3], deduplication=f"d{number}")
        )
    await account.clock.sleep(3_600)
    done = await prepare(Move(FIFO_LETTERS, FIFO_WORK)).run()
    assert done.moved == 30
    for place, group in enumerate("abc"):
        arrived = [int(each.outgoing.body) for each in kept(account, FIFO_WORK.name) if each.outgoing.group == group]
        assert arrived == list(range(place, 30, 3))
    used = {each.outgoing.deduplication for each in kept(account, FIFO_WORK.name)}
    assert len(used) == 30 and not used & {f"d{number}" for number in range(30)}, "others may have used those"
    assert any("a fresh deduplication id" in note for note in done.notes)


async def test_after_a_failure_the_rest_of_the_group_stays_behind_it(account: Account, prepare: Prepare) -> None:
    for number in range(10):
        account.broker.put(FIFO_LETTERS.name, Outgoing(str(number), group="ab"[number % 2], deduplication=f"d{number}"))
    await account.clock.sleep(3_600)
    account.broker.refuse = lambda message: EntryFault("X", "no", sender_fault=True) if message.body == "4" else None
    done = await prepare(Move(FIFO_LETTERS, FIFO_WORK)).run()
    arrived = [each.outgoing.body for each in kept(account, FIFO_WORK.name)]
    assert arrived == ["0", "1", "2", "3", "5", "7", "9"]
    assert bodies(account, FIFO_LETTERS.name) == ["4", "6", "8"]
    assert done.failed == 3
    assert [failure.reason for failure in done.failures] == [
        "no (X)",
        "it stays behind another message of its group, which was not sent",
        "it stays behind another message of its group, which was not sent",
    ]


async def test_two_messages_with_one_deduplication_id_both_arrive(account: Account, prepare: Prepare) -> None:
    """A FIFO queue would take the second and deliver nothing, and then its original would be deleted."""
    for _ in range(2):
        account.broker.put(FIFO_LETTERS.name, Outgoing("same", group="g", deduplication="same"))
    await account.clock.sleep(3_600)
    done = await prepare(Move(FIFO_LETTERS, FIFO_WORK)).run()
    used = [each.outgoing.deduplication for each in kept(account, FIFO_WORK.name)]
    assert (done.moved, len(set(used))) == (2, 2)
    assert any("a fresh deduplication id" in note for note in done.notes)


async def test_a_message_without_a_group_stays_unless_one_is_given(account: Account, prepare: Prepare) -> None:
    await filled(account, 2)
    assert (await prepare(Move(LETTERS, FIFO_WORK)).run()).failed == 2
    assert (await prepare(Move(LETTERS, FIFO_WORK, group="given")).run()).moved == 2
    assert {each.outgoing.group for each in kept(account, FIFO_WORK.name)} == {"given"}


# -- a dry run


async def test_a_plan_says_what_would_go_where_and_changes_nothing(account: Account, prepare: Prepare) -> None:
    await filled(account, 12)
    for each in kept(account, LETTERS.name)[:2]:
        each.source = WORK.arn
    plan = await prepare(Move(LETTERS, None, sources={WORK.arn: WORK})).plan()
    assert [planned.destination for planned in plan.planned if not planned.fault] == ["orders", "orders"]
    assert sum("not told" in planned.fault for planned in plan.planned) == 10
    assert (plan.visible, plan.skipped) == (12, 0)
    assert account.broker.held(LETTERS.name) == []
    assert (account.count("send_message_batch"), account.count("delete_message_batch")) == (0, 0)


async def test_a_plan_of_what_is_in_hand_receives_nothing_and_leaves_it_held(
    account: Account, prepare: Prepare, gateway: Gateway
) -> None:
    await filled(account, 3)
    in_hand = await received(gateway, 3)
    before = account.count("receive_message")
    plan = await prepare(Move(LETTERS, WORK, ids=frozenset({in_hand[0].id}), in_hand=in_hand)).plan()
    assert ([planned.destination for planned in plan.planned], plan.skipped) == (["orders"], 2)
    assert account.count("receive_message") == before
    assert len(account.broker.held(LETTERS.name)) == 3


async def test_a_clock_that_is_ahead_of_the_servers_lets_no_copy_be_swallowed(
    account: Account, gateway: Gateway, journal: Journal, ledger: Ledger, clock: OwnedClock
) -> None:
    """By it a message of a minute ago is old; that of a first receive tells the server's own time."""

    class Ahead:
        def monotonic(self) -> float:
            return clock.monotonic()

        def epoch(self) -> float:
            return clock.epoch() + 7_200

        async def sleep(self, seconds: float) -> None:
            await clock.sleep(seconds)

    account.broker.put(FIFO_LETTERS.name, Outgoing("young", group="g", deduplication="own"))
    await clock.sleep(60)
    done = await Mover(gateway, Move(FIFO_LETTERS, FIFO_WORK), journal, ledger, Ahead()).run()
    assert done.moved == 1
    assert kept(account, FIFO_WORK.name)[0].outgoing.deduplication != "own"


async def test_a_server_whose_clock_is_ahead_has_no_new_messages_by_that(
    account: Account, gateway: Gateway, journal: Journal, ledger: Ledger, clock: OwnedClock
) -> None:
    class Behind:
        def monotonic(self) -> float:
            return clock.monotonic()

        def epoch(self) -> float:
            return clock.epoch() - 7_200

        async def sleep(self, seconds: float) -> None:
            await clock.sleep(seconds)

    await filled(account, 20, ago=60)
    done = await Mover(gateway, Move(LETTERS, WORK), journal, ledger, Behind()).run()
    assert (done.moved, done.skipped) == (20, 0)


async def test_what_lies_behind_a_message_that_stays_in_a_fifo_queue_is_said_not_to_be_met(
    account: Account, prepare: Prepare
) -> None:
    for number in range(30):
        account.broker.put(FIFO_LETTERS.name, Outgoing(str(number), group="g", deduplication=f"d{number}"))
    await account.clock.sleep(3_600)
    done = await prepare(Move(FIFO_LETTERS, FIFO_WORK, ids=frozenset({"message-1", "message-25"}))).run()
    assert (done.moved, done.failed) == (1, 1)
    assert any("what is behind those that stay was not met" in note for note in done.notes)
