"""What was interrupted in a queue before: told, and finished where a person wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqsview.errors import SqsviewError
from sqsview.output import say

if TYPE_CHECKING:
    from sqsview.commands.moving import Way
    from sqsview.domain.queue import QueueRef
    from sqsview.operations.journal import Interrupted

_LEFT_TO_THE_SERVER = {
    "redrive": "the server's task that was begun in {queue} was not followed to its end: the server goes on by itself",
    "purge": "a purge of {queue} was interrupted: it may have been carried out",
}
"""What is to be said of kinds that nobody but the server can go on with."""
_NAMED = 20
"""Message ids that are told."""


def settle_interrupted(way: Way, queue: QueueRef, *, anew: bool) -> None:
    """Tell what was interrupted in this queue, before something else begins there.

    Args:
        way: on which connection.
        queue: the source.
        anew: whether a person said that it is to be given up.

    Raises:
        SqsviewError: messages would be sent a second time, and nobody said what to do about it.
        JournalError: the journal cannot be read or written.
    """
    for left in _of(way, queue):
        _tell(left)
        if not (left.doubt or left.edits):
            _close(way, left, "interrupted, and not gone on with")
        elif anew:
            say("that is given up now")
            way.state.journal.forget_left(left.op)
        else:
            raise SqsviewError("finish it with --resume, which sends nothing again, or begin --anew, which may")
    if perhaps := way.state.journal.perhaps_sent(way.context, queue.arn):
        of = "1 message" if len(perhaps) == 1 else f"{len(perhaps):,} messages"
        say(f"note: {of} of {queue.name} may be sent already: the answer never came; if still here, they go once more")


async def finish_interrupted(way: Way, queue: QueueRef, confirmed: str | None) -> bool:
    """Bring what was interrupted in this queue to its end, and tell whether all went that was to go.

    Args:
        way: on which connection.
        queue: the source.
        confirmed: the name that was repeated, for where the queue or a destination is protected.

    Raises:
        SqsviewError: it is not known how to go on, or it was refused.
    """
    from sqsview.commands.confirmation import refuse_unconfirmed
    from sqsview.commands.moving import is_complete
    from sqsview.domain.arn import name_of
    from sqsview.domain.query import QueryError
    from sqsview.domain.search import Sieve
    from sqsview.operations.mover import resume

    found = _of(way, queue)
    context = way.gateway.context
    others = [name_of(arn) for left in found for arn in _places(left)]
    refuse_unconfirmed(context, queue.name, confirmed, others=others)
    if not found:
        say(f"nothing was interrupted in {queue.name}")
    complete = True
    for left in found:
        _tell(left)
        if left.kind in _LEFT_TO_THE_SERVER:
            _close(way, left, "left to the server")
            continue
        try:
            move = resume(left, matches=Sieve)
        except (ValueError, QueryError) as fault:
            raise SqsviewError(f"it cannot be gone on with: {fault}") from None
        complete &= is_complete(await way.move(move))
    return complete


def _places(left: Interrupted) -> Sequence[str]:
    """Give the ARNs of the queues that get messages where it is finished."""
    from sqsview.domain.query import QueryError
    from sqsview.domain.search import Sieve
    from sqsview.operations.mover import resume

    if left.destination is not None:
        return [left.destination]
    try:
        return list(resume(left, matches=Sieve).sources)
    except (ValueError, QueryError):
        return []


def _tell(left: Interrupted) -> None:
    """Say what was interrupted, and which messages may be there twice."""
    from sqsview.domain.arn import name_of
    from sqsview.operations.move_words import interrupted_lines

    if left.kind in _LEFT_TO_THE_SERVER:
        say(_LEFT_TO_THE_SERVER[left.kind].format(queue=name_of(left.source)))
        return
    for line in interrupted_lines(left):
        say(line)
    for what, ids in (("in the destination", left.sure), ("perhaps in both", left.unsure)):
        if ids:
            more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
            say(f"{what}: {', '.join(ids[:_NAMED])}{more}")
    if left.edits:
        say(f"{len(left.edits):,} changed bodies were not sent yet; they are kept")


def _of(way: Way, queue: QueueRef) -> Sequence[Interrupted]:
    return [
        left
        for left in way.state.journal.interrupted()
        if (left.context, left.source) == (way.context, queue.arn) and left.kind != "import"
    ]


def _close(way: Way, left: Interrupted, outcome: str) -> None:
    way.state.journal.end_left(left.op, outcome, at=way.clock.epoch())
