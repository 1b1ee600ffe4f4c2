"""Send the messages of a file to a queue, so that it can be broken off at any instant and gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqsview.clock import Clock
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.publishing import Destination
from sqsview.errors import JournalError, RefusedReadOnly, SqsviewError
from sqsview.gateway import Gateway
from sqsview.operations.audit import Act, AuditLog, Deed, Outcome, context_with_account
from sqsview.operations.cancellation import see_through
from sqsview.operations.import_file import BadLine, ImportFile, ImportRefused
from sqsview.operations.import_plan import course_of
from sqsview.operations.import_progress import ImportFailure, ImportProgress
from sqsview.operations.import_record import KIND, Course, Earlier, earlier_imports, write_end
from sqsview.operations.import_sending import Sending
from sqsview.operations.journal import Journal

__all__ = ["BadLine", "Import", "ImportFailure", "ImportProgress", "ImportRefused"]


class Import:
    """One import of one file into one queue.

    What was sent is known from the journal, by the content of the file: the same import after an interruption sends
    what is left. A message whose answer was lost is not sent again before a person says so by a second import, but to
    a FIFO queue, which swallows the second one.
    """

    def __init__(
        self,
        gateway: Gateway,
        destination: Destination,
        path: Path,
        journal: Journal,
        clock: Clock,
        *,
        audit: AuditLog | None = None,
        rate: float | None = None,
        group: str | None = None,
        first: int | None = None,
        again: bool = False,
        on_change: Callable[[ImportProgress], None] = lambda progress: None,
    ) -> None:
        """Prepare it; nothing is read before `check`, and nothing sent before `run`.

        Args:
            gateway: where to.
            destination: the queue; see `import_plan.queue_to_fill`.
            path: the file of JSON lines.
            journal: where it is written down before it is done.
            clock: the time.
            audit: the log of who did what; None keeps it in memory.
            rate: messages a second; None for as fast as the server takes them.
            group: the message group of those that have none.
            first: the line to begin with, whatever was sent before; None to go on where an earlier import ended.
            again: whether to send all of it although it was sent before.
            on_change: is told of every change, on the loop.
        """
        if destination.ref is None:
            raise ValueError("an import sends to queues only")
        self.progress = ImportProgress()
        """How far it is; replaced by every change."""
        self._gateway = gateway
        self._ref = destination.ref
        self._destination = destination
        self._journal = journal
        self._clock = clock
        self._audit = audit or AuditLog()
        self._rate = rate
        self._first = first
        self._again = again
        self._on_change = on_change
        self._file = ImportFile(path, destination, group=group)
        self._course: Course | None = None
        self._superseded: Earlier | None = None
        self._sending: Sending | None = None
        self._stopped = False

    async def check(self) -> ImportProgress:
        """Read the whole file, check every line, and find where to begin; nothing is sent.

        Raises:
            RefusedReadOnly: in read-only mode.
            BadLine: a line cannot be sent.
            ImportRefused: the file cannot be read, or all of it was sent before, or it was changed since a part was.
            JournalError: it cannot be known what was sent before.
        """
        if self._gateway.context.read_only:
            raise RefusedReadOnly("send_message_batch")
        self._file.open()
        checked = False
        try:
            await self._survey()
            checked = True
        finally:
            self.progress = replace(self.progress, checked=0)
            if not checked:
                self._file.close()
        return self.progress

    async def run(self) -> ImportProgress:
        """Send what is left, and give the outcome; what the server did not take is in it.

        Cancelling it does what `stop` does, waits for what is under way, and raises `asyncio.CancelledError`.

        Raises:
            JournalError: it cannot be written down what is about to be done; what was not written down was not sent.
            ImportRefused: as `check`, or the file was changed meanwhile.
        """
        try:
            if self._course is None:
                await self.check()
            assert self._course is not None
            await self._run(self._course)
        except ImportRefused:
            if not self._stopped or self._course is not None:
                raise
            self._changed(replace(self.progress, ended=True))
        finally:
            self._file.close()
        return self.progress

    def stop(self) -> None:
        """Send nothing more; `run` returns once what is under way is answered."""
        if not self.progress.ended:
            self._stopped = True
            self.progress = replace(self.progress, stopped=True)
            if self._sending is not None:
                self._sending.stop()

    def close(self) -> None:
        """Let go of the file, where `run` does not follow `check`."""
        self._file.close()

    # -- before

    async def _survey(self) -> None:
        loop = asyncio.get_running_loop()

        def on_lines(lines: int) -> None:
            if self._stopped:
                raise ImportRefused("stopped before anything was sent")
            loop.call_soon_threadsafe(self._on_checked, lines)

        reading = asyncio.ensure_future(asyncio.to_thread(self._file.survey, first=self._first or 1, on_lines=on_lines))
        survey = await see_through(reading, on_cancel=self.stop)
        context = self._gateway.context.endpoint or "aws"
        earlier = await asyncio.to_thread(earlier_imports, self._journal, context, self._destination.arn)
        await asyncio.to_thread(write_end, self._journal, earlier, self._clock.epoch())
        plan = await asyncio.to_thread(
            course_of,
            survey,
            earlier,
            self._file,
            self._destination.name,
            now=self._clock.epoch(),
            first=self._first,
            again=self._again,
        )
        self._course, self._superseded = plan.course, plan.superseded
        self.progress = replace(
            self.progress,
            total=plan.course.messages,
            before=plan.course.sent,
            twice=plan.course.doubled,
            notes=plan.notes,
        )

    def _on_checked(self, lines: int) -> None:
        if self._course is None:
            self.progress = replace(self.progress, checked=lines)
            self._on_change(self.progress)

    # -- in the course of it

    async def _run(self, course: Course) -> None:
        clock, path = self._clock, str(self._file.path.absolute())
        context = await context_with_account(self._gateway)
        act = Act(self._audit, clock, context, Deed.IMPORT, self._destination.arn)
        await act.begin({"messages": course.left}, path)
        try:
            op = await asyncio.to_thread(
                self._journal.begin,
                KIND,
                context=context.endpoint or "aws",
                source=path,
                destination=self._destination.arn,
                detail=course.written(),
                at=clock.epoch(),
            )
            if self._superseded is not None:
                await asyncio.to_thread(self._journal.forget, self._superseded.op)
        except JournalError:
            await act.end(Outcome.REFUSED)
            raise
        self._sending = Sending(
            self._gateway,
            self._destination,
            self._file,
            course,
            self._journal,
            op,
            clock,
            progress=self.progress,
            rate=self._rate,
            on_change=self._changed,
        )
        if self._stopped:
            self._sending.stop()
        sending = asyncio.ensure_future(self._sending.run())
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            self.stop()
            await see_through(sending)
            raise
        finally:
            await see_through(asyncio.ensure_future(self._end(op, act, self._sending.fault)))
        if self._sending.fault is not None:
            raise self._sending.fault

    def _changed(self, progress: ImportProgress) -> None:
        self.progress = replace(progress, stopped=self._stopped)
        self._on_change(self.progress)

    async def _end(self, op: int, act: Act, fault: SqsviewError | None) -> None:
        """Write down how it ended.

        Only after that are refused lines told from lost ones: a crash in between leaves them all as lost, and they are
        sent once more.
        """
        now = self.progress
        outcome, notes = _outcome(now, fault), list(now.notes)
        counts = {"settled": now.sent, "failed": now.failed}
        try:
            await asyncio.to_thread(self._journal.end, op, outcome.value, counts=counts, at=self._clock.epoch())
            if now.failures:
                await self._journal.failed(op, [(str(one.line), one.reason) for one in now.failures])
        except JournalError as unwritten:
            notes.append(f"how it ended is not in the journal: {unwritten}")
        told = {"sent": now.sent, "refused": now.failed, "not known": len(now.unsure), "not tried": now.left}
        problem = now.problem or (Problem(ProblemKind.FAILED, str(fault)) if fault is not None else None)
        detail = problem.line if problem is not None else ""
        if said := await act.end(outcome, {word: count for word, count in told.items() if count}, detail):
            notes.append(said)
        self._changed(replace(now, problem=problem, notes=tuple(notes), eta=None, ended=True))


def _outcome(progress: ImportProgress, fault: SqsviewError | None) -> Outcome:
    if progress.is_done:
        return Outcome.DONE
    if progress.problem is not None or fault is not None:
        return Outcome.FAILED
    return Outcome.STOPPED if progress.stopped else Outcome.PARTLY
