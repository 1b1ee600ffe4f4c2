"""The calls of an import: what each sends, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqsview.clock import Clock
from sqsview.domain.copying import DEDUPLICATION_SECONDS, MARGIN, MOST_ENTRIES, NoCopy, copy_of
from sqsview.domain.message import Message, Outgoing
from sqsview.domain.publishing import Destination
from sqsview.operations.import_file import BadLine, Line
from sqsview.operations.journal import Intent


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a call."""

    line: Line
    outgoing: Outgoing
    """What is sent: the line's, with the deduplication id that has it delivered."""

    @property
    def intent(self) -> Intent:
        """What the journal is told before it is sent."""
        return Intent(self.line.id, deduplication=self.outgoing.deduplication)


class Batches:
    """Makes calls of lines, one after the other, and holds no more than one call and one line in memory."""

    def __init__(
        self,
        destination: Destination,
        clock: Clock,
        *,
        operation: str,
        traced_alone: bool = False,
        repeatable: Mapping[int, tuple[str, float]] = MappingProxyType({}),
    ) -> None:
        """Make calls to ``destination``.

        Args:
            destination: the queue.
            clock: for the five minutes in which a FIFO queue swallows what it knows.
            operation: names the import; with the line it makes a fresh deduplication id, the same every time.
            traced_alone: whether a message with a trace header is a call by itself: moto and ministack drop the header
                of an entry of a batch, which AWS keeps.
            repeatable: the deduplication ids that lines were sent with before, which are kept.
        """
        self.made_fresh = 0
        """Messages with another deduplication id than the file has."""
        self._destination = destination
        self._clock = clock
        self._operation = operation
        self._traced_alone = traced_alone
        self._repeatable = repeatable
        self._used: dict[str, float] = {}
        """Deduplication ids by the epoch seconds of their use, the first one first."""
        self._following: Entry | None = None

    def next_of(self, lines: Iterator[Line], most: int = MOST_ENTRIES) -> list[Entry]:
        """Give the next call: up to ``most`` messages that fit together; empty at the end.

        A call to a FIFO queue has one message of each group at most, so that when one is refused, none that comes
        after it is in the queue.

        Raises:
            ImportRefused: a line cannot be sent; what was put together until then is lost, and is not to be sent.
        """
        batch: list[Entry] = []
        groups: set[str | None] = set()
        size = 0
        while len(batch) < most:
            entry = self._following or self._next(lines)
            self._following = None
            if entry is None:
                break
            size += entry.outgoing.size
            group = entry.outgoing.group
            is_alone = self._traced_alone and entry.outgoing.trace_header is not None
            too_large = size > self._destination.batch_limit
            if batch and (is_alone or too_large or (self._destination.fifo and group in groups)):
                self._following = entry
                break
            batch.append(entry)
            groups.add(group)
            if is_alone:
                break
        return batch

    def _next(self, lines: Iterator[Line]) -> Entry | None:
        line = next(lines, None)
        if line is None:
            return None
        now = self._clock.epoch()
        destination = self._destination
        made = copy_of(
            _as_message(line),
            operation=self._operation,
            fifo=destination.fifo,
            now=now,
            counter=False,
            used=self._used,
            fresh=True,  # nobody can tell what else was sent with its own id in the last five minutes
        )
        if isinstance(made, NoCopy):
            raise BadLine(line.number, made.reason)
        outgoing = made.outgoing
        before = self._repeatable.get(line.number)
        if before is not None and destination.fifo:
            outgoing = replace(outgoing, deduplication=before[0])
        elif line.outgoing.deduplication is not None and destination.fifo:
            self.made_fresh += outgoing.deduplication != line.outgoing.deduplication
        self._remember(outgoing.deduplication, now)
        return Entry(line, outgoing)

    def _remember(self, deduplication: str | None, now: float) -> None:
        """Remember an id for as long as the queue does, so that what is remembered does not grow with the file."""
        if deduplication is None:
            return
        self._used.pop(deduplication, None)
        self._used[deduplication] = now
        while self._used and next(iter(self._used.values())) < now - DEDUPLICATION_SECONDS - MARGIN:
            del self._used[next(iter(self._used))]


def _as_message(line: Line) -> Message:
    """Give a line as the message that it was when it was received, which is what copies are made of."""
    outgoing = line.outgoing
    system = {
        "MessageGroupId": outgoing.group,
        "MessageDeduplicationId": outgoing.deduplication,
        "AWSTraceHeader": outgoing.trace_header,
        "SentTimestamp": str(round(line.sent * 1000)) if line.sent is not None else None,
    }
    told = {name: value for name, value in system.items() if value is not None}
    return Message(line.id, outgoing.body, "", outgoing.attributes, told)
