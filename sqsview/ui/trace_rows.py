"""What the trace shows of each subscription: what was predicted, what a look costs, what became of the message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqsview.domain.access import Answer
from sqsview.domain.recipients import Recipient
from sqsview.operations.prospects import DEADLINE, MOST_LOOKED_AT, Prospect
from sqsview.operations.trace import Outcome, Traced
from sqsview.ui.widgets.cells import Cell, Cells, Column, Line, Tone
from sqsview.ui.widgets.recipients_view import MARKS

OUTCOMES = {
    Outcome.WAITING: ("…", Tone.ACCENT, "looking for it"),
    Outcome.ARRIVED: ("✓", Tone.GOOD, "arrived"),
    Outcome.NOT_SEEN: ("✗", Tone.BAD, "not seen"),
    Outcome.FILTERED: ("✓", Tone.QUIET, "filtered"),
    Outcome.WRONG_PREDICTION: ("!", Tone.WARN, "wrong prediction"),
    Outcome.CANNOT_KNOW: ("?", Tone.QUIET, "cannot be known"),
}
"""The mark of each outcome, its tone, and its word."""


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One subscription. It is shown as what it costs until it has an outcome."""

    prospect: Prospect
    allowed: bool = False
    """Whether its queue may be looked into."""
    traced: Traced | None = None

    @property
    def key(self) -> str:
        """The subscription's key."""
        return self.prospect.key

    @property
    def recipient(self) -> Recipient:
        """The subscription with what is predicted."""
        return self.prospect.recipient

    @property
    def name(self) -> str:
        """What it delivers to."""
        return self.recipient.subscription.name

    @property
    def can_be_looked_at(self) -> bool:
        """Tell whether there can be a look at all."""
        return self.prospect.appraisal is not None


def _box(row: TraceRow, _: None) -> Cells:
    if row.traced is not None:
        mark, tone, _word = OUTCOMES[row.traced.outcome]
        return (Cell(f" {mark}", tone),)
    if not row.can_be_looked_at:
        return (Cell(" –", Tone.QUIET),)
    return (Cell("[x]", Tone.ACCENT),) if row.allowed else (Cell("[ ]", Tone.QUIET),)


def _predicted(row: TraceRow, _: None) -> Cells:
    mark, tone = MARKS[row.recipient.answer]
    return Cell(f"{mark} ", tone), Cell(row.recipient.reason, Tone.QUIET)


def _told(row: TraceRow, _: None) -> Cells:
    if row.traced is not None:
        _mark, tone, word = OUTCOMES[row.traced.outcome]
        if row.traced.outcome is Outcome.CANNOT_KNOW:  # its mark says so, and why is worth the room
            return (Cell(row.traced.text if row.can_be_looked_at else row.prospect.short, tone),)
        return Cell(word, tone), Cell(_after(row.traced), Tone.QUIET)
    if not row.can_be_looked_at:
        return (Cell(f"? {row.prospect.short}", Tone.QUIET),)
    if row.prospect.must_ask or row.prospect.is_deep:
        return Cell("! ", Tone.WARN), Cell(row.prospect.short, Tone.WARN)
    return (Cell(row.prospect.short),)


def _after(traced: Traced) -> str:
    """Give what follows the word of an outcome."""
    if traced.outcome is Outcome.WAITING:
        return "…"
    return f" {traced.text}" if traced.outcome is Outcome.ARRIVED else f": {traced.text}"


COLUMNS: tuple[Column[TraceRow, None], ...] = (
    Column("look", " LOOK", 5, cell=_box, priority=95, gap=1),
    Column("name", "SUBSCRIPTION", 20, cell=lambda row, _: Cell(row.name), max_width=34, min_width=10, priority=80),
    Column("predicted", "PREDICTED", 22, cell=_predicted, max_width=44, min_width=9, priority=75, cut="end"),
    Column("told", "WHAT A LOOK COSTS", 24, cell=_told, grow=True, cut="end"),
)
"""The columns before anything was published."""
DONE: tuple[Column[TraceRow, None], ...] = (
    replace(COLUMNS[0], title=""),
    COLUMNS[1],
    replace(COLUMNS[2], width=12, min_width=9),
    Column("told", "WHAT BECAME OF IT", 36, cell=_told, grow=True, cut="end"),
)
"""The columns from then on."""


def cost_lines(rows: Sequence[TraceRow]) -> list[Line]:
    """Say what all looks cost together, and what is left out."""
    asked = sum(row.allowed for row in rows)
    lines: list[Line] = []
    if asked:
        queues = "1 queue, up to" if asked == 1 else f"{asked:,} queues, up to"
        each = "" if asked == 1 else " each"
        looks = f" publishes it and looks into {queues} {MOST_LOOKED_AT} messages{each}"
        lines.append((Cell(" ctrl+s", Tone.ACCENT), Cell(looks)))
        lines.append((Cell(f"        held up to {DEADLINE:g} s, each costs one receive"),))
    else:
        lines.append((Cell(" ctrl+s", Tone.ACCENT), Cell(" publishes it and looks into no queue")))
    left_out = [row for row in rows if row.can_be_looked_at and not row.allowed]
    if left_out:
        asks = sum(row.prospect.must_ask for row in left_out)
        deep = sum(row.prospect.is_deep and not row.prospect.must_ask for row in left_out)
        grave = [row for row in left_out if row.prospect.must_ask or row.prospect.is_deep]
        no = sum(row.recipient.answer is Answer.NO for row in left_out if row not in grave)
        reasons = [
            f"{asks:,} may lose a last try" if asks else "",
            f"{deep:,} deeper than {MOST_LOOKED_AT}" if deep else "",
            f"{no:,} predicted ✗" if no else "",
        ]
        said = ", ".join(filter(None, reasons))
        told = f" takes in one of {len(left_out):,} left out" + (f": {said}" if said else "")
        lines.append((Cell(" space", Tone.ACCENT), Cell(told, Tone.QUIET)))
    return lines


def about_lines(row: TraceRow) -> list[Line]:
    """Write all that is known of one subscription."""
    mark, tone = MARKS[row.recipient.answer]
    lines: list[Line] = [(Cell("predicted  ", Tone.QUIET), Cell(f"{mark} ", tone), Cell(row.recipient.reason))]
    if row.traced is not None:
        mark, tone, word = OUTCOMES[row.traced.outcome]
        lines.append((Cell("outcome    ", Tone.QUIET), Cell(f"{mark} {word}", tone), Cell(_after(row.traced))))
    elif row.can_be_looked_at:
        lines.append((Cell("a look     ", Tone.QUIET), Cell(row.prospect.line)))
    else:
        lines.append((Cell("no look    ", Tone.QUIET), Cell(row.prospect.line)))
    return lines


def summed_up(results: Sequence[Traced]) -> Line:
    """Count the outcomes in one line."""
    cells: list[Cell] = []
    for outcome, (mark, tone, word) in OUTCOMES.items():
        count = sum(each.outcome is outcome for each in results)
        if count:
            cells.append(Cell(f"{' · ' if cells else ''}{mark} {count:,} {word}", tone))
    return tuple(cells)
