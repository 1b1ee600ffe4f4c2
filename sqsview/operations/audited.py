"""A move that is in the audit log from before its first message to its outcome, whoever moves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from sqsview.errors import SqsviewError
from sqsview.operations.audit import Act, Outcome
from sqsview.operations.move import MoveProgress


class Moving(Protocol):
    """The mover, or the server's task."""

    @property
    def progress(self) -> MoveProgress:
        """How far it is."""

    async def run(self) -> MoveProgress:
        """Move to the end; raises `SqsviewError` where nothing was done."""

    def stop(self) -> None:
        """Begin nothing more; `run` then returns."""


class AuditedMove:
    """Runs a move between the two lines that the audit log has of it."""

    def __init__(self, moving: Moving, act: Act, *, counts: Mapping[str, int] | None = None, detail: str = "") -> None:
        """Prepare it.

        Args:
            moving: what moves.
            act: the deed, with the queues that it is done to.
            counts: the messages that are there before, by a word.
            detail: what else is to be in the first line, such as the filter.
        """
        self._moving = moving
        self._act = act
        self._counts = counts or {}
        self._detail = detail
        self._note = ""

    @property
    def progress(self) -> MoveProgress:
        """How far it is."""
        told = self._moving.progress
        return replace(told, notes=(*told.notes, self._note)) if self._note else told

    def stop(self) -> None:
        """Begin nothing more; `run` then returns."""
        self._moving.stop()

    async def run(self) -> MoveProgress:
        """Move to the end.

        Raises:
            JournalError: it could not be written down that it begins; nothing was done.
            SqsviewError: nothing was done.
        """
        await self._act.begin(self._counts, self._detail)
        try:
            progress = await self._moving.run()
        except SqsviewError as fault:
            await self._end(Outcome.REFUSED, str(fault))
            raise
        except asyncio.CancelledError:
            await self._end(outcome_of(self._moving.progress, stopped=True), "")
            raise
        await self._end(outcome_of(progress), progress.problem.text if progress.problem is not None else "")
        return self.progress

    async def _end(self, outcome: Outcome, detail: str) -> None:
        self._note = await self._act.end(outcome, figures_of(self._moving.progress), detail)


def outcome_of(progress: MoveProgress, *, stopped: bool = False) -> Outcome:
    """Say in one word how a move ended."""
    if progress.problem is not None:
        return Outcome.FAILED
    if stopped or progress.stopped:
        return Outcome.STOPPED
    return Outcome.PARTLY if progress.failed or progress.doubtful else Outcome.DONE


def figures_of(progress: MoveProgress) -> Mapping[str, int]:
    """Give what became of the messages, without what is 0."""
    told = {
        "moved": progress.moved,
        "failed": progress.failed,
        "doubtful": progress.doubtful,
        "skipped": progress.skipped,
    }
    return {word: count for word, count in told.items() if count or word == "moved"}
