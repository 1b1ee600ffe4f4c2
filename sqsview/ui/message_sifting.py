"""The messages that were seen, what was found out about each, which of them a search finds and how they are grouped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence, Sized
from functools import partial

from sqsview.domain.message import Message
from sqsview.domain.receive_budget import looks_left
from sqsview.ui.message_columns import GroupRow, MessageRow, Row, grouped
from sqsview.ui.message_search import Grouping, Read, Reading, Search, first_reader, reader, slices

AT_ONCE_MESSAGES = 50
AT_ONCE_BYTES = 32_768
"""What is read on the spot, in a millisecond or so, rather than in a thread: a usual look then has no blank lines
first. The characters of the bodies, and once more the bytes to which they unpack; the worst that can be written into
so much takes 50 ms."""


class Sifting:
    """Reads messages as far as what is asked of them needs; bodies are decoded in a thread, in slices.

    A search or grouping holds from the moment when all messages were read for it: until then what was there stays.
    """

    def __init__(self) -> None:
        self.maximum: int | None = None
        """``maxReceiveCount`` of the queue; None where it has no redrive policy, or where that is not known."""
        self.has_groups = False
        """Whether any message has a group of its own, as of a FIFO queue."""
        self.sources: set[str] = set()
        """ARNs of the queues that gave the messages up."""
        self.search = Search()
        """The search that holds."""
        self.grouping: Grouping | None = None
        """What is grouped by; None for no groups."""
        self.counts: Sequence[tuple[str, int]] = ()
        """The groups of what the search finds, with how many are in each, the largest first."""
        self._wanted = self.search
        self._grouping_wanted: Grouping | None = None
        self._messages: dict[str, Message] = {}
        self._rows: dict[str, MessageRow] = {}
        self._previews: dict[str, str] = {}
        self._found: dict[str, bool] = {}
        self._groups: dict[str, str] = {}
        self._verdicts: dict[str, bool] = {}
        self._faults: dict[str, str] = {}
        self._unread: dict[str, str] = {}
        self._groups_wanted: dict[str, str] = {}
        self._open: set[str] | None = None
        """The groups that are not folded; None until there are groups, then the largest."""

    # -- what there is

    @property
    def rows(self) -> list[MessageRow]:
        """All messages, in the order in which they came."""
        return list(self._rows.values())

    def message(self, key: str) -> Message | None:
        """Give the message of this id."""
        return self._messages.get(key)

    def found(self, rows: Sequence[MessageRow]) -> Sequence[MessageRow]:
        """Give those that the search finds; a message that was not read for it yet is not found."""
        return [row for row in rows if self._found.get(row.key)] if self.search.text else rows

    @property
    def fault(self) -> str:
        """Say on how many messages the search could not be evaluated, or only in part, and why; empty where on all."""
        known = len(self._messages)
        said = [
            f"{what} {len(those):,} of {known:,}: {next(iter(those.values()))}"
            for what, those in (("not evaluated on", self._faults), ("not sure of", self._unread))
            if those
        ]
        return " · ".join(said)

    def group_of(self, key: str) -> str | None:
        """Name the group of a message; None where there are none, or it was not read for them yet."""
        return self._groups.get(key) if self.grouping is not None else None

    def lines(self, rows: Sequence[MessageRow]) -> Sequence[Row]:
        """Put rows, which are in order, below the headings of their groups, if they are grouped."""
        if self.grouping is None:
            self.counts = ()
            return rows
        if self._open is None and rows:
            _, counts = grouped(rows, self._groups, lambda label: False)
            self._open = {counts[0][0]} if counts else None
        opened = self._open or set()
        lines, self.counts = grouped(rows, self._groups, lambda label: label not in opened)
        return lines

    def fold(self, label: str, *, folded: bool) -> bool:
        """Hide or show the messages of a group; False where they are so already."""
        opened = self._open if self._open is not None else set()
        if (label in opened) is not folded:
            return False
        self._open = opened - {label} if folded else opened | {label}
        return True

    def _write_row(self, message: Message) -> None:
        key, maximum = message.id, self.maximum
        left = looks_left(maximum, message.receive_count)
        self._rows[key] = MessageRow(message, left, maximum is not None, self._previews.get(key))

    # -- what is asked

    def see(self, messages: Sequence[Message], maximum: int | None = None) -> None:
        """Take in what was received by now: all of it, each time.

        Args:
            messages: each once.
            maximum: ``maxReceiveCount`` of the queue.
        """
        known = self._messages
        if maximum != self.maximum:
            self.maximum = maximum
            for message in known.values():
                self._write_row(message)
        fresh = [message for message in messages if known.get(message.id) is not message]
        if len(messages) != len(known) + sum(message.id not in known for message in fresh):
            for key in known.keys() - {message.id for message in messages}:
                self._forget(key)
        for message in fresh:
            before = known.get(message.id)
            if before is not None and before.body != message.body:
                self._forget(message.id)
            known[message.id] = message
            self._write_row(message)
            self.has_groups |= message.group is not None
            if message.source is not None:
                self.sources.add(message.source)
        if fresh:
            self._read_few()

    @property
    def behind(self) -> bool:
        """Tell whether another search is wanted than the one that holds."""
        return self.search is not self._wanted or self.grouping is not self._grouping_wanted

    def look_for(self, search: Search) -> None:
        """Set what is searched for."""
        if search.text != self._wanted.text:
            self._wanted, self._verdicts, self._faults, self._unread = search, {}, {}, {}
            self._open = None
            self._read_few()

    def group_by(self, grouping: Grouping | None) -> None:
        """Set what is grouped by; None ends it."""
        self._grouping_wanted, self._groups_wanted = grouping, {}
        self._read_few()

    def _forget(self, key: str) -> None:
        for known in (
            self._messages,
            self._rows,
            self._previews,
            self._found,
            self._groups,
            self._verdicts,
            self._faults,
            self._unread,
            self._groups_wanted,
        ):
            known.pop(key, None)

    # -- reading

    @property
    def reading(self) -> bool:
        """Tell whether something is not read yet."""
        return bool(self._pending())

    def _pending(self) -> list[Message]:
        searched, is_grouped = bool(self._wanted.text), self._grouping_wanted is not None
        done: list[Sized] = [
            self._previews,
            *([self._verdicts] if searched else []),
            *([self._groups_wanted] if is_grouped else []),
        ]
        if all(len(each) == len(self._messages) for each in done):
            return []
        return [
            message
            for key, message in self._messages.items()
            if key not in self._previews
            or (searched and key not in self._verdicts)
            or (is_grouped and key not in self._groups_wanted)
        ]

    def _read_few(self) -> None:
        """Read what is little at once; leave the rest to `read_on`."""
        pending = self._pending()
        if len(pending) <= AT_ONCE_MESSAGES and sum(len(message.body) for message in pending) <= AT_ONCE_BYTES:
            read = self._reader(partial(first_reader, AT_ONCE_BYTES))
            self._note(pending, read(pending))
        self._settle()

    def _reader(self, make: Callable[..., Read] = reader) -> Read:
        return make(
            previews=len(self._previews) < len(self._messages),
            search=self._wanted if self._wanted.text else None,
            grouping=self._grouping_wanted,
        )

    async def read_on(self, changed: Callable[[], None]) -> None:
        """Read all that is not read yet, in a thread, and call ``changed`` whenever there is something new to show."""
        while pending := self._pending():
            for piece in slices(pending):
                asked = self._wanted, self._grouping_wanted
                readings = await asyncio.to_thread(self._reader(), piece)
                if asked != (self._wanted, self._grouping_wanted):
                    break
                self._note(piece, readings)
                self._settle()
                changed()

    def _note(self, messages: Sequence[Message], readings: Sequence[Reading]) -> None:
        for message, reading in zip(messages, readings, strict=True):
            key = message.key
            if self._messages.get(key) is None or self._messages[key].body != message.body:
                continue  # gone meanwhile
            if reading.preview is not None and self._previews.get(key) != reading.preview:
                self._previews[key] = reading.preview
                self._write_row(self._messages[key])
            if reading.found is not None:
                self._verdicts[key] = reading.found
                if reading.fault:
                    self._faults[key] = reading.fault
                if reading.unread:
                    self._unread[key] = reading.unread
            if reading.group is not None:
                self._groups_wanted[key] = reading.group

    def _settle(self) -> None:
        """Let what is wanted hold, once all was read for it."""
        known = len(self._messages)
        if not self._wanted.text or len(self._verdicts) >= known or self.search is self._wanted:
            self.search, self._found = self._wanted, self._verdicts
        wanted = self._grouping_wanted
        if wanted is None or len(self._groups_wanted) >= known or self.grouping is wanted:
            if wanted is not self.grouping:
                self._open = None
            self.grouping, self._groups = wanted, self._groups_wanted


def members(rows: Iterable[MessageRow], group: str, sifting: Sifting) -> frozenset[str]:
    """Give the ids of the messages of a group."""
    return frozenset(row.key for row in rows if sifting.group_of(row.key) == group)


def label_under(row: Row | None, sifting: Sifting) -> str | None:
    """Name the group under the cursor: the heading's own, or that of the message."""
    if isinstance(row, GroupRow):
        return row.label
    return None if row is None else sifting.group_of(row.key)


def summary(counts: Sequence[tuple[str, int]], most: int = 6) -> str:
    """Sum the groups up in one line: ``412 timeout · 9 schema``."""
    said = [f"{count:,} {label}" for label, count in counts[:most]]
    if len(counts) > most:
        said.append(f"{len(counts) - most:,} more")
    return " · ".join(said)
