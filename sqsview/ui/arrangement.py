"""Which rows a table shows and in which order: pure, so that it can be read and tested without a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqsview.domain.terms import Term, parse_filter

__all__ = ["Arrangement", "Matcher", "SortKey", "Term", "arranged", "parse_filter"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Matcher(Generic[Row]):
    """How the rows of one table are matched by words."""

    text: Callable[[Row], str]
    """What a word is looked for in."""
    kinds: Callable[[Row], Iterable[str]]
    """The kinds of a row, such as ``fifo``; a word matches by kind or by text, ``is:word`` by kind only."""

    def matches(self, row: Row, terms: Sequence[Term]) -> bool:
        """Tell whether all words agree with the row."""
        if not terms:
            return True
        haystack = self.text(row).lower()
        kinds = frozenset(self.kinds(row))
        return all(self._agrees(term.word, haystack, kinds) is not term.inverted for term in terms)

    @staticmethod
    def _agrees(word: str, haystack: str, kinds: frozenset[str]) -> bool:
        if word.startswith("is:"):
            return word[3:].replace("-", "") in {kind.replace("-", "") for kind in kinds}
        return word in kinds or word in haystack


SortKey = Callable[[Row], Any]
"""Gives what a row is sorted by; None where it is unknown, which is always last."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The filter and the order that a person chose for one table."""

    sort: str
    """The id of the column that is sorted by."""
    descending: bool = False
    filter: str = ""

    def by(self, column: str, *, descending: bool) -> Arrangement:
        """Sort by ``column``; the column that is sorted by already is reversed."""
        if column == self.sort:
            return replace(self, descending=not self.descending)
        return replace(self, sort=column, descending=descending)


def arranged(
    rows: Iterable[Row],
    arrangement: Arrangement,
    matcher: Matcher[Row],
    sort_key: SortKey[Row],
    name: Callable[[Row], str],
) -> list[Row]:
    """Filter and sort ``rows``: equal values by name, unknown values last in both directions."""
    terms = parse_filter(arrangement.filter)
    chosen = [row for row in rows if matcher.matches(row, terms)] if terms else list(rows)
    chosen.sort(key=name)
    known: list[tuple[Any, Row]] = []
    unknown: list[Row] = []
    for row in chosen:
        value = sort_key(row)
        if value is None:
            unknown.append(row)
        else:
            known.append((value, row))
    known.sort(key=lambda pair: pair[0], reverse=arrangement.descending)
    return [row for _, row in known] + unknown
