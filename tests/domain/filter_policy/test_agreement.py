"""Our reading of filter policies against two real servers, on a drawn corpus: where they differ, and who is right.

Right is who does what AWS documents: the SNS Developer Guide, "Amazon SNS subscription filter policies" and the pages
below it, and what LocalStack's tests have seen AWS do.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqsview.domain.access import Answer
from sqsview.domain.filter_policy import ATTRIBUTES, BODY, Judged, compile_policy
from tests.domain.filter_policy.corpus import Case, Sample, cases, samples
from tests.domain.filter_policy.server_answers import CRASHED, DELIVERED, REFUSED, answers
from tests.support.engines import Engine

BOTH = (ATTRIBUTES, BODY)


@dataclass(frozen=True, slots=True)
class Known:
    """Disagreements with one cause: some of these operators with some of these values."""

    why: str
    scopes: tuple[str, ...]
    operators: tuple[str, ...]
    kinds: tuple[str, ...]

    def covers(self, case: Case, sample: Sample) -> bool:
        return case.scope in self.scopes and case.operator in self.operators and sample.kind in self.kinds

    def parts(self) -> set[str]:
        return {*self.scopes, *self.operators, *self.kinds}


BINARY = "the guide: attributes of the type Binary are ignored; the server compares them"
EMPTY = "the guide, Key matching: exists asks for a value that is neither null nor empty; the server takes any"
TYPES = "the guide: strings stand in quotation marks and numbers do not; the server takes one for the other"
DOTS = "AWS was seen to take a.b and a within b as one name in policy and body; the server does not"

KNOWN = {
    "moto": (
        Known("moto knows anything-but with a number only in a list", BOTH, ("anything-but number",),
              ("string", "empty string", "strings", "number", "numbers", "keyword")),
        Known("moto knows anything-but with a prefix, and neither suffix nor wildcard", BOTH,
              ("anything-but suffix", "anything-but wildcard"), ("string", "empty string", "strings")),
        Known("the guide: an array's values are compared; moto takes the characters of its JSON", (ATTRIBUTES,),
              ("anything-but strings",), ("strings",)),
        Known(BINARY, (ATTRIBUTES,),
              ("anything-but numbers", "anything-but prefix", "anything-but string", "anything-but strings", "exists",
               "not exists"), ("binary",)),
        Known("the guide: equals-ignore-case is blind to case; moto wants the policy in small letters", BOTH,
              ("equals-ignore-case in capitals",), ("string", "strings", "mixed array")),
        Known("the guide, String value matching: each element of an array is judged; moto does so for exact ones", BOTH,
              ("prefix", "suffix", "numeric", "equals-ignore-case"), ("strings", "numbers", "mixed array")),
        Known("moto fails on an array in which not all are numbers", BOTH, ("exact number",), ("mixed array",)),
        Known("the guide, Filter policy constraints: true, false and null are values; moto does not know them", BOTH,
              ("keyword",), ("mixed array", "array of null", "null", "string", "strings")),
        Known(TYPES, (ATTRIBUTES,), ("exact string",), ("number",)),
        Known(TYPES, (BODY,), ("numeric",), ("keyword",)),
        Known(EMPTY, BOTH, ("exists",), ("array of null", "empty array", "empty string", "null")),
        Known("the guide, Key matching: exists false asks for at least one attribute", (ATTRIBUTES,),
              ("not exists", "not exists or anything-but"), ("no attributes",)),
        Known("the guide: a body must be a JSON object; moto looks for names in any JSON", (BODY,),
              ("not exists", "not exists or anything-but"), ("no object",)),
        Known(DOTS, (BODY,), ("dotted", "nested"), ("nested", "dotted")),
        Known("the guide, AND/OR logic: $or works in bodies too; moto knows it for attributes", (BODY,),
              ("$or", "nested $or"), ("several", "nested", "dotted")),
    ),
    "ministack": (
        Known(BINARY, (ATTRIBUTES,),
              ("anything-but number", "anything-but numbers", "anything-but prefix", "anything-but string",
               "anything-but strings", "anything-but suffix", "anything-but wildcard", "not exists", "wildcard"),
              ("binary",)),
        Known(TYPES, BOTH, ("exact number", "numeric", "keyword", "anything-but number", "anything-but numbers"),
              ("string",)),
        Known(TYPES, (ATTRIBUTES,),
              ("exact string", "anything-but strings", "prefix", "suffix", "wildcard"),
              ("number", "numbers", "mixed array")),
        Known("an array without strings fits no pattern; ministack compares its JSON", (ATTRIBUTES,),
              ("wildcard",), ("empty array", "array of null")),
        Known(EMPTY, (ATTRIBUTES,), ("exists",), ("array of null", "empty array")),
        Known("the guide, Filter policy constraints: null is a value; to ministack it is absent", BOTH, ("keyword",),
              ("null", "array of null")),
        Known("AWS was seen to look through arrays for the objects in them; ministack does not", (BODY,),
              ("in arrays",), ("objects in an array", "one object in an array")),
        Known(DOTS, (BODY,), ("dotted", "nested", "nested $or"), ("nested", "dotted")),
    ),
}  # fmt: skip
"""Every disagreement, by its cause. In each of them the server is the one that AWS's documents do not follow."""

UNSUPPORTED = {"moto": {"wildcard", "cidr"}, "ministack": set[str]()}
"""Operators that the server refuses."""

LEAST_SHARE = 0.75
"""Of the pairs must be agreed on."""


def test_each_server_agrees_but_for_the_known_disagreements(engine: Engine) -> None:
    policies, messages = cases(), samples()
    compiled = [compile_policy(case.text, case.scope, as_new=True) for case in policies]
    judged = [Judged(sample.body, sample.attributes) for sample in messages]
    outcome = answers(engine, policies, messages)
    known = KNOWN[engine.name]
    unexplained = []
    unmet = [each.parts() for each in known]
    agreed = 0
    for (number, index), became in outcome.items():
        case, sample = policies[number], messages[index]
        verdict = compiled[number].judge(judged[index])
        if became == REFUSED or (verdict.answer is Answer.CANNOT_TELL and became != CRASHED):
            continue
        if became != CRASHED and (verdict.answer is Answer.YES) == (became == DELIVERED):
            agreed += 1
            continue
        explanations = [place for place, each in enumerate(known) if each.covers(case, sample)]
        for place in explanations:
            unmet[place] -= {case.scope, case.operator, sample.kind}
        if not explanations:
            unexplained.append((case.scope, case.operator, case.text, sample.kind, sample.body, became, verdict))
    assert not unexplained
    stale = [(known[place].why, parts) for place, parts in enumerate(unmet) if parts]
    assert not stale
    refused = {policies[number].operator for (number, _), became in outcome.items() if became == REFUSED}
    assert refused == UNSUPPORTED[engine.name]
    taken = sum(became != REFUSED for became in outcome.values())
    assert agreed / taken >= LEAST_SHARE
    assert taken > 1000


def test_the_corpus_has_every_operator_with_yes_and_no() -> None:
    seen: dict[str, set[Answer]] = {}
    for case in cases():
        policy = compile_policy(case.text, case.scope)
        for sample in samples():
            if sample.scope == case.scope:
                verdict = policy.judge(Judged(sample.body, sample.attributes))
                seen.setdefault(case.operator, set()).add(verdict.answer)
    assert {operator for operator, found in seen.items() if not {Answer.YES, Answer.NO} <= found} == set()
