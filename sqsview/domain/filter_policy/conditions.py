"""The conditions that a filter policy sets on one key, each by the page of the SNS Developer Guide that defines it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from sqsview.domain.access import Answer
from sqsview.domain.filter_policy.judged import Element, Found, Scalar, Values
from sqsview.domain.filter_policy.logic import all_of, any_of, below, equal, negated

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL

_NUMBERS = "AWS compares numbers to five decimals, up to ±1,000,000,000"
_SOME_FIT = "AWS's guide contradicts itself on arrays of which only some values are excluded"
_NO_LEAF = "it is an object, and AWS says of leaves only what happens"
_EMPTY = "it is null or empty, of which AWS does not say what happens"
_NOT_A_STRING = "AWS does not say what happens to what is no string"
_CASE = "AWS does not say how it folds such letters"
_ESCAPES = "AWS does not say what a backslash stands for"
_NOTHING_ELSE = "AWS does not say whether that counts where there is nothing else"

Told = tuple[Answer, str]
"""An answer, and for `CANNOT_TELL` the reason."""


class Condition(ABC):
    """What one key must fulfil; of an array one value is enough, unless a subclass says otherwise."""

    __slots__ = ()

    doubt = ""
    """Why `holds` cannot tell, where it cannot."""

    @abstractmethod
    def holds(self, value: Scalar) -> Answer:
        """Judge one value."""

    def judge(self, found: Found, values: Values) -> Told:
        """Judge all that was found under the key."""
        told: Told = (CANNOT_TELL, found.doubt) if found.doubt else (NO, "")
        for element in found.elements:
            answer = self.holds(element.value)
            if answer is YES:
                return YES, ""
            if answer is CANNOT_TELL:
                told = (CANNOT_TELL, self.doubt)
        return told

    def fitting(self, found: Found) -> Iterator[Element]:
        """Give the values for which the condition holds, given that `judge` says yes."""
        return (element for element in found.elements if self.holds(element.value) is YES)


@dataclass(frozen=True, slots=True)
class Exact(Condition):
    """The values that stand in the policy as they are; strings, numbers and keywords never equal each other."""

    strings: frozenset[str]
    numbers: tuple[float, ...]
    keywords: tuple[bool | None, ...]
    """Any of true, false and null."""
    doubt = _NUMBERS

    def holds(self, value: Scalar) -> Answer:
        """Look the value up."""
        if isinstance(value, str):
            return YES if value in self.strings else NO
        if value is None or isinstance(value, bool):
            return YES if any(value is each for each in self.keywords) else NO
        return any_of(equal(value, each) for each in self.numbers)


class Form(Enum):
    """How a string is compared with a pattern."""

    PREFIX = "prefix"
    SUFFIX = "suffix"
    IGNORE_CASE = "equals-ignore-case"
    WILDCARD = "wildcard"


@dataclass(frozen=True, slots=True)
class Text(Condition):
    """A pattern for strings; nothing else fits ("String value matching")."""

    form: Form
    pattern: str

    @property
    def doubt(self) -> str:  # type: ignore[override]
        """Why it cannot be told."""
        return _CASE if self.form is Form.IGNORE_CASE else _ESCAPES

    def holds(self, value: Scalar) -> Answer:
        """Compare a string; the time is at most the product of the lengths, whatever the pattern."""
        if not isinstance(value, str):
            return NO
        match self.form:
            case Form.PREFIX:
                return YES if value.startswith(self.pattern) else NO
            case Form.SUFFIX:
                return YES if value.endswith(self.pattern) else NO
            case Form.IGNORE_CASE:
                return _in_any_case(self.pattern, value)
            case Form.WILDCARD:
                return _like(self.pattern, value)


def _in_any_case(pattern: str, value: str) -> Answer:
    if pattern == value or (pattern.lower() == value.lower() and pattern.upper() == value.upper()):
        return YES
    return CANNOT_TELL if pattern.casefold() == value.casefold() else NO


def _like(pattern: str, value: str) -> Answer:
    """Match ``*``; a backslash takes it literally in Event Ruler, which SNS uses, and is not documented for SNS."""
    plain = glob(pattern.split("*"), value)
    if "\\" not in pattern:
        return YES if plain else NO
    escaped = glob(_unescaped(pattern), value)
    return CANNOT_TELL if plain is not escaped else YES if plain else NO


def glob(parts: list[str], text: str) -> bool:
    """Tell whether ``text`` is these parts in order with anything between them, in one pass from left to right."""
    first, *middle = parts
    if not middle:
        return text == first
    last = middle.pop()
    at, end = len(first), len(text) - len(last)
    if end < at or not text.startswith(first) or not text.endswith(last):
        return False
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _unescaped(pattern: str) -> list[str]:
    """Split at the stars that no backslash precedes, and take the backslashes away."""
    parts = [""]
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            parts.append("")
        else:
            parts[-1] += next(characters, "\\") if character == "\\" else character
    return parts


@dataclass(frozen=True, slots=True)
class Numeric(Condition):
    """One or two bounds; numbers in strings do not fit ("Numeric value matching")."""

    bounds: tuple[tuple[str, float], ...]
    """Each a sign of ``= < <= > >=`` and a number; all must hold."""
    doubt = _NUMBERS

    def holds(self, value: Scalar) -> Answer:
        """Compare a number."""
        if not isinstance(value, float):
            return NO
        return all_of(_within(value, sign, bound) for sign, bound in self.bounds)


def _within(value: float, sign: str, bound: float) -> Answer:
    if sign == "=":
        return equal(value, bound)
    strict = below(value, bound) if sign.startswith("<") else below(bound, value)
    return any_of((strict, equal(value, bound))) if sign.endswith("=") else strict


@dataclass(frozen=True, slots=True)
class Cidr(Condition):
    """A block of addresses ("IP address matching")."""

    network: IPv4Network | IPv6Network

    def holds(self, value: Scalar) -> Answer:
        """Look whether a string is an address in the block."""
        if not isinstance(value, str):
            return NO
        address = _address(value)
        return YES if address is not None and address in self.network else NO


_LONGEST_ADDRESS = 64


@lru_cache(maxsize=1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text) if len(text) <= _LONGEST_ADDRESS else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class AnythingBut(Condition):
    """A value must be there, and be none of these.

    Of arrays the guide says that none of the values may be listed, and, in its examples, that one which is not
    listed is enough: only where both give the same is there an answer.
    """

    excluded: tuple[Condition, ...]

    def holds(self, value: Scalar) -> Answer:
        """Judge one value."""
        if value is None and not any(isinstance(each, Exact) and None in each.keywords for each in self.excluded):
            return CANNOT_TELL
        if not isinstance(value, str) and any(isinstance(each, Text) for each in self.excluded):
            return CANNOT_TELL
        return negated(any_of(each.holds(value) for each in self.excluded))

    def judge(self, found: Found, values: Values) -> Told:
        """Judge all values: yes where each fits, no where none does."""
        answers = {self.holds(element.value) for element in found.elements}
        if found.doubt:
            return CANNOT_TELL, found.doubt
        if found.holds_object:
            return CANNOT_TELL, _NO_LEAF
        if found.empty_array:
            return CANNOT_TELL, _EMPTY
        if not answers:
            return NO, ""
        if len(answers) == 1 and CANNOT_TELL not in answers:
            return answers.pop(), ""
        if YES in answers and NO in answers:
            return CANNOT_TELL, _SOME_FIT
        return CANNOT_TELL, self._why(found)

    def _why(self, found: Found) -> str:
        if any(element.value is None for element in found.elements):
            return _EMPTY
        if any(isinstance(each, Text) for each in self.excluded):
            strings = all(isinstance(element.value, str) for element in found.elements)
            return self.excluded[0].doubt if strings else _NOT_A_STRING
        return _NUMBERS


@dataclass(frozen=True, slots=True)
class Exists(Condition):
    """Whether the key is there at all ("Key matching")."""

    wanted: bool

    def holds(self, value: Scalar) -> Answer:
        """Judge one value: one that is null or empty does not count as there."""
        return YES if self.wanted and value not in (None, "") else NO

    def judge(self, found: Found, values: Values) -> Told:
        """Judge the key; it must have a value that is not empty, or be absent from a message that has others."""
        if found.unlike or any(element.value not in (None, "") for element in found.elements):
            return (YES if self.wanted else NO), ""
        if found.doubt:
            return CANNOT_TELL, found.doubt
        if found.holds_object:
            return CANNOT_TELL, _NO_LEAF
        if self.wanted:
            return NO, ""
        if found.elements or found.empty_array:
            return CANNOT_TELL, _EMPTY
        return values.anything, _NOTHING_ELSE
