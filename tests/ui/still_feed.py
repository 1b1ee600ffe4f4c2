"""A feed that shows the snapshots a test puts in, and remembers what the screens ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sqsview.domain.details import Details
from sqsview.domain.push import PlatformEndpoint
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.topology import Topology
from sqsview.errors import GatewayError
from sqsview.gateway import Gateway, Target
from tests.support.double import session_error

NOW = 10_000.0
"""Monotonic seconds at which the clock of these tests stands."""
EPOCH = 1_750_000_320.0
"""The same moment in seconds since 1970: 15 June 2025, 15:12 UTC."""


class StillClock:
    """Implements `sqsview.clock.Clock`; time stands still until a test lets some of it pass."""

    def __init__(self) -> None:
        self.passed = 0.0
        """Seconds that have passed so far."""

    def monotonic(self) -> float:
        """Give the moment in seconds that never go back."""
        return NOW + self.passed

    def epoch(self) -> float:
        """Give the moment in seconds since 1970."""
        return EPOCH + self.passed

    async def sleep(self, seconds: float) -> None:
        """Wait for ever: nothing in the interface may wait on the clock."""
        await asyncio.Event().wait()


class StillFeed:
    """Has the public interface of `sqsview.live.feed.Feed`, without a connection behind it."""

    def __init__(self, snapshot: Snapshot | None = None, target: Target | None = None) -> None:
        self._target = target or Target(profile="shop-prod", region="eu-west-1")
        self._snapshot = Snapshot()
        self._topology: tuple[int, Topology] | None = None
        self.watched: list[tuple[str, ...]] = []
        """What the screens asked to keep current, each time."""
        self.selected: list[str | None] = []
        self.focused: list[bool] = []
        self.refreshed = 0
        self.nudged: list[tuple[str, ...]] = []
        self.switched: list[Target] = []
        self.applications_wanted = 0
        self.running = 0
        self.details_asked: list[str] = []
        self.details_given: dict[str, Details | GatewayError] = {}
        """What is said of the thing of each key; a bare answer where there is nothing."""
        self.details_held: asyncio.Event | None = None
        """Keeps the answer back until it is set."""
        self.pages: Sequence[Sequence[PlatformEndpoint] | GatewayError] = ()
        """The pages of devices of every application; an error ends them."""
        self.pages_read = 0
        self.connection: Gateway | None = None
        """What `gateway` gives."""
        self.give_back: list[Callable[[], Awaitable[None]]] = []
        """What has asked to be awaited before the connection is closed."""
        if snapshot is not None:
            self.put(snapshot)

    def put(self, snapshot: Snapshot, *, same_structure: bool = False) -> None:
        """Show ``snapshot`` from now on."""
        before = self._snapshot
        self._snapshot = replace(
            snapshot,
            generation=before.generation + 1,
            structure=before.structure + (not same_structure),
        )

    @property
    def target(self) -> Target:
        """Where to, as the user asked for it."""
        return self._target

    @property
    def generation(self) -> int:
        """Count of all snapshots so far."""
        return self._snapshot.generation

    def snapshot(self) -> Snapshot:
        """Give what was put in last."""
        return self._snapshot

    def topology(self) -> Topology:
        """Give who feeds whom, as the real feed builds it."""
        structure = self._snapshot.structure
        if self._topology is None or self._topology[0] != structure:
            known = self._snapshot
            topology = Topology.build(
                known.queues, known.topics, complete=known.all_queues, all_subscriptions=known.all_subscriptions
            )
            self._topology = structure, topology
        return self._topology[1]

    def watch(self, keys: Iterable[str]) -> None:
        """Remember what is on screen."""
        self.watched.append(tuple(keys))

    def select(self, key: str | None) -> None:
        """Remember what is under the cursor."""
        self.selected.append(key)

    def focus(self, focused: bool) -> None:
        """Remember whether the terminal is looked at."""
        self.focused.append(focused)

    def refresh(self) -> None:
        """Count it."""
        self.refreshed += 1

    def nudge(self, keys: Iterable[str]) -> None:
        """Remember what was just acted upon."""
        self.nudged.append(tuple(keys))

    def want_applications(self) -> None:
        """Count it."""
        self.applications_wanted += 1

    def switch(self, target: Target) -> None:
        """Remember where to, and forget what was known, as the real feed does."""
        self.switched.append(target)
        self._target = target
        self.put(Snapshot())

    async def details(self, key: str) -> Details:
        """Give what the test says of this thing."""
        self.details_asked.append(key)
        if self.details_held is not None:
            await self.details_held.wait()
        found = self.details_given.get(key, Details(key, {}, {}))
        if isinstance(found, GatewayError):
            raise found
        return found

    async def endpoints(self, application_arn: str) -> AsyncIterator[list[PlatformEndpoint]]:
        """Give the pages that the test laid out."""
        for page in self.pages:
            if isinstance(page, GatewayError):
                raise page
            self.pages_read += 1
            yield list(page)

    def gateway(self) -> Gateway:
        """Give the connection that the test made, onto an account in memory."""
        if self.connection is None:
            raise session_error(text="not connected yet")
        return self.connection

    def before_closing(self, give_back: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Remember what has to be given back."""
        self.give_back.append(give_back)
        return lambda: self.give_back.remove(give_back)

    async def ended(self) -> None:
        """Return at once: nothing runs."""

    async def run(self) -> None:
        """Wait for ever, as the real feed does where nothing moves."""
        self.running += 1
        await asyncio.Event().wait()


def attributes(**named: str) -> Mapping[str, str]:
    """Write raw attributes with their names as keywords."""
    return named
