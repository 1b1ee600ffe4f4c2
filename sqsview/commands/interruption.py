"""A command that ends in good order when it is interrupted: what it holds is given back first."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqsview.errors import Interrupted

_T = TypeVar("_T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_interruptibly(work: Coroutine[Any, Any, _T]) -> _T:
    """Run ``work`` on a loop of its own; SIGINT, SIGTERM and SIGHUP cancel it, also when they come again and again.

    Left to asyncio, a second SIGINT would tear the loop down in the middle of what the first one began.

    Raises:
        Interrupted: a signal came, and the work has ended.
    """
    received: list[int] = []

    async def main() -> _T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def interrupt(number: int) -> None:
            received.append(number)
            task.cancel()

        for number in _SIGNALS:
            loop.add_signal_handler(number, interrupt, number)
        return await work

    try:
        result = asyncio.run(main())
    except asyncio.CancelledError:
        if not received:
            raise
    if received:
        raise Interrupted(received[0])
    return result
