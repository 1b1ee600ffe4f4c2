"""Delete everything in a queue at once; where a backup is wanted, only once all of it is in a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from sqsview.clock import Clock
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.queue import Counts, QueueRef, QueueSettings
from sqsview.domain.receive_budget import Allowance, Consent
from sqsview.domain.snapshot import Context
from sqsview.domain.text import printable
from sqsview.errors import GatewayError, JournalError, LedgerError, RefusedReadOnly, Rejected, SqsviewError
from sqsview.gateway import Gateway
from sqsview.operations.audit import Act, AuditLog, Deed, Outcome, context_with_account, figures
from sqsview.operations.cancellation import see_through
from sqsview.operations.export import Export, ExportProgress
from sqsview.operations.journal import Journal
from sqsview.operations.ledger import Ledger, LedgerKey
from sqsview.operations.publish import may_have_been_taken

SETTLES = 60.0
"""Seconds for which a purge may go on: what is sent meanwhile may be deleted, too, what was sent before may still be
received, and no other purge is taken (SQS API reference, PurgeQueue)."""
_TICK = 1.0
_IN_PROGRESS = "PurgeQueueInProgress"


class NotPurged(SqsviewError):
    """Nothing was deleted; the text says why."""


class Stage(StrEnum):
    """Where a purge is."""

    READY = "ready"
    BACKING_UP = "backing up"
    PURGING = "purging"
    SETTLING = "settling"
    """It is done, and the server may go on deleting until `PurgeProgress.settles_at`."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PurgeProgress:
    """How far a purge is."""

    stage: Stage = Stage.READY
    counts: Counts | None = None
    """What the queue counted just before it."""
    backup: ExportProgress | None = None
    """How far the backup is; None without one."""
    backed_up: int | None = None
    """Messages in the file, verified; None without a backup."""
    purged: bool = False
    settles_at: float | None = None
    """Epoch seconds until which the server may go on deleting."""
    left: float = 0.0
    """Seconds until then."""
    notes: tuple[str, ...] = ()
    """What a person has to know, a line each. Untrusted text."""
    problem: Problem | None = None
    """Why it is not known whether it was done."""
    stopped: bool = False
    """Whether a person ended it before anything was deleted."""
    ended: bool = False


class Purge:
    """One purge of one queue; that a person meant this queue has been made sure of before."""

    def __init__(
        self,
        gateway: Gateway,
        queue: QueueRef,
        audit: AuditLog,
        journal: Journal,
        ledger: Ledger,
        clock: Clock,
        *,
        backup: Path | None = None,
        agreed: Allowance | Consent | None = None,
        count_down: bool = True,
        on_change: Callable[[PurgeProgress], None] = lambda progress: None,
    ) -> None:
        """Prepare it; nothing is done before `run`.

        Args:
            gateway: where.
            queue: which.
            audit: where it is written down for others.
            journal: where it is written down before it is done.
            ledger: the record of receives, which a purge makes void.
            clock: the time.
            backup: the file that is to have all messages before; there may be none yet. None for no backup.
            agreed: the cost of receiving for the backup that a person agreed to.
            count_down: whether `run` returns only once the server deletes no more.
            on_change: is told of every change, on the loop.
        """
        self.progress = PurgeProgress()
        """How far it is; replaced by every change."""
        self._gateway = gateway
        self._queue = queue
        self._audit = audit
        self._journal = journal
        self._ledger = ledger
        self._clock = clock
        self._backup = backup
        self._agreed = agreed
        self._count_down = count_down
        self._on_change = on_change
        self._export: Export | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> PurgeProgress:
        """Back up, verify, purge, and count down; cancelling it does what `stop` does, and raises after that.

        Raises:
            NotPurged: the backup is not complete, or the server refused; nothing was deleted.
            NotSaved: the backup cannot be written; nothing was deleted.
            LookRefused: the backup would take a message's last try; nothing was deleted.
            JournalError: it could not be written down that it begins; nothing was deleted.
            LedgerError: the record of receives cannot be used; nothing was deleted.
            GatewayError: the queue cannot be read, or the server refused; nothing was deleted.
        """
        return await see_through(asyncio.ensure_future(self._run()), on_cancel=self.stop)

    def stop(self) -> None:
        """End it before anything is deleted; once that is under way, only the counting down is ended."""
        self._stopping.set()
        if self._export is not None and self.progress.stage is Stage.BACKING_UP:
            self._export.stop()

    async def _run(self) -> PurgeProgress:
        if self._gateway.context.read_only:
            raise RefusedReadOnly("purge_queue")
        reading = await self._gateway.get_queue_attributes(self._queue)
        context = await context_with_account(self._gateway)
        self._tell(counts=reading.counts)
        try:
            if self._backup is not None and not self._stopping.is_set():
                await self._back_up(self._backup)
            if self._stopping.is_set():
                self._tell(stage=Stage.ENDED, stopped=True, ended=True)
                return self.progress
            await self._purge(reading.settings, context)
        finally:
            if self._export is not None:
                await self._export.release()
        if self.progress.purged and self._count_down:
            await self._settle()
        self._tell(stage=Stage.ENDED, ended=True)
        return self.progress

    # -- the backup

    async def _back_up(self, path: Path) -> None:
        """Write all messages to a file and hold them; refuse where these are not all."""

        def tell(progress: ExportProgress) -> None:
            self._tell(backup=progress)

        self._refuse_what_no_backup_can_have()
        self._tell(stage=Stage.BACKING_UP)
        self._export = Export(
            self._gateway,
            self._queue,
            path,
            self._ledger,
            self._clock,
            agreed=self._agreed,
            hold_on=True,
            on_change=tell,
        )
        done = await self._export.run()
        if self._stopping.is_set():
            return
        if not done.complete:
            raise self._incomplete("; ".join(done.notes[-1:]) or "not all messages are in the file", path)
        lines = await asyncio.to_thread(_lines_in, path)
        if lines != done.count:
            raise self._incomplete(f"{done.count:,} messages were written, and the file has {lines:,}", path)
        await self._refuse_what_came_since(path)
        self._tell(backed_up=done.count)

    async def _refuse_what_came_since(self, path: Path) -> None:
        """Read the counts, and refuse where the queue has what the backup has not."""
        assert self._export is not None
        counts = (await self._gateway.get_queue_attributes(self._queue)).counts
        flying = counts.in_flight
        if counts.visible != 0 or counts.delayed != 0 or flying is None or flying > self._export.progress.held:
            raise self._incomplete("messages arrived, or were taken by others, since it was written", path)
        self._tell(counts=counts)

    def _refuse_what_no_backup_can_have(self) -> None:
        """Refuse before anything is received, where messages cannot be received now and would be deleted.

        Raises:
            NotPurged: with how many.
        """
        counts = self.progress.counts
        assert counts is not None
        told = {"in flight, which consumers or looks have in hand": counts.in_flight, "delayed": counts.delayed}
        there = " and ".join(f"about {count:,} {word}" for word, count in told.items() if count)
        if there:
            raise NotPurged(
                f"{self._queue.name} is not purged, for no backup could be complete: {there} would be deleted and not "
                "be in it · stop the consumers, wait until they are back, and try again"
            )

    def _incomplete(self, reason: str, path: Path) -> NotPurged:
        remedy = "stop consumers and producers, then try again with another file"
        if self._queue.fifo:
            remedy = "of a long message group a FIFO queue gives no more while some of it is held: move it elsewhere"
        return NotPurged(
            f"{self._queue.name} is not purged, for the backup is not complete: {reason} · {remedy} · what there is of "
            f"it is in {printable(str(path))}"
        )

    # -- the purge

    async def _purge(self, settings: QueueSettings, context: Context) -> None:
        counts = self.progress.counts
        before = figures(counts) if counts is not None else {}
        act = Act(self._audit, self._clock, context, Deed.PURGE, self._queue.arn)
        await act.begin(before, f"backup in {self._backup}" if self._backup is not None else "no backup")
        try:
            op = self._journal.begin(
                "purge",
                context=context.endpoint or "aws",
                source=self._queue.arn,
                detail=str(self._backup or ""),
                at=self._clock.epoch(),
            )
        except JournalError as fault:
            await act.end(Outcome.REFUSED, detail=str(fault))
            raise
        self._tell(stage=Stage.PURGING)
        outcome, detail = Outcome.DONE, ""
        refusal: SqsviewError | None = None
        try:
            if self._backup is not None:
                try:
                    await self._refuse_what_came_since(self._backup)
                except GatewayError as fault:
                    raise self._incomplete(fault.problem.text, self._backup) from fault
            await self._gateway.purge_queue(self._queue)
        except NotPurged as fault:
            outcome, detail, refusal = Outcome.REFUSED, str(fault), fault
        except GatewayError as fault:
            detail = fault.problem.text
            if may_have_been_taken(fault):
                outcome = Outcome.UNKNOWN
                text = f"it is not known whether {self._queue.name} was purged: {detail}"
                self._tell(problem=Problem(ProblemKind.FAILED, text, "look at its counts in a minute"))
            else:
                outcome, refusal = Outcome.REFUSED, self._refusal(fault)
        if refusal is None:
            now = self._clock.epoch()
            self._tell(purged=outcome is Outcome.DONE, settles_at=now + SETTLES, left=SETTLES)
            await self._forget_receives(settings, now)
        self._end_in_journal(op, f"{outcome}: {detail}" if detail else outcome, before.get("visible", 0))
        if note := await act.end(outcome, before if outcome is Outcome.DONE else {}, detail):
            self._note(note)
        if refusal is not None:
            raise refusal

    def _refusal(self, fault: GatewayError) -> SqsviewError:
        if not isinstance(fault, Rejected) or _IN_PROGRESS not in fault.problem.text:
            return fault
        return NotPurged(
            f"{self._queue.name} was purged less than {SETTLES:.0f} s ago, and SQS takes one purge in that time; what "
            f"was sent since may be deleted by that one, too · try again in up to {SETTLES:.0f} s"
        )

    async def _forget_receives(self, settings: QueueSettings, now: float) -> None:
        key = LedgerKey(self._gateway.context.endpoint or "aws", settings.arn or self._queue.arn)
        try:
            await self._ledger.apart(lambda: self._ledger.purged(key, now))
        except LedgerError as fault:
            self._note(f"the record of looks still has what was purged: {fault}")

    def _end_in_journal(self, op: int, outcome: str, messages: int) -> None:
        try:
            self._journal.end(op, outcome, counts={"purged": messages}, at=self._clock.epoch())
        except JournalError as fault:
            self._note(f"how it ended is not in the journal: {fault}")

    async def _settle(self) -> None:
        """Tell every second how long the server may go on deleting."""
        until = self._clock.monotonic() + SETTLES
        while not self._stopping.is_set() and (left := until - self._clock.monotonic()) > 0:
            self._tell(stage=Stage.SETTLING, left=left)
            await self._clock.sleep(min(_TICK, left))
        self._tell(left=max(0.0, until - self._clock.monotonic()))

    def _note(self, line: str) -> None:
        self._tell(notes=(*self.progress.notes, line))

    def _tell(self, **changes: object) -> None:
        self.progress = replace(self.progress, **changes)  # type: ignore[arg-type]
        self._on_change(self.progress)


def _lines_in(path: Path) -> int:
    """Count the whole lines of a file that was just written.

    Raises:
        NotPurged: it cannot be read.
    """
    lines = 0
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                lines += piece.count(b"\n")
    except OSError as fault:
        raise NotPurged(
            f"nothing is purged: the backup {printable(str(path))} cannot be read again: {fault.strerror}"
        ) from None
    return lines
