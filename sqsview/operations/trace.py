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
from sqsview.domain.receive_budget import Allowance
from sqsview.domain.recipients import Recipient
from sqsview.domain.tracing import Arrival, Search, arrival, marked
from sqsview.errors import GatewayError, LedgerError, LookRefused, LostAnswer, Refused
from sqsview.gateway import Gateway
from sqsview.operations.appraisal import Appraisal
from sqsview.operations.cancellation import see_through
from sqsview.operations.ledger import Ledger
from sqsview.operations.look import Look, Stage
from sqsview.operations.prospects import DEADLINE, MOST_LOOKED_AT, Prospect, prospect_of
from sqsview.operations.publish import send

_AT_LEAST = 3.0
"""Seconds for which it looks for one that is not to, even when all others are there."""
_PART = 10
_PAUSE = 0.2
"""Seconds between looks where a server answers an empty queue at once."""


class Outcome(StrEnum):
    """What is known of one subscription."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    NOT_SEEN = "not seen"
    """The queue had nothing more, and nothing was in flight or delayed."""
    FILTERED = "filtered"
    """The same, as was predicted."""
    WRONG_PREDICTION = "wrong prediction"
    """Seen, although it was predicted not to be."""
    CANNOT_KNOW = "cannot be known"
    """Not looked at; or not met, while it may be there, or may have been taken, all the same."""


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
        self.fault: Refused | LostAnswer | None = None
        """Why it was not published, or why that is not known."""
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
        self._publishing: asyncio.Task[None] | None = None

    @property
    def results(self) -> tuple[Traced, ...]:
        """What is known so far of every subscription, in the topic's order."""
        return tuple(self._results.values())

    @property
    def began(self) -> bool:
        """Tell whether the message was given away, whatever came of it."""
        return self._publishing is not None

    @property
    def publishing(self) -> bool:
        """Tell whether the answer is awaited that says whether it was published."""
        return self._publishing is not None and not self._publishing.done()

    async def prepare(self) -> tuple[Prospect, ...]:
        """Say of every subscription what following the message there would cost; nothing is received."""
        gateway, queues, ledger, clock = self._gateway, self._queues, self._ledger, self._clock
        prospects = await asyncio.gather(
            *(prospect_of(gateway, recipient, queues, ledger, clock) for recipient in self.recipients)
        )
        self._prospects = {prospect.key: prospect for prospect in prospects}
        return tuple(prospects)

    async def run(self, allowed: Collection[str], *, spend: Collection[str] = ()) -> tuple[Traced, ...]:
        """Publish the message, look for it, and give what became of it. Everything received is given back.

        A cancellation ends the looks; of the message itself it waits for the answer, which is in ``sent`` or
        ``fault`` then.

        Args:
            allowed: keys of the prospects whose queues a person allowed to be looked at.
            spend: those of them whose looks may cost what their prospects say, a message's last try for one.

        Raises:
            Refused: it was not published.
            LostAnswer: it may have been published; it is not looked for.
        """
        if not self._prospects:
            await self.prepare()
        self._publishing = asyncio.ensure_future(self._publish())
        await see_through(self._publishing)
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
                agreed = appraisal.allowance if prospect.key in spend else None
                group.create_task(self._follow(prospect, appraisal, agreed))
        return self.results

    async def _publish(self) -> None:
        self._published_at, self._published = self._clock.epoch(), self._clock.monotonic()
        try:
            self.sent = await send(self._gateway, self._destination, self.marked.outgoing)
        except (Refused, LostAnswer) as fault:
            self.fault = fault
            raise

    async def _follow(self, prospect: Prospect, appraisal: Appraisal, agreed: Allowance | None) -> None:
        """Look for the message in one queue until it is there, or the time is over."""
        look = Look(self._gateway, appraisal, self._ledger, self._clock, keep=True)
        found: Arrival | None = None
        dry = False
        fault: GatewayError | LedgerError | LookRefused | None = None
        try:
            found, dry = await self._find(look, prospect.recipient, agreed)
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
            await self._missed(prospect, appraisal, look, dry=dry)
        self._on_change()

    async def _find(self, look: Look, recipient: Recipient, agreed: Allowance | None) -> tuple[Arrival | None, bool]:
        """Give the message, or whether the queue had nothing more when the search for it was over."""
        checked = 0
        while True:
            before = self._clock.monotonic()
            await look.gather(min(len(look.messages) + _PART, MOST_LOOKED_AT), agreed)
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
                    return known, False
            dry = len(look.messages) == checked
            checked = len(look.messages)
            if look.stage is not Stage.HELD or checked >= MOST_LOOKED_AT or self._is_over(recipient, now, dry=dry):
                return None, dry
            if dry and now - before < _PAUSE:
                await self._clock.sleep(_PAUSE)

    def _is_over(self, recipient: Recipient, now: float, *, dry: bool) -> bool:
        passed = now - self._published
        if passed >= DEADLINE:
            return True
        expected = any(
            result.outcome is Outcome.WAITING and result.recipient.answer is not Answer.NO for result in self.results
        )
        return recipient.answer is Answer.NO and dry and passed >= _AT_LEAST and not expected

    def _arrived(self, prospect: Prospect, found: Arrival) -> None:
        took = f"after {found.seconds * 1000:,.0f} ms, {found.measure}"
        by_body = "; known by its body alone" if found.by == "body" else ""
        if prospect.recipient.answer is Answer.NO:
            text = f"it is there {took}{by_body}, and the prediction was wrong: {prospect.recipient.reason}"
            self._set(prospect, Outcome.WRONG_PREDICTION, text, found)
        else:
            self._set(prospect, Outcome.ARRIVED, f"{took}{by_body}", found)

    async def _missed(self, prospect: Prospect, appraisal: Appraisal, look: Look, *, dry: bool) -> None:
        recipient, passed = prospect.recipient, self._clock.monotonic() - self._published
        search = await self._searched(appraisal, look, dry=dry)
        seen = f"{search.met:,} {'message' if search.met == 1 else 'messages'}"
        within = f"not among {seen} met within {passed:.0f} s"
        if doubt := search.doubt:
            # A look that was cut off says itself how many it met.
            self._set(prospect, Outcome.CANNOT_KNOW, doubt if doubt.startswith("not among") else f"{doubt}; {within}")
        elif recipient.answer is Answer.NO:
            text = f"{within}, with nothing in flight, as predicted: {recipient.reason}"
            self._set(prospect, Outcome.FILTERED, text)
        else:
            copy = ", or it was the copy of one in the last five minutes" if appraisal.queue.fifo else ""
            text = f"{within}: a consumer may have deleted it, or it was not delivered{copy}"
            self._set(prospect, Outcome.NOT_SEEN, text)

    async def _searched(self, appraisal: Appraisal, look: Look, *, dry: bool) -> Search:
        """Say how the queue was searched, with its counts of now: all that was held is given back."""
        met, before = len(look.messages), appraisal.counts
        if look.problem is not None or look.stage is Stage.LOST:
            why = look.problem.advice if look.problem is not None else "others may have received it"
            return Search(met, dry, before, None, f"the hold was lost: {why}")
        try:
            after = (await self._gateway.get_queue_attributes(appraisal.queue)).counts
        except GatewayError as fault:
            return Search(met, dry, before, None, f"the queue's counts cannot be read: {fault.problem.advice}")
        return Search(met, dry, before, after)

    def _set(self, prospect: Prospect, outcome: Outcome, text: str, found: Arrival | None = None) -> None:
        self._results[prospect.key] = Traced(prospect.recipient, outcome, text, found)
