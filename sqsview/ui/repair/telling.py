"""What is told of an operation that runs, or ran, in the activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqsview.domain import words
from sqsview.operations.running import Telling

if TYPE_CHECKING:
    from sqsview.operations.export import ExportProgress
    from sqsview.operations.import_progress import ImportProgress
    from sqsview.operations.move import MoveProgress
    from sqsview.operations.purge import PurgeProgress


def of_move(progress: MoveProgress, done: str) -> Telling:
    """Tell of a move; ``done`` is the word for what was done, such as ``moved``."""
    of = f" of {progress.total:,}" if progress.total is not None else ""
    said = [f"{progress.moved:,}{of} {done}"]
    if progress.failed:
        said.append(f"{progress.failed:,} stayed")
    if progress.doubtful:
        said.append(f"{progress.doubtful:,} may be there twice")
    if progress.skipped:
        said.append(f"{progress.skipped:,} passed over")
    if progress.rate:
        said.append(f"{words.short_count(progress.rate)} a second")
    if not progress.ended and progress.eta is not None:
        said.append(f"{words.duration(progress.eta)} left")
    if progress.problem is not None:
        said.append(progress.problem.advice)
    failures = [
        (each.id, f"{each.reason}{' · may be there twice' if each.twice else ''}") for each in progress.failures
    ]
    share = progress.moved / progress.total if progress.total else None
    wrong = bool(progress.failed or progress.doubtful or progress.problem)
    return Telling(" · ".join(said), share, failures, progress.notes, wrong)


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
    of = f" of about {words.count(progress.total)}" if progress.total is not None else ""
    said = [f"{progress.count:,}{of} written"]
    if not progress.ended and progress.eta is not None:
        said.append(f"{words.duration(progress.eta)} left")
    if progress.problem is not None:
        said.append(progress.problem.advice)
    share = progress.count / progress.total if progress.total else None
    return Telling(" · ".join(said), share, (), progress.notes, progress.problem is not None)


def of_import(progress: ImportProgress) -> Telling:
    """Tell of an import."""
    if progress.checked and not progress.sent:
        return Telling(f"checking the file: {progress.checked:,} lines")
    of = f" of {progress.total:,}" if progress.total is not None else ""
    said = [f"{progress.before + progress.sent:,}{of} sent"]
    if progress.failed:
        said.append(f"{progress.failed:,} refused")
    if progress.unsure:
        said.append(f"{len(progress.unsure):,} may have been taken")
    if progress.rate:
        said.append(f"{words.short_count(progress.rate)} a second")
    if not progress.ended and progress.eta is not None:
        said.append(f"{words.duration(progress.eta)} left")
    if progress.problem is not None:
        said.append(progress.problem.advice)
    failures = [(f"line {each.line:,}", each.reason) for each in progress.failures]
    share = (progress.before + progress.sent) / progress.total if progress.total else None
    wrong = bool(progress.failed or progress.unsure or progress.problem)
    return Telling(" · ".join(said), share, failures, progress.notes, wrong)
