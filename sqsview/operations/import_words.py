"""How far an import is, how it ended, and what is not known of it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqsview.operations.import_progress import ImportProgress

_MOST_RANGES = 20
"""Ranges of lines that are named; of the others only their number is."""


def lines_named(numbers: Iterable[int]) -> str:
    """Name lines in short: ``line 7``, ``lines 3, 21–30``."""
    found = sorted(set(numbers))
    ranges = list(_ranges(found))
    told = ", ".join(f"{first:,}" if first == last else f"{first:,}–{last:,}" for first, last in ranges[:_MOST_RANGES])
    left = sum(last - first + 1 for first, last in ranges[_MOST_RANGES:])
    more = f" and {left:,} more" if left else ""
    return f"{'line' if len(found) == 1 else 'lines'} {told}{more}"


def progress_line(progress: ImportProgress) -> str:
    """Say how far it is, in one line: ``120 of 1,000 sent · 45 a second · 20 s left``."""
    if progress.checked:
        return f"{progress.checked:,} lines checked"
    parts = list(_figures(progress))
    if progress.rate:
        parts.append(f"{progress.rate:,.0f} a second" if progress.rate >= 10 else f"{progress.rate:.1f} a second")
    if progress.eta is not None and not progress.ended:
        parts.append(f"{progress.eta:,.0f} s left")
    return " · ".join(parts)


def summary(progress: ImportProgress) -> str:
    """Say how it ended; every message of the file is in one of the figures."""
    parts = list(_figures(progress))
    if progress.left:
        parts.append(f"{progress.left:,} not tried")
    return " · ".join(parts)


def ending(progress: ImportProgress) -> Iterator[str]:
    """Say what has to be known of an import that ended, a line each: why, what may be there twice, how to go on."""
    if progress.problem is not None:
        yield f"given up: {progress.problem.line}"
    if progress.twice:
        yield f"{lines_named(progress.twice)} may be there twice: sent again, for nobody knew whether they were taken"
    if progress.unsure:
        yield (
            f"{lines_named(progress.unsure)} may have been sent, that is not known: sent once more by the same import, "
            "they may be there twice"
        )
    if not progress.is_done:
        yield "the same import again sends what is not there yet, and nothing else"


def failures_by_reason(progress: ImportProgress) -> Iterator[str]:
    """Name the lines that were refused, with the reason, a line for each reason; the same import again tries them."""
    lines: dict[str, list[int]] = {}
    for failure in progress.failures:
        lines.setdefault(failure.reason, []).append(failure.line)
    for reason, numbers in lines.items():
        yield f"{lines_named(numbers)}: {reason}"


def _figures(progress: ImportProgress) -> Iterator[str]:
    total = "" if progress.total is None else f" of {progress.total:,}"
    yield f"{progress.before + progress.sent:,}{total} sent"
    if progress.before:
        yield f"{progress.before:,} of them before"
    if progress.failed:
        yield f"{progress.failed:,} refused"
    if progress.unsure:
        yield f"{len(progress.unsure):,} not known"


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last
