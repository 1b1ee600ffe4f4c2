"""What is on the screen of an app under test, as text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from rich.style import Style
from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip


def strips(app: App[Any]) -> list[Strip]:
    """Give the lines as they go to the terminal."""
    return app.screen._compositor.render_strips()


def lines(app: App[Any]) -> list[str]:
    """Give the text of the lines, without the blanks at their ends."""
    return [strip.text.rstrip() for strip in strips(app)]


def text(app: App[Any]) -> str:
    """Give the whole screen as one text."""
    return "\n".join(lines(app))


def line_with(app: App[Any], part: str) -> str:
    """Give the first line that has ``part`` in it."""
    return next(line for line in lines(app) if part in line)


def style_of(app: App[Any], part: str) -> Style:
    """Give the style of the first segment that has ``part`` in it."""
    return next(segment.style for strip in strips(app) for segment in strip if part in segment.text and segment.style)


async def until(pilot: Pilot[Any], condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Let the app go on until ``condition`` holds; fail with the screen where it never does."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await pilot.pause()
    except TimeoutError:
        raise AssertionError(f"still not so after {seconds:g} s:\n{text(pilot.app)}") from None
