"""When a listing that lacks something is believed."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable

_SHORT = 0.5
"""A listing with less than this part of what is known is read again before it is believed."""
_ENOUGH = 2
"""Listings in a row that must lack a thing before it is forgotten."""


def doubtful(known: int, listed: int) -> bool:
    """Tell whether a listing should be read a second time: it is empty, or suddenly much shorter.

    botocore reads a truncated JSON answer with status 200 as an empty one, so an empty listing may be half an
    answer.
    """
    return listed == 0 or listed < known * _SHORT


class Absences:
    """Counts how many listings in a row lacked each known thing."""

    def __init__(self) -> None:
        self._missed: dict[str, int] = {}

    def after(self, known: Iterable[str], listed: Collection[str], gone: Container[str]) -> list[str]:
        """Take a complete listing and give what is to be forgotten.

        A thing is forgotten when two listings in a row lacked it, or when its own reading said before
        this one began that it does not exist (``gone``).
        """
        forgotten = []
        missed = {}
        for key in known:
            if key in listed:
                continue
            missed[key] = self._missed.get(key, 0) + 1
            if missed[key] >= _ENOUGH or key in gone:
                del missed[key]
                forgotten.append(key)
        self._missed = missed
        return forgotten

    @property
    def missed(self) -> Collection[str]:
        """What the last listing lacked and is still kept."""
        return self._missed.keys()
