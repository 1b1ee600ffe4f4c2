"""Keys while the first sweep of 5,000 queues runs at full speed, against the same app once it has ended."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence

from tests.benchmarks.bar import Bar, percentile
from tests.benchmarks.processes import environment, sqsview_command, wait_until
from tests.support.canned import Canned, start_canned
from tests.support.canned_answers import World
from tests.support.pty import DOWN, Chunk, Screen, Terminal, start_in_pty

QUEUES = 5000
ROUNDS = 3
IDLE_KEYS = 80
_GAP = (0.13, 0.19)
"""Seconds between two keys: out of step with the 60 frames a second, and longer than any key may take."""
_TOO_MANY = 2000
_CURSOR = re.compile(r"▌.*?(queue-\d+)")


def measure() -> list[Bar]:
    """Press arrow down through the sweep and after it; pool the keys of all rounds."""
    sweeping: list[float] = []
    idle: list[float] = []
    seconds = []
    slowest = []
    for number in range(ROUNDS):
        rest = random.Random(number)
        with start_canned(World(queues=QUEUES, moving=20)) as server:
            command = sqsview_command("--endpoint-url", server.url)
            with start_in_pty(command, environment=environment()) as terminal:
                terminal.wait_for(lambda text: bool(_CURSOR.search(text)))
                during = list(_press(terminal, rest, while_sweeping=server))
                log = server.calls()
                seconds.append((log.last or 0) - (log.first or 0))
                _settle(server)
                after = list(_press(terminal, rest))
                time.sleep(0.3)  # the frame of the last key; nothing in the measurement waits for it
                first = len(during)
                delays = latencies(terminal.chunks, [*during, *after], terminal.size)
        sweeping += delays[:first]
        slowest.append(max(delays[:first]) * 1000)
        idle += delays[first:]
    during95, idle95 = percentile(sweeping, 0.95) * 1000, percentile(idle, 0.95) * 1000
    figures = (
        f"p95 {during95:.0f} ms of {len(sweeping)} keys while loading {QUEUES} in {max(seconds):.1f} s, "
        f"idle {idle95:.0f} ms of {len(idle)}"
    )
    by_round = f"by round {', '.join(f'{each:.0f}' for each in slowest)} ms, idle {max(idle) * 1000:.0f} ms"
    return [
        Bar("keys p95 during the first sweep of 5,000, against idle", during95 / idle95, 2.5, figures=figures),
        Bar("the slowest of those keys", max(slowest), 120, unit="ms", figures=by_round),
    ]


def _press(terminal: Terminal, rest: random.Random, while_sweeping: Canned | None = None) -> Iterator[float]:
    """Press arrow down and give each moment: as long as the sweep runs, or `IDLE_KEYS` times."""
    pressed = 0
    while True:
        if pressed % 5 == 0 and while_sweeping and _read(while_sweeping) >= QUEUES:
            return
        if pressed > _TOO_MANY:
            raise RuntimeError(f"the first sweep did not end within {pressed} keys")
        if while_sweeping is None and pressed == IDLE_KEYS:
            return
        yield terminal.send(DOWN)
        pressed += 1
        time.sleep(rest.uniform(*_GAP))


def _read(server: Canned) -> int:
    return server.calls().calls.get("sqs:GetQueueAttributes", 0)


def _settle(server: Canned) -> None:
    """Wait until the server sees no more than the steady budget."""

    def steady() -> bool:
        before = _read(server)
        time.sleep(2)
        return _read(server) - before < 150

    wait_until(steady, "the end of the first sweep")


def latencies(chunks: Sequence[Chunk], pressed: Sequence[float], size: tuple[int, int]) -> list[float]:
    """Give the seconds from each key to the bytes that put the cursor on another queue.

    The bytes are played to a terminal after the fact, so that reading them costs the measurement nothing.
    A key that another overtakes is answered by the same frame; one that is never answered is infinite.
    """
    screen = Screen(*size)
    delays = [float("inf")] * len(pressed)
    waiting: list[int] = []
    following = 0
    under_cursor = None
    for chunk in chunks:
        while following < len(pressed) and pressed[following] <= chunk.at:
            waiting.append(following)
            following += 1
        screen.feed(chunk.data)
        found = _CURSOR.search(screen.text)
        if found and found[1] != under_cursor:
            under_cursor = found[1]
            for number in waiting:
                delays[number] = chunk.at - pressed[number]
            waiting.clear()
    return delays
