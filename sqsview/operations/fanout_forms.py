"""A fan-out's plan and what became of it: as one JSON document for programs, and as lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqsview.domain.arn import name_of
from sqsview.domain.fan_out import Plan, Step
from sqsview.domain.policy import one_line
from sqsview.domain.text import printable, shortened
from sqsview.operations.fanout import BuildProgress, StepProgress, StepState
from sqsview.operations.fanout_trace import Proof

_WIDEST = 160
"""Characters of what is before and after a change."""


def as_json(plan: Plan, progress: BuildProgress, traced: Sequence[Proof] | None = None) -> dict[str, Any]:
    """Give the document of ``sqsview fanout --json``."""
    document: dict[str, Any] = {
        "topic": plan.topic_arn,
        "there": plan.there,
        "steps": [_step(each) for each in progress.steps],
        "refused": list(plan.refusals),
        "notes": [*plan.notes, *progress.notes],
        "complete": progress.complete and not plan.refusals,
    }
    if traced is not None:
        document["trace"] = [each.as_json() for each in traced]
    return document


def _step(each: StepProgress) -> dict[str, Any]:
    step = each.step
    return {
        "call": step.call.api,
        "parameters": dict(step.call.parameters),
        "words": step.words,
        "before": step.difference[0] if step.difference else None,
        "after": step.difference[1] if step.difference else None,
        "outcome": each.state.value,
        "made": each.made,
        "reason": each.reason or None,
    }


def plan_lines(plan: Plan, *, calls: bool) -> list[str]:
    """Say what would be done, a printable line each; with ``calls`` also what exactly is called."""
    lines = [headline(plan)]
    for number, step in enumerate(plan.steps, 1):
        lines.append(f"{number:3d}  {printable(step.words)}")
        lines += [f"     {line}" for line in step_lines(step)]
        if calls:
            lines.append(f"     {step.call.api} {printable(one_line(dict(step.call.parameters)))}")
    return lines


def headline(plan: Plan) -> str:
    """Say in one printable line how much there is to do."""
    name = name_of(plan.topic_arn)
    things = f"{plan.there:,} thing{' is' if plan.there == 1 else 's are'} there"
    if plan.refusals:
        return printable(f"{name}: it cannot be built as it is described")
    if not plan.steps:
        return printable(f"{name}: {things}, and all is as described: nothing to do")
    calls = f"{len(plan.steps):,} call{'' if len(plan.steps) == 1 else 's'}"
    return printable(f"{name}: {calls} to make, {things} already")


def step_lines(step: Step) -> list[str]:
    """Give what a step changes, and what may be lost by it, in printable lines."""
    lines = []
    if step.difference is not None:
        before, after = (shortened(printable(text), _WIDEST) for text in step.difference)
        lines += [f"- {before}", f"+ {after}"]
    if step.loses:
        lines.append(f"! {printable(step.loses)}")
    return lines


def outcome_lines(progress: BuildProgress) -> list[str]:
    """Say of each step what became of it, a printable line each."""
    widest = max(len(state) for state in StepState)
    lines = []
    for each in progress.steps:
        reason = f": {each.reason}" if each.reason else ""
        lines.append(f"{each.state.value.ljust(widest)}  {printable(each.step.words + reason)}")
    return lines


def summary(plan: Plan, progress: BuildProgress) -> str:
    """Say in one printable line what came of it."""
    name, total = name_of(plan.topic_arn), len(progress.steps)
    if plan.refusals:
        return headline(plan)
    if not total:
        return headline(plan)
    taken, kept = progress.count(StepState.TAKEN_BACK), progress.count(StepState.KEPT)
    if taken or kept:
        left = f", {kept:,} could not be" if kept else ""
        changed = sum(each.state is StepState.DONE and not each.step.makes for each in progress.steps)
        stays = f"; {changed:,} change{'' if changed == 1 else 's'} to what was there before stay" if changed else ""
        return printable(f"{name}: {taken:,} of what was made {'is' if taken == 1 else 'are'} taken back{left}{stays}")
    if progress.complete:
        return printable(f"{name}: built, {total:,} call{'' if total == 1 else 's'} made")
    why = progress.problem or ("it was stopped" if progress.stopped else "it is not over")
    left_over = progress.count(StepState.WAITING, StepState.FAILED, StepState.UNKNOWN)
    return printable(f"{name}: {progress.done:,} of {total:,} calls made, {left_over:,} left: {why}")
