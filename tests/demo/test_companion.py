"""The demo's server beside the dashboard: there when it is wanted, gone when it is not, anew when it died."""

from __future__ import annotations

import asyncio
import os
import signal
import urllib.request

import pytest

from sqsview.demo import companion
from sqsview.demo.companion import Companion
from sqsview.demo.process import Demo, spawn_demo
from sqsview.errors import DemoError, SessionError


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[Demo]:
    """Every server that was started, in order."""
    demos: list[Demo] = []

    def spawn() -> Demo:
        demos.append(spawn_demo())
        return demos[-1]

    monkeypatch.setattr(companion, "spawn_demo", spawn)
    return demos


async def answers(url: str) -> bool:
    with await asyncio.to_thread(urllib.request.urlopen, f"{url}/moto-api/", timeout=10) as answer:
        return bool(answer.status == 200)


async def test_a_server_that_died_is_started_anew(spawned: list[Demo]) -> None:
    with Companion() as server:
        assert await answers(await server.address())
        assert await server.address() == spawned[0].endpoint_url, "a server that lives is kept"
        os.kill(spawned[0].pid, signal.SIGKILL)
        await asyncio.to_thread(os.waitid, os.P_PID, spawned[0].pid, os.WEXITED | os.WNOWAIT)
        assert await answers(await server.address())
    assert len(spawned) == 2
    assert not any(demo.running for demo in spawned)


async def test_leaving_while_it_starts_does_not_wait_for_it(spawned: list[Demo]) -> None:
    with Companion() as server:
        waiting = asyncio.create_task(server.address())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert not spawned[0].running


async def test_a_server_that_cannot_start_is_a_fault_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed tries again after such a fault; a fault of any other kind would end the dashboard."""
    with Companion() as server:
        await server.address()

        def fail() -> Demo:
            raise DemoError("no more processes")

        monkeypatch.setattr(companion, "spawn_demo", fail)
        assert server._demo is not None
        server._demo.close()
        with pytest.raises(SessionError, match="no more processes"):
            await server.address()


def test_without_the_extra_it_is_said_before_the_screen_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DemoError, match=r"pip install 'sqsview\[demo\]'"), Companion():
        pass
