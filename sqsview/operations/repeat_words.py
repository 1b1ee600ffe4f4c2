"""How far a repeat is and how it ended, in words."""

from __future__ import annotations

from sqsview.operations.repeat import Progress


def progress_line(progress: Progress) -> str:
    """Say how far it is, in one line that grows little: ``120 of 1,000 sent · 45 a second · 20 s left``."""
    parts = [f"{progress.sent:,} of {progress.count:,} sent"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.unknown:
        parts.append(f"{progress.unknown:,} not known")
    if progress.rate:
        parts.append(f"{progress.rate:,.0f} a second" if progress.rate >= 10 else f"{progress.rate:.1f} a second")
    if progress.eta is not None and not progress.ended:
        parts.append(f"{_seconds(progress.eta)} left")
    return " · ".join(parts)


def summary(progress: Progress) -> str:
    """Say how it ended: every message is in one of the figures."""
    parts = [f"{progress.sent:,} of {progress.count:,} sent"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.unknown:
        parts.append(f"{progress.unknown:,} may have been sent, that is not known")
    if progress.left:
        parts.append(f"{progress.left:,} not tried")
    return " · ".join(parts)


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
