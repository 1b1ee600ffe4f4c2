"""To which field the server's own refusal belongs, by the words that AWS and other servers use."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.publishing.fields import Field

_WORDS: tuple[tuple[Field, str], ...] = (
    (Field.DEDUPLICATION, r"deduplication ?id|contentbaseddeduplication|deduplicat"),
    (Field.GROUP, r"message ?group ?id|message group"),
    (Field.DELAY, r"delay ?seconds|delayseconds"),
    (Field.SUBJECT, r"\bsubject\b"),
    (Field.STRUCTURE, r"message ?structure|no default entry|json message body|default entry"),
    (Field.ATTRIBUTES, r"attribute|data ?type"),
    (
        Field.BODY,
        r"message ?body|messagecontents|empty message|message too long|message must be shorter|too long"
        r"|requesttoolong|\bmessage\b.*\b(?:long|size|empty|characters?|contents?)\b|invalid parameter: message\b"
        r"|invalid characters?|required parameter message\b",
    ),
)
"""The first that is found decides: an id's refusal also speaks of the message, a body's of nothing else."""

_PATTERNS = tuple((field, re.compile(words, re.IGNORECASE | re.DOTALL)) for field, words in _WORDS)


def field_of(problem: Problem) -> Field | None:
    """Tell which field the server refuses; None where its words name none, or it is about permission or the way."""
    return field_in(problem.text) if problem.kind is ProblemKind.FAILED else None


def field_in(text: str) -> Field | None:
    """Tell which field the words of a refusal name; None where they name none."""
    return next((field for field, pattern in _PATTERNS if pattern.search(text)), None)


_QUOTES = (("'", "'"), ('"', '"'), ("`", "`"), ("‘", "’"), ("“", "”"))


def attribute_in(problem: Problem, names: Iterable[str]) -> str | None:
    """Tell which of the attributes of a message the server refuses; None where its words quote none of their names."""
    if problem.kind is not ProblemKind.FAILED or "attribute" not in problem.text.lower():
        return None
    found = {problem.text.find(f"{begin}{name}{end}"): name for name in names if name for begin, end in _QUOTES}
    return next((name for place, name in sorted(found.items()) if place >= 0), None)
