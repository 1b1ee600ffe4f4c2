"""A viewer that shows bodies of a mebibyte and is timed; prints what it found as JSON, for `bodies`."""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import json
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen

from sqsview.domain.message import Message
from sqsview.ui.app import COLLECT, SWITCH
from sqsview.ui.message_search import parse_search
from sqsview.ui.message_sifting import Sifting
from sqsview.ui.widgets.message_view import MessageView
from tests.benchmarks.processes import resident_mib
from tests.support import shown

MEBIBYTE = 2**20
SIZE = (120, 40)
SHOWN = 12
"""How often each body is shown."""
PAGES = 60
BOMBS = 3
NOW = 1_000_000.0
_SETTLED = 0.05
"""Seconds after which nothing of what was before is painted any more."""
_TICK = 0.001


class Viewer(App[None]):
    """Shows one message, and tells when what is waited for is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.view = MessageView()
        self.whole = asyncio.Event()
        self._wanted: Callable[[], bool] | None = None
        self._painted: asyncio.Future[float] | None = None

    def compose(self) -> ComposeResult:
        """Give the viewer."""
        yield self.view

    def on_message_view_decoded(self) -> None:
        """Note that the whole body is on the page."""
        self.whole.set()

    def painted(self, wanted: Callable[[], bool]) -> asyncio.Future[float]:
        """Give, once it is there, the moment of the first frame from now on with which ``wanted`` holds."""
        self._wanted = wanted
        self._painted = asyncio.get_running_loop().create_future()
        return self._painted

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        now = time.perf_counter()
        if self._painted is not None and not self._painted.done() and self._wanted is not None and self._wanted():
            self._painted.set_result(now)

    def show(self, name: str, body: str) -> None:
        """Show a message."""
        self.whole.clear()
        message = Message(name, body, "receipt", system=MappingProxyType({"SentTimestamp": "999000000"}))
        self.view.show(message, now_epoch=NOW)


def records(octets: int) -> str:
    """Make a JSON body of about so many bytes, as a service would write it."""
    chance = random.Random(1)
    parts: list[str] = []
    length = 0
    while length < octets - 120:
        number = chance.randrange(1_000_000)
        record = {"id": number, "sku": f"item {number % 997}", "tags": ["a", "b"], "price": chance.random()}
        parts.append(json.dumps(record))
        length += len(parts[-1]) + 2
    return "[" + ", ".join(parts) + "]"


async def _shown(app: Viewer, body: str) -> tuple[float, float]:
    """Give the seconds from `MessageView.show` to the body on screen, and to all of it on the page."""
    blank = app.painted(lambda: "no message" in shown.text(app))
    app.view.show(None, now_epoch=NOW)
    await blank
    await asyncio.sleep(_SETTLED)
    painted = app.painted(lambda: bool(shown.lines(app)[2].strip("│ ")))
    began = time.perf_counter()
    app.show(str(began), body)
    first = await painted - began
    await app.whole.wait()
    return first, time.perf_counter() - began


async def _pages(app: Viewer) -> list[float]:
    """Give the seconds that each of many page-downs took to its frame."""
    taken = []
    for _ in range(PAGES):
        await asyncio.sleep(_SETTLED)
        before = shown.text(app)
        painted = app.painted(lambda before=before: shown.text(app) != before)  # type: ignore[misc]
        began = time.perf_counter()
        app.post_message(events.Key("pagedown", None))
        taken.append(await painted - began)
    return taken


async def _keys(app: Viewer, body: str) -> list[float]:
    """Give the seconds that each key of a few searches took, up to where it is only to be painted."""
    await _shown(app, body)
    taken = []
    for text in ("sku", "item 99", "none of this"):
        for typed in range(1, len(text) + 1):
            began = time.perf_counter()
            app.view.find(text[:typed])
            taken.append(time.perf_counter() - began)
            await asyncio.sleep(_SETTLED)
    app.view.find("")
    return taken


async def _longest_wait(app: Viewer, body: str) -> float:
    """Give the longest time that nothing else ran while messages with a body were listed, searched and shown."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        before = time.perf_counter()
        while True:
            await asyncio.sleep(_TICK)
            now = time.perf_counter()
            longest = max(longest, now - before - _TICK)
            before = now

    ticking = asyncio.create_task(tick())
    sifting = Sifting()
    sifting.see([Message(str(number), body, "receipt") for number in range(5)])
    sifting.look_for(parse_search("nothing"))
    await sifting.read_on(lambda: None)
    await _shown(app, body)
    ticking.cancel()
    return longest


async def _memory(app: Viewer, small: str, large: str) -> dict[str, float]:
    """Give the MiB that Python holds, and that the process has, above those before a large body was shown."""
    await _shown(app, small)
    tracemalloc.start()
    held, resident = tracemalloc.get_traced_memory()[0], resident_mib()
    await _shown(app, large)
    showing = tracemalloc.get_traced_memory()[0]
    await app.view.remove()
    await asyncio.sleep(_SETTLED)
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {
        "showing": (showing - held) / MEBIBYTE,
        "left": (left - held) / MEBIBYTE,
        "resident": resident_mib() - resident,
    }


async def _run() -> dict[str, Any]:
    app = Viewer()
    found: dict[str, Any] = {}
    small, large = records(1024), records(MEBIBYTE)
    line = "".join(f" {number:07}" for number in range(MEBIBYTE // 8))
    bodies = {"small": small, "medium": records(60_000), "large": large, "line": line}
    async with app.run_test(size=SIZE):
        app.view.focus()
        sys.setswitchinterval(SWITCH)  # as the dashboard does
        gc.freeze()
        gc.set_threshold(*COLLECT)
        for name, body in bodies.items():
            times = [await _shown(app, body) for _ in range(SHOWN)]
            found[name], found[f"{name}_whole"] = map(list, zip(*times, strict=True))
            if name != "small":
                found[f"{name}_pages"] = await _pages(app)
        found["keys"] = await _keys(app, large)
        lists = "[" + "[]," * (8 * MEBIBYTE // 3 - 4) + "[]]"
        bomb = base64.b64encode(gzip.compress(lists.encode())).decode()
        found["bomb_waits"] = [await _longest_wait(app, bomb) for _ in range(BOMBS)]
        found |= await _memory(app, small, large)
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run())))
