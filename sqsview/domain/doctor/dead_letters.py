"""What is wrong with dead-letter queues: where they are named, and the queues themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqsview.domain.arn import is_arn
from sqsview.domain.doctor import repairs
from sqsview.domain.doctor.about import TO_TELL
from sqsview.domain.doctor.finding import Finding, of_queue
from sqsview.domain.doctor.repair import Repair
from sqsview.domain.fault_codes import Code
from sqsview.domain.queue import Queue
from sqsview.domain.snapshot import Context
from sqsview.domain.topology import Topology
from sqsview.domain.wiring import redrive_findings
from sqsview.domain.words.figures import count, duration

_NAMED_SO = re.compile(r"dlq|dead[-_]?letter", re.IGNORECASE)
"""What the names of dead-letter queues have in common, where anything has."""
_NAMED = 4
"""Sources that are named in one line."""
_LONGEST_CIRCLE = 100
"""Queues on a way that is followed; each is one step of each queue before it."""


def redrive_faults(queue: Queue, topology: Topology, context: Context) -> Iterator[Finding]:
    """Examine where ``queue`` gives messages up to."""
    settings = queue.settings
    if settings is None or settings.dead_letter_target is None:
        return
    target = settings.dead_letter_target
    if target in (queue.key, queue.arn):
        evidence = "its redrive policy names the queue itself"
        yield of_queue(Code.DLQ_ITSELF, queue, evidence, "name another queue in its redrive policy")
        return
    dead = topology.queue_by_arn(target)
    for found in redrive_findings(queue, topology, context):
        repair: Repair | None = None
        if found.code is Code.DLQ_GONE and is_arn(target):
            repair = repairs.make_dead_letter_queue(target, fifo=queue.ref.fifo)
        elif found.code is Code.DLQ_REFUSES and dead is not None:
            repair = repairs.accept(dead, queue)
        if found.code is not Code.NOT_READ_YET:
            fix = found.remedy or TO_TELL[found.code]
            yield of_queue(found.code, queue, found.text, fix, repair, "" if found.certain else found.text)
    circle = _circle(queue, topology)
    if circle and queue.key == min(each.key for each in circle):
        names = " → ".join(each.name for each in (*circle, queue))
        evidence = f"each gives up to the next: {names}"
        yield of_queue(Code.DLQ_CIRCLE, queue, evidence, "let the last of them give up to none of the others")


def dead_letter_faults(queue: Queue, topology: Topology) -> Iterator[Finding]:
    """Examine a queue that is a dead-letter queue, or looks like one."""
    if not topology.is_dead_letter_queue(queue):
        yield from _orphaned(queue, topology)
        return
    counts = queue.counts
    held = 0 if counts is None else sum(each or 0 for each in (counts.visible, counts.in_flight, counts.delayed))
    if held:
        evidence = f"about {count(held)} dead letter{'' if held == 1 else 's'} of {_from(queue, topology)}"
        fix = "look at them (v, or sqsview peek), mend what they failed on, then redrive them (R, or sqsview redrive)"
        yield of_queue(Code.DLQ_NOT_EMPTY, queue, evidence, fix)
    yield from _retention(queue, topology)


def _retention(dead: Queue, topology: Topology) -> Iterator[Finding]:
    """Compare how long messages are kept; a FIFO queue counts anew from the move (SQS Developer Guide, "DLQ")."""
    kept = dead.settings.retention if dead.settings is not None else None
    if dead.ref.fifo or kept is None:
        return
    longer = [
        source
        for source in topology.dead_letter_sources(dead)
        if source.settings is not None and source.settings.retention is not None
        and source.settings.retention >= kept and source.key != dead.key
    ]  # fmt: skip
    if not longer:
        return
    most = max(source.settings.retention or 0 for source in longer if source.settings is not None)
    evidence = f"keeps messages {duration(kept)}, and {_named(longer)} {duration(most)}"
    repair = repairs.keep_longest(dead)
    fix = "keep messages longer here than there"
    if most >= repairs.LONGEST_RETENTION:
        longest = duration(repairs.LONGEST_RETENTION)
        fix = f"SQS keeps none for longer than {longest}: keep them shorter in {_named(longer)}"
        repair = None
    yield of_queue(Code.DLQ_RETENTION, dead, evidence, fix, repair)


def _orphaned(queue: Queue, topology: Topology) -> Iterator[Finding]:
    """Find what was a dead-letter queue: nothing gives up to it, and its name or its own policy says what it is for."""
    settings = queue.settings
    everything = topology.complete and topology.all_subscriptions
    if not everything or settings is None or topology.feeds(queue):
        return
    if any(each.settings is None for each in topology.queues.values()):
        return  # one of them may name it
    by_name = _NAMED_SO.search(queue.name) is not None
    if not by_name and settings.redrive_permission != "byQueue":
        return
    says = "its name says that it is a dead-letter queue" if by_name else "its redrive allow policy names sources"
    held = queue.counts.visible if queue.counts is not None else None
    inside = f"; about {count(held)} messages lie in it" if held else ""
    evidence = f"{says}, and no queue or subscription names it{inside}"
    fix = "name it in the redrive policy of its source, or empty it and delete it"
    yield of_queue(Code.DLQ_ORPHANED, queue, evidence, fix)


def _circle(queue: Queue, topology: Topology) -> tuple[Queue, ...]:
    """Give the queues from ``queue`` back to it; empty where the way does not lead back."""
    seen: dict[str, Queue] = {queue.key: queue}
    here = topology.dead_letter_queue_of(queue)
    while here is not None and here.key not in seen and len(seen) < _LONGEST_CIRCLE:
        seen[here.key] = here
        here = topology.dead_letter_queue_of(here)
    return tuple(seen.values()) if here is queue and len(seen) > 1 else ()


def _from(queue: Queue, topology: Topology) -> str:
    sources = topology.dead_letter_sources(queue)
    failed = topology.failed_deliveries(queue)
    names = [source.name for source in sources] + [f"{topic.name} (not delivered)" for topic, _ in failed]
    names = list(dict.fromkeys(names))
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {count(rest)} more" if rest > 0 else "")


def _named(queues: list[Queue]) -> str:
    names = [queue.name for queue in queues[:_NAMED]]
    rest = len(queues) - _NAMED
    return ", ".join(names) + (f" and {count(rest)} more" if rest > 0 else "")
