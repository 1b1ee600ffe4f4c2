"""How the sending of a message is told: while it is under way, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sqsview.domain import words
from sqsview.domain.message import Sent
from sqsview.operations.repeat import MOST_REPEATS, Failure, Progress
from sqsview.operations.repeat_words import progress_line, summary
from sqsview.ui.draft import Draft
from sqsview.ui.widgets.cells import Cell, Line, Tone

MOST_UNASKED = 100
"""Messages that are sent without asking first."""
_REASONS = 4
"""Reasons of failures that are told one by one."""
_NUMBERS = 8
"""Numbers of messages that are told for each reason."""

_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+")
"""With commas only where they part thousands: 1,5 is a mistake for 1.5, and no 15."""
_DIGITS = 20
"""Digits that are read; so many are too many messages in any case."""

SENDING: Line = (Cell("sending…", Tone.STRONG),)


def repeat_of(draft: Draft) -> tuple[int, float | None] | str:
    """Read how often and how fast; one line where they make no sense.

    A rate of None is as fast as it goes.
    """
    times, rate = draft.times.strip(), draft.rate.strip()
    if times and not _WHOLE.fullmatch(times):
        return f"how often is a whole number, such as 20 or 1,000, not {times[:40]}"
    count = int(times.replace(",", "")[:_DIGITS]) if times else 1
    if not 1 <= count <= MOST_REPEATS:
        return f"a message is sent from 1 to {MOST_REPEATS:,} times"
    if count > 1 and draft.trace:
        return "a trace follows one message: send it once, or take the tick of the trace away"
    if not rate:
        return count, None
    try:
        per_second = float(rate)
    except ValueError:
        return f"how fast is a number of messages a second, such as 10 or 0.5, not {rate[:40]}"
    if not 0 < per_second < float("inf"):
        return "how fast is a number above 0, in messages a second"
    return count, per_second


def sent_lines(sent: Sent, name: str) -> list[Line]:
    """Tell that one message was taken."""
    told = [Cell(f"✓ sent to {name} ", Tone.GOOD), Cell(f" message id {sent.id}")]
    if sent.sequence:
        told.append(Cell(f" · sequence number {sent.sequence}", Tone.QUIET))
    return [tuple(told)]


def under_way(progress: Progress, key: str) -> Line:
    """Tell how far a repeat is, in one line; ``key`` ends it."""
    rest = " · stopping…" if progress.stopped else f" · {key} stops it"
    tone = Tone.WARN if progress.failed or progress.unknown else Tone.STRONG
    return Cell(progress_line(progress), tone), Cell(rest, Tone.QUIET)


def repeat_lines(progress: Progress) -> list[Line]:
    """Tell what became of a repeat, with the reasons of what failed."""
    told = summary(progress)
    if progress.problem is not None:
        first = Cell(f"✗ gave up: {told}", Tone.BAD)
    elif progress.stopped:
        first = Cell(f"stopped: {told}", Tone.WARN)
    elif progress.sent == progress.count:
        first = Cell(f"✓ {told}", Tone.GOOD)
    else:
        first = Cell(f"✗ {told}", Tone.BAD)
    pace = f" at {words.short_count(progress.rate)} a second" if progress.rate else ""
    lines: list[Line] = [(first, Cell(f" in {words.duration(progress.elapsed)}{pace}", Tone.QUIET))]
    if progress.problem is not None:
        lines.append((Cell(f"  {progress.problem.advice}", Tone.BAD),))
    return lines + list(_reason_lines(progress.reasons, progress.failures))


def _reason_lines(reasons: Mapping[str, int], failures: Iterable[Failure]) -> Iterable[Line]:
    numbers: dict[str, list[int]] = {}
    for failure in failures:
        numbers.setdefault(failure.reason, []).append(failure.number)
    ordered = sorted(reasons.items(), key=lambda pair: -pair[1])
    for reason, count in ordered[:_REASONS]:
        which = numbers.get(reason, [])
        told = ", ".join(f"{number:,}" for number in which[:_NUMBERS]) + (", …" if count > _NUMBERS else "")
        at = f"  number{'' if count == 1 else 's'} {told}" if which else ""
        yield Cell(f"✗ {count:,} ×  ", Tone.BAD), Cell(reason), Cell(at, Tone.QUIET)
    left = sum(count for _, count in ordered[_REASONS:])
    if left:
        yield (Cell(f"✗ {left:,} for {len(ordered) - _REASONS} other reasons", Tone.BAD),)
