"""How far a move is, how it ended, and what was interrupted, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sqsview.domain.arn import name_of
from sqsview.domain.words.figures import duration
from sqsview.operations.journal_records import Doubt, Interrupted
from sqsview.operations.move import MoveProgress

_DONE = {"move": "moved", "copy": "copied", "delete": "deleted", "redrive": "moved", "import": "sent"}
_DOING = {"move": "moving", "copy": "copying", "delete": "deleting", "redrive": "redriving", "import": "importing"}


_GO_ON = ("move", "copy", "delete")
"""The kinds that the mover goes on with."""


def progress_line(kind: str, progress: MoveProgress) -> str:
    """Say how far it is, in one line that grows little: ``120 of 1,000 moved · 45 a second · 20 s left``."""
    parts = [_counted(kind, progress)]
    parts += _unusual(progress)
    if progress.rate and not progress.ended:
        parts.append(f"{progress.rate:,.0f} a second" if progress.rate >= 10 else f"{progress.rate:.1f} a second")
    if progress.eta is not None and not progress.ended:
        parts.append(f"{duration(progress.eta)} left")
    if progress.stopped and not progress.ended:
        parts.append("stopping")
    elif progress.waits:
        parts.append(waiting(progress))
    return " · ".join(parts)


def waiting(progress: MoveProgress) -> str:
    """Say what it waits for."""
    return f"waits up to {duration(math.ceil(progress.waits))} for messages whose holds have to lapse"


def outcome(kind: str, progress: MoveProgress) -> str:
    """Say how it ended, in one line: ``998 moved · 2 failed · took 12 s``. It may quote the server."""
    parts = [_counted(kind, progress), *_unusual(progress)]
    if progress.problem is not None:
        parts.append(f"gave up: {progress.problem.line}")
    elif progress.stopped:
        parts.append("stopped")
    parts.append(f"took {duration(progress.elapsed)}")
    return " · ".join(parts)


def interrupted_lines(interrupted: Interrupted) -> tuple[str, ...]:
    """Say what was interrupted, and what is known of its messages."""
    doing = _DOING.get(interrupted.kind, interrupted.kind)
    where = name_of(interrupted.source)
    if interrupted.destination:
        where += f" to {name_of(interrupted.destination)}"
    settled, failed = interrupted.counts.get("settled", 0), interrupted.counts.get("failed", 0)
    what = "left originals behind" if interrupted.ended else "was interrupted"
    done = f"{settled:,} {_DONE.get(interrupted.kind, 'done')}" + (f", {failed:,} failed" if failed else "")
    rest = () if interrupted.ended or interrupted.kind not in _GO_ON else ("going on takes the rest as well",)
    return (f"{doing} {where} {what}: {done}", *doubt_lines(interrupted.kind, interrupted.doubt), *rest)


def doubt_lines(kind: str, doubt: Doubt) -> tuple[str, ...]:
    """Say what may be there twice, and what would become of it."""
    lines = []
    if doubt.sure and kind == "copy":
        lines.append(f"{_messages(len(doubt.sure))} copied already: going on does not copy them again")
    elif doubt.sure:
        they = "it is" if len(doubt.sure) == 1 else "they are"
        lines.append(
            f"{_messages(len(doubt.sure))} in the destination and perhaps still in the source: going on deletes "
            f"what is left of them there, {they} not sent again"
        )
    if doubt.unsure and kind == "delete":
        lines.append(f"{_messages(len(doubt.unsure))} may be deleted, or not: going on deletes them")
    elif doubt.unsure:
        it = "it stays" if len(doubt.unsure) == 1 else "they stay"
        lines.append(
            f"{_messages(len(doubt.unsure))} may be there twice: the answer to their sending never came; "
            f"{it} in the source"
        )
    return tuple(lines)


def _counted(kind: str, progress: MoveProgress) -> str:
    done = _DONE.get(kind, "done")
    if progress.total is None or (progress.ended and progress.total == progress.moved):
        return f"{progress.moved:,} {done}"
    return f"{progress.moved:,} of {progress.total:,} {done}"


def _unusual(progress: MoveProgress) -> Iterator[str]:
    if progress.failed:
        yield f"{progress.failed:,} failed"
    if progress.doubtful:
        yield f"{progress.doubtful:,} may be there twice"
    if progress.skipped:
        yield f"{progress.skipped:,} passed over"


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"
