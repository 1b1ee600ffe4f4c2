"""Drives a program in a real pseudo terminal: keys in, bytes and the screen they make out."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyte

UP, DOWN, ENTER, ESCAPE = "\x1b[A", "\x1b[B", "\r", "\x1b"
CTRL_C, CTRL_P, CTRL_R = "\x03", "\x10", "\x12"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one read gave."""

    at: float
    """Monotonic seconds."""
    data: bytes


class Screen:
    """A terminal that bytes are played to; it understands what a pty's other end would."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = _Quiet(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Take in what a program wrote."""
        self._stream.feed(data)

    @property
    def lines(self) -> list[str]:
        """The screen's rows, without trailing blanks."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen's rows in one string."""
        return "\n".join(self.lines)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size."""
        self._screen.resize(rows, columns)


class _Quiet(pyte.Screen):
    """Ignores what pyte mistakes: private sequences that Textual sends to ask what the terminal can do."""

    def report_device_status(self, mode: int, **_named: object) -> None:
        return

    def set_margins(self, top: int | None = None, bottom: int | None = None, **named: object) -> None:
        if not named.get("private"):
            super().set_margins(top, bottom)

    def select_graphic_rendition(self, *attributes: int, **named: object) -> None:
        if not named.get("private"):
            super().select_graphic_rendition(*attributes)


class Terminal:
    """A program in a pty of its own. A thread reads all it writes, so it never blocks on us."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 120, rows: int = 40, environment: Mapping[str, str]
    ) -> None:
        self._master, slave = os.openpty()
        _set_size(self._master, columns, rows)
        self.size = (columns, rows)
        self.started_at = time.monotonic()
        # setsid gives the program the pty as its controlling terminal, so that it gets SIGWINCH and SIGHUP
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environment),
            close_fds=True,
        )
        os.close(slave)
        self.screen = Screen(columns, rows)
        self.chunks: list[Chunk] = []
        self._changed = threading.Condition()
        self._played = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def raw(self) -> bytes:
        """All bytes that the program wrote so far."""
        return b"".join(chunk.data for chunk in list(self.chunks))

    @property
    def text(self) -> str:
        """What is on the screen now."""
        self._play()
        return self.screen.text

    def send(self, keys: str | bytes) -> float:
        """Type ``keys``; give the monotonic second just before."""
        at = time.monotonic()
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)
        return at

    def wait_for(self, wanted: str | Callable[[str], bool], timeout: float = 20.0) -> str:
        """Wait until the screen has the text, or satisfies the predicate; give the screen.

        Raises:
            TimeoutError: it did not within ``timeout`` seconds; the message shows the screen.
        """
        holds = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + timeout
        while True:
            with self._changed:
                if self._played == len(self.chunks):
                    self._changed.wait(0.05)
            if holds(text := self.text):
                return text
            if time.monotonic() > deadline:
                raise TimeoutError(f"not on the screen within {timeout} s: {wanted!r}\n{text}")

    def wait_for_bytes(self, wanted: bytes, timeout: float = 20.0) -> float:
        """Wait until the program has written ``wanted``; give the monotonic second at which it arrived."""
        deadline = time.monotonic() + timeout
        seen, read = b"", 0
        while time.monotonic() < deadline:
            with self._changed:
                if read == len(self.chunks):
                    self._changed.wait(0.05)
                fresh = self.chunks[read:]
            for chunk in fresh:
                seen += chunk.data
                read += 1
                if wanted in seen:
                    return chunk.at
        raise TimeoutError(f"not written within {timeout} s: {wanted!r}")

    def wait_for_exit(self, timeout: float = 20.0) -> int:
        """Wait for the program to end and its last bytes to arrive; give the exit code."""
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        return code

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window; the program is told by SIGWINCH."""
        self._play()
        self.screen.resize(columns, rows)
        self.size = (columns, rows)
        _set_size(self._master, columns, rows)

    def kill(self) -> None:
        """End the program as kill -9 does."""
        self.process.kill()
        self.wait_for_exit()

    def close(self) -> None:
        """End the program, if it has not ended, and give the pty back."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        os.close(self._master)

    def _read(self) -> None:
        while True:
            select.select([self._master], [], [])
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # Linux says EIO once the last process has left the pty
                data = b""
            with self._changed:
                if data:
                    self.chunks.append(Chunk(time.monotonic(), data))
                self._changed.notify_all()
            if not data:
                return

    def _play(self) -> None:
        while self._played < len(self.chunks):
            self.screen.feed(self.chunks[self._played].data)
            self._played += 1


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def terminal_environment(**changes: str) -> dict[str, str]:
    """Give this process's environment as a terminal has it, less the AWS settings, with ``changes``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SQSVIEW_"))}
    fixed = {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name in ("NO_COLOR", "COLUMNS", "LINES", "TMUX"):
        kept.pop(name, None)
    return {**kept, **fixed, **changes}


@contextmanager
def start_in_pty(
    command: Sequence[str],
    *,
    columns: int = 120,
    rows: int = 40,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Run ``command`` in a pty for the length of the block.

    Args:
        command: the program and its arguments.
        columns: width of the window.
        rows: height of the window.
        environment: the whole of it; `terminal_environment` where None.
    """
    terminal = Terminal(
        command,
        columns=columns,
        rows=rows,
        environment=terminal_environment() if environment is None else environment,
    )
    try:
        yield terminal
    finally:
        terminal.close()
