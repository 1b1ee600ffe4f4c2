"""Waits until a program has painted a text in a terminal, presses q, and ends as the program does.

``python -m tests.support.paints TEXT COMMAND…`` needs nothing but Python, for nothing is installed yet.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Sequence

COLUMNS, ROWS = 120, 40
_SEQUENCES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


def paints(text: str, command: Sequence[str], *, timeout: float) -> int:
    """Run ``command`` in a pty and give its exit code.

    Raises:
        TimeoutError: the text was not painted, or the program did not end, within ``timeout`` seconds.
    """
    child, master = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execvp(command[0], list(command))
    deadline = time.monotonic() + timeout
    written, pressed = b"", False
    while True:
        readable, _, _ = select.select([master], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            what = "did not end after q" if pressed else f"did not paint {text!r}"
            raise TimeoutError(f"{' '.join(command)} {what} within {timeout:g} s\n{_plain(written)[-3000:]}")
        try:
            chunk = os.read(master, 1 << 16)
        except OSError:  # Linux says EIO once the last process has left the pty
            chunk = b""
        if not chunk:
            break
        written += chunk
        if not pressed and text in _plain(written):
            os.write(master, b"q")
            pressed = True
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not pressed:
        sys.stderr.write(_plain(written)[-3000:])
        return code or 1
    return code


def _plain(written: bytes) -> str:
    return _SEQUENCES.sub(b"", written).decode(errors="replace")


if __name__ == "__main__":
    sys.exit(paints(sys.argv[1], sys.argv[2:], timeout=600.0))
