"""From the JSON of a filter policy to its rules, with what SNS refuses said in its words.

The words are those that SNS was seen to answer with; they are Event Ruler's, which it uses.
"""

from __future__ import annotations

import json
from ipaddress import ip_network
from itertools import pairwise
from typing import Any, NoReturn

from sqsview.domain.filter_policy.conditions import AnythingBut, Cidr, Condition, Exact, Exists, Form, Numeric, Text
from sqsview.domain.filter_policy.rules import AllOf, AnyOf, Key, Rule
from sqsview.domain.filter_words import value_in_words
from sqsview.domain.text import printable, shortened

OR = "$or"
_RESERVED = frozenset(
    {"anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"}
)
"""Names that keep ``$or`` from being an operator ("AND/OR logic")."""
_FORMS = frozenset(form.value for form in Form)
_DEEPEST = 100
_SIGNS = ("<", "<=", "=", ">", ">=")


class PolicyFault(ValueError):
    """What is wrong with a filter policy, as one printable line."""

    def __init__(self, text: str) -> None:
        super().__init__(printable(shortened(text, 160)))


def parsed(text: str) -> dict[str, Any]:
    """Parse the JSON of a policy.

    Raises:
        PolicyFault: it is no JSON object, has a key twice, or is nested too deeply.
    """
    try:
        policy = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise PolicyFault("the filter policy is nested too deeply") from None
    except PolicyFault:
        raise
    except ValueError as fault:
        raise PolicyFault(f"failed to parse JSON: {fault}") from None
    if not isinstance(policy, dict):
        raise PolicyFault("Filter is not an object")
    return policy


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PolicyFault(f"Duplicate field {value_in_words(shortened(twice, 40))}")
    return found


def _refuse(constant: str) -> NoReturn:
    raise PolicyFault(f"failed to parse JSON: {constant} is no JSON")


def is_or(key: str, wanted: Any) -> bool:
    """Tell whether this is the operator: two objects or more, of which no name is an operator; else it is a name."""
    return (
        key == OR
        and isinstance(wanted, list)
        and len(wanted) > 1
        and all(isinstance(each, dict) and not _RESERVED & each.keys() for each in wanted)
    )


def rules(policy: dict[str, Any], *, nested: bool, path: str | None = None, depth: int = 1) -> AllOf:
    """Compile an object of a policy, at ``path``; ``nested`` allows objects in it.

    Raises:
        PolicyFault: SNS refuses it.
    """
    if depth > _DEEPEST:
        raise PolicyFault("the filter policy is nested too deeply")
    compiled: list[Rule] = []
    for key, wanted in policy.items():
        here = key if path is None else f"{path}.{key}"
        if is_or(key, wanted):
            sides = (_filled(side, nested=nested, path=path, depth=depth + 1) for side in wanted)
            compiled.append(AnyOf(tuple(sides)))
        elif isinstance(wanted, dict):
            if not nested:
                raise PolicyFault("Filter policy scope MessageAttributes does not support nested filter policy")
            compiled.append(_filled(wanted, nested=nested, path=here, depth=depth + 1))
        elif isinstance(wanted, list):
            compiled.append(Key.of(here, wanted, _conditions(wanted)))
        else:
            raise PolicyFault(f'"{shortened(key, 40)}" must be an object or an array')
    return AllOf(tuple(compiled))


def _filled(policy: dict[str, Any], *, nested: bool, path: str | None, depth: int) -> AllOf:
    if not policy:
        raise PolicyFault("Empty objects are not allowed")
    return rules(policy, nested=nested, path=path, depth=depth)


def _conditions(wanted: list[Any]) -> tuple[Condition, ...]:
    """Compile the conditions of one key, the plain values first and in one."""
    if not wanted:
        raise PolicyFault("Empty arrays are not allowed")
    if any(isinstance(each, list) for each in wanted):
        raise PolicyFault("Match value must be String, number, true, false, or null")
    plain = [each for each in wanted if not isinstance(each, dict)]
    found: list[Condition] = [_exact(plain)] if plain else []
    return (*found, *(_expression(each) for each in wanted if isinstance(each, dict)))


def _exact(values: list[Any]) -> Exact:
    return Exact(
        frozenset(each for each in values if isinstance(each, str)),
        tuple(_number(each) for each in values if _is_number(each)),
        tuple(each for each in values if each is None or isinstance(each, bool)),
    )


def _expression(expression: dict[str, Any]) -> Condition:
    """Compile one object of the kind ``{"prefix": "a"}``."""
    if len(expression) != 1:
        raise PolicyFault("Only one key allowed in match expression")
    ((operator, operand),) = expression.items()
    match operator:
        case "prefix" | "suffix" | "wildcard" | "equals-ignore-case":
            return _text(operator, operand)
        case "anything-but":
            return _anything_but(operand)
        case "numeric":
            return _numeric(operand)
        case "exists":
            if not isinstance(operand, bool):
                raise PolicyFault("exists match pattern must be either true or false.")
            return Exists(operand)
        case "cidr":
            return _cidr(operand)
    raise PolicyFault(f"Unrecognized match type {shortened(operator, 40)}")


def _text(operator: str, operand: Any) -> Text:
    if not isinstance(operand, str):
        raise PolicyFault(f"{operator} match pattern must be a string")
    return Text(Form(operator), operand)


def _anything_but(operand: Any) -> AnythingBut:
    if isinstance(operand, dict):
        if len(operand) != 1:
            raise PolicyFault("Only one key allowed in match expression")
        ((operator, pattern),) = operand.items()
        if operator not in _FORMS:
            raise PolicyFault(f"Unsupported anything-but pattern: {shortened(operator, 40)}")
        patterns = pattern if isinstance(pattern, list) else [pattern]
        if not patterns:
            raise PolicyFault("Empty arrays are not allowed")
        return AnythingBut(tuple(_text(operator, each) for each in patterns))
    values = operand if isinstance(operand, list) else [operand]
    if not values:
        raise PolicyFault("Empty arrays are not allowed")
    if any(isinstance(each, dict | list) for each in values):
        raise PolicyFault("Inside anything but list, start|null|boolean is not supported.")
    return AnythingBut((_exact(values),))


def _numeric(operand: Any) -> Numeric:
    """Compile ``["=", 5]`` or ``[">", 0, "<=", 150]``."""
    if not isinstance(operand, list):
        raise PolicyFault("Value of numeric must be an array.")
    if not operand:
        raise PolicyFault("Invalid member in numeric match: ]")
    sign = operand[0]
    if not isinstance(sign, str):
        raise PolicyFault(f"Invalid member in numeric match: {value_in_words(sign)}")
    if sign not in _SIGNS:
        raise PolicyFault(f"Unrecognized numeric range operator: {shortened(sign, 40)}")
    bounds = [(sign, _figure(sign, operand, 1))]
    if len(operand) > 2:
        if sign not in (">", ">="):
            raise PolicyFault("Too many elements in numeric expression")
        top = operand[2]
        if not isinstance(top, str):
            raise PolicyFault(f"Bad value in numeric range: {value_in_words(top)}")
        if top not in ("<", "<="):
            raise PolicyFault(f"Bad numeric range operator: {shortened(top, 40)}")
        bounds.append((top, _figure(top, operand, 3)))
        if any(upper <= lower for (_, lower), (_, upper) in pairwise(bounds)):
            raise PolicyFault("Bottom must be less than top")
        if len(operand) > 4:
            raise PolicyFault("Too many terms in numeric range expression")
    return Numeric(tuple(bounds))


def _figure(sign: str, operand: list[Any], at: int) -> float:
    if len(operand) <= at or not _is_number(operand[at]):
        raise PolicyFault(f"Value of {'equals' if sign == '=' else sign} must be numeric")
    return _number(operand[at])


def _cidr(operand: Any) -> Cidr:
    if not isinstance(operand, str):
        raise PolicyFault("prefix match pattern must be a string")
    address, slash, mask = operand.partition("/")
    if not slash or "/" in mask:
        raise PolicyFault("Malformed CIDR, one '/' required")
    if not (mask.isascii() and mask.isdigit()):
        raise PolicyFault("Malformed CIDR, mask bits must be an integer")
    try:
        return Cidr(ip_network(operand, strict=False))
    except ValueError:
        raise PolicyFault(f"Nonstandard IP address: {shortened(address, 40)}") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: float) -> float:
    """Give any number of JSON as a float; one that has no float is infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
