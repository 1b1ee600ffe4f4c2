"""What the journal remembers of the imports of one file into one queue, and where the next one goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqsview.operations.audit import Outcome
from sqsview.operations.journal import Doubt, Interrupted, Journal, Past

KIND = "import"
_REMEMBERED = 1_000
"""Operations that ended among which an earlier import is looked for."""


@dataclass(frozen=True, slots=True)
class Course:
    """Which messages of a file an import sends, in which order: first single lines, then the rest."""

    digest: str
    """SHA-256 of the file's content."""
    messages: int
    """Messages in the file."""
    after: int = 0
    """Messages at the beginning that an earlier import tried, or that are left out."""
    retry: tuple[int, ...] = ()
    """Lines among those that are sent now, before the rest."""
    twice: tuple[int, ...] = ()
    """Of these the ones that may have been taken before."""
    doubled: tuple[int, ...] = ()
    """Lines that earlier imports sent once more in such a case: they may be there twice."""
    sent: int = 0
    """Messages that earlier imports sent, or that are left out."""
    repeatable: Mapping[int, tuple[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    """Of ``retry``: the deduplication id it was sent with, and the epoch seconds."""

    @property
    def left(self) -> int:
        """How many messages it sends."""
        return len(self.retry) + self.messages - self.after

    def written(self) -> str:
        """Give it as the journal keeps it, with the ids for deduplication of lines that are sent once more."""
        names = ("digest", "messages", "after", "retry", "twice", "doubled", "sent")
        told = {name: getattr(self, name) for name in names}
        return json.dumps({**told, "repeatable": [[line, *sent] for line, sent in self.repeatable.items()]})


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last import of a file into a queue that has a record."""

    op: int
    at: float
    """Epoch seconds at which it ended, or began where it was killed."""
    was_killed: bool
    source: str
    """The file's path."""
    course: Course
    """What is left to be done of it; nothing where it was done to its end."""


def earlier_imports(journal: Journal, context: str, destination: str) -> list[Earlier]:
    """Give the imports into a queue that ended, were ended, or were killed; the last first.

    Raises:
        JournalError: the journal cannot be read.
    """
    recorded: list[Interrupted | Past] = [*journal.interrupted(), *journal.finished(_REMEMBERED)]
    return sorted(_of(recorded, context, destination), key=lambda one: one.op, reverse=True)


def write_end(journal: Journal, earlier: Sequence[Earlier], now: float) -> None:
    """Write down the end of imports that were killed when all of their file was sent: nothing of them is interrupted.

    Raises:
        JournalError: it cannot be written.
    """
    for one in earlier:
        if one.was_killed and not one.course.left:
            journal.end_left(one.op, Outcome.DONE.value, at=now)


def left_of(course: Course, *, settled: int, failed: Sequence[int], doubt: Doubt) -> Course:
    """Give what is left of an import that sent its messages in order, of which some are not known to be there.

    Args:
        course: what it was to send.
        settled: messages that were taken.
        failed: lines that were refused.
        doubt: what the journal has in between.
    """
    unsure = [int(line) for line in doubt.unsure if line.isdecimal()]
    tried = settled + len(failed) + len(unsure)
    untried = course.retry[tried:]
    retry = {*failed, *unsure, *untried}
    # A line that may have been taken, and was refused now, may still be there; once more, and it may be there twice.
    twice = {*unsure, *(line for line in (*course.twice, *course.repeatable) if line in retry)}
    before = {line: sent for line, sent in course.repeatable.items() if line in retry}
    return Course(
        course.digest,
        course.messages,
        after=course.after + max(0, tried - len(course.retry)),
        retry=tuple(sorted(retry)),
        twice=tuple(sorted(twice)),
        doubled=tuple(sorted({*course.doubled, *(line for line in course.twice if line not in retry)})),
        sent=course.sent + settled,
        repeatable=before | {int(line): sent for line, sent in doubt.repeatable.items() if line.isdecimal()},
    )


def _lines(told: Iterable[object]) -> tuple[int, ...]:
    return tuple(int(str(line)) for line in told)


def _of(recorded: Sequence[Interrupted | Past], context: str, destination: str) -> Iterator[Earlier]:
    for one in recorded:
        course = _read(one.detail) if (one.kind, one.context, one.destination) == (KIND, context, destination) else None
        if course is None:
            continue
        failures = one.failures if isinstance(one, Past) else ()
        failed = [int(line) for line, _ in failures if line.isdecimal()]
        left = left_of(course, settled=one.counts.get("settled", 0), failed=failed, doubt=one.doubt)
        at = one.ended if isinstance(one, Past) else one.started
        yield Earlier(one.op, at, isinstance(one, Interrupted), one.source, left)


def _read(detail: str) -> Course | None:
    """Read what `Course.written` wrote; None where it is something else."""
    try:
        told = json.loads(detail)
        return Course(
            str(told["digest"]),
            int(told["messages"]),
            int(told["after"]),
            retry=_lines(told["retry"]),
            twice=_lines(told["twice"]),
            doubled=_lines(told["doubled"]),
            sent=int(told["sent"]),
            repeatable={int(line): (str(sent), float(at)) for line, sent, at in told.get("repeatable", ())},
        )
    except (ValueError, KeyError, TypeError):
        return None
