"""The one call that mends a finding, as it would be made, with what it was planned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqsview.domain.changes import CreateQueue, SetQueueAttributes
from sqsview.domain.queue import QueueSettings
from sqsview.domain.topic import Subscription


@dataclass(frozen=True, slots=True)
class Value:
    """One attribute before and after."""

    attribute: str
    """As AWS names it, such as ``Policy``."""
    before: str | None
    """As it is set now; None where it is not set."""
    after: str


@dataclass(frozen=True, slots=True)
class SetQueue:
    """Sets attributes of a queue; the server replaces each as a whole, and compares nothing."""

    call: SetQueueAttributes
    before: tuple[tuple[str, str | None], ...]
    """What is set now, for each attribute that is changed."""
    planned_from: QueueSettings
    fields: tuple[str, ...]
    """The fields of the settings that decided it: where one of them has changed since, it is not done."""
    says: str
    """What it does, in one line that may hold names."""
    note: str = ""
    """What comes of it beside, in one line."""

    api = "sqs:SetQueueAttributes"
    deletes = False

    @property
    def thing(self) -> str:
        """The ARN of what is changed."""
        return self.call.queue.arn

    @property
    def name(self) -> str:
        """The name of what is changed."""
        return self.call.queue.name

    @property
    def values(self) -> Iterator[Value]:
        """Each attribute before and after."""
        for attribute, value in self.before:
            yield Value(attribute, value, self.call.attributes[attribute])

    def still_fits(self, settings: QueueSettings) -> bool:
        """Tell whether a fresh reading says the same of what decided it."""
        return all(getattr(settings, field) == getattr(self.planned_from, field) for field in self.fields)


@dataclass(frozen=True, slots=True)
class MakeQueue:
    """Creates a queue that is named but does not exist."""

    call: CreateQueue
    arn: str
    """As it is named; it must still be missing."""
    says: str
    note: str = ""

    api = "sqs:CreateQueue"
    deletes = False

    @property
    def thing(self) -> str:
        """The ARN of what is made."""
        return self.arn

    @property
    def name(self) -> str:
        """The name of what is made."""
        return self.call.name

    @property
    def values(self) -> Iterator[Value]:
        """Each attribute that is given."""
        for attribute, value in self.call.attributes.items():
            yield Value(attribute, None, value)


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Deletes a subscription that delivers nothing, or delivers twice."""

    subscription: Subscription
    says: str
    twin: Subscription | None = None
    """The one that goes on delivering; it must still be there, and be set up as it was."""
    gone: str | None = None
    """The ARN of the queue that does not exist; it must still be missing."""
    note: str = ""

    api = "sns:Unsubscribe"
    deletes = True

    @property
    def thing(self) -> str:
        """The ARN of what is deleted."""
        return self.subscription.ref.arn

    @property
    def name(self) -> str:
        """What it delivers to."""
        return self.subscription.name

    @property
    def values(self) -> Iterator[Value]:
        """Nothing: no attribute is set."""
        return iter(())


Repair: TypeAlias = SetQueue | MakeQueue | Unsubscribe
