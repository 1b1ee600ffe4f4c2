"""Read everything once and say what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqsview.domain.doctor import Finding, Severity, findings
from sqsview.domain.problem import Problem
from sqsview.domain.queue import Queue
from sqsview.domain.topology import Topology
from sqsview.errors import GatewayError
from sqsview.gateway import Gateway
from sqsview.operations.listing import list_everything

_METRICS_AT_ONCE = 500
"""Queues of one GetMetricData (CloudWatch API reference)."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found, and what could not be read."""

    findings: tuple[Finding, ...]
    """The worst first."""
    problems: tuple[Problem, ...]
    complete: bool
    """Whether every list was had to its end."""
    queues: int
    topics: int
    """How many were looked at."""

    @property
    def errors(self) -> int:
        """Count the findings of the worst kind."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)


async def diagnose(gateway: Gateway, *, prefix: str = "", queues: Sequence[str] = (), ages: bool = False) -> Diagnosis:
    """Read all queues, topics and subscriptions once and examine them; nothing is received or changed.

    Args:
        gateway: where from.
        prefix: only queues and topics whose names start with this.
        queues: only these, by name, URL or ARN.
        ages: whether CloudWatch is asked for the age of the oldest messages, which costs money.

    Raises:
        SessionError: the whole connection is at fault.
    """
    listing = await list_everything(gateway, prefix=prefix, queues=queues)
    problems = list(listing.problems)
    found = listing.queues or ()
    if ages and found:
        told = await _ages(gateway, [queue.name for queue in found])
        if isinstance(told, Problem):
            problems.append(told)
        else:
            found = tuple(_aged(found, told))
    everything = listing.complete and not prefix and not queues
    topology = Topology.build(
        {queue.key: queue for queue in found},
        {topic.key: topic for topic in listing.topics or ()},
        complete=everything,
        all_subscriptions=everything,
    )
    return Diagnosis(
        findings(topology, listing.context),
        tuple(problems),
        listing.complete,
        len(found),
        len(topology.topics),
    )


async def _ages(gateway: Gateway, names: Sequence[str]) -> Mapping[str, float] | Problem:
    parts = [names[start : start + _METRICS_AT_ONCE] for start in range(0, len(names), _METRICS_AT_ONCE)]
    try:
        answers = await asyncio.gather(*(gateway.get_metric_data(part) for part in parts))
    except GatewayError as fault:
        return replace(fault.problem, text=f"the ages of messages could not be read: {fault.problem.text}")
    return {name: age for answer in answers for name, age in answer.items()}


def _aged(queues: Iterable[Queue], ages: Mapping[str, float]) -> Iterable[Queue]:
    return (replace(queue, oldest_age=ages.get(queue.name)) for queue in queues)
