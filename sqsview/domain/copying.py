"""The copy of a message for another queue: the same in all but what SQS would refuse or swallow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from sqsview.domain.message import Attribute, Message, Outgoing
from sqsview.domain.publishing.attributes import MOST_ATTRIBUTES
from sqsview.domain.publishing.destination import MIB

MOST_ENTRIES = 10
"""Entries of a batch (Amazon SQS API, SendMessageBatch)."""
COUNTER = "sqsview-redriven"
"""Name of the attribute that tells how often a message was moved from here."""
DEDUPLICATION_SECONDS = 300.0
"""Seconds for which a FIFO queue swallows what has a deduplication id that it knows (Amazon SQS Developer Guide)."""
MARGIN = 30.0
"""Seconds that a call may take on its way: so much sooner a repeat is not surely swallowed any more."""
CLOCKS_APART = 900.0
"""Seconds by which this machine's clock and the server's may differ: beyond 15 minutes AWS refuses signatures."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Copy:
    """What is to be sent for one message."""

    outgoing: Outgoing
    notes: tuple[str, ...] = ()
    """What is not as it was, and why, a line each."""


@dataclass(frozen=True, slots=True)
class NoCopy:
    """A message that cannot be sent."""

    reason: str
    """One line."""


def copy_of(
    message: Message,
    *,
    operation: str,
    fifo: bool,
    now: float,
    edited: str | None = None,
    counter: bool = True,
    group: str | None = None,
    used: Container[str] = frozenset(),
    fresh: bool = False,
    largest: int = MIB,
) -> Copy | NoCopy:
    """Give what sends ``message`` on: its own body, attributes, group, deduplication id and trace header.

    Args:
        message: as it was received.
        operation: names what moves it; with the message id it makes a fresh deduplication id, the same every time.
        fifo: whether the destination is a FIFO queue.
        now: epoch seconds.
        edited: another body; None keeps the message's own.
        counter: whether the copy tells how often it was redriven.
        group: message group for a FIFO queue where the message has none.
        used: deduplication ids that the destination may still know from this operation.
        fresh: whether the copy has to be delivered whatever else was sent with the message's own id, as where the
            original is deleted afterwards.
        largest: bytes that the destination takes (``MaximumMessageSize``).
    """
    notes: list[str] = []
    attributes = message.attributes
    bare = Outgoing(
        message.body if edited is None else edited,
        attributes,
        group=message.group or group if fifo else message.group,
        trace_header=message.trace_header,
    )
    if fifo and not bare.group:
        return NoCopy("a FIFO queue needs a message group, and this message has none")
    if counter:
        counted, why_not = _counted(bare, largest)
        if counted is None:
            notes.append(why_not)
        else:
            attributes = MappingProxyType({**attributes, COUNTER: counted})
    deduplication = None
    if fifo:
        deduplication, said = _deduplication(message, operation, now, used, fresh=fresh, edited=edited is not None)
        notes += said
    outgoing = Outgoing(
        bare.body, attributes, group=bare.group, deduplication=deduplication, trace_header=bare.trace_header
    )
    return Copy(outgoing, tuple(notes))


def _counted(bare: Outgoing, largest: int) -> tuple[Attribute | None, str]:
    """Give the counter, one more than before; or None and why there is none."""
    before = bare.attributes.get(COUNTER)
    if before is None and len(bare.attributes) >= MOST_ATTRIBUTES:
        return None, f"it has {MOST_ATTRIBUTES} attributes already, so that none counts how often it was redriven"
    count = _whole(before)
    if count is None:
        return None, f"its attribute {COUNTER} is no count, and stays as it is"
    counted = Attribute("Number", str(count + 1))
    added = counted.size - (before.size if before is not None else -len(COUNTER))
    if bare.size + added > largest:
        return None, "it is too large for one more attribute, so that none counts how often it was redriven"
    return counted, ""


def _whole(before: Attribute | None) -> int | None:
    if before is None:
        return 0
    value = before.value
    # Ten digits at most: nothing is redriven as often, and SQS keeps 38.
    if before.base == "Number" and isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 11:
        return int(value)
    return None


def _deduplication(
    message: Message, operation: str, now: float, used: Container[str], *, fresh: bool, edited: bool
) -> tuple[str, Sequence[str]]:
    """Give the deduplication id of a copy, with a note where it is not that of the message and that matters."""
    own = message.deduplication
    made = fresh_deduplication(operation, message.id)
    if own is None:
        return made, ()
    sent = message.sent
    if edited:
        return made, ("a fresh deduplication id: the body is another one",)
    if own in used:
        return made, ("a fresh deduplication id: another message of this move had the same",)
    if fresh:
        return made, ("a fresh deduplication id: by its own SQS may swallow the copy, if another had it meanwhile",)
    if sent is None or sent > now - DEDUPLICATION_SECONDS - CLOCKS_APART:
        return made, ("a fresh deduplication id: within five minutes of the original SQS would swallow the copy",)
    return own, ()


def fresh_deduplication(operation: str, message_id: str) -> str:
    """Give a deduplication id that one operation always gives one message, so that sending it twice makes one copy."""
    return "sqsview-" + hashlib.sha256(f"{operation}\n{message_id}".encode("utf-8", "backslashreplace")).hexdigest()


def batches(
    items: Sequence[_T],
    outgoing: Callable[[_T], Outgoing],
    *,
    fifo: bool,
    most: int = MOST_ENTRIES,
    largest: int = MIB,
) -> list[list[_T]]:
    """Divide ``items`` into calls of at most ``most`` entries and ``largest`` bytes together, in their order.

    A call to a FIFO queue has at most one message of each group, so that when some of its entries fail, nothing is in
    the queue that should come after them. A message that is too large by itself is alone.
    """
    waiting = list(items)
    divided: list[list[_T]] = []
    while waiting:
        batch: list[_T] = []
        left: list[_T] = []
        groups: set[str | None] = set()
        size = 0
        full = False
        for item in waiting:
            message = outgoing(item)
            fits = not batch or size + message.size <= largest
            full = full or len(batch) == most or not (fifo or fits)
            if full or (fifo and message.group in groups) or not fits:
                left.append(item)
            else:
                batch.append(item)
                size += message.size
            groups.add(message.group)
        divided.append(batch)
        waiting = left
    return divided
