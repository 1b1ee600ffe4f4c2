"""An export writes each message once, keeps nothing, and says what is not in the file."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from sqsview.domain.message import Attribute, Message, Outgoing
from sqsview.domain.queue import QueueSettings
from sqsview.domain.receive_budget import ANYTHING
from sqsview.errors import Denied, LookRefused, RefusedReadOnly, ServerFault
from sqsview.gateway import Gateway, guarded
from sqsview.operations.export import Export, ExportProgress
from sqsview.operations.ledger import Ledger
from sqsview.operations.saving import NotSaved
from tests.operations.transfers.conftest import Exporting, fill, lines_of, names_in
from tests.support.double import Account, QueueFacts, denied, queue_ref, server_fault
from tests.support.double_messages import Broker
from tests.support.time import OwnedClock

pytestmark = pytest.mark.usefixtures("at_once")


async def test_every_message_is_in_the_file_once_with_all_that_sends_it_again(
    export: Exporting, account: Account
) -> None:
    attributes = {"n": Attribute("Number.int", "3"), "b": Attribute("Binary", b"\x00\xff")}
    account.broker.put("orders-dlq", Outgoing("caf\u00e9 \ud800", attributes, group="g", trace_header="Root=1"))
    fill(account, 56)
    done = await export().run()
    lines = lines_of(done.path)
    assert (done.count, done.complete) == (57, True)
    assert sorted(line["body"] for line in lines[1:]) == sorted(f"message {number}" for number in range(1, 57))
    assert {name: lines[0][name] for name in ("body", "attributes", "group", "trace_header")} == {
        "body": "caf\u00e9 \ud800",
        "attributes": {"n": {"type": "Number.int", "value": "3"}, "b": {"type": "Binary", "value": "AP8="}},
        "group": "g",
        "trace_header": "Root=1",
    }


async def test_all_are_given_back_at_the_end(export: Exporting, account: Account) -> None:
    fill(account, 57)
    await export().run()
    assert account.broker.held("orders-dlq") == []
    assert {kept.receive_count for kept in account.broker.queues["orders-dlq"]} == {1}


async def test_the_file_is_private_and_stands_alone(export: Exporting, account: Account, tmp_path: Path) -> None:
    fill(account, 3)
    done = await export().run()
    assert names_in(tmp_path, "messages*") == ["messages.jsonl"]
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600


async def test_a_file_that_exists_is_left_alone_and_nothing_is_received(
    export: Exporting, account: Account, tmp_path: Path
) -> None:
    (tmp_path / "messages.jsonl").write_text("precious")
    with pytest.raises(NotSaved, match="exists already"):
        await export().run()
    assert (tmp_path / "messages.jsonl").read_text() == "precious"
    assert account.count("receive_message") == 0


async def test_an_empty_queue_makes_an_empty_file(export: Exporting, account: Account) -> None:
    done = await export().run()
    assert (done.count, done.complete, done.path.read_bytes()) == (0, True, b"")


async def test_progress_tells_how_far_it_is(export: Exporting, account: Account) -> None:
    fill(account, 57)
    seen: list[ExportProgress] = []
    await export(on_change=seen.append).run()
    counts = [progress.count for progress in seen]
    assert counts == sorted(counts)
    assert len(set(counts)) > 3
    assert {progress.total for progress in seen} == {57}
    last = seen[-1]
    assert (last.count, last.held, last.eta, last.ended) == (57, 0, None, True)
    assert last.size > 0


# -- what is not in it


async def test_a_message_that_was_delayed_is_waited_for_in_a_dead_letter_queue(
    export: Exporting, account: Account
) -> None:
    fill(account, 5)
    account.broker.put("orders-dlq", Outgoing("late", delay=20))
    done = await export().run()
    assert (done.count, done.complete) == (6, True)
    assert done.notes[-1] == "6 messages are in the file, and orders-dlq counts no others"


async def test_what_others_have_in_hand_is_counted_and_makes_it_incomplete(
    export: Exporting, gateway: Gateway, account: Account
) -> None:
    fill(account, 12)
    taken = await gateway.receive_message(queue_ref("orders-dlq"), maximum=2, wait=0, hold=3_600)
    done = await export().run()
    assert (len(taken), done.count, done.complete) == (2, 10, False)
    assert done.notes[-1] == (
        "10 messages are in the file, and not all: orders-dlq still counts about 2 in flight elsewhere"
    )


async def test_counts_that_lag_are_waited_for_a_minute(
    export: Exporting, account: Account, clock: OwnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS's counts may be a minute behind: of what is held nothing is counted as in flight yet."""
    fill(account, 12)
    began, tell = clock.monotonic(), Broker.tell_counts

    def lagging(broker: Broker, facts: object) -> None:
        if clock.monotonic() < began + 20 and broker.asked:
            return  # as it was before the first receive
        tell(broker, facts)  # type: ignore[arg-type]

    monkeypatch.setattr(Broker, "tell_counts", lagging)
    done = await export().run()
    assert (done.count, done.complete) == (12, True)
    assert 20 <= clock.monotonic() - began < 60


async def test_of_a_fifo_queue_it_says_that_groups_are_not_met_to_their_end(
    export: Exporting, account: Account
) -> None:
    fill(account, 25, "orders.fifo", group="g")
    done = await export("orders.fifo").run()
    assert (done.count, done.complete) == (10, False)
    assert any("of long groups, not all is met" in note for note in done.notes)
    assert [line["body"] for line in lines_of(done.path)] == [f"message {number}" for number in range(1, 11)]


async def test_counts_that_may_not_be_read_at_the_end_make_no_claim(export: Exporting, account: Account) -> None:
    fill(account, 3)
    work = export()
    await work.prospect()

    def deny(operation: str, thing: str) -> None:
        if operation == "receive_message":
            account.fail("get_queue_attributes", denied())

    account.on_call = deny
    done = await work.run()
    assert (done.count, done.complete) == (3, False)
    assert "cannot be read" in done.notes[-1]


# -- the rules of looking


async def test_of_a_live_queue_it_says_beforehand_that_it_is_a_sample_and_what_a_look_costs(
    export: Exporting, account: Account
) -> None:
    fill(account, 3, "orders")
    work = export("orders")
    sample, cost = await work.prospect()
    assert sample.startswith("orders is a live queue: the file will be a sample")
    assert "each message that is met is received once more" in cost
    assert cost.endswith("2 looks leave every message that is known a try before it goes to orders-dlq")
    assert account.count("receive_message") == 0


async def test_of_a_dead_letter_queue_there_is_nothing_to_say_beforehand(export: Exporting) -> None:
    assert await export().prospect() == ()


async def test_where_nobody_can_tell_which_it_is_it_says_so(export: Exporting, account: Account) -> None:
    account.fail("list_dead_letter_source_queues", denied())
    work = export()
    assert (await work.prospect())[0].startswith("it cannot be told whether orders-dlq is a dead-letter queue")
    assert work.is_live is None


async def test_an_export_that_would_take_last_tries_is_refused_and_leaves_nothing(
    gateway: Gateway, account: Account, ledger: Ledger, clock: OwnedClock, tmp_path: Path
) -> None:
    fill(account, 10, "orders")
    for number in range(2):
        await Export(gateway, queue_ref("orders"), tmp_path / f"{number}.jsonl", ledger, clock).run()
    work = Export(gateway, queue_ref("orders"), tmp_path / "third.jsonl", ledger, clock)
    with pytest.raises(LookRefused, match="10 messages would lose their last try"):
        await work.run()
    assert {kept.receive_count for kept in account.broker.queues["orders"]} == {2}
    assert work.partial is None
    assert names_in(tmp_path, "*.jsonl*") == ["0.jsonl", "1.jsonl"]
    agreed = Export(gateway, queue_ref("orders"), tmp_path / "third.jsonl", ledger, clock, agreed=ANYTHING)
    assert (await agreed.run()).count == 10


async def test_in_read_only_mode_it_is_refused(account: Account, gateway: Gateway, tmp_path: Path) -> None:
    fill(account, 3)
    gateway.context = replace(gateway.context, read_only=True)
    closed = guarded(gateway, read_only=True)
    with pytest.raises(RefusedReadOnly):
        await Export(closed, queue_ref("orders-dlq"), tmp_path / "x.jsonl", Ledger(), account.clock).run()
    assert names_in(tmp_path, "x*") == []


# -- what ends it before its time


async def test_a_fault_leaves_whole_lines_in_the_unfinished_file_and_holds_nothing(
    export: Exporting, account: Account, tmp_path: Path
) -> None:
    fill(account, 57)
    work = export()

    def fail(operation: str, thing: str) -> None:
        if operation == "receive_message" and account.count("receive_message") >= 4:
            account.fail("receive_message", server_fault())

    account.on_call = fail
    with pytest.raises(ServerFault):
        await work.run()
    assert work.partial == tmp_path / "messages.jsonl.partial"
    assert len(lines_of(work.partial)) == work.progress.count > 0
    assert not (tmp_path / "messages.jsonl").exists()
    assert work.progress.problem is not None
    assert work.progress.ended
    assert account.broker.held("orders-dlq") == []


async def test_a_cancelled_export_gives_everything_back(export: Exporting, account: Account) -> None:
    fill(account, 57)
    reached = asyncio.Event()
    work = export(on_change=lambda progress: reached.set() if progress.count >= 20 else None)
    running = asyncio.ensure_future(work.run())
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert work.partial is not None
    assert len(lines_of(work.partial)) == work.progress.count >= 20
    assert account.broker.held("orders-dlq") == []


async def test_a_stopped_export_tells_what_it_has(export: Exporting, account: Account) -> None:
    fill(account, 570)

    def stop(progress: ExportProgress) -> None:
        if progress.count >= 20:
            work.stop()

    work = export(on_change=stop)
    done = await work.run()
    assert (done.complete, work.progress.stopped) == (False, True)
    assert 20 <= done.count < 570
    assert done.path == work.partial
    assert len(lines_of(done.path)) == done.count
    assert account.broker.held("orders-dlq") == []


async def test_what_is_stopped_before_the_first_receive_makes_no_file(
    export: Exporting, account: Account, tmp_path: Path
) -> None:
    fill(account, 3)
    work = export()
    work.stop()
    done = await work.run()
    assert (done.count, done.complete, work.progress.ended) == (0, False, True)
    assert names_in(tmp_path, "messages*") == []
    assert account.count("receive_message") == 0


async def test_two_unfinished_exports_leave_two_files(export: Exporting, account: Account, tmp_path: Path) -> None:
    fill(account, 3)
    (tmp_path / "messages.jsonl.partial").write_text("of before")
    account.fail("get_queue_attributes", denied())
    with pytest.raises(Denied):
        await export().run()
    account.mend()
    reached = asyncio.Event()
    work = export(on_change=lambda progress: reached.set() if progress.count else None)
    running = asyncio.ensure_future(work.run())
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert work.partial == tmp_path / "messages.jsonl.partial-2"
    assert (tmp_path / "messages.jsonl.partial").read_text() == "of before"


async def test_a_full_disk_ends_it_with_what_was_whole(
    export: Exporting, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(account, 57)
    real, calls = os.write, 0

    def full(descriptor: int, content: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls == 3:
            return real(descriptor, content[:40])
        if calls > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, content)

    monkeypatch.setattr("sqsview.operations.export_file.os.write", full)
    work = export()
    with pytest.raises(NotSaved, match="No space left on device"):
        await work.run()
    assert work.partial is not None
    assert len(lines_of(work.partial)) == work.progress.count
    assert account.broker.held("orders-dlq") == []
    assert account.count("receive_message") < 6, "nothing more is received once nothing can be written"


async def test_a_file_that_appears_meanwhile_is_not_written_over(
    export: Exporting, account: Account, tmp_path: Path
) -> None:
    fill(account, 3)
    work = export()

    def appear(operation: str, thing: str) -> None:
        if operation == "receive_message":
            (tmp_path / "messages.jsonl").write_text("precious")

    account.on_call = appear
    with pytest.raises(NotSaved, match="exists already"):
        await work.run()
    assert (tmp_path / "messages.jsonl").read_text() == "precious"
    assert work.partial is not None
    assert len(lines_of(work.partial)) == 3
    assert account.broker.held("orders-dlq") == []


# -- for a purge that follows


async def test_everything_stays_held_until_it_is_released(
    export: Exporting, account: Account, clock: OwnedClock
) -> None:
    fill(account, 57)
    work = export(hold_on=True)
    done = await work.run()
    assert (done.complete, work.progress.held) == (True, 57)
    await clock.sleep(100)
    assert len(account.broker.held("orders-dlq")) == 57, "the holds are renewed"
    await work.release()
    assert account.broker.held("orders-dlq") == []
    assert work.progress.held == 0


# -- memory


class Spring(Broker):
    """Gives as many messages as it is told, each made when it is received."""

    there = 10_000
    given = 0

    def tell_counts(self, facts: QueueFacts) -> None:
        facts.hold(self.there - self.given, self.given)

    async def receive(
        self, queue: str, settings: QueueSettings, *, maximum: int, wait: int, hold: int
    ) -> list[Message]:
        count = min(maximum, self.there - self.given)
        self.given += count
        body = "x" * 8_000
        return [
            Message(f"{number:036d}", f"{number:08d}{body}", f"{number:0300d}", {}, {"ApproximateReceiveCount": "1"})
            for number in range(self.given - count, self.given)
        ]


async def test_memory_does_not_grow_with_the_bodies(
    export: Exporting, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10,000 messages of 8 kB are 80 MB; of each only id, receipt and receive count are kept, to be given back."""
    account.latency = 0.0
    account.broker = Spring(account.clock)
    monkeypatch.setattr(Broker, "change_visibility", lambda *_: {})
    work = export()
    await work.prospect()
    tracemalloc.start()
    try:
        done = await work.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (done.count, done.complete) == (10_000, True)
    assert done.path.stat().st_size > 80_000_000
    assert peak / 10_000 < 1_200, f"{peak / 10_000:.0f} bytes a message"
