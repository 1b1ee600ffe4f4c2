"""A listing as one JSON document for programs, and as a table for people."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqsview.domain.arn import Arn, is_arn
from sqsview.domain.problem import Problem
from sqsview.domain.queue import Queue
from sqsview.domain.text import printable
from sqsview.domain.topic import Subscription, SubscriptionStatus, Topic
from sqsview.operations.listing import Listing

UNKNOWN = "–"
"""Stands for a count that is not known, which is not a zero."""
_MANY = 20
"""Lines of the same problem that a person is shown one by one."""
_NAMED = 3
"""Things that are named where there are more of them."""
_LAST_YEAR = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def as_json(listing: Listing) -> dict[str, Any]:
    """Give the listing in the shape of ``sqsview ls --json``: null wherever something is not known."""
    context = listing.context
    sources = _sources(listing.queues or ())
    return {
        "context": {
            "profile": context.profile,
            "region": context.region,
            "account": context.account,
            "endpoint": context.endpoint,
        },
        "queues": None if listing.queues is None else [_queue(queue, sources) for queue in listing.queues],
        "topics": None if listing.topics is None else [_topic(topic) for topic in listing.topics],
        "problems": [problem.line for problem in listing.problems],
    }


def json_text(document: Mapping[str, Any]) -> str:
    """Write a document on one line of ASCII: surrogates and what a terminal obeys are only escapes."""
    return json.dumps(document, ensure_ascii=True, allow_nan=False) + "\n"


def as_text(listing: Listing) -> str:
    """Give the listing as tables for a person; everything in it is printable."""
    context = listing.context
    where = (
        f"profile {context.profile}",
        f"account {context.account or 'unknown'}",
        f"region {context.region or 'unknown'}",
        *([context.endpoint] if context.endpoint else []),
    )
    parts = [printable(" · ".join(where))]
    if listing.queues:
        parts.append(table(_QUEUE_HEADINGS, _queue_rows(listing.queues), right={2, 3, 4}))
    if listing.topics:
        parts.append(table(_TOPIC_HEADINGS, map(_topic_row, listing.topics), right={2, 3}))
    counted = (_counted(listing.queues, "queue"), _counted(listing.topics, "topic"))
    parts.append(f"{', '.join(counted)}; counts are approximate")
    return "\n\n".join(parts) + "\n"


def _queue(queue: Queue, sources: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    counts, settings = queue.counts, queue.settings
    return {
        "name": queue.name,
        "arn": queue.arn or None,
        "url": queue.ref.url or None,
        "fifo": queue.ref.fifo,
        "visible": counts.visible if counts else None,
        "in_flight": counts.in_flight if counts else None,
        "delayed": counts.delayed if counts else None,
        "dead_letter_queue": _short(settings.dead_letter_target, queue.arn) if settings else None,
        "max_receive_count": settings.max_receive_count if settings else None,
        "dead_letter_sources": list(sources.get(queue.arn, ())),
        "encryption": settings.encryption.value if settings else None,
        "created": _moment(settings.created) if settings else None,
        "problem": queue.problem.advice if queue.problem else None,
    }


def _topic(topic: Topic) -> dict[str, Any]:
    subscriptions = None if topic.problem else [_subscription(one) for one in topic.subscriptions]
    return {
        "name": topic.name,
        "arn": topic.arn,
        "fifo": topic.fifo,
        "subscriptions": subscriptions,
        "problem": topic.problem.advice if topic.problem else None,
    }


def _subscription(subscription: Subscription) -> dict[str, Any]:
    ref, settings = subscription.ref, subscription.settings
    return {
        "arn": ref.arn if ref.readable else None,
        "protocol": ref.protocol,
        "endpoint": ref.endpoint,
        "status": subscription.status.value,
        "raw": settings.raw_delivery if settings else None,
        "filter_policy": settings.filter_policy if settings else None,
        "filter_scope": settings.filter_scope if settings else None,
        "dead_letter_queue": _short(settings.dead_letter_target, ref.topic_arn) if settings else None,
    }


def _short(arn: str | None, beside: str) -> str | None:
    """Give the name of a queue in the account and region of ``beside``, and the whole ARN of any other."""
    if arn is None or not is_arn(arn) or not is_arn(beside):
        return arn
    there, here = Arn.parse(arn), Arn.parse(beside)
    same = (there.partition, there.region, there.account) == (here.partition, here.region, here.account)
    return there.name if same else arn


def _sources(queues: Iterable[Queue]) -> dict[str, list[str]]:
    """Give, by the ARN of a dead-letter queue, the names of the queues that give up to it."""
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for queue in queues:
        if queue.settings and queue.settings.dead_letter_target:
            sources[queue.settings.dead_letter_target].append(queue.name)
    return sources


def _moment(epoch: float | None) -> str | None:
    """Give a time as ISO 8601 in UTC; what no calendar has is not known."""
    if epoch is None or not 0 <= epoch < _LAST_YEAR:
        return None
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_QUEUE_HEADINGS = ("QUEUE", "KIND", "VISIBLE", "IN FLIGHT", "DELAYED", "DEAD LETTERS")
_TOPIC_HEADINGS = ("TOPIC", "KIND", "CONFIRMED", "PENDING", "SUBSCRIPTIONS")


def _queue_rows(queues: Sequence[Queue]) -> Iterable[tuple[str, ...]]:
    sources = _sources(queues)
    for queue in queues:
        counts, feeding = queue.counts, len(sources.get(queue.arn, ()))
        kind = f"DLQ of {feeding}" if feeding else "FIFO" if queue.ref.fifo else "std"
        figures = (counts.visible, counts.in_flight, counts.delayed) if counts else (None, None, None)
        yield queue.name, kind, *map(_figure, figures), _dead_letters(queue)


def _dead_letters(queue: Queue) -> str:
    settings = queue.settings
    if queue.problem:
        return queue.problem.kind.value
    if settings is None or settings.dead_letter_target is None:
        return ""
    return f"{_short(settings.dead_letter_target, queue.arn)} after {_figure(settings.max_receive_count)}"


def _topic_row(topic: Topic) -> tuple[str, ...]:
    kind = "FIFO" if topic.fifo else "std"
    if topic.problem:
        return topic.name, kind, UNKNOWN, UNKNOWN, topic.problem.kind.value
    protocols = Counter(subscription.ref.protocol for subscription in topic.subscriptions)
    return (
        topic.name,
        kind,
        _figure(topic.count(SubscriptionStatus.CONFIRMED)),
        _figure(topic.count(SubscriptionStatus.PENDING)),
        ", ".join(f"{count} {protocol}" for protocol, count in sorted(protocols.items())),
    )


def _figure(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"


def problem_lines(problems: Sequence[Problem], *, together: bool) -> list[str]:
    """Give a line for each problem; ``together``, more than 20 things with the same one share a line."""
    alike: dict[str, list[str]] = {}
    for problem in problems:
        alike.setdefault(problem.advice if together and problem.thing else problem.line, []).append(problem.thing)
    lines = []
    for said, things in alike.items():
        if not together or not things[0]:
            lines += [said] * len(things)
        elif len(things) <= _MANY:
            lines += [f"{thing}: {said}" for thing in things]
        else:
            lines.append(f"{len(things):,} things ({', '.join(things[:_NAMED])}, …): {said}")
    return lines


def _counted(things: Sequence[object] | None, noun: str) -> str:
    if things is None:
        return f"{noun}s unknown"
    return f"{len(things):,} {noun}{'' if len(things) == 1 else 's'}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: set[int]) -> str:
    """Align rows under their headings, those columns at the right edge that are in ``right``; all made printable."""
    cells = [list(headings), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )
