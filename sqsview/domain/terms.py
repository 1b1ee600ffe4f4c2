"""The words of a filter, which must all match."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter."""

    word: str
    """Lower case."""
    inverted: bool


def parse_filter(text: str) -> tuple[Term, ...]:
    """Split a filter into its words; ``!word`` must not match. A lone ``!`` inverts the word after it."""
    terms: list[Term] = []
    inverted = False
    for word in text.lower().split():
        bare = word.lstrip("!")
        inverted ^= (len(word) - len(bare)) % 2 == 1
        if bare:
            terms.append(Term(bare, inverted))
            inverted = False
    return tuple(terms)
