"""The demo's server beside the dashboard: it starts while the first picture is painted, and anew if it ended."""

from __future__ import annotations

import asyncio
import os
import signal
from types import TracebackType

from sqsview.demo.process import Demo, spawn_demo
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.errors import DemoError, SessionError


class Companion:
    """A server of the demo for as long as the block lasts; entering starts it and does not wait for it."""

    def __init__(self) -> None:
        self._demo: Demo | None = None

    def __enter__(self) -> Companion:
        """Start the server's process.

        Raises:
            DemoError: what it needs is not installed.
        """
        self._demo = spawn_demo()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._demo is not None:
            self._demo.close()

    async def address(self) -> str:
        """Give the server's URL once it answers.

        Raises:
            SessionError: it does not start; the next call tries anew.
        """
        try:
            if self._demo is None or not self._demo.running:
                self._demo = await asyncio.to_thread(_anew, self._demo)
            if not self._demo.endpoint_url:
                await self._wait_ready(self._demo)
        except DemoError as fault:
            raise SessionError(Problem(ProblemKind.NETWORK, str(fault), "trying again")) from None
        return self._demo.endpoint_url

    async def _wait_ready(self, demo: Demo) -> None:
        try:
            await asyncio.to_thread(demo.wait_ready)
        except asyncio.CancelledError:
            # Whoever leaves at once would have to wait for a thread that waits for a company that nobody wants.
            os.kill(demo.pid, signal.SIGTERM)
            raise


def _anew(ended: Demo | None) -> Demo:
    if ended is not None:
        ended.close()
    return spawn_demo()
