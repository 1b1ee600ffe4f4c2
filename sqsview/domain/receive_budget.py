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
from enum import Enum
from typing import Final

from sqsview.domain.words.figures import age

FEW_RECEIVES = 2
"""A maxReceiveCount up to which a look is asked about before the first: one more look, or one failure of a consumer
that nobody here knows of, and the last try is gone."""
LONG_AGO = 300.0
"""Seconds after which messages may well be gone that were seen then: their consumers have had time to delete them."""


def looks_left(maximum: int | None, receives: int | None) -> int | None:
    """Give how many looks leave the consumer a try of a message that was received ``receives`` times.

    None without a redrive policy, which is no limit, and where the server does not tell the count.
    """
    return None if maximum is None or receives is None else max(0, maximum - receives - 1)


def takes_last_try(maximum: int | None, receives: int | None) -> bool:
    """Tell whether the receive that gave a message took its last try; ``receives`` counts that one, too."""
    return maximum is not None and receives is not None and receives >= maximum


class Consent(Enum):
    """What a person may agree to besides what one `Allowance` says."""

    ANYTHING = "anything"
    """Whatever the look costs, also what nobody knows of yet."""


ANYTHING: Final = Consent.ANYTHING


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a look at a queue would cost, as far as is known."""

    queue: str
    """The queue's name."""
    target: str = ""
    """Name of the dead-letter queue."""
    maximum: int | None = None
    """``maxReceiveCount``; None without a redrive policy, and where it cannot be read."""
    looks_left: int | None = None
    """Looks that leave every message a try, by the worst message known; None for no limit and for one not known."""
    losing: int = 0
    """Known messages whose last try a look would take."""
    moving: int = 0
    """Known messages that a look would move to the dead-letter queue, unseen."""
    unanswered: int = 0
    """Looks whose answers were lost or are still under way: each may have counted once for any message."""
    forgotten: int = 0
    """How often a message may have been received that is not remembered one by one; 0 where all are."""
    seen_ago: float | None = None
    """Seconds since one of the messages that lose or move was seen last; None where there is none."""
    unreadable: bool = False
    """Whether there is a redrive policy whose ``maxReceiveCount`` cannot be read."""

    @property
    def must_ask(self) -> bool:
        """Tell whether a person has to say that the look may cost that."""
        if self.maximum is None:
            return self.unreadable
        return self.looks_left == 0 or self.maximum <= FEW_RECEIVES

    @property
    def concerns_any(self) -> bool:
        """Tell whether it is asked about any message that is met, not only about those that are known and counted."""
        if self.maximum is None:
            return self.unreadable
        return self.maximum <= FEW_RECEIVES or self._unseen >= self.maximum - 1

    def is_covered_by(self, agreed: Allowance | Consent | None) -> bool:
        """Tell whether a person who agreed to one cost agreed to this one by it: it is nowhere worse.

        It is worse where more messages move, where more lose their last try or move, where a message that nobody
        counted may have been received more often, where they go elsewhere, and where fewer receives are allowed.
        """
        if not isinstance(agreed, Allowance):
            return agreed is ANYTHING
        if (self.queue, self.target, self.unreadable) != (agreed.queue, agreed.target, agreed.unreadable):
            return False
        if (self.maximum or 0) < (agreed.maximum or 0):
            return False
        if self.concerns_any and (not agreed.concerns_any or self._unseen > agreed._unseen):
            return False
        return self.moving <= agreed.moving and self.moving + self.losing <= agreed.moving + agreed.losing

    @property
    def line(self) -> str:
        """What a look would cost, as one sentence without a full stop. The names in it are untrusted text."""
        if self.maximum is None:
            if self.unreadable:
                return f"{self.queue} has a redrive policy that cannot be read: a look may take a last try"
            return f"{self.queue} has no redrive policy: a look moves nothing"
        few = self.maximum <= FEW_RECEIVES
        receives = f"{self.maximum:,} {'receive' if self.maximum == 1 else 'receives'}"
        if self.losing or self.moving:
            others = " · any other message may, too" if self.concerns_any else ""
            return (f"{self.queue} gives up after {receives}: " if few else "") + self._known_cost() + others
        if self._unseen >= self.maximum:
            cost = f"may move to {self.target} at once, unseen"
        else:
            cost = f"may lose its last try, and goes to {self.target} after it"
        if few and not self._unseen:
            return f"{self.queue} gives up after {receives}: each message that this look meets {cost}"
        if self.looks_left == 0:
            return f"{self._why_any()}: any message {cost}"
        looks = "1 look leaves" if self.looks_left == 1 else f"{self.looks_left:,} looks leave"
        return f"{looks} every message that is known a try before it goes to {self.target}"

    @property
    def _unseen(self) -> int:
        """How often a message may have been received of which there is no record."""
        return self.unanswered + self.forgotten

    def _why_any(self) -> str:
        looks = "1 look" if self.unanswered == 1 else f"{self.unanswered:,} looks"
        lost = f"the answers of {looks} at {self.queue} never came"
        if not self.forgotten:
            return lost
        times = "once" if self.forgotten == 1 else f"up to {self.forgotten:,} times"
        many = f"more messages of {self.queue} were looked at than are remembered, {times}"
        return f"{many}, and {lost}" if self.unanswered else many

    def _known_cost(self) -> str:
        losing, moving = self.losing, self.moving
        may, seen = "would", ""
        if self.seen_ago is not None and self.seen_ago >= LONG_AGO:
            may, seen = "may", f", last seen {age(self.seen_ago)} ago,"
        lose = (
            f"{losing:,} message{seen} {may} lose its last try"
            if losing == 1
            else f"{losing:,} messages{seen} {may} lose their last try"
        )
        if not moving:
            return f"{lose}, and {'goes' if losing == 1 else 'go'} to {self.target} after it"
        if not losing:
            messages = "message" if moving == 1 else "messages"
            return f"{moving:,} {messages}{seen} {may} move to {self.target} at once, unseen"
        return f"{lose} and {moving:,} {may} move to {self.target} at once"


def allowance(
    queue: str,
    target: str,
    maximum: int | None,
    known: Mapping[int, int] | None = None,
    unanswered: int = 0,
    *,
    forgotten: int = 0,
    seen_ago: Mapping[int, float] | None = None,
    limited: bool = False,
) -> Allowance:
    """Work out what a look would cost.

    Args:
        queue: the queue's name.
        target: the name of its dead-letter queue.
        maximum: its ``maxReceiveCount``; None without a redrive policy, and where it cannot be read.
        known: how many messages were received how often, as the worst that may be: receives → messages.
        unanswered: looks whose answers were lost or are under way; a message that nobody has seen may have been
            received as often.
        forgotten: how often a message that is no longer remembered may have been received, but for those looks.
        seen_ago: seconds since messages of ``known`` were seen last, by their receives.
        limited: whether there is a redrive policy, though no ``maximum`` was read.
    """
    if maximum is None:
        return Allowance(queue, target, unreadable=limited)
    counts = known or {}
    worst = max((unanswered + forgotten, *counts))
    ago = [seconds for receives, seconds in (seen_ago or {}).items() if receives >= maximum - 1]
    return Allowance(
        queue,
        target,
        maximum,
        looks_left(maximum, worst),
        losing=sum(messages for receives, messages in counts.items() if receives == maximum - 1),
        moving=sum(messages for receives, messages in counts.items() if receives >= maximum),
        unanswered=unanswered,
        forgotten=forgotten,
        seen_ago=min(ago, default=None),
    )
