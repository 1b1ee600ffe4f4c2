"""Makes the pictures in ``screenshots/`` from the demo, the same bytes every time: ``python -m tests.screenshots``.

The demo's server stands still and is advanced second by second, together with the clock that the feed goes by; only
then the dashboard is put in front of the feed. ``--png DIR`` also renders the pictures, to be looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from html import escape, unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aiobotocore.httpsession import AIOHTTPSession
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from sqsview.aws.session import open_gateway
from sqsview.demo.account import DEMO_CREDENTIALS
from sqsview.demo.process import STILL_AT, Demo, start_demo
from sqsview.domain.snapshot import Connection
from sqsview.gateway import LOADING_BUDGET, Gateway, Target
from sqsview.live.feed import Feed
from sqsview.ui.app import Dashboard
from sqsview.ui.widgets.row_table import RowTable
from tests.support import shown
from tests.support.time import OwnedClock

FOLDER = Path(__file__).parent.parent / "screenshots"
LIVED = 870
"""Seconds of the demo's life before the pictures are taken: the chart then spans a quarter of an hour."""
ON_SCREEN = 26
"""Queues that are read as often as those on screen, as they would be if it had shown them all the while."""
SIZE, SMALL, LARGE = (120, 40), (80, 24), (200, 50)
_MOST_ROWS = 100
_PORT = re.compile(r"127\.0\.0\.1:\d+")
_RUN = re.compile(
    r'<text class="(?P<style>[^"]+)" x="(?P<x>[^"]+)" y="(?P<y>[^"]+)" textLength="[^"]+"[^>]*>(?P<text>[^<]*)</text>'
)
_CELL = 12.2
"""Units of a picture that a terminal cell is wide."""
_ID = re.compile(r"terminal-\d+")


class _Travel(OwnedClock):
    """A clock that only moves on when every call to the server is answered."""

    def __init__(self) -> None:
        super().__init__(epoch=STILL_AT)
        self._calling = 0
        """What is under way outside of the loop: it takes no time on this clock."""

    async def settle(self) -> None:
        await super().settle()
        while self._calling:
            await asyncio.sleep(0.001)
            await super().settle()

    @contextmanager
    def watching_calls(self) -> Iterator[None]:
        """Count the requests under way, and let each take a time of its own on this clock."""
        send = AIOHTTPSession.send
        turn = asyncio.Lock()

        async def counted(session: Any, request: Any) -> Any:
            spread = zlib.crc32(_PORT.sub("", str(request.body)).encode()) % 23
            await self.sleep((9 + spread) / 1000)
            self._calling += 1
            try:
                async with turn:  # answers come in the order of the questions, whatever the server makes of it
                    return await send(session, request)
            finally:
                self._calling -= 1

        with patch.object(AIOHTTPSession, "send", counted):
            yield

    @asynccontextmanager
    async def open(self, target: Target) -> AsyncIterator[Gateway]:
        """Connect on this clock; implements `sqsview.gateway.Opener`."""
        opening = open_gateway(target, budget=LOADING_BUDGET, demo=True, clock=self, random=lambda: 0.5)
        self._calling += 1
        try:
            gateway = await opening.__aenter__()
        finally:
            self._calling -= 1
        try:
            yield gateway
        finally:
            await opening.__aexit__(None, None, None)


class _RunningFeed(Feed):
    """A feed that runs already when the dashboard would start it."""

    async def start(self) -> None:
        await super().run()

    async def run(self) -> None:
        await asyncio.Event().wait()


class _Photographer:
    def __init__(self, pilot: Pilot[Any], clock: _Travel, folder: Path) -> None:
        self._pilot = pilot
        self._app = pilot.app
        self._clock = clock
        self._folder = folder
        self.taken: list[Path] = []

    async def take(self, name: str, *keys: str, shows: str = "", size: tuple[int, int] = SIZE) -> None:
        """Press keys, wait until the screen has taken in all that is known and ``shows`` a text; keep the picture."""
        if self._app.size != size:
            await self._pilot.resize_terminal(*size)
        await self._pilot.press(*keys)
        await self._pilot.pause()
        await self._clock.advance(1.0)
        for box in self._app.screen.query(Input):
            box.cursor_blink = False
        for editor in self._app.screen.query(TextArea):
            editor.cursor_blink = False
        await shown.until(self._pilot, partial(self._stands, shows), 30.0)
        await self._pilot.pause()
        path = self._folder / f"{name}.svg"
        path.write_text(_settled(self._app.export_screenshot(title="sqsview"), name), encoding="utf-8")
        self.taken.append(path)

    async def press(self, *keys: str) -> None:
        """Press keys without a picture."""
        await self._pilot.press(*keys)
        await self._pilot.pause()

    async def move_to(self, name: str) -> None:
        """Go to the row of this name with the keys."""
        table = self._app.screen.query_one(RowTable)
        await self.press("g")
        for _ in range(_MOST_ROWS):
            if table.cursor_row is not None and table.cursor_row.name == name:
                return
            await self.press("j")
        raise LookupError(f"no row {name}")

    def _stands(self, shows: str) -> bool:
        app = self._app
        assert isinstance(app, Dashboard)
        drawn = app.scene.now == self._clock.monotonic() and app.snapshot.generation == app.feed.generation
        return drawn and shows in shown.text(app)


def _settled(svg: str, name: str) -> str:
    """Take out what differs from run to run: the server's port, and the identifiers that are made from the content."""
    return "\n".join(line.rstrip() for line in _ID.sub(name, _PORT.sub("127.0.0.1:45566", svg)).splitlines()) + "\n"


async def _live(demo: Demo, clock: _Travel, feed: _RunningFeed) -> None:
    """Let the demo and the feed live through the time before the pictures."""
    await clock.until(lambda: feed.snapshot().health.connection is Connection.LIVE)
    fullest = sorted(
        feed.snapshot().queues.values(), key=lambda queue: -(queue.counts.visible or 0 if queue.counts else 0)
    )
    feed.watch([queue.key for queue in fullest[:ON_SCREEN]])
    for _ in range(LIVED):
        demo.advance(1)
        await clock.advance(1.0)


async def photograph(demo: Demo, folder: Path) -> list[Path]:
    """Visit every screen and give the files that were written."""
    clock = _Travel()
    with clock.watching_calls():
        feed = _RunningFeed(clock.open, Target(endpoint_url=demo.endpoint_url), clock=clock)
        running = asyncio.create_task(feed.start())
        await _live(demo, clock, feed)
        app = Dashboard(lambda: feed, clock=clock)
        async with app.run_test(size=SIZE) as pilot:
            await shown.until(pilot, lambda: "orders-billing" in shown.text(app))
            photographer = _Photographer(pilot, clock, folder)
            await _visit(photographer)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return photographer.taken


def keys_of(text: str) -> Iterator[str]:
    """Give the keys that type a text."""
    return ("space" if character == " " else character for character in text)


async def _visit(camera: _Photographer) -> None:
    await camera.take("queues", shows="orders-billing")
    await camera.take("queues-80x24", size=SMALL)
    await camera.take("queues-200x50", size=LARGE)
    await camera.take("details", "d", shows="orders-billing")
    await camera.press("escape")
    await camera.take("palette", "ctrl+p", *"billing", shows="orders-billing-dlq")
    await camera.press("escape")
    await camera.take("help", "question_mark", shows="esc closes")
    await camera.press("escape")
    await camera.move_to("orders-billing-dlq")
    await camera.take("messages-80x24", "v", size=SMALL, shows="held")
    await camera.press("t", *"error.code", "enter", "g", "j")
    await camera.take("messages", shows="grouped by")
    await camera.press("escape", "escape", "escape")
    await camera.move_to("orders-billing-dlq")
    await camera.take("redrive", "R", shows="ctrl+s")
    await camera.press("escape")
    await camera.press("2")
    await camera.move_to("orders")
    await camera.take("topics")
    await camera.press("p")
    await camera.press(*keys_of('{"type": "order", "total": 129.0}'))
    await camera.press("ctrl+n", *"type", "tab", "tab", *"order")
    await camera.press("ctrl+n", *"tenant", "tab", "tab", *"acme")
    await camera.take("publish", shows="will get it")
    await camera.press("escape")
    await camera.take("subscriptions", "enter", shows="orders-billing")
    await camera.press("escape")
    await camera.press("3")
    await camera.move_to("orders")
    await camera.take("fanout")
    await camera.take("doctor", "w", shows="sns:Unsubscribe")
    await camera.press("escape")
    await camera.take("push", "4")
    await camera.take("activity", "5", shows="GetQueueAttributes")


def render(pictures: Sequence[Path], folder: Path) -> None:
    """Render pictures as PNG with a font that is installed here.

    rsvg-convert does not know ``textLength``, and no font has all glyphs equally wide, so each character gets a place
    of its own.
    """
    program = shutil.which("rsvg-convert")
    if program is None:
        sys.exit("rsvg-convert is not installed: apt-get install librsvg2-bin fonts-dejavu")
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        placed = _RUN.sub(_placed, picture.read_text(encoding="utf-8"))
        fitting = placed.replace("font-family: Fira Code, monospace", "font-family: DejaVu Sans Mono, monospace")
        target = folder / picture.with_suffix(".png").name
        subprocess.run([program, "--output", str(target)], input=fitting.encode(), check=True)


def _placed(run: re.Match[str]) -> str:
    start, cells, placed = float(run["x"]), 0, []
    for character in unescape(run["text"]):
        if not character.isspace():
            x = start + cells * _CELL
            placed.append(f'<text class="{run["style"]}" x="{x:g}" y="{run["y"]}">{escape(character)}</text>')
        cells += cell_len(character)
    return "".join(placed)


def main() -> None:
    """Read the command line, make the pictures and say where they are."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("--png", type=Path, metavar="DIR", help="also render them here")
    given = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    os.environ.update({**DEMO_CREDENTIALS, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", "TZ": "UTC"})
    time.tzset()
    given.folder.mkdir(parents=True, exist_ok=True)
    with start_demo(still=True) as demo:
        pictures = asyncio.run(photograph(demo, given.folder))
    print("\n".join(str(picture) for picture in pictures))
    if given.png:
        render(pictures, given.png)


if __name__ == "__main__":
    main()
