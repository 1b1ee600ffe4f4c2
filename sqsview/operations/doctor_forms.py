"""Findings as one JSON document for programs, and as paragraphs for people; and a repair before it is done."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqsview.domain.doctor import Finding, Repair, Severity
from sqsview.domain.policy import as_list, document, one_line
from sqsview.domain.text import printable
from sqsview.operations.diagnosis import Diagnosis

SIGNS: Mapping[Severity, str] = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.INFO: "·"}
"""What stands before a finding, so that its severity is not told by a colour alone."""


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Give the findings in the shape of ``sqsview doctor --json``."""
    return {
        "findings": [
            {
                "severity": finding.severity.value,
                "code": finding.code.value,
                "thing": finding.thing,
                "evidence": finding.evidence,
                "why": finding.why,
                "fix": finding.fix,
            }
            for finding in findings
        ]
    }


def as_text(diagnosis: Diagnosis) -> str:
    """Give the findings for a person: the worst first, a line for each, below it why it matters and the fix.

    Of several that have the same fix these stand below the last.
    """
    alike = groupby(diagnosis.findings, key=lambda finding: (finding.code, finding.fix, finding.notes))
    lines = [line for _, group in alike for line in _paragraph(list(group))]
    return "".join(f"{printable(line)}\n" for line in (*lines, summary(diagnosis)))


def _paragraph(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"{SIGNS[finding.severity]} {finding.thing}: {finding.evidence}  [{finding.code.value}]"
    last = findings[-1]
    yield f"    why  {last.why}"
    yield f"    fix  {last.fix}"
    for note in last.notes:
        yield f"         {note}"
    yield ""


def summary(diagnosis: Diagnosis) -> str:
    """Say in one line how many findings there are of how many things."""
    looked = f"{_many(diagnosis.queues, 'queue')} and {_many(diagnosis.topics, 'topic')}"
    told = in_numbers(diagnosis.findings)
    return f"{told} in {looked}" if told else f"nothing is wrong in {looked}, as far as what is set up shows"


def in_numbers(findings: Sequence[Finding]) -> str:
    """Count the findings by severity, in words; empty where there are none."""
    found = Counter(finding.severity for finding in findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    return ", ".join(_many(found[severity], word) for severity, word in words.items() if found[severity])


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def repair_lines(repair: Repair) -> list[str]:
    """Say which call a repair is and what it changes: of JSON, only the lines that differ are marked."""
    lines = [f"{repair.api} on {repair.name}: {repair.says}"]
    for value in repair.values:
        before, after = _spread(value.before), _spread(value.after)
        if len(before) <= 1 and len(after) <= 1:
            was = before[0] if before else "not set"
            lines.append(f"{value.attribute}: {was} → {after[0] if after else 'not set'}")
            continue
        lines.append(f"{value.attribute}:")
        lines += [f"  {line}" for line in difflib.ndiff(before, after) if not line.startswith("?")]
    return [*lines, *([repair.note] if repair.note else [])]


def _spread(text: str | None) -> list[str]:
    """Give a JSON object with a line for each key, and for each statement of a policy; anything else in one line."""
    if not text:
        return []
    try:
        parsed = document(text)
    except ValueError:
        return [text]
    if not isinstance(parsed, dict):
        return [text]
    return [
        f"{name}: {one_line(part)}"
        for name, value in parsed.items()
        for part in (as_list(value) if name == "Statement" else [value])
    ]
