"""A message is judged while it is written: quickly what it is and who gets it, a moment later what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqsview.domain.json_text import JsonCheck, JsonState, json_check
from sqsview.domain.large_text import once_a_text
from sqsview.domain.message import Outgoing
from sqsview.domain.placeholders import first, names_in, typed_column
from sqsview.domain.publishing import Destination, Judgement, judged, one_delivery
from sqsview.domain.recipients import Recipient, Recipients
from sqsview.ui.draft import Draft
from sqsview.ui.sending import repeat_of

ASIDE = 64 * 1024
"""Characters of a body from which it is judged in a thread: 1 MiB can take 0.2 s."""
_checked = once_a_text(json_check)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a message is."""

    outgoing: Outgoing
    """With its placeholders."""
    check: JsonCheck | None
    """Whether the body is JSON once its placeholders are filled in, placed in it as typed; None where it is empty."""
    recipients: tuple[Recipient, ...] | None
    """Who gets it, with its placeholders filled in; None where that is no question."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a message, or worth knowing."""

    outgoing: Outgoing
    """With its placeholders."""
    judgement: Judgement
    repeat: tuple[int, float | None] | str
    """How often and how fast, or one line where they make no sense."""
    filled: bool
    """Whether placeholders are worth a word."""


class Judging:
    """Judges one message again and again, and remembers who gets it where nothing that decides that has changed."""

    def __init__(self, epoch: Callable[[], float]) -> None:
        """Prepare it; ``epoch`` gives the time for ``{{now}}``, in epoch seconds."""
        self._epoch = epoch
        self._last: tuple[Recipients, Outgoing, tuple[Recipient, ...]] | None = None

    def seen(self, draft: Draft, destination: Destination, recipients: Recipients | None) -> Seen:
        """Tell what a message is, and who gets it."""
        outgoing, _ = draft.read(destination)
        sent = first(outgoing, self._epoch())
        check = filled_check(outgoing.body, sent.body) if outgoing.body else None
        return Seen(outgoing, check, None if recipients is None else self._recipients(outgoing, sent, recipients))

    def _recipients(self, outgoing: Outgoing, sent: Outgoing, recipients: Recipients) -> tuple[Recipient, ...]:
        if self._last is not None:
            asked, about, found = self._last
            if asked is recipients and _alike(about, outgoing):
                return found
        found = recipients.judge(sent)
        self._last = recipients, outgoing, found
        return found

    @staticmethod
    def verdict(draft: Draft, destination: Destination, before: Sequence[Outgoing]) -> Verdict:
        """Tell what is wrong with a message.

        Args:
            draft: what stands in the fields.
            destination: where it goes.
            before: what was sent there before, as far as is known here.
        """
        outgoing, unread = draft.read(destination)
        repeat = repeat_of(draft)
        count = repeat[0] if isinstance(repeat, tuple) else 1
        copy = any(one_delivery(outgoing, other, destination) for other in before)
        judgement = judged(outgoing, destination, repeats=count, copy=copy)
        filled = count > 1 or bool(names_in(outgoing))
        return Verdict(outgoing, Judgement((*unread, *judgement.faults), judgement.warnings), repeat, filled)


def filled_check(typed: str, sent: str) -> JsonCheck:
    """Check the body that is sent, and say where in the typed one it is broken."""
    check = _checked(sent)
    if check.state is not JsonState.BROKEN or typed is sent:
        return check
    line = typed.split("\n")[check.row - 1]
    return replace(check, column=typed_column(line, check.column))


def _alike(one: Outgoing, other: Outgoing) -> bool:
    """Tell whether two messages are one for every filter policy."""
    return (one.body, one.structure, one.attributes) == (other.body, other.structure, other.attributes)
