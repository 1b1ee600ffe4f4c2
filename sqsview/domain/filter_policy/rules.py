"""The rules of a filter policy as a tree, and how each is judged: yes, no, or not to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqsview.domain.access import Answer, Verdict
from sqsview.domain.filter_policy.conditions import Condition, Exact, Exists
from sqsview.domain.filter_policy.judged import ABSENT, Found, Place, Values
from sqsview.domain.filter_words import clause, quoted
from sqsview.domain.text import shortened

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL

_WIDEST_WORDS = 72
"""Characters of a clause; what is longer loses its middle."""

Chosen = Mapping[int, int]
"""Which element of each array of objects is meant, by the identity of the array."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: any of its conditions must hold."""

    path: str
    name: str
    """The path as it is said."""
    words: str
    """The whole rule as it is said."""
    conditions: tuple[Condition, ...]
    said: tuple[str, ...]
    """Each condition as it is said, with the key."""

    @classmethod
    def of(cls, path: str, wanted: list[Any], conditions: tuple[Condition, ...]) -> Key:
        """Make the rule of ``path`` from the policy's own JSON and what was compiled from it, in this order."""
        plain = [each for each in wanted if not isinstance(each, dict)]
        alone = [plain] if plain else []
        alone += [[each] for each in wanted if isinstance(each, dict)]
        name = shortened(path, _WIDEST_WORDS)
        said = tuple(shortened(clause(name, each), _WIDEST_WORDS) for each in alone)
        return cls(path, quoted(name), shortened(clause(name, wanted), _WIDEST_WORDS), conditions, said)

    def judge(self, values: Values) -> Verdict:
        """Judge one side of a message."""
        found = values.find(self.path)
        unsure = ""
        for condition, words in zip(self.conditions, self.said, strict=True):
            answer, why = condition.judge(found, values)
            if answer is YES:
                return Verdict(YES, self._met(condition, words, found, values))
            if answer is CANNOT_TELL:
                unsure = unsure or f"{words}: {why}"
        if unsure:
            return Verdict(CANNOT_TELL, unsure)
        if found is ABSENT:
            only = all(isinstance(each, Exists) and not each.wanted for each in self.conditions)
            but = ", but so is every attribute, and one there must be" if only else ""
            return Verdict(NO, f"{self._absent(values)}{but}")
        return Verdict(NO, f"{self.words}: it is {values.shown(self.path)}")

    def _met(self, condition: Condition, words: str, found: Found, values: Values) -> str:
        """Say what holds: of plain values the one that fits."""
        if found is ABSENT:
            return self._absent(values)
        if isinstance(condition, Exact) and len(found.elements) == 1:
            return f"{self.name} is {values.shown(self.path)}"
        return words

    def _absent(self, values: Values) -> str:
        """Say that the key is not there, and where it would have to be: in the other scope there may be one."""
        return f"{values.kind} {self.name} is absent"

    def choices(self, walk: Walk, chosen: Chosen) -> Iterator[Chosen]:
        """Give each way to meet the rule that goes with the elements ``chosen`` so far."""
        for place in walk.places(self):
            if all(chosen.get(array, index) == index for array, index in place):
                yield {**chosen, **dict(place)} if place else chosen


@dataclass(frozen=True, slots=True)
class AllOf:
    """Rules that must all hold."""

    rules: tuple[Rule, ...]

    @property
    def words(self) -> str:
        """The rules as they are said."""
        return shortened(" and ".join(rule.words for rule in self.rules), _WIDEST_WORDS)

    def judge(self, values: Values) -> Verdict:
        """Say the first rule that does not hold; else the first that cannot be told; else all."""
        unsure: Verdict | None = None
        met = []
        for rule in self.rules:
            verdict = rule.judge(values)
            if verdict.answer is NO:
                return verdict
            if verdict.answer is CANNOT_TELL:
                unsure = unsure or verdict
            met.append(verdict.reason)
        return unsure or Verdict(YES, " and ".join(met))

    def choices(self, walk: Walk, chosen: Chosen) -> Iterator[Chosen]:
        """Give each way to meet all rules, with one element of each array of objects."""
        return _all(self.rules, walk, chosen)


def _all(rules: tuple[Rule, ...], walk: Walk, chosen: Chosen) -> Iterator[Chosen]:
    if not rules:
        yield chosen
        return
    for each in rules[0].choices(walk, chosen):
        yield from _all(rules[1:], walk, each)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``$or``: one of its sides must hold."""

    rules: tuple[AllOf, ...]

    @property
    def words(self) -> str:
        """The sides as they are said."""
        return f"({shortened(' or '.join(rule.words for rule in self.rules), _WIDEST_WORDS)})"

    def judge(self, values: Values) -> Verdict:
        """Say the first side that holds; else the first that cannot be told."""
        unsure: Verdict | None = None
        for rule in self.rules:
            verdict = rule.judge(values)
            if verdict.answer is YES:
                return verdict
            if verdict.answer is CANNOT_TELL:
                unsure = unsure or verdict
        return unsure or Verdict(NO, f"{self.words}: {'neither' if len(self.rules) == 2 else 'none'} holds")

    def choices(self, walk: Walk, chosen: Chosen) -> Iterator[Chosen]:
        """Give each way to meet one of the sides."""
        for rule in self.rules:
            if rule.judge(walk.values).answer is YES:
                yield from rule.choices(walk, chosen)


Rule = Key | AllOf | AnyOf


def keys(rule: Rule) -> Iterator[Key]:
    """Give every key in a rule."""
    if isinstance(rule, Key):
        yield rule
        return
    for each in rule.rules:
        yield from keys(each)


class Walk:
    """One search for elements of arrays that fit together, of so many steps and no more."""

    def __init__(self, values: Values, steps: int) -> None:
        self.values = values
        self._left = steps
        self._places: dict[int, tuple[Place, ...]] = {}

    def places(self, key: Key) -> Iterator[Place]:
        """Give where the values lie that meet ``key``, each once, while there are steps left."""
        for place in self._found(key):
            if not self._left:
                return
            self._left -= 1
            yield place

    def _found(self, key: Key) -> tuple[Place, ...]:
        known = id(key)
        if known not in self._places:
            found = self.values.find(key.path)
            met = [each for each in key.conditions if each.judge(found, self.values)[0] is YES]
            places = dict.fromkeys(element.place for each in met for element in each.fitting(found))
            self._places[known] = tuple(places) or ((),)
        return self._places[known]


def fit_together(rule: AllOf, values: Values, steps: int = 10_000) -> bool:
    """Tell whether ``rule`` can be met with one element of each array of objects; no where ``steps`` are too few."""
    return next(rule.choices(Walk(values, steps), {}), None) is not None
