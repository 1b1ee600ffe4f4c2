"""The body goes to the person's own editor in a real terminal, and comes back."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.engines import Engine
from tests.support.pty import CTRL_C, Terminal, start_in_pty
from tests.support.tmux import INSTALLED, start_in_tmux
from tests.test_terminal import environment_for, restored

PROGRAM = [sys.executable, "-m", "sqsview"]
CTRL_O, CTRL_S, ESCAPE = "\x0f", "\x13", "\x1b"


def editor(folder: Path, *lines: str) -> str:
    """Write a program that stands for an editor; its file is ``$1``."""
    path = folder / "editor"
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def queue(moto: Engine) -> str:
    with moto.client("sqs") as sqs:
        return str(sqs.create_queue(QueueName="letters")["QueueUrl"])


@contextmanager
def writing(moto: Engine, home: Path, command: str, body: str = "hello") -> Iterator[Terminal]:
    environment = {**environment_for(moto.url, home), "EDITOR": command}
    environment.pop("VISUAL", None)
    with start_in_pty(PROGRAM, environment=environment, columns=160, rows=30) as terminal:
        terminal.wait_for("letters")
        terminal.send("p")
        terminal.wait_for("Send to letters")
        terminal.send(body)
        terminal.wait_for(f" {body}")
        yield terminal


def leave(terminal: Terminal) -> None:
    terminal.send(ESCAPE)
    terminal.wait_for("1 of 1")
    terminal.send("q")
    assert terminal.wait_for_exit() == 0
    assert restored(terminal)
    assert b"Traceback" not in terminal.raw


def test_the_editor_has_the_terminal_and_what_it_wrote_is_sent(tmp_path: Path, moto: Engine, queue: str) -> None:
    seen = tmp_path / "seen"
    command = editor(
        tmp_path,
        f'cp "$1" {seen}; stty -a >>{seen}; ls -l "$1" >>{seen}',
        "echo in the editor; read line",
        'printf "%s" "$line" >"$1"',
    )
    with writing(moto, tmp_path, command) as terminal:
        start = len(terminal.raw)
        terminal.send(CTRL_O)
        terminal.wait_for("in the editor")
        assert b"\x1b[?1049l" in terminal.raw[start:], "the alternate screen is left"
        quiet = len(terminal.raw)
        terminal.send("from the editor\r")
        terminal.wait_for("15 bytes of")
        assert b"\x1b[?1049h" in terminal.raw[quiet:], "and entered again"
        told = seen.read_text()
        assert told.startswith("hello") and " icanon" in told and " echo " in told
        assert "-rw-------" in told
        terminal.send("!" + CTRL_S)
        terminal.wait_for("sent to letters")
        leave(terminal)
    with moto.client("sqs") as sqs:
        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert message["Body"] in ("!from the editor", "from!the editor", "from the editor!", "from !the editor")


@pytest.mark.parametrize(
    ("lines", "said"),
    [(["exit 3"], "ended with exit code 3"), (["rm $1"], "the editor left no file")],
)
def test_an_editor_that_fails_is_one_line_and_the_text_is_kept(
    tmp_path: Path, moto: Engine, queue: str, lines: list[str], said: str
) -> None:
    with writing(moto, tmp_path, editor(tmp_path, *lines)) as terminal:
        terminal.send(CTRL_O)
        terminal.wait_for(said)
        assert " hello" in terminal.text and "5 bytes of" in terminal.text
        leave(terminal)


def test_an_editor_that_is_not_there_is_one_line(tmp_path: Path, moto: Engine, queue: str) -> None:
    with writing(moto, tmp_path, "no-such-editor --wait") as terminal:
        terminal.send(CTRL_O)
        terminal.wait_for("there is no program")
        leave(terminal)


def test_ctrl_c_in_the_editor_ends_the_editor_and_not_the_dashboard(tmp_path: Path, moto: Engine, queue: str) -> None:
    with writing(moto, tmp_path, editor(tmp_path, "echo in the editor; sleep 30")) as terminal:
        terminal.send(CTRL_O)
        terminal.wait_for("in the editor")
        terminal.send(CTRL_C)
        terminal.wait_for("ended by SIGINT")
        assert " hello" in terminal.text
        leave(terminal)


def test_a_window_that_changed_meanwhile_is_drawn_in_its_new_size(tmp_path: Path, moto: Engine, queue: str) -> None:
    with writing(moto, tmp_path, editor(tmp_path, "echo in the editor; read line")) as terminal:
        terminal.send(CTRL_O)
        terminal.wait_for("in the editor")
        terminal.resize(80, 24)
        terminal.send("\r")
        terminal.wait_for(lambda text: "f1 all keys" in text.splitlines()[-1])
        leave(terminal)


@pytest.mark.skipif(not INSTALLED, reason="tmux is not installed")
def test_it_works_in_tmux(tmp_path: Path, moto: Engine, queue: str) -> None:
    command = editor(tmp_path, "echo in the editor; sleep 0.3", 'printf "from tmux" >"$1"')
    environment = {**environment_for(moto.url, tmp_path), "EDITOR": command}
    with start_in_tmux(PROGRAM, columns=100, rows=30, environment=environment) as pane:
        pane.wait_for("letters")
        pane.send("p")
        pane.wait_for("Send to letters")
        pane.send("hello")
        pane.wait_for(" hello")
        pane.send("C-o")
        pane.wait_for("in the editor")
        pane.wait_for("from tmux")
        pane.send("C-s")
        pane.wait_for("sent to letters")
        pane.send("Escape")
        pane.wait_for("1 of 1")
        pane.send("q")
        assert pane.wait_for_exit() == 0
