"""The demo's server as a process: how it starts, what it leaves alone, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sqsview.demo import process as demo_process
from sqsview.demo.process import Demo, demo_server, spawn_demo, start_demo
from sqsview.errors import DemoError
from tests.demo.clients import Clients, connect, eventually

ROOT = Path(__file__).parents[2]

PARENT = """
import sys
from sqsview.demo.process import start_demo
demo = start_demo()
print(demo.pid, demo.endpoint_url, flush=True)
sys.stdin.read()
"""


def answers(endpoint_url: str) -> bool:
    host, _, port = endpoint_url.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be reaped does not."""
    state = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_listens_on_loopback_alone(live_demo: Demo) -> None:
    port = int(live_demo.endpoint_url.rpartition(":")[2])
    assert live_demo.endpoint_url == f"http://127.0.0.1:{port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))  # sends nothing; tells which address would be used
        except OSError:
            pytest.skip("this machine has no address but loopback")
        own = str(probe.getsockname()[0])
    assert not answers(f"http://{own}:{port}")


def test_has_a_session_of_its_own_so_that_ctrl_c_does_not_reach_it(live_demo: Demo) -> None:
    assert os.getsid(live_demo.pid) != os.getsid(0)
    assert os.getpgid(live_demo.pid) != os.getpgid(0)


def test_a_port_is_chosen_by_the_system_so_that_two_run_side_by_side(live_demo: Demo, still_demo: Demo) -> None:
    assert live_demo.endpoint_url != still_demo.endpoint_url


def test_ends_when_closed_and_closing_twice_does_no_harm() -> None:
    demo = start_demo(still=True)
    assert answers(demo.endpoint_url)
    demo.close()
    assert not demo.running
    assert not answers(demo.endpoint_url)
    demo.close()
    with pytest.raises(DemoError, match="has ended"):
        demo.wait_ready()
    with pytest.raises(DemoError, match="has ended"):
        demo.advance(1)


@pytest.mark.parametrize("deed", [signal.SIGKILL, signal.SIGTERM, None], ids=["kill -9", "kill", "exit"])
def test_ends_with_its_parent_whatever_way_that_ends(deed: signal.Signals | None) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        pid, endpoint_url = parent.stdout.readline().split()
        assert answers(endpoint_url)
        if deed is None:
            parent.stdin.close()
        else:
            parent.send_signal(deed)
        parent.wait(10)
        eventually(lambda: not alive(int(pid)) and not answers(endpoint_url), within=10)


def test_ends_with_its_parent_also_where_a_fork_of_that_holds_on_to_the_pipe() -> None:
    forking = PARENT.replace("sys.stdin.read()", "import os\nos.fork()\nsys.stdin.read()")
    with subprocess.Popen(
        [sys.executable, "-c", forking], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[0])
        parent.kill()
        parent.wait(10)
        eventually(lambda: not alive(pid), within=10)


def test_can_be_closed_while_it_is_starting_and_ends_by_itself() -> None:
    demo = spawn_demo()
    assert demo.endpoint_url == ""
    demo.close()
    assert not demo.running
    with pytest.raises(DemoError, match="has ended"):
        demo.wait_ready()


async def test_the_loop_stays_free_while_the_server_starts_and_ends() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    beating = asyncio.create_task(beat())
    async with demo_server(still=True) as demo:
        assert answers(demo.endpoint_url)
        assert beats > 10
    beating.cancel()
    assert not demo.running


async def test_giving_up_the_start_ends_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    spawned: asyncio.Future[Demo] = asyncio.get_running_loop().create_future()

    def remember(**options: object) -> Demo:
        demo = spawn_demo()
        spawned.get_loop().call_soon_threadsafe(spawned.set_result, demo)
        return demo

    monkeypatch.setattr(demo_process, "spawn_demo", remember)

    async def enter() -> None:
        async with demo_server():
            pytest.fail("it was given up before it was ready")

    entering = asyncio.create_task(enter())
    demo = await spawned
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert not demo.running


@pytest.mark.parametrize("missing", ["moto", "flask", "flask_cors"])
def test_without_the_extra_one_line_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None if name == missing else object())
    with pytest.raises(DemoError) as told:
        spawn_demo()
    assert str(told.value) == "sqsview demo needs moto: pip install 'sqsview[demo]'"


def test_moto_and_botocore_stay_out_of_the_process_that_starts_the_demo() -> None:
    code = (
        "import sys\n"
        "from sqsview.demo.process import spawn_demo\n"
        "import sqsview.demo.account\n"
        "spawn_demo().close()\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'moto', 'flask', 'botocore', 'boto3'}))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    assert told.stderr == ""


def test_a_server_that_fails_says_why_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(DemoError, match="the demo's server has ended"):
        start_demo()


def test_nothing_of_the_users_aws_settings_reaches_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-users-own")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "999999999999")
    (tmp_path / "json.py").write_text("raise RuntimeError('imported from where the user happens to be')")
    monkeypatch.chdir(tmp_path)
    with start_demo(still=True) as demo:
        monkeypatch.delenv("AWS_PROFILE")
        with connect(demo.endpoint_url) as clients:
            assert clients.sts.get_caller_identity()["Account"] == "123456789012"
        surroundings = Path(f"/proc/{demo.pid}/environ")
        if surroundings.exists():
            assert b"the-users-own" not in surroundings.read_bytes()


def test_time_can_only_be_advanced_where_it_stands_still(live_demo: Demo) -> None:
    with pytest.raises(DemoError, match="refuses: advance 5"):
        live_demo.advance(5)


def test_nothing_is_printed_whatever_is_asked(
    live_demo: Demo, live: Clients, capfd: pytest.CaptureFixture[str]
) -> None:
    live.queue_names()
    told = capfd.readouterr()
    assert told.out + told.err == ""
    assert live_demo.running
