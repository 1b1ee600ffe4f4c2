"""Starts the demo's server as a process that ends with this one, whatever way this one ends."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from sqsview.errors import DemoError

MISSING = "sqsview demo needs moto: pip install 'sqsview[demo]'"

STILL_AT = 1_764_080_520.0
"""The moment at which the time of a still demo stands, epoch seconds: 25 November 2025, 14:22 UTC."""

_ENDED = "the demo's server has ended"
_NEEDED = ("moto", "flask", "flask_cors")
_START_TIMEOUT = 30.0
"""Seconds; a start takes 2 to 3 on two slow cores."""
_END_TIMEOUT = 2.0
_ANSWER_TIMEOUT = 60.0


class Demo:
    """A server of the demo, from its start to its end; also a context manager that closes it."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        self._process = process
        self._complaints = complaints
        self._unread = b""
        self._reading = threading.RLock()
        """Held while an answer is awaited: the start may be asked for twice, and closed meanwhile."""
        self.endpoint_url = ""
        """Where the server listens, ``http://127.0.0.1:PORT``; empty until it is ready."""
        self.build_seconds = 0.0
        """How long the server took to build the company."""

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether the server has not ended."""
        return self._process.poll() is None

    def wait_ready(self, timeout: float = _START_TIMEOUT) -> None:
        """Wait, blocking, until the server answers; at once where it already has.

        Raises:
            DemoError: it ended, or took longer than ``timeout`` seconds. It is closed then.
        """
        with self._reading:
            if self.endpoint_url and self.running:
                return
            try:
                facts = self._answer(timeout)
            except DemoError:
                self.close()
                raise
            self.build_seconds = facts["build_seconds"]
            self.endpoint_url = facts["endpoint_url"]

    def advance(self, seconds: int) -> None:
        """Let whole seconds pass in a still demo at once, blocking; about 20 ms of work for each.

        Raises:
            DemoError: the server has ended, or its time does not stand still.
        """
        self._command(f"advance {seconds}")

    def close(self) -> None:
        """End the server; a second call does nothing."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        for end in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(_END_TIMEOUT)
            except subprocess.TimeoutExpired:
                end()
        self._process.wait()
        with self._reading:
            self._process.stdout.close()
            self._complaints.close()

    def __enter__(self) -> Demo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _command(self, line: str) -> None:
        assert self._process.stdin is not None
        with self._reading:
            try:
                self._process.stdin.write(line.encode() + b"\n")
                self._process.stdin.flush()
            except (BrokenPipeError, ValueError):
                raise DemoError(_ENDED) from None
            answer = self._answer(_ANSWER_TIMEOUT)
        if "refused" in answer:
            raise DemoError(f"the demo's server refuses: {answer['refused']}")

    def _answer(self, timeout: float) -> dict[str, Any]:
        """Read one line of the server's, without ever waiting longer than ``timeout`` seconds."""
        assert self._process.stdout is not None
        if self._process.stdout.closed:
            raise DemoError(_ENDED)
        descriptor = self._process.stdout.fileno()
        ends = time.monotonic() + timeout
        while b"\n" not in self._unread:
            readable, _, _ = select.select([descriptor], [], [], max(0.0, ends - time.monotonic()))
            if not readable:
                raise DemoError(f"the demo's server did not answer within {timeout:g} s")
            if not (chunk := os.read(descriptor, 65_536)):
                raise DemoError(f"{_ENDED}{self._last_complaint()}")
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_complaint(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


def _environment() -> dict[str, str]:
    """Give the server this process's surroundings without anything of the user's AWS or moto settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_", "PYTHON"))}
    return kept | {
        # The server imports from where this process does, and from nowhere else.
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def spawn_demo(*, seed: int = 1, still: bool = False, epoch: float = STILL_AT) -> Demo:
    """Start the server's process and come back at once, in a few ms; `Demo.wait_ready` waits for it.

    Args:
        seed: what the company is made from; equal seeds give equal companies.
        still: let time stand at ``epoch``, with no traffic but what `Demo.advance` asks for.
        epoch: that moment, in seconds since 1970.

    Raises:
        DemoError: moto is not installed; found out without importing it.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise DemoError(MISSING)
    command = [sys.executable, "-P", "-m", "sqsview.demo.server", "--seed", str(seed)]
    if still:
        command += ["--still", repr(epoch)]
    complaints = tempfile.TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=_environment(),
        start_new_session=True,  # ctrl+c in the terminal is for the dashboard alone
    )
    return Demo(process, complaints)


def start_demo(*, seed: int = 1, still: bool = False, epoch: float = STILL_AT) -> Demo:
    """Start the server and wait, blocking, until it answers; the arguments are those of `spawn_demo`.

    Raises:
        DemoError: moto is not installed, or the server did not come up.
    """
    demo = spawn_demo(seed=seed, still=still, epoch=epoch)
    demo.wait_ready()
    return demo


@asynccontextmanager
async def demo_server(*, seed: int = 1, still: bool = False, epoch: float = STILL_AT) -> AsyncIterator[Demo]:
    """Run a server for the length of the block; neither its start nor its end holds up the loop.

    Raises:
        DemoError: moto is not installed, or the server did not come up.
    """
    # On the loop, where it takes a few ms: a thread that is given up could not hand over what it started.
    demo = spawn_demo(seed=seed, still=still, epoch=epoch)
    try:
        await asyncio.to_thread(demo.wait_ready)
        yield demo
    finally:
        await asyncio.shield(asyncio.to_thread(demo.close))
