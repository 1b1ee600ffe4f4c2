"""Drives a program in tmux, the terminal that most people on call sit in."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.pty import terminal_environment

INSTALLED = shutil.which("tmux") is not None
"""Whether there is a tmux to drive."""


@dataclass(frozen=True, slots=True)
class Pane:
    """The one pane of a tmux server that nobody else uses."""

    socket: Path
    status: Path
    """Where the exit code is written: tmux 3.3 now and then forgets to ask for that of its own child."""
    environment: Mapping[str, str]

    def send(self, *keys: str) -> None:
        """Type keys as tmux names them (``Down``, ``Enter``, ``C-p``); anything else is typed as it is."""
        self.tmux("send-keys", *keys)

    @property
    def text(self) -> str:
        """What the pane shows now."""
        return self.tmux("capture-pane", "-p")

    @property
    def exit_code(self) -> int | None:
        """How the program ended, as a shell puts it; None while it runs."""
        told = self.status.read_text() if self.status.exists() else ""
        return int(told) if told.endswith("\n") else None

    def wait_for(self, wanted: str | Callable[[str], bool], timeout: float = 20.0) -> str:
        """Wait until the pane shows the text, or satisfies the predicate; give what it shows.

        Raises:
            TimeoutError: it did not within ``timeout`` seconds; the message shows the pane.
        """
        holds = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + timeout
        while not holds(text := self.text):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not in the pane within {timeout} s: {wanted!r}\n{text}")
            time.sleep(0.05)
        return text

    def wait_for_exit(self, timeout: float = 20.0) -> int:
        """Wait for the program to end; give its exit code."""
        deadline = time.monotonic() + timeout
        while (code := self.exit_code) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still running after {timeout} s\n{self.text}")
            time.sleep(0.05)
        return code

    def tmux(self, *arguments: str) -> str:
        """Run one tmux command against this server and give what it prints."""
        command = ["tmux", "-S", str(self.socket), "-f", "/dev/null", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=dict(self.environment)).stdout


@contextmanager
def start_in_tmux(
    command: Sequence[str],
    *,
    columns: int = 120,
    rows: int = 40,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Pane]:
    """Run ``command`` in a tmux server of its own for the length of the block.

    Args:
        command: the program and its arguments.
        columns: width of the pane.
        rows: height of the pane.
        environment: the whole of it; `terminal_environment` where None.
    """
    with TemporaryDirectory(prefix="sqsview-tmux-") as folder:
        status = Path(folder) / "status"
        pane = Pane(Path(folder) / "socket", status, environment or terminal_environment())
        size = ("-x", str(columns), "-y", str(rows))
        # the pane must outlive the program, or nobody could see what that left behind
        keep = ("set-option", "-g", "remain-on-exit", "on", ";", "set-option", "-g", "status", "off", ";")
        line = f"{shlex.join(command)}; echo $? >{shlex.quote(str(status))}"
        try:
            pane.tmux(*keep, "new-session", "-d", *size, line)
            yield pane
        finally:
            subprocess.run(["tmux", "-S", str(pane.socket), "kill-server"], capture_output=True, check=False)
