"""Write all messages of a queue to a file of JSON lines, by one look that holds what it met until the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sqsview.clock import Clock
from sqsview.domain.message import Attribute, Message
from sqsview.domain.message_json import as_line
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import QueueRef
from sqsview.domain.receive_budget import Allowance, Consent
from sqsview.errors import GatewayError, SessionError, SqsviewError
from sqsview.gateway import Gateway
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.cancellation import see_through
from sqsview.operations.export_file import ExportFile
from sqsview.operations.export_words import before_export, is_all, verdict
from sqsview.operations.holding import HOLD
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, Stage
from sqsview.operations.look_notes import in_agreement
from sqsview.operations.saving import NotSaved

EVERYTHING = 1 << 40
"""More messages than any queue gives."""
_LONGEST_HOLD = 100
"""Seconds of one hold, which is three times as long where thousands are held: see `holding.Holding.expect`. To renew
100,000 holds takes 10,000 calls, a minute at 50 ms a call."""
_MESSAGES_A_HOLD = 375
"""Messages for which a hold is a second long, from 7,500 on."""
_LARGE = 65_536
"""Characters of one answer from which it is written in a thread: keys would wait for it."""
_SETTLED = 60.0
"""Seconds after which counts are believed: they may be a minute behind (SQS API, GetQueueAttributes)."""
_BETWEEN_READINGS = 3.0
"""Seconds between two readings of counts that do not agree yet."""


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is."""

    count: int = 0
    """Messages written."""
    total: int | None = None
    """Messages that the queue counts, about; None where it does not tell."""
    size: int = 0
    """Bytes written."""
    held: int = 0
    """Messages that are kept from others now."""
    elapsed: float = 0.0
    """Seconds."""
    rate: float = 0.0
    """Messages written a second, so far."""
    eta: float | None = None
    """Seconds until the end at this rate; None while there is no telling."""
    notes: tuple[str, ...] = ()
    """What a person has to know, a line each. It may quote the server, so it is untrusted text."""
    problem: Problem | None = None
    """What ended it before its time."""
    stopped: bool = False
    """Whether a person ended it before its time."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to."""

    count: int
    """Messages in the file, each once."""
    complete: bool
    """Whether those are all that the queue counted at the end, with none visible, delayed, or in flight elsewhere."""
    notes: tuple[str, ...]
    """What a person has to know, a line each; untrusted text."""
    path: Path
    """The file; where it was stopped, the unfinished one."""


class Export:
    """One export of one queue."""

    def __init__(
        self,
        gateway: Gateway,
        queue: QueueRef,
        path: Path,
        ledger: Ledger,
        clock: Clock,
        *,
        agreed: Allowance | Consent | None = None,
        hold_on: bool = False,
        on_change: Callable[[ExportProgress], None] = lambda progress: None,
    ) -> None:
        """Prepare it; nothing is received before `run`.

        Args:
            gateway: where from.
            queue: which.
            path: the file that is to be; there may be none yet.
            ledger: where every receive is written down.
            clock: for holds, dates and waiting.
            agreed: the cost that a person was told and agreed to, or `ANYTHING`; None where nobody was asked.
            hold_on: whether all stays held after `run` until `release`, so that a purge can follow; it also waits for
                counts that lag, up to a minute, on any queue.
            on_change: is told of every answer, and of the end.
        """
        self.progress = ExportProgress()
        """How far it is; replaced by every change."""
        self.appraisal: Appraisal | None = None
        """The queue as it was before the first receive; None before `prospect`."""
        self.is_live: bool | None = None
        """Whether others may consume the queue, or a receive may move messages; None where that cannot be told."""
        self._gateway = gateway
        self._queue = queue
        self._ledger = ledger
        self._clock = clock
        self._agreed = agreed
        self._hold_on = hold_on
        self._on_change = on_change
        self._file = ExportFile(path)
        self._look: _WrittenLook | None = None
        self._notes: list[str] = []
        self._verdict: list[str] = []
        """How the file compares to what the queue counts; the last note."""
        self._began = clock.monotonic()
        self._is_stopped = False
        self._stopping: asyncio.Task[None] | None = None

    @property
    def partial(self) -> Path | None:
        """The unfinished file; None where there is none, or none any more."""
        return self._file.partial

    async def prospect(self) -> tuple[str, ...]:
        """Read the queue and say what an export of it means, a line each; nothing is received.

        Raises:
            RefusedReadOnly: in read-only mode, as any look.
            LedgerError: the record of looks cannot be used.
            GatewayError: the queue cannot be read.
        """
        appraisal = await appraise(self._gateway, self._queue, self._ledger, self._clock)
        self.is_live = True if appraisal.settings.limited else await self._may_be_consumed()
        self._notes = list(before_export(appraisal, is_live=self.is_live))
        self.progress = replace(self.progress, total=appraisal.total, notes=tuple(self._notes))
        self.appraisal = appraisal
        return self.progress.notes

    async def run(self) -> Exported:
        """Write every message that the queue gives, once, and give everything back.

        Whatever ends it before its time gives back what is held, and leaves what was written in `partial`.

        Raises:
            LookRefused: it would take a message's last try, and nobody agreed to that; nothing was received.
            NotSaved: the file cannot be written.
            LedgerError: the record of looks cannot be written.
            GatewayError: the queue cannot be read.
        """
        if self.appraisal is None:
            await self.prospect()
        assert self.appraisal is not None
        self._began = self._clock.monotonic()
        if self._is_stopped:
            self._end()
            return Exported(0, False, self.progress.notes, self._file.path)
        self._file.open()
        look = self._look = _WrittenLook(
            self._gateway, self.appraisal, self._ledger, self._clock, self._file, on_change=self._tell
        )
        done = False
        try:
            complete = await self._read(look)
            if not self._is_stopped:
                await see_through(asyncio.ensure_future(asyncio.to_thread(self._file.finish)))
            done = True
        except SqsviewError as fault:
            problem = fault.problem if isinstance(fault, GatewayError) else Problem(ProblemKind.FAILED, str(fault))
            self.progress = replace(self.progress, problem=problem)
            raise
        finally:
            if not done or self._is_stopped:
                await see_through(asyncio.ensure_future(asyncio.to_thread(self._file.abandon)))
            if not (done and self._hold_on):
                await look.give_back()
            self._tell(ended=True)
        return Exported(self.progress.count, complete, self.progress.notes, self.partial or self._file.path)

    def stop(self) -> None:
        """Receive nothing more and give everything back; `run` then returns what was written until now."""
        if self.progress.ended or self._is_stopped:
            return
        self._is_stopped = True
        self.progress = replace(self.progress, stopped=True)
        if self._look is not None:
            self._stopping = asyncio.ensure_future(self._look.release())

    async def release(self) -> None:
        """Give back what ``hold_on`` kept."""
        if self._look is not None:
            await self._look.give_back()
            self._tell(ended=True)

    # -- inside

    async def _read(self, look: _WrittenLook) -> bool:
        """Receive all there is, and tell whether that is all that the queue counts."""
        await look.gather(EVERYTHING, self._agreed)
        waits = self._hold_on or self.is_live is False
        until = self._clock.monotonic() + (_SETTLED if waits else 0.0)
        while look.file_fault is None and not self._is_stopped:
            try:
                counts = (await self._gateway.get_queue_attributes(self._queue)).counts
            except GatewayError as fault:
                self._verdict = [f"what {self._queue.name} counts now cannot be read: {fault.problem.text}"]
                return False
            over = self._clock.monotonic() >= until or look.stage is not Stage.HELD
            if over or is_all(counts, look.held, exactly=True):
                self._verdict = [verdict(self._queue.name, counts, written=look.written, held=look.held)]
                return is_all(counts, look.held)
            await self._clock.sleep(_BETWEEN_READINGS)
            if counts.visible and look.stage is Stage.HELD and not self._is_stopped:
                await look.gather(EVERYTHING, self._agreed)
        if look.file_fault is not None:
            raise look.file_fault
        return False

    async def _may_be_consumed(self) -> bool | None:
        """Tell whether no other queue gives up to this one; None where that may not be read, or not on this server."""
        try:
            async for page in self._gateway.list_dead_letter_source_queues(self._queue):
                if page:
                    return False
        except SessionError:
            raise
        except GatewayError:
            return None
        return True

    def _end(self) -> None:
        self.progress = replace(self.progress, ended=True)
        self._on_change(self.progress)

    def _tell(self, *, ended: bool = False) -> None:
        look = self._look
        assert look is not None
        elapsed = self._clock.monotonic() - self._began
        rate = look.written / elapsed if elapsed > 0 else 0.0
        left = max(0, (self.progress.total or 0) - look.written)
        self.progress = replace(
            self.progress,
            count=look.written,
            size=self._file.size,
            held=look.held,
            elapsed=elapsed,
            rate=rate,
            eta=left / rate if rate and self.progress.total is not None and not ended else None,
            notes=(*self._notes, *in_agreement(look.notes), *self._verdict),
            ended=ended,
        )
        self._on_change(self.progress)


class _WrittenLook(Look):
    """A look that writes each message to a file when it meets it first, and keeps no body."""

    def __init__(
        self,
        gateway: Gateway,
        appraisal: Appraisal,
        ledger: Ledger,
        clock: Clock,
        file: ExportFile,
        *,
        on_change: Callable[[], None],
    ) -> None:
        """Write to ``file``, which is open."""
        hold = min(max(HOLD, (appraisal.total or 0) // _MESSAGES_A_HOLD), _LONGEST_HOLD)
        super().__init__(gateway, appraisal, ledger, clock, keep=True, hold=hold, on_change=on_change)
        self.written = 0
        """Messages in the file."""
        self.file_fault: NotSaved | None = None
        """Why nothing more can be written."""
        self._file = file

    async def give_back(self) -> None:
        """Release everything, and take the time that thousands of messages need; a cancellation hurries it."""
        await self._let_go()

    async def _take(self, messages: Sequence[Message]) -> int:
        await self._write({one.id: one for one in messages if one.id not in self._messages})
        return await super()._take([_outline(one) for one in messages])

    async def _write(self, new: Mapping[str, Message]) -> None:
        maximum = self.appraisal.settings.max_receive_count
        if not new or self.file_fault is not None:
            return

        def write() -> None:
            self._file.write(as_line(message, maximum) for message in new.values())

        try:
            if sum(len(message.body) for message in new.values()) < _LARGE:
                write()
            else:
                await asyncio.to_thread(write)
        except NotSaved as fault:
            self.file_fault = fault
            if self._receiving is not None:
                self._receiving.stop()
            return
        self.written += len(new)


_NO_ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType({})


@cache
def _counted(receives: int | None) -> Mapping[str, str]:
    return MappingProxyType({} if receives is None else {"ApproximateReceiveCount": str(receives)})


def _outline(message: Message) -> Message:
    """Give what a look has to know of a message that is written: some hundred bytes, whatever its size."""
    return Message(message.id, "", message.receipt, _NO_ATTRIBUTES, _counted(message.receive_count))
