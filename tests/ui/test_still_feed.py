"""The feed that the screens are tested with has the interface of the one they are used with."""

from __future__ import annotations

import inspect

from sqsview.live.feed import Feed
from tests.ui.still_feed import StillFeed


def _interface(kind: type) -> dict[str, object]:
    return {
        name: "property" if isinstance(member, property) else tuple(inspect.signature(member).parameters)
        for name, member in vars(kind).items()
        if not name.startswith("_")
    }


def test_the_still_feed_stands_in_for_the_feed() -> None:
    mine = _interface(StillFeed)
    assert mine.pop("put"), "what only a test does"
    assert mine == _interface(Feed)
