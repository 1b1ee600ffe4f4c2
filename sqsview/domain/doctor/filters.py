"""What is wrong with a filter policy by itself, whatever is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from sqsview.domain.filter_policy import ATTRIBUTES, CompiledPolicy, PolicyFault, compile_policy
from sqsview.domain.filter_policy.conditions import Exists
from sqsview.domain.filter_policy.rules import AllOf, AnyOf, Key, Rule
from sqsview.domain.publishing.attributes import name_fault

_MOST_WAYS = 200
"""Ways to meet a policy that are gone through; AWS allows 150 combinations of values, and ways are fewer."""


@dataclass(frozen=True, slots=True)
class FilterFaults:
    """What can be said of one filter policy; each is empty where there is nothing to say."""

    unclear: str = ""
    """Why it cannot be judged."""
    limits: tuple[str, ...] = ()
    """The limits of AWS that it is beyond."""
    never: str = ""
    """Why no message can meet it."""


@lru_cache(maxsize=4_096)
def filter_faults(policy: str | None, scope: str) -> FilterFaults:
    """Examine a filter policy; never raises."""
    try:
        compiled = compile_policy(policy, scope)
    except PolicyFault as fault:
        return FilterFaults(unclear=str(fault))
    return FilterFaults(limits=compiled.limits, never=why_never(compiled))


def why_never(policy: CompiledPolicy) -> str:
    """Say why no message whatever meets the policy; empty where one may.

    Only what is certain counts: a key that has to be there and has to be absent, and an attribute of a name that
    SNS accepts on no message (SNS Developer Guide, "Amazon SNS message attributes"). Two different values for one
    key are none, for an array can have both.
    """
    ways = _ways(policy.rules)
    if ways is None:
        return ""
    reasons = [_contradiction(way, attributes=policy.scope == ATTRIBUTES) for way in ways]
    return reasons[0] if reasons and all(reasons) else ""


def _ways(rule: Rule) -> list[tuple[Key, ...]] | None:
    """Give the sets of keys of which one has to be met as a whole; None where there are too many."""
    if isinstance(rule, Key):
        return [(rule,)]
    parts: list[list[tuple[Key, ...]]] = []
    for each in rule.rules:
        part = _ways(each)
        if part is None:
            return None
        parts.append(part)
    if isinstance(rule, AnyOf):
        joined = [way for part in parts for way in part]
    else:
        assert isinstance(rule, AllOf)
        joined = [sum(chosen, ()) for chosen in islice(product(*parts), _MOST_WAYS + 1)]
    return joined if len(joined) <= _MOST_WAYS else None


def _contradiction(way: Sequence[Key], *, attributes: bool) -> str:
    """Say what keeps these keys from being met together; empty where nothing does."""
    present: set[str] = set()
    absent: set[str] = set()
    for key in way:
        if all(isinstance(each, Exists) and not each.wanted for each in key.conditions):
            absent.add(key.path)
        elif not any(isinstance(each, Exists) and not each.wanted for each in key.conditions):
            present.add(key.path)
            if attributes and (fault := _impossible_name(key.path)):
                return f"no message can have the attribute {key.name}: {fault}"
    for key in way:
        if key.path in present & absent:
            return f"{key.name} would have to be there, and to be absent"
    return ""


def _impossible_name(name: str) -> str | None:
    # What begins with AWS's own names is refused of us, but a service of AWS may publish it.
    return None if name.lower().startswith(("aws.", "amazon.")) else name_fault(name, topic=True)
