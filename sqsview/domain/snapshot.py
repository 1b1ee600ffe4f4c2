"""One immutable picture of everything that is known, as the screens get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType

from sqsview.domain.problem import Problem
from sqsview.domain.push import PlatformApplication
from sqsview.domain.queue import Queue
from sqsview.domain.topic import Topic


@dataclass(frozen=True, slots=True)
class Context:
    """Whose queues and topics these are."""

    profile: str = "default"
    account: str | None = None
    """12 digits; None until known."""
    region: str | None = None
    endpoint: str | None = None
    """The endpoint URL where it is not AWS's own; None for AWS."""
    partition: str = "aws"
    demo: bool = False
    read_only: bool = False
    read_only_looks: bool = False
    """Whether looks into queues without a redrive policy are allowed in read-only mode."""
    protected: tuple[str, ...] = ()
    """Patterns of the names that ask for more care, such as ``*-prod``."""
    count_redrives: bool = True
    """Whether a message that is redriven tells in an attribute how often it was."""

    def protects(self, name: str) -> bool:
        """Tell whether a queue or topic of this name asks for more care."""
        return any(fnmatchcase(name, pattern) for pattern in self.protected)


class Connection(StrEnum):
    """The state of the connection, worst last."""

    CONNECTING = "connecting"
    LOADING = "loading"
    """Connected; the first sweep has not ended."""
    LIVE = "live"
    FAILING = "failing"
    """What is shown is old: the last sweep or the session failed."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether what is shown can be believed."""

    connection: Connection = Connection.CONNECTING
    problem: Problem | None = None
    """Why the connection is failing, or what part of the listing is missing."""
    fresh_at: float | None = None
    """Monotonic seconds of the newest good answer."""
    loaded: int = 0
    """Queues read at least once."""
    total: int | None = None
    """Queues known; None until the listing has answered."""
    retry_at: float | None = None
    """Monotonic seconds of the next try by itself, while failing."""
    due_at: float | None = None
    """Monotonic seconds at which an answer is due next, past where one is overdue; None where none is planned.

    Right to two seconds: what is due then may since have been done early.
    """


@dataclass(frozen=True, slots=True)
class ApiFigures:
    """What one API operation did in this session."""

    api: str
    """Such as ``sqs:GetQueueAttributes``."""
    calls: int
    errors: int
    throttles: int
    p50: float | None
    """Seconds, over the last calls."""
    p95: float | None


@dataclass(frozen=True, slots=True)
class CallFigures:
    """What watching costs in calls and money."""

    per_minute: int = 0
    """Calls in the last 60 s; extrapolated while younger than that."""
    budget: float | None = None
    """Calls a second that are allowed now; None for no limit."""
    budget_full: float | None = None
    """Calls a second that are allowed when nothing throttles."""
    dollars_per_month: float | None = None
    """Estimate of going on like in the last minute; None where the server is not AWS."""
    apis: tuple[ApiFigures, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class PollerState:
    """How the poller works now, for the Activity tab to say in words."""

    visible_interval: float = 0.0
    """Seconds between readings of a queue that is on screen."""
    moving_interval: float = 0.0
    idle_bound: float = 0.0
    """Seconds: no queue is ever read less often than this."""
    visible: int = 0
    moving: int = 0
    idle: int = 0
    focused: bool = True
    behind: int = 0
    """Readings that are due and wait for the budget."""
    sweep_interval: float = 0.0
    """Seconds between listings of all queues, topics and subscriptions."""
    sweep_at: float | None = None
    """Monotonic seconds of the last complete listing."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything that is known at one moment. Mappings keep the order of the names."""

    generation: int = 0
    """Counts every change."""
    structure: int = 0
    """Counts the changes of what exists and how it is set; counts alone do not move it."""
    context: Context = field(default_factory=Context)
    queues: Mapping[str, Queue] = field(default_factory=lambda: MappingProxyType({}))
    """By ``Queue.key``."""
    topics: Mapping[str, Topic] = field(default_factory=lambda: MappingProxyType({}))
    """By ``Topic.key``."""
    applications: Mapping[str, PlatformApplication] = field(default_factory=lambda: MappingProxyType({}))
    health: Health = field(default_factory=Health)
    calls: CallFigures = field(default_factory=CallFigures)
    poller: PollerState = field(default_factory=PollerState)
    all_queues: bool = False
    """Whether every queue of the account and region was listed; only then can one be said not to exist."""
    all_subscriptions: bool = False
    """Whether every topic and subscription was listed."""
    problems: tuple[Problem, ...] = ()
    """What is wrong now or was lately, newest first, bounded."""
    topics_problem: Problem | None = None
    """Why the topics or subscriptions could not be listed, where only they could not."""
    applications_problem: Problem | None = None
    applications_listed: bool = False
    """Whether the push applications were asked for and answered; they are only read once somebody looks."""
    taken_at: float = 0.0
    """Monotonic seconds."""
