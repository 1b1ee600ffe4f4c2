"""A move that was interrupted is brought to its end by another process, and sends nothing twice that was confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sqsview.clock import SystemClock
from sqsview.domain.message import EntryFault, Message, Outgoing
from sqsview.domain.queue import QueueRef
from sqsview.errors import JournalError
from sqsview.gateway import Gateway, Target
from sqsview.operations.journal import Doubt, Intent, Interrupted, Journal
from sqsview.operations.ledger import Ledger
from sqsview.operations.move_detail import detail_of
from sqsview.operations.mover import Move, MoveProgress, Mover, resume
from tests.operations.moves.conftest import FIFO_LETTERS, FIFO_WORK, LETTERS, WORK, bodies, kept
from tests.support.double import Account


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


@pytest.fixture
def account(clock: SystemClock) -> Account:
    account = Account(clock)
    for ref in (LETTERS, WORK, FIFO_LETTERS, FIFO_WORK):
        account.add_queue(ref.name)
    return account


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "operations.sqlite3"


@pytest.fixture
def now(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


async def left(path: Path, move: Move, *, sure: tuple[str, ...] = (), unsure: tuple[Intent, ...] = ()) -> None:
    """Leave a journal as a killed process does."""
    journal = Journal(path)
    op = journal.begin(
        move.kind, context="aws", source=move.source.arn, detail=detail_of(move), at=1.0, edits=move.edits
    )
    await journal.intend(op, [Intent(key) for key in sure])
    await journal.confirmed(op, [(key, f"copy of {key}") for key in sure])
    await journal.intend(op, unsure)
    journal.close()


def put(account: Account, count: int, queue: QueueRef = LETTERS, **told: str) -> None:
    for number in range(count):
        account.broker.put(queue.name, Outgoing(f"message {number}", **told))  # type: ignore[arg-type]
        kept(account, queue.name)[-1].sent = 0.5


async def finished(
    gateway: Gateway,
    journal: Journal,
    on_change: Callable[[MoveProgress], None] = lambda progress: None,
    **options: object,
) -> MoveProgress:
    (interrupted,) = journal.interrupted()
    move = resume(interrupted, **options)  # type: ignore[arg-type]
    return await Mover(gateway, move, journal, Ledger(), SystemClock(), hold=2, on_change=on_change).run()


async def test_what_was_confirmed_is_only_deleted_and_the_rest_goes_on(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 20)
    await left(path, Move(LETTERS, WORK), sure=("message-1", "message-2"))
    done = await finished(gateway, now)
    assert (done.moved, done.doubtful) == (20, 0)
    assert len(bodies(account, WORK.name)) == 18
    assert not {"message 0", "message 1"} & set(bodies(account, WORK.name))
    assert kept(account, LETTERS.name) == []
    assert (now.interrupted(), len(now.finished())) == ([], 1), "it is one operation in all"


async def test_what_was_being_sent_stays_and_is_said_to_be_there_twice_perhaps(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 5)
    await left(path, Move(LETTERS, WORK), unsure=(Intent("message-1"), Intent("message-2")))
    done = await finished(gateway, now)
    assert (done.moved, done.doubtful) == (3, 2)
    assert sorted(bodies(account, LETTERS.name)) == ["message 0", "message 1"]
    assert now.finished()[0].doubt.unsure == ("message-1", "message-2")


async def test_to_a_fifo_queue_it_is_sent_again_under_the_same_id(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 2, FIFO_LETTERS, group="g", deduplication="own")
    await left(path, Move(FIFO_LETTERS, FIFO_WORK), unsure=(Intent("message-1", deduplication="as before"),))
    done = await finished(gateway, now)
    assert (done.moved, done.doubtful) == (2, 0)
    assert kept(account, FIFO_WORK.name)[0].outgoing.deduplication == "as before"


async def test_after_five_minutes_it_is_not(account: Account, gateway: Gateway, path: Path, now: Journal) -> None:
    put(account, 2, FIFO_LETTERS, group="g", deduplication="own")
    await left(path, Move(FIFO_LETTERS, FIFO_WORK), unsure=(Intent("message-1", deduplication="as before"),))
    (interrupted,) = now.interrupted()
    old = Doubt(unsure=("message-1",), repeatable={"message-1": ("as before", SystemClock().epoch() - 300)})
    move = resume(replace(interrupted, doubt=old))
    done = await Mover(gateway, move, now, Ledger(), SystemClock(), hold=2).run()
    assert (done.moved, done.doubtful, done.failed) == (0, 1, 1), "and what comes after it stays behind it"


async def test_what_was_being_sent_stays_in_doubt_whatever_keeps_it_back_now(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    """Its copy may be there, also where it stays behind another message or its destination is gone."""
    put(account, 2, FIFO_LETTERS, group="g", deduplication="own")
    await left(path, Move(FIFO_LETTERS, FIFO_WORK), unsure=(Intent("message-2", deduplication="as before"),))
    account.broker.refuse = lambda message: _sorry() if message.body == "message 0" else None
    done = await finished(gateway, now)
    assert (done.moved, done.failed, done.doubtful) == (0, 1, 1)
    assert now.finished()[0].doubt.unsure == ("message-2",)


async def test_a_deletion_goes_on_deleting(account: Account, gateway: Gateway, path: Path, now: Journal) -> None:
    put(account, 5)
    move = Move(LETTERS, delete_only=True, ids=frozenset({"message-1", "message-2", "message-5"}))
    await left(path, move, unsure=(Intent("message-1"), Intent("message-2")))
    done = await finished(gateway, now)
    assert (done.moved, account.count("send_message_batch")) == (3, 0)
    assert sorted(bodies(account, LETTERS.name)) == ["message 2", "message 3"]


async def test_a_copy_goes_on_without_what_was_copied(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 5)
    await left(path, Move(LETTERS, WORK, keep=True), sure=("message-1", "message-2"))
    await finished(gateway, now)
    assert sorted(bodies(account, WORK.name)) == ["message 2", "message 3", "message 4"]
    assert len(kept(account, LETTERS.name)) == 5


async def test_an_edited_message_that_was_refused_never_goes_with_its_old_body(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 2)
    await left(path, Move(LETTERS, WORK, ids=frozenset({"message-2"}), edits={"message-2": "mended"}))
    earlier = Journal(path)
    op = earlier.take_over(earlier.interrupted()[0].op).op
    await earlier.failed(op, [("message-2", "too large")])
    earlier.close()
    await finished(gateway, now)
    assert bodies(account, WORK.name) == ["mended"]


async def test_what_was_interrupted_in_another_region_is_not_gone_on_with_here(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 2)
    account.context = replace(account.context, region="us-east-1")
    async with account.opener(Target()) as elsewhere:
        await left(path, Move(LETTERS, WORK))
        with pytest.raises(ValueError, match="was in eu-west-1, and this is us-east-1"):
            await finished(elsewhere, now)
    assert bodies(account, LETTERS.name) == ["message 0", "message 1"]


async def test_edited_bodies_outlive_the_process(account: Account, gateway: Gateway, path: Path, now: Journal) -> None:
    put(account, 2)
    await left(path, Move(LETTERS, WORK, ids=frozenset({"message-2"}), edits={"message-2": "mended"}))
    done = await finished(gateway, now)
    assert (done.moved, bodies(account, WORK.name)) == (1, ["mended"])


async def test_what_is_not_met_any_more_was_deleted_before(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    """The process was killed between the deletion and the word of it."""
    put(account, 1)
    await left(path, Move(LETTERS, WORK), sure=("gone-1", "gone-2"))
    done = await finished(gateway, now)
    assert (done.moved, done.failed, done.doubtful) == (1, 0, 0)
    assert (now.finished()[0].doubt, now.interrupted()) == (Doubt(), [])


async def test_what_the_killed_process_holds_is_waited_for(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 3)
    await gateway.receive_message(LETTERS, maximum=10, wait=0, hold=2)
    await left(path, Move(LETTERS, WORK), sure=("message-1",))
    told: list[float] = []
    done = await finished(gateway, now, on_change=lambda progress: told.append(progress.waits))
    assert (done.moved, kept(account, LETTERS.name)) == (3, [])
    assert max(told) > 0 == done.waits, "and that is told meanwhile"


async def test_originals_that_a_move_left_at_its_end_are_deleted_later(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    """A deletion was not permitted, say, and now is."""
    put(account, 5)
    await left(path, Move(LETTERS, WORK), sure=("message-3",))
    op = now.interrupted()[0].op
    now.end(op, "gave up", counts={}, at=2.0)
    await finished(gateway, now)
    assert bodies(account, WORK.name) == [], "it had ended: what else is there was not to go"
    assert [each.id for each in kept(account, LETTERS.name)] == [f"message-{number}" for number in (1, 2, 4, 5)]


async def test_what_another_went_on_with_meanwhile_is_not_finished_by_what_was_known_before(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 3)
    await left(path, Move(LETTERS, WORK), sure=("message-1",))
    (interrupted,) = now.interrupted()
    stale = replace(interrupted, doubt=Doubt())
    with pytest.raises(JournalError, match="another sqsview went on with it"):
        await Mover(gateway, resume(stale), now, Ledger(), SystemClock(), hold=2).run()
    assert len(kept(account, LETTERS.name)) == 3 and not kept(account, WORK.name)


async def test_two_that_finish_at_once_do_not_both_send(
    account: Account, gateway: Gateway, path: Path, now: Journal
) -> None:
    put(account, 5)
    await left(path, Move(LETTERS, WORK))
    (interrupted,) = now.interrupted()
    other = Journal(path)
    other.take_over(interrupted.op)
    with pytest.raises(JournalError, match="another sqsview"):
        await Mover(gateway, resume(interrupted), now, Ledger(), SystemClock(), hold=2).run()
    assert bodies(account, WORK.name) == []
    other.close()


async def test_what_was_interrupted_on_another_server_is_not_gone_on_with_here(
    gateway: Gateway, path: Path, now: Journal
) -> None:
    await left(path, Move(LETTERS, WORK))
    elsewhere = replace(now.interrupted()[0], context="http://localhost:4566")
    with pytest.raises(ValueError, match="was on http://localhost:4566, and this is aws"):
        Mover(gateway, resume(elsewhere), now, Ledger(), SystemClock())


# -- what is written down of it


def told(move: Move) -> Interrupted:
    return Interrupted(7, move.kind, "aws", move.source.arn, None, detail_of(move), 1.0, {}, Doubt(), move.edits)


@pytest.mark.parametrize(
    "move",
    [
        Move(LETTERS, WORK),
        Move(LETTERS, None, sources={WORK.arn: WORK}, rate=2.5, start_small=True, counter=False, group="g"),
        Move(LETTERS, WORK, ids=frozenset({"a", "\ud800"}), keep=True),
        Move(LETTERS, delete_only=True, ids=frozenset()),
    ],
)
def test_a_move_comes_back_from_the_journal_as_it_was(move: Move) -> None:
    again = resume(told(move))
    assert again.resumes is not None
    assert replace(again, resumes=None, sources=dict(again.sources)) == replace(move, sources=dict(move.sources))


def test_a_filter_comes_back_by_its_words() -> None:
    def matches(message: Message) -> bool:
        return True

    move = Move(LETTERS, WORK, matches=matches, filter="total > `10`")
    assert resume(told(move), matches=lambda words: matches if words == "total > `10`" else _never).matches is matches
    with pytest.raises(ValueError, match="which messages were meant"):
        resume(told(move))


@pytest.mark.parametrize("detail", ["", "{}", "[]", '{"source": 1}', "null"])
def test_what_cannot_be_read_is_not_guessed(detail: str) -> None:
    with pytest.raises(ValueError):
        resume(replace(told(Move(LETTERS, WORK)), detail=detail))


def test_what_is_no_move_is_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="interrupted purge"):
        resume(replace(told(Move(LETTERS, WORK)), kind="purge"))


def _never(_message: Message) -> bool:
    return False


def _sorry() -> EntryFault:
    return EntryFault("InternalError", "sorry", sender_fault=False)
