"""What SNS refuses in a filter policy that is well formed (SNS Developer Guide, "Filter policy constraints")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqsview.domain.filter_policy.conditions import AnythingBut, Condition, Exact, Form, Numeric, Text
from sqsview.domain.filter_policy.grammar import is_or
from sqsview.domain.filter_policy.logic import MOST
from sqsview.domain.filter_policy.rules import AllOf, Key, keys
from sqsview.domain.message import byte_length

MOST_KEYS = 5
"""At the top; what is nested does not count."""
MOST_COMBINATIONS = 150
MOST_BYTES = 256 * 1024
MOST_STARS = 3
"""In one wildcard pattern."""
MOST_WILDCARD_POINTS = 100
_POINTS_OF_MANY_STARS = 3


def limit_faults(text: str, policy: dict[str, Any], compiled: AllOf) -> Iterator[str]:
    """Give each limit that ``policy`` is beyond, in the words of SNS where they are known."""
    if byte_length(text) > MOST_BYTES:
        yield f"Filter policy can not be larger than {MOST_BYTES:,} bytes"
    if len(policy) > MOST_KEYS:
        yield f"Filter policy can not have more than {MOST_KEYS} keys"
    if combinations(policy) > MOST_COMBINATIONS:
        yield "Filter policy is too complex"
    points = 0
    for key in keys(compiled):
        found = list(_conditions(key))
        for condition in found:
            yield from _values(condition)
        patterns = [each.pattern for each in found if isinstance(each, Text) and each.form is Form.WILDCARD]
        points += len(patterns) * sum(_points(pattern) for pattern in patterns)
        if any(pattern.count("*") > MOST_STARS for pattern in patterns):
            yield f"a wildcard pattern can not have more than {MOST_STARS} wildcards"
    if points > MOST_WILDCARD_POINTS:
        yield f"the wildcard patterns are too complex: {points} points, {MOST_WILDCARD_POINTS} are allowed"


def combinations(policy: dict[str, Any], depth: int = 1, before: int = 1) -> int:
    """Multiply the values of each key by its depth; the sides of an ``$or`` are added up."""
    total = before
    for key, wanted in policy.items():
        if isinstance(wanted, dict):
            total = combinations(wanted, depth + 1, total)
        elif is_or(key, wanted):
            total = sum(combinations(side, depth, total) for side in wanted)
        else:
            total *= len(wanted) * depth
        total = min(total, MOST_COMBINATIONS + 1)  # what follows can only add to it
    return total


def _conditions(key: Key) -> Iterator[Condition]:
    """Give the conditions of a key, and those within ``anything-but``."""
    for condition in key.conditions:
        yield condition
        if isinstance(condition, AnythingBut):
            yield from condition.excluded


def _points(pattern: str) -> int:
    return _POINTS_OF_MANY_STARS if pattern.count("*") > 1 else 1


def _values(condition: Condition) -> Iterator[str]:
    """Find numbers that are too large, and lists of more than one kind."""
    match condition:
        case Exact(numbers=numbers):
            figures = numbers
        case Numeric(bounds=bounds):
            figures = tuple(figure for _, figure in bounds)
        case AnythingBut(excluded=(Exact() as listed, *_)):
            if listed.keywords:
                yield "Inside anything but list, start|null|boolean is not supported."
            if listed.strings and listed.numbers:
                yield ("Inside anything but list, either all values are number or string, mixed type is not supported")
            return
        case _:
            return
    if any(abs(figure) > MOST for figure in figures):
        yield "numbers can not be beyond ±1,000,000,000"
