"""Tags as they are typed, and what AWS refuses in them."""

from __future__ import annotations

from collections.abc import Mapping

from sqsview.domain.creating.values import ValueFault
from sqsview.domain.fan_out.fields import MOST_TAGS
from sqsview.domain.filter_words import quoted
from sqsview.domain.text import shortened

LONGEST_KEY, LONGEST_VALUE = 128, 256
"""Characters (AWS General Reference, "Tag naming limits and requirements")."""
_RESERVED = "aws:"


def read_tags(text: str) -> dict[str, str]:
    """Read ``team=shop, stage=test``.

    Raises:
        ValueFault: it is none of that, or AWS would refuse it.
    """
    tags: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        key, equals, value = (each.strip() for each in part.partition("="))
        if not equals:
            raise ValueFault(f"{quoted(shortened(part, 40))} is no tag: write team=shop, stage=test")
        if key in tags:
            raise ValueFault(f"the tag {quoted(shortened(key, 40))} is there twice")
        tags[key] = value
    check_tags(tags)
    return tags


def own_tags(tags: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Leave out the tags that AWS sets itself, which nobody can change."""
    return None if tags is None else {key: value for key, value in tags.items() if not key.startswith(_RESERVED)}


def check_tags(tags: Mapping[str, str], *, count: int | None = None) -> None:
    """Refuse what AWS would refuse; ``count`` is how many there will be in all, where these are only the new ones.

    Raises:
        ValueFault: with the first fault.
    """
    if (total := len(tags) if count is None else count) > MOST_TAGS:
        raise ValueFault(f"there are {total} tags, and {MOST_TAGS} are allowed")
    for key, value in tags.items():
        told = quoted(shortened(key, 40))
        if not key:
            raise ValueFault("a tag has no key")
        if len(key) > LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise ValueFault(f"the tag {told}: keys have up to {LONGEST_KEY} characters, values up to {LONGEST_VALUE}")
        if key.lower().startswith(_RESERVED):
            raise ValueFault(f"the tag {told}: keys that begin with {_RESERVED} are AWS's own")
