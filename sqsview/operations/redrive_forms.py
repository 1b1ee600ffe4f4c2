"""What a redrive would do, message by message, as a table for people."""

from __future__ import annotations

from collections.abc import Iterator

from sqsview.domain.redrive import RedrivePlan
from sqsview.domain.text import printable, shortened
from sqsview.domain.words.figures import count
from sqsview.operations.listing_forms import table
from sqsview.operations.move import MovePlan, Planned

_HEADINGS = ("MESSAGE", "GOES TO", "NOTE")
_ID = 40
_NAME = 40
_NOTE = 100
"""Characters of each column at most."""


def plan_as_text(found: MovePlan, plan: RedrivePlan) -> str:
    """Give what would go where as a table; everything in it is printable.

    Args:
        found: of the messages that were looked at.
        plan: of the whole queue.
    """
    parts = [printable(" · ".join(_headline(found, plan)))]
    if found.planned:
        parts.append(table(_HEADINGS, [_row(one) for one in found.planned], right=set()))
    return "\n\n".join(parts) + "\n"


def _headline(found: MovePlan, plan: RedrivePlan) -> Iterator[str]:
    yield f"{plan.queue.name} to {plan.where}: nothing was sent"
    going = sum(not one.fault for one in found.planned)
    looked_at = len(found.planned) + found.skipped
    yield f"of {count(looked_at)} messages looked at {count(going)} would go"
    yield f"about {count(found.visible)} are there"


def _row(one: Planned) -> tuple[str, str, str]:
    said = one.fault or ", ".join(one.notes)
    where = one.destination if not one.fault else "stays"
    return (
        shortened(printable(one.id), _ID),
        shortened(printable(where), _NAME),
        shortened(printable(said), _NOTE),
    )
