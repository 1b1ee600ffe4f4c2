"""What a look has to say of itself: short answers, empty answers, and what it did to the queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqsview.domain.queue import Counts

MOST_IN_FLIGHT = 120_000
"""Messages of one queue that can be in flight (Amazon SQS Developer Guide, quotas)."""
TO_THE_BACK = 3
"""Receives without a delete after which a standard queue puts a message at its back, and leaves it out of the age of
the oldest (Amazon SQS Developer Guide, ApproximateAgeOfOldestMessage)."""

_COUNTS = "the queue counts about"
_UNSEEN = "unseen"
_SAMPLES = "counts are approximate, and a receive asks a sample of the servers"


def before_look(*, fifo: bool, keep: bool) -> Iterator[str]:
    """Say what holds of any look at such a queue."""
    if fifo:
        until = "until they are let go" if keep else "until it ends"
        yield f"a look locks the message groups that it touches {until}: nobody else receives from them"


def of_answers(counts: Counts, *, wanted: int, got: int, fifo: bool, again: bool = False) -> Iterator[str]:
    """Explain why a look that ended by itself has fewer messages than were wanted.

    Args:
        counts: what the queue said it had, without what the look holds.
        wanted: messages that were wanted.
        got: messages that came.
        fifo: whether it is a FIFO queue.
        again: whether the look went on, and has others in hand.
    """
    visible, flying, delayed = counts.visible, counts.in_flight or 0, counts.delayed or 0
    if got >= wanted or (got and (visible is None or got >= visible)):
        return
    if flying >= MOST_IN_FLIGHT:
        yield in_flight_limit()
    elif visible:
        gave = f"{_COUNTS} {visible:,} and gave {got:,}" if got else f"{_COUNTS} {visible:,} and gave none"
        yield f"{gave}: {_why(fifo=fifo, flying=flying, got=got)}"
    elif flying or delayed:
        parts = [*([f"{flying:,} in flight"] if flying else []), *([f"{delayed:,} delayed"] if delayed else [])]
        yield f"there is nothing to receive now: about {' and '.join(parts)}"
    elif not got:
        yield "the queue has no others" if again else "the queue is empty"


def _why(*, fifo: bool, flying: int, got: int) -> str:
    if not fifo:
        return f"{_SAMPLES}; look again"
    if flying and not got:
        return "all message groups are locked by messages in flight"
    return "the groups of the others are locked by messages in flight, or the count is old"


def in_flight_limit() -> str:
    """Say that a queue gives no more before something is released or deleted."""
    return (
        f"the queue gives no more: {MOST_IN_FLIGHT:,} of its messages are in flight, which is the most that SQS allows"
    )


def of_last_tries(count: int, maximum: int, target: str) -> str:
    """Say that a look ended itself, since it met messages that nobody knew to be at their last try."""
    messages = "1 message that was" if count == 1 else f"{count:,} messages that were"
    they = "it goes" if count == 1 else "they go"
    return (
        f"stopped: this look took the last try of {messages} not known before; {they} to {target} "
        f"at the next receive unless deleted (received {maximum:,} times)"
    )


def of_moves(count: int, target: str) -> Iterator[str]:
    """Say that a look moved messages that nobody saw; only known is how many there can be."""
    if count:
        yield f"up to {count:,} {'message' if count == 1 else 'messages'} moved to {target}, {_UNSEEN}"


def in_agreement(notes: Sequence[str]) -> tuple[str, ...]:
    """Give the notes of one look so that none contradicts another.

    Messages that the look moved are counted and not given: then that is why, and to look again is no use.
    """
    moved = next((note for note in notes if note.endswith(_UNSEEN)), None)
    short = next((note for note in notes if note.startswith(_COUNTS)), None)
    if moved is None or short is None:
        return tuple(notes)
    joined = f"{short.partition(': ')[0]}: {moved}"
    return tuple(joined if note is short else note for note in notes if note is not moved)


def of_order(receive_counts: Iterable[int | None], *, fifo: bool) -> Iterator[str]:
    """Say how many messages this look sent to the back of the queue."""
    pushed = sum(count == TO_THE_BACK for count in receive_counts)
    if pushed and not fifo:
        messages = "1 message" if pushed == 1 else f"{pushed:,} messages"
        yield (
            f"this was the {TO_THE_BACK}rd receive of {messages}: SQS moves such to the back of the queue and leaves "
            "them out of the age of the oldest message"
        )
