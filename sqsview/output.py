"""What the program says outside of the dashboard: results, faults of one line, and the log."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from sqsview.command_line import PROGRAM
from sqsview.config import Settings, default_log_file, tilde
from sqsview.domain.text import printable
from sqsview.errors import ConfigError, SqsviewError, UsageError

_LARGEST_LOG = 1 << 20
"""Bytes after which the next start begins a new log; the one before it is kept."""


def require_terminal() -> None:
    """Refuse a screen that would only be noise: no terminal, or one that cannot place a cursor."""
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output"), (sys.stderr, "error")):
        if stream is None or not stream.isatty():
            raise UsageError(f"the dashboard needs a terminal, and standard {name} is none; sqsview ls prints")
    if os.environ.get("TERM") == "dumb":
        raise UsageError("the dashboard needs a terminal, and TERM=dumb is none; sqsview ls prints")


def start_log(settings: Settings) -> Path | None:
    """Send the logging of everything to a file; it would be written over the screen otherwise."""
    import logging

    from sqsview.aws.logs import keep_quiet, log_to

    logging.getLogger().addHandler(logging.NullHandler())
    path = settings.log_file or default_log_file(os.environ)
    if path is None:
        keep_quiet()
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_name(f"{path.name}.1"))
        log_to(path, logging.INFO)
    except OSError as fault:
        if settings.log_file is not None:
            raise ConfigError(f"the log {tilde(path, os.environ)} cannot be written: {fault.strerror}") from None
        keep_quiet()
        return None
    return path


def bug_reporter(
    log: Path | None,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Give what becomes of a fault that nobody foresaw: its traceback to the log, one line to the terminal.

    As the interpreter's last resort it needs no ``except`` around everything; the exit code is 1 by itself.
    """

    def report(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        import logging
        import traceback

        if log is not None:
            for line in "".join(traceback.format_exception(kind, fault, trace)).splitlines():
                logging.getLogger("sqsview").critical("%s", line)
        where = f"; it is written down in {tilde(log, os.environ)}" if log else ""
        say(f"this is a fault of sqsview itself: {kind.__name__}{where}")

    return report


def write(text: str) -> None:
    """Write to standard output in one go; a reader that has had enough is no fault.

    Raises:
        SqsviewError: it cannot be written, as on a full disk.
    """
    if sys.stdout is None:
        raise SqsviewError("standard output is closed")
    try:
        sys.stdout.buffer.write(text.encode(sys.stdout.encoding, "replace"))
        sys.stdout.buffer.flush()
    except OSError as fault:
        # What is still buffered would fail once more when the interpreter closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(fault, BrokenPipeError):
            raise SqsviewError(f"standard output cannot be written: {fault.strerror}") from None


def say(line: str) -> None:
    """Write one line to standard error."""
    if sys.stderr is not None:
        sys.stderr.write(f"{PROGRAM}: {printable(line)}\n")
