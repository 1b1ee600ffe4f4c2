"""Seeing something through to its end, however often the one who waits for it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqsview.clock import Clock

_T = TypeVar("_T")


def _nothing() -> None:
    pass


async def see_through(task: asyncio.Task[_T], on_cancel: Callable[[], None] = _nothing) -> _T:
    """Wait until ``task`` has ended and give its result; a cancellation meanwhile is raised after that.

    The task bounds its own time; nothing here cancels it. ``on_cancel`` is called at once at every cancellation.
    """
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as asked:
            cancelled = asked
            on_cancel()
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # it was for whoever was cancelled
        raise cancelled
    return task.result()


async def within(clock: Clock, seconds: float, task: asyncio.Task[_T], unless: asyncio.Event | None = None) -> bool:
    """Wait for ``task`` for ``seconds`` at most, and tell whether it has ended. It is not cancelled.

    Args:
        clock: to wait on.
        seconds: how long.
        task: for what.
        unless: ends the waiting once it is set.
    """
    others: list[asyncio.Future[Any]] = [asyncio.ensure_future(clock.sleep(seconds))]
    if unless is not None:
        others.append(asyncio.ensure_future(unless.wait()))
    try:
        await asyncio.wait({task, *others}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for other in others:
            other.cancel()
    return task.done()
