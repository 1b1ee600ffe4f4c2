"""The terminals that tests drive programs in."""

from __future__ import annotations

import sys

import pytest

from tests.support.pty import start_in_pty
from tests.support.tmux import INSTALLED, start_in_tmux

ECHO = [
    sys.executable,
    "-c",
    "import sys\nfor line in sys.stdin: print('got', line.strip(), flush=True)\nsys.exit(3)",
]
SIZES = [
    sys.executable,
    "-c",
    "import os, signal\n"
    "def tell(*_):\n    size = os.get_terminal_size(); print(f'{size.columns}x{size.lines}', flush=True)\n"
    "signal.signal(signal.SIGWINCH, tell); tell()\nwhile True: signal.pause()",
]


def test_keys_reach_the_program_and_its_words_the_screen() -> None:
    with start_in_pty(ECHO, columns=40, rows=5) as terminal:
        terminal.send("hello\n")
        terminal.wait_for("got hello")
        terminal.send("\x04")
        assert terminal.wait_for_exit() == 3
        assert b"got hello\r\n" in terminal.raw


def test_the_bytes_carry_the_time_at_which_they_came() -> None:
    with start_in_pty(ECHO) as terminal:
        sent = terminal.send("now\n")
        arrived = terminal.wait_for_bytes(b"got now")
        assert terminal.started_at < sent < arrived


def test_the_program_is_told_of_a_new_size() -> None:
    with start_in_pty(SIZES, columns=70, rows=20) as terminal:
        terminal.wait_for("70x20")
        terminal.resize(90, 30)
        terminal.wait_for("90x30")


def test_what_never_comes_is_a_timeout_that_shows_the_screen() -> None:
    with start_in_pty(ECHO) as terminal:
        terminal.send("this\n")
        terminal.wait_for("got this")
        with pytest.raises(TimeoutError, match="got this"):
            terminal.wait_for("that", timeout=0.1)


def test_the_program_ends_with_the_block() -> None:
    with start_in_pty(SIZES) as terminal:
        terminal.wait_for("x")
    assert terminal.process.poll() is not None


@pytest.mark.skipif(not INSTALLED, reason="tmux is not installed")
def test_tmux_takes_keys_shows_the_screen_and_tells_the_exit_code() -> None:
    with start_in_tmux(ECHO, columns=40, rows=5) as pane:
        pane.send("hello", "Enter")
        pane.wait_for("got hello")
        pane.send("C-d")
        assert pane.wait_for_exit() == 3
