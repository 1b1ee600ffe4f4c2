"""An import sends each message once, in batches, and knows after any end what is there and what is not."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sqsview.domain.message import Attribute, EntryFault, Outgoing, Sent
from sqsview.domain.message_json import moment
from sqsview.errors import JournalError, RefusedReadOnly
from sqsview.gateway import Gateway, guarded
from sqsview.operations.import_plan import queue_to_fill
from sqsview.operations.importing import BadLine, Import, ImportProgress, ImportRefused
from sqsview.operations.journal import Journal
from tests.operations.transfers.conftest import Exporting, Importing, Write, accept_all, bodies_in, refuse
from tests.support.double import Account, denied, server_fault, throttled
from tests.support.double_messages import Broker
from tests.support.time import OwnedClock

pytestmark = pytest.mark.usefixtures("at_once")


# -- what is sent


async def test_everything_is_sent_once_as_it_is_in_the_file(
    importing: Importing, account: Account, write: Write
) -> None:
    attributes = {"n": {"type": "Number.int", "value": "3"}, "b": {"type": "Binary", "value": "AP8="}}
    path = write(range(57), attributes=attributes, group="g", deduplication="d", trace_header="Root=1")
    done = await (await importing(path)).run()
    assert (done.total, done.sent, done.failed, done.left, done.is_done) == (57, 57, 0, 0, True)
    sent = [kept.outgoing for kept in account.broker.queues["events"]]
    assert Counter(outgoing.body for outgoing in sent) == Counter(str(number) for number in range(57))
    assert {(one.group, one.deduplication, one.trace_header, one.delay) for one in sent} == {
        ("g", None, "Root=1", None)
    }
    assert all(
        one.attributes == {"n": Attribute("Number.int", "3"), "b": Attribute("Binary", b"\x00\xff")} for one in sent
    )


async def test_it_is_sent_in_batches_of_ten_and_of_a_mebibyte(
    importing: Importing, account: Account, write: Write
) -> None:
    assert (await (await importing(write(range(57)))).run()).is_done
    assert account.count("send_message_batch") == 6
    account.calls.clear()
    large = write(["x" * 300_000] * 7, "large.jsonl")
    assert (await (await importing(large)).run()).is_done
    assert account.count("send_message_batch") == 3


async def test_a_rate_is_kept(importing: Importing, account: Account, write: Write, clock: OwnedClock) -> None:
    began = clock.monotonic()
    done = await (await importing(write(range(100)), rate=20.0)).run()
    assert done.is_done
    assert 4.5 < clock.monotonic() - began < 6


async def test_what_is_exported_can_be_imported(importing: Importing, export: Exporting, account: Account) -> None:
    for number in range(30):
        account.broker.put("orders-dlq", Outgoing(f"caf\u00e9 {number}", {"n": Attribute("Number", str(number))}))
    done = await (await importing((await export().run()).path)).run()
    assert done.is_done
    told = [(kept.outgoing.body, dict(kept.outgoing.attributes)) for kept in account.broker.queues["events"]]
    assert sorted(told, key=str) == sorted(
        ((kept.outgoing.body, dict(kept.outgoing.attributes)) for kept in account.broker.queues["orders-dlq"]), key=str
    )


# -- FIFO


async def test_a_fifo_queue_gets_the_messages_in_the_order_of_the_file_one_of_a_group_at_a_time(
    importing: Importing, account: Account, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(f'{{"body": "{n}", "group": "{"abc"[n % 3]}"}}\n' for n in range(30)))
    assert (await (await importing(path, "orders.fifo")).run()).is_done
    assert bodies_in(account, "orders.fifo") == [str(number) for number in range(30)]
    assert account.count("send_message_batch") == 10
    ids = [kept.outgoing.deduplication for kept in account.broker.queues["orders.fifo"]]
    assert len(set(ids)) == 30


async def test_no_message_is_sent_under_its_own_deduplication_id(
    importing: Importing, account: Account, clock: OwnedClock, tmp_path: Path
) -> None:
    """Another message may have had it a moment ago, from whomever: SQS would take this one and not deliver it."""
    path, now = tmp_path / "x.jsonl", clock.epoch()
    rows = [("old", 3_600.0, "mine"), ("young", 60.0, "young"), ("twice", 3_600.0, "mine")]
    path.write_text(
        "".join(
            f'{{"body": "{body}", "group": "g", "deduplication": "{used}", "sent": "{moment(now - ago)}"}}\n'
            for body, ago, used in rows
        )
    )
    account.broker.put("orders.fifo", Outgoing("another", group="h", deduplication="mine"))
    done = await (await importing(path, "orders.fifo")).run()
    assert done.is_done
    assert bodies_in(account, "orders.fifo") == ["another", "old", "young", "twice"]
    assert done.notes[-1].startswith("3 with a fresh deduplication id")


async def test_nothing_of_a_fifo_file_is_sent_after_a_refused_message(
    importing: Importing, account: Account, write: Write
) -> None:
    refuse(account, "5")
    done = await (await importing(write(range(9), group="g"), "orders.fifo")).run()
    assert bodies_in(account, "orders.fifo") == ["0", "1", "2", "3", "4"]
    assert [(failure.line, failure.reason) for failure in done.failures] == [(6, "no (Refused)")]
    assert done.left == 3
    accept_all(account)
    again = await (await importing(write(range(9), group="g"), "orders.fifo")).run()
    assert again.is_done
    assert bodies_in(account, "orders.fifo") == [str(number) for number in range(9)]


async def test_a_lost_answer_of_a_fifo_queue_is_asked_for_once_more_with_the_same_id(
    importing: Importing, account: Account, write: Write
) -> None:
    account.fail_once("send_message_batch", server_fault())
    done = await (await importing(write(range(3), group="g"), "orders.fifo")).run()
    assert (done.is_done, done.unsure, done.twice) == (True, (), ())
    assert account.count("send_message_batch") == 4


# -- what is refused before anything is sent


async def test_a_bad_line_is_named_and_nothing_is_sent(importing: Importing, account: Account, write: Write) -> None:
    path = write(range(200))
    with path.open("a") as file:
        file.write("nonsense\n")
    work = await importing(path)
    with pytest.raises(BadLine, match="line 201: is not JSON"):
        await work.run()
    assert account.count("send_message_batch") == 0


async def test_in_read_only_mode_nothing_is_read_or_sent(
    account: Account, gateway: Gateway, write: Write, journal: Journal
) -> None:
    destination = await queue_to_fill(gateway, "events")
    gateway.context = replace(gateway.context, read_only=True)
    closed = guarded(gateway, read_only=True)
    with pytest.raises(RefusedReadOnly):
        await Import(closed, destination, write(["a"]), journal, account.clock).run()
    assert account.count("send_message_batch") == 0
    assert journal.finished() == []


async def test_an_empty_file_is_refused(importing: Importing, write: Write) -> None:
    with pytest.raises(ImportRefused, match="has no message"):
        await (await importing(write([]))).run()
    with pytest.raises(ImportRefused, match="has no message from line 4 on"):
        await (await importing(write([1, 2, 3]), first=4)).run()


async def test_a_journal_that_cannot_be_written_sends_nothing(
    gateway: Gateway, account: Account, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "operations.sqlite3")
    destination = await queue_to_fill(gateway, "events")
    with pytest.raises(JournalError):
        await Import(gateway, destination, write(["a"]), journal, account.clock).run()
    assert account.count("send_message_batch") == 0


async def test_a_journal_that_fails_in_the_middle_stops_it_before_the_next_call(
    importing: Importing, account: Account, journal: Journal, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    intend, calls = journal.intend, 0

    async def failing(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise JournalError("the disk is full")
        await intend(*arguments)

    monkeypatch.setattr(journal, "intend", failing)
    work = await importing(write(range(100)))
    with pytest.raises(JournalError, match="the disk is full"):
        await work.run()
    assert account.count("send_message_batch") == 3
    assert (work.progress.sent, work.progress.left) == (30, 70)
    monkeypatch.undo()


# -- what goes wrong in the middle


async def test_what_is_refused_is_told_by_line_and_only_that_is_sent_by_the_next_import(
    importing: Importing, account: Account, write: Write
) -> None:
    refuse(account, "3", "44")
    first = await (await importing(write(range(57)))).run()
    assert (first.sent, first.failed, first.left) == (55, 2, 0)
    assert sorted((one.line, one.reason) for one in first.failures) == [(4, "no (Refused)"), (45, "no (Refused)")]
    accept_all(account)
    account.calls.clear()
    second = await (await importing(write(range(57)))).run()
    assert (second.before, second.sent, second.is_done, second.twice) == (55, 2, True, ())
    assert account.count("send_message_batch") == 1
    assert sorted(map(int, bodies_in(account))) == list(range(57))


async def test_what_was_not_taken_through_no_fault_of_its_own_is_tried_again(
    importing: Importing, account: Account, write: Write
) -> None:
    tries: Counter[str] = Counter()

    def busy(message: Outgoing) -> EntryFault | None:
        tries[message.body] += 1
        return EntryFault("Busy", "later", sender_fault=False) if tries[message.body] < 3 else None

    account.broker.refuse = busy
    done = await (await importing(write(range(20)))).run()
    assert done.is_done
    assert set(tries.values()) == {3}


async def test_a_throttled_call_is_tried_again(importing: Importing, account: Account, write: Write) -> None:
    account.fail_once("send_message_batch", throttled(), throttled())
    done = await (await importing(write(range(20)))).run()
    assert (done.is_done, done.unsure) == (True, ())


async def test_a_lost_answer_is_named_and_sent_again_by_the_next_import_alone(
    importing: Importing, account: Account, write: Write
) -> None:
    """Whether the ten are there nobody knows, so that only a person can say that they are to be sent again."""
    account.fail_once("send_message_batch", server_fault())
    first = await (await importing(write(range(57)))).run()
    assert (first.sent, len(first.unsure), first.failed, first.left) == (47, 10, 0, 0)
    assert not first.is_done
    account.calls.clear()
    work = await importing(write(range(57)))
    before = await work.check()
    assert any("may have been sent then: sent now, and may be there twice" in note for note in before.notes)
    second = await work.run()
    assert (second.before, second.sent, second.is_done) == (47, 10, True)
    assert second.twice == first.unsure
    assert account.count("send_message_batch") == 1


async def test_it_is_given_up_where_the_rest_would_fail_too(
    importing: Importing, account: Account, write: Write
) -> None:
    account.fail("send_message_batch", denied("sqs:SendMessage"))
    done = await (await importing(write(range(500)))).run()
    assert done.problem is not None
    assert done.sent == 0
    assert done.left >= 400
    account.mend()
    assert (await (await importing(write(range(500)))).run()).is_done
    assert sorted(map(int, bodies_in(account))) == list(range(500))


async def test_it_is_given_up_after_many_refusals(importing: Importing, account: Account, write: Write) -> None:
    refuse(account, *map(str, range(500)))
    done = await (await importing(write(range(500)))).run()
    assert 20 <= done.failed <= 100
    accept_all(account)
    assert (await (await importing(write(range(500)))).run()).is_done
    assert sorted(map(int, bodies_in(account))) == list(range(500))


@pytest.mark.parametrize("queue", ["events", "orders.fifo"])
async def test_stopped_and_cancelled_imports_go_on_where_they_were(
    importing: Importing, account: Account, write: Write, queue: str
) -> None:
    path = write(range(300), group="g")
    stopped = await importing(path, queue)

    def stop(progress: ImportProgress) -> None:
        if progress.sent >= 50:
            stopped.stop()

    stopped._on_change = stop
    first = await stopped.run()
    assert (first.stopped, first.ended) == (True, True)
    assert 50 <= first.sent < 300
    reached = asyncio.Event()
    cancelled = await importing(path, queue, on_change=lambda now: reached.set() if now.sent >= 50 else None)
    running = asyncio.ensure_future(cancelled.run())
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    second = cancelled.progress
    assert second.before == first.sent
    assert second.sent + second.before < 300
    third = await (await importing(path, queue)).run()
    assert (third.before, third.is_done) == (second.before + second.sent, True)
    assert sorted(map(int, bodies_in(account, queue))) == list(range(300))
    if queue == "orders.fifo":
        assert bodies_in(account, queue) == [str(number) for number in range(300)]


async def test_what_is_stopped_while_the_file_is_checked_sends_nothing(
    importing: Importing, account: Account, write: Write
) -> None:
    work = await importing(write(range(2_000)))
    work.stop()
    done = await work.run()
    assert (done.stopped, done.ended, done.sent) == (True, True, 0)
    assert account.count("send_message_batch") == 0


# -- memory


class Sink(Broker):
    """Takes everything, and keeps nothing of it."""

    taken = 0

    def put(self, queue: str, message: Outgoing) -> Sent:
        self.taken += 1
        return Sent("id")


async def test_memory_does_not_grow_with_the_file(importing: Importing, account: Account, tmp_path: Path) -> None:
    """5,000 lines of 8 kB are 40 MB; in memory are a few calls of ten."""
    account.latency = 0.0
    sink = Sink(account.clock)
    account.broker = sink
    path = tmp_path / "x.jsonl"
    with path.open("w") as file:
        for number in range(5_000):
            file.write(f'{{"body": "{number}{"x" * 8_000}"}}\n')
    work = await importing(path)
    tracemalloc.start()
    try:
        done = await work.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (done.is_done, sink.taken) == (True, 5_000)
    assert peak < 2_000_000, f"{peak:,} bytes"
