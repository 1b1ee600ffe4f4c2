"""A message as filter policies see it: values by key, looked up once however many policies ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from sqsview.domain.access import Answer
from sqsview.domain.filter_words import value_in_words
from sqsview.domain.message import BINARY, STRING_ARRAY, Attribute
from sqsview.domain.text import shortened

Scalar = str | float | bool | None
"""A JSON value that can be compared; every number is a float."""

Place = tuple[tuple[int, int], ...]
"""The elements of arrays of objects that a value lies in: the identity of each array, and the index."""

_MOST_VALUES = 1_000
"""Values of one key that are judged; a message with more is judged by the first, and said to be uncertain."""
_MOST_SHOWN = 4
_WIDEST_VALUE = 32
_FEW_DOTS = 16
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Element:
    """One value under a key."""

    value: Scalar
    place: Place = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a message has under one key."""

    elements: tuple[Element, ...] = ()
    """The value, or the values of an array, which SNS compares one by one."""
    holds_object: bool = False
    """Whether the key leads to an object too, or only: a node that is no leaf."""
    empty_array: bool = False
    doubt: str = ""
    """Why there is something that cannot be judged."""
    unlike: str = ""
    """A text that is there and is not empty, while what it is compared as is in doubt; empty where there is none."""

    @property
    def words(self) -> str:
        """The value in a few words, which may be untrusted text."""
        if self.unlike:
            return _short(self.unlike)
        if not self.elements:
            return "an object" if self.holds_object else "an empty array" if self.empty_array else self.doubt
        words = [_short(each.value) for each in self.elements[:_MOST_SHOWN]]
        if len(self.elements) > _MOST_SHOWN:
            words.append(f"{len(self.elements) - _MOST_SHOWN:,} more")
        return words[0] if len(words) == 1 else f"[{', '.join(words)}]"


ABSENT = Found()


class Values:
    """One side of a message, by key: the attributes or the body. Nothing changes it but its own memory."""

    kind = ""
    """What a key of this side is, in words before its name."""

    def __init__(self) -> None:
        self._found: dict[str, Found] = {}
        self._shown: dict[str, str] = {}
        self.scattered: set[str] = set()
        """Keys that were found in arrays of objects, where two of them may not fit together."""

    def find(self, path: str) -> Found:
        """Give what there is under a key, in which dots lead into objects."""
        found = self._found.get(path)
        if found is None:
            found = self._found[path] = self._look_up(path)
            if any(each.place for each in found.elements):
                self.scattered.add(path)
        return found

    def shown(self, path: str) -> str:
        """Give what there is under a key in a few words, which may be untrusted text."""
        if path not in self._shown:
            self._shown[path] = self.find(path).words
        return self._shown[path]

    @property
    def anything(self) -> Answer:
        """Whether there is anything at all that a policy can name, without which ``exists: false`` does not match."""
        raise NotImplementedError

    @property
    def malformed(self) -> str:
        """What is wrong with the whole, for which SNS may filter the message out; empty where nothing is."""
        return ""

    def _look_up(self, path: str) -> Found:
        raise NotImplementedError


class AttributeValues(Values):
    """The message attributes (SNS Developer Guide, "Filter policy constraints": strings, arrays and numbers)."""

    kind = "attribute"

    def __init__(self, attributes: Mapping[str, Attribute]) -> None:
        super().__init__()
        self._attributes = attributes

    @cached_property
    def anything(self) -> Answer:
        """Whether there is an attribute; where all are binary, which SNS ignores, it is not documented."""
        if not self._attributes:
            return Answer.NO
        comparable = any(each.base != BINARY for each in self._attributes.values())
        return Answer.YES if comparable else Answer.CANNOT_TELL

    @cached_property
    def malformed(self) -> str:
        """Name the first array that is no JSON: SNS counts such messages as filtered out for invalid attributes."""
        for name, attribute in self._attributes.items():
            if attribute.type == STRING_ARRAY and not isinstance(_array(attribute.value), list):
                return f"{value_in_words(shortened(name, _WIDEST_VALUE))} is no JSON array"
        return ""

    def _look_up(self, path: str) -> Found:
        attribute = self._attributes.get(path)
        if attribute is None or attribute.base == BINARY:
            return ABSENT
        value = attribute.value
        if attribute.type == STRING_ARRAY:
            return self._elements(_array(value))
        if isinstance(value, bytes) or attribute.type not in ("String", "Number"):
            return Found(doubt=f"AWS does not say how it compares the type {_short(attribute.type)}")
        if attribute.type == "Number":
            if _NUMBER.fullmatch(value) is None:
                return Found(doubt=f"{_short(value)} is no number")
            return Found((Element(float(value)),))
        if '"' in value or "\\" in value:
            doubt = "it has a quote or a backslash, which only match where they are escaped twice"
            return Found(doubt=doubt, unlike=value)
        return Found((Element(value),))

    @staticmethod
    def _elements(values: Any) -> Found:
        if not isinstance(values, list):
            return Found(doubt="it is no JSON array")
        doubt = "more values than are judged here" if len(values) > _MOST_VALUES else ""
        plain = tuple(Element(each) for each in values[:_MOST_VALUES] if not isinstance(each, dict | list))
        if not doubt and len(plain) < len(values):
            doubt = "it has values that are neither strings, numbers, true, false nor null"
        return Found(plain, empty_array=not values, doubt=doubt)


class BodyValues(Values):
    """A message body that is a JSON object."""

    kind = "body key"

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__()
        self._body = body

    @property
    def anything(self) -> Answer:
        """Whether there is a property; what becomes of an empty object is not documented."""
        return Answer.YES if self._body else Answer.CANNOT_TELL

    def _look_up(self, path: str) -> Found:
        """Walk the body along ``path``; each of its nodes is visited once at most, whatever the path.

        A dot leads into an object or stands in a key, ``a.b`` is both, and arrays on the way are looked through:
        so it was seen on AWS, and so Event Ruler flattens names.
        """
        elements: list[Element] = []
        holds_object = empty_array = False
        doubt = ""
        stack: list[tuple[Any, int, Place]] = [(self._body, 0, ())]
        while stack:
            node, at, place = stack.pop()
            arrived = at > len(path)
            if isinstance(node, list):
                empty_array = empty_array or (arrived and not node)
                for index in range(len(node) - 1, -1, -1):
                    if arrived:
                        stack.append((node[index], at, place))
                    elif isinstance(node[index], dict | list):
                        stack.append((node[index], at, (*place, (id(node), index))))
            elif isinstance(node, dict):
                if arrived:
                    holds_object = True
                else:
                    stack += [(node[key], end, place) for key, end in _steps(node, path, at)]
            elif arrived:
                if len(elements) == _MOST_VALUES:
                    doubt = "it has more values than are judged here"
                    break
                elements.append(Element(node, place))
        if not (elements or holds_object or empty_array):
            return ABSENT
        return Found(tuple(elements), holds_object, empty_array, doubt)


class Judged:
    """One message, made ready for any number of policies; each side is parsed when the first policy asks."""

    def __init__(self, body: str, attributes: Mapping[str, Attribute] | None = None) -> None:
        self._body = body
        self._attributes = attributes or {}

    @cached_property
    def attributes(self) -> AttributeValues:
        """The attributes, by name."""
        return AttributeValues(self._attributes)

    @cached_property
    def body(self) -> BodyValues | None:
        """The body by key; None where it is no JSON object, or one that `too_deep` keeps from being read."""
        parsed = self._parsed
        return BodyValues(parsed) if isinstance(parsed, dict) else None

    @property
    def too_deep(self) -> bool:
        """Tell whether the body is nested too deeply to be read here, which says nothing about SNS."""
        return self._parsed is _TOO_DEEP

    @cached_property
    def _parsed(self) -> Any:
        return _json(self._body)


_TOO_DEEP = object()


def _json(text: str) -> Any:
    """Parse JSON with every number as a float; None for what is no JSON, as for ``null``."""
    try:
        return json.loads(text, parse_int=float, parse_constant=_refuse)
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _array(value: str | bytes) -> Any:
    return _json(value) if isinstance(value, str) else None


def _steps(node: Mapping[str, Any], path: str, at: int) -> Iterator[tuple[str, int]]:
    """Give the keys of ``node`` that ``path`` goes on with at ``at``, each with where the path goes on after it."""
    if path.count(".", at) > _FEW_DOTS:  # a dictionary has fewer keys than such a path has prefixes
        for key in node:
            end = at + len(key)
            if path.startswith(key, at) and (end == len(path) or path[end] == "."):
                yield key, end + 1
        return
    end = at - 1
    while end < len(path):
        dot = path.find(".", end + 1)
        end = len(path) if dot < 0 else dot
        if path[at:end] in node:
            yield path[at:end], end + 1


def _short(value: Scalar) -> str:
    if isinstance(value, str):
        return value_in_words(shortened(value, _WIDEST_VALUE))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value_in_words(value)
