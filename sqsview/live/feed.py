"""The live picture of one account and region: connects, polls, recovers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from sqsview.clock import Clock, SystemClock
from sqsview.domain.details import Details
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.push import PlatformEndpoint
from sqsview.domain.snapshot import CallFigures, Connection, Context, Snapshot
from sqsview.domain.topology import Topology
from sqsview.errors import GatewayError, SessionError
from sqsview.gateway import URGENT, Gateway, Opener, Target
from sqsview.live.backoff import Backoff
from sqsview.live.bell import Bell
from sqsview.live.inspection import inspect
from sqsview.live.poller import FeedOptions, Poller
from sqsview.live.store import Store

__all__ = ["Feed", "FeedOptions"]

FIGURES_HOLD = 2.0
"""Seconds after which calls a minute and the poller's state are told anew, also where no fact moved."""
IDENTIFY_LONGEST = 600.0
"""Seconds between two tries to learn the account, at most."""

CLOSING_LONGEST = 20.0
"""Seconds that the end of a connection waits for what has to be given back; a hold ends by itself by then."""

_NOT_CONNECTED = Problem(ProblemKind.NETWORK, "not connected yet")


class _Reopen(Exception):
    """Ends a connection so that another one is opened."""


class Feed:
    """What the screens know of the world; every method but `run` and `details` returns at once."""

    def __init__(
        self,
        opener: Opener,
        target: Target,
        options: FeedOptions | Callable[[Target], FeedOptions] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Prepare to watch ``target``; ``options`` may depend on it, for each profile can have its own."""
        self._opener = opener
        self._target = target
        self._options = options or FeedOptions()
        self._clock = clock or SystemClock()
        self._gateway: Gateway | None = None
        self._retry = Bell(self._clock)
        self._reopen = asyncio.Event()
        self._backoff = Backoff()
        self._watched: Sequence[str] = ()
        self._selected: str | None = None
        self._focused = True
        self._applications_wanted = False
        self._give_back: dict[Callable[[], Awaitable[None]], None] = {}
        self._ended = asyncio.Event()
        self._ended.set()
        self._snapshot: Snapshot | None = None
        self._topology: tuple[int, Topology] | None = None
        self._begin(generation=0, structure=0)

    # -- what is known ---------------------------------------------------------------------------------------

    @property
    def target(self) -> Target:
        """Where to, as the user asked for it."""
        return self._target

    @property
    def generation(self) -> int:
        """Count of all changes so far: where it stands still the snapshot does."""
        return self._store.generation

    def snapshot(self) -> Snapshot:
        """Give the picture as it is now; the same object until something changes or its figures are 2 s old."""
        known = self._snapshot
        late = known is not None and self._clock.monotonic() - known.taken_at >= FIGURES_HOLD
        if known is None or late or known.generation != self._store.generation:
            calls = self._gateway.meter.figures() if self._gateway else CallFigures()
            due_at = self._poller.due_at() if self._gateway else None
            known = self._snapshot = self._store.snapshot(calls, self._poller.state(), due_at)
        return known

    def topology(self) -> Topology:
        """Give who feeds whom; the same object until what exists, or how it is set, changes."""
        if self._topology is None or self._topology[0] != self._store.structure:
            snapshot = self.snapshot()
            topology = Topology.build(
                snapshot.queues,
                snapshot.topics,
                complete=snapshot.all_queues,
                all_subscriptions=snapshot.all_subscriptions,
            )
            self._topology = snapshot.structure, topology
        return self._topology[1]

    # -- what is wanted --------------------------------------------------------------------------------------

    def watch(self, keys: Iterable[str]) -> None:
        """Set the keys of the queues, topics and subscriptions on screen, the most important first."""
        self._watched = tuple(keys)
        self._poller.watch(self._on_screen())

    def select(self, key: str | None) -> None:
        """Set the thing under the cursor: it comes before all that is on screen."""
        if key != self._selected:
            self._selected = key
            self._poller.watch(self._on_screen())

    def focus(self, focused: bool) -> None:
        """Say whether the terminal is looked at; while it is not, less is read."""
        if focused != self._focused:
            self._focused = focused
            self._poller.focus(focused)

    def refresh(self) -> None:
        """Read what is on screen and list everything now; while failing, connect anew now."""
        if self._store.health.connection is Connection.FAILING:
            self._reopen.set()
            self._retry.ring()
        else:
            self._poller.refresh(self._on_screen())

    def nudge(self, keys: Iterable[str]) -> None:
        """Read these things next: something was just done to them."""
        self._poller.hurry(tuple(keys))

    def want_applications(self) -> None:
        """List the push applications from now on; until then no call is made for them."""
        self._applications_wanted = True
        self._poller.want_applications()

    def switch(self, target: Target) -> None:
        """Go to another profile, region or server: forget everything and connect there."""
        self._target = target
        self._begin(generation=self._store.generation + 1, structure=self._store.structure + 1)
        self._gateway = None
        self._backoff.reset()
        self._reopen.set()
        self._retry.ring()

    # -- what is read on demand ------------------------------------------------------------------------------

    async def details(self, key: str) -> Details:
        """Read attributes and tags of one thing afresh; what cannot be read is among its problems."""
        if self._gateway is None:
            return Details(key, {}, None, (self._store.health.problem or _NOT_CONNECTED,))
        token = URGENT.set(True)  # somebody waits for it
        try:
            return await inspect(self._gateway, self._store, key)
        finally:
            URGENT.reset(token)

    async def endpoints(self, application_arn: str) -> AsyncIterator[list[PlatformEndpoint]]:
        """Give the devices of a push application page by page, each when it is asked for.

        Raises:
            GatewayError: they cannot be listed.
        """
        if self._gateway is None:
            raise SessionError(self._store.health.problem or _NOT_CONNECTED)
        async for page in self._gateway.list_endpoints_by_platform_application(application_arn):
            yield page

    # -- what a person does ----------------------------------------------------------------------------------

    def gateway(self) -> Gateway:
        """Give the open connection, behind the write gate; whoever keeps it may find it closed.

        Raises:
            SessionError: there is none now.
        """
        if self._gateway is None:
            raise SessionError(self._store.health.problem or _NOT_CONNECTED)
        return self._gateway

    def before_closing(self, give_back: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Have ``give_back`` awaited before the connection is closed, as by a look that holds messages.

        It is called at most once; what this gives takes the request back.
        """
        self._give_back[give_back] = None
        return lambda: self._give_back.pop(give_back, None)

    async def ended(self) -> None:
        """Wait until `run` has ended, and with it all that had to be given back."""
        await self._ended.wait()

    # -- the work --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect and poll until cancelled; whatever is wrong with the connection is mended by trying again.

        A connection is opened from scratch each time, so that changed configuration and credentials are seen.
        """
        self._ended.clear()
        try:
            await self._keep_serving()
        finally:
            self._ended.set()

    async def _keep_serving(self) -> None:
        while True:
            self._reopen.clear()
            fault = await self._serve(self._poller)
            if fault is None or self._reopen.is_set():
                continue
            wait = self._backoff.next()
            self._store.connection(Connection.FAILING, fault, self._clock.monotonic() + wait)
            await self._retry.wait(wait)
            self._store.connection(Connection.FAILING, fault)

    async def _serve(self, poller: Poller) -> Problem | None:
        """Open a connection and poll until it fails; None where another one was asked for."""
        poller.answered = False
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._interrupt())
                group.create_task(self._connect(poller))
        except BaseExceptionGroup as ended:
            return _cause(ended)
        finally:
            self._gateway = None
            if poller.answered:
                self._backoff.reset()
        return None

    async def _interrupt(self) -> None:
        await self._reopen.wait()
        raise _Reopen

    async def _connect(self, poller: Poller) -> None:
        store = poller.store
        async with self._opener(self._target) as gateway:
            store.connected(replace(gateway.context, account=store.context.account))
            self._gateway = gateway
            if store.health.connection is Connection.CONNECTING:
                store.connection(Connection.LOADING)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._identify(gateway, store))
                    group.create_task(poller.run(gateway))
            finally:
                await self._take_back()

    async def _take_back(self) -> None:
        """Have everything given back that the connection is needed for, within bounds and whoever cancels meanwhile."""
        due, self._give_back = list(self._give_back), {}
        waiting = {asyncio.ensure_future(give_back()) for give_back in due}
        time = asyncio.get_running_loop().time  # real seconds: whoever closes must come to an end
        end = time() + CLOSING_LONGEST
        cancelled: asyncio.CancelledError | None = None
        while waiting and (left := end - time()) > 0:
            try:
                _, waiting = await asyncio.wait(waiting, timeout=left)
            except asyncio.CancelledError as cancel:
                cancelled = cancel
        if cancelled is not None:
            raise cancelled

    async def _identify(self, gateway: Gateway, store: Store) -> None:
        backoff = Backoff(longest=IDENTIFY_LONGEST)
        while True:
            try:
                account = await gateway.get_caller_identity()
            except GatewayError:
                # Many servers that are not AWS have no STS; what is listed may then tell the account.
                await self._clock.sleep(backoff.next())
            else:
                break
        if store.account_told and store.context.account != account:
            # The credentials changed while the connection was down: what is known is somebody else's.
            self.switch(self._target)
        else:
            store.account_known(account)

    def _begin(self, *, generation: int, structure: int) -> None:
        target = self._target
        context = Context(profile=target.profile or "default", region=target.region, endpoint=target.endpoint_url)
        self._store = Store(self._clock, context, generation=generation, structure=structure)
        options = self._options(target) if callable(self._options) else self._options
        self._poller = Poller(self._store, self._clock, options)
        self._poller.focus(self._focused)
        self._poller.watch(self._on_screen())
        if self._applications_wanted:
            self._poller.want_applications()

    def _on_screen(self) -> tuple[str, ...]:
        first = () if self._selected is None else (self._selected,)
        return tuple(dict.fromkeys((*first, *self._watched)))


def _cause(ended: BaseExceptionGroup[BaseException]) -> Problem | None:
    """Find what ended a connection; None where somebody asked for another one.

    Raises:
        BaseException: whatever is not about the connection is a bug and must be seen.
    """
    problem: Problem | None = None
    for error in ended.exceptions:
        if isinstance(error, BaseExceptionGroup):
            problem = _cause(error) or problem
        elif isinstance(error, GatewayError):
            problem = error.problem
        elif not isinstance(error, _Reopen):
            raise error
    return problem
