"""What is told of an operation that runs, or ran, in the activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqsview.domain import words
from sqsview.operations import export_words, import_words, move_words
from sqsview.operations.running import Telling

if TYPE_CHECKING:
    from sqsview.operations.export import ExportProgress
    from sqsview.operations.import_progress import ImportProgress
    from sqsview.operations.move import MoveProgress
    from sqsview.operations.purge import PurgeProgress


def of_move(kind: str, progress: MoveProgress) -> Telling:
    """Tell of a move, a copy, a deletion or a redrive."""
    line = move_words.outcome(kind, progress) if progress.ended else move_words.progress_line(kind, progress)
    twice = " · may be there twice"
    failures = [(each.id, each.reason + twice * each.twice) for each in progress.failures]
    share = progress.moved / progress.total if progress.total else None
    wrong = bool(progress.failed or progress.doubtful or progress.problem)
    unlisted = max(0, progress.failed + progress.doubtful - len(failures))
    reasons = [f"{count:,} in all: {reason}" for reason, count in progress.reasons.items()] if unlisted else []
    return Telling(line, share, failures, (*progress.notes, *reasons), wrong, unlisted)


def of_purge(progress: PurgeProgress) -> Telling:
    """Tell of a purge, and of the minute for which the server may go on deleting."""
    notes = list(progress.notes)
    if progress.backed_up is not None:
        notes.insert(0, f"{progress.backed_up:,} messages are in the backup, counted")
    if progress.problem is not None:
        return Telling(progress.problem.advice, None, (), notes, wrong=True)
    if progress.purged:
        left = f" · the server may go on deleting for {words.duration(progress.left)}" if progress.left > 0 else ""
        return Telling(f"purged{left}", None, (), notes)
    if progress.backup is not None and not progress.backup.ended:
        total = f" of about {words.count(progress.backup.total)}" if progress.backup.total is not None else ""
        return Telling(f"backing up: {progress.backup.count:,}{total}", None, (), notes)
    return Telling("stopped before anything was deleted" if progress.stopped else progress.stage.value, None, (), notes)


def of_export(progress: ExportProgress) -> Telling:
    """Tell of an export."""
    share = progress.count / progress.total if progress.total else None
    gave_up = f" · {progress.problem.advice}" if progress.problem is not None else ""
    return Telling(export_words.progress_line(progress) + gave_up, share, (), progress.notes, bool(gave_up))


def of_import(progress: ImportProgress) -> Telling:
    """Tell of an import; at its end also how to go on."""
    line = import_words.summary(progress) if progress.ended else import_words.progress_line(progress)
    notes = [*progress.notes, *(import_words.ending(progress) if progress.ended else ())]
    failures = [(f"line {each.line:,}", each.reason) for each in progress.failures]
    share = (progress.before + progress.sent) / progress.total if progress.total else None
    return Telling(line, share, failures, notes, wrong=progress.ended and not (progress.is_done or progress.stopped))
