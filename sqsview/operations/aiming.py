"""Which messages of a queue are meant by a move, and where each of them is to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqsview.domain.copying import DEDUPLICATION_SECONDS, MARGIN, Copy, NoCopy, copy_of
from sqsview.domain.message import Message
from sqsview.domain.publishing import Destination, queue_destination
from sqsview.domain.queue import QueueRef, QueueSettings
from sqsview.errors import GatewayError, NotFound
from sqsview.gateway import Gateway
from sqsview.operations.move import Move
from sqsview.operations.move_items import Item

_LATE = 2.0
"""Seconds after the start from which a message counts as new: what is sent back to a dead-letter queue while it is
moved would go round for ever."""
NO_SOURCE = "the queue that it came from is not told: it was put there by SNS, by Lambda or by hand"
NEW = "it was sent after the move began"
PERHAPS_SENT = "it was being sent when the move was interrupted: it stays, and may be in the destination as well"


class Aim:
    """Decides for every message that is met."""

    def __init__(self, gateway: Gateway, move: Move, started: float) -> None:
        """Aim at the destination of ``move``.

        Args:
            gateway: what tells the settings of destinations.
            move: what is meant.
            started: epoch seconds at which it began.
        """
        self.operation = ""
        """Names the move in deduplication ids; no other move of any process has the same name."""
        self._gateway = gateway
        self._move = move
        self._started = started
        self._ahead = 0.0
        """Seconds by which the server's clock is ahead of this one's, at least: by messages sent in the future."""
        self._behind = 0.0
        """Seconds by which it is behind: by messages that were received for the first time just now."""
        self._destinations: dict[str, Destination] = {}
        self._used: dict[str, float] = {}
        """Deduplication ids of this move with the epoch seconds of their use, oldest first."""

    async def prepare(self) -> None:
        """Read the settings of the one destination, if there is one.

        Raises:
            NotFound: it does not exist.
        """
        if self._move.destination is not None and not self._move.delete_only:
            await self._read(self._move.destination)

    def why_not(self, message: Message, now: float) -> str | None:
        """Say why a message is not meant, in a few words or none; None where it is meant."""
        move = self._move
        self._ahead = max(self._ahead, (message.sent or 0.0) - now)
        if message.receive_count == 1 and message.first_received is not None:
            self._behind = max(self._behind, now - message.first_received)
        if move.ids is not None and message.id not in move.ids:
            return ""
        try:
            if move.matches is not None and not move.matches(message):
                return ""
        except ValueError as fault:
            return f"the filter cannot be applied: {fault}"
        late = (message.sent or 0.0) > self._started + self._ahead + _LATE
        return NEW if late and move.ids is None else None

    async def at(self, message: Message, now: float) -> tuple[Item, tuple[str, ...]] | str:
        """Give what is to be carried, with what is not as it was; or the reason why it stays."""
        move = self._move
        if move.delete_only:
            return Item(message), ()
        destination = await self._destination(message)
        if isinstance(destination, str):
            return destination
        edited = move.edits.get(message.id)
        made = copy_of(
            message,
            operation=self.operation,
            fifo=destination.fifo,
            now=now - self._behind,
            edited=edited,
            counter=move.counter,
            group=move.group,
            used=self._remembered(now),
            fresh=True,  # nobody can tell what producers sent with its own id in the last five minutes
            largest=destination.limit,
        )
        if isinstance(made, NoCopy):
            return made.reason
        ready = self._as_before(message, made, now)
        if isinstance(ready, str):
            return ready
        if ready.outgoing.deduplication is not None:
            self._used[ready.outgoing.deduplication] = now
        return Item(message, ready.outgoing, destination, edited), ready.notes

    def _as_before(self, message: Message, made: Copy, now: float) -> Copy | str:
        """Give the same copy as before the interruption; or say why it cannot be sent once more."""
        resumes = self._move.resumes
        if resumes is None or message.id not in resumes.unsure:
            return made
        deduplication, at = resumes.repeatable.get(message.id, ("", 0.0))
        if not made.outgoing.deduplication or not deduplication or now - at > DEDUPLICATION_SECONDS - MARGIN:
            return PERHAPS_SENT
        return replace(made, outgoing=replace(made.outgoing, deduplication=deduplication))

    async def _destination(self, message: Message) -> Destination | str:
        ref = self._move.destination
        if ref is None:
            if message.source is None:
                return NO_SOURCE
            ref = self._move.sources.get(message.source)
            if ref is None:
                return f"the queue that it came from is not among those known: {message.source}"
        if ref.arn == self._move.source.arn:
            return "it came from this very queue"
        found = self._destinations.get(ref.arn)
        if found is None:
            try:
                found = await self._read(ref)
            except GatewayError as fault:
                return fault.problem.advice
        return found

    async def _read(self, ref: QueueRef) -> Destination:
        settings: QueueSettings | None = None
        try:
            settings = (await self._gateway.get_queue_attributes(ref)).settings
        except NotFound:
            raise
        except GatewayError:
            pass  # it can be sent to all the same: with the limits that SQS has by default
        found = self._destinations[ref.arn] = queue_destination(ref, settings)
        return found

    def _remembered(self, now: float) -> Mapping[str, float]:
        """Forget the deduplication ids that no queue knows any more, and give the others."""
        while self._used:
            oldest = next(iter(self._used))
            if self._used[oldest] > now - DEDUPLICATION_SECONDS - MARGIN:
                break
            del self._used[oldest]
        return self._used
