"""What a move is asked to do, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqsview.domain.message import Message
from sqsview.domain.problem import Problem
from sqsview.domain.queue import QueueRef

Matches = Callable[[Message], bool]


@dataclass(frozen=True, slots=True)
class Resumption:
    """What is known of the messages of an operation that was interrupted."""

    op: int
    """Its number in the journal."""
    context: str
    """The endpoint URL, or ``aws``."""
    started: float
    """Epoch seconds."""
    sure: frozenset[str] = frozenset()
    """Ids whose copy is confirmed: of a move they are only deleted, of a copy they are left alone."""
    unsure: frozenset[str] = frozenset()
    """Ids whose copy may be there: they stay, unless a repeat is swallowed by the server."""
    repeatable: Mapping[str, tuple[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    """Of the unsure: deduplication id and epoch seconds."""


@dataclass(frozen=True, slots=True)
class Move:
    """Which messages are to go where."""

    source: QueueRef
    destination: QueueRef | None = None
    """None sends each to the queue that gave it up, see ``sources``; of ``delete_only`` there is none."""
    sources: Mapping[str, QueueRef] = field(default_factory=lambda: MappingProxyType({}))
    """The queues that messages may have come from, by the ARN in ``DeadLetterQueueSourceArn``."""
    ids: frozenset[str] | None = None
    """The messages that go; None for all."""
    matches: Matches | None = field(default=None, repr=False)
    """Which messages go besides; None for all. Called in the loop, so it must be quick."""
    filter: str = ""
    """What ``matches`` was made of, in the person's words; kept in the journal to go on by."""
    edits: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Bodies that replace those of the messages with these ids."""
    in_hand: tuple[Message, ...] = field(default=(), repr=False)
    """Messages that are held already; from now on the mover holds and releases them."""
    in_hand_until: float = 0.0
    """Monotonic seconds at which the first of those holds lapses."""
    keep: bool = False
    """Whether it is a copy: nothing is deleted."""
    delete_only: bool = False
    """Whether the messages are deleted and nothing is sent."""
    rate: float | None = None
    """Messages a second at most; None for as fast as it goes."""
    start_small: bool = False
    """Whether to begin with 10 messages a second and double every second."""
    counter: bool = True
    """Whether the copies tell in an attribute how often they were redriven."""
    group: str | None = None
    """Message group for copies to a FIFO queue of messages that have none."""
    resumes: Resumption | None = None

    @property
    def kind(self) -> str:
        """The word of the journal."""
        return "delete" if self.delete_only else "copy" if self.keep else "move"


@dataclass(frozen=True, slots=True)
class MoveFailure:
    """One message that stays in the source although it was to go."""

    id: str
    reason: str
    """One line, in the server's words where it is the server that refused. Untrusted text."""
    twice: bool = False
    """Whether a copy may be, or is, in the destination as well."""


@dataclass(frozen=True, slots=True)
class MoveProgress:
    """How far a move is."""

    total: int | None = None
    """Messages that are to go, about; None where that is not known, as with a filter."""
    moved: int = 0
    """Messages whose copy is confirmed and, unless it is a copy, whose original is deleted."""
    failed: int = 0
    """Messages that were to go and stay; ``doubtful`` is not among them."""
    doubtful: int = 0
    """Messages that may be there twice: the answer to their sending was lost, or their original was not deleted."""
    skipped: int = 0
    """Messages that were met and were not to go."""
    under_way: int = 0
    """Messages that were received and are neither moved nor given up yet."""
    started: float = 0.0
    """Monotonic seconds."""
    elapsed: float = 0.0
    """Seconds since then."""
    rate: float = 0.0
    """Messages moved a second, over all."""
    eta: float | None = None
    """Seconds until the end at this rate; None while there is no telling."""
    failures: tuple[MoveFailure, ...] = ()
    """The first hundred."""
    reasons: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """How many failed or are doubtful, by reason."""
    notes: tuple[str, ...] = ()
    """What a person has to know, a line each. Untrusted text."""
    problem: Problem | None = None
    """Why it gave up before its end."""
    stopped: bool = False
    """Whether a person ended it before its end."""
    waits: float = 0.0
    """Seconds for which it waits at most, where what is left is held: by a killed process, or by a lost answer."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of one message."""

    id: str
    destination: str
    """Name of the queue; empty where it would stay or be deleted."""
    notes: tuple[str, ...] = ()
    """What would be different about the copy."""
    fault: str = ""
    """Why it would stay; empty where it would go."""


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What a move would do, by those messages that were looked at."""

    planned: tuple[Planned, ...]
    """The messages that were to go."""
    skipped: int
    """Messages that were looked at and would stay, since they are not meant."""
    visible: int | None
    """Messages in the source, about."""
    notes: tuple[str, ...] = ()
