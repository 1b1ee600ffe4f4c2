"""What a person looks for in messages: words that must all match, or a JMESPath expression after ``=``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqsview.domain.arn import name_of
from sqsview.domain.decoding import Decoding, decode
from sqsview.domain.message import Message
from sqsview.domain.query import Query, QueryError
from sqsview.domain.terms import Term, parse_filter

EXPRESSION = "="
"""What a search that is an expression begins with."""
UNPACKED = 2**20
"""Bytes of one body that are unpacked to be searched: what a body has that is not packed."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search, read; an empty one finds everything."""

    text: str = ""
    query: Query | None = None
    terms: tuple[Term, ...] = ()

    @property
    def needle(self) -> str:
        """What is to be highlighted in the body; empty where there is nothing to."""
        return next((term.word for term in self.terms if not term.inverted), "")

    def finds(self, message: Message, decoding: Decoding) -> bool:
        """Tell whether a message is what is looked for.

        Raises:
            QueryError: the expression cannot be evaluated on it.
        """
        if self.query is not None:
            return self.query.matches(message, decoding)
        haystack = haystack_of(message, decoding)
        return all((term.word in haystack) is not term.inverted for term in self.terms)


def parse_search(text: str) -> Search:
    """Read what was typed.

    Raises:
        QueryError: the expression is wrong.
    """
    text = text.strip()
    if text.startswith(EXPRESSION):
        return Search(text, Query(text[len(EXPRESSION) :]))
    return Search(text, terms=parse_filter(text))


class Sieve:
    """Tells which messages a search finds, where one that cannot be judged must not pass."""

    def __init__(self, text: str) -> None:
        """Read what was typed.

        Raises:
            QueryError: the expression is wrong.
        """
        self._search = parse_search(text)
        self.hint = self._search.query.hint if self._search.query is not None else ""
        """What somebody who wrote it may not have meant, in one line; empty where nothing looks so."""

    def __call__(self, message: Message) -> bool:
        """Tell whether the search finds a message.

        Raises:
            QueryError: the expression cannot be evaluated on it, or only a part of it is read.
        """
        decoding = decode(message.body, at_most=UNPACKED)
        found = self._search.finds(message, decoding)
        if decoding.unread and (decoding.cut or self._search.query is not None):
            raise QueryError(f"the body {decoding.unread}")
        return found


def haystack_of(message: Message, decoding: Decoding) -> str:
    """Give all that words are looked for in, lower case: the decoded text, ids, group, source and attributes."""
    return "\n".join(_texts(message, decoding)).lower()


def _texts(message: Message, decoding: Decoding) -> Iterator[str]:
    yield next((layer.text for layer in reversed(decoding.layers) if layer.text is not None), message.body)
    yield message.id
    yield message.group or ""
    yield message.deduplication or ""
    yield name_of(message.source) if message.source is not None else ""
    attributes = dict(message.attributes)
    if decoding.envelope is not None:
        attributes.update(decoding.envelope.attributes)
        yield decoding.envelope.subject or ""
        yield name_of(decoding.envelope.topic)
    for name, attribute in attributes.items():
        yield name
        yield attribute.value if isinstance(attribute.value, str) else attribute.value.hex()
