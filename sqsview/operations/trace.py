"""Publish a message and follow it: what arrived at which subscription, after how long, and what cannot be known."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqsview.clock import Clock
from sqsview.domain.access import Answer
from sqsview.domain.message import Outgoing, Sent
from sqsview.domain.publishing import Destination
from sqsview.domain.queue import QueueRef
from sqsview.domain.recipients import Recipient
from sqsview.domain.topology import SQS_PROTOCOL
from sqsview.domain.tracing import Arrival, arrival, marked
from sqsview.errors import GatewayError, LedgerError, LookRefused
from sqsview.gateway import Gateway
from sqsview.operations.appraisal import Appraisal, appraise
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, Stage
from sqsview.operations.publish import send

DEADLINE = 10.0
"""Seconds for which a trace looks for a message that is to arrive."""
_AT_LEAST = 3.0
"""Seconds for which it looks for one that is not to, even when all others are there."""
MOST_LOOKED_AT = 200
"""Messages of one queue that a trace holds at most; it does not empty a deep queue to find one."""
_PART = 10
_PAUSE = 0.2
"""Seconds between looks where a server answers an empty queue at once."""


class Outcome(StrEnum):
    """What is known of one subscription."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    NOT_SEEN = "not seen"
    FILTERED = "filtered"
    """Not seen, as was predicted."""
    WRONG_PREDICTION = "wrong prediction"
    """Seen, although it was predicted not to be."""
    CANNOT_KNOW = "cannot be known"


@dataclass(frozen=True, slots=True)
class Prospect:
    """What following a message to one subscription would cost."""

    recipient: Recipient
    appraisal: Appraisal | None
    """None where there can be no look."""
    line: str
    """What a look costs, or why there can be none, in one line. It may quote names, so it is untrusted text."""

    @property
    def key(self) -> str:
        """The subscription's key, which `Trace.run` is told of what was allowed."""
        return self.recipient.subscription.key

    @property
    def must_ask(self) -> bool:
        """Tell whether the look would take somebody's last try, so that it has to be allowed by name."""
        return self.appraisal is not None and self.appraisal.allowance.must_ask


@dataclass(frozen=True, slots=True)
class Traced:
    """What became of the message at one subscription."""

    recipient: Recipient
    """With what was predicted, and why."""
    outcome: Outcome
    text: str
    """What is known, in one line; how it was measured, or why it is not known."""
    arrival: Arrival | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it was not seen."""
        return self.arrival.seconds if self.arrival else None


def _nothing() -> None:
    pass


class Trace:
    """One message to a topic, published once and looked for in the queues that a person allowed."""

    def __init__(
        self,
        gateway: Gateway,
        destination: Destination,
        outgoing: Outgoing,
        predict: Callable[[Outgoing], Sequence[Recipient]],
        queues: Mapping[str, QueueRef],
        ledger: Ledger,
        clock: Clock,
        *,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        on_change: Callable[[], None] = _nothing,
    ) -> None:
        """Prepare a trace; nothing is published or received before `run`.

        Args:
            gateway: where to and from.
            destination: the topic.
            outgoing: the message as it is to be sent.
            predict: says who will get a message, as `Recipients.judge` does; it is asked about the marked one.
            queues: the queues that are known, by ARN.
            ledger: where every receive is written down.
            clock: the time.
            new_id: makes the value of the trace attribute.
            on_change: called after every change of ``results``, on the loop.
        """
        self.marked = marked(outgoing, destination, new_id())
        """The message as it is published, and a note where it could not be marked."""
        self.sent: Sent | None = None
        """What SNS said; None before it was published."""
        self._gateway = gateway
        self._destination = destination
        self.recipients = tuple(predict(self.marked.outgoing))
        """Who is predicted to get it, in the topic's order."""
        self._queues = queues
        self._ledger = ledger
        self._clock = clock
        self._on_change = on_change
        self._prospects: dict[str, Prospect] = {}
        self._results: dict[str, Traced] = {}
        self._published_at = 0.0
        self._published = 0.0
        """Monotonic seconds just before it was published."""

    @property
    def results(self) -> tuple[Traced, ...]:
        """What is known so far of every subscription, in the topic's order."""
        return tuple(self._results.values())

    async def prepare(self) -> tuple[Prospect, ...]:
        """Say of every subscription what following the message there would cost; nothing is received."""
        prospects = await asyncio.gather(*(self._prospect(recipient) for recipient in self.recipients))
        self._prospects = {prospect.key: prospect for prospect in prospects}
        return tuple(prospects)

    async def run(self, allowed: Collection[str], *, spend: Collection[str] = ()) -> tuple[Traced, ...]:
        """Publish the message, look for it, and give what became of it. Everything received is given back.

        Args:
            allowed: keys of the prospects whose queues a person allowed to be looked at.
            spend: those of them whose looks may take a message's last try.

        Raises:
            Refused: it was not published.
            LostAnswer: it may have been published; it is not looked for.
        """
        if not self._prospects:
            await self.prepare()
        self._published_at, self._published = self._clock.epoch(), self._clock.monotonic()
        self.sent = await send(self._gateway, self._destination, self.marked.outgoing)
        looked_at = []
        for key, prospect in self._prospects.items():
            if prospect.appraisal is None:
                self._set(prospect, Outcome.CANNOT_KNOW, prospect.line)
            elif key not in allowed:
                self._set(prospect, Outcome.CANNOT_KNOW, "its queue was not looked at")
            else:
                self._set(prospect, Outcome.WAITING, "looking for it")
                looked_at.append((prospect, prospect.appraisal))
        self._on_change()
        async with asyncio.TaskGroup() as group:
            for prospect, appraisal in looked_at:
                group.create_task(self._follow(prospect, appraisal, spend=prospect.key in spend))
        return self.results

    async def _prospect(self, recipient: Recipient) -> Prospect:
        ref = recipient.subscription.ref
        if ref.protocol != SQS_PROTOCOL:
            return Prospect(recipient, None, f"only queues can be looked at, and this one delivers by {ref.protocol}")
        queue = self._queues.get(ref.endpoint)
        if queue is None:
            return Prospect(recipient, None, "its queue is in another account or region, or is not known here")
        try:
            appraisal = await appraise(self._gateway, queue, self._ledger, self._clock)
        except GatewayError as fault:
            return Prospect(recipient, None, f"its queue cannot be looked at: {fault.problem.advice}")
        except LedgerError as fault:
            return Prospect(recipient, None, str(fault))
        about = f" of about {appraisal.total:,}" if appraisal.total else ""
        cost = f"looks at up to {MOST_LOOKED_AT} messages{about} and holds them for up to {DEADLINE:g} s"
        return Prospect(recipient, appraisal, f"{cost} · {appraisal.allowance.line}")

    async def _follow(self, prospect: Prospect, appraisal: Appraisal, *, spend: bool) -> None:
        """Look for the message in one queue until it is there, or the time is over."""
        look = Look(self._gateway, appraisal, self._ledger, self._clock, keep=True, spend=spend)
        found: Arrival | None = None
        fault: GatewayError | LedgerError | LookRefused | None = None
        try:
            found = await self._find(look, prospect.recipient)
        except (GatewayError, LedgerError, LookRefused) as raised:
            fault = raised
        finally:
            await look.release()
        if found is not None:
            self._arrived(prospect, found)
        elif fault is not None:
            said = fault.problem.advice if isinstance(fault, GatewayError) else str(fault)
            self._set(prospect, Outcome.CANNOT_KNOW, f"looking for it failed: {said}")
        else:
            await self._missed(prospect, look)
        self._on_change()

    async def _find(self, look: Look, recipient: Recipient) -> Arrival | None:
        checked = 0
        while True:
            before = self._clock.monotonic()
            await look.gather(min(len(look.messages) + _PART, MOST_LOOKED_AT))
            now = self._clock.monotonic()
            for message in look.messages[checked:]:
                seen_after = now - self._published
                known = arrival(
                    message,
                    self.marked,
                    self.sent.id if self.sent else "",
                    published_at=self._published_at,
                    seen_after=seen_after,
                )
                if known is not None:
                    return known
            nothing_new = len(look.messages) == checked
            checked = len(look.messages)
            if look.stage is not Stage.HELD or checked >= MOST_LOOKED_AT or self._is_over(recipient, now):
                return None
            if nothing_new and now - before < _PAUSE:
                await self._clock.sleep(_PAUSE)

    def _is_over(self, recipient: Recipient, now: float) -> bool:
        passed = now - self._published
        if passed >= DEADLINE:
            return True
        expected = any(
            result.outcome is Outcome.WAITING and result.recipient.answer is not Answer.NO for result in self.results
        )
        return recipient.answer is Answer.NO and passed >= _AT_LEAST and not expected

    def _arrived(self, prospect: Prospect, found: Arrival) -> None:
        took = f"after {found.seconds * 1000:,.0f} ms, {found.measure}"
        by_body = "; known by its body alone" if found.by == "body" else ""
        if prospect.recipient.answer is Answer.NO:
            text = f"it is there {took}{by_body}, and the prediction was wrong: {prospect.recipient.reason}"
            self._set(prospect, Outcome.WRONG_PREDICTION, text, found)
        else:
            self._set(prospect, Outcome.ARRIVED, f"{took}{by_body}", found)

    async def _missed(self, prospect: Prospect, look: Look) -> None:
        seen = f"{len(look.messages):,} {'message' if len(look.messages) == 1 else 'messages'}"
        within = f"not among {seen} met within {self._clock.monotonic() - self._published:.0f} s"
        if prospect.recipient.answer is Answer.NO:
            self._set(prospect, Outcome.FILTERED, f"{within}, as predicted: {prospect.recipient.reason}")
            return
        self._set(prospect, Outcome.NOT_SEEN, f"{within}: {await self._why_missed(prospect, look)}")

    async def _why_missed(self, prospect: Prospect, look: Look) -> str:
        assert prospect.appraisal is not None
        queue = prospect.appraisal.queue
        try:
            counts = (await self._gateway.get_queue_attributes(queue)).counts
        except GatewayError as fault:
            return f"the queue's counts cannot be read: {fault.problem.advice}"
        total = (counts.visible or 0) + (counts.in_flight or 0)
        if look.stage is Stage.LOST or look.problem is not None:
            return f"the look ended early: {look.problem.advice if look.problem else 'the hold was lost'}"
        if counts.in_flight:
            return f"about {counts.in_flight:,} in flight, so a consumer may have it"
        if counts.visible is not None and total > len(look.messages):
            return f"the queue holds about {total:,}, and no more than {MOST_LOOKED_AT} are looked at"
        if queue.fifo:
            return "a consumer may have deleted it, or it was the copy of one in the last five minutes"
        return "a consumer may have deleted it, or it was not delivered"

    def _set(self, prospect: Prospect, outcome: Outcome, text: str, found: Arrival | None = None) -> None:
        self._results[prospect.key] = Traced(prospect.recipient, outcome, text, found)
