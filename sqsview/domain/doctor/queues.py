"""What is wrong with one queue by itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqsview.domain.doctor import repairs
from sqsview.domain.doctor.about import TO_TELL
from sqsview.domain.doctor.finding import Finding, of_queue
from sqsview.domain.doctor.holds import held_too_long
from sqsview.domain.fault_codes import Code
from sqsview.domain.problem import ProblemKind
from sqsview.domain.queue import Queue, QueueSettings
from sqsview.domain.topology import Topology
from sqsview.domain.words.figures import count, duration

NEAR = 0.8
"""Part of the retention from which on the oldest message is said to be near its end."""


def queue_faults(queue: Queue, topology: Topology, now: float | None) -> Iterator[Finding]:
    """Examine the settings and the counts of a queue.

    Args:
        queue: which.
        topology: tells whether it is a dead-letter queue.
        now: monotonic seconds; None where nothing was watched for any length of time.
    """
    settings = queue.settings
    if settings is None:
        if queue.problem is not None and queue.problem.kind is not ProblemKind.GONE:
            evidence = f"it could not be read: {queue.problem.text}"
            yield of_queue(Code.NOT_READ, queue, evidence, queue.problem.remedy or TO_TELL[Code.NOT_READ])
        return
    if settings.dead_letter_target is not None and settings.max_receive_count == 1:
        evidence = "its redrive policy gives a message up after 1 receive"
        fix = "let it be received a few times: maxReceiveCount in the redrive policy"
        yield of_queue(Code.MAX_RECEIVE_COUNT_ONE, queue, evidence, fix, repairs.give_more_tries(queue))
    yield from _old(queue, settings, topology)
    if now is not None and not topology.is_dead_letter_queue(queue):
        yield from _held(queue, settings, now)


def _old(queue: Queue, settings: QueueSettings, topology: Topology) -> Iterator[Finding]:
    """Say where the oldest message is near the end of its time; only CloudWatch tells its age."""
    age, kept = queue.oldest_age, settings.retention
    if age is None or not kept or age < NEAR * kept:
        return
    evidence = f"the oldest message is {duration(age)} old (CloudWatch), and messages are kept {duration(kept)}"
    if topology.is_dead_letter_queue(queue) and not queue.ref.fifo:
        evidence += "; in a dead-letter queue that age counts from the move, and the time to live does not"
    fix = "have them worked on or saved (e) now, or keep messages longer"
    repair = repairs.keep_longest(queue, topology.dead_letter_queue_of(queue))
    yield of_queue(Code.RETENTION_NEAR, queue, evidence, fix, repair)


def _held(queue: Queue, settings: QueueSettings, now: float) -> Iterator[Finding]:
    """Say where messages are held for longer than they are hidden (SQS Developer Guide, "Visibility timeout")."""
    timeout = settings.visibility_timeout
    if queue.history is None or not timeout:
        return
    holds = held_too_long(queue.history, now, timeout)
    if holds is None:
        return
    evidence = (
        f"{holds.times} times in {duration(holds.seconds)} messages came back after the {timeout} s for which they are "
        f"hidden, and none of {count(holds.total)} was deleted"
    )
    fix = "hide them for longer than the longest work on one takes, or let the consumer renew it; else see why it dies"
    yield of_queue(Code.VISIBILITY_TIMEOUT_SHORT, queue, evidence, fix)
