"""Filter policies of subscriptions as a person would say them."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from sqsview.domain.policy import document, one_line
from sqsview.domain.text import printable

EVERYTHING = "everything"
UNREADABLE = "a filter policy that cannot be read"

_DEEPEST = 20
_MOST_VALUES = 6
"""Values of one key that are named; the rest is counted."""
_COMPARISONS = {"=": "=", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_BARE = re.compile(r"[^\s\"'(),]+")
"""Strings that need no quotes to be told from the words around them."""
_WORDS = frozenset({"and", "or", "nor", "is", "true", "false", "null", "neither"})


@lru_cache(maxsize=4096)
def filter_in_words(policy: str | None, scope: str = "MessageAttributes") -> str:
    """Say in one printable line which messages ``policy`` (JSON) lets through: ``type is order or refund``.

    A filter on the message body starts with ``body:``. Never raises; what has no words is shown as JSON
    (SNS Developer Guide, "Filter policy constraints" and the pages on each kind of matching).
    """
    if policy is None or not policy.strip():
        return EVERYTHING
    try:
        parsed = document(policy)
        if not isinstance(parsed, dict):
            return UNREADABLE
        if not parsed:
            return EVERYTHING
        words = _all_of(parsed)
    except ValueError:
        return UNREADABLE
    return printable(f"body: {words}" if scope == "MessageBody" else words)


def _all_of(keys: dict[str, Any], path: tuple[str, ...] = (), depth: int = 0) -> str:
    """Word an object: all of its keys must agree."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    clauses = []
    for key, wanted in keys.items():
        if key == "$or" and isinstance(wanted, list) and wanted and all(isinstance(one, dict) for one in wanted):
            clauses.append(f"({' or '.join(_all_of(one, path, depth + 1) for one in wanted)})")
        elif isinstance(wanted, dict) and wanted:
            clauses.append(_all_of(wanted, (*path, key), depth + 1))
        else:
            clauses.append(clause(".".join((*path, key)), wanted))
    return " and ".join(clauses)


def clause(name: str, wanted: Any) -> str:
    """Word one key: any of its conditions must agree. What it gives may hold untrusted text."""
    name = quoted(name)
    if not isinstance(wanted, list) or not wanted:
        return f"{name}: {one_line(wanted)}"
    exact = [value_in_words(one) for one in wanted if not isinstance(one, dict | list)]
    phrases = [f"is {_one_of(exact)}"] if exact else []
    phrases += [_condition(one) or one_line(one) for one in wanted if isinstance(one, dict | list)]
    if len(phrases) > 1:
        phrases = [f"({phrase})" if " and " in phrase else phrase for phrase in phrases]
    return f"{name} {_one_of(phrases)}"


def _condition(condition: Any) -> str | None:
    """Word one condition with an operator; None where it is of no form that SNS documents."""
    if not isinstance(condition, dict) or len(condition) != 1:
        return None
    ((operator, operand),) = condition.items()
    match operator, operand:
        case ("prefix", str()):
            return f"starts with {quoted(operand)}"
        case ("suffix", str()):
            return f"ends with {quoted(operand)}"
        case ("wildcard", str()):
            return f"is like {quoted(operand)}"
        case ("equals-ignore-case", str()):
            return f"is {quoted(operand)} in any case"
        case ("cidr", str()):
            return f"is in {quoted(operand)}"
        case ("exists", bool()):
            return "exists" if operand else "is absent"
        case ("numeric", list()):
            return _numeric(operand)
        case ("anything-but", _):
            return _anything_but(operand)
    return None


def _anything_but(operand: Any) -> str | None:
    match operand:
        case {"prefix": str(text), **rest} if not rest:
            return f"does not start with {quoted(text)}"
        case {"suffix": str(text), **rest} if not rest:
            return f"does not end with {quoted(text)}"
        case {"wildcard": str(text), **rest} if not rest:
            return f"is not like {quoted(text)}"
        case {"equals-ignore-case": str(text), **rest} if not rest:
            return f"is not {quoted(text)} in any case"
        case [_, _, *_] if not any(isinstance(one, dict | list) for one in operand):
            return f"is neither {_one_of([value_in_words(one) for one in operand], 'nor')}"
        case [single] if not isinstance(single, dict | list):
            return f"is not {value_in_words(single)}"
        case str() | bool() | int() | float() | None:
            return f"is not {value_in_words(operand)}"
    return None


def _numeric(operand: list[Any]) -> str | None:
    """Word ``["=", 5]`` or ``[">", 0, "<=", 150]``."""
    if len(operand) not in (2, 4):
        return None
    parts = []
    for sign, figure in zip(operand[::2], operand[1::2], strict=True):
        if not isinstance(sign, str) or sign not in _COMPARISONS:
            return None
        if isinstance(figure, bool) or not isinstance(figure, int | float):
            return None
        parts.append(f"{_COMPARISONS[sign]} {value_in_words(figure)}")
    return " and ".join(parts)


def _one_of(words: list[str], conjunction: str = "or") -> str:
    if len(words) > _MOST_VALUES:
        words = [*words[: _MOST_VALUES - 1], f"{len(words) - _MOST_VALUES + 1} more"]
    if conjunction == "or" and len(words) <= 2:
        return " or ".join(words)
    return f" {conjunction} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def value_in_words(value: Any) -> str:
    """Give a parsed JSON value: a string as in `quoted`, anything else as JSON."""
    return quoted(value) if isinstance(value, str) else one_line(value)


def quoted(text: str) -> str:
    """Give a string bare where it cannot be mistaken, else quoted."""
    if _BARE.fullmatch(text) and text.lower() not in _WORDS and not _looks_like_number(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _looks_like_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
