"""Where something is made: how names become ARNs there, and what is there already."""

from __future__ import annotations

from dataclasses import dataclass

from sqsview.domain.arn import Arn, is_arn, is_fifo, name_of
from sqsview.domain.creating.values import ValueFault
from sqsview.domain.filter_words import quoted
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Snapshot
from sqsview.domain.text import shortened
from sqsview.domain.topic import Topic


@dataclass(frozen=True, slots=True)
class Place:
    """One account and region, with what is known to be in it."""

    snapshot: Snapshot

    def arn(self, service: str, name: str) -> str:
        """Give the ARN that a queue or topic of this name has here."""
        context = self.snapshot.context
        account = context.account or next((Arn.parse(key).account for key in self.snapshot.queues if is_arn(key)), "")
        return f"arn:{context.partition}:{service}:{context.region or ''}:{account}:{name}"

    def queue(self, arn: str) -> Queue | None:
        """Give a queue that is known here."""
        found = self.snapshot.queues.get(arn)
        if found is not None:
            return found
        return next((each for each in self.snapshot.queues.values() if each.arn == arn), None)

    def queue_named(self, name: str) -> Queue | None:
        """Give the queue of this name."""
        return next((each for each in self.snapshot.queues.values() if each.name == name), None)

    def topic_named(self, name: str) -> Topic | None:
        """Give the topic of this name in this account and region."""
        return self.snapshot.topics.get(self.arn("sns", name))

    def queue_arn(self, text: str) -> str:
        """Give the ARN of the queue that was typed by name, URL or ARN.

        Raises:
            ValueFault: it is no queue, or there is none of this name here, as far as all are known.
        """
        text = text.strip()
        if is_arn(text):
            if Arn.parse(text).service != "sqs":
                raise ValueFault(f"{quoted(shortened(text, 60))} is no ARN of a queue")
            return text
        found = self.queue_named(name_of(text))
        if found is not None:
            return found.arn
        if self.snapshot.all_queues:
            raise ValueFault(f"there is no queue {quoted(shortened(name_of(text), 60))} here")
        return self.arn("sqs", name_of(text))

    def dead_letter_arn(self, text: str, *, fifo: bool, called: str) -> str:
        """Give the ARN of a dead-letter queue of ``called``, which has to be of its type, account and region.

        Raises:
            ValueFault: it cannot be one.
        """
        arn = self.queue_arn(text)
        here, there = Arn.parse(self.arn("sqs", "x")), Arn.parse(arn)
        if here.account and (there.account, there.region) != (here.account, here.region):
            raise ValueFault("it has to be in the same account and region")
        if is_fifo(arn) is not fifo:
            kind = "FIFO" if fifo else "standard"
            raise ValueFault(f"{quoted(name_of(arn))} is {'FIFO' if is_fifo(arn) else 'standard'}, {called} is {kind}")
        return arn
