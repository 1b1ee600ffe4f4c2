"""How many receives a look may still cost before a message loses its last try, or moves.

A queue with a redrive policy hands a message out ``maxReceiveCount`` times; the receive after that moves it to the
dead-letter queue unseen, whoever makes it (Amazon SQS Developer Guide, "Using dead-letter queues"). So a message
that was received r times

- can be looked at harmlessly while r + 1 < maxReceiveCount: afterwards the consumer has at least one try;
- loses its last try by a look at r + 1 = maxReceiveCount: the consumer's next receive moves it;
- moves by the look itself from r = maxReceiveCount on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEW_RECEIVES = 2
"""A maxReceiveCount up to which a look is asked about before the first: one more look, or one failure of a consumer
that nobody here knows of, and the last try is gone."""


def looks_left(maximum: int | None, receives: int | None) -> int | None:
    """Give how many looks leave the consumer a try of a message that was received ``receives`` times.

    None without a redrive policy, which is no limit, and where the server does not tell the count.
    """
    return None if maximum is None or receives is None else max(0, maximum - receives - 1)


def takes_last_try(maximum: int | None, receives: int | None) -> bool:
    """Tell whether the receive that gave a message took its last try; ``receives`` counts that one, too."""
    return maximum is not None and receives is not None and receives >= maximum


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a look at a queue would cost, as far as is known."""

    queue: str
    """The queue's name."""
    target: str = ""
    """Name of the dead-letter queue."""
    maximum: int | None = None
    """``maxReceiveCount``; None without a redrive policy."""
    looks_left: int | None = None
    """Looks that leave every message a try, by the worst message known; None for no limit."""
    losing: int = 0
    """Known messages whose last try a look would take."""
    moving: int = 0
    """Known messages that a look would move to the dead-letter queue, unseen."""
    unanswered: int = 0
    """Looks whose answers were lost or are still under way: each may have counted once for any message."""

    @property
    def must_ask(self) -> bool:
        """Tell whether a person has to say that the look may cost that."""
        return self.maximum is not None and (self.looks_left == 0 or self.maximum <= FEW_RECEIVES)

    @property
    def line(self) -> str:
        """What a look would cost, as one sentence without a full stop. The names in it are untrusted text."""
        if self.maximum is None:
            return f"{self.queue} has no redrive policy: a look moves nothing"
        few = self.maximum <= FEW_RECEIVES
        receives = f"{self.maximum:,} {'receive' if self.maximum == 1 else 'receives'}"
        if self.losing or self.moving:
            return (f"{self.queue} gives up after {receives}: " if few else "") + self._known_cost()
        after = f"and goes to {self.target} after it"
        if few:
            may = "each message that this look meets may lose its last try"
            return f"{self.queue} gives up after {receives}: {may}, {after}"
        if self.looks_left == 0:
            looks = "1 look" if self.unanswered == 1 else f"{self.unanswered:,} looks"
            return f"the answers of {looks} at {self.queue} never came: any message may lose its last try, {after}"
        looks = "1 look leaves" if self.looks_left == 1 else f"{self.looks_left:,} looks leave"
        return f"{looks} every message that is known a try before it goes to {self.target}"

    def _known_cost(self) -> str:
        losing, moving = self.losing, self.moving
        lose = (
            f"{losing:,} message would lose its last try"
            if losing == 1
            else f"{losing:,} messages would lose their last try"
        )
        if not moving:
            return f"{lose}, and {'goes' if losing == 1 else 'go'} to {self.target} after it"
        if not losing:
            return f"{moving:,} {'message' if moving == 1 else 'messages'} would move to {self.target} at once, unseen"
        return f"{lose} and {moving:,} would move to {self.target} at once"


def allowance(
    queue: str, target: str, maximum: int | None, known: Mapping[int, int] | None = None, unanswered: int = 0
) -> Allowance:
    """Work out what a look would cost.

    Args:
        queue: the queue's name.
        target: the name of its dead-letter queue.
        maximum: its ``maxReceiveCount``; None without a redrive policy.
        known: how many messages were received how often, as the worst that may be: receives → messages.
        unanswered: looks whose answers were lost or are under way; a message that nobody has seen may have been
            received as often.
    """
    if maximum is None:
        return Allowance(queue, target)
    counts = known or {}
    worst = max((unanswered, *counts))
    return Allowance(
        queue,
        target,
        maximum,
        looks_left(maximum, worst),
        losing=sum(messages for receives, messages in counts.items() if receives == maximum - 1),
        moving=sum(messages for receives, messages in counts.items() if receives >= maximum),
        unanswered=unanswered,
    )
