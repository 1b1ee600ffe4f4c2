"""Reading JSON documents that anybody may have written: access policies first of all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def document(text: str | None) -> Any:
    """Parse a JSON document.

    Raises:
        ValueError: it is missing, not JSON, or nested too deeply to be read.
    """
    if text is None:
        raise ValueError("no document")
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def statements(policy: str | None) -> tuple[Mapping[str, Any], ...]:
    """Give the statements of an access policy; ``Statement`` may be one or a list (IAM policy grammar).

    Raises:
        ValueError: it is not an access policy.
    """
    parsed = document(policy)
    if not isinstance(parsed, dict):
        raise ValueError("not a policy")
    found = as_list(parsed.get("Statement"))
    if not all(isinstance(statement, dict) for statement in found):
        raise ValueError("not a policy")
    return tuple(found)


def as_list(value: Any) -> list[Any]:
    """Give ``value`` as a list: the grammar allows a single value wherever a list may stand."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def one_line(value: Any) -> str:
    """Write a parsed JSON value as compact JSON in one line."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    except (RecursionError, ValueError):
        return "…"


def matches(pattern: str, text: str) -> bool:
    """Tell whether ``text`` is ``pattern``, in which ``*`` stands for any characters and ``?`` for one.

    Takes at most the product of the lengths in steps, whatever the pattern: a regular expression would not.
    """
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    at = in_pattern = 0
    star, resume = -1, 0
    while at < len(text):
        here = pattern[in_pattern] if in_pattern < len(pattern) else ""
        if here == "*":
            star, resume = in_pattern, at
            in_pattern += 1
        elif here and here in ("?", text[at]):
            in_pattern += 1
            at += 1
        elif star >= 0:
            resume += 1
            in_pattern, at = star + 1, resume
        else:
            return False
    return not pattern[in_pattern:].strip("*")
