"""The file that an import reads: one message a line, checked line by line, with one line in memory at a time."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from sqsview.domain.message import Outgoing
from sqsview.domain.message_json import from_line
from sqsview.domain.publishing import Destination, Field, faults
from sqsview.domain.text import printable
from sqsview.errors import SqsviewError

LONGEST_LINE = 16 * 1_048_576
"""Bytes of a line: a message of 1 MiB takes 6 MiB where each character is written as an escape, and base64 less."""
_MARK = b"\xef\xbb\xbf"
"""What some editors put before UTF-8."""
_LINES_A_WORD = 1_000
"""Lines between two words on how far a survey is."""


class ImportRefused(SqsviewError):
    """An import does not begin, or does not go on; the text says why."""

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(text)
        self.remedy = remedy
        """What to do on the command line; empty where that is plain."""


class BadLine(ImportRefused):
    """A line that cannot be sent."""

    def __init__(self, number: int, reason: str, remedy: str = "") -> None:
        super().__init__(f"line {number:,}: {reason}", remedy)
        self.number = number
        """Counted from 1, empty lines too."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the file."""

    number: int
    """Of its line, from 1."""
    outgoing: Outgoing
    """As the file has it, but for a group where it has none."""
    sent: float | None = None
    """Epoch seconds at which it was sent when it was exported; None where the file does not tell."""
    size: int = 0
    """Bytes of the line."""

    @property
    def id(self) -> str:
        """The identity in the journal."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Survey:
    """A file that was read once, every line of which can be sent."""

    digest: str
    """SHA-256 of the content, in hex."""
    lines: int
    """Lines in all; empty ones have no message."""
    messages: int
    skipped: int = 0
    """Messages before the line from which it is to be read."""


class ImportFile:
    """A file of JSON lines, kept open from the survey to the last batch, so that both read the same one."""

    def __init__(self, path: Path, destination: Destination, *, group: str | None = None) -> None:
        """Read ``path``; nothing is touched before `open`.

        Args:
            path: the file.
            destination: the queue that its messages must suit.
            group: the message group of those that have none.
        """
        self.path = path
        self._destination = destination
        self._group = group
        self._file: IO[bytes] | None = None
        self._state: tuple[int, int] | None = None

    def open(self) -> None:
        """Open it, and keep other imports from it.

        Raises:
            ImportRefused: it cannot be read, or is being imported by another process.
        """
        try:
            # Without waiting for somebody who writes into a pipe.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as fault:
            raise ImportRefused(f"{self._shown} cannot be read: {_reason(fault)}") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ImportRefused(f"{self._shown} is no regular file: it is read twice, to be checked and to be sent")
        self._file = os.fdopen(descriptor, "rb")
        self._state = self._now()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise ImportRefused(f"{self._shown} is being imported by another process; wait for its end") from None
        except OSError:
            pass  # a file system without locks

    def close(self) -> None:
        """Close it, and let others import it."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def __enter__(self) -> ImportFile:
        """Open it."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def survey(self, *, first: int = 1, on_lines: Callable[[int], None] = lambda lines: None) -> Survey:
        """Read all of it and check every line from ``first`` on. It takes long, and may run in any thread.

        Args:
            first: the line from which it is to be sent.
            on_lines: is told how many lines were read, now and then; what it raises ends the survey.

        Raises:
            BadLine: a line cannot be sent.
            ImportRefused: it cannot be read.
        """
        digest = hashlib.sha256()
        messages = skipped = number = 0
        for number, content in self._raw():
            digest.update(content)
            if number % _LINES_A_WORD == 0:
                on_lines(number)
            if number < first:
                skipped += bool(content.strip())
            else:
                messages += self._line(number, content) is not None
        return Survey(digest.hexdigest(), number, skipped + messages, skipped)

    def lines(self, *, after: int = 0, only: frozenset[int] | None = None) -> Iterator[Line]:
        """Give the messages of the file, each as it is read.

        Args:
            after: messages to leave out at the beginning.
            only: the numbers of the lines that are wanted; None for all.

        Raises:
            BadLine: a line cannot be sent.
            ImportRefused: it cannot be read, or it was changed since it was opened.
        """
        messages, last = 0, max(only, default=0) if only is not None else None
        for number, content in self._raw():
            if last is not None and number > last:
                return
            if not content.strip():
                continue
            messages += 1
            if messages > after and (only is None or number in only):
                self._refuse_changed()
                line = self._line(number, content)
                if line is not None:
                    yield line

    def line_after(self, messages: int) -> int:
        """Give the number of the line behind so many messages, where one would go on."""
        number = 0
        for number, content in self._raw():
            messages -= bool(content.strip())
            if messages < 0:
                return number
        return number + 1

    # -- inside

    def _raw(self) -> Iterator[tuple[int, bytes]]:
        """Give every line with its number, as bytes and with its end."""
        assert self._file is not None
        try:
            self._file.seek(0)
            number = 0
            while content := self._file.readline(LONGEST_LINE + 1):
                number += 1
                if len(content) > LONGEST_LINE:
                    raise BadLine(number, "it is longer than any message; an import reads JSON lines")
                yield number, content
        except OSError as fault:
            raise ImportRefused(f"{self._shown} cannot be read: {_reason(fault)}") from None

    def _line(self, number: int, content: bytes) -> Line | None:
        """Read one line; None where it is empty."""
        if number == 1:
            content = content.removeprefix(_MARK)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise BadLine(number, f"is not UTF-8: byte {fault.start + 1} of it is wrong") from None
        if not text.strip():
            return None
        try:
            outgoing = from_line(text)
        except ValueError as fault:
            raise BadLine(number, printable(str(fault))) from None
        fifo = self._destination.fifo
        if outgoing.group is None and self._group is not None:
            outgoing = replace(outgoing, group=self._group)
        # A standard queue takes no deduplication id; the import of a FIFO queue makes one where there is none.
        judged = replace(outgoing, deduplication=(outgoing.deduplication or "-") if fifo else None)
        found = faults(judged, self._destination)
        if found:
            needs_group = found[0].field is Field.GROUP and outgoing.group is None
            remedy = "--group ID gives one to those that have none" if needs_group else ""
            raise BadLine(number, found[0].text, remedy)
        sent = _sent(text) if fifo and outgoing.deduplication is not None else None
        return Line(number, outgoing, sent, len(content))

    def _now(self) -> tuple[int, int]:
        assert self._file is not None
        told = os.fstat(self._file.fileno())
        return told.st_size, told.st_mtime_ns

    def _refuse_changed(self) -> None:
        if self._now() != self._state:
            raise ImportRefused(f"{self._shown} was changed while it was imported")

    @property
    def _shown(self) -> str:
        return printable(str(self.path))


def _sent(text: str) -> float | None:
    told = json.loads(text).get("sent")
    try:
        return datetime.fromisoformat(told).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _reason(fault: Exception) -> str:
    return printable(getattr(fault, "strerror", None) or str(fault))
