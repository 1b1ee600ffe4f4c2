"""What stands above the messages of a queue: how many of how many, whether they are held, what the look cost."""

from __future__ import annotations

import math

from sqsview.domain.arn import name_of
from sqsview.domain.message import Message
from sqsview.domain.queue import Queue, QueueSettings
from sqsview.domain.receive_budget import Allowance, looks_left
from sqsview.domain.text import printable
from sqsview.domain.topology import Topology
from sqsview.operations.look import Look, Stage
from sqsview.operations.look_notes import in_agreement
from sqsview.ui.message_looking import Looking, Phase, described
from sqsview.ui.widgets.cells import Cell, Line, Tone, width_of

SEPARATOR = " · "
_BEFORE = {Phase.READING: "reading the queue…", Phase.ASKING: "waiting for your answer"}
_SOURCES = 2
"""Queues that are named in a title; the others are counted."""


def title_of(name: str, queue: Queue | None, topology: Topology) -> str:
    """Name the queue, with what its messages are: dead letters, and of what; or what becomes of them."""
    if queue is None:
        return name
    sources = [source.name for source in topology.dead_letter_sources(queue)]
    sources += [f"the topic {topic.name}" for topic, _ in topology.failed_deliveries(queue)]
    if sources:
        more = f" and {len(sources) - _SOURCES:,} more" if len(sources) > _SOURCES else ""
        return f"{name}{SEPARATOR}dead letters of {', '.join(sources[:_SOURCES])}{more}"
    settings = queue.settings
    if settings is not None and settings.max_receive_count is not None:
        receives = "1 receive" if settings.max_receive_count == 1 else f"{settings.max_receive_count:,} receives"
        return f"{name}{SEPARATOR}{receives}, then {name_of(settings.dead_letter_target or '')}"
    return name


def what_a_look_does(allowance: Allowance) -> str:
    """Say what a person who is asked should know beside what the look costs."""
    return (
        "SQS has no peek: a look is a receive, and counts as one for every message that it meets. "
        f"Only consumers of {allowance.queue} should take the last one."
    )


def outlook(message: Message, settings: QueueSettings) -> list[Line]:
    """Say what the next receive does to a message, where it is near its limit."""
    most, count = settings.max_receive_count, message.receive_count
    if most is None or count is None:
        return []
    target = name_of(settings.dead_letter_target or "") or "the dead-letter queue"
    if count >= most:
        return [(Cell(f"✗ the next receive moves it to {target}", Tone.BAD),)]
    if looks_left(most, count) == 0:
        return [(Cell(f"! the next receive is its last before {target}", Tone.WARN),)]
    return []


def status_lines(title: str, looking: Looking, *, now: float, width: int) -> list[Line]:
    """Write the queue to the left and the state of the look to the right, below each other where that is too wide.

    ``now`` is monotonic seconds, ``width`` in terminal cells. ``title`` may be untrusted text.
    """
    facts = facts_of(looking, now)
    left, right = printable(title), SEPARATOR.join(facts)
    blanks = width - width_of(left) - width_of(right)
    if not right:
        return [(Cell(left, Tone.STRONG),)]
    if blanks >= 2:
        return [(Cell(left, Tone.STRONG), Cell(" " * blanks), Cell(right, _tone(looking)))]
    return [(Cell(left, Tone.STRONG),), (Cell(right, _tone(looking)),)]


def _tone(looking: Looking) -> Tone:
    return Tone.WARN if looking.now is not None and looking.now.stage is Stage.LOST else Tone.NORMAL


def facts_of(looking: Looking, now: float) -> list[str]:
    """Say where the look is, in parts."""
    look = looking.now
    if look is None:
        return [_BEFORE[looking.phase]] if looking.phase in _BEFORE else []
    facts = [described(look.appraisal, len(look.messages))]
    if looking.phase in _BEFORE:
        facts += _state(look, looking, now) if look.stage in (Stage.HELD, Stage.RELEASING) else []
        facts.append(_BEFORE[looking.phase])
    elif look.messages or looking.busy or look.stage is Stage.LOST:
        facts += _state(look, looking, now)
    return [*facts, *_budget(look)]


def _state(look: Look, looking: Looking, now: float) -> list[str]:
    if looking.phase is Phase.LOOKING and look.stage in (Stage.RELEASED, Stage.LOST):  # this is still the one before
        return [f"looking for {looking.wanted:,}…"]
    match look.stage:
        case Stage.READY | Stage.RECEIVING:
            return [f"looking for {looking.wanted:,}…"]
        case Stage.HELD:
            left = max(0, math.ceil((look.held_until or now) - now))
            held = "held" if look.held == len(look.messages) else f"{look.held:,} held"
            return [f"{held}, {left} s, renewing"]
        case Stage.RELEASING:
            return ["letting go…"]
        case Stage.RELEASED:
            return [f"released when {looking.ended}" if looking.ended else "released"]
        case Stage.LOST:
            return ["no longer held"]


def _budget(look: Look) -> list[str]:
    """Say what the look cost and how many are left, or that there is no limit."""
    if look.appraisal.settings.max_receive_count is None:
        return ["no receive limit here"]
    left = look.allowance.looks_left
    cost = [f"the look cost {look.receives:,} receive{'' if look.receives == 1 else 's'}"] if look.receives else []
    return [f"looks left {left:,}", *cost] if left is not None else cost


def note_lines(looking: Looking) -> list[Line]:
    """Say what else there is to know of the look: what is wrong first, and what the look itself notes."""
    look = looking.now
    lines: list[Line] = []
    problems = [looking.problem] if looking.problem is not None else []
    if look is not None and look.problem is not None and look.problem not in problems:
        problems.append(look.problem)
    lines += [(Cell("! "), Cell(problem.line, Tone.BAD)) for problem in problems]
    if looking.declined:
        lines.append((Cell("not looked: ", Tone.STRONG), Cell(looking.declined, Tone.WARN)))
    if look is not None and (look.messages or looking.busy):  # else they stand where the messages would
        lines += [(Cell("  "), Cell(note, Tone.WARN)) for note in in_agreement(look.notes)]
    return lines


def why_empty(looking: Looking, key: str) -> str:
    """Say why no message is shown; ``key`` is the one that looks."""
    look = looking.now
    if looking.phase is Phase.IDLE:
        return f"nothing was looked at yet · {key} looks: each look counts as one receive of every message it meets"
    if looking.phase in _BEFORE:
        return _BEFORE[looking.phase]
    if looking.phase is Phase.LOOKING:
        return "looking…"
    if looking.phase is Phase.DECLINED:
        return f"not looked · {key} asks again"
    if looking.ended:
        return f"the look ended when {looking.ended}\n{key} looks again"
    if looking.problem is not None:
        return f"{looking.problem.text}\n{looking.problem.remedy or f'{key} looks again'}"
    reasons = "\n".join(in_agreement(look.notes)) if look is not None else ""
    return (
        f"the queue gave nothing\n{reasons}\n{key} looks again"
        if reasons
        else f"the queue gave nothing · {key} looks again"
    )
