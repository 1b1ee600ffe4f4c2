"""Reads the age of the oldest message from CloudWatch, where that was switched on."""

from __future__ import annotations

from collections.abc import Sequence

from sqsview.clock import Clock
from sqsview.errors import GatewayError
from sqsview.gateway import Gateway
from sqsview.live.store import Store

INTERVAL = 60.0
"""Seconds between two readings of one queue: CloudWatch has a point a minute, and each costs $0.00001."""
_LOOK = 5.0
"""Seconds between looks at what is on screen."""
_PER_CALL = 500
_TROUBLE = "CloudWatch"


class OldestAges:
    """Asks only for queues on screen, for each at most once a minute."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._visible: Sequence[str] = ()
        self._focused = True
        self._asked: dict[str, float] = {}

    def watch(self, keys: Sequence[str]) -> None:
        """Set what is on screen."""
        self._visible = keys

    def focus(self, focused: bool) -> None:
        """Say whether anybody looks at the terminal; while nobody does, nothing is asked."""
        self._focused = focused

    async def run(self, gateway: Gateway) -> None:
        """Read until cancelled; a failure is a problem and nothing else."""
        while True:
            now = self._clock.monotonic()
            self._asked = {key: at for key, at in self._asked.items() if now - at < INTERVAL}
            due = {
                key: queue.name
                for key in (self._visible if self._focused else ())
                if key not in self._asked and (queue := self._store.queues.get(key)) is not None
            }
            due = dict(list(due.items())[:_PER_CALL])
            if due:
                self._asked.update(dict.fromkeys(due, now))
                await self._read(gateway, due)
            await self._clock.sleep(_LOOK)

    async def _read(self, gateway: Gateway, names: dict[str, str]) -> None:
        try:
            ages = await gateway.get_metric_data(list(names.values()))
        except GatewayError as error:
            self._store.trouble(_TROUBLE, error.problem)
        else:
            self._store.trouble(_TROUBLE, None)
            self._store.oldest_ages({key: ages.get(name) for key, name in names.items()})
