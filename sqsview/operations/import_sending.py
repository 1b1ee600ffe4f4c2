"""The sending of an import: each call is in the journal before it is made, and what was taken of it, after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqsview.clock import Clock
from sqsview.domain.copying import DEDUPLICATION_SECONDS, MARGIN
from sqsview.domain.message import EntryFault, Outgoing, Sent
from sqsview.domain.publishing import Destination
from sqsview.errors import GatewayError, JournalError, Rejected, SqsviewError, Throttled
from sqsview.gateway import Gateway
from sqsview.operations.import_batches import Batches, Entry
from sqsview.operations.import_file import ImportFile, ImportRefused, Line
from sqsview.operations.import_progress import ImportFailure, ImportProgress
from sqsview.operations.import_record import KIND, Course
from sqsview.operations.journal import Journal
from sqsview.operations.pace import Pace
from sqsview.operations.publish import may_have_been_taken

AT_ONCE = 8
"""Calls under way at once, where neither a rate nor an order holds them back."""
_TRIES = 3
"""How often a message is sent that was not taken, through no fault of its own."""
_PAUSE = 0.5
"""Seconds before the second try; twice as many before the third."""
_GIVE_UP = 3
"""Calls in a row that failed as a whole, after which the rest would fail too."""
_MOST_FAILED = 20
"""Refused messages after which it is given up. With what is under way then, the journal keeps each of them."""
_MOST_UNSURE = 1_000
"""Messages whose answers were lost after which it is given up."""


@dataclass(frozen=True, slots=True)
class _NotTaken:
    """An entry of a call that was not taken, or is not known to be."""

    entry: Entry
    reason: str
    is_lost: bool
    """Whether it may have been taken all the same."""


class Sending:
    """Sends the messages of one course, several calls at once, or one after the other to a FIFO queue."""

    def __init__(
        self,
        gateway: Gateway,
        destination: Destination,
        file: ImportFile,
        course: Course,
        journal: Journal,
        op: int,
        clock: Clock,
        *,
        progress: ImportProgress,
        rate: float | None,
        on_change: Callable[[ImportProgress], None],
    ) -> None:
        """Prepare it.

        Args:
            gateway: where to.
            destination: the queue.
            file: the file, which is open.
            course: what of it is to be sent.
            journal: where every call is written down.
            op: the number of the import in it, which has begun.
            clock: the time.
            progress: how far it is before the first call.
            rate: messages a second; None for as fast as the server takes them.
            on_change: is told of every call that is answered, and of the end.
        """
        self.progress = replace(progress, started=clock.monotonic())
        self.fault: SqsviewError | None = None
        """What ended it besides the server: the journal, or the file."""
        assert destination.ref is not None
        self._gateway = gateway
        self._ref = destination.ref
        self._fifo = destination.fifo
        self._file = file
        self._course = course
        self._journal = journal
        self._op = op
        self._clock = clock
        self._pace = Pace(clock, rate, small=False)
        self._on_change = on_change
        self._batches = Batches(
            destination,
            clock,
            operation=f"{KIND} {course.digest} {op} {clock.epoch()!r}",
            traced_alone=gateway.context.endpoint is not None,
            repeatable=course.repeatable,
        )
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._failing = 0
        """Calls in a row that failed as a whole."""

    def stop(self) -> None:
        """Send nothing more; `run` returns once what is under way is answered."""
        self._stopping.set()

    async def run(self) -> None:
        """Send what is left, in the order of the course; what ends it is in ``progress`` and ``fault``."""
        try:
            if self._course.retry:
                await self._send_lines(self._file.lines(only=frozenset(self._course.retry)))
            await self._send_lines(self._file.lines(after=self._course.after))
        except (JournalError, ImportRefused) as fault:
            self.fault = self.fault or fault
        finally:
            await self._answered()
        if made := self._batches.made_fresh:
            note = f"{made:,} with a fresh deduplication id: by its own SQS may swallow one"
            self.progress = replace(self.progress, notes=(*self.progress.notes, note))
        self._tell()

    async def _send_lines(self, lines: Iterator[Line]) -> None:
        turn = asyncio.Semaphore(1 if self._fifo else AT_ONCE)  # what is sent at once arrives in any order
        while not self._stopping.is_set():
            await turn.acquire()
            batch = await asyncio.to_thread(self._batches.next_of, lines, self._pace.most)
            if not batch or not await self._pace.turn(len(batch), self._stopping):
                break
            await self._journal.intend(self._op, [entry.intent for entry in batch])
            self.progress = replace(self.progress, under_way=self.progress.under_way + len(batch))
            task = asyncio.ensure_future(self._send(batch, turn))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await self._answered()

    async def _answered(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _send(self, batch: Sequence[Entry], turn: asyncio.Semaphore) -> None:
        """Send one call until all of it is taken, refused or lost; what went wrong is in ``progress``."""
        try:
            left = await self._try(batch)
            for number in range(1, _TRIES):
                if not left or self._stopping.is_set():
                    break
                await self._clock.sleep(_PAUSE * number)
                left = await self._try([one.entry for one in left])
            self._refused([one for one in left if not one.is_lost])
            self._lost([one.entry for one in left if one.is_lost])
        finally:
            turn.release()
        self._tell()

    async def _try(self, batch: Sequence[Entry]) -> list[_NotTaken]:
        """Send once, and give what may be sent once more."""
        try:
            outcomes = await self._call([entry.outgoing for entry in batch])
        except GatewayError as fault:
            return self._whole_call_failed(batch, fault)
        self._failing = 0
        await self._taken([entry for entry, said in zip(batch, outcomes, strict=True) if isinstance(said, Sent)])
        again: list[_NotTaken] = []
        for entry, said in zip(batch, outcomes, strict=True):
            if isinstance(said, Sent):
                continue
            # Without a code the server did not say what became of it.
            one = _NotTaken(entry, said.line, is_lost=not said.code)
            if said.sender_fault:
                self._refused([one])
            else:
                again.append(one)
        return self._harmless(again)

    async def _call(self, outgoing: Sequence[Outgoing]) -> Sequence[Sent | EntryFault]:
        if len(outgoing) == 1 and outgoing[0].trace_header is not None:
            return [await self._gateway.send_message(self._ref, outgoing[0])]
        return await self._gateway.send_message_batch(self._ref, outgoing)

    def _whole_call_failed(self, batch: Sequence[Entry], fault: GatewayError) -> list[_NotTaken]:
        is_lost = may_have_been_taken(fault)
        self._failing += 1
        hopeless = not (is_lost or isinstance(fault, Throttled | Rejected))
        if hopeless or self._failing >= _GIVE_UP:
            self.progress = replace(self.progress, problem=self.progress.problem or fault.problem)
            self._stopping.set()
        return self._harmless([_NotTaken(entry, fault.problem.advice, is_lost) for entry in batch])

    def _harmless(self, left: Sequence[_NotTaken]) -> list[_NotTaken]:
        """Leave out what may be there already, but for a FIFO queue, which swallows the second one."""
        if self._fifo:
            return list(left)
        self._lost([one.entry for one in left if one.is_lost])
        return [one for one in left if not one.is_lost]

    # -- what became of them

    async def _taken(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        try:
            await self._journal.settled(self._op, [entry.line.id for entry in entries])
        except JournalError as fault:
            self.fault = self.fault or fault
            self._stopping.set()
            self._lost(entries)  # nobody will know that they were taken
            return
        now = self._clock.epoch()
        twice = [entry.line.number for entry in entries if self._is_twice(entry.line.number, now)]
        self.progress = replace(
            self.progress,
            sent=self.progress.sent + len(entries),
            under_way=self.progress.under_way - len(entries),
            twice=(*self.progress.twice, *twice),
        )

    def _refused(self, refused: Sequence[_NotTaken]) -> None:
        if not refused:
            return
        self.progress = replace(
            self.progress,
            failed=self.progress.failed + len(refused),
            failures=(*self.progress.failures, *(ImportFailure(one.entry.line.number, one.reason) for one in refused)),
            under_way=self.progress.under_way - len(refused),
        )
        # In a FIFO queue nothing may come before what was to be there first.
        if self._fifo or self.progress.failed >= _MOST_FAILED:
            self._stopping.set()

    def _lost(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        lines = [entry.line.number for entry in entries]
        self.progress = replace(
            self.progress,
            unsure=(*self.progress.unsure, *lines),
            under_way=self.progress.under_way - len(lines),
        )
        if self._fifo or len(self.progress.unsure) >= _MOST_UNSURE:
            self._stopping.set()

    def _is_twice(self, line: int, now: float) -> bool:
        """Tell whether a line that was sent again may be there twice: a FIFO queue swallows it for five minutes."""
        before = self._course.repeatable.get(line)
        return line in self._course.twice or (before is not None and now - before[1] > DEDUPLICATION_SECONDS - MARGIN)

    def _tell(self) -> None:
        now = self.progress
        elapsed = self._clock.monotonic() - now.started
        rate = now.sent / elapsed if elapsed > 0 else 0.0
        eta = (now.left + now.under_way) / rate if rate else None
        self.progress = replace(now, elapsed=elapsed, rate=rate, eta=eta)
        self._on_change(self.progress)
