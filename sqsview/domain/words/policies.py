"""Access policies of queues and topics as a person would say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqsview.domain.arn import Arn, name_of
from sqsview.domain.policy import as_list, one_line, statements
from sqsview.domain.text import printable

NO_POLICY = "no policy: only identities that IAM permits, in the owner's account"

_RELATIONS = {
    "stringequals": "is",
    "stringequalsignorecase": "is, in any case,",
    "stringlike": "is like",
    "arnequals": "is like",
    "arnlike": "is like",
    "bool": "is",
    "numericequals": "=",
    "numericlessthan": "<",
    "numericlessthanequals": "≤",
    "numericgreaterthan": ">",
    "numericgreaterthanequals": "≥",
    "dateequals": "is",
    "datelessthan": "is before",
    "datelessthanequals": "is not after",
    "dategreaterthan": "is after",
    "dategreaterthanequals": "is not before",
    "ipaddress": "is in",
    "binaryequals": "is",
}
"""By condition operator in lower case (IAM User Guide, "Condition operators")."""

_NEGATED = {
    "stringnotequals": "is not",
    "stringnotequalsignorecase": "is not, in any case,",
    "stringnotlike": "is not like",
    "arnnotequals": "is not like",
    "arnnotlike": "is not like",
    "numericnotequals": "≠",
    "datenotequals": "is not",
    "notipaddress": "is not in",
}
_ELEMENTS = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    }
)


def policy_in_words(policy: str | None, own_arn: str | None = None) -> list[str]:
    """Say who may do what and when: one printable line for each statement of an access policy (JSON).

    ``own_arn`` is the thing that has the policy; a statement that is about just that does not name it. A
    statement that cannot be put in words is given as JSON, a policy that cannot be read as it stands. Never
    raises.
    """
    if policy is None or not policy.strip():
        return [NO_POLICY]
    try:
        found = statements(policy)
    except ValueError:
        return [f"a policy that cannot be read: {printable(policy)}"]
    if not found:
        return [NO_POLICY]
    return [printable(_statement(statement, own_arn) or one_line(statement)) for statement in found]


def _statement(statement: Mapping[str, Any], own_arn: str | None) -> str | None:
    """Word one statement; None where it holds anything that has no words here."""
    verb = {"Allow": "lets", "Deny": "forbids"}.get(str(statement.get("Effect")))
    who, what = _who(statement), _what(statement)
    where, when = _where(statement, own_arn), _when(statement.get("Condition"))
    if verb is None or who is None or what is None or where is None or when is None:
        return None
    if not statement.keys() <= _ELEMENTS:
        return None
    return f"{verb} {who} {'' if verb == 'lets' else 'to '}{what}{where}{when}"


def _who(statement: Mapping[str, Any]) -> str | None:
    if "NotPrincipal" in statement:
        named = _principal(statement["NotPrincipal"])
        return None if named is None else f"everybody but {named}"
    return _principal(statement.get("Principal"))


def _principal(principal: Any) -> str | None:
    if principal == "*":
        return "everybody"
    if not isinstance(principal, dict):
        return None
    names = []
    for kind, values in principal.items():
        for value in as_list(values):
            if not isinstance(value, str):
                return None
            names.append(_name(kind, value))
    return ", ".join(names) or None


def _name(kind: str, value: str) -> str:
    if value == "*":
        return "everybody" if kind == "AWS" else f"every {kind}"
    if kind != "AWS":
        return value
    if value.isdigit():
        return f"account {value}"
    try:
        arn = Arn.parse(value)
    except ValueError:
        return value
    return f"account {arn.account}" if arn.resource == "root" else f"{arn.resource} of account {arn.account}"


def _what(statement: Mapping[str, Any]) -> str | None:
    negated = "NotAction" in statement
    actions = as_list(statement.get("NotAction" if negated else "Action"))
    if not actions or not all(isinstance(action, str) for action in actions):
        return None
    words = "anything" if actions == ["*"] else ", ".join(actions)
    return f"do anything but {words}" if negated else f"do {words}"


def _where(statement: Mapping[str, Any], own_arn: str | None) -> str | None:
    negated = "NotResource" in statement
    resources = as_list(statement.get("NotResource" if negated else "Resource"))
    if not all(isinstance(resource, str) for resource in resources):
        return None
    if not resources or (resources == [own_arn] and not negated):
        return ""
    names = ["anything" if resource == "*" else _short(resource) for resource in resources]
    return f" on {'anything but ' if negated else ''}{', '.join(names)}"


def _short(resource: str) -> str:
    """Name an ARN shortly; one with wildcards is only itself in full."""
    return resource if "*" in resource or "?" in resource else name_of(resource)


def _when(condition: Any) -> str | None:
    if condition is None:
        return ""
    if not isinstance(condition, dict):
        return None
    clauses = []
    for operator, keys in condition.items():
        if not isinstance(keys, dict):
            return None
        for key, values in keys.items():
            clause = _clause(operator, key, as_list(values))
            if clause is None:
                return None
            clauses.append(clause)
    return f", when {' and '.join(clauses)}" if clauses else ""


def _clause(operator: str, key: str, values: list[Any]) -> str | None:
    """Word one condition; None for an operator that is not known or values that are no plain ones."""
    if not values or not all(isinstance(value, str | int | float) for value in values):
        return None
    texts = [value if isinstance(value, str) else one_line(value) for value in values]
    quantifier, _, base = operator.lower().rpartition(":")
    optional = base.endswith("ifexists")
    base = base.removesuffix("ifexists")
    if base == "null" and texts in (["true"], ["false"]):
        return f"{key} is {'absent' if texts == ['true'] else 'present'}"
    relation = _RELATIONS.get(base) or _NEGATED.get(base)
    if relation is None or quantifier not in ("", "foranyvalue", "forallvalues"):
        return None
    if not any("*" in text or "?" in text for text in texts):
        relation = relation.removesuffix(" like")
    start = {"": "", "foranyvalue": "any ", "forallvalues": "every "}[quantifier]
    joined = (" nor " if base in _NEGATED else " or ").join(texts)
    return f"{start}{key} {relation} {joined}{' (if there is one)' if optional else ''}"
