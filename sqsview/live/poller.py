"""Keeps a store current through one connection: listings, readings by schedule, all within the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sqsview.clock import Clock
from sqsview.domain.problem import ProblemKind
from sqsview.domain.snapshot import Connection, PollerState
from sqsview.errors import GatewayError, SessionError
from sqsview.gateway import DEFAULT_BUDGET, LOADING_BUDGET, Gateway
from sqsview.live.attributes import AttributeReader
from sqsview.live.backoff import Backoff
from sqsview.live.bell import Bell
from sqsview.live.lane import Lane
from sqsview.live.oldest import OldestAges
from sqsview.live.schedule import Schedule
from sqsview.live.store import Store
from sqsview.live.sweeps import QueueSweep, TopicSweep

SWEEP_INTERVAL = 60.0
"""Seconds between listings of everything."""
_SWEEP_OF_NOTHING = 8.0
"""Seconds between listings where nothing is there yet: nothing else tells that the connection is alive."""
_SWEEP_LONGEST = 600.0
_SWEEP_PART = 0.05
"""The part of the budget that listings may take before they come more rarely."""
_APPLICATIONS_INTERVAL = 300.0
_LOADING_LIMIT = 64
_LIMIT = 16
"""Readings in flight at once. While loading, 64 keep 400 calls a second up to 160 ms a call."""
_PACE_INTERVAL = 2.0
"""Seconds between looks at the budget, which throttling moves."""
_QUEUE_PART = 0.9
"""The part of the budget that queue readings are fitted into; the rest is for listings and keys."""
_LOST_IN_A_ROW = 3
"""Readings in a row that the network lost before the connection, and not one queue, is at fault."""


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """What to watch, and at what cost."""

    prefix: str = ""
    """Only queues and topics whose names start with this."""
    queues: tuple[str, ...] = ()
    """Only these queues, by name, URL or ARN; ListQueues is then not called."""
    budget: float | None = None
    """Calls a second at all times; None for the defaults, infinity for no limit."""
    cloudwatch: bool = False
    """Whether to read the age of the oldest message of visible queues, which costs money."""


class Poller:
    """Reads what one store needs; `run` may be called again with another gateway after a failure."""

    def __init__(self, store: Store, clock: Clock, options: FeedOptions) -> None:
        self.store = store
        self.queues = Schedule()
        self.attributes = AttributeReader(store, clock)
        self._clock = clock
        self._options = options
        self._lane = Lane(self.queues, self._read_queue, clock)
        self._queue_sweep = QueueSweep(store, self.queues, clock, prefix=options.prefix, named=options.queues)
        self._topic_sweep = TopicSweep(
            store, self.attributes.topics, self.attributes.subscriptions, clock, prefix=options.prefix
        )
        self._oldest = OldestAges(store, clock)
        self._sweep_bell = Bell(clock)
        self._topics_bell = Bell(clock)
        self._applications_bell = Bell(clock)
        self._applications_wanted = False
        self._gateway: Gateway | None = None
        self._focused = True
        self._watched: Sequence[str] = ()
        self._sweep_due: float | None = None
        self._swept_at: float | None = None
        self._sweep_interval = SWEEP_INTERVAL
        self._sweep_calls = [1, 1]
        self._loaded = False
        self._listed = False
        self._lost = 0
        self.answered = False
        """Whether SQS answered well; whoever runs the poller takes it back."""

    # -- what the screens say --------------------------------------------------------------------------------

    def watch(self, keys: Sequence[str]) -> None:
        """Set the keys of the queues, topics and subscriptions on screen, the most important first."""
        self.queues.watch(keys, self._clock.monotonic())
        for key in set(self._watched).difference(keys):
            interval = self.queues.interval(key)
            if interval is not None:
                self.store.queues.put_off(key, interval)
        self._watched = keys
        self._lane.wake()
        self.attributes.watch(keys)
        self._oldest.watch(keys)

    def focus(self, focused: bool) -> None:
        """Say whether anybody looks at the terminal."""
        self._focused = focused
        self.queues.focus(focused, self._clock.monotonic())
        self._lane.wake()
        self.attributes.focus(focused)
        self._oldest.focus(focused)

    def refresh(self, keys: Sequence[str]) -> None:
        """List and read these things now."""
        self.hurry(keys)
        self._sweep_bell.ring()
        self._topics_bell.ring()
        if self._applications_wanted:
            self._applications_bell.ring()

    def hurry(self, keys: Sequence[str]) -> None:
        """Read these things now."""
        self.queues.hurry(keys, self._clock.monotonic())
        self._lane.wake()
        self.attributes.hurry(keys)

    def want_applications(self) -> None:
        """List the push applications from now on."""
        if not self._applications_wanted:
            self._applications_wanted = True
            self._applications_bell.ring()

    def state(self) -> PollerState:
        """Say how the poller works now."""
        pace = self.queues.pace
        visible, moving, idle = pace.counts
        return PollerState(
            visible_interval=pace.visible,
            moving_interval=pace.moving,
            idle_bound=pace.bound,
            visible=visible,
            moving=moving,
            idle=idle,
            focused=self._focused,
            behind=self.queues.behind(self._clock.monotonic()),
            sweep_interval=self._sweep_interval,
            sweep_at=self._swept_at,
        )

    def due_at(self) -> float | None:
        """Give the monotonic seconds at which a queue or the listing of queues is due next; None before any is."""
        due = (self.queues.due_at(self._clock.monotonic()), self._sweep_due)
        return min((at for at in due if at is not None), default=None)

    # -- the work --------------------------------------------------------------------------------------------

    async def run(self, gateway: Gateway) -> None:
        """Poll until cancelled.

        Raises:
            ExceptionGroup: with a `SessionError`, when the connection is at fault.
        """
        self._gateway = gateway
        self._lost = 0
        self._listed = False
        self._allow()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep_queues(gateway))
            group.create_task(self._sweep_topics(gateway))
            group.create_task(self._lane.run())
            group.create_task(self.attributes.run(gateway))
            group.create_task(self._list_applications(gateway))
            group.create_task(self._keep_pace(gateway))
            if self._options.cloudwatch:
                group.create_task(self._oldest.run(gateway))

    async def _sweep_queues(self, gateway: Gateway) -> None:
        backoff = Backoff()
        while True:
            self._sweep_due = self._clock.monotonic()
            try:
                self._sweep_calls[0] = await self._queue_sweep.run(gateway, self._lane.wake)
            except SessionError:
                raise
            except GatewayError as error:
                self._listed = False
                wait = backoff.next()
                self.store.connection(Connection.FAILING, error.problem, self._clock.monotonic() + wait)
            else:
                backoff.reset()
                self._listed = self.answered = True
                self._swept_at = self._clock.monotonic()
                self.store.listing_ended()
                if not self._options.prefix and not self._options.queues:
                    self.store.all_queues_listed()
                self._sweep_interval = wait = self._interval()
                self._report()
            self._sweep_due = self._clock.monotonic() + wait
            await self._sweep_bell.wait(wait)

    async def _sweep_topics(self, gateway: Gateway) -> None:
        backoff = Backoff(longest=_SWEEP_LONGEST)
        while True:
            try:
                self._sweep_calls[1] = await self._topic_sweep.run(gateway, self.attributes.wake)
            except GatewayError as error:
                # Servers without SNS are common; only the queues decide about the connection.
                self.store.topics_failed(error.problem)
                wait = backoff.next()
            else:
                backoff.reset()
                self.store.topics_failed(None)
                if not self._options.prefix:
                    self.store.all_subscriptions_listed()
                wait = self._interval()
            await self._topics_bell.wait(wait)

    async def _read_queue(self, key: str) -> None:
        gateway, queue = self._gateway, self.store.queues.get(key)
        if gateway is None or queue is None:
            return
        try:
            reading = await gateway.get_queue_attributes(queue.ref)
        except GatewayError as error:
            if isinstance(error, SessionError):
                self._lost += 1
                everything = min(_LOST_IN_A_ROW, len(self.store.queues))
                if error.problem.kind is not ProblemKind.NETWORK or self._lost >= everything:
                    raise
            interval = self.queues.failed(key, self._clock.monotonic())
            self.store.queue_failed(key, error.problem, interval)
        else:
            self._lost = 0
            self.answered = True
            known = self.store.queues.get(key)
            changed = known is not None and known.counts is not None and known.counts != reading.counts
            interval = self.queues.read(key, self._clock.monotonic(), changed=changed)
            self.store.queue_read(key, reading, interval)
        if not self._loaded and not self.queues.unread:
            self._report()

    async def _list_applications(self, gateway: Gateway) -> None:
        if not self._applications_wanted:
            await self._applications_bell.wait(inf)
        while True:
            try:
                found = [one async for page in gateway.list_platform_applications() for one in page]
            except GatewayError as error:
                self.store.applications_failed(error.problem)
            else:
                self.store.applications_listed(found)
            await self._applications_bell.wait(_APPLICATIONS_INTERVAL)

    async def _keep_pace(self, gateway: Gateway) -> None:
        while True:
            budget = gateway.meter.figures().budget
            # Intervals follow from what is allowed in the long run, also while more is allowed for loading.
            steady = min(inf if budget is None else budget, self._options.budget or DEFAULT_BUDGET)
            self.queues.pace.allow(None if steady == inf else steady * _QUEUE_PART)
            self.attributes.allow(budget, self.queues.pace.demand)
            await self._clock.sleep(_PACE_INTERVAL)

    # -- how it stands ---------------------------------------------------------------------------------------

    def _report(self) -> None:
        """Tell the state of the connection after something went well."""
        if not self._listed:
            return
        self._loaded = self._loaded or not self.queues.unread
        self.store.connection(Connection.LIVE if self._loaded else Connection.LOADING)
        self._allow()

    def _allow(self) -> None:
        """Set the budget and the readings in flight for loading or for after it."""
        self._lane.limit = _LIMIT if self._loaded else _LOADING_LIMIT
        budget = self._options.budget
        if budget is None:
            budget = DEFAULT_BUDGET if self._loaded else LOADING_BUDGET
        if self._gateway is not None:
            self._gateway.meter.allow(None if budget == inf else budget)

    def _interval(self) -> float:
        """Give the seconds until the next listing: more where a listing takes many calls."""
        budget = self._options.budget or DEFAULT_BUDGET
        if not self.store.queues and not self.store.topics:
            return _SWEEP_OF_NOTHING
        return min(_SWEEP_LONGEST, max(SWEEP_INTERVAL, sum(self._sweep_calls) / (_SWEEP_PART * budget)))
