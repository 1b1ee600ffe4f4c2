"""One message on its way from one queue to another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sqsview.domain.message import Message, Outgoing
from sqsview.domain.publishing import Destination


class Stage(Enum):
    """Where one message is."""

    HELD = auto()
    INTENDED = auto()
    """The intent is being written down, or is."""
    SENT = auto()
    """It was sent, and is not answered; or the answer was lost."""
    CONFIRMED = auto()
    """Its copy is there, or none is wanted: it is to be deleted."""


@dataclass(slots=True, eq=False)
class Item:
    """One message on its way."""

    message: Message
    """As it was received last."""
    outgoing: Outgoing | None = None
    """None where it is only deleted."""
    destination: Destination | None = None
    edited: str | None = None
    """Its body where a person edited it."""
    stage: Stage = Stage.HELD
    reason: str = ""
    """Why it could not be deleted."""
    is_counted: bool = False
    """Whether it is among those that were moved."""

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.message.id

    @property
    def copy(self) -> Outgoing:
        """What is to be sent."""
        assert self.outgoing is not None
        return self.outgoing
