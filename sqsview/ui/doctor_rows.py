"""What the list of findings shows of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from sqsview.domain.doctor import Finding, Severity, in_order
from sqsview.operations.doctor_forms import SIGNS
from sqsview.ui.arrangement import Matcher
from sqsview.ui.scene import Scene
from sqsview.ui.widgets.cells import Cell, Line, Tone
from sqsview.ui.widgets.columns import Column

FindingColumn: TypeAlias = Column[Finding, Scene]

TONES: Mapping[Severity, Tone] = {
    Severity.ERROR: Tone.BAD,
    Severity.WARNING: Tone.WARN,
    Severity.INFO: Tone.QUIET,
}


def _severity(finding: Finding, _scene: Scene) -> Cell:
    return Cell(f"{SIGNS[finding.severity]} {finding.severity.value}", TONES[finding.severity])


def _repair(finding: Finding, _scene: Scene) -> Cell:
    return Cell("one call" if finding.repair is not None else "", Tone.QUIET)


COLUMNS: tuple[FindingColumn, ...] = (
    Column("severity", "SEVERITY", 9, "left", _severity, priority=90),
    Column("thing", "THING", 30, "left", lambda row, _: Cell(row.thing, Tone.STRONG), min_width=16, max_width=60,
           priority=85),
    Column("evidence", "EVIDENCE", 40, "left", lambda row, _: Cell(row.evidence), grow=True, min_width=20, priority=75,
           cut="end"),
    Column("fix", "FIX", 8, "left", _repair, priority=60),
)  # fmt: skip

SORT_KEYS: Mapping[str, Callable[[Finding, Scene], Any]] = {
    "severity": lambda row, _: in_order(row),
    "thing": lambda row, _: row.thing,
    "fix": lambda row, _: row.repair is None,
}


def _kinds(finding: Finding) -> Iterable[str]:
    if finding.severity is Severity.ERROR:
        yield "error"
    if finding.severity is Severity.WARNING:
        yield "warning"
    if finding.severity is Severity.INFO:
        yield "info"
    if finding.repair is not None:
        yield "fixable"


MATCHER: Matcher[Finding] = Matcher(
    text=lambda finding: f"{finding.code.value} {finding.thing} {finding.evidence}", kinds=_kinds
)
"""Matches by code, thing and evidence; by kind: error, warning, info, fixable."""


def about_finding(finding: Finding | None, fix_key: str) -> list[Line]:
    """Say all that is known of a finding: what shows it, why it matters, and what to do about it."""
    if finding is None:
        return [(Cell("nothing under the cursor", Tone.QUIET),)]
    lines: list[Line] = [
        (Cell(f"{SIGNS[finding.severity]} ", TONES[finding.severity]), Cell(finding.evidence, Tone.STRONG)),
        (Cell("why  ", Tone.QUIET), Cell(finding.why)),
        (Cell("fix  ", Tone.QUIET), Cell(finding.fix)),
    ]
    lines += [(Cell(note, Tone.QUIET),) for note in finding.notes]
    if finding.repair is not None:
        lines.append((Cell(f"{fix_key:<5}", Tone.ACCENT), Cell(f"{finding.repair.api}: {finding.repair.says}")))
    lines.append((Cell(finding.code.value, Tone.QUIET),))
    return lines
