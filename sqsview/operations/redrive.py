"""What a redrive of one dead-letter queue would do, by the server's own word of now. It only reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqsview.domain.move_task import MoveTask
from sqsview.domain.queue import Counts, QueueRef, QueueSettings
from sqsview.domain.redrive import By, Facts, RedrivePlan, Wish, decide
from sqsview.errors import Denied, NotFound, Rejected, ServerFault, SessionError, Throttled, Unsupported
from sqsview.gateway import Gateway

__all__ = ["By", "RedrivePlan", "Wish", "plan", "sources_of"]

_AT_ONCE = 32
"""Queues that are read at once where the server cannot list the sources of a dead-letter queue."""


async def plan(
    gateway: Gateway,
    queue: QueueRef,
    wish: Wish | None = None,
    *,
    known_sources: Sequence[QueueRef] | None = None,
    fed_by: Sequence[str] = (),
) -> RedrivePlan:
    """Read what is to be known before a redrive, and decide.

    Args:
        gateway: where from.
        queue: the dead-letter queue.
        wish: what a person wants; None for everything, back to where it came from, as fast as it goes.
        known_sources: the queues that give up to it as far as a listing told, for where the server does not say;
            None where nothing is known.
        fed_by: names of the topics whose subscriptions name it as their dead-letter queue.

    Raises:
        NotFound: there is no such queue.
        GatewayError: the connection as a whole is at fault, or the server fails.
    """
    wish = wish or Wish()
    settings, counts = await _reading(gateway, queue)
    sources = await sources_of(gateway, queue, known_sources)
    tasks, no_tasks = await _tasks(gateway, queue)
    exists, theirs = await _destination(gateway, wish.to)
    topics = tuple(sorted(set(fed_by)))
    return decide(Facts(queue, counts, settings, sources, tasks, no_tasks, exists, theirs, topics), wish)


async def sources_of(
    gateway: Gateway, queue: QueueRef, known: Sequence[QueueRef] | None = None
) -> tuple[QueueRef, ...] | None:
    """Give the queues that name ``queue`` as their dead-letter queue, by name; None where nobody can tell.

    A server that cannot list them has its queues read one by one, unless they are ``known``.

    Raises:
        GatewayError: the connection as a whole is at fault, or the server fails.
    """
    try:
        found = [ref async for page in gateway.list_dead_letter_source_queues(queue) for ref in page]
    except Unsupported:
        found = list(known) if known is not None else await _giving_up_to(gateway, queue)
    except (Denied, Rejected):
        if known is None:
            return None
        found = list(known)
    return tuple(sorted({ref.arn: ref for ref in found}.values(), key=lambda ref: ref.name))


async def _giving_up_to(gateway: Gateway, queue: QueueRef) -> list[QueueRef]:
    listed = [ref async for page in gateway.list_queues() for ref in page]
    turn = asyncio.Semaphore(_AT_ONCE)

    async def gives_up_here(ref: QueueRef) -> bool:
        async with turn:
            try:
                return (await gateway.get_queue_attributes(ref)).settings.dead_letter_target == queue.arn
            except (NotFound, Denied):  # deleted since, or none of ours
                return False

    given = await asyncio.gather(*(gives_up_here(ref) for ref in listed))
    return [ref for ref, gives in zip(listed, given, strict=True) if gives]


async def _reading(gateway: Gateway, queue: QueueRef) -> tuple[QueueSettings | None, Counts]:
    try:
        reading = await gateway.get_queue_attributes(queue)
    except Denied:
        return None, Counts(None, None, None)
    return reading.settings, reading.counts


async def _tasks(gateway: Gateway, queue: QueueRef) -> tuple[tuple[MoveTask, ...] | None, str]:
    """Give the move tasks of a queue, or None and the reason why the server has or tells none."""
    try:
        return tuple(await gateway.list_message_move_tasks(queue.arn)), ""
    except Unsupported:
        return None, "this server has no message-move tasks"
    except Denied as fault:
        return None, f"a task of the server could not be followed: {fault.problem.text}"
    except (SessionError, Throttled):
        raise
    except Rejected as fault:
        return None, f"the server does not tell of its move tasks: {fault.problem.text}"
    except (ServerFault, NotFound) as fault:
        if gateway.context.endpoint is None:
            raise
        # Servers beside AWS answer what they do not have in ways of their own: moto with a page and status 500.
        return None, f"this server seems to have no message-move tasks: {fault.problem.text}"


async def _destination(gateway: Gateway, to: QueueRef | None) -> tuple[bool, QueueSettings | None]:
    """Tell whether the destination exists, with its settings where they may be read."""
    if to is None:
        return True, None
    try:
        return True, (await gateway.get_queue_attributes(to)).settings
    except NotFound:
        return False, None
    except Denied:
        return True, None
