"""Another program in this terminal while the dashboard steps aside."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from textual.app import App

from sqsview.errors import SqsviewError


async def in_foreground(app: App[Any], run: Callable[[], None]) -> None:
    """Give the terminal to ``run``, which blocks until its program has ended, and take it back as it was.

    The loop goes on meanwhile, so that what is held stays held and what is polled stays known; nothing is painted.

    Raises:
        SqsviewError: whatever ``run`` raises, after the terminal was taken back.
    """
    fault: SqsviewError | None = None
    # No painting: what Textual writes while it is suspended goes into a queue that nobody empties.
    with app.suspend(), app.batch_update(), _interrupts_for_the_program():
        try:
            await asyncio.to_thread(run)
        except SqsviewError as raised:
            fault = raised  # out of the block first: it takes the terminal back only on the straight way
    if fault is not None:
        raise fault


@contextmanager
def _interrupts_for_the_program() -> Iterator[None]:
    """Let ctrl+c be the program's: the terminal sends it to everything that runs in it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not SIG_IGN, which the program would inherit
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
