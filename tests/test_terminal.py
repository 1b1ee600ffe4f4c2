"""The real program in a real terminal: it starts, obeys keys and signals, and leaves the terminal as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.canned import Canned, start_canned
from tests.support.canned_answers import World
from tests.support.engines import REGION, Engine
from tests.support.pty import CTRL_C, CTRL_P, ENTER, ESCAPE, Terminal, start_in_pty, terminal_environment
from tests.support.tmux import INSTALLED, start_in_tmux

PROGRAM = [sys.executable, "-m", "sqsview"]
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""What ends the alternate screen, shows the cursor, and stops mouse reports and bracketed paste."""
OBEYED = (b"\x1b[2J", b"\x1b]0;evil", b"\x1b]52;", b"\x9b2J", b"\x1b]8;;https://evil", b"\xc2\x9b", b"\x00")
"""What hostile text would send, if it were sent."""


@pytest.fixture(scope="module")
def server() -> Iterator[Canned]:
    with start_canned(World(queues=60, topics=4, subscriptions=8, moving=3)) as canned:
        yield canned


@pytest.fixture
def environment(tmp_path: Path, server: Canned) -> dict[str, str]:
    return environment_for(server.url, tmp_path)


def environment_for(url: str, home: Path) -> dict[str, str]:
    return terminal_environment(
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_REGION=REGION,
        AWS_ENDPOINT_URL=url,
        HOME=str(home),
        XDG_STATE_HOME=str(home / "state"),
        XDG_CONFIG_HOME=str(home / "config"),
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )


@contextmanager
def running(environment: dict[str, str], *arguments: str, **size: int) -> Iterator[Terminal]:
    with start_in_pty([*PROGRAM, *arguments], environment=environment, **size) as terminal:
        yield terminal


def restored(terminal: Terminal) -> bool:
    """Tell whether the last word about each thing that was switched is that it is as before."""
    raw = terminal.raw
    return all(raw.rfind(off) > raw.rfind(_on(off)) for off in RESTORED)


def _on(off: bytes) -> bytes:
    return off[:-1] + (b"l" if off.endswith(b"h") else b"h")


def ready(text: str) -> bool:
    return "queue-0" in text and "60 queues" in text


def test_it_paints_the_queues_obeys_keys_and_leaves_with_q(environment: dict[str, str]) -> None:
    with running(environment) as terminal:
        terminal.wait_for(ready)
        terminal.send("2")
        terminal.wait_for("[2 Topics]")
        terminal.send("1/0042" + ENTER)
        terminal.wait_for("1 of 60")
        terminal.send("d")
        terminal.wait_for("VisibilityTimeout")
        terminal.send(ESCAPE)
        terminal.wait_for("1 of 60")
        terminal.send("?")
        terminal.wait_for("esc closes")
        terminal.send(ESCAPE)
        terminal.wait_for(lambda text: "esc closes" not in text)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal)
        assert b"Traceback" not in terminal.raw


def test_keys_that_come_in_one_go_are_typed_where_they_belong(environment: dict[str, str]) -> None:
    with running(environment) as terminal:
        terminal.wait_for(ready)
        terminal.send("/quay" + ENTER)
        terminal.wait_for("/ quay")
        terminal.send(ESCAPE)
        terminal.wait_for("60 of 60")
        terminal.send(":topics" + ENTER)
        terminal.wait_for("[2 Topics]")
        terminal.send(":quit" + ENTER)
        assert terminal.wait_for_exit() == 0


def test_q_that_is_typed_before_the_first_queue_is_there_leaves_too(environment: dict[str, str]) -> None:
    with running(environment) as terminal:
        terminal.wait_for("sqsview")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert restored(terminal)


@pytest.mark.parametrize(
    "leave",
    [
        lambda terminal: terminal.send("\x11"),
        lambda terminal: os.kill(program_of(terminal), signal.SIGTERM),
        lambda terminal: os.kill(program_of(terminal), signal.SIGHUP),
        lambda terminal: os.kill(program_of(terminal), signal.SIGINT),
    ],
    ids=["ctrl+q", "SIGTERM", "SIGHUP", "SIGINT"],
)
def test_whatever_ends_it_the_terminal_is_as_before(
    environment: dict[str, str], leave: Callable[[Terminal], object]
) -> None:
    with running(environment) as terminal:
        terminal.wait_for(ready)
        leave(terminal)
        terminal.wait_for_exit()
        assert restored(terminal)
        assert b"Traceback" not in terminal.raw


def program_of(terminal: Terminal) -> int:
    """Give the process of the program: ``setsid`` becomes it."""
    return terminal.process.pid


def test_ctrl_c_says_how_to_leave_or_leaves(environment: dict[str, str]) -> None:
    with running(environment) as terminal:
        terminal.wait_for(ready)
        terminal.send(CTRL_C)
        terminal.wait_for(lambda text: terminal.process.poll() is not None or "quit" in text.lower())
        if terminal.process.poll() is None:
            terminal.send("q")
        assert terminal.wait_for_exit() in (0, 130)
        assert restored(terminal)


def test_a_new_size_is_taken_up_at_once(environment: dict[str, str]) -> None:
    with running(environment, columns=120, rows=40) as terminal:
        terminal.wait_for(ready)
        for columns, rows in ((80, 24), (200, 50), (100, 30)):
            terminal.resize(columns, rows)
            terminal.wait_for(lambda _, rows=rows: "? all keys" in terminal.screen.lines[rows - 1])  # type: ignore[misc]
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_the_mouse_works(environment: dict[str, str]) -> None:
    with running(environment) as terminal:
        terminal.wait_for(ready)
        x = terminal.text.splitlines()[1].index("3 Fan-out") + 3
        terminal.send(f"\x1b[<0;{x};2M\x1b[<0;{x};2m")
        terminal.wait_for("[3 Fan-out]")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_the_palette_works(environment: dict[str, str]) -> None:
    with running(environment) as terminal:
        terminal.wait_for(ready)
        terminal.send(CTRL_P)
        terminal.wait_for("a command, a queue or a topic")
        terminal.send("queue-00017")
        terminal.wait_for("go to this queue")
        terminal.send(ENTER)
        terminal.wait_for(lambda text: "▌" in text and "queue-00017" in text.split("▌")[1].splitlines()[0])
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.skipif(not INSTALLED, reason="tmux is not installed")
def test_it_lives_in_tmux(environment: dict[str, str]) -> None:
    with start_in_tmux(PROGRAM, columns=100, rows=30, environment=environment) as pane:
        pane.wait_for(ready)
        pane.send("Down", "Down")
        pane.send("3")
        pane.wait_for("[3 Fan-out]")
        pane.send(":queues", "Enter")
        pane.wait_for("[1 Queues]")
        pane.tmux("resize-window", "-x", "80", "-y", "24")
        pane.wait_for(lambda text: text.rstrip().endswith("? all keys"))
        pane.send("q")
        assert pane.wait_for_exit() == 0
        assert "queue-0" not in pane.text.partition("Pane is dead")[0], "the alternate screen is left"


def test_hostile_text_of_a_real_server_reaches_no_terminal(tmp_path: Path, moto: Engine) -> None:
    hostile = "a\x1b[2Jb\x1b]0;evil\x07\x1b]52;c;ZXZpbA==\x07\x9b2J [@click=app.quit]x[/] \u202e"
    in_xml = "a\x9b2Jb\x9d0;evil\x9c [@click=app.quit]x[/] \u202e"  # XML cannot carry the others at all
    with moto.client("sqs") as sqs, moto.client("sns") as sns:
        url = sqs.create_queue(QueueName="victim", tags={"note": hostile, hostile[:40]: "x"})["QueueUrl"]
        assert url
        topic = sns.create_topic(Name="news", Attributes={"DisplayName": "plain"})["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{in_xml}@example.com")
        sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue=in_xml)
    with running(environment_for(moto.url, tmp_path)) as terminal:
        terminal.wait_for("victim")
        start = len(terminal.raw)
        terminal.send("d")
        terminal.wait_for("note")
        terminal.send("r")
        terminal.wait_for("r words")
        terminal.send(ESCAPE)
        terminal.wait_for("1 of 1")
        terminal.send("2")
        terminal.wait_for("news")
        terminal.send("d")
        terminal.wait_for("DisplayName")
        terminal.send(ESCAPE)
        terminal.wait_for("1 of 1")
        terminal.send(ENTER)
        terminal.wait_for("example.com")
        terminal.send("3")
        terminal.wait_for("[3 Fan-out]")
        terminal.wait_for("example.com")
        written = terminal.raw[start:]
        for sequence in OBEYED:
            assert sequence not in written, sequence
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_a_connection_that_fails_keeps_the_screen_and_its_keys(tmp_path: Path) -> None:
    environment = environment_for("http://127.0.0.1:1", tmp_path)
    with running(environment) as terminal:
        terminal.wait_for("! no data", timeout=40)
        terminal.send("5")
        terminal.wait_for("[5 Activity]")
        assert "127.0.0.1:1" in terminal.text
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert b"Traceback" not in terminal.raw


BROKEN = """
import sys
from sqsview.ui.screens.queues import QueuesScreen
def broken(self, scene):
    secret = "swordfish-in-a-local"
    raise KeyError(len(secret))
QueuesScreen.rows = broken
from sqsview.cli import main
sys.argv = ["sqsview", *sys.argv[1:]]
sys.exit(main())
"""


def test_a_bug_is_one_line_without_the_values_of_variables_and_exits_1(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    log = tmp_path / "sqsview.log"
    with start_in_pty([sys.executable, "-c", BROKEN, "--log-file", str(log)], environment=environment) as terminal:
        assert terminal.wait_for_exit() == 1
        assert restored(terminal)
        said = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :]
        assert said.count(b"this is a fault of sqsview itself: KeyError") == 1
        assert b"Traceback" not in terminal.raw and b"swordfish" not in terminal.raw
    assert "KeyError" in log.read_text() and "swordfish" not in log.read_text()


@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_without_a_terminal_it_says_so_in_one_line_and_exits_2(
    arguments: list[str], environment: dict[str, str]
) -> None:
    ended = subprocess.run(
        [*PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, timeout=30
    )
    assert ended.returncode == 2
    assert ended.stdout == "" and len(ended.stderr.splitlines()) == 1
    assert "needs a terminal" in ended.stderr


def test_a_read_only_session_says_so(environment: dict[str, str]) -> None:
    with running(environment, "--read-only") as terminal:
        terminal.wait_for(lambda text: "[READ-ONLY]" in text and "queue-0" in text)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
