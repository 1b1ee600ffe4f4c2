"""Filter policies and messages of every kind, drawn with a fixed seed, for a comparison with real servers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqsview.domain.filter_policy import ATTRIBUTES, BODY
from sqsview.domain.message import Attribute

SEED = 20250701
_STRINGS = ("rugby", "tennis", "baseball", "BaseBall", "100", "true", "10.0.0.7")
_NUMBERS = (100, 301.5, -5, 0, 150, 1000)


@dataclass(frozen=True, slots=True)
class Case:
    """One filter policy."""

    scope: str
    operator: str
    policy: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.policy)


@dataclass(frozen=True, slots=True)
class Sample:
    """One message."""

    scope: str
    kind: str
    body: str = "x"
    attributes: dict[str, Attribute] = field(default_factory=dict)


def cases() -> list[Case]:
    """Give every operator in both scopes, several times."""
    found = []
    for scope in (ATTRIBUTES, BODY):
        drawn = random.Random(SEED)
        for operator, condition in _conditions(drawn):
            found.append(Case(scope, operator, {"k": condition}))
        for _ in range(3):
            found.append(Case(scope, "and", {"plain": [_plain(drawn)], "figure": [_range(drawn)]}))
            sides = [{"plain": [_plain(drawn)]}, {"figure": [_range(drawn)], "other": [{"exists": True}]}]
            found.append(Case(scope, "$or", {"$or": sides, "other": [{"exists": drawn.random() < 0.5}, "yes"]}))
    drawn = random.Random(SEED)
    for _ in range(2):
        within = {"plain": [_plain(drawn), *_STRINGS[:3]], "figure": [_range(drawn)]}
        found.append(Case(BODY, "nested", {"deep": within}))
        found.append(Case(BODY, "dotted", {"deep.plain": [_plain(drawn)]}))
        found.append(Case(BODY, "in arrays", {"list": {"plain": [_plain(drawn)], "figure": [_range(drawn)]}}))
        found.append(Case(BODY, "nested $or", {"deep": {"$or": [{"plain": ["rugby"]}, {"figure": [_range(drawn)]}]}}))
    return found


def _conditions(drawn: random.Random) -> Iterator[tuple[str, list[Any]]]:
    numbers = _NUMBERS

    def one(choices: Sequence[Any]) -> Any:
        return drawn.choice(choices)

    strings = drawn.sample(_STRINGS, 3)
    yield "exact string", ["rugby", *strings[:2]]
    yield "exact number", [100, one(numbers[1:])]
    yield "prefix", [{"prefix": one(("ba", "ru", "1", "t"))}]
    yield "suffix", [{"suffix": one(("ball", "y", "0", "e"))}]
    yield "wildcard", [{"wildcard": one(("*ball", "b*l", "*a*l*", "1*", "rugby"))}]
    yield "equals-ignore-case", [{"equals-ignore-case": one(("baseball", "ball", "rugby"))}]
    yield "equals-ignore-case in capitals", [{"equals-ignore-case": one(("RUGBY", "BaseBall"))}]
    yield "numeric", [_range(drawn)]
    yield "anything-but string", [{"anything-but": strings[0]}]
    yield "anything-but strings", [{"anything-but": ["rugby", *strings[:2]]}]
    yield "anything-but numbers", [{"anything-but": [100, one(numbers[1:])]}]
    yield "anything-but prefix", [{"anything-but": {"prefix": one(("ba", "ru", "t"))}}]
    yield "anything-but suffix", [{"anything-but": {"suffix": one(("ball", "y"))}}]
    yield "anything-but wildcard", [{"anything-but": {"wildcard": one(("*all", "*u*"))}}]
    yield "cidr", [{"cidr": one(("10.0.0.0/24", "10.0.0.0/8", "2001:db8::/32", "192.168.0.0/16"))}]
    yield "prefix", [{"prefix": "1"}]
    yield "suffix", [{"suffix": "e"}]
    yield "wildcard", [{"wildcard": "*"}]
    yield "exact string", ["100", "tennis"]
    yield "anything-but strings", [{"anything-but": ["100", "tennis"]}]
    yield "numeric", [{"numeric": ["=", 301.5]}]
    yield "anything-but number", [{"anything-but": 100}]
    yield "keyword", [True]
    yield "keyword", [None]
    yield "keyword", [False, "rugby"]
    yield "exists", [{"exists": True}]
    yield "not exists", [{"exists": False}]
    yield "not exists or anything-but", [{"exists": False}, {"anything-but": ["rugby"]}]


def _plain(drawn: random.Random) -> Any:
    return drawn.choice(("rugby", "tennis", {"prefix": "ba"}, {"prefix": "r"}))


def _range(drawn: random.Random) -> dict[str, Any]:
    low, high = sorted(drawn.sample(_NUMBERS, 2))
    return drawn.choice(
        (
            {"numeric": [">", low]},
            {"numeric": ["<=", high]},
            {"numeric": [">=", low, "<", high]},
            {"numeric": [">", low, "<=", high]},
        )
    )


def samples() -> list[Sample]:
    """Give messages with a value of every kind under ``k``, and some with several keys."""
    drawn = random.Random(SEED + 1)
    return [*_with_attributes(drawn), *_with_bodies(drawn)]


def _arrays() -> Iterator[tuple[str, list[Any]]]:
    yield "strings", ["rugby", "baseball"]
    yield "strings", ["tennis"]
    yield "strings", ["baseball", "10.0.0.7"]
    yield "numbers", [100, 50]
    yield "numbers", [-5]
    yield "mixed array", ["rugby", 100, True]
    yield "array of null", [None]
    yield "empty array", []


def _with_attributes(drawn: random.Random) -> Iterator[Sample]:
    other = {"other": Attribute("String", "yes")}
    for text in (*_STRINGS, "2001:db8::1"):
        yield Sample(ATTRIBUTES, "string", attributes={"k": Attribute("String", text), **other})
    for figure in ("100", "3.015e2", "-5"):
        yield Sample(ATTRIBUTES, "number", attributes={"k": Attribute("Number", figure), **other})
    for kind, values in _arrays():
        yield Sample(ATTRIBUTES, kind, attributes={"k": Attribute("String.Array", json.dumps(values)), **other})
    yield Sample(ATTRIBUTES, "binary", attributes={"k": Attribute("Binary", b"rugby"), **other})
    yield Sample(ATTRIBUTES, "absent", attributes=other)
    yield Sample(ATTRIBUTES, "no attributes")
    for _ in range(4):
        attributes = {"figure": Attribute("Number", str(drawn.choice(_NUMBERS)))}
        if drawn.random() < 0.8:
            attributes["plain"] = Attribute("String", drawn.choice(_STRINGS[:4]))
        if drawn.random() < 0.6:
            attributes["other"] = Attribute("String", drawn.choice(("yes", "no")))
        yield Sample(ATTRIBUTES, "several", attributes=attributes)


def _with_bodies(drawn: random.Random) -> Iterator[Sample]:
    def body(kind: str, value: Any) -> Sample:
        return Sample(BODY, kind, json.dumps(value))

    for text in (*_STRINGS, "2001:db8::1", ""):
        yield body("string" if text else "empty string", {"k": text, "other": "yes"})
    for figure in (100, 301.5, -5):
        yield body("number", {"k": figure, "other": "yes"})
    for keyword in (True, False, None):
        yield body("null" if keyword is None else "keyword", {"k": keyword, "other": "yes"})
    for kind, values in _arrays():
        yield body(kind, {"k": values, "other": "yes"})
    yield body("object", {"k": {"a": "rugby"}, "other": "yes"})
    yield body("absent", {"other": "yes"})
    yield body("no properties", {})
    yield Sample(BODY, "no JSON", "rugby")
    yield body("no object", ["rugby"])
    yield body("no object", "rugby")
    for _ in range(3):
        yield body("several", _several(drawn))
        yield body("nested", {"deep": _several(drawn)})
        yield body("dotted", {"deep.plain": drawn.choice(_STRINGS[:4]), "deep.figure": drawn.choice(_NUMBERS)})
        yield body("objects in an array", {"list": [_several(drawn), _several(drawn)]})
        yield body("one object in an array", {"list": [_several(drawn)]})


def _several(drawn: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {"figure": drawn.choice(_NUMBERS)}
    if drawn.random() < 0.8:
        found["plain"] = drawn.choice(_STRINGS[:4])
    if drawn.random() < 0.6:
        found["other"] = drawn.choice(("yes", "no"))
    return found
