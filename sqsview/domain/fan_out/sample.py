"""A message that a filter policy lets through, made from the policy itself, so that a trace can prove its delivery."""

from __future__ import annotations

import json
from typing import Any

from sqsview.domain.access import Answer
from sqsview.domain.filter_policy import BODY, Judged, PolicyFault, compile_policy
from sqsview.domain.message import STRING_ARRAY, Attribute, Outgoing
from sqsview.domain.policy import document

PLAIN = '{"sqsview": "trace"}'
"""The body where no filter asks for another."""
_WORD = "sqsview"
_TRIES = 8
"""Messages that are tried for one policy: where a key has several conditions, another one each time."""
_STEP = 1
_PLACES = 5
"""Decimal places that SNS compares (SNS Developer Guide, "Filter policy constraints")."""
_MISSING = object()


def sample(filter_policy: str | None, scope: str) -> Outgoing | None:
    """Give a message that the policy lets through; None where none was found, as for a policy that lets none through.

    Args:
        filter_policy: JSON; None lets everything through.
        scope: ``MessageAttributes`` or ``MessageBody``.
    """
    try:
        compiled = compile_policy(filter_policy, scope)
        policy = document(filter_policy) if filter_policy and filter_policy.strip() else {}
    except (PolicyFault, ValueError):
        return None
    for turn in range(_TRIES):
        found = _object(policy, turn)
        message = Outgoing(json.dumps({"sqsview": "trace", **found})) if scope == BODY else _attributed(found)
        if compiled.judge(Judged(message.body, message.attributes)).answer is Answer.YES:
            return message
    return None


def _attributed(values: dict[str, Any]) -> Outgoing:
    return Outgoing(PLAIN, {name: _attribute(value) for name, value in values.items()})


def _attribute(value: Any) -> Attribute:
    if isinstance(value, str):
        return Attribute("String", value)
    if isinstance(value, bool) or value is None:
        return Attribute(STRING_ARRAY, json.dumps([value]))
    return Attribute("Number", json.dumps(value))


def _object(policy: dict[str, Any], turn: int) -> dict[str, Any]:
    """Give a value for each key of an object; nested ones where the policy is."""
    found: dict[str, Any] = {}
    for key, wanted in policy.items():
        if key == "$or" and isinstance(wanted, list) and all(isinstance(side, dict) for side in wanted):
            found |= _object(wanted[turn % len(wanted)], turn)
        elif isinstance(wanted, dict):
            found[key] = _object(wanted, turn)
        else:
            value = _value(wanted[turn % len(wanted)], turn)
            if value is not _MISSING:
                found[key] = value
    return found


def _value(condition: Any, turn: int) -> Any:
    """Give a value that one condition lets through, or may."""
    if not isinstance(condition, dict):
        return condition
    ((operator, operand),) = condition.items()
    match operator:
        case "exists":
            return _WORD if operand else _MISSING
        case "prefix" | "suffix" | "equals-ignore-case":
            return operand
        case "wildcard":
            return str(operand).replace("*", "")
        case "cidr":
            return str(operand).partition("/")[0]
        case "numeric":
            return _number(operand)
        case "anything-but":
            return _another(operand, turn)
    return _WORD


def _number(bounds: list[Any]) -> Any:
    """Give a number within the bounds, which are ``[operator, figure]`` once or twice."""
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    if len(pairs) == 2:
        (low, least), (high, most) = pairs
        return least if low == ">=" else most if high == "<=" else round((least + most) / 2, _PLACES)
    ((operator, figure),) = pairs
    return figure + {">": _STEP, "<": -_STEP}.get(operator, 0)


def _another(excluded: Any, turn: int) -> Any:
    """Give a value that is none of those, and of their type."""
    listed = excluded if isinstance(excluded, list) else [excluded]
    figures = [each for each in listed if isinstance(each, int | float) and not isinstance(each, bool)]
    if figures:
        return max(figures) + _STEP
    return f"{turn or ''}{_WORD}{turn}"
