"""Who will get a message, subscription by subscription, with what decides."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from sqsview.domain.access import Answer
from sqsview.domain.recipients import Recipient
from sqsview.domain.text import printable
from sqsview.ui.widgets.cells import Cell, Line, Tone, cut_to, width_of
from sqsview.ui.widgets.lines_view import LinesView

MARKS = {Answer.YES: ("✓", Tone.GOOD), Answer.NO: ("✗", Tone.QUIET), Answer.CANNOT_TELL: ("?", Tone.WARN)}
"""The mark of each answer, and its tone."""
_SHORT, _LONG = 8, 32
"""Terminal cells of a name, at most, in a narrow and in a wide pane."""
_AROUND = 4
"""Terminal cells of the mark before a name and the blanks around it."""


class RecipientsView(LinesView):
    """One line a subscription, in the order of the topic: lines do not jump while somebody types."""

    _recipients: tuple[Recipient, ...] | None = None

    def show_recipients(self, recipients: Sequence[Recipient]) -> None:
        """Show the answers; nothing is painted where they are as before."""
        told = tuple(recipients)
        if told == self._recipients:
            return
        self._recipients = told
        self.border_subtitle = Content(counted(told))
        self.break_lines()

    def measure(self, width: int) -> int:
        """Write the lines for ``width`` terminal cells: with too long a name, the reason would not stand beside it."""
        if self._recipients:
            self._lines = recipient_lines(self._recipients, max(_SHORT, min(_LONG, width // 2 - _AROUND)))
        elif self._recipients is not None:
            self._lines = [(Cell("nothing is subscribed to this topic: what is published is dropped", Tone.WARN),)]
        return super().measure(width)


def counted(recipients: Sequence[Recipient]) -> str:
    """Say how many will get it: ``2 of 5 will get it · 1 uncertain``."""
    sure = sum(each.answer is Answer.YES for each in recipients)
    open_ = sum(each.answer is Answer.CANNOT_TELL for each in recipients)
    return f"{sure} of {len(recipients)} will get it" + (f" · {open_} uncertain" if open_ else "")


def recipient_lines(recipients: Sequence[Recipient], longest: int) -> list[Line]:
    """Write mark, name of up to ``longest`` terminal cells, and reason."""
    names = [cut_to(printable(each.subscription.name), longest) for each in recipients]
    width = max(map(width_of, names), default=0)
    lines: list[Line] = []
    for name, each in zip(names, recipients, strict=True):
        mark, tone = MARKS[each.answer]
        label = f"{mark} {name}{' ' * (width - width_of(name))}  "
        lines.append((Cell(label, tone), Cell(each.reason, Tone.QUIET if each.answer is Answer.NO else Tone.NORMAL)))
    return lines
