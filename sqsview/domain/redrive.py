"""Who redrives, the server's own task or sqsview's mover, where to, and what stands against it.

The rules of the server's task are those of the SQS API reference, StartMessageMoveTask, and of the Amazon SQS Developer
Guide, "Configuring a dead-letter queue redrive".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqsview.domain.move_task import MoveTask
from sqsview.domain.queue import Counts, QueueRef, QueueSettings
from sqsview.domain.words.figures import count

SLOWEST, FASTEST = 1, 500
"""Messages a second that the server's task can be told to move."""
_NAMED = 60
"""Sources that are named; a queue can be the dead-letter queue of thousands."""


class By(StrEnum):
    """Who moves the messages."""

    SERVER = "server"
    """SQS's own message-move task."""
    MOVER = "mover"
    """sqsview, which receives, sends, and deletes what was confirmed."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of a redrive."""

    to: QueueRef | None = None
    """The destination; None sends each message to the queue that it came from."""
    marked: int = 0
    """Messages that were chosen one by one; 0 for all that match."""
    filtered: bool = False
    """Whether only what a filter matches is moved."""
    edited: int = 0
    """Messages whose bodies were changed."""
    rate: float | None = None
    """Messages a second at most; None for as fast as it goes."""
    start_small: bool = False
    """Whether it begins with 10 messages a second and doubles."""

    @property
    def whole(self) -> bool:
        """Tell whether everything in the queue is moved, as it is."""
        return not (self.marked or self.filtered or self.edited)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of the queue, of its sources and of the destination; None is what it does not tell."""

    queue: QueueRef
    counts: Counts
    settings: QueueSettings | None = None
    sources: tuple[QueueRef, ...] | None = None
    """Queues that name this one as their dead-letter queue."""
    tasks: tuple[MoveTask, ...] | None = None
    """Move tasks of this queue, the newest first; None where the server has none or does not tell."""
    no_tasks: str = ""
    """Why there is no telling."""
    destination_exists: bool = True
    destination_settings: QueueSettings | None = None
    fed_by: tuple[str, ...] = ()
    """Names of the topics that put here what they could not deliver, as far as is known."""


@dataclass(frozen=True, slots=True)
class RedrivePlan:
    """What a redrive would do. Every text is one line and may hold names, so it is untrusted."""

    queue: QueueRef
    counts: Counts
    by: By
    why: str
    """Why it is this one and not the other."""
    sources: tuple[QueueRef, ...]
    """The queues that give up to this one; where there is no destination, the messages go back to these."""
    destination: QueueRef | None
    blockers: tuple[str, ...] = ()
    """What stands against it; with any of them nothing is to be done."""
    notes: tuple[str, ...] = ()
    """What a person has to know before it begins."""
    running: MoveTask | None = None
    """A task of this queue that runs already, whoever started it."""

    @property
    def where(self) -> str:
        """Where the messages go, in words."""
        if self.destination is not None:
            return self.destination.name
        if len(self.sources) == 1:
            return self.sources[0].name
        return "where each came from"


def decide(facts: Facts, wish: Wish) -> RedrivePlan:
    """Choose who redrives and say why, what stands against it, and what to know."""
    running = next((task for task in facts.tasks or () if task.unfinished), None)
    reason = next(_reasons_for_the_mover(facts, wish), "")
    by = By.MOVER if reason else By.SERVER
    return RedrivePlan(
        facts.queue,
        facts.counts,
        by,
        reason or "everything in the queue is moved as it is, which the server does itself",
        facts.sources or (),
        wish.to,
        tuple(_blockers(facts, wish, running)),
        tuple(_notes(facts, wish, by)),
        running,
    )


def _reasons_for_the_mover(facts: Facts, wish: Wish) -> Iterator[str]:
    name = facts.queue.name
    if wish.edited:
        yield f"{_messages(wish.edited)} with a changed body: the server's task moves messages as they are"
    if wish.marked:
        yield f"{_messages(wish.marked)} of the queue: the server's task moves all of it"
    if wish.filtered:
        yield "what a filter matches: the server's task moves the whole queue"
    if wish.start_small:
        yield "it begins slowly and doubles: the server's task has one rate from the start"
    if wish.rate is not None and not _is_for_the_server(wish.rate):
        yield f"{wish.rate:g} a second: the server's task takes whole numbers from {SLOWEST} to {FASTEST}"
    if wish.to is None and facts.fed_by:
        yield "topics put here what they could not deliver: the server's task ends at the first of those"
    if facts.tasks is None:
        yield facts.no_tasks or "the server does not tell of its move tasks"
    if facts.sources == ():
        yield f"no queue names {name} as its dead-letter queue, and the server's task moves nothing else"
    if wish.to is not None and wish.to.fifo is not facts.queue.fifo:
        yield f"{_type(facts.queue)} to {_type(wish.to)}: the server's task needs two queues of one type"


def _is_for_the_server(rate: float) -> bool:
    return SLOWEST <= rate <= FASTEST and rate == int(rate)


def _blockers(facts: Facts, wish: Wish, running: MoveTask | None) -> Iterator[str]:
    queue, to = facts.queue, wish.to
    if running is not None:
        yield f"a move task of {queue.name} is running already: {task_in_words(running)}"
    if to is not None and to.arn == queue.arn:
        yield f"{queue.name} is the queue itself: choose another destination"
    if to is not None and not facts.destination_exists:
        yield f"{to.name} does not exist"
    if to is None and facts.sources == ():
        fed = f", only {_topics(facts.fed_by)} puts messages there" if facts.fed_by else ""
        yield f"{queue.name} is no queue's dead-letter queue{fed}: nothing says where to, so choose a destination"


def _notes(facts: Facts, wish: Wish, by: By) -> Iterator[str]:
    queue, counts, to = facts.queue, facts.counts, wish.to
    if to is None and facts.sources is not None and len(facts.sources) > 1:
        yield f"{queue.name} is shared by {_named(facts.sources)}: each message goes back to the queue it came from"
    if to is None and facts.sources is None:
        yield f"which queues give up to {queue.name} is not known: each message goes back to the queue it came from"
    if to is None and facts.sources != ():
        yield _of_no_source(facts.fed_by, by)
    others = counts.in_flight or 0
    if others and wish.whole:
        yield f"{_messages(others)} in flight with consumers or other looks {_are(others)} not moved now"
    if counts.delayed and wish.whole:
        yield f"{_messages(counts.delayed)} delayed {_are(counts.delayed)} not moved now"
    if (counts.visible, counts.in_flight, counts.delayed) == (0, 0, 0):
        yield f"{queue.name} is empty, by its counts, which may be a minute behind"
    yield "each copy is a new message: it has a new id, and its time in the queue starts anew"
    yield from _of_type(facts, wish)
    yield from _of_return(facts, wish)
    if by is By.MOVER and facts.settings is not None and facts.settings.limited:
        yield f"{queue.name} has a redrive policy of its own: what is received and stays there has one try less"


def _of_no_source(fed_by: tuple[str, ...], by: By) -> str:
    who = f"put there by {_topics(fed_by)}" if fed_by else "put there by SNS or by hand"
    if by is By.SERVER:
        return f"a message {who} tells no source: the server's task ends at the first one"
    return f"a message {who} tells no source: it stays, and is reported"


def _of_type(facts: Facts, wish: Wish) -> Iterator[str]:
    to, settings, theirs = wish.to, facts.settings, facts.destination_settings
    if to is not None and facts.queue.fifo and not to.fifo:
        yield f"{to.name} is a standard queue: the order of the messages is not kept there"
    elif to is not None and to.fifo and not facts.queue.fifo:
        yield f"{to.name} is a FIFO queue: a message without a group needs one, or stays"
    if settings is not None and theirs is not None:
        ours, most = settings.maximum_message_size, theirs.maximum_message_size
        if ours is not None and most is not None and most < ours and to is not None:
            yield f"{to.name} takes messages of up to {count(most)} bytes: larger ones stay"


def _of_return(facts: Facts, wish: Wish) -> Iterator[str]:
    """Say which sources could not give a message up to this queue once more."""
    settings = facts.settings
    if settings is None or settings.redrive_permission not in ("denyAll", "byQueue"):
        return
    admitted = settings.redrive_sources if settings.redrive_permission == "byQueue" else ()
    shut_out = tuple(
        source
        for source in facts.sources or ()
        if source.arn not in admitted and (wish.to is None or wish.to.arn == source.arn)
    )
    if shut_out:
        yield (
            f"the redrive allow policy of {facts.queue.name} does not admit {_named(shut_out)}: "
            "what fails there again cannot come back"
        )


def task_in_words(task: MoveTask) -> str:
    """Say how far a task of the server is, in one line without the names of the queues."""
    if task.moved is not None and task.to_move is not None:
        far = f"{count(task.moved)} of about {count(task.to_move)} moved"
    else:
        far = f"{count(task.moved)} moved" if task.moved is not None else "how far is not told"
    rate = f", at most {count(task.rate)} a second" if task.rate is not None else ""
    reason = f": {task.failure}" if task.failure else ""
    return f"{task.status.value.lower()}{reason}, {far}{rate}"


def _named(queues: tuple[QueueRef, ...]) -> str:
    names = [queue.name for queue in queues[:_NAMED]]
    if len(queues) > _NAMED:
        names.append(f"{count(len(queues) - _NAMED)} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _topics(names: tuple[str, ...]) -> str:
    return f"the topic{'' if len(names) == 1 else 's'} {', '.join(names[:_NAMED])}"


def _messages(number: int) -> str:
    return f"{count(number)} message{'' if number == 1 else 's'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _type(queue: QueueRef) -> str:
    return "FIFO" if queue.fifo else "standard"
