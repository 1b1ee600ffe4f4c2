"""Process start to first paint, against a minimal Textual app that paints one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from statistics import median

from tests.benchmarks.bar import Bar
from tests.benchmarks.processes import environment, sqsview_command
from tests.support.canned import start_canned
from tests.support.pty import start_in_pty

ROUNDS = 12
_MARKER = b"Queues"
"""A word that both paint in their first frame."""
_ROW = b"queue-000"
"""A word of the first rows."""


def measure() -> list[Bar]:
    """Start each in turn, so that both meet the same weather."""
    with start_canned() as server:
        product_command = sqsview_command("--endpoint-url", server.url)
        minimal_command = [sys.executable, "-m", "tests.benchmarks.minimal_app"]
        for command in (product_command, minimal_command):  # fills the caches of byte code and disk
            _seconds_until(command, _MARKER)
        product, minimal, rows = [], [], []
        for _ in range(ROUNDS):
            minimal.append(_seconds_until(minimal_command, _MARKER)[0])
            painted, listed = _seconds_until(product_command, _MARKER, _ROW)
            product.append(painted)
            rows.append(listed)
    ratio = median(product) / median(minimal)
    figures = (
        f"{median(product) * 1000:.0f} ms, minimal {median(minimal) * 1000:.0f} ms, {ROUNDS} starts each; "
        f"the first queues are there after {median(rows) * 1000:.0f} ms"
    )
    return [Bar("process start to first paint", ratio, 1.3, figures=figures)]


def _seconds_until(command: Sequence[str], *markers: bytes) -> list[float]:
    with start_in_pty(command, environment=environment()) as terminal:
        seconds = [terminal.wait_for_bytes(marker) - terminal.started_at for marker in markers]
        terminal.kill()
    return seconds
