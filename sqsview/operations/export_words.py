"""What an export has to say: what it means before it begins, and whether all is in the file at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqsview.domain.queue import Counts
from sqsview.domain.words.figures import size
from sqsview.operations.appraisal import Appraisal

if TYPE_CHECKING:
    from sqsview.operations.export import ExportProgress


def before_export(appraisal: Appraisal, *, is_live: bool | None) -> Iterator[str]:
    """Say what an export of a queue costs and gives, a line each.

    Args:
        appraisal: of the queue as it is now.
        is_live: whether others may consume it, or a receive may move messages; None where that cannot be told.
    """
    name = appraisal.queue.name
    sample = "the file will be a sample, without what its consumers have in hand or take meanwhile"
    if is_live is None:
        yield f"it cannot be told whether {name} is a dead-letter queue; where it is not, {sample}"
    elif is_live:
        yield f"{name} is a live queue: {sample}"
    if is_live is not False:
        yield (
            "each message that is met is received once more, and kept from its consumers until the end · "
            f"{appraisal.allowance.line}"
        )
    if appraisal.queue.fifo:
        yield "a FIFO queue gives no more of a message group while some of it is held: of long groups, not all is met"


def is_all(counts: Counts, held: int, *, exactly: bool = False) -> bool:
    """Tell whether a queue counts nothing but what is held; ``exactly`` also wants all of that counted by now."""
    if counts.visible is None or counts.visible or counts.delayed:
        return False
    flying = counts.in_flight or 0
    return flying == held if exactly else flying <= held


def verdict(name: str, counts: Counts, *, written: int, held: int) -> str:
    """Say how the messages in the file compare to what the queue counts at the end.

    Args:
        name: the queue's.
        counts: the last ones that it told.
        written: messages in the file.
        held: how many of those are held, which the queue counts as in flight.
    """
    in_file = "1 message is in the file" if written == 1 else f"{written:,} messages are in the file"
    if counts.visible is None:
        return f"{in_file}; {name} does not tell how many it has, so that nobody knows whether these are all"
    if is_all(counts, held):
        return f"{in_file}, and {name} counts no others"
    elsewhere = max(0, (counts.in_flight or 0) - held)
    others = {"to be received": counts.visible, "in flight elsewhere": elsewhere, "delayed": counts.delayed or 0}
    told = ", ".join(f"{count:,} {what}" for what, count in others.items() if count)
    return f"{in_file}, and not all: {name} still counts about {told}"


def progress_line(progress: ExportProgress) -> str:
    """Say how far it is, in one line: ``120 of about 1,000 written · 38 KiB · 20 s left``."""
    about = f" of about {progress.total:,}" if progress.total is not None else ""
    parts = [f"{progress.count:,}{about} written", size(progress.size)]
    if progress.eta is not None:
        parts.append(f"{progress.eta:,.0f} s left")
    return " · ".join(parts)
