"""The audit log: who did what to which queue or topic, when, and how it ended; never what was in a message."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from sqsview.clock import Clock
from sqsview.domain.message_json import moment
from sqsview.domain.queue import Counts
from sqsview.domain.snapshot import Context
from sqsview.errors import GatewayError, JournalError
from sqsview.gateway import Gateway
from sqsview.operations.private_file import make_private

_NO_FIGURES: Mapping[str, int] = MappingProxyType({})


class Deed(StrEnum):
    """What is done."""

    REDRIVE = "redrive"
    MOVE = "move"
    COPY = "copy"
    IMPORT = "import"
    PURGE = "purge"
    DELETE_MESSAGES = "delete messages"
    DELETE_QUEUE = "delete queue"
    DELETE_TOPIC = "delete topic"
    UNSUBSCRIBE = "unsubscribe"
    CANCEL_TASK = "cancel move task"
    CREATE_QUEUE = "create queue"
    CREATE_TOPIC = "create topic"
    SUBSCRIBE = "subscribe"
    SET_ATTRIBUTES = "set attributes"
    TAG = "tag"
    CREATE_APPLICATION = "create push application"
    DELETE_APPLICATION = "delete push application"
    REGISTER_DEVICE = "register device"
    DELETE_DEVICE = "delete device"
    PUSH = "push"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    PARTLY = "partly done"
    STOPPED = "stopped"
    REFUSED = "refused"
    """Nothing was done."""
    FAILED = "failed"
    """It was given up; the counts say how much was done before."""
    UNKNOWN = "not known"
    """It was asked for, and the answer is lost."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the log."""

    deed: Deed
    thing: str
    """ARN of what it is done to."""
    context: Context
    """Whose things these are; its profile and account say in whose name."""
    at: float
    """Epoch seconds."""
    outcome: Outcome | None = None
    """None for the line before the deed."""
    destination: str | None = None
    """ARN of what gets the messages."""
    counts: Mapping[str, int] = field(default_factory=lambda: _NO_FIGURES)
    """Messages, by a word: before the deed what is there, after it what was done."""
    detail: str = ""
    """One line more, such as the server's reason or the file of a backup; never of a body."""


class AuditLog:
    """Appends to a file of JSON lines, each on the disk before `write` returns; several processes share it."""

    def __init__(self, path: Path | None = None) -> None:
        """Write to ``path``, which is made with mode 0600 where it is not there; None keeps the lines in memory."""
        self.path = path
        self.lines: list[str] = []
        """What was written by this object."""

    @property
    def kept(self) -> bool:
        """Tell whether the log outlives the process."""
        return self.path is not None

    def write(self, event: AuditEvent) -> None:
        """Append one line; it is on the disk when this returns.

        Raises:
            JournalError: it cannot be written, so that what it announces must not be done.
        """
        line = json.dumps(_as_json(event), ensure_ascii=True)
        if self.path is not None:
            try:
                _append(self.path, line.encode("ascii"))
            except OSError as fault:
                raise JournalError(
                    f"the audit log {self.path} cannot be written: {fault.strerror or fault}; "
                    "nothing is changed without it · mend it or move it away"
                ) from fault
        self.lines.append(line)

    async def record(self, event: AuditEvent) -> None:
        """Write without holding up the loop, for a disk may be slow; once begun it is done although it is cancelled.

        Raises:
            JournalError: as by `write`.
        """
        if self.kept:
            await asyncio.shield(asyncio.to_thread(self.write, event))
        else:
            self.write(event)


class Act:
    """One deed from its announcement to its outcome, both of them in the audit log."""

    def __init__(
        self, audit: AuditLog, clock: Clock, context: Context, deed: Deed, thing: str, destination: str | None = None
    ) -> None:
        """Prepare it; nothing is written before `begin`."""
        self._audit = audit
        self._clock = clock
        self._event = AuditEvent(deed, thing, context, 0.0, destination=destination)
        self._begun = False

    async def begin(self, counts: Mapping[str, int] = _NO_FIGURES, detail: str = "") -> None:
        """Write down what is about to be done.

        Raises:
            JournalError: it cannot be written, so that it must not be done.
        """
        await self._audit.record(replace(self._event, at=self._clock.epoch(), counts=counts, detail=detail))
        self._begun = True

    async def end(self, outcome: Outcome, counts: Mapping[str, int] = _NO_FIGURES, detail: str = "") -> str:
        """Write down how it ended, once; give a line to be told where even that cannot be written, else nothing."""
        if not self._begun:
            return ""
        self._begun = False
        event = replace(self._event, at=self._clock.epoch(), outcome=outcome, counts=counts, detail=detail)
        try:
            await self._audit.record(event)
        except JournalError as fault:
            return f"how it ended is not in the audit log: {fault}"
        return ""


async def context_with_account(gateway: Gateway) -> Context:
    """Give the connection's context with the account of the caller; without it where the server does not tell."""
    context = gateway.context
    if context.account is None:
        with suppress(GatewayError):
            return replace(context, account=await gateway.get_caller_identity())
    return context


def figures(counts: Counts) -> Mapping[str, int]:
    """Give a queue's counts as those of an event; what is not known is left out."""
    told = {"visible": counts.visible, "in flight": counts.in_flight, "delayed": counts.delayed}
    return {word: count for word, count in told.items() if count is not None}


def _as_json(event: AuditEvent) -> Mapping[str, object]:
    context = event.context
    return {
        "at": moment(event.at),
        "user": _user(),
        "profile": context.profile,
        "account": context.account,
        "region": context.region,
        "endpoint": context.endpoint,
        "deed": event.deed.value,
        "thing": event.thing,
        "destination": event.destination,
        "outcome": event.outcome.value if event.outcome is not None else "begins",
        "counts": dict(event.counts),
        "detail": event.detail,
    }


def _user() -> str:
    """Give the name of the operating system's user: by its number, for anybody can set a variable."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _append(path: Path, line: bytes) -> None:
    """Append one whole line and have it on the disk, or nothing of it."""
    make_private(path)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        # Of a line that a crash or a full disk cut off, the next one is not to be the end.
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        left = (b"\n" if torn else b"") + line + b"\n"
        try:
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
        if size == 0:
            _sync_directory(path.parent)
    finally:
        os.close(descriptor)


def _sync_directory(directory: Path) -> None:
    """Have the name of a new file on the disk, too."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
