"""What an import of a file is to send, by what the journal knows of earlier ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqsview.domain.copying import DEDUPLICATION_SECONDS, MARGIN
from sqsview.domain.publishing import Destination, queue_destination
from sqsview.domain.text import printable
from sqsview.domain.words.figures import age
from sqsview.errors import Denied
from sqsview.finding import find_queue
from sqsview.gateway import Gateway
from sqsview.operations.import_file import ImportFile, ImportRefused, Survey
from sqsview.operations.import_record import Course, Earlier
from sqsview.operations.import_words import lines_named


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Where an import begins."""

    course: Course
    superseded: Earlier | None = None
    """The import that it goes on with, whose record it takes over."""
    notes: tuple[str, ...] = ()
    """What a person has to know of it, a line each."""


async def queue_to_fill(gateway: Gateway, wanted: str) -> Destination:
    """Find a queue by name, URL or ARN, and read what limits its messages; settings that may not be read are left open.

    Raises:
        GatewayError: there is none, or it cannot be told.
    """
    ref = await find_queue(gateway, wanted)
    try:
        return queue_destination(ref, (await gateway.get_queue_attributes(ref)).settings)
    except Denied:
        return queue_destination(ref, None)


def course_of(
    survey: Survey,
    earlier: Sequence[Earlier],
    file: ImportFile,
    queue: str,
    *,
    now: float,
    first: int | None = None,
    again: bool = False,
) -> ImportPlan:
    """Tell what is to be sent.

    Args:
        survey: of the file.
        earlier: the imports into the queue that are known, the last first.
        file: the file, which is open.
        queue: the queue's name.
        now: epoch seconds.
        first: the line to begin with, whatever was sent before.
        again: whether to send all of it, whatever was sent before.

    Raises:
        ImportRefused: there is no message in it, all of it was sent before, or a part of it before it was changed.
    """
    whole = Course(survey.digest, survey.messages, after=survey.skipped, sent=survey.skipped)
    if not whole.left:
        beyond = f" from line {first:,} on" if first is not None and first > 1 else ""
        raise ImportRefused(f"{printable(str(file.path))} has no message{beyond}")
    same = next((one for one in earlier if one.course.digest == survey.digest), None)
    if first is not None or again:
        path = str(file.path.absolute())
        return ImportPlan(whole, same or next((one for one in earlier if one.source == path), None))
    if same is None:
        _refuse_changed(survey, earlier, file, queue, now)
        return ImportPlan(whole)
    if not same.course.left:
        many = "its 1 message was" if survey.messages == 1 else f"all {survey.messages:,} messages of it were"
        doubled = f"; {lines_named(same.course.doubled)} may be there twice" if same.course.doubled else ""
        raise ImportRefused(
            f"nothing is sent: {many} sent to {queue} {age(now - same.at)} ago{doubled}", "--again sends them once more"
        )
    course = replace(
        same.course, twice=tuple(line for line in same.course.twice if _is_in_doubt(line, same.course, now))
    )
    return ImportPlan(course, same, tuple(_going_on(course, same, now)))


def _is_in_doubt(line: int, course: Course, now: float) -> bool:
    """Tell whether a line that is sent once more may be there twice: a FIFO queue swallows it for five minutes."""
    _, at = course.repeatable.get(line, ("", -math.inf))
    return now - at > DEDUPLICATION_SECONDS - MARGIN


def _going_on(course: Course, earlier: Earlier, now: float) -> Iterator[str]:
    ended = "was killed" if earlier.was_killed else "ended early"
    began = f"an import of this file, {age(now - earlier.at)} ago, {ended}"
    yield f"{began}: {course.sent:,} of {course.messages:,} messages were sent, and are not sent again"
    if course.twice:
        yield f"{lines_named(course.twice)} may have been sent then: sent now, and may be there twice"


def _refuse_changed(survey: Survey, earlier: Sequence[Earlier], file: ImportFile, queue: str, now: float) -> None:
    """Refuse a file of which another version was sent in part, for nobody knows which part that is of this one."""
    path = str(file.path.absolute())
    before = next((one for one in earlier if one.source == path), None)
    if before is None or not before.course.left or not before.course.sent:
        return
    course = before.course
    lines = f", but for {lines_named(course.retry)}" if course.retry else ""
    on = file.line_after(course.after)
    raise ImportRefused(
        f"{printable(str(file.path))} was changed since an import of it into {queue}, {age(now - before.at)} ago, sent "
        f"its first {course.after:,} messages{lines}",
        f"go on with --from-line {on}, or begin anew with --from-line 1",
    )
